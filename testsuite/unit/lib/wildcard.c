/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/wildcard.c */
#include "lib/wildcard.h"
#include "lib/strbuf.h"
#include "testsuite/unit/unit.h"

TEST(wildcard_plain_text_fits_itself_only)
{
	CHECK(wildcard_match("read", "read"));
	CHECK(!wildcard_match("read", "readv"));
	CHECK(!wildcard_match("readv", "read"));
	CHECK(wildcard_match("", ""));
	CHECK(!wildcard_match("", "x"));
}

TEST(wildcard_star_stops_at_dots)
{
	CHECK(wildcard_match("*", "read"));
	CHECK(wildcard_match("*", ""));
	CHECK(wildcard_match("vfs_*", "vfs_read"));
	CHECK(wildcard_match("*_read", "vfs_read"));
	CHECK(wildcard_match("*a*b*c", "xxaxxbxxbxc"));
	CHECK(!wildcard_match("*a*b*c", "xxaxxbxxbx"));
	CHECK(!wildcard_match("*", "a.b"));
	CHECK(!wildcard_match("a*c", "a.c"));
	CHECK(wildcard_match("*.*", "a.b"));
}

TEST(wildcard_double_star_passes_dots)
{
	CHECK(wildcard_match("sys**open", "syscall.open"));
	CHECK(wildcard_match("**", "a.b.c"));
	CHECK(wildcard_match("**.open", "nd.syscall.open"));
	CHECK(wildcard_match("**x*y", "x.xy"));
	CHECK(wildcard_match("**a*z", "a.bz.ay.az"));
	CHECK(!wildcard_match("**a*z", "a.bz.ay.a.z"));
	CHECK(wildcard_match("a**b**c", "a.b.b.c"));
}

TEST(wildcard_question_mark_is_one_character)
{
	CHECK(wildcard_match("r?ad", "read"));
	CHECK(!wildcard_match("r?ad", "rad"));
	CHECK(!wildcard_match("a?b", "a.b"));
	CHECK(wildcard_match("??", "ab"));
}

TEST(wildcard_classes)
{
	CHECK(wildcard_match("[rw]*", "read"));
	CHECK(!wildcard_match("[rw]*", "open"));
	CHECK(wildcard_match("x[0-9]", "x7"));
	CHECK(wildcard_match("x[!0-9]", "xa"));
	CHECK(wildcard_match("x[^0-9]", "xa"));
	CHECK(!wildcard_match("x[!0-9]", "x7"));
	CHECK(wildcard_match("[]x]", "]"));
	CHECK(wildcard_match("a[", "a["));
	CHECK(wildcard_match("[a-]", "-"));
}

TEST(wildcard_long_texts_end_soon)
{
	char text[2001];

	for (size_t i = 0; i < 2000; i++)
		text[i] = 'a';
	text[2000] = 0;
	CHECK(!wildcard_match("*a*a*a*a*a*a*a*a*a*a*b", text));
	CHECK(!wildcard_match("**a**a**a**a**a**a**a**b", text));
}

TEST(wildcard_is_tells_patterns)
{
	CHECK(wildcard_is("a*"));
	CHECK(wildcard_is("a?"));
	CHECK(wildcard_is("[ab]"));
	CHECK(!wildcard_is("a[b"));
	CHECK(!wildcard_is("{a,b}"));
	CHECK(!wildcard_is(""));
}

/* The alternatives of TEXT, joined by blanks. */
static const char *expand(struct arena *a, const char *text)
{
	struct wildcard_vec v = { 0 };
	struct strbuf b = STRBUF_INIT;
	const char *all;

	CHECK(brace_expand(a, text, &v));
	for (size_t i = 0; i < v.len; i++)
		sb_printf(&b, "%s%s", i ? " " : "", v.data[i]);
	all = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return all;
}

TEST(braces_expand_in_product_order)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(expand(&a, "open"), "open");
	CHECK_STR(expand(&a, "{open,close}"), "open close");
	CHECK_STR(expand(&a, "{a,b}{c,d}"), "ac ad bc bd");
	CHECK_STR(expand(&a, "x{a,{b,c}d}y"), "xay xbdy xcdy");
	CHECK_STR(expand(&a, "op{en,}"), "open op");
	CHECK_STR(expand(&a, "{,}"), " ");
	CHECK_STR(expand(&a, "a{b"), "a{b");
	CHECK_STR(expand(&a, "{a{b,c}"), "{ab {ac");
	CHECK_STR(expand(&a, "a}b"), "a}b");
	arena_free(&a);
}

TEST(braces_have_a_limit)
{
	struct arena a = ARENA_INIT;
	struct wildcard_vec v = { 0 };

	CHECK(!brace_expand(&a, "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", &v));
	arena_free(&a);
}
