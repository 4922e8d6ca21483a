/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of the probed context by DWARF number, and the calling convention.
 * The layouts are user-visible ABI of each architecture; the runtime asserts them
 * against the kernel's struct pt_regs (kernel/regs_check.c). */
#ifndef STP_REGS_H
#define STP_REGS_H

#include <stp/abi.h>

#if defined(__x86_64__)
/* struct pt_regs: r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss.
 * DWARF (System V psABI, figure 3.36): 0 ax 1 dx 2 cx 3 bx 4 si 5 di 6 bp 7 sp 8…15 r8…r15 16 return address. */
static inline uint64_t *stp_reg_slot(struct stp_ctx *c, unsigned dwarf)
{
	static const uint8_t slot[17] = { 10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16 };

	return (uint64_t *)c->regs + slot[dwarf];
}
static inline uint64_t stp_reg(struct stp_ctx *c, unsigned dwarf)
{
	return STP_LIKELY(c->regs) ? *stp_reg_slot(c, dwarf) : 0;
}
static inline void stp_set_reg(struct stp_ctx *c, unsigned dwarf, uint64_t v)
{
	if (STP_LIKELY(c->regs))
		*stp_reg_slot(c, dwarf) = v;
}
static inline uint64_t stp_retval(struct stp_ctx *c) { return stp_reg(c, 0); }
/* N-th parameter word in memory at entry: above the return address. */
static inline uint64_t stp_stack_arg(struct stp_ctx *c, unsigned n)
{
	return stp_load(c, stp_reg(c, 7) + 8 + 8 * (uint64_t)n, 8);
}
#elif defined(__aarch64__)
/* struct pt_regs: regs[31] sp pc pstate. DWARF: 0…30 x0…x30, 31 sp. */
static inline uint64_t stp_reg(struct stp_ctx *c, unsigned dwarf)
{
	return STP_LIKELY(c->regs) ? ((uint64_t *)c->regs)[dwarf] : 0;
}
static inline void stp_set_reg(struct stp_ctx *c, unsigned dwarf, uint64_t v)
{
	if (STP_LIKELY(c->regs))
		((uint64_t *)c->regs)[dwarf] = v;
}
static inline uint64_t stp_retval(struct stp_ctx *c) { return stp_reg(c, 0); }
static inline uint64_t stp_stack_arg(struct stp_ctx *c, unsigned n)
{
	return stp_load(c, stp_reg(c, 31) + 8 * (uint64_t)n, 8);
}
#else
#error "no register description for this architecture: add one here"
#endif

#endif
