/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handlers of a kernel: when they run and when they are skipped, their locks, errors and costs (kernel/context.c). */
#include "testsuite/unit/kernel/world.h"

static unsigned runs[WORLD_PROBES];
static void (*within)(void);		/* what handler 0 does */

static void count(struct stp_ctx *c)
{
	if (c->probe->nlocks && !stp_lock(c))
		return;
	runs[c->probe->index]++;
	if (within && !c->probe->index)
		within();
}

static void begin(void)
{
	world_reset();
	memset(runs, 0, sizeof runs);
	within = NULL;
	for (unsigned i = 0; i < WORLD_PROBES; i++)
		world.probes[i].handler = count;
	world_load();
}

static void hit(unsigned probe)
{
	rt_run(&world.probes[probe], NULL, world.probes[probe].handler, NULL, NULL);
}

/* ---- when ---- */

TEST(context_runs_as_the_state_allows)
{
	static const unsigned want[RT_STOPPED + 1][3] = {
		[RT_STARTING] = { 0, 1, 0 }, [RT_RUNNING] = { 1, 1, 0 }, [RT_STOPPING] = { 0, 0, 1 },
	};

	for (unsigned state = RT_NEW; state <= RT_STOPPED; state++) {
		begin();
		rt.state = state;
		for (unsigned i = 0; i < 3; i++) {
			hit(i);
			CHECK_MSG(runs[i] == want[state][i], "state %u: probe %u ran %u times", state, i, runs[i]);
		}
		rt_run_at(&world.probes[0], NULL, 1);
		rt_run_traced(&world.probes[0], NULL, 1);
		CHECK_EQ(runs[0], 3 * want[state][0]);
	}
}

TEST(context_nothing_new_once_the_end_is_asked_for)
{
	begin();
	rt_request_exit(false);
	hit(0);
	CHECK_EQ(runs[0], 0);
	rt.state = RT_STOPPING;
	hit(2);
	CHECK_EQ(runs[2], 1);
}

static void guarded(void)
{
	CHECK(world.irqs_off && !world.pinned);
	CHECK(rt.cpus[plat_slot()]->busy && !rt.cpus[plat_slot()]->may_sleep);
}

TEST(context_guards_a_handler)
{
	begin();
	within = guarded;
	hit(0);
	rt_run_at(&world.probes[0], NULL, 1);
	CHECK_EQ(runs[0], 2);
	CHECK(!world.irqs_off && !rt.cpus[0]->busy);
}

static void alone(struct stp_ctx *c)
{
	(void)c;
	CHECK(!world.irqs_off && world.pinned && rt.cpus[0]->may_sleep);
	runs[1]++;
}

TEST(context_begin_may_sleep)
{
	begin();
	world.probes[1].handler = alone;
	rt.state = RT_STARTING;
	hit(1);
	CHECK_EQ(runs[1], 1);
	CHECK(!world.pinned && !rt.cpus[0]->may_sleep);
}

static int64_t never(struct stp_ctx *c)
{
	(void)c;
	return 0;
}

TEST(context_condition)
{
	begin();
	world.probes[0].condition = never;
	hit(0);
	CHECK_EQ(runs[0], 0);
	CHECK(!rt.cpus[0]->busy);
}

static void address(struct stp_ctx *c)
{
	CHECK_EQ(c->probe_addr, 0x1234);
	CHECK(c->regs == (void *)&world);
	runs[0]++;
}

TEST(context_tells_where)
{
	begin();
	world.probes[0].handler = address;
	rt_run_at(&world.probes[0], (void *)&world, 0x1234);
	rt_run_traced(&world.probes[0], (void *)&world, 0x1234);
	CHECK_EQ(runs[0], 2);
}

static void take_both(void)
{
	world.probes[0].locks = world.lockrefs;
	world.probes[0].nlocks = WORLD_LOCKS;
}

/* ---- skipped ---- */

static void hit_inside(void)
{
	hit(0);
	rt_run_at(&world.probes[0], NULL, 1);
	rt_run_traced(&world.probes[0], NULL, 1);
}

TEST(context_hits_inside_a_handler)
{
	begin();
	within = hit_inside;
	hit(0);
	CHECK_EQ(runs[0], 1);
	CHECK_EQ(world_skips(0, RT_SKIP_NESTED), 2);
	CHECK_EQ(world_skips(0, RT_SKIP_MISSED), 1);
	CHECK_EQ(atomic_read(&rt.skipped), 3);
	CHECK_EQ(atomic_read(&rt.uncounted), 1);
	within = NULL;
	hit(0);
	CHECK_EQ(runs[0], 2);
}

