/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/preempt.h>
#include <linux/sched.h>

/* where a task can be kept on its CPU and yet sleep, it has a count of that; before, this was preempt_disable */
int stp_kfeat(void);
int stp_kfeat(void)
{
	migrate_disable();
	migrate_enable();
	return current->migration_disabled;
}
