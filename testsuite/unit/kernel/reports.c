/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session counts and says: messages in their slots, totals, reports (kernel/message.c,
 * report.c), and begin probes in their order (attach_begin.c). */
#include "testsuite/unit/kernel/world.h"

enum { SLOTS = 64 };

static char payload[RT_MESSAGE_SIZE];
static struct stp_msg head;

static void begin(void)
{
	world_reset();
	world_load();
}

/* The number that the next message is. */
static unsigned long number(void)
{
	char text[RT_MESSAGE_SIZE + 1] = "";

	CHECK(rt_message_take(&head, text));
	CHECK_EQ(head.len, strlen(text));
	return strtoul(text, NULL, 10);
}

/* ---- messages ---- */

TEST(message_of_bytes)
{
	char long_one[RT_MESSAGE_SIZE + 1];

	begin();
	CHECK(!rt_message_ready() && !rt_message_take(&head, payload));
	rt_message_bytes(STP_MSG_SYSTEM, "a\0b", 3);
	CHECK(rt_message_ready());
	CHECK(rt_message_take(&head, payload));
	CHECK_EQ(head.kind, STP_MSG_SYSTEM);
	CHECK_EQ(head.len, 3);
	CHECK_MEM(payload, "a\0b", 3);
	CHECK(!rt_message_ready());
	memset(long_one, 'x', sizeof long_one);
	rt_message_bytes(STP_MSG_SYSTEM, long_one, sizeof long_one);
	CHECK(rt_message_take(&head, payload));
	CHECK_EQ(head.len, RT_MESSAGE_SIZE);
	CHECK_MEM(payload, long_one, RT_MESSAGE_SIZE);
}

TEST(message_of_text_is_cut)
{
	begin();
	rt_message(STP_MSG_WARN, "%0*d", RT_MESSAGE_SIZE + 5, 7);
	CHECK(rt_message_take(&head, payload));
	CHECK_EQ(head.len, RT_MESSAGE_SIZE - 1);
	CHECK_EQ(payload[RT_MESSAGE_SIZE - 2], '0');
}

TEST(messages_in_order_also_where_slots_are_used_again)
{
	begin();
	for (unsigned i = 0; i < 3; i++)
		rt_message(STP_MSG_WARN, "%u", i);
	for (unsigned i = 3; i < 5 * SLOTS; i++) {
		CHECK_EQ(number(), i - 3);
		rt_message(STP_MSG_WARN, "%u", i);
	}
	CHECK_STR(world_messages(), "WARN 317\nWARN 318\nWARN 319\n");
}

/* As many as there are slots are kept; what is dropped is told once, behind them. */
TEST(messages_that_are_dropped)
{
	begin();
	for (unsigned i = 0; i < SLOTS; i++)
		rt_message(STP_MSG_WARN, "%u", i);
	CHECK_EQ(world.wakes, SLOTS);
	rt_message(STP_MSG_WARN, "one too many");
	rt_message_bytes(STP_MSG_STATS, "two", 3);
	for (unsigned i = 0; i < SLOTS; i++)
		CHECK_EQ(number(), i);
	CHECK(rt_message_ready());
	head = (struct stp_msg){ 0 };
	CHECK(rt_message_take(&head, payload));
	CHECK_EQ(head.kind, STP_MSG_WARN);
	CHECK_EQ(head.len, strlen("2 messages were dropped"));
	CHECK_STR(payload, "2 messages were dropped");
	CHECK(!rt_message_ready() && !rt_message_take(&head, payload));
}

