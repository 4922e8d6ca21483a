/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions behind the language's string, time and argument builtins. */
#include "testsuite/unit/core/fixture.h"

#include <stdlib.h>
#include <time.h>

static void setup(void)
{
	fixture_reset(1);
	fixture_load();
}

TEST(strlib_find)
{
	CHECK_EQ(stp_str_find("abcabc", "bc"), 1);
	CHECK_EQ(stp_str_find("abc", ""), 0);
	CHECK_EQ(stp_str_find("", "a"), -1);
	CHECK_EQ(stp_str_find("abc", "abcd"), -1);
}

TEST(strlib_to_long)
{
	CHECK_EQ(stp_str_to_long("42", 10), 42);
	CHECK_EQ(stp_str_to_long("  -42x", 10), -42);
	CHECK_EQ(stp_str_to_long("+7", 10), 7);
	CHECK_EQ(stp_str_to_long("ff", 16), 255);
	CHECK_EQ(stp_str_to_long("0xFf", 16), 255);
	CHECK_EQ(stp_str_to_long("0xg", 16), 0);
	CHECK_EQ(stp_str_to_long("777", 8), 511);
	CHECK_EQ(stp_str_to_long("101", 2), 5);
	CHECK_EQ(stp_str_to_long("z", 36), 35);
	CHECK_EQ(stp_str_to_long("0x10", 0), 16);
	CHECK_EQ(stp_str_to_long("010", 0), 8);
	CHECK_EQ(stp_str_to_long("10", 0), 10);
	CHECK_EQ(stp_str_to_long("0", 0), 0);
	CHECK_EQ(stp_str_to_long("", 10), 0);
	CHECK_EQ(stp_str_to_long("9", 8), 0);
	CHECK_EQ(stp_str_to_long("1", 1), 0);
	CHECK_EQ(stp_str_to_long("1", 37), 0);
	CHECK_EQ(stp_str_to_long("9223372036854775807", 10), INT64_MAX);
	CHECK_EQ(stp_str_to_long("9223372036854775808", 10), INT64_MAX);
	CHECK_EQ(stp_str_to_long("-9223372036854775808", 10), INT64_MIN);
	CHECK_EQ(stp_str_to_long("-99999999999999999999", 10), INT64_MIN);
}

TEST(strlib_sub)
{
	char s[8];

	setup();
	stp_str_sub(s, sizeof s, "abcdef", 1, 3);
	CHECK_STR(s, "bcd");
	stp_str_sub(s, sizeof s, "abcdef", 4, 10);
	CHECK_STR(s, "ef");
	stp_str_sub(s, sizeof s, "abcdef", 6, 1);
	CHECK_STR(s, "");
	stp_str_sub(s, sizeof s, "abcdef", -1, 3);
	CHECK_STR(s, "");
	stp_str_sub(s, sizeof s, "abcdef", 0, -3);
	CHECK_STR(s, "");
	stp_str_sub(s, sizeof s, "abcdef", 0, INT64_MAX);
	CHECK_STR(s, "abcdef");
	CHECK_EQ(stp_core_truncated(), 0);
	stp_str_sub(s, sizeof s, "abcdefghij", 0, 9);
	CHECK_STR(s, "abcdefg");
	CHECK_EQ(stp_core_truncated(), 1);
}

TEST(strlib_at)
{
	setup();
	CHECK_EQ(stp_str_at(CTX, "abc", 1), 'b');
	CHECK_EQ(stp_str_at(CTX, "\xff", 0), 255);
	CHECK_EQ(stp_str_at(CTX, "abc", 3), 0);
	CHECK(!CTX->error);
	CHECK_EQ(stp_str_at(CTX, "abc", -1), 0);
	CHECK(CTX->error);
}

TEST(strlib_replace)
{
	char s[8];

	setup();
	stp_str_replace(s, sizeof s, "abab", "b", "x");
	CHECK_STR(s, "axax");
	stp_str_replace(s, sizeof s, "abab", "ab", "");
	CHECK_STR(s, "");
	stp_str_replace(s, sizeof s, "abc", "", "x");
	CHECK_STR(s, "abc");
	stp_str_replace(s, sizeof s, "aaa", "a", "123");
	CHECK_STR(s, "1231231");
	stp_str_replace(s, sizeof s, "abc", "z", "x");
	CHECK_STR(s, "abc");
}

TEST(strlib_escape)
{
	char s[32];

	setup();
	stp_str_escape(s, sizeof s, "a\tb\"c\\\x01\xff", 0, false);
	CHECK_STR(s, "a\\tb\\\"c\\\\\\001\\377");
	stp_str_escape(s, sizeof s, "abc", 0, true);
	CHECK_STR(s, "\"abc\"");
	stp_str_escape(s, sizeof s, "abcdef", 3, true);
	CHECK_STR(s, "\"abc\"...");
	stp_str_escape(s, sizeof s, "abcdef", 3, false);
	CHECK_STR(s, "abc");
	stp_str_escape(s, 12, "abcdefghijklmn", 0, true);
	CHECK_STR(s, "\"abcdef\"...");
	stp_str_escape(s, 12, "\n\n\n\n\n\n\n\n", 0, true);
	CHECK_STR(s, "\"\\n\\n\\n\"...");
	stp_str_escape(s, 4, "a", 0, true);
	CHECK_STR(s, "");
}

