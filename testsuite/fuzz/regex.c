/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions. The first line is one, the lines behind it are strings: compiled without positions, with that of the
 * match and with those of groups, it finds the same in them, and where the C library knows it, the same as that does. Where
 * the two differ, unit/regex/oracle.c decides, which tries all ways: the C library errs with anchors inside of groups and
 * repetitions. Registers, tags and text have exactly the room that they are said to need. */
#include "lib/arena.h"
#include "runtime/core/state.h"
#include "testsuite/fuzz/fuzz.h"
#include "testsuite/unit/regex/walk.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STRINGS = 16, SHORT_TEXT = 8, C_MOST_PATTERN = 200, C_MOST_TEXT = 200, C_MOST_BOUND = 20, C_MOST_BOUNDS = 3, C_MOST_PLUS = 6 };

static const char *const pieces[] = {
	"(", ")", "|", "*", "+", "?", ".", "^", "$", "[", "]", "[^", "-", "{2}", "{1,2}", "{0,2}", "{2,}", "{,3}", "{0}", "\\", "\\w", "\\W", "\\s", "\\S",
	"\\t", "\\n", "\\.", "\\1", "[a-c]", "[^b]", "[[:alpha:]]", "[[:space:][:digit:]]", "[[.a.]]", "[[=b=]]", "[]a-]", "(a|ab)", "(a*)", "(b|)", "()",
	"(^a|b)", "(c$)", "a", "b", "ab", "abc", "\n", "\xe9", "[\x80-\xff]", "((a)|b)*", "(a|b)*a(a|b){6}", "aaaaaaaa", "x{300}", NULL,
};

struct match {
	bool found;
	size_t from, to;
};

/* ---- the project's ---- */

/* matched() of every group: within the text. */
static const char *check_groups(struct stp_ctx *c, const struct stp_regex *table, size_t len)
{
	char *got = xmalloc(len + 1);
	const char *wrong = NULL;

	for (int64_t g = 0; g < stp_ngroups(c); g++) {
		stp_matched(c, got, len + 1, g);
		if (c->error || !strstr(c->match->text, got) || (g && 2 * g + 1 > table->ntags && *got))
			wrong = "a group is not in the match";
	}
	free(got);
	return wrong;
}

/* TEXT of LEN bytes, with room for SIZE bytes of what matches. */
static struct match walk(const struct regex *re, const char *text, size_t size, const char **wrong)
{
	const struct stp_regex *t = &re->table;
	struct stp_match m = { .regs = xmalloc((t->nregs + 1u) * sizeof *m.regs), .tags = xmalloc((t->ntags + 1u) * sizeof *m.tags), .text = xmalloc(size) };
	struct stp_ctx *c = xcalloc(1, sizeof *c);
	struct match found = { 0 };

	c->match = &m;
	c->actions = INT32_MAX;
	stp_core.max_string = (uint32_t)size;
	found.found = stp_regex_match(c, t, text);
	if (found.found) {
		found.from = m.tags[0];
		found.to = m.tags[0] + m.tags[m.ntags];
		if (strlen(m.text) != m.tags[m.ntags] || memcmp(m.text, text + found.from, strlen(m.text)))
			*wrong = "the text that is kept is not what matched";
		else
			*wrong = check_groups(c, t, strlen(m.text));
	}
	free(c);
	free(m.regs);
	free(m.tags);
	free(m.text);
	return found;
}

static bool equal(struct match a, struct match b)
{
	return a.found == b.found && (!a.found || (a.from == b.from && a.to == b.to));
}

/* ---- the C library's ---- */