static void hit_elsewhere(void)
{
	world_cpu(1);
	within = NULL;
	hit(0);
	world_cpu(0);
}

TEST(context_other_cpus_are_free)
{
	begin();
	within = hit_elsewhere;
	hit(0);
	CHECK_EQ(runs[0], 2);
	CHECK_EQ(atomic_read(&rt.skipped), 0);
}

static void hit_once_more(void) { hit(0); }

/* An NMI comes at each moment of a hit: it runs as a whole, or is skipped as a whole. */
TEST(context_nmi_at_each_step)
{
	unsigned nested = 0, whole = 0;

	for (unsigned n = 1; ; n++) {
		begin();
		world_at(n, hit_once_more);
		hit(0);
		if (!world_came())
			break;
		CHECK_EQ(runs[0] + world_skips(0, RT_SKIP_NESTED), 2);
		CHECK(!rt.cpus[0]->busy);
		nested += world_skips(0, RT_SKIP_NESTED);
		whole += runs[0] == 2;
	}
	CHECK(nested && whole);
}

TEST(context_traced_where_rcu_is_blind)
{
	begin();
	world.blind = true;
	rt_run_traced(&world.probes[0], NULL, 1);
	CHECK_EQ(runs[0], 0);
	CHECK_EQ(world_skips(0, RT_SKIP_MISSED), 1);
	CHECK(!world.irqs_off);
}

/* The module was measured: probe 0 takes BYTES. */
static void measured(u32 bytes)
{
	for (u32 i = 0; i < stp_module.nprobes; i++)
		world.probes[i].stack = i ? 1 : bytes;
	rt_reserve_stack();
}

/* A hit with ROOM bytes of its task's stack below: does it run? */
static bool runs_with(unsigned room)
{
	unsigned before = runs[0];

	world.stack = (char *)__builtin_frame_address(0) - room;
	hit(0);
	return runs[0] > before;
}

TEST(context_stack_of_the_task)
{
	begin();
	world.limits.min_stack = 2000;
	measured(3000);
	CHECK(runs_with(8000));
	CHECK(!runs_with(4900));
	CHECK_EQ(world_skips(0, RT_SKIP_STACK), 1);
	measured(500);
	CHECK(runs_with(4900));
	measured(0);	/* nobody did */
	CHECK(runs_with(8000));
	CHECK(!runs_with(3900));
}

TEST(context_stack_reserve_without_a_limit)
{
	begin();
	measured(1000);
	CHECK(runs_with(THREAD_SIZE / 8 + 3000));
	CHECK(!runs_with(THREAD_SIZE / 8 + 900));
}

/* The stack in use is not the task's, has SIZE bytes, of which ROOM are below. */
static void other_stack(unsigned size, unsigned room)
{
	char *here = __builtin_frame_address(0);

	world.stack = here + 100000;
	world.other_stack = here - room;
	world.other_end = here - room + size;
}

TEST(context_other_stacks)
{
	begin();
	measured(1000);
	other_stack(16384, 6000);
	hit(0);
	hit(0);
	CHECK_EQ(runs[0], 2);
	CHECK_EQ(world.unwinds, 1);	/* it is remembered, */
	world_cpu(1);
	hit(0);
	CHECK_EQ(runs[0], 3);
	CHECK_EQ(world.unwinds, 2);	/* for this CPU alone */
	measured(7000);
	hit(0);
	CHECK_EQ(runs[0], 3);
	CHECK_EQ(world_skips(0, RT_SKIP_STACK), 1);
}

TEST(context_small_other_stacks_keep_less_free)
{
	begin();
	measured(1000);
	other_stack(4096, 3000);	/* a quarter of it is free: 1,024 of 3,000 */
	hit(0);
	CHECK_EQ(runs[0], 1);
	begin();
	world.limits.min_stack = 2500;	/* the user's word */
	measured(1000);
	other_stack(4096, 3000);
	hit(0);
	CHECK_EQ(runs[0], 0);
}

TEST(context_unknown_stack_has_a_page)
{
	begin();
	world.stack = (char *)__builtin_frame_address(0) + 100000;
	measured(8000);	/* no page has as much */
	hit(0);
	CHECK_EQ(runs[0], 0);
	CHECK_EQ(world_skips(0, RT_SKIP_STACK), 1);
}

