/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors, their locations, catch, frames, the budget; reading the probed world. */
#include "testsuite/unit/core/fixture.h"

static char text[300];

static const char *error_text(void)
{
	stp_ctx_error_text(CTX, text, sizeof text);
	return text;
}

static void begin(void)
{
	fixture_reset(1);
	fixture_load();
}

TEST(context_names_location_and_probe)
{
	begin();
	stp_div(CTX, 1, 0);
	stp_fail(CTX, 1);
	CHECK_STR(error_text(), "division by zero at a.stp:1:1 in probe kernel.function(\"x\")");
	stp_fail(CTX, 2);
	CHECK_STR(error_text(), "division by zero at a.stp:1:1 (called from a.stp:2:2) in probe kernel.function(\"x\")");
	stp_fail(CTX, 3);
	CHECK_STR(error_text(), "division by zero at a.stp:1:1 (called from a.stp:2:2, from b.stp:3:3) in probe kernel.function(\"x\")");
}

TEST(context_error_without_location)
{
	begin();
	stp_error(CTX, STP_ERR_SCRIPT, "100%d wrong %s");
	CHECK_STR(error_text(), "100%d wrong %s in probe kernel.function(\"x\")");
	stp_fail(CTX, 99);
	CHECK_STR(error_text(), "100%d wrong %s at ? in probe kernel.function(\"x\")");
	CTX->probe = NULL;
	CHECK_STR(error_text(), "100%d wrong %s at ?");
	stp_ctx_error_text(CTX, text, 5);
	CHECK_STR(text, "100%");
}

TEST(context_deep_chains_keep_both_ends)
{
	begin();
	stp_error(CTX, STP_ERR_SCRIPT, "e");
	for (unsigned i = 0; i < STP_MAXCHAIN; i++)
		stp_fail(CTX, 1);
	CHECK(!strstr(error_text(), "…"));
	stp_fail(CTX, 2);
	stp_fail(CTX, 3);
	CHECK_STR(error_text(), "e at a.stp:1:1 (called from a.stp:1:1, from a.stp:1:1, from a.stp:1:1, from a.stp:1:1, "
		  "from a.stp:1:1, from a.stp:1:1, from …, from b.stp:3:3) in probe kernel.function(\"x\")");
}

TEST(context_first_error_wins)
{
	begin();
	stp_error(CTX, STP_ERR_FAULT, "first");
	stp_error(CTX, STP_ERR_LIMIT, "second");
	stp_error_s(CTX, STP_ERR_LIMIT, "third %s", "x", 1);
	CHECK_EQ(CTX->error_kind, STP_ERR_FAULT);
	CHECK_STR(CTX->message, "first");
}

TEST(context_error_formats)
{
	begin();
	stp_error_s(CTX, STP_ERR_MAP, "%s: %d %% %x%q%", "name", -5);
	CHECK_STR(CTX->message, "name: -5 % fffffffffffffffbq%");
	stp_ctx_begin(CTX, &fx.probe, NULL);
	stp_error_s(CTX, STP_ERR_MAP, "<%s>", NULL, 0);
	CHECK_STR(CTX->message, "<>");
}

TEST(context_long_messages_are_cut)
{
	char longer[1000];

	memset(longer, 'm', sizeof longer);
	longer[999] = 0;
	begin();
	stp_error(CTX, STP_ERR_SCRIPT, longer);
	CHECK_EQ(strlen(CTX->message), sizeof CTX->message - 1);
	stp_ctx_begin(CTX, &fx.probe, NULL);
	stp_error_s(CTX, STP_ERR_SCRIPT, "%s", longer, 0);
	CHECK_EQ(strlen(CTX->message), sizeof CTX->message - 1);
	stp_fail(CTX, 1);
	stp_ctx_error_text(CTX, text, 280);
	CHECK_EQ(strlen(text), 279);
}

TEST(context_catch_goes_on)
{
	char s[40];

	begin();
	stp_div(CTX, 1, 0);
	stp_fail(CTX, 1);
	stp_fail(CTX, 2);
	CHECK(stp_catch(CTX, s, sizeof s));
	CHECK_STR(s, "division by zero");
	CHECK(!CTX->error);
	stp_error(CTX, STP_ERR_SCRIPT, "another");
	stp_fail(CTX, 3);
	CHECK_STR(error_text(), "another at b.stp:3:3 in probe kernel.function(\"x\")");
	CHECK(stp_catch(CTX, NULL, 0));
	stp_error(CTX, STP_ERR_SCRIPT, "cut");
	stp_fail(CTX, 3);
	CHECK(stp_catch(CTX, s, 3));
	CHECK_STR(s, "cu");
}

TEST(context_limits_are_not_caught)
{
	char s[40] = "untouched";

	begin();
	stp_out_of_actions(CTX);
	CHECK(!stp_catch(CTX, s, sizeof s));
	CHECK_STR(s, "untouched");
	CHECK(CTX->error);
	CHECK_STR(CTX->message, "MAXACTION exceeded");
}

static int budget(unsigned flags)
{
	int n = 0;

	fx.probe.flags = flags;
	stp_ctx_begin(CTX, &fx.probe, NULL);
	for (;; n++)
		STP_ACT(CTX, 1, 4, out);
out:
	return n;
}

TEST(context_budget_of_statements)
{
	begin();
	CHECK_EQ(budget(0), 1000);
	CHECK_STR(error_text(), "MAXACTION exceeded at b.stp:4:4 in probe kernel.function(\"x\")");
	CHECK_EQ(budget(STP_PROBE_INTERRUPTIBLE), 5000);
}

