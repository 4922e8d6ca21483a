/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel stacks, by the kernel's own unwinder.
 *
 * Where its steps are exported, it starts at the registers of the probed context, so that
 * the runtime's frames and the trap's never show.  Elsewhere stack_trace_save starts here, and what
 * lies before the probed function is left out.  A kernel with neither gives no more than
 * the probed function; rt_stacks_check says so once.
 *
 * Walking reads stacks only by means that do not fault and takes no locks: any context. */
#include "compat.h"
#include "rt.h"
#include "core/core.h"

#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#ifdef COMPAT_UNWINDER
#include <asm/unwind.h>
#endif

static bool is_own(unsigned long addr)
{
	return within_module(addr, THIS_MODULE);
}

#if defined(COMPAT_UNWINDER)

/* From registers, the unwinder's first step is to the caller. */
static unsigned walk(struct pt_regs *regs, u64 *addrs, unsigned most)
{
	struct unwind_state state;
	unsigned long addr;
	unsigned n = 0;

	if (regs)
		addrs[n++] = instruction_pointer(regs);
	for (unwind_start(&state, current, regs, NULL); n < most && !unwind_done(&state); unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr)
			break;
		if (n || !is_own(addr))
			addrs[n++] = addr;
	}
	return n;
}

#elif defined(COMPAT_STACK_TRACE)

/* From the first of all frames on that is the probed context's, or at least not the runtime's. */
static unsigned walk(struct pt_regs *regs, u64 *addrs, unsigned most)
{
	unsigned long *to = (unsigned long *)addrs;
	unsigned skip = 0, n, i;

	n = stack_trace_save(to, most, 0);
	for (i = 0; i < n; i++) {
		if (regs && to[i] == instruction_pointer(regs)) {
			skip = i;
			break;
		}
		if (is_own(to[i]))
			skip = i + 1;
	}
	return stack_trace_save(to, most, skip);
}

#else

static unsigned walk(struct pt_regs *regs, u64 *addrs, unsigned most)
{
	if (!regs || !most)
		return 0;
	addrs[0] = instruction_pointer(regs);
	return 1;
}

#endif

/* The trap left the registers behind the probe's first byte: what the unwinder knows of that place
 * may hold only once the probed instruction has run. */
static unsigned walk_from_probe(struct stp_ctx *c, struct pt_regs *regs, u64 *addrs, unsigned most)
{
	unsigned long at = instruction_pointer(regs);
	unsigned n;

	if (at - (unsigned long)c->probe_addr > 16)
		return walk(regs, addrs, most);
	instruction_pointer_set(regs, (unsigned long)c->probe_addr);
	n = walk(regs, addrs, most);
	instruction_pointer_set(regs, at);
	return n;
}

unsigned plat_backtrace(struct stp_ctx *c, uint64_t *addrs, unsigned most)
{
	struct pt_regs *regs = c->regs;

	if (regs && user_mode(regs))
		return 0;
	if (!regs)
		return walk(NULL, addrs, most);
	if (!c->is_return)
		return walk_from_probe(c, regs, addrs, most);
	addrs[0] = c->probe_addr;
	return 1 + walk(regs, addrs + 1, most - 1);
}

void rt_stacks_check(void)
{
#if !defined(COMPAT_UNWINDER) && !defined(COMPAT_STACK_TRACE)
	if (stp_module.flags & STP_MODULE_STACKS)
		rt_message(STP_MSG_WARN, "this kernel does not let modules walk stacks: backtraces hold the probed function only");
#endif
}

/* ---- other tasks ---- */

/* Is TASK one that lives? Under RCU. */
static bool is_task(u64 task)
{
	struct task_struct *t = (struct task_struct *)(unsigned long)task;
	pid_t pid;

	if (plat_read_kernel(&pid, (u64)(unsigned long)&t->pid, sizeof pid))
		return false;
	return !pid ? t == current : pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID) == t;
}

static unsigned walk_task(struct task_struct *t, u64 *addrs, unsigned most)
{
#ifdef COMPAT_TASK_TRACE
	return stack_trace_save_tsk(t, (unsigned long *)addrs, most, 0);
#else
	return 0;
#endif
}

void stp_task_stack_text(struct stp_ctx *c, char *dst, size_t size, uint64_t task)
{
	enum { DEPTH = 32, ACTIONS = 8 };
	u64 addrs[DEPTH];
	unsigned n;

	dst[0] = 0;
	if (task == (u64)(unsigned long)current) {
		stp_stack_text(c, dst, size, 0, -1);
		return;
	}
#ifndef COMPAT_TASK_TRACE
	stp_error(c, STP_ERR_FAULT, "this kernel does not let modules walk the stacks of other tasks");
	return;
#endif
	c->actions -= ACTIONS;
	if (c->actions < 0 && !stp_more_actions(c))
		return;
	rcu_read_lock();
	if (is_task(task)) {
		n = walk_task((struct task_struct *)(unsigned long)task, addrs, min_t(u32, stp_module.limits->max_backtrace, DEPTH));
		stp_addresses_text(dst, size, addrs, n);
	} else {
		stp_error_s(c, STP_ERR_FAULT, "there is no task at 0x%x", NULL, (int64_t)task);
	}
	rcu_read_unlock();
}

/* ---- the stack that runs the handler ---- */

int64_t stp_stack_size(void)
{
	return THREAD_SIZE;
}

int64_t stp_stack_used(void)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	return (int64_t)(THREAD_SIZE - (here & (THREAD_SIZE - 1)));
}
