/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Perf events as families use them: one on each CPU (cpu_event.c), or one in each
 * thread of a process (task_event.c).
 *
 * A module may create, read and release events in process context only.  A handler reads
 * an event that counts where it runs, as the kernel's perf_event_read_local() does, which is
 * not exported: the event is brought up to date by its own driver, then its count is there. */
#ifndef STP_KERNEL_PERF_H
#define STP_KERNEL_PERF_H

#include <linux/perf_event.h>
#include <linux/path.h>
#include <linux/workqueue.h>

struct cpu_event_slot { struct perf_event *event; u64 before; /* counted by events of this CPU that are gone */ };

/* An event on each CPU that is online, also when CPUs come and go. */
struct rt_cpu_event {
	/* the caller's */
	struct perf_event_attr attr;
	perf_overflow_handler_t overflow;
	void *context;			/* event->overflow_handler_context */
	const char *point;		/* for messages */
	/* cpu_event.c's */
	struct cpu_event_slot *slots;	/* by CPU */
	struct list_head link;
};
/* Process context; 0 or an error of the kernel, and then nothing is left. */
int rt_cpu_event_open(struct rt_cpu_event *v);
void rt_cpu_event_close(struct rt_cpu_event *v);	/* also of one that was never opened */
u64 rt_cpu_event_total(struct rt_cpu_event *v);		/* of all CPUs; process context */
u64 rt_cpu_event_here(const struct rt_cpu_event *v);	/* of this CPU; any context */
/* CPU came up: the events that it had are dead. Process context. */
void rt_cpu_event_revive(unsigned cpu);

enum { TASK_EVENT_WAITING = 32 };
/* An event in each thread that runs a program, or in those of the target and of what it starts. */
struct rt_task_event {
	/* the caller's */
	struct perf_event_attr attr;
	perf_overflow_handler_t overflow;
	void *context;			/* unlike that of all others */
	const char *program;		/* its path, or NULL: the target */
	/* task_event.c's */
	struct path path;
	const struct inode *inode;	/* of the program */
	struct list_head events;
	u64 ended;			/* what threads counted that are gone */
	struct tracepoint *exec;
	struct work_struct work;
	int waiting[TASK_EVENT_WAITING];	/* threads that began to run the program */
};
int rt_task_event_open(struct rt_task_event *v);
void rt_task_event_close(struct rt_task_event *v);
u64 rt_task_event_total(struct rt_task_event *v);	/* of all threads, ended ones too; process context */
u64 rt_task_event_here(const struct rt_task_event *v);	/* of this thread, 0 if it is none of them; any context */
bool rt_task_event_wanted(const struct rt_task_event *v);	/* Is this thread one of them? */

/* Up to date, if it counts here at this moment. Interrupts off. */
u64 rt_perf_event_here(struct perf_event *e);
/* With what the kernel's threads that inherited it have counted. Process context. */
u64 rt_perf_event_total(struct perf_event *e);

#endif
