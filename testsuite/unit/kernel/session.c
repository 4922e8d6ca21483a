/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session tells its daemon, and in what order, wherever the daemon reads while the session goes on. */
#include "testsuite/unit/kernel/world.h"

#include "runtime/kernel/session.c"	/* for its own variables */

static char said[400];

static const char *name_of(u32 kind)
{
	switch (kind) {
	case STP_MSG_CHANNELS: return "CHANNELS ";
	case STP_MSG_STARTED: return start_message.error ? "FAILED " : "STARTED ";
	case STP_MSG_EXIT: return "EXIT ";
	case STP_MSG_STOPPED: return "STOPPED ";
	case STP_MSG_ERROR: return "error ";
	case STP_MSG_WARN: return "warning ";
	case STP_MSG_WAKE: case STP_MSG_REPORT: case STP_MSG_PROGRESS: return "";
	}
	return "? ";
}

/* What the daemon does with a channel that has something to say. */
static void listen(void)
{
	char payload[RT_MESSAGE_SIZE];
	struct stp_msg head;

	while (rt_session_take(&head, payload))
		strcat(said, name_of(head.kind));
}

static void fresh(void)
{
	world_reset();
	started = stopped = channels = 0;
	report_next = 0;
	said[0] = 0;
}

static void start(void)
{
	const struct stp_msg_start m = { .version = STP_WIRE_VERSION };

	CHECK_EQ(rt_start(&m), 0);
}

static void stop(void)
{
	rt_stop(false);
}

/* Errors may come before the channels or after. */
static bool heard(const char *want)
{
	char rest[sizeof said], *c = strstr(said, "CHANNELS ");

	if (!c)
		return false;
	memcpy(rest, said, sizeof said);
	memmove(rest + (c - said), c + 9, strlen(c + 9) + 1);
	return c < strstr(said, "ED ") && !strcmp(rest, want);
}

/* WORK of another CPU at each step of MINE, then the daemon's last look: it must have heard WANT, each time. */
static void try_everywhere(void (*prepare_world)(void), void (*before)(void), void (*mine)(void), void (*work)(void), const char *want)
{
	for (unsigned n = 1; ; n++) {
		bool came;

		fresh();
		prepare_world();
		if (before) {
			before();
			listen();
		}
		world_at(n, work);
		mine();
		came = world_came();
		world_at(0, NULL);
		if (!came)
			work();
		CHECK_MSG(rt_session_ready() || heard(want), "step %u: nothing to say, heard %s", n, said);
		listen();
		CHECK_MSG(heard(want), "another CPU at step %u: heard %s, not %s", n, said, want);
		CHECK(!rt_session_ready());
		rt_contexts_exit();
		if (!came) {
			CHECK(n > 2);
			return;
		}
	}
}

static void exits(struct stp_ctx *c)
{
	(void)c;
	rt_request_exit(false);
}

static void fails(struct stp_ctx *c)
{
	stp_error(c, STP_ERR_SCRIPT, "wrong");
	stp_fail(c, 1);
}

static void exits_in_begin(void) { world.probes[1].handler = exits; }
static void fails_in_begin(void) { world.probes[1].handler = fails; }
static void fails_in_end(void) { world.probes[2].handler = fails; }
static void does_nothing(void) { }
static void cannot_attach(void) { world.attach_error = -ENOENT; }

TEST(session_exit_in_begin_is_heard)
{
	try_everywhere(exits_in_begin, NULL, listen, start, "STARTED EXIT ");
	try_everywhere(exits_in_begin, NULL, start, listen, "STARTED EXIT ");
}

TEST(session_error_in_begin_is_heard)
{
	try_everywhere(fails_in_begin, NULL, listen, start, "error STARTED EXIT ");
}

TEST(session_reason_comes_before_the_failure)
{
	try_everywhere(cannot_attach, NULL, listen, start, "error FAILED ");
	try_everywhere(cannot_attach, NULL, start, listen, "error FAILED ");
}

TEST(session_end_is_heard_after_its_errors)
{
	try_everywhere(fails_in_end, start, listen, stop, "STARTED error EXIT STOPPED ");
	try_everywhere(fails_in_end, start, stop, listen, "STARTED error EXIT STOPPED ");
}

static void ask_exit(void) { rt_request_exit(false); }

TEST(session_exit_while_stopping)
{
	try_everywhere(does_nothing, start, stop, ask_exit, "STARTED EXIT STOPPED ");
	try_everywhere(does_nothing, start, ask_exit, listen, "STARTED EXIT ");
}

TEST(session_exit_is_told_to_the_next_daemon)
{
	fresh();
	exits_in_begin();
	start();
	listen();
	CHECK_STR(said, "CHANNELS STARTED EXIT ");
	said[0] = 0;
	rt_introduce();
	CHECK(rt_session_ready());
	listen();
	CHECK_STR(said, "CHANNELS STARTED EXIT ");
}

/* Its daemon was killed: the next one is told, and reads what the channels hold. */
TEST(session_that_is_over_is_introduced)
{
	fresh();
	start();
	listen();
	rt_stop(true);
	said[0] = 0;
	rt_introduce();
	CHECK(rt_session_ready());
	listen();
	CHECK_STR(said, "CHANNELS STARTED STOPPED ");
}