TEST(messages_that_are_dropped_commands)
{
	begin();
	for (unsigned i = 0; i < SLOTS; i++)
		rt_message(STP_MSG_WARN, "%u", i);
	rt_message(STP_MSG_SYSTEM, "a command");
	rt_message(STP_MSG_WARN, "one too many");
	rt_message(STP_MSG_SYSTEM, "a command");
	for (unsigned i = 0; i < SLOTS; i++)
		CHECK_EQ(number(), i);
	CHECK(rt_message_take(&head, payload));
	CHECK_EQ(head.kind, STP_MSG_WARN);
	CHECK_EQ(strncmp(payload, "2 commands of system() were not run, and 1 other messages were dropped:", 71), 0);
	CHECK(!rt_message_ready());
}

static void say_other(void) { rt_message(STP_MSG_WARN, "other"); }

/* Another CPU speaks at each moment of this one's message: both are kept, whole. */
TEST(messages_of_two_cpus)
{
	for (unsigned n = 1; ; n++) {
		const char *got;

		begin();
		world_at(n, say_other);
		rt_message(STP_MSG_WARN, "mine");
		if (!world_came())
			break;
		got = world_messages();
		CHECK_MSG(!strcmp(got, "WARN mine\nWARN other\n") ||
				  !strcmp(got, "WARN other\nWARN mine\n"),
			  "step %u: %s", n, got);
	}
}

/* ---- totals ---- */

TEST(totals_over_cpus)
{
	struct stp_msg_stats s;

	begin();
	for (unsigned i = 0; i < WORLD_CPUS; i++) {
		rt.cpus[i]->written_records = 1 + i;
		rt.cpus[i]->written_bytes = 10 + i;
		rt.cpus[i]->lost_records = 100 + i;
		rt.cpus[i]->lost_bytes = 1000 + i;
	}
	atomic_add(7, &rt.skipped);
	atomic_add(9, &rt.errors);
	rt_stats(&s);
	CHECK_EQ(s.written_records, 6);
	CHECK_EQ(s.written_bytes, 33);
	CHECK_EQ(s.lost_records, 303);
	CHECK_EQ(s.lost_bytes, 3003);
	CHECK_EQ(s.skipped, 7);
	CHECK_EQ(s.errors, 9);
	rt_contexts_exit();
	rt_stats(&s);
	CHECK_EQ(s.written_records, 0);
	CHECK_EQ(s.skipped, 7);
}

/* While contexts are made, and one could not be, some are missing. */
TEST(totals_without_some_cpu)
{
	struct rt_cpu *missing;
	struct stp_msg_stats s;

	begin();
	missing = rt.cpus[1];
	rt.cpus[1] = NULL;
	rt.cpus[2]->lost_records = 3;
	rt_stats(&s);
	rt.cpus[1] = missing;
	CHECK_EQ(s.lost_records, 3);
}

/* ---- reports ---- */

static u32 next;

/* Lines from here on, as "KIND TEXT|". */
static const char *report(void)
{
	static char text[2000];
	char line[200];
	u32 kind;

	text[0] = 0;
	while ((kind = rt_report_line(&next, line, sizeof line)) != 0)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s %s|",
			 kind == STP_MSG_WARN ? "W" : "R", line);
	return text;
}

static struct rt_probe_stat *stat_of(unsigned cpu, unsigned probe)
{
	return &rt.cpus[cpu]->stats[probe];
}

TEST(report_sums_cpus)
{
	begin();
	*stat_of(0, 3) = (struct rt_probe_stat){ .hits = 2, .cycles = 30, .min = 10, .max = 20 };
	*stat_of(2, 3) = (struct rt_probe_stat){ .hits = 4, .cycles = 30, .min = 5, .max = 12 };
	next = 0;
	CHECK_STR(report(), "R p3: hits: 6, cycles: 5 min / 10 avg / 20 max\n|");
	CHECK_STR(report(), "");
}

#define COST(probe, n) "R p" #probe ": hits: 1, cycles: " #n " min / " #n " avg / " #n " max\n|"
#define SKIPS(probe, n, inside, lock, stack, missed) \
	"W p" #probe ": " #n " hits skipped (" #inside " inside another handler, " #lock " lock busy, " \
	#stack " low stack, " #missed " missed by the kernel)|"

