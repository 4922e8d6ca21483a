/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/sched.h>
#include <asm/unwind.h>

unsigned long stp_kfeat(struct task_struct *t, struct pt_regs *regs);
unsigned long stp_kfeat(struct task_struct *t, struct pt_regs *regs)
{
	struct unwind_state state;

	unwind_start(&state, t, regs, NULL);
	return !unwind_done(&state) && unwind_next_frame(&state) ? unwind_get_return_address(&state) : 0;
}
