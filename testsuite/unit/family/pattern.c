/* SPDX-License-Identifier: GPL-2.0-or-later */
/* family/kprobe_pattern.c */
#include "translator/family/kprobe.h"
#include "lib/strbuf.h"
#include "testsuite/unit/unit.h"

/* The pattern as "function file kind:first-last …", or "error at N: why". */
static const char *parsed(struct arena *a, const char *text)
{
	static const char *const kinds[] = {
		[DI_LINE_EXACT] = "line", [DI_LINE_NEAREST] = "nearest", [DI_LINE_RANGE] = "range",
		[DI_LINE_ALL] = "all", [DI_LINE_RELATIVE] = "relative",
	};
	struct strbuf b = STRBUF_INIT;
	struct kprobe_pattern p;
	const char *error, *out;
	size_t at;

	error = kprobe_pattern_parse(a, text, &p, &at);
	if (error)
		sb_printf(&b, "error at %zu: %s", at, error);
	else
		sb_printf(&b, "%s %s", p.function, p.file ? p.file : "-");
	for (size_t i = 0; !error && i < p.lines.len; i++)
		sb_printf(&b, " %s:%u-%u", kinds[p.lines.data[i].kind], p.lines.data[i].first, p.lines.data[i].last);
	out = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return out;
}

TEST(pattern_function_and_file)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(parsed(&a, "vfs_read"), "vfs_read -");
	CHECK_STR(parsed(&a, "*"), "* -");
	CHECK_STR(parsed(&a, "vfs_*@fs/*.c"), "vfs_* fs/*.c");
	CHECK_STR(parsed(&a, "f@dir+name/x.c"), "f dir+name/x.c");
	CHECK_STR(parsed(&a, "f@c++/x.cc"), "f c++/x.cc");
	CHECK_STR(parsed(&a, "ns::f"), "ns::f -");
	arena_free(&a);
}

TEST(pattern_lines)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(parsed(&a, "f@x.c:10"), "f x.c line:10-10");
	CHECK_STR(parsed(&a, "f@x.c:10-20"), "f x.c range:10-20");
	CHECK_STR(parsed(&a, "f@x.c:1,5-7,9"), "f x.c line:1-1 range:5-7 line:9-9");
	CHECK_STR(parsed(&a, "f@x.c:*"), "f x.c all:0-0");
	CHECK_STR(parsed(&a, "f@x.c+3"), "f x.c relative:3-3");
	CHECK_STR(parsed(&a, "f@x.c+0"), "f x.c relative:0-0");
	CHECK_STR(parsed(&a, "f@x.c:+3"), "f x.c relative:3-3");
	arena_free(&a);
}

TEST(pattern_mistakes)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(parsed(&a, ""), "error at 0: the name of a function was expected here");
	CHECK_STR(parsed(&a, "@x.c"), "error at 0: the name of a function was expected here");
	CHECK_STR(parsed(&a, "f@"), "error at 2: the name of a source file was expected behind @");
	CHECK_STR(parsed(&a, "f@x.c:"), "error at 6: a line number from 1 on was expected here");
	CHECK_STR(parsed(&a, "f@x.c:0"), "error at 7: a line number from 1 on was expected here");
	CHECK_STR(parsed(&a, "f@x.c:9-3"), "error at 8: the range ends before it begins");
	CHECK_STR(parsed(&a, "f@x.c:3-"), "error at 8: the last line of the range was expected here");
	CHECK_STR(parsed(&a, "f@x.c:3,x"), "error at 8: a line number from 1 on was expected here");
	CHECK_STR(parsed(&a, "f@x.c:3x"), "error at 7: a comma or the end was expected here");
	CHECK_STR(parsed(&a, "f@x.c:99999999999"), "error at 6: a line number from 1 on was expected here");
	arena_free(&a);
}
