/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random expressions and strings: the whole match against the C library's, the groups against the order of POSIX (oracle.c),
 * which the C library departs from where repetitions hold groups. */
#include "lib/strbuf.h"
#include "testsuite/unit/regex/walk.h"
#include "testsuite/unit/unit.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct generator { uint64_t state; struct strbuf pattern; };

static unsigned below(struct generator *g, unsigned n)
{
	uint64_t x = g->state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (unsigned)((x ^ x >> 31) % n);
}

static void add_alternatives(struct generator *g, int depth, bool plain);

/* PLAIN: only what the oracle knows. */
static void add_atom(struct generator *g, int depth, bool plain)
{
	static const char *const sets[] = { "[ab]", "[^a]", "[b-d]", "[[:alpha:]]", "[^[:space:]b]", "\\.", "[]a-]", "\\w", "\xe9", "[\x80-\xff]" };

	if (depth > 0 && !below(g, 3)) {
		sb_putc(&g->pattern, '(');
		add_alternatives(g, depth - 1, plain);
		sb_putc(&g->pattern, ')');
	} else if (!plain && !below(g, 3)) {
		sb_puts(&g->pattern, sets[below(g, sizeof sets / sizeof *sets)]);
	} else {
		sb_putc(&g->pattern, below(g, 8) ? "abc"[below(g, 3)] : '.');
	}
}

static void add_repeat(struct generator *g)
{
	static const char *const repeats[] = { "*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "*", "?", "{0}", "{1}", "{0,3}" };

	if (!below(g, 3))
		sb_puts(&g->pattern, repeats[below(g, sizeof repeats / sizeof *repeats)]);
}

static void add_alternatives(struct generator *g, int depth, bool plain)
{
	for (unsigned i = 1 + !below(g, 3) + !below(g, 6); i--;) {
		for (unsigned n = below(g, 8) ? 1 + below(g, 3) : 0; n--;) {
			if (plain && !below(g, 16)) {
				sb_putc(&g->pattern, "^$"[below(g, 2)]);
				continue;
			}
			add_atom(g, depth, plain);
			add_repeat(g);
		}
		if (i)
			sb_putc(&g->pattern, '|');
	}
}

static void make_pattern(struct generator *g, bool plain)
{
	sb_clear(&g->pattern);
	/* the C library errs with anchors amid repetitions */
	if (!plain && !below(g, 8))
		sb_putc(&g->pattern, '^');
	do
		add_alternatives(g, plain ? 3 : 2, plain);
	while (!g->pattern.len);
	if (!plain && !below(g, 8))
		sb_putc(&g->pattern, '$');
}

static void make_text(struct generator *g, char *text, unsigned most)
{
	unsigned n = below(g, most + 1);

	for (unsigned i = 0; i < n; i++)
		text[i] = below(g, 12) ? "abc"[below(g, 3)] : below(g, 2) ? ' ' : (char)0xe9;
	text[n] = 0;
}

static unsigned long wanted_runs(unsigned long usual)
{
	const char *runs = getenv("UNIT_RUNS");

	return runs ? strtoul(runs, NULL, 10) : usual;
}

static uint64_t seed(void)
{
	const char *s = getenv("UNIT_SEED");

	return s ? strtoull(s, NULL, 0) : 1;
}

TEST(random_groups_are_those_of_posix)
{
	struct generator g = { .state = seed() };
	unsigned long compared = 0, runs = wanted_runs(1000);

	while (compared < runs) {
		char text[16], want[WALK_TEXT], got[WALK_TEXT];
		struct arena a = ARENA_INIT;
		struct regex_error err;
		struct places o, w;
		struct regex *re;

		make_pattern(&g, true);
		make_text(&g, text, 7);
		if (!oracle_match(g.pattern.s, text, &o))
			continue;
		compared++;
		re = regex_compile(&a, g.pattern.s, g.pattern.len, WALK_ALL, &err);
		if (re) {
			w = walk_match(re, text);
			CHECK_MSG(!strcmp(places_text(&o, want), places_text(&w, got)), "\"%s\" in \"%s\": %s, not %s", g.pattern.s, text, got, want);
		} else {
			CHECK_MSG(!strcmp(err.tag, "REGEX_SIZE"), "\"%s\": %s", g.pattern.s, err.text);
		}
		arena_free(&a);
	}
	sb_free(&g.pattern);
}

/* One expression on several strings: without positions, with that of the match, and with those of the groups. */
static void compare_matches(struct generator *g, const regex_t *libc)
{
	struct arena a = ARENA_INIT;
	struct regex_error err;
	struct regex *re[3] = { regex_compile(&a, g->pattern.s, g->pattern.len, REGEX_TEST, &err),
				regex_compile(&a, g->pattern.s, g->pattern.len, 0, &err),
				regex_compile(&a, g->pattern.s, g->pattern.len, WALK_ALL, &err) };

	CHECK_MSG(re[0], "\"%s\": %s", g->pattern.s, err.text);
	for (int i = 0; i < 8; i++) {
		char text[64], got[WALK_TEXT];
		regmatch_t m;

		make_text(g, text, i < 6 ? 12 : 40);
		bool matches = !regexec(libc, text, 1, &m, 0);

		CHECK_MSG(stp_regex_test(&re[0]->table, text) == matches, "\"%s\" in \"%s\": %d", g->pattern.s, text, !matches);
		for (int k = 1; k < 3; k++) {
			struct places p = re[k] ? walk_match(re[k], text) : (struct places){ 0 };

			CHECK_MSG(!re[k] || (matches ? p.n && p.at[0].start == m.rm_so && p.at[0].end == m.rm_eo : !p.n),
				  "\"%s\" in \"%s\": %s, not (%d,%d)", g->pattern.s, text, places_text(&p, got), (int)m.rm_so, (int)m.rm_eo);
		}
	}
	arena_free(&a);
}

TEST(random_matches_are_those_of_the_c_library)
{
	struct generator g = { .state = seed() };
	unsigned long runs = wanted_runs(1000);
	regex_t libc;

	while (runs--) {
		make_pattern(&g, false);
		if (regcomp(&libc, g.pattern.s, REG_EXTENDED))
			continue;
		compare_matches(&g, &libc);
		regfree(&libc);
	}
	sb_free(&g.pattern);
}
