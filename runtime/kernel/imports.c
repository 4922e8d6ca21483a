/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a compiler may make a script's object call.  The object is linked without
 * modpost, so each such symbol must be among those that the runtime imports: this table
 * makes it so, and is never used. */
#include <linux/kernel.h>
#include <linux/string.h>

#if defined(CONFIG_X86_64)
#define REGISTERS(F) F(rax) F(rbx) F(rcx) F(rdx) F(rsi) F(rdi) F(rbp) F(r8) F(r9) F(r10) F(r11) F(r12) F(r13) F(r14) F(r15)
#if defined(CONFIG_RETPOLINE) || defined(CONFIG_MITIGATION_RETPOLINE)
#define DECLARE(r) extern void __x86_indirect_thunk_##r(void);
REGISTERS(DECLARE)
#endif
#if defined(CONFIG_RETHUNK) || defined(CONFIG_MITIGATION_RETHUNK)
extern void __x86_return_thunk(void);
#endif
#endif
#ifdef CONFIG_STACKPROTECTOR
extern void __stack_chk_fail(void);
#endif

void *const stp_imports[] = {
	(void *)memcpy, (void *)memset, (void *)memmove, (void *)memcmp, (void *)strlen,
#if defined(CONFIG_X86_64)
#if defined(CONFIG_RETPOLINE) || defined(CONFIG_MITIGATION_RETPOLINE)
#define ENTRY(r) (void *)__x86_indirect_thunk_##r,
	REGISTERS(ENTRY)
#endif
#if defined(CONFIG_RETHUNK) || defined(CONFIG_MITIGATION_RETHUNK)
	(void *)__x86_return_thunk,
#endif
#endif
#ifdef CONFIG_STACKPROTECTOR
	(void *)__stack_chk_fail,
#endif
};
