/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of a handler: this CPU's context, the guards, the locks, the errors.
 *
 * A handler runs with interrupts off, so nothing but an NMI or a probe on what the
 * runtime itself calls can come between; those find `busy` set and are skipped.  begin, end and
 * their kind run one after the other before anything else runs, or after: they are
 * only kept on their CPU, and may sleep until there is room for what they print.
 *
 * The handler of a timer, or of a file that is read or written, whose work is long (STP_PROBE_SOFT) runs with
 * interrupts on, in a soft interrupt or with these kept off, and without being preempted: what is hit meanwhile on this
 * CPU is skipped, and timers of the session wait for it.  Hits on other CPUs that give up waiting for its locks do not
 * count against MAXSKIPPED.
 *
 * A probe may be hit in an NMI: a sample of a hardware counter, a function or tracepoint on the
 * NMI's way.  What it interrupts on this CPU is either a handler, and then the hit is skipped, or no
 * handler, and then this CPU holds no lock of the script's and writes to no ring: the hit runs
 * from beginning to end before the other goes on.  A lock that another CPU holds is not waited
 * for there, and counters of skips are atomic, for they may be interrupted in the middle. */
#include "compat.h"
#include "rt.h"
#include "core/core.h"

#include <linux/bottom_half.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/task_stack.h>
#include <linux/timex.h>

static struct rt_cpu *cpu_new(unsigned cpu)
{
	struct rt_cpu *c = plat_alloc_on_cpu(sizeof *c, cpu);

	if (!c)
		return NULL;
	c->frame = plat_alloc_on_cpu(stp_module.frame_size, cpu);
	c->stats = plat_alloc_on_cpu(sizeof *c->stats * (stp_module.nprobes + 1), cpu);
	if (!c->frame || !c->stats) {
		plat_free(c->frame);
		plat_free(c->stats);
		plat_free(c);
		return NULL;
	}
	c->random = (u64)get_cycles() * 0x9e3779b97f4a7c15ull + cpu + 1;
	stp_ctx_init(&c->ctx, cpu, c->frame, stp_module.frame_size);
	return c;
}

int rt_contexts_init(void)
{
	unsigned i;

	rt.ncpus = nr_cpu_ids;
	rt.timed = stp_module.flags & STP_MODULE_TIMING || stp_module.limits->overload_threshold;
	rt.cpus = plat_alloc(sizeof *rt.cpus * rt.ncpus);
	if (!rt.cpus)
		return -ENOMEM;
	for_each_possible_cpu(i) {
		rt.cpus[i] = cpu_new(i);
		if (!rt.cpus[i]) {
			rt_contexts_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void rt_contexts_exit(void)
{
	struct rt_cpu **cpus = rt.cpus;
	unsigned i;

	rt.cpus = NULL;
	for (i = 0; cpus && i < rt.ncpus; i++) {
		if (!cpus[i])
			continue;
		plat_free(cpus[i]->frame);
		plat_free(cpus[i]->stats);
		plat_free(cpus[i]);
	}
	plat_free(cpus);
}

/* ---- guards ---- */

static __always_inline bool state_allows(const struct stp_probe *p)
{
	switch (READ_ONCE(rt.state)) {
	case RT_STARTING: return p->flags & STP_PROBE_DURING_BEGIN;
	case RT_RUNNING: return !(p->flags & STP_PROBE_DURING_END) && READ_ONCE(rt.want_exit) == 0;
	case RT_STOPPING: return p->flags & STP_PROBE_DURING_END;
	}
	return false;
}

/* Has the stack that this hit came on room for a run of P? Where it ends is left for recursive functions. */
static __always_inline bool has_stack(struct rt_cpu *cpu, const struct stp_probe *p)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0), floor = (unsigned long)task_stack_page(current);

	if (likely(here - floor < THREAD_SIZE))
		floor += rt.stack_reserve;
	else
		floor = rt_other_stack(cpu, here);
	floor += p->stack;
	cpu->ctx.stack_floor = floor;
	return here >= floor;
}

static void count_skip(struct rt_cpu *cpu, const struct stp_probe *p, enum rt_skip why, unsigned long n)
{
	atomic_add((int)n, &cpu->stats[p->index].skips[why]);
}

static noinline void skip(struct rt_cpu *cpu, const struct stp_probe *p, enum rt_skip why)
{
	const struct stp_limits *l = stp_module.limits;

	count_skip(cpu, p, why, 1);
	/* a soft timer's handler holds its locks for as long as its work lasts */
	if ((why == RT_SKIP_NESTED && l->interruptible) || (why == RT_SKIP_LOCK && atomic_read(&rt.soft))) {
		atomic_inc(&rt.uncounted);
		atomic_inc(&rt.skipped);
		return;
	}
	if (atomic_inc_return(&rt.skipped) - atomic_read(&rt.uncounted) <= (int)l->max_skipped || l->suppress_errors)
		return;
	/* the request first: what the message calls may be probed, and come here again */
	if (!READ_ONCE(rt.want_exit) && cmpxchg(&rt.want_exit, 0, 1) == 0) {
		WRITE_ONCE(rt.failed, true);
		rt_message(STP_MSG_ERROR, "more than %u hits were skipped, the last of %s: -D MAXSKIPPED=N allows more", l->max_skipped, p->point);
	}
}

void rt_count_missed(const struct stp_probe *p, unsigned long n)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];

	count_skip(cpu, p, RT_SKIP_MISSED, n);
	atomic_add((int)n, &rt.uncounted);
	atomic_add((int)n, &rt.skipped);
}

