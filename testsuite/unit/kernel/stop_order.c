/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before what uses or frees what handlers have, they are waited for. */
#include "testsuite/unit/kernel/world.h"

static void says_end(struct stp_ctx *c)
{
	(void)c;
	world_note("end");
}

static void says_begin(struct stp_ctx *c)
{
	(void)c;
	world_note("begin");
}

static void fails(struct stp_ctx *c)
{
	stp_error(c, STP_ERR_SCRIPT, "wrong");
	stp_fail(c, 1);
}

static int start(void)
{
	const struct stp_msg_start m = { .version = STP_WIRE_VERSION };

	return rt_start(&m);
}

static void fresh(void)
{
	world_reset();
	world.probes[1].handler = says_begin;
	world.probes[2].handler = world.probes[3].handler = says_end;
}

/* The end probe sees what all others have done, and none runs beside it. */
TEST(stop_waits_for_handlers_before_end)
{
	fresh();
	CHECK_EQ(start(), 0);
	rt_stop(false);
	CHECK_STR(world.notes, "begin attach detach wait end wait ");
	rt_stop(false);
	CHECK_STR(world.notes, "begin attach detach wait end wait ");
	rt_unload();
}

TEST(stop_quietly_waits_and_ends_nothing)
{
	fresh();
	CHECK_EQ(start(), 0);
	rt_unload();
	CHECK_STR(world.notes, "begin attach detach wait wait ");
	CHECK_EQ(plat_test_live(), 0);
}

TEST(stop_after_an_error_runs_the_error_probe)
{
	fresh();
	world.probes[1].handler = fails;
	world.probes[2].handler = fails;
	CHECK_EQ(start(), 0);
	CHECK_EQ(rt.state, RT_RUNNING);
	rt_stop(false);
	CHECK_STR(world.notes, "detach wait end wait ");
	rt_unload();
}

/* What could not be attached was detached by who tried; handlers that came meanwhile are waited
 * for. */
TEST(stop_after_a_failed_start)
{
	fresh();
	world.attach_error = -ENOENT;
	CHECK_EQ(start(), 0);
	CHECK_EQ(rt.state, RT_STOPPED);
	CHECK_STR(world.notes, "begin attach wait ");
	rt_stop(false);
	CHECK_STR(world.notes, "begin attach wait ");
	rt_unload();
	CHECK_EQ(plat_test_live(), 0);
}

TEST(stop_before_the_start)
{
	fresh();
	rt_stop(false);
	CHECK_EQ(rt.state, RT_STOPPED);
	CHECK_EQ(start(), -EBUSY);
	CHECK_STR(world.notes, "wait ");
	rt_unload();
}

/* ---- what a start is asked for ---- */

static void start_with(u32 flags)
{
	const struct stp_msg_start m = { .version = STP_WIRE_VERSION, .flags = flags, .target = 77 };

	fresh();
	CHECK_EQ(rt_start(&m), 0);
}

TEST(start_does_as_it_is_asked)
{
	start_with(0);
	CHECK(!rt.bulk && !rt.overwrite && !rt.unread);
	CHECK_EQ(rt.target, 77);
	start_with(STP_START_BULK);
	CHECK(rt.bulk && !rt.overwrite && !rt.unread);
	start_with(STP_START_OVERWRITE);
	CHECK(!rt.bulk && rt.overwrite && !rt.unread);
	start_with(STP_START_UNREAD);
	CHECK(!rt.bulk && !rt.overwrite && rt.unread);
	rt_unload();
}

/* The daemon is woken for each thing that is said. */
TEST(start_and_stop_wake_the_daemon)
{
	start_with(0);
	CHECK_EQ(world.wakes, 2);	/* the channels are there; it has started */
	rt_introduce();
	CHECK_EQ(world.wakes, 4);
	rt_stop(false);
	CHECK_EQ(world.wakes, 5);
	rt_unload();
	CHECK_EQ(world.wakes, 5);
}