TEST(report_of_all_probes_and_reasons)
{
	begin();
	for (unsigned i = 0; i < WORLD_PROBES; i++)
		*stat_of(1, i) = (struct rt_probe_stat){ .hits = 1, .cycles = i + 1, .min = i + 1, .max = i + 1 };
	for (unsigned why = 0; why < RT_SKIPS; why++)
		stat_of(why % 2, why % WORLD_PROBES)->skips[why].counter = 1 + (int)why;
	next = 0;
	CHECK_STR(report(), COST(0, 1) COST(1, 2) COST(2, 3) COST(3, 4) SKIPS(0, 1, 1, 0, 0, 0)
		  SKIPS(1, 2, 0, 2, 0, 0) SKIPS(2, 3, 0, 0, 3, 0) SKIPS(3, 4, 0, 0, 0, 4));
}

/* The contexts are gone: nothing is left to tell, and nothing is read. */
TEST(report_without_contexts)
{
	begin();
	stat_of(0, 0)->hits = 1;
	rt_contexts_exit();
	next = 0;
	CHECK_STR(report(), "");
}

static void cuts_a_string(struct stp_ctx *c)
{
	char four[4];

	(void)c;
	stp_str_copy(four, "longer", sizeof four);
}

TEST(report_of_strings_that_were_cut)
{
	begin();
	world.probes[0].handler = cuts_a_string;
	rt_run(&world.probes[0], NULL, cuts_a_string, NULL, NULL);
	next = 2 * WORLD_PROBES;
	CHECK_STR(report(), "W 1 strings were cut: -D MAXSTRINGLEN=N makes room for longer ones|");
}

/* ---- begin probes ---- */

static void one(struct stp_ctx *c)
{
	world_note(c->probe->point);
}

TEST(begin_in_the_order_of_its_rows)
{
	begin();
	rt.state = RT_STARTING;
	world.probes[0].flags = STP_PROBE_DURING_BEGIN;
	world.probes[0].handler = world.probes[1].handler = one;
	world.begin[1].probe = &world.probes[0];
	world_begin_rows(2);
	rt_run_once(STP_FAMILY_BEGIN);
	CHECK_STR(world.notes, "p1 p0 ");
	CHECK_EQ(rt.want_exit, 0);
	rt_run_once(STP_FAMILY_ERROR);
	CHECK_STR(world.notes, "p1 p0 ");
}

TEST(begin_once_and_exit)
{
	begin();
	rt.state = RT_STARTING;
	world.probes[1].flags |= STP_PROBE_ONESHOT;
	world.begin[1].probe = &world.probes[0];
	world_begin_rows(2);
	world.probes[0].flags = STP_PROBE_DURING_BEGIN;
	world.probes[0].handler = world.probes[1].handler = one;
	rt_run_once(STP_FAMILY_BEGIN);
	CHECK_STR(world.notes, "p1 p0 ");
	CHECK_EQ(rt.want_exit, 1);
	CHECK(!rt.failed);
}

/* ---- what is kept and given back ---- */

TEST(load_twice_and_release)
{
	world_reset();
	CHECK_EQ(rt_load(), 0);
	CHECK(rt.loaded && rt.cpus);
	rt.cpus[1]->lost_records = 5;
	CHECK_EQ(rt_load(), 0);
	CHECK_EQ(rt.cpus[1]->lost_records, 5);
	rt_unload();
	CHECK(!rt.loaded);
	CHECK_EQ(plat_test_live(), 0);
	CHECK(!rt.mutex.held);
	rt_unload();
	CHECK_EQ(plat_test_live(), 0);
}

TEST(random_numbers_differ_by_cpu)
{
	begin();
	CHECK(rt.cpus[0]->random && rt.cpus[0]->random != rt.cpus[1]->random &&
	      rt.cpus[1]->random != rt.cpus[2]->random);
}