static bool recursed;

static void recurse(void)
{
	struct stp_ctx *c = &rt.cpus[plat_slot()]->ctx;

	c->stack_floor = (uintptr_t)__builtin_frame_address(0) + 4096;
	recursed = stp_may_recurse(c, 100);
	c->depth--;
	CHECK(!stp_catch(c, NULL, 0));
}

TEST(context_recursion_beyond_the_stack_is_a_skipped_hit)
{
	begin();
	within = recurse;
	recursed = true;
	hit(0);
	CHECK(!recursed);
	CHECK_EQ(world_skips(0, RT_SKIP_STACK), 1);
	CHECK_EQ(rt.errors.counter, 0);
	CHECK_EQ(rt.want_exit, 0);
	CHECK_STR(world_messages(), "");
}

static void hit_often(void)
{
	for (unsigned i = 0; i < 10; i++)
		hit(0);
}

TEST(context_too_many_skips)
{
	begin();
	world.limits.max_skipped = 4;
	within = hit_often;
	hit(0);
	CHECK_EQ(world_skips(0, RT_SKIP_NESTED), 5);
	CHECK_EQ(rt.want_exit, 1);
	CHECK(rt.failed);
	CHECK_STR(world_messages(), "ERROR more than 4 hits were skipped, the last of p0: -D MAXSKIPPED=N allows more\n");

	begin();
	world.limits.max_skipped = 4;
	world.limits.suppress_errors = 1;
	within = hit_often;
	hit(0);
	CHECK_EQ(world_skips(0, RT_SKIP_NESTED), 10);
	CHECK_EQ(rt.want_exit, 0);
	CHECK_STR(world_messages(), "");
}

TEST(context_reentrancy_does_not_end_it)
{
	begin();
	world.limits.max_skipped = 4;
	world.limits.interruptible = 1;
	within = hit_often;
	hit(0);
	CHECK_EQ(world_skips(0, RT_SKIP_NESTED), 10);
	CHECK_EQ(atomic_read(&rt.skipped), 10);
	CHECK_EQ(rt.want_exit, 0);
	within = NULL;
	take_both();
	world.busy[1] = true;
	hit_often();
	CHECK_EQ(rt.want_exit, 1);
	CHECK_STR(world_messages(), "ERROR more than 4 hits were skipped, the last of p0: -D MAXSKIPPED=N allows more\n");
}

TEST(context_what_the_kernel_missed_does_not_end_it)
{
	begin();
	world.limits.max_skipped = 4;
	rt_count_missed(&world.probes[0], 1000);
	within = hit_inside;
	hit(0);
	CHECK_EQ(rt.want_exit, 0);
	CHECK_EQ(world_skips(0, RT_SKIP_MISSED), 1001);
	CHECK_EQ(atomic_read(&rt.skipped), 1003);
}

/* ---- soft timers ---- */

static void soft(struct stp_ctx *c)
{
	runs[0]++;
	CHECK(!world.irqs_off && world.unpreempted && !c->regs);
	CHECK_EQ(atomic_read(&rt.soft), 1);
	hit(1);				/* in an interrupt of this CPU */
	world_cpu(1);			/* on another one, which wants what this one holds */
	world.busy[0] = true;
	hit(2);
	world_cpu(0);
}

TEST(context_soft_timer_is_interrupted)
{
	begin();
	world.limits.max_skipped = 0;
	world.probes[0].handler = soft;
	world.probes[0].flags = STP_PROBE_SOFT | STP_PROBE_INTERRUPTIBLE;
	world.probes[1].flags = world.probes[2].flags = 0;
	world.probes[2].locks = world.lockrefs;
	world.probes[2].nlocks = 1;
	world.limits.interruptible = 1;
	rt_run_soft(&world.probes[0], world.probes[0].handler, NULL, NULL);
	CHECK_EQ(runs[0], 1);
	CHECK_EQ(world_skips(1, RT_SKIP_NESTED), 1);
	CHECK_EQ(world_skips(2, RT_SKIP_LOCK), 1);
	CHECK_EQ(rt.want_exit, 0);
	CHECK(!world.unpreempted && !rt.cpus[0]->busy);
	CHECK_EQ(atomic_read(&rt.soft), 0);
	world_cpu(1);
	hit(2);				/* nobody soft holds it now */
	CHECK_EQ(rt.want_exit, 1);
	rt.state = RT_STOPPING;
	rt_run_soft(&world.probes[0], world.probes[0].handler, NULL, NULL);
	CHECK_EQ(runs[0], 1);
}

