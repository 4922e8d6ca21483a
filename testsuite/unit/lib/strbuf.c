/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing text. */
#include "lib/strbuf.h"
#include "testsuite/unit/unit.h"

#include <stdlib.h>
#include <string.h>

TEST(strbuf_empty)
{
	struct strbuf b = STRBUF_INIT;
	char *s;

	CHECK_STR(sb_str(&b), "");
	sb_clear(&b);
	sb_truncate(&b, 3);
	CHECK_EQ(b.len, 0);
	s = sb_steal(&b);
	CHECK_STR(s, "");
	free(s);
	sb_free(&b);
}

TEST(strbuf_grows)
{
	struct strbuf b = STRBUF_INIT;
	int i;

	for (i = 0; i < 10000; i++)
		sb_printf(&b, "%d,", i);
	CHECK_EQ(b.len, 48890);
	CHECK_EQ(strlen(b.s), b.len);
	CHECK_STR(b.s + b.len - 5, "9999,");
	sb_truncate(&b, 6);
	CHECK_STR(b.s, "0,1,2,");
	sb_truncate(&b, 7);
	CHECK_EQ(b.len, 6);
	sb_add(&b, "\0x", 2);
	CHECK_EQ(b.len, 8);
	sb_free(&b);
	CHECK(b.s == NULL);
}

TEST(strbuf_prints_to_the_last_free_byte)
{
	struct strbuf b = STRBUF_INIT;
	char text[300];
	size_t n;

	memset(text, 'x', sizeof text);
	for (n = 0; n < sizeof text; n++) {
		sb_clear(&b);
		sb_printf(&b, "%.*s", (int)n, text);
		CHECK_EQ(b.len, n);
		CHECK_EQ(strlen(sb_str(&b)), n);
	}
	sb_free(&b);
}

static void check_quoted(const char *s, size_t len, const char *want)
{
	struct strbuf b = STRBUF_INIT;

	sb_c_quote(&b, s, len);
	CHECK_STR(sb_str(&b), want);
	sb_free(&b);
}

TEST(strbuf_quotes_for_c)
{
	check_quoted("", 0, "\"\"");
	check_quoted("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
	check_quoted("\n\t\r\a\b\f\v", 7, "\"\\n\\t\\r\\a\\b\\f\\v\"");
	/* three digits: a digit that follows is no part of the escape */
	check_quoted("\0" "1\x1b" "7\xff", 5, "\"\\0001\\0337\\377\"");
	check_quoted("?\?=", 3, "\"?\\?=\"");
	check_quoted("%d", 2, "\"%d\"");
}