/* ---- locks: in the order of the list, which is the same for every handler ---- */

static noinline void unlock(const struct stp_probe *p, unsigned n)
{
	while (n--) {
		if (p->locks[n].write)
			plat_write_unlock(p->locks[n].lock);
		else
			plat_read_unlock(p->locks[n].lock);
	}
}

static bool lock(const struct stp_probe *p)
{
	const struct stp_limits *l = stp_module.limits;
	struct plat_wait wait = { .us = l->max_trylock * l->trylock_delay_us, .endless = l->suppress_time_limits };
	unsigned i;
	bool got;

	if (unlikely(in_nmi()))
		wait = (struct plat_wait){ 0 };
	for (i = 0; i < p->nlocks; i++) {
		got = p->locks[i].write ? plat_write_lock(p->locks[i].lock, &wait) : plat_read_lock(p->locks[i].lock, &wait);
		if (!got) {
			unlock(p, i);
			return false;
		}
	}
	return true;
}

bool stp_lock(struct stp_ctx *c)
{
	bool got = lock(c->probe);

	c->locks = got ? STP_LOCKS_HELD : STP_LOCKS_BUSY;
	return got;
}

/* ---- errors ---- */

enum { REPORTED_FAULTS = 10 };

static noinline void handle_error(struct rt_cpu *cpu, const struct stp_probe *p)
{
	struct stp_ctx *c = &cpu->ctx;
	const struct stp_limits *l = stp_module.limits;
	bool soft = c->error_kind == STP_ERR_FAULT || (l->suppress_errors && c->error_kind != STP_ERR_LIMIT);
	int n;

	if (c->error_kind == STP_ERR_ABORT)
		return;
	if (c->error_kind == STP_ERR_STACK) {
		skip(cpu, p, RT_SKIP_STACK);
		return;
	}
	n = atomic_inc_return(&rt.errors);
	cpu->stats[p->index].errors++;
	stp_ctx_error_text(c, cpu->text, sizeof cpu->text);
	if (soft) {
		if (cpu->stats[p->index].errors <= REPORTED_FAULTS && !l->suppress_errors)
			rt_message(STP_MSG_WARN, "%s", cpu->text);
		return;
	}
	rt_message(STP_MSG_ERROR, "%s", cpu->text);
	if (c->error_kind == STP_ERR_LIMIT || n > (int)l->max_errors)
		rt_request_exit(true);
}

/* ---- cost: of a session that asks for it, or is guarded ---- */

static noinline void account(struct rt_cpu *cpu, const struct stp_probe *p, u64 start)
{
	struct rt_probe_stat *st = &cpu->stats[p->index];
	u64 now = get_cycles(), cost = now - start;
	const struct stp_limits *l = stp_module.limits;

	st->cycles += cost;
	if (!st->hits || cost < st->min)
		st->min = cost;
	if (cost > st->max)
		st->max = cost;
	st->hits++;
	if (!l->overload_threshold || p->flags & (STP_PROBE_DURING_BEGIN | STP_PROBE_DURING_END))
		return;
	cpu->overload_used += cost;
	if (now - cpu->overload_start < l->overload_interval)
		return;
	if (cpu->overload_start && cpu->overload_used > l->overload_threshold && !READ_ONCE(rt.want_exit)) {
		rt_message(STP_MSG_ERROR, "probe overhead exceeded its limit: %llu of %llu cycles on CPU %u; the last was %s with %llu cycles a hit on average (%llu hits); -D STP_NO_OVERLOAD turns this guard off",
			   cpu->overload_used, now - cpu->overload_start, raw_smp_processor_id(), p->point, div64_u64(st->cycles, st->hits), st->hits);
		rt_request_exit(true);
	}
	cpu->overload_start = now;
	cpu->overload_used = 0;
}

/* False: a lock was busy. */
static __always_inline bool run_handler(struct rt_cpu *cpu, const struct stp_probe *p, void (*handler)(struct stp_ctx *c))
{
	struct stp_ctx *c = &cpu->ctx;

	handler(c);
	stp_ctx_end(c);
	if (unlikely(c->locks == STP_LOCKS_BUSY)) {
		skip(cpu, p, RT_SKIP_LOCK);
		return false;
	}
	if (c->locks)
		unlock(p, p->nlocks);
	if (unlikely(c->error))
		handle_error(cpu, p);
	return true;
}

