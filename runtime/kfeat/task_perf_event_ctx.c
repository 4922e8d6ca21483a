/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/perf_event.h>
#include <linux/sched.h>

/* one context for all events of a task, not one for each kind of events (kernel commit bd2756811766) */
int stp_kfeat(struct task_struct *t);
int stp_kfeat(struct task_struct *t)
{
	return t->perf_event_ctxp->nr_events;
}
