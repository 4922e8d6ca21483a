/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: globs, and the nearest ones for "did you mean". */
#include "lib/diag.h"
#include "translator/debuginfo/module.h"
#include <string.h>

bool glob_is_plain(const char *pattern)
{
	return !strpbrk(pattern, "*?[\\");
}

/* Set [...] at *P against C; *P moves behind it. A set that does not end matches a '['. */
static bool match_set(const char **p, char c)
{
	const char *s = *p + 1;
	bool invert = *s == '!' || *s == '^', hit = false;

	s += invert;
	for (bool first = true; *s && (*s != ']' || first); first = false, s++) {
		if (s[1] == '-' && s[2] && s[2] != ']') {
			hit |= s[0] <= c && c <= s[2];
			s += 2;
		} else {
			hit |= *s == c;
		}
	}
	if (!*s) {
		++*p;
		return c == '[';
	}
	*p = s + 1;
	return c && hit != invert;
}

static bool match_one(const char **p, char c)
{
	switch (**p) {
	case '?':
		++*p;
		return c != '\0';
	case '[':
		return match_set(p, c);
	case '\\':
		if ((*p)[1])
			++*p;
		/* fall through */
	default:
		return *(*p)++ == c;
	}
}

/* Backtracks to the last star only, so the time is bounded by the product of the lengths. */
bool glob_match(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL, *p = pattern, *t = text;

	while (*t) {
		const char *next = p;

		if (*p == '*') {
			star = ++p;
			retry = t;
		} else if (*p && match_one(&next, *t)) {
			p = next;
			t++;
		} else if (star) {
			p = star;
			t = ++retry;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return !*p;
}

void nearest_init(struct nearest *n, const char *word, size_t max)
{
	*n = (struct nearest){ .word = word, .max = max < 8 ? max : 8 };
}

void nearest_offer(struct nearest *n, const char *name)
{
	unsigned limit = (unsigned)(strlen(n->word) / 3 + 1), d;
	size_t i;

	if (n->len == n->max && n->max)
		limit = n->best[n->len - 1].distance < limit ? n->best[n->len - 1].distance : limit;
	d = edit_distance(n->word, name, limit);
	if (d > limit || !n->max)
		return;
	for (i = 0; i < n->len; i++)
		if (!strcmp(n->best[i].name, name))
			return;
	if (n->len == n->max && d >= n->best[n->len - 1].distance)
		return;
	i = n->len < n->max ? n->len++ : n->len - 1;
	for (; i > 0 && n->best[i - 1].distance > d; i--)
		n->best[i] = n->best[i - 1];
	n->best[i].name = name;
	n->best[i].distance = d;
}

void nearest_take(struct nearest *n, struct arena *a, struct di_name_vec *out)
{
	for (size_t i = 0; i < n->len; i++)
		vec_push(a, out, arena_strdup(a, n->best[i].name));
}
