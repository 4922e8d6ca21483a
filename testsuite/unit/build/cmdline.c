/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testsuite/unit/unit.h"
#include "translator/build/cmdline.h"

#include "lib/strbuf.h"

/* The commands, arguments in brackets, one command a line; or "refused: WHY". */
static const char *split(struct arena *a, const char *line)
{
	struct command_vec v = { 0 };
	struct strbuf b = STRBUF_INIT;
	const char *why, *s;
	size_t i, k;

	if (!cmdline_split(a, line, &v, &why))
		return arena_printf(a, "refused: %s", why);
	for (i = 0; i < v.len; i++) {
		for (k = 0; k < v.data[i].args.len; k++)
			sb_printf(&b, "[%s]", v.data[i].args.data[k]);
		CHECK(v.data[i].args.data[k] == NULL);
		sb_putc(&b, '\n');
	}
	s = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return s;
}

TEST(cmdline_reads_both_spellings_of_the_key)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(cmdline_recorded(&a, "cmd_/x/a.o := gcc -c a.c\n\nsource_/x/a.o := /x/a.c\n"), "gcc -c a.c");
	CHECK_STR(cmdline_recorded(&a, "savedcmd_a.o := gcc -c a.c\n"), "gcc -c a.c");
	CHECK_STR(cmdline_recorded(&a, "# first\nsavedcmd_a.o :=  gcc   -c a.c"), "gcc   -c a.c");
	CHECK(cmdline_recorded(&a, "source_a.o := a.c\ndeps_a.o := \\\n") == NULL);
	CHECK(cmdline_recorded(&a, "") == NULL);
	CHECK(cmdline_recorded(&a, "cmd_a.o\n:= other line\n") == NULL);
	arena_free(&a);
}

TEST(cmdline_undoes_what_make_escapes)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(cmdline_recorded(&a, "cmd_a := echo $$x $(pound)y \\#z a\\\n b\n"), "echo $x #y #z a  b");
	arena_free(&a);
}

TEST(cmdline_splits_like_a_shell)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(split(&a, "  gcc -DA='\"m\"' -D'B C'=\"d e\" x\\ y \"q\\\"r\" '' "),
		  "[gcc][-DA=\"m\"][-DB C=d e][x y][q\"r][]\n");
	CHECK_STR(split(&a, "ld -r -o a b ; ./tools/objtool a;  true"), "[ld][-r][-o][a][b]\n[./tools/objtool][a]\n");
	CHECK_STR(split(&a, "a && b&&:"), "[a]\n[b]\n");
	CHECK_STR(split(&a, "ld -T s~1/x.lds a#b {"), "refused: the shell's `{`");
	CHECK_STR(split(&a, "ld -T s~1/x.lds a#b a{b}!"), "[ld][-T][s~1/x.lds][a#b][a{b}!]\n");
	CHECK_STR(split(&a, ""), "");
	arena_free(&a);
}

TEST(cmdline_refuses_what_needs_a_shell)
{
	static const char *const lines[][2] = {
		{ "echo $HOME", "refused: the shell's `$`" }, { "a | b", "refused: the shell's `|`" },
		{ "a > b", "refused: the shell's `>`" }, { "(a)", "refused: the shell's `(`" },
		{ "a `b`", "refused: the shell's ```" }, { "a *.o", "refused: the shell's `*`" },
		{ "a & b", "refused: the shell's `&`" }, { "X=1 a", "refused: an assignment" },
		{ "a \"$x\"", "refused: an expansion" }, { "a 'b", "refused: an open quote" },
		{ "if a; then b; fi", "refused: the shell's `if`" }, { "set -e; a", "refused: the shell's `set`" },
	};
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < sizeof lines / sizeof *lines; i++)
		CHECK_STR(split(&a, lines[i][0]), lines[i][1]);
	arena_free(&a);
}
