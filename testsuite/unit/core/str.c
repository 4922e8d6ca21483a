/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of bounded size, and arithmetic. */
#include "testsuite/unit/core/fixture.h"

TEST(str_copy_cuts)
{
	char s[8];

	fixture_reset(1);
	fixture_load();
	stp_str_copy(s, "1234567", sizeof s);
	CHECK_STR(s, "1234567");
	CHECK_EQ(stp_core_truncated(), 0);
	stp_str_copy(s, "12345678", sizeof s);
	CHECK_STR(s, "1234567");
	CHECK_EQ(stp_core_truncated(), 1);
	stp_str_copy(s, "", sizeof s);
	CHECK_STR(s, "");
	stp_str_copy(s, "abc", 1);
	CHECK_STR(s, "");
	s[0] = 'x';
	stp_str_copy(s, "abc", 0);
	CHECK_EQ(s[0], 'x');
}

TEST(str_copy_of_itself)
{
	char s[8] = "abcdef";

	stp_str_copy(s, s, sizeof s);
	CHECK_STR(s, "abcdef");
	stp_str_copy(s, s + 2, sizeof s);
	CHECK_STR(s, "cdef");
}

TEST(str_cat_cuts)
{
	char s[8] = "abc";

	fixture_reset(1);
	fixture_load();
	stp_str_cat(s, "de", sizeof s);
	CHECK_STR(s, "abcde");
	stp_str_cat(s, "fgh", sizeof s);
	CHECK_STR(s, "abcdefg");
	CHECK_EQ(stp_core_truncated(), 1);
	stp_str_cat(s, "x", sizeof s);
	CHECK_STR(s, "abcdefg");
	CHECK_EQ(stp_core_truncated(), 2);
	stp_str_cat(s, "", sizeof s);
	CHECK_EQ(stp_core_truncated(), 2);
	stp_str_cat(s, "x", 3);
	CHECK_STR(s, "abcdefg");
}

TEST(str_cat_of_itself)
{
	char s[8] = "abc";

	stp_str_cat(s, s, sizeof s);
	CHECK_STR(s, "abcabc");
}

TEST(str_compares_bytes)
{
	CHECK_EQ(stp_str_cmp("", ""), 0);
	CHECK_EQ(stp_str_cmp("abc", "abc"), 0);
	CHECK(stp_str_cmp("abc", "abd") < 0);
	CHECK(stp_str_cmp("ab", "abc") < 0);
	CHECK(stp_str_cmp("abc", "ab") > 0);
	CHECK(stp_str_cmp("\xff", "a") > 0);
	CHECK(stp_str_cmp("a", "\x80") < 0);
	CHECK_EQ(stp_str_len(""), 0);
	CHECK_EQ(stp_str_len("hello"), 5);
}

TEST(arith_divides)
{
	fixture_reset(1);
	fixture_load();
	CHECK_EQ(stp_div(CTX, 7, 2), 3);
	CHECK_EQ(stp_div(CTX, -7, 2), -3);
	CHECK_EQ(stp_div(CTX, 7, -1), -7);
	CHECK_EQ(stp_div(CTX, INT64_MIN, -1), INT64_MIN);
	CHECK_EQ(stp_mod(CTX, 7, 4), 3);
	CHECK_EQ(stp_mod(CTX, -7, 4), -3);
	CHECK_EQ(stp_mod(CTX, 7, -1), 0);
	CHECK_EQ(stp_mod(CTX, INT64_MIN, -1), 0);
	CHECK(!CTX->error);
	CHECK_EQ(stp_div(CTX, 1, 0), 0);
	CHECK_EQ(CTX->error_kind, STP_ERR_ARITH);
	CHECK_STR(CTX->message, "division by zero");
	stp_ctx_begin(CTX, &fx.probe, NULL);
	CHECK_EQ(stp_mod(CTX, 1, 0), 0);
	CHECK_STR(CTX->message, "division by zero");
}

TEST(arith_shifts)
{
	CHECK_EQ(stp_shl(1, 63), INT64_MIN);
	CHECK_EQ(stp_shl(1, 64), 0);
	CHECK_EQ(stp_shl(1, -1), 0);
	CHECK_EQ(stp_shr(-8, 1), -4);
	CHECK_EQ(stp_shr(-8, 64), -1);
	CHECK_EQ(stp_shr(8, 100), 0);
	CHECK_EQ(stp_ushr(-1, 60), 15);
	CHECK_EQ(stp_ushr(-1, 64), 0);
}
