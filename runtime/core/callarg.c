/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters by number, where no debug information is at hand. */
#include "state.h"

#if defined(__x86_64__)
/* System V psABI, 3.2.3: rdi rsi rdx rcx r8 r9, as DWARF numbers. */
static const uint8_t arg_register[] = { 5, 4, 1, 2, 8, 9 };
#elif defined(__aarch64__)
/* AAPCS64: x0 … x7. */
static const uint8_t arg_register[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
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
