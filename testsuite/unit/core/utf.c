/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wide strings, buffers, and strings written: all forms of reading the probed world's text. */
#include "testsuite/unit/core/fixture.h"

enum { AT = 0x1000 };

static void memory(bool user, void *bytes, size_t len)
{
	fixture_reset(1);
	fixture_load();
	plat_test_memory(user, AT, bytes, len);
}

#define UNITS(...) (uint16_t[]){ __VA_ARGS__ }, sizeof((uint16_t[]){ __VA_ARGS__ })
#define WIDE(...) (uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ })

TEST(utf16_string)
{
	char text[32];

	memory(false, UNITS('h', 0xe9, 0x20ac, 0xd83d, 0xde00, 0));
	stp_wide_string(CTX, text, sizeof text, AT, 2, false, NULL);
	CHECK_STR(text, "h\303\251\342\202\254\360\237\230\200");
	CHECK_EQ(CTX->error, 0);
	stp_wide_string(CTX, text, 8, AT, 2, false, NULL);
	CHECK_STR(text, "h\303\251\342\202\254");
	CHECK_EQ(stp_core_truncated(), 1);
}

TEST(utf16_that_is_none)
{
	char text[32];

	memory(true, UNITS('a', 0xd83d, 'b', 0));
	stp_wide_string(CTX, text, sizeof text, AT, 2, true, "bad");
	CHECK_STR(text, "bad");
	CHECK_EQ(CTX->error, 0);
	stp_wide_string(CTX, text, sizeof text, AT, 2, true, NULL);
	CHECK_STR(CTX->message, "the string at 0x1000 is not UTF-16");
	memory(true, UNITS(0xde00, 0));
	stp_wide_string(CTX, text, sizeof text, AT, 2, true, NULL);
	CHECK_EQ(CTX->error_kind, STP_ERR_STRING);
}

TEST(utf_that_is_not_there)
{
	char text[32];

	memory(true, UNITS('a', 0xd83d));
	stp_wide_string(CTX, text, sizeof text, AT, 2, true, NULL);
	CHECK_STR(text, "");
	CHECK_STR(CTX->message, "cannot read a string of user memory at 0x1000");
	memory(false, UNITS('a'));
	stp_wide_string(CTX, text, sizeof text, AT, 4, false, NULL);
	CHECK_STR(CTX->message, "cannot read a string of kernel memory at 0x1000");
}

TEST(utf32_string)
{
	char text[32];

	memory(true, WIDE('h', 0x7ff, 0x800, 0x10ffff, 0));
	stp_wide_string(CTX, text, sizeof text, AT, 4, true, NULL);
	CHECK_STR(text, "h\337\277\340\240\200\364\217\277\277");
	memory(true, WIDE(0x110000, 0));
	stp_wide_string(CTX, text, sizeof text, AT, 4, true, NULL);
	CHECK_STR(CTX->message, "the string at 0x1000 is not UTF-32");
}

TEST(buffer_quoted)
{
	char text[32], bytes[] = { 'a', 0, '"', '\n' };

	memory(false, bytes, sizeof bytes);
	stp_kernel_buffer_quoted(NULL, text, sizeof text, AT, 4, 0);
	CHECK_STR(text, "\"a\\000\\\"\\n\"");
	stp_kernel_buffer_quoted(NULL, text, sizeof text, AT, 4, 10);
	CHECK_STR(text, "\"a\\000\"...");
	stp_kernel_buffer_quoted(NULL, text, sizeof text, AT, 0, 0);
	CHECK_STR(text, "\"\"");
	stp_kernel_buffer_quoted(NULL, text, sizeof text, AT + 2, 4, 0);
	CHECK_STR(text, "0x1002");
	stp_kernel_buffer_quoted(CTX, text, sizeof text, AT + 2, 4, 0);
	CHECK_STR(CTX->message, "cannot read the buffer at 0x1002");
	memory(true, bytes, sizeof bytes);
	stp_user_buffer_quoted(CTX, text, sizeof text, AT, 1, 0);
	CHECK_STR(text, "\"a\"");
}

TEST(strings_stored)
{
	char bytes[8] = "xxxxxxx";

	memory(false, bytes, sizeof bytes);
	stp_store_string(CTX, false, AT, "ab", -1);
	CHECK_STR(bytes, "ab");
	CHECK_EQ(bytes[3], 'x');
	stp_store_string(CTX, false, AT + 3, "cdef", 2);
	CHECK_EQ(bytes[4], 'd');
	CHECK_EQ(bytes[5], 'x');
	stp_store_string(CTX, false, AT + 5, "no byte of it", 0);
	CHECK_EQ(bytes[5], 'x');
	CHECK_EQ(CTX->error, 0);
	stp_store_string(CTX, false, AT + 6, "long", -1);
	CHECK_STR(CTX->message, "cannot write a string to kernel memory at 0x1008");
	memory(true, bytes, sizeof bytes);
	stp_store_string(CTX, true, 0x10, "a", -1);
	CHECK_STR(CTX->message, "cannot write a string to user memory at 0x10");
}

TEST(user_values_with_defaults)
{
	char text[16];
	int32_t v = 77;

	memory(true, &v, sizeof v);
	CHECK_EQ(stp_load_user_or_0(AT, 4), 77);
	CHECK_EQ(stp_load_user_or_0(16, 4), 0);
	stp_user_string_n_or(CTX, text, sizeof text, AT, 1, "none");
	CHECK_STR(text, "M");
	stp_user_string_n_or(CTX, text, sizeof text, 16, 1, "none");
	CHECK_STR(text, "none");
}