/* Is PATTERN one that the C library reads alike, and has the memory and the time for? Each + doubles what it repeats. */
static bool is_common(const char *pattern, size_t len)
{
	unsigned bounds = 0, doubled = 0;
	bool bracket = false;

	if (len > C_MOST_PATTERN || memchr(pattern, 0, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? (unsigned char)pattern[i + 1] : 0;

		if (pattern[i] == '\\' && !bracket) {
			if (isalnum(next) && !strchr("wWsS", next))
				return false;
			i++;
		} else if (pattern[i] == '[') {
			bracket = true;
		} else if (pattern[i] == ']') {
			bracket = false;
		} else if (pattern[i] == '+') {
			doubled++;
		} else if (pattern[i] == '{') {
			bounds += strcspn(pattern + i, "}") > 2 && atoi(pattern + i + 1) < C_MOST_BOUND ? 1 : C_MOST_BOUNDS;
			if (strchr(pattern + i, ',') && atoi(strchr(pattern + i, ',') + 1) > C_MOST_BOUND)
				return false;
		}
	}
	return bounds < C_MOST_BOUNDS && doubled <= C_MOST_PLUS;
}

static bool anchors_inside(const char *pattern, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((pattern[i] == '^' && i) || (pattern[i] == '$' && i + 1 < len))
			return true;
	return false;
}

/* Is the C library wrong? WE is what the project finds. */
static bool excused(const char *pattern, const char *text, struct match we)
{
	struct places o;
	struct match right;

	if (!oracle_match(pattern, text, &o))
		return anchors_inside(pattern, strlen(pattern));
	right = (struct match){ o.n > 0, (size_t)o.at[0].start, (size_t)o.at[0].end };
	return equal(right, we);
}

static const char *compare_with_c(const regex_t *libc, const char *pattern, const char *text, struct match we)
{
	regmatch_t m;
	int status;
	struct match they;

	if (strlen(text) > C_MOST_TEXT)
		return NULL;
	status = regexec(libc, text, 1, &m, 0);
	if (status == REG_ESPACE)
		return NULL;
	they = (struct match){ !status, (size_t)m.rm_so, (size_t)m.rm_eo };
	if (equal(we, they) || excused(pattern, text, we))
		return NULL;
	fprintf(stderr, "\"%s\" in \"%s\": %d %zu-%zu, the C library: %d %zu-%zu\n", pattern, text, we.found, we.from, we.to, they.found, they.from, they.to);
	return "not what the C library finds";
}

/* ---- a run ---- */

struct subject {
	char *pattern;
	size_t len;
	struct arena arena;
	struct regex *test, *whole, *groups;	/* the last two may be beyond the limits */
	regex_t libc;
	bool has_libc;
};

static const char *try_text(struct subject *s, const char *text)
{
	struct regex *with[] = { s->whole, s->groups };
	bool found = stp_regex_test(&s->test->table, text);
	size_t len = strlen(text);
	const char *wrong = NULL;

	for (int i = 0; i < 2 && !wrong; i++) {
		struct match m, cut;

		if (!with[i])
			continue;
		m = walk(with[i], text, len + 1, &wrong);
		if (wrong)
			return wrong;
		cut = walk(with[i], text, SHORT_TEXT, &wrong);
		if (wrong)
			return wrong;
		if (m.found != found || cut.found != found || (found && (m.to > len || cut.from != m.from)))
			return "with positions it is another match";
		if (found && cut.to - cut.from != (m.to - m.from < SHORT_TEXT ? m.to - m.from : SHORT_TEXT - 1))
			return "what matched is cut wrongly";
		if (s->has_libc)
			wrong = compare_with_c(&s->libc, s->pattern, text, m);
	}
	return wrong;
}

static struct regex *compile(struct subject *s, int groups, const char **wrong)
{
	struct regex_error err = { 0 };
	struct regex *re = regex_compile(&s->arena, s->pattern, s->len, groups, &err);

	if (!re && (!err.tag || !err.text || !*err.text || err.beg > err.end || err.end > s->len))
		*wrong = "refused without a word, or elsewhere";
	return re;
}

/* With a NUL behind it. */
static char *copy(const char *s, size_t len)
{
	char *p = xcalloc(len + 1, 1);

	if (len)
		memcpy(p, s, len);
	return p;
}

static const char *run(const char *data, size_t len, bool *taken)
{
	const char *end = memchr(data, '\n', len), *wrong = NULL;
	struct subject s = { .len = end ? (size_t)(end - data) : len, .arena = ARENA_INIT };
	char *rest = copy(end ? end + 1 : "", end ? len - s.len - 1 : 0), *text = rest, *next;

	s.pattern = copy(data, s.len);
	s.test = compile(&s, REGEX_TEST, &wrong);
	*taken = s.test;
	if (s.test) {
		s.whole = compile(&s, 0, &wrong);
		s.groups = compile(&s, WALK_ALL, &wrong);
		s.has_libc = is_common(s.pattern, s.len) && !regcomp(&s.libc, s.pattern, REG_EXTENDED);
		for (int n = 0; n < MOST_STRINGS && text && !wrong; n++, text = next) {
			next = strchr(text, '\n');
			if (next)
				*next++ = 0;
			wrong = try_text(&s, text);
		}
		if (s.has_libc)
			regfree(&s.libc);
	}
	arena_free(&s.arena);
	free(s.pattern);
	free(rest);
	return wrong;
}

const struct fuzz_target fuzz_regex = { "regex", run, pieces };
