/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics: their looks, to the byte, and which are dropped. */
#include "lib/diag.h"
#include "testsuite/unit/unit.h"

#include <stdlib.h>
#include <string.h>

struct bench {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	char *text;
	size_t len;
};

static struct source *bench_start(struct bench *b, const char *text)
{
	*b = (struct bench){ .arena = ARENA_INIT };
	sources_init(&b->sources, &b->arena);
	diags_init(&b->diags, &b->sources, open_memstream(&b->text, &b->len));
	return source_add(&b->sources, "t.stp", text, strlen(text));
}

/* WANT is the whole output; NULL: the test has looked itself. */
static void bench_end(struct bench *b, const char *want)
{
	diag_finish(&b->diags);
	fclose(b->diags.out);
	if (want)
		CHECK_STR(b->text, want);
	free(b->text);
	diags_free(&b->diags);
	arena_free(&b->arena);
}

TEST(diag_marks_the_range)
{
	struct bench b;
	struct source *s = bench_start(&b, "probe begin {\n\tfoo(bar)\n}\n");

	CHECK(!diag_error(&b.diags, (struct span){ s->id, 19, 22 }, "SOME_TAG", "no %s here", "bar"));
	bench_end(&b, "t.stp:2:6: error: no bar here [SOME_TAG]\n"
		      "    \tfoo(bar)\n"
		      "    \t    ^~~\n");
}

TEST(diag_at_the_edges)
{
	struct bench b;
	struct source *s = bench_start(&b, "ab\ncd");

	diag_error(&b.diags, (struct span){ s->id, 5, 5 }, "END", "end of text");
	diag_error(&b.diags, (struct span){ s->id, 1, 4 }, "LINES", "two lines");
	diag_error(&b.diags, (struct span){ s->id, 2, 2 }, "NEWLINE", "line's end");
	diag_error(&b.diags, (struct span){ 0, 0, 0 }, "NOWHERE", "nowhere");
	diag_error(&b.diags, (struct span){ 77, 0, 0 }, NULL, "no such source");
	bench_end(&b, "t.stp:2:3: error: end of text [END]\n    cd\n      ^\n"
		      "t.stp:1:2: error: two lines [LINES]\n    ab\n     ^\n"
		      "t.stp:1:3: error: line's end [NEWLINE]\n    ab\n      ^\n"
		      "error: nowhere [NOWHERE]\n"
		      "error: no such source\n");
}

TEST(diag_on_an_empty_line_shows_none)
{
	struct bench b;
	struct source *s = bench_start(&b, "a\n\r\n\n");

	diag_error(&b.diags, (struct span){ s->id, 2, 2 }, "T", "x");
	diag_error(&b.diags, (struct span){ s->id, 5, 5 }, "T", "y");
	bench_end(&b, "t.stp:2:1: error: x [T]\nt.stp:4:1: error: y [T]\n");
}

TEST(diag_shows_nothing_a_terminal_obeys)
{
	struct bench b;
	struct source *s = bench_start(&b, "a\x1b[2J\xff\xc3\xa4\xc2\x9bz\r\nq");

	diag_error(&b.diags, (struct span){ s->id, 10, 11 }, "T", "bad \x1b byte\n\tand \xc3\xa4");
	bench_end(&b, "t.stp:1:11: error: bad \\x1b byte\n\tand \xc3\xa4 [T]\n"
		      "    a?[2J?\xc3\xa4?z\n"
		      "            ^\n");
}

TEST(diag_cuts_long_lines)
{
	enum { LEN = 1 << 20, AT = 500000 };
	struct bench b;
	char *text = malloc(LEN + 1), want[1000];
	struct source *s;

	memset(text, 'x', LEN);
	text[AT] = '!';
	text[LEN] = 0;
	s = bench_start(&b, text);
	diag_error(&b.diags, (struct span){ s->id, AT, LEN }, "T", "far");
	snprintf(want, sizeof want, "t.stp:1:500001: error: far [T]\n    ...%.60s!%.99s...\n       %60s^%.99s\n", text,
		 text, "", "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"
		 "~~~~~~~~~~~~~~~~~~~~~~~~~~");
	free(text);
	bench_end(&b, want);
}

