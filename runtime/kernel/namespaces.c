/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of processes and users as they are seen in the namespaces of one process: the daemon, or the one that whoever
 * runs the script names.  The namespaces live as long as the module, whatever becomes of that process. */
#include "rt.h"

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

static struct pid_namespace *pids;
static struct user_namespace *users;

static int take(struct task_struct *t)
{
	struct pid_namespace *ns;

	rcu_read_lock();
	ns = task_active_pid_ns(t);
	if (ns) {
		pids = get_pid_ns(ns);
		users = get_user_ns(__task_cred(t)->user_ns);
	}
	rcu_read_unlock();
	return ns ? 0 : -ESRCH;
}

int rt_namespaces_of(int pid)
{
	struct pid *number = find_get_pid(pid);
	struct task_struct *t = get_pid_task(number, PIDTYPE_PID);
	int err = -ESRCH;

	put_pid(number);
	if (t) {
		rt_namespaces_forget();
		err = take(t);
		put_task_struct(t);
	}
	return err;
}

int rt_namespaces_default(void)
{
	return pids ? 0 : take(current);
}

void rt_namespaces_forget(void)
{
	if (!pids)
		return;
	put_pid_ns(pids);
	put_user_ns(users);
	pids = NULL;
	users = NULL;
}

int64_t stp_ns_pid(void)
{
	return task_tgid_nr_ns(current, pids);
}

int64_t stp_ns_tid(void)
{
	return task_pid_nr_ns(current, pids);
}

int64_t stp_ns_ppid(void)
{
	int64_t pid;

	rcu_read_lock();
	pid = task_tgid_nr_ns(rcu_dereference(current->real_parent), pids);
	rcu_read_unlock();
	return pid;
}

int64_t stp_ns_pgrp(void)
{
	return task_pgrp_nr_ns(current, pids);
}

int64_t stp_ns_sid(void)
{
	return task_session_nr_ns(current, pids);
}

int64_t stp_ns_uid(void)
{
	return from_kuid_munged(users, current_uid());
}

int64_t stp_ns_euid(void)
{
	return from_kuid_munged(users, current_euid());
}

int64_t stp_ns_gid(void)
{
	return from_kgid_munged(users, current_gid());
}

int64_t stp_ns_egid(void)
{
	return from_kgid_munged(users, current_egid());
}