static __always_inline bool run(struct rt_cpu *cpu, const struct stp_probe *p, struct pt_regs *regs, void (*handler)(struct stp_ctx *c),
				void (*fill)(struct stp_ctx *c, void *data), void *data)
{
	struct stp_ctx *c = &cpu->ctx;
	bool timed = rt.timed;
	u64 start = 0;

	if (timed)
		cpu->started = start = get_cycles();
	stp_ctx_begin(c, p, regs);
	if (fill)
		fill(c, data);
	if (p->condition && !p->condition(c))
		return false;
	if (!run_handler(cpu, p, handler))
		return false;
	if (timed)
		account(cpu, p, start);
	return true;
}

/* On this CPU, which does not change meanwhile. `busy` comes first: what is called behind it may be probed. */
static __always_inline bool run_here(const struct stp_probe *p, struct pt_regs *regs, void (*handler)(struct stp_ctx *c),
				     void (*fill)(struct stp_ctx *c, void *data), void *data, enum rt_skip nested)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];
	bool ran = false;

	if (unlikely(READ_ONCE(cpu->busy))) {
		if (nested == RT_SKIP_NESTED)
			skip(cpu, p, RT_SKIP_NESTED);
		else
			rt_count_missed(p, 1);
		return false;
	}
	WRITE_ONCE(cpu->busy, 1);
	barrier();
	if (unlikely(!has_stack(cpu, p)))
		skip(cpu, p, RT_SKIP_STACK);
	else
		ran = run(cpu, p, regs, handler, fill, data);
	barrier();
	WRITE_ONCE(cpu->busy, 0);
	return ran;
}

static noinline bool run_alone(const struct stp_probe *p, void (*handler)(struct stp_ctx *c), void (*fill)(struct stp_ctx *c, void *data), void *data)
{
	struct compat_pin pin;
	bool sleeps = compat_pin(&pin), ran;
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];

	cpu->may_sleep = sleeps;
	ran = run_here(p, NULL, handler, fill, data, RT_SKIP_NESTED);
	cpu->may_sleep = false;
	compat_unpin(&pin);
	return ran;
}

bool rt_run(const struct stp_probe *p, struct pt_regs *regs, void (*handler)(struct stp_ctx *c),
	    void (*fill)(struct stp_ctx *c, void *data), void *data)
{
	unsigned long flags;
	bool ran;

	if (unlikely(!state_allows(p)))
		return false;
	if (p->flags & (STP_PROBE_DURING_BEGIN | STP_PROBE_DURING_END))
		return run_alone(p, handler, fill, data);
	raw_local_irq_save(flags);	/* raw: a debug kernel's irq tracing may be what is probed */
	ran = run_here(p, regs, handler, fill, data, RT_SKIP_NESTED);
	raw_local_irq_restore(flags);
	return ran;
}
NOKPROBE_SYMBOL(rt_run);

bool rt_run_soft(const struct stp_probe *p, void (*handler)(struct stp_ctx *c), void (*fill)(struct stp_ctx *c, void *data), void *data)
{
	bool ran;

	if (!state_allows(p))
		return false;
	local_bh_disable();
	preempt_disable_notrace();
	atomic_inc(&rt.soft);
	ran = run_here(p, NULL, handler, fill, data, RT_SKIP_NESTED);
	atomic_dec(&rt.soft);
	preempt_enable_notrace();
	local_bh_enable();
	return ran;
}

static __always_inline void set_address(struct stp_ctx *c, void *data)
{
	c->probe_addr = (u64)(unsigned long)data;
}

/* Of its own, so that what is the same for every hit of a kprobe is no call by a pointer. */
void rt_run_at(const struct stp_probe *p, struct pt_regs *regs, unsigned long addr)
{
	unsigned long flags;

	if (unlikely(!state_allows(p)))
		return;
	raw_local_irq_save(flags);
	run_here(p, regs, p->handler, set_address, (void *)addr, RT_SKIP_NESTED);
	raw_local_irq_restore(flags);
}
NOKPROBE_SYMBOL(rt_run_at);

void rt_run_traced(const struct stp_probe *p, struct pt_regs *regs, unsigned long addr)
{
	unsigned long flags;

	if (unlikely(!state_allows(p)))
		return;
	raw_local_irq_save(flags);
	if (rcu_is_watching())
		run_here(p, regs, p->handler, set_address, (void *)addr, RT_SKIP_MISSED);
	else
		rt_count_missed(p, 1);
	raw_local_irq_restore(flags);
}
NOKPROBE_SYMBOL(rt_run_traced);