/* ---- locks ---- */

static void both_held(void)
{
	CHECK_EQ(world.locks[0].word, 1);
	CHECK_EQ(world.locks[1].word, 2);
}

TEST(context_locks)
{
	begin();
	take_both();
	within = both_held;
	hit(0);
	CHECK_EQ(runs[0], 1);
	CHECK_EQ(world.wait.us, 50);
	CHECK(!world.wait.endless);
	CHECK(!world.locks[0].word && !world.locks[1].word);
}

TEST(context_busy_lock)
{
	for (unsigned i = 0; i < WORLD_LOCKS; i++) {
		begin();
		take_both();
		world.busy[i] = true;
		hit(0);
		CHECK_EQ(runs[0], 0);
		CHECK_EQ(world_skips(0, RT_SKIP_LOCK), 1);
		CHECK(!world.locks[0].word && !world.locks[1].word);
		CHECK_EQ(rt.cpus[0]->stats[0].hits, 0);
	}
}

static void passes_by(struct stp_ctx *c)
{
	runs[c->probe->index]++;
}

TEST(context_no_lock_that_the_handler_does_not_take)
{
	begin();
	take_both();
	world.probes[0].handler = passes_by;
	world.busy[0] = world.busy[1] = true;
	hit(0);
	CHECK_EQ(runs[0], 1);
	CHECK_EQ(world.wait.us, 0);
	CHECK_EQ(world_skips(0, RT_SKIP_LOCK), 0);
	CHECK_EQ(atomic_read(&rt.skipped), 0);
}

TEST(context_lock_without_time_limits)
{
	begin();
	world.limits.suppress_time_limits = 1;
	take_both();
	hit(0);
	CHECK(world.wait.endless);
	world.nmi = true;
	hit(0);
	CHECK(!world.wait.us && !world.wait.endless);
}

TEST(context_nmi_does_not_wait_for_a_lock)
{
	begin();
	take_both();
	world.nmi = true;
	hit(0);
	CHECK_EQ(runs[0], 1);
	CHECK(!world.wait.us && !world.wait.endless);
}

/* ---- errors ---- */

static enum stp_error_kind kind;

static void fails(struct stp_ctx *c)
{
	stp_error(c, kind, "wrong");
	stp_fail(c, 1);
	runs[0]++;
}

static void fail(enum stp_error_kind k, unsigned times)
{
	kind = k;
	world.probes[0].handler = fails;
	while (times--)
		hit(0);
}

#define WRONG "wrong at a.stp:1:1 in probe p0\n"

TEST(context_error_ends_the_session)
{
	begin();
	fail(STP_ERR_ARITH, 2);
	CHECK_EQ(runs[0], 1);
	CHECK_EQ(rt.want_exit, 1);
	CHECK(rt.failed);
	CHECK_EQ(atomic_read(&rt.errors), 1);
	CHECK_STR(world_messages(), "ERROR " WRONG);
}

TEST(context_errors_up_to_the_limit)
{
	begin();
	world.limits.max_errors = 2;
	fail(STP_ERR_SCRIPT, 2);
	CHECK_EQ(rt.want_exit, 0);
	fail(STP_ERR_SCRIPT, 2);
	CHECK_EQ(rt.want_exit, 1);
	CHECK_EQ(runs[0], 3);
	CHECK_STR(world_messages(), "ERROR " WRONG "ERROR " WRONG "ERROR " WRONG);
}

TEST(context_limit_ends_it_always)
{
	begin();
	world.limits.max_errors = 100;
	world.limits.suppress_errors = 1;
	fail(STP_ERR_LIMIT, 1);
	CHECK_EQ(rt.want_exit, 1);
	CHECK(rt.failed);
	CHECK_STR(world_messages(), "ERROR " WRONG);
}

TEST(context_faults_do_not_end_it)
{
	unsigned lines = 0;

	begin();
	fail(STP_ERR_FAULT, 25);
	CHECK_EQ(rt.want_exit, 0);
	CHECK_EQ(runs[0], 25);
	CHECK_EQ(rt.cpus[0]->stats[0].errors, 25);
	for (const char *p = world_messages(); *p; p = strchr(p, '\n') + 1, lines++)
		CHECK(!strncmp(p, "WARN " WRONG, strlen("WARN " WRONG)));
	CHECK_EQ(lines, 10);
}