/* There is nothing to be read of one whose channels could not be made. */
TEST(session_that_left_nothing_is_introduced)
{
	fresh();
	start();
	listen();
	rt_stop(true);
	said[0] = 0;
	world.no_channels = true;
	rt_introduce();
	listen();
	CHECK_STR(said, "FAILED ");
	world.no_channels = false;
}

TEST(session_wakes_who_waits)
{
	fresh();
	start();
	listen();
	world.wakes = 0;
	ask_exit();
	CHECK_EQ(world.wakes, 1);
	CHECK(rt_session_ready());
	ask_exit();
	CHECK_EQ(world.wakes, 1);
	listen();
	CHECK(!rt_session_ready());
	stop();
	CHECK(world.wakes > 1);
	CHECK(rt_session_ready());
}

TEST(session_starts_once)
{
	const struct stp_msg_start m = { .version = STP_WIRE_VERSION };

	fresh();
	start();
	CHECK_EQ(rt_start(&m), -EBUSY);
	stop();
	CHECK_EQ(rt_start(&m), -EBUSY);
	rt_unload();
	CHECK_EQ(plat_test_live(), 0);
}

TEST(session_without_memory)
{
	for (unsigned n = 1; ; n++) {
		fresh();
		plat_test_fail_alloc(n);
		start();
		plat_test_fail_alloc(0);
		listen();
		rt_unload();
		CHECK_EQ(plat_test_live(), 0);
		if (!start_message.error)
			break;
		CHECK_EQ(start_message.error, -ENOMEM);
		CHECK_STR(said, "error FAILED ");
	}
}

/* ---- starting that is cut short ---- */

static void cuts(void) { rt_cut(); }
static void kills(void) { world.killed = true; }
static void begins(struct stp_ctx *c) { (void)c; world.begun++; }

/* Another CPU does WORK at each step of a start with points to attach: they stay out from there on, and
 * a session whose begin probe ran has started. How many were attached when it came, at least and at
 * most? */
static void cut_everywhere(void (*work)(void), unsigned *least, unsigned *most)
{
	bool came = true;
	int failed;

	*least = UINT_MAX;
	*most = 0;
	for (unsigned n = 1; came; n++) {
		fresh();
		world.points = 5;
		world.probes[1].handler = begins;
		world_at(n, work);
		start();
		came = world_came();
		world_at(0, NULL);
		failed = start_message.error;
		CHECK(!failed || failed == -EINTR);
		CHECK_EQ(rt.state, failed ? RT_STOPPED : RT_RUNNING);
		CHECK(world.begun ? !failed : !world.attached);
		listen();
		CHECK(heard(failed ? "FAILED EXIT " : rt.cut ? "STARTED EXIT " : "STARTED "));
		if (came && world.attached < *least)
			*least = world.attached;
		if (came && world.attached > *most)
			*most = world.attached;
		rt_contexts_exit();
	}
}

TEST(session_cut_while_it_starts)
{
	unsigned least, most;

	cut_everywhere(cuts, &least, &most);
	CHECK_EQ(least, 0);
	CHECK_EQ(most, 5);
	cut_everywhere(kills, &least, &most);
	CHECK_EQ(least, 0);
	CHECK_EQ(most, 5);
}

TEST(session_of_a_killed_daemon_ends_without_end_probes)
{
	fresh();
	world.probes[2].handler = begins;
	start();
	world.killed = true;
	stop();
	CHECK_EQ(rt.state, RT_STOPPED);
	CHECK_EQ(world.begun, 0);
	fresh();
	world.probes[2].handler = begins;
	start();
	stop();
	CHECK_EQ(world.begun, 1);
}

TEST(session_is_not_cut_by_the_end_of_other_tasks)
{
	fresh();
	world.points = 5;
	start();
	world.killed = true;
	CHECK(!rt_is_ending());
	CHECK_EQ(world.attached, 5);
}

TEST(session_tells_how_far_it_is)
{
	char payload[RT_MESSAGE_SIZE];
	struct stp_msg_progress p = { 0 };
	struct stp_msg head;
	unsigned told = 0;

	fresh();
	world.points = 5;
	rt_cut_begin();
	rt_progress_set(0, 5);
	CHECK(!rt_progress_ready());
	for (unsigned i = 1; i <= 5; i++) {
		jiffies += HZ;
		rt_progress();
		while (rt_session_take(&head, payload)) {
			CHECK_EQ(head.kind, STP_MSG_PROGRESS);
			CHECK_EQ(head.len, sizeof p);
			memcpy(&p, payload, sizeof p);
			told++;
		}
		CHECK_EQ(p.done, i);
		CHECK_EQ(p.all, 5);
	}
	CHECK_EQ(told, 5);
	rt_progress();	/* a moment later */
	CHECK(!rt_progress_ready());
	rt_cut_end();
	jiffies += HZ;
	rt_progress();	/* of a module that came */
	CHECK(!rt_progress_ready());
}
