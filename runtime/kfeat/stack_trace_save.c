/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/stacktrace.h>

unsigned int stp_kfeat(unsigned long *to, unsigned int n);
unsigned int stp_kfeat(unsigned long *to, unsigned int n)
{
	return stack_trace_save(to, n, 0);
}
