/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A perf event in each thread of a process (perf.h).
 *
 * Events are made in the threads that are there at the beginning: the target's, and those
 * that run the program.  The kernel lets what these start inherit them.  A thread of
 * another origin that begins to run the program is seen by a tracepoint; a worker makes its
 * event, as soon as it can: what the thread does until then is not counted.  What
 * inherited an event and runs another program is none of the program's: wanted() says no.
 *
 * The event of the thread that runs is found among all events of the thread, by its context. */
#include "perf.h"
#include "compat.h"
#include "rt.h"

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/namei.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

struct task_event { struct list_head link; struct perf_event *event; };

/* ---- who ---- */

/* The caller sees to it that T keeps its memory. RCU. */
static bool runs(const struct task_struct *t, const struct inode *inode)
{
	struct file *exe = t->mm ? rcu_dereference_raw(t->mm->exe_file) : NULL;

	return exe && READ_ONCE(exe->f_inode) == inode;
}

bool rt_task_event_wanted(const struct rt_task_event *v)
{
	bool yes;

	if (!v->program)
		return true;
	rcu_read_lock();
	yes = runs(current, v->inode);
	rcu_read_unlock();
	return yes;
}

static struct perf_event *event_here(const struct rt_task_event *v)
{
	struct perf_event_context *ctx;
	struct perf_event *e;
	unsigned i;

	for (i = 0; i < COMPAT_PERF_CONTEXTS; i++) {
		ctx = compat_perf_context(i);
		if (!ctx)
			continue;
		list_for_each_entry_rcu(e, &ctx->event_list, event_entry)
			if (e->overflow_handler_context == v->context && e->state > PERF_EVENT_STATE_ERROR)
				return e;
	}
	return NULL;
}

u64 rt_task_event_here(const struct rt_task_event *v)
{
	struct perf_event *e = event_here(v);

	return e && rt_task_event_wanted(v) ? rt_perf_event_here(e) : 0;
}

/* ---- making them ---- */

static int create(struct rt_task_event *v, struct task_struct *t)
{
	struct task_event *te = kzalloc(sizeof *te, GFP_KERNEL);
	int err;

	if (!te)
		return -ENOMEM;
	te->event = perf_event_create_kernel_counter(&v->attr, -1, t, v->overflow, v->context);
	if (IS_ERR(te->event)) {
		err = (int)PTR_ERR(te->event);
		kfree(te);
		return err == -ESRCH ? 0 : err;		/* it ended meanwhile */
	}
	list_add(&te->link, &v->events);
	return 0;
}

static bool is_first(const struct rt_task_event *v, struct task_struct *t)
{
	bool yes;

	if (rt.target && task_tgid_vnr(t) == rt.target)
		return true;
	if (!v->program)
		return false;
	task_lock(t);
	yes = runs(t, v->inode);
	task_unlock(t);
	return yes;
}

/* The threads to begin with, held, into FOUND (or NULL) of ROOM; their number. */
static unsigned find_first(const struct rt_task_event *v, struct task_struct **found, unsigned room)
{
	struct task_struct *p, *t;
	unsigned n = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if ((t->flags & (PF_KTHREAD | PF_EXITING)) || !is_first(v, t))
			continue;
		if (n < room) {
			get_task_struct(t);
			found[n] = t;
		}
		n++;
	}
	rcu_read_unlock();
	return n;
}

static int create_first(struct rt_task_event *v)
{
	unsigned i, n, room = find_first(v, NULL, 0) + 16;
	struct task_struct **found = kvcalloc(room, sizeof *found, GFP_KERNEL);
	int err = 0;

	if (!found)
		return -ENOMEM;
	n = min(find_first(v, found, room), room);
	for (i = 0; i < n; i++) {
		if (!err)
			err = create(v, found[i]);
		put_task_struct(found[i]);
	}
	kvfree(found);
	return err ? err : n || v->program ? 0 : -ESRCH;
}

/* ---- those that come later ---- */

static void has_executed(void *data, struct task_struct *t, pid_t old, struct linux_binprm *bprm)
{
	struct rt_task_event *v = data;
	unsigned long flags;
	bool known;
	int i;

	if (!rt_task_event_wanted(v))
		return;
	local_irq_save(flags);
	known = event_here(v);
	local_irq_restore(flags);
	for (i = 0; !known && i < TASK_EVENT_WAITING; i++)
		known = cmpxchg(&v->waiting[i], 0, t->pid) == 0;
	if (known)
		schedule_work(&v->work);
}

/* Events of threads that have ended only cost memory. */
static void drop_ended(struct rt_task_event *v, u64 *counted)
{
	struct task_event *te, *next;

	list_for_each_entry_safe(te, next, &v->events, link) {
		if (READ_ONCE(te->event->state) > PERF_EVENT_STATE_EXIT)
			continue;
		*counted += rt_perf_event_total(te->event);
		perf_event_release_kernel(te->event);
		list_del(&te->link);
		kfree(te);
	}
}

static void create_waiting(struct work_struct *w)
{
	struct rt_task_event *v = container_of(w, struct rt_task_event, work);
	struct task_struct *t;
	struct pid *pid;
	int i, nr;

	for (i = 0; i < TASK_EVENT_WAITING; i++) {
		nr = xchg(&v->waiting[i], 0);
		pid = nr ? find_get_pid(nr) : NULL;
		t = pid ? get_pid_task(pid, PIDTYPE_PID) : NULL;
		put_pid(pid);
		if (!t)
			continue;
		create(v, t);
		put_task_struct(t);
	}
	drop_ended(v, &v->ended);
}

static int watch_executions(struct rt_task_event *v)
{
	struct tracepoint *tp = rt_tracepoint_find("sched_process_exec");
	int err = tp ? tracepoint_probe_register(tp, (void *)has_executed, v) : -ENOENT;

	if (!err)
		v->exec = tp;
	return err;
}

/* ---- life ---- */

int rt_task_event_open(struct rt_task_event *v)
{
	int err = 0;

	INIT_LIST_HEAD(&v->events);
	INIT_WORK(&v->work, create_waiting);
	v->attr.inherit = 1;
	v->attr.inherit_stat = !v->attr.sample_period;
	if (v->program) {
		err = kern_path(v->program, LOOKUP_FOLLOW, &v->path);
		if (err)
			return err;
		v->inode = d_backing_inode(v->path.dentry);
	}
	err = create_first(v);
	if (!err && v->program)
		err = watch_executions(v);
	if (err)
		rt_task_event_close(v);
	return err;
}

static void stop_watching(struct rt_task_event *v)
{
	if (!v->exec)
		return;
	tracepoint_probe_unregister(v->exec, (void *)has_executed, v);
	tracepoint_synchronize_unregister();
	cancel_work_sync(&v->work);
	v->exec = NULL;
}

u64 rt_task_event_total(struct rt_task_event *v)
{
	struct task_event *te;
	u64 n;

	stop_watching(v);
	n = v->ended;
	list_for_each_entry(te, &v->events, link)
		n += rt_perf_event_total(te->event);
	return n;
}

void rt_task_event_close(struct rt_task_event *v)
{
	struct task_event *te, *next;

	if (!v->events.next)
		return;
	stop_watching(v);
	list_for_each_entry_safe(te, next, &v->events, link) {
		perf_event_release_kernel(te->event);
		kfree(te);
	}
	INIT_LIST_HEAD(&v->events);
	if (v->inode)
		path_put(&v->path);
	v->inode = NULL;
}
