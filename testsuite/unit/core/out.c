/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output records: reserved late, continued when full, lost as a whole; strings cut. */
#include "testsuite/unit/core/fixture.h"

#include <stdio.h>

static void begin(size_t room, unsigned count)
{
	fixture_reset(2);
	fixture_load();
	plat_test_room(room, count);
}

static void print(const char *s) { stp_out_str(&CTX->out, s); }

TEST(out_one_record_a_run)
{
	begin(4096, UINT32_MAX);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_output(), "");
	print("a");
	print("");
	stp_out_dec(&CTX->out, -12);
	CHECK_STR(plat_test_output(), "");
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_output(), "a-12$");
	print("b");
	stp_out_flush(CTX);
	stp_out_flush(CTX);
	print("c");
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_output(), "a-12$b$c$");
}

TEST(out_nothing_printed_reserves_nothing)
{
	begin(4096, 0);
	print("");
	stp_out_text(&CTX->out, "", 0);
	stp_ctx_end(CTX);
	CHECK_EQ(plat_test_lost(), 0);
}

TEST(out_a_long_run_goes_on_in_the_next_record)
{
	char piece[101], want[20000] = "";

	memset(piece, 'x', 100);
	piece[100] = 0;
	begin(256, UINT32_MAX);
	for (int i = 0; i < 150; i++) {
		piece[0] = (char)('a' + i % 26);
		strcat(want, piece);
		print(piece);
	}
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), want);
	CHECK_EQ(plat_test_output()[256], '|');
	CHECK_EQ(plat_test_output()[strlen(plat_test_output()) - 1], '$');
	CHECK_EQ(plat_test_lost(), 0);
}

TEST(out_fills_a_record_to_its_last_byte)
{
	char piece[257];

	memset(piece, 'x', 256);
	piece[256] = 0;
	begin(256, UINT32_MAX);
	print(piece);
	stp_ctx_end(CTX);
	CHECK_EQ(strlen(plat_test_output()), 257);
	CHECK_EQ(plat_test_output()[256], '$');
	plat_test_clear_output();
	print(piece);
	print("y");
	stp_ctx_end(CTX);
	CHECK_EQ(plat_test_output()[256], '|');
	CHECK_STR(plat_test_output() + 257, "y$");
}

TEST(out_one_piece_longer_than_a_record)
{
	static char piece[3 * STP_MAXRECORD + 1];

	memset(piece, 'p', sizeof piece - 1);
	begin(256, UINT32_MAX);
	print(piece);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), piece);
}

TEST(out_without_room_counts_all_of_it)
{
	begin(4096, 0);
	print("hello");
	print(" world");
	CHECK_EQ(plat_test_lost(), 0);
	stp_ctx_end(CTX);
	CHECK_EQ(plat_test_lost(), 11);
	CHECK_STR(plat_test_output(), "");
	plat_test_room(4096, 1);
	print("again");
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_output(), "again$");
	CHECK_EQ(plat_test_lost(), 11);
}

TEST(out_that_runs_out_of_room_keeps_its_beginning)
{
	char piece[201];

	memset(piece, 'x', 200);
	piece[200] = 0;
	begin(256, 1);
	print(piece);
	print(piece);
	plat_test_room(256, 10);	/* too late for this run: its text stays whole from the beginning */
	print(piece);
	stp_ctx_end(CTX);
	CHECK_EQ(strlen(plat_test_text()), 256);
	CHECK_EQ(plat_test_lost(), 600 - 256);
	print("next");
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text() + 256, "next");
}

TEST(out_cpus_do_not_mix)
{
	begin(4096, UINT32_MAX);
	print("zero");
	plat_test_set_slot(1);
	stp_out_str(&fx.ctx[1].out, "one");
	stp_ctx_end(&fx.ctx[1]);
	CHECK_STR(plat_test_output(), "one$");
	plat_test_set_slot(0);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_output(), "zero$");
}

TEST(out_strings_are_cut_and_counted)
{
	struct stp_out o;
	char s[6];

	fixture_reset(1);
	fixture_load();
	stp_out_string(&o, s, sizeof s);
	stp_out_str(&o, "abc");
	stp_out_str(&o, "de");
	stp_out_end(&o);
	CHECK_STR(s, "abcde");
	CHECK_EQ(stp_core_truncated(), 0);
	stp_out_string(&o, s, sizeof s);
	stp_out_str(&o, "abc");
	stp_out_str(&o, "def");
	stp_out_end(&o);
	CHECK_STR(s, "abcde");
	CHECK_EQ(stp_core_truncated(), 1);
	stp_out_string(&o, s, 1);
	stp_out_end(&o);
	CHECK_STR(s, "");
}

TEST(out_c_formats)
{
	char wide[64];

	begin(64, UINT32_MAX);
	stp_printf_c(CTX, "%d %s|", 5, "text");
	memset(wide, 'w', sizeof wide);
	stp_printf_c(CTX, "%.*s", 50, wide);
	stp_printf_c(CTX, "%s", "behind");
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), "5 text|wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwbehind");
	stp_error_c(CTX, "%d of %s", 3, "four");
	stp_error_c(CTX, "a second one");
	CHECK_STR(CTX->message, "3 of four");
}