TEST(context_suppressed_errors_are_counted)
{
	begin();
	world.limits.suppress_errors = 1;
	fail(STP_ERR_ARITH, 3);
	fail(STP_ERR_FAULT, 3);
	CHECK_EQ(rt.want_exit, 0);
	CHECK_EQ(atomic_read(&rt.errors), 6);
	CHECK_STR(world_messages(), "");
}

TEST(context_abort_is_no_error)
{
	begin();
	fail(STP_ERR_ABORT, 3);
	CHECK_EQ(runs[0], 3);
	CHECK_EQ(atomic_read(&rt.errors), 0);
	CHECK_STR(world_messages(), "");
}

/* ---- cost ---- */

static u64 cost;

static void takes_time(struct stp_ctx *c)
{
	(void)c;
	world.cycles += cost;
}

static void hit_at(unsigned cpu, u64 now, u64 cycles)
{
	world_cpu(cpu);
	world.cycles = now;
	cost = cycles;
	hit(0);
	world_cpu(0);
}

TEST(context_costs_are_measured)
{
	char line[200];
	u32 next = 0;

	begin();
	world.probes[0].handler = takes_time;
	hit_at(0, 1000, 30);
	hit_at(1, 2000, 10);
	hit_at(2, 3000, 50);
	CHECK_EQ(rt_report_line(&next, line, sizeof line), STP_MSG_REPORT);
	CHECK_STR(line, "p0: hits: 3, cycles: 10 min / 30 avg / 50 max\n");
	CHECK_EQ(rt_report_line(&next, line, sizeof line), 0);
}

TEST(context_skips_are_reported)
{
	char line[200];
	u32 next = 0;

	begin();
	within = hit_inside;
	hit(0);
	world.busy[0] = true;
	take_both();
	hit(0);
	CHECK_EQ(rt_report_line(&next, line, sizeof line), STP_MSG_REPORT);
	CHECK_EQ(rt_report_line(&next, line, sizeof line), STP_MSG_WARN);
	CHECK_STR(line, "p0: 4 hits skipped (2 inside another handler, 1 lock busy, 0 low stack, 1 missed by the kernel)");
}

static void begin_guarded(void)
{
	begin();
	world.limits.overload_threshold = 100;
	world.limits.overload_interval = 1000;
	world.probes[0].handler = takes_time;
}

TEST(context_overload_ends_the_session)
{
	begin_guarded();
	hit_at(0, 10000, 60);
	hit_at(0, 10500, 60);
	CHECK_EQ(rt.want_exit, 0);
	hit_at(0, 11100, 60);
	CHECK_EQ(rt.want_exit, 1);
	CHECK(rt.failed);
	CHECK_STR(world_messages(), "ERROR probe overhead exceeded its limit: 120 of 1100 cycles on CPU 0; the last was p0 with 60 cycles a hit on average "
		  "(3 hits); -D STP_NO_OVERLOAD turns this guard off\n");
}

TEST(context_overload_is_of_one_cpu_and_interval)
{
	begin_guarded();
	for (u64 now = 10000; now < 100000; now += 1500) {
		hit_at(0, now, 60);
		hit_at(1, now, 60);
	}
	CHECK_EQ(rt.want_exit, 0);
	begin_guarded();
	world.probes[0].flags = STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_BEGIN;
	for (u64 now = 10000; now < 100000; now += 100)
		hit_at(0, now, 60);
	CHECK_EQ(rt.want_exit, 0);
	begin_guarded();
	world.probes[0].flags = STP_PROBE_INTERRUPTIBLE | STP_PROBE_SOFT;
	for (u64 now = 10000; now < 100000; now += 100)
		hit_at(0, now, 60);
	CHECK_EQ(rt.want_exit, 1);
}

/* ---- memory ---- */

TEST(context_without_memory)
{
	int err = -1;

	for (unsigned n = 1; err; n++) {
		unsigned live;

		world_reset();
		CHECK_EQ(stp_core_load(&stp_module), 0);
		live = plat_test_live();
		plat_test_fail_alloc(n);
		err = rt_contexts_init();
		plat_test_fail_alloc(0);
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK(!rt.cpus);
		CHECK_EQ(plat_test_live(), live);
	}
	CHECK(rt.cpus[WORLD_CPUS - 1]);
}
