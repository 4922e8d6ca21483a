/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the kernel's unwinder that tells which stack is in use. */
#ifndef SHIM_ASM_UNWIND_H
#define SHIM_ASM_UNWIND_H
#include "../kernel.h"

struct unwind_state { struct { unsigned long *begin, *end; } stack_info; };
void unwind_start(struct unwind_state *s, struct task *t, struct pt_regs *regs, unsigned long *first);

#endif