TEST(diag_cuts_between_characters)
{
	struct bench b;
	struct strbuf text = STRBUF_INIT;
	struct source *s;
	unsigned i;

	for (i = 0; i < 300; i++)
		sb_puts(&text, "\xc3\xa4");
	s = bench_start(&b, sb_str(&text));
	diag_error(&b.diags, (struct span){ s->id, 301, 303 }, "T", "x");
	fflush(b.diags.out);
	CHECK(strstr(b.text, "...\xc3\xa4\xc3\xa4") && strstr(b.text, "\xa4...\n") && !strchr(b.text, '?'));
	bench_end(&b, NULL);
	sb_free(&text);
}

TEST(diag_tells_where_macros_were_expanded)
{
	struct bench b;
	struct source *s = bench_start(&b, "@define in %( 1 + x %)\n@define out %( @in %)\nprobe p { @out }\n");
	struct source *out = source_expansion(&b.sources, s, "out", (struct span){ s->id, 55, 59 });
	struct source *in = source_expansion(&b.sources, s, "in", (struct span){ out->id, 38, 41 });

	diag_error(&b.diags, (struct span){ in->id, 18, 19 }, "T", "no x");
	diag_note(&b.diags, (struct span){ s->id, 45, 50 }, "in this probe");
	bench_end(&b, "t.stp:1:19: error: no x [T]\n"
		      "    @define in %( 1 + x %)\n"
		      "                      ^\n"
		      "t.stp:2:16: note: in expansion of macro @in\n"
		      "    @define out %( @in %)\n"
		      "                   ^~~\n"
		      "t.stp:3:11: note: in expansion of macro @out\n"
		      "    probe p { @out }\n"
		      "              ^~~~\n"
		      "t.stp:3:1: note: in this probe\n"
		      "    probe p { @out }\n"
		      "    ^~~~~\n");
}

TEST(diag_cuts_endless_chains)
{
	struct bench b;
	struct source *s = bench_start(&b, "x"), *e = s;
	unsigned i;

	for (i = 0; i < 1000; i++)
		e = source_expansion(&b.sources, e, "m", (struct span){ e->id, 0, 1 });
	diag_error(&b.diags, (struct span){ e->id, 0, 1 }, "T", "deep");
	fflush(b.diags.out);
	CHECK(b.len < 1000);
	CHECK(strstr(b.text, "note: and 992 more expansions\n"));
	bench_end(&b, NULL);
}

TEST(diag_reports_a_mistake_once)
{
	struct bench b;
	struct source *s = bench_start(&b, "abc");
	struct span at = { s->id, 0, 1 }, nowhere = { 0, 0, 0 };
	int i;

	for (i = 0; i < 3; i++) {
		diag_error(&b.diags, at, "T", "number %d", i);
		diag_note(&b.diags, at, "because of %d", i);
	}
	for (i = 0; i < 4; i++)
		diag_error(&b.diags, nowhere, "N", "nowhere %d", i / 2);
	CHECK_EQ(b.diags.nerrors, 3);
	diag_warning(&b.diags, at, "T", "also a warning");
	CHECK_EQ(b.diags.nwarnings, 1);
	bench_end(&b, "t.stp:1:1: error: number 0 [T]\n    abc\n    ^\n"
		      "t.stp:1:1: note: because of 0\n    abc\n    ^\n"
		      "error: nowhere 0 [N]\nerror: nowhere 1 [N]\n"
		      "t.stp:1:1: warning: also a warning [T]\n    abc\n    ^\n");
}

TEST(diag_stops_printing_after_the_limit)
{
	struct span nowhere = { 0, 0, 0 };
	struct bench b;
	int i;

	bench_start(&b, "");
	b.diags.max_errors = 2;
	for (i = 0; i < 500; i++) {
		diag_error(&b.diags, nowhere, "T", "e%d", i);
		diag_note(&b.diags, nowhere, "n%d", i);
	}
	CHECK_EQ(b.diags.nerrors, 500);
	bench_end(&b, "error: e0 [T]\nnote: n0\nerror: e1 [T]\nnote: n1\n"
		      "note: 500 errors, of which the first 2 are shown\n");
}

