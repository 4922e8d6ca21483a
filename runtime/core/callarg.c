/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters by number, where no debug information is at hand: of the probed function, and of
 * the system call whose wrapper it is. */
#include "state.h"

#if defined(__x86_64__)
/* System V psABI, 3.2.3: rdi rsi rdx rcx r8 r9, as DWARF numbers. */
static const uint8_t arg_register[] = { 5, 4, 1, 2, 8, 9 };
/* Where struct pt_regs keeps rdi rsi rdx r10 r8 r9, in words (arch/x86/include/asm/syscall.h). */
static const uint8_t syscall_slot[] = { 14, 13, 12, 7, 9, 8 };
#elif defined(__aarch64__)
/* AAPCS64: x0 … x7. */
static const uint8_t arg_register[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
/* x0 … x5 in struct pt_regs (arch/arm64/include/asm/syscall.h). */
static const uint8_t syscall_slot[] = { 0, 1, 2, 3, 4, 5 };
#else
#error "no calling convention for this architecture: add one here"
#endif

int64_t stp_call_arg(struct stp_ctx *c, int64_t n)
{
	const int64_t in_registers = sizeof arg_register;

	if (STP_UNLIKELY(!c->regs)) {
		stp_error(c, STP_ERR_STRING, "no registers are available in this probe");
		return 0;
	}
	if (STP_UNLIKELY(n < 1 || n > 64)) {
		stp_error_s(c, STP_ERR_STRING, "%sno argument number %d", "", n);
		return 0;
	}
	if (n <= in_registers)
		return (int64_t)stp_reg(c, arg_register[n - 1]);
	return (int64_t)stp_stack_arg(c, (unsigned)(n - in_registers - 1));
}

int64_t stp_syscall_arg(struct stp_ctx *c, int64_t n)
{
	uint64_t regs = (uint64_t)stp_call_arg(c, 1);

	if (STP_UNLIKELY(n < 1 || n > (int64_t)sizeof syscall_slot)) {
		stp_error_s(c, STP_ERR_STRING, "%sa system call has no argument number %d", "", n);
		return 0;
	}
	return c->error ? 0 : (int64_t)stp_load(c, regs + 8 * (uint64_t)syscall_slot[n - 1], 8);
}