TEST(context_frames)
{
	void *a, *b;

	begin();
	a = stp_frame_push(CTX, 100);
	b = stp_frame_push(CTX, 900);
	CHECK(a && b);
	CHECK_EQ((char *)b - (char *)a, 112);
	CHECK(!stp_frame_push(CTX, 16));
	CHECK_EQ(CTX->error_kind, STP_ERR_NESTING);
	CHECK_STR(CTX->message, "MAXNESTING exceeded");
	stp_frame_pop(CTX, NULL);
	stp_frame_pop(CTX, b);
	CHECK(stp_frame_push(CTX, 900) == b);
	stp_ctx_begin(CTX, &fx.probe, NULL);
	CHECK(!CTX->error);
	CHECK(stp_frame_push(CTX, 1024) == a);
}

TEST(context_too_deep)
{
	begin();
	stp_too_deep(CTX, false);
	CHECK_EQ(CTX->error_kind, STP_ERR_NESTING);
	CHECK_STR(CTX->message, "MAXNESTING exceeded");
	CHECK(stp_catch(CTX, NULL, 0));
	stp_ctx_begin(CTX, &fx.probe, NULL);
	stp_too_deep(CTX, true);
	CHECK_EQ(CTX->error_kind, STP_ERR_STACK);
	CHECK_STR(CTX->message, "not enough kernel stack for one more call");
	CHECK(!stp_catch(CTX, NULL, 0));
}

TEST(context_begin_resets_a_run)
{
	int regs;

	begin();
	CTX->depth = 3;
	CTX->nargs = 4;
	CTX->is_return = 1;
	CTX->retval = 5;
	CTX->probe_addr = 6;
	CTX->saved = CTX->family_data = &regs;
	stp_error(CTX, STP_ERR_SCRIPT, "e");
	stp_fail(CTX, 1);
	stp_ctx_begin(CTX, &fx.probe, &regs);
	CHECK(!CTX->error && !CTX->depth && !CTX->nargs && !CTX->is_return && !CTX->retval && !CTX->probe_addr && !CTX->nchain);
	CHECK(!CTX->saved && !CTX->family_data && CTX->regs == &regs && CTX->probe == &fx.probe);
}

/* ---- the probed world ---- */

static uint64_t bytes[2];

static void begin_memory(void)
{
	begin();
	bytes[0] = 0x8877665544332211;
	memcpy(&bytes[1], "text\0xy", 8);
	plat_test_memory(false, 0x1000, bytes, sizeof bytes);
	plat_test_memory(true, 0x2000, bytes, sizeof bytes);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
TEST(fetch_loads_and_stores)
{
	static const uint64_t want[9] = { 0, 0x11, 0x2211, 0, 0x44332211, 0, 0, 0, 0x8877665544332211 };

	begin_memory();
	for (uint32_t size = 1; size <= 8; size *= 2) {
		CHECK_EQ(stp_load(CTX, 0x1000, size), want[size]);
		CHECK_EQ(stp_load_user(CTX, 0x2000, size), want[size]);
	}
	stp_store(CTX, 0x1000, 2, 0xabcdef);
	CHECK_EQ(bytes[0], 0x887766554433cdef);
	stp_store_user(CTX, 0x2004, 1, 0x99);
	CHECK_EQ(bytes[0], 0x887766994433cdef);
	CHECK(!CTX->error);
}
#endif

static void check_fault(const char *message)
{
	CHECK_EQ(CTX->error_kind, STP_ERR_FAULT);
	CHECK_STR(CTX->message, message);
	stp_ctx_begin(CTX, &fx.probe, NULL);
}

TEST(fetch_faults_are_errors)
{
	char s[8] = "before";

	begin_memory();
	CHECK_EQ(stp_load(CTX, 0x100c, 8), 0);
	check_fault("cannot read kernel memory at 0x100c");
	CHECK_EQ(stp_load_user(CTX, 0x1000, 8), 0);
	check_fault("cannot read user memory at 0x1000");
	stp_store(CTX, 0, 4, 1);
	check_fault("cannot write kernel memory at 0x0");
	stp_store_user(CTX, UINT64_MAX, 4, 1);
	check_fault("cannot write user memory at 0xffffffffffffffff");
	stp_kernel_string(CTX, s, sizeof s, 0x3000, 0);
	CHECK_STR(s, "");
	check_fault("cannot read a string of kernel memory at 0x3000");
	stp_user_string(CTX, s, sizeof s, 0x3000, 0);
	CHECK_STR(s, "");
	check_fault("cannot read a string of user memory at 0x3000");
}

TEST(fetch_strings)
{
	char s[8];

	begin_memory();
	stp_kernel_string(CTX, s, sizeof s, 0x1008, 0);
	CHECK_STR(s, "text");
	stp_user_string(CTX, s, sizeof s, 0x2008, 0);
	CHECK_STR(s, "text");
	stp_kernel_string(CTX, s, sizeof s, 0x1008, 2);
	CHECK_STR(s, "te");
	stp_user_string(CTX, s, 3, 0x2008, 100);
	CHECK_STR(s, "te");
	stp_kernel_string(CTX, s, 3, 0x1008, 2);
	CHECK_STR(s, "te");
	stp_kernel_string_or(CTX, s, sizeof s, 0x1008, "<bad>");
	CHECK_STR(s, "text");
	stp_kernel_string_or(CTX, s, sizeof s, 0x3000, "<bad>");
	CHECK_STR(s, "<bad>");
	stp_user_string_or(CTX, s, sizeof s, 0x3000, "<unknown>");
	CHECK_STR(s, "<unknow");
	CHECK(!CTX->error);
}