TEST(strlib_quoted_from_memory)
{
	char mem[24] = "ab\nc", s[16];

	setup();
	plat_test_memory(true, 0x1000, mem, sizeof mem);
	stp_user_string_quoted(s, sizeof s, 0x1000, 0, 0);
	CHECK_STR(s, "\"ab\\nc\"");
	stp_user_string_quoted(s, sizeof s, 0x1000, 2, 0);
	CHECK_STR(s, "\"ab\"");
	stp_user_string_quoted(s, sizeof s, 0xdead0000, 0, 0);
	CHECK_STR(s, "0xdead0000");
	memset(mem, 7, sizeof mem);
	mem[23] = 0;
	stp_user_string_quoted(s, sizeof s, 0x1000, 0, 0);
	CHECK_STR(s, "\"\\a\\a\\a\\a\\a\"...");
	stp_user_string_quoted(s, sizeof s, 0x1000, 0, 9);
	CHECK_STR(s, "\"\\a\\a\"...");
	mem[14] = 'x';				/* as long as the buffer, quotes and all: it is whole */
	memset(mem, 'y', 14);
	mem[13] = 0;
	stp_user_string_quoted(s, sizeof s, 0x1000, 0, 0);
	CHECK_STR(s, "\"yyyyyyyyyyyyy\"");
	plat_test_memory(false, 0x2000, (char *)"kernel", 7);
	stp_kernel_string_quoted(s, sizeof s, 0x2000, 0, 0);
	CHECK_STR(s, "\"kernel\"");
	CHECK(!CTX->error);
}

TEST(strlib_ctime_is_libc_s)
{
	char s[64], want[64];

	setup();
	setenv("TZ", "UTC", 1);
	for (int64_t t = INT32_MIN; t <= INT32_MAX; t += 86399 * 37) {
		time_t at = (time_t)t;

		stp_ctime(CTX, s, sizeof s, t);
		CHECK(ctime_r(&at, want) != NULL);
		want[24] = 0;
		CHECK_STR(s, want);
	}
	CHECK(!CTX->error);
	stp_ctime(CTX, s, sizeof s, (int64_t)INT32_MAX + 1);
	CHECK(CTX->error);
}

TEST(strlib_errno_names)
{
	char s[32];

	setup();
	stp_errno_name(s, sizeof s, 2);
	CHECK_STR(s, "ENOENT");
	stp_errno_name(s, sizeof s, -13);
	CHECK_STR(s, "EACCES");
	stp_errno_name(s, sizeof s, 3333);
	CHECK_STR(s, "E#3333");
	stp_errno_name(s, sizeof s, 0);
	CHECK_STR(s, "0");
	stp_result_text(s, sizeof s, 1, -2);
	CHECK_STR(s, "-2 (ENOENT)");
	stp_result_text(s, sizeof s, 1, 17);
	CHECK_STR(s, "17");
	stp_result_text(s, sizeof s, 2, 255);
	CHECK_STR(s, "0xff");
	stp_result_text(s, sizeof s, 3, 8);
	CHECK_STR(s, "010");
	stp_result_text(s, sizeof s, 1, -5000);
	CHECK_STR(s, "-5000");
}

TEST(strlib_call_arguments)
{
	uint64_t regs[64] = { 0 }, call[64] = { 0 }, stack[4] = { 0, 77, 88, 99 };

	setup();
	CHECK_EQ(stp_call_arg(CTX, 1), 0);
	CHECK(CTX->error);
	setup();
	CTX->regs = regs;
#if defined(__x86_64__)
	regs[14] = 0x5000;	/* di */
	regs[13] = 2;		/* si */
	regs[9] = 6;		/* r8 */
	regs[19] = 0x6000;	/* sp */
	call[14] = 31;
	call[7] = 34;		/* r10 */
	plat_test_memory(false, 0x5000, call, sizeof call);
	plat_test_memory(false, 0x6000, stack, sizeof stack);
	CHECK_EQ(stp_call_arg(CTX, 1), 0x5000);
	CHECK_EQ(stp_call_arg(CTX, 2), 2);
	CHECK_EQ(stp_call_arg(CTX, 5), 6);
	CHECK_EQ(stp_call_arg(CTX, 7), 77);
	CHECK_EQ(stp_call_arg(CTX, 8), 88);
	CHECK_EQ(stp_syscall_arg(CTX, 1), 31);
	CHECK_EQ(stp_syscall_arg(CTX, 4), 34);
	CHECK(!CTX->error);
#else
	(void)call, (void)stack;
#endif
	stp_syscall_arg(CTX, 7);
	CHECK(CTX->error);
	setup();
	CTX->regs = regs;
	stp_call_arg(CTX, 0);
	CHECK(CTX->error);
}
