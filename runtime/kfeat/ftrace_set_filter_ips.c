/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/ftrace.h>

/* with whole registers, a filter set in one go, one that can be freed */
int stp_kfeat(struct ftrace_ops *ops, unsigned long *ips, unsigned int n);
int stp_kfeat(struct ftrace_ops *ops, unsigned long *ips, unsigned int n)
{
	ops->flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_PERMANENT;
	ftrace_free_filter(ops);
	return register_ftrace_function(ops) ? unregister_ftrace_function(ops) : ftrace_set_filter_ips(ops, ips, n, 0, 0);
}
