/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/sched.h>
#include <linux/stacktrace.h>

unsigned int stp_kfeat(struct task_struct *t, unsigned long *to, unsigned int n);
unsigned int stp_kfeat(struct task_struct *t, unsigned long *to, unsigned int n)
{
	return stack_trace_save_tsk(t, to, n, 0);
}
