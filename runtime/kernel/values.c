/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of the moment for handlers: tasks, clocks, the target; and what handlers ask of the session. */
#include "rt.h"

#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/task_stack.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

int64_t stp_pid(void)
{
	return current->tgid;
}

int64_t stp_tid(void)
{
	return current->pid;
}

int64_t stp_ppid(void)
{
	int64_t pid;

	rcu_read_lock();
	pid = rcu_dereference(current->real_parent)->tgid;
	rcu_read_unlock();
	return pid;
}

int64_t stp_uid(void)
{
	return __kuid_val(current_uid());
}

int64_t stp_euid(void)
{
	return __kuid_val(current_euid());
}

int64_t stp_gid(void)
{
	return __kgid_val(current_gid());
}

int64_t stp_egid(void)
{
	return __kgid_val(current_egid());
}

int64_t stp_cpu(struct stp_ctx *c)
{
	return c->cpu;
}

void stp_execname(char *dst, size_t size)
{
	if (size < sizeof current->comm) {
		strscpy(dst, current->comm, size);
		return;
	}
	memcpy(dst, current->comm, sizeof current->comm);
	dst[sizeof current->comm - 1] = 0;
}

uint64_t stp_task_current(void)
{
	return (u64)(unsigned long)current;
}

int64_t stp_target(void)
{
	return rt.target;
}

int64_t stp_remote_id(void)
{
	return rt.remote.id;
}

void stp_remote_uri(char *dst, size_t size)
{
	stp_str_copy(dst, rt.remote.uri, size);
}

int64_t stp_time_ns(int64_t clock)
{
	switch (clock) {
	case 0: return (int64_t)ktime_get_real_fast_ns();
	case 1: return (int64_t)ktime_get_mono_fast_ns();
	case 2: return (int64_t)local_clock();
	}
	return (int64_t)ktime_get_boot_fast_ns();
}

int64_t stp_cpu_clock_ns(int64_t cpu)
{
	return cpu >= 0 && cpu < nr_cpu_ids && cpu_possible((unsigned)cpu) ? (int64_t)sched_clock_cpu((int)cpu) : 0;
}

int64_t stp_jiffies(void)
{
	return (int64_t)jiffies;
}

int64_t stp_hz(void)
{
	return HZ;
}

int64_t stp_zone_west(void)
{
	return rt.zone.west;
}

void stp_zone_name(char *dst, size_t size)
{
	stp_str_copy(dst, rt.zone.name[0] ? rt.zone.name : "UTC", size);
}

int64_t stp_cycles(void)
{
	return (int64_t)get_cycles();
}

int64_t stp_random(int64_t n)
{
	return n > 0 ? (int64_t)(plat_random() % (u64)n) : 0;
}

uint64_t stp_percpu(struct stp_ctx *c, uint64_t addr)
{
	return (u64)(unsigned long)per_cpu_ptr((void __percpu *)(unsigned long)addr, c->cpu);
}

void stp_exit(struct stp_ctx *c)
{
	rt_request_exit(false);
}

void stp_warn(struct stp_ctx *c, const char *text)
{
	rt_message(STP_MSG_WARN, "%s", text);
}

void stp_system(struct stp_ctx *c, const char *command)
{
	if (strlen(command) >= RT_MESSAGE_SIZE)
		rt_message(STP_MSG_WARN, "system(): a command of more than %d bytes was not run", RT_MESSAGE_SIZE - 1);
	else
		rt_message(STP_MSG_SYSTEM, "%s", command);
}

uint64_t stp_user_reg(struct stp_ctx *c, unsigned dwarf)
{
	void *regs = c->regs;
	uint64_t v;

	if (!stp_user_mode(c))
		c->regs = current->flags & PF_KTHREAD ? NULL : task_pt_regs(current);
	v = stp_reg(c, dwarf);
	c->regs = regs;
	return v;
}

bool stp_user_mode(struct stp_ctx *c)
{
	return c->regs && user_mode((struct pt_regs *)c->regs);
}

const char *stp_module_name(void)
{
	return THIS_MODULE->name;
}
