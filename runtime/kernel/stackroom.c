/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of the kernel stack that a hit came on is left.
 *
 * A hit may come on the stack of the task, of interrupts, or of one of the exceptions that have their own (NMI,
 * debug exception).  The task's stack is known to all; where the others are, only the kernel's unwinder tells modules.
 * They never move, so each CPU asks once for each of its stacks, and remembers the answer.
 *
 * Where the unwinder does not tell, what is known to be there is the rest of the page. */
#include "compat.h"
#include "rt.h"

#include <linux/sched.h>
#ifdef COMPAT_UNWINDER
#include <asm/unwind.h>
#endif

#ifdef COMPAT_UNWINDER
static noinline bool ask_unwinder(unsigned long here, struct rt_stack *found)
{
	struct unwind_state state;

	unwind_start(&state, current, NULL, NULL);
	found->begin = (unsigned long)state.stack_info.begin;
	found->end = (unsigned long)state.stack_info.end;
	return found->begin <= here && here < found->end;
}
#else
static bool ask_unwinder(unsigned long here, struct rt_stack *found)
{
	return false;
}
#endif

/* What modules that nobody measured (stp_probe.stack) are taken to need. */
enum { UNMEASURED = 2048 };

static unsigned long unmeasured(void)
{
	u32 i;

	for (i = 0; i < stp_module.nprobes; i++)
		if (!stp_module.probes[i].stack)
			return UNMEASURED;
	return 0;
}

/* Beyond what a run takes inside the module: for the kernel's functions that it calls, with a fault or a breakpoint on
 * top. */
static unsigned long task_reserve(void)
{
	return stp_module.limits->min_stack ? stp_module.limits->min_stack : max(2048ul, THREAD_SIZE / 8);
}

void rt_reserve_stack(void)
{
	rt.stack_reserve = task_reserve() + unmeasured();
}

/* Small stacks have a smaller reserve, unless the user has said how much it is to be. */
static unsigned long reserve_of(unsigned long size)
{
	if (stp_module.limits->min_stack)
		return rt.stack_reserve;
	return min(task_reserve(), size / 4) + unmeasured();
}

static unsigned long remember(struct rt_cpu *cpu, const struct rt_stack *s)
{
	if (cpu->nstacks < RT_STACKS)
		cpu->stacks[cpu->nstacks++] = *s;
	return s->floor;
}

unsigned long rt_other_stack(struct rt_cpu *cpu, unsigned long here)
{
	struct rt_stack s;
	unsigned i;

	for (i = 0; i < cpu->nstacks; i++)
		if (here >= cpu->stacks[i].begin && here < cpu->stacks[i].end)
			return cpu->stacks[i].floor;
	if (!ask_unwinder(here, &s))
		return (here & PAGE_MASK) + rt.stack_reserve;
	s.floor = s.begin + reserve_of(s.end - s.begin);
	return remember(cpu, &s);
}