TEST(diag_obeys_the_warning_options)
{
	struct span nowhere = { 0, 0, 0 };
	struct bench b;

	bench_start(&b, "");
	b.diags.suppress_warnings = true;
	diag_warning(&b.diags, nowhere, "T", "unseen");
	diag_note(&b.diags, nowhere, "nor this");
	b.diags.suppress_warnings = false;
	b.diags.warnings_are_errors = true;
	diag_warning(&b.diags, nowhere, "T", "seen");
	CHECK_EQ(b.diags.nerrors, 1);
	CHECK_EQ(b.diags.nwarnings, 0);
	bench_end(&b, "error: seen [T]\n");
}

TEST(diag_muted_counts_apart)
{
	struct span nowhere = { 0, 0, 0 };
	struct bench b;

	bench_start(&b, "");
	b.diags.muted++;
	CHECK(!diag_error(&b.diags, nowhere, "T", "trial"));
	diag_warning(&b.diags, nowhere, "T", "trial");
	diag_note(&b.diags, nowhere, "trial");
	b.diags.muted--;
	CHECK_EQ(b.diags.muted_errors, 1);
	CHECK_EQ(b.diags.nerrors, 0);
	/* what a trial said is still new */
	diag_error(&b.diags, nowhere, "T", "trial");
	bench_end(&b, "error: trial [T]\n");
}

TEST(diag_colors)
{
	struct bench b;
	struct source *s = bench_start(&b, "abc");

	b.diags.color = true;
	diag_error(&b.diags, (struct span){ s->id, 1, 3 }, "T", "x");
	bench_end(&b, "\033[1mt.stp:1:2:\033[0m \033[1;31merror:\033[0m x [T]\n"
		      "    abc\n     \033[1;32m^~\033[0m\n");
}

TEST(diag_json)
{
	struct bench b;
	struct source *s = bench_start(&b, "a\n\"b\"");
	struct source *e = source_expansion(&b.sources, s, "m", (struct span){ s->id, 0, 1 });

	b.diags.format = DIAG_JSON;
	diag_error(&b.diags, (struct span){ e->id, 2, 5 }, "T", "say \"\\\n\x01\xff\xc3\xa4");
	diag_note(&b.diags, (struct span){ s->id, 0, 1 }, "one");
	diag_note(&b.diags, (struct span){ 0, 0, 0 }, "two");
	diag_warning(&b.diags, (struct span){ 0, 0, 0 }, "W", "w");
	bench_end(&b, "[\n"
		      "{\"level\":\"error\",\"tag\":\"T\",\"message\":\"say \\\"\\\\\\u000a\\u0001\\ufffd\xc3\xa4\","
		      "\"file\":\"t.stp\",\"line\":2,\"column\":1,\"endLine\":2,\"endColumn\":4,"
		      "\"expansions\":[{\"macro\":\"m\",\"file\":\"t.stp\",\"line\":1,\"column\":1}],"
		      "\"notes\":[{\"level\":\"note\",\"message\":\"one\",\"file\":\"t.stp\",\"line\":1,\"column\":1,"
		      "\"endLine\":1,\"endColumn\":2},{\"level\":\"note\",\"message\":\"two\"}]},\n"
		      "{\"level\":\"warning\",\"tag\":\"W\",\"message\":\"w\"}\n"
		      "]\n");
}

TEST(diag_json_of_nothing)
{
	struct bench b;

	bench_start(&b, "");
	b.diags.format = DIAG_JSON;
	bench_end(&b, "[]\n");
}

TEST(diag_json_closes_the_cut_list)
{
	struct span nowhere = { 0, 0, 0 };
	struct bench b;

	bench_start(&b, "");
	b.diags.format = DIAG_JSON;
	b.diags.max_errors = 1;
	diag_error(&b.diags, nowhere, "T", "1");
	diag_error(&b.diags, nowhere, "T", "2");
	bench_end(&b, "[\n{\"level\":\"error\",\"tag\":\"T\",\"message\":\"1\"},\n"
		      "{\"level\":\"note\",\"message\":\"2 errors, of which the first 1 are shown\"}\n]\n");
}
