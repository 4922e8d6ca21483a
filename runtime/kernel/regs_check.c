/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register layouts of stp/regs.h, held against the kernel's struct pt_regs. */
#include "rt.h"

#include <linux/build_bug.h>

#if defined(CONFIG_X86_64)
#define SLOT(field) (offsetof(struct pt_regs, field) / sizeof(unsigned long))
static_assert(SLOT(r15) == 0 && SLOT(r14) == 1 && SLOT(r13) == 2 && SLOT(r12) == 3 && SLOT(bp) == 4 && SLOT(bx) == 5);
static_assert(SLOT(r11) == 6 && SLOT(r10) == 7 && SLOT(r9) == 8 && SLOT(r8) == 9 && SLOT(ax) == 10 && SLOT(cx) == 11);
static_assert(SLOT(dx) == 12 && SLOT(si) == 13 && SLOT(di) == 14 && SLOT(ip) == 16 && SLOT(sp) == 19);
#elif defined(CONFIG_ARM64)
static_assert(offsetof(struct pt_regs, regs) == 0 && offsetof(struct pt_regs, sp) == 31 * 8);
#endif
