/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wildcards and brace alternatives.
 *
 * fnmatch() has no `**` and treats a dot like any character; the translator needs
 * both, so this is its own matcher.  It tries again behind the last star only, as
 * every star can be extended independently of those before it, except that a
 * single star cannot pass a dot: then the last double star is tried again. */
#include "lib/wildcard.h"

#include <string.h>

/* Where the class that starts at P ("[…]") ends: behind its ], or NULL. */
static const char *class_end(const char *p)
{
	p++;
	if (*p == '!' || *p == '^')
		p++;
	if (*p == ']')
		p++;
	p = strchr(p, ']');
	return p ? p + 1 : NULL;
}

static bool class_has(const char *p, const char *end, char c)
{
	bool negate = p[1] == '!' || p[1] == '^', found = false;
	unsigned char u = (unsigned char)c;

	p += negate ? 2 : 1;
	end--;
	while (p < end) {
		if (p + 2 < end && p[1] == '-') {
			found |= u >= (unsigned char)p[0] && u <= (unsigned char)p[2];
			p += 3;
		} else {
			found |= *p++ == c;
		}
	}
	return found != negate;
}

/* One pattern element other than a star against one character: its length, 0 when it does not fit. */
static size_t element_match(const char *p, char c)
{
	const char *end;

	if (*p == '?')
		return c != '.';
	if (*p == '[' && (end = class_end(p)) != NULL)
		return class_has(p, end, c) ? (size_t)(end - p) : 0;
	return *p && *p == c;
}

/* Where matching goes on when it fails further behind. */
struct retry { const char *pattern, *text; };

bool wildcard_match(const char *p, const char *t)
{
	struct retry single = { NULL, NULL }, dbl = { NULL, NULL };
	size_t n;

	for (;;) {
		if (p[0] == '*' && p[1] == '*') {
			p += 2;
			dbl = (struct retry){ p, t };
			single.pattern = NULL;
		} else if (*p == '*') {
			single = (struct retry){ ++p, t };
		} else if (*t && (n = element_match(p, *t)) != 0) {
			p += n;
			t++;
		} else if (!*t && !*p) {
			return true;
		} else if (single.pattern && *single.text && *single.text != '.') {
			t = ++single.text;
			p = single.pattern;
		} else if (dbl.pattern && *dbl.text) {
			t = ++dbl.text;
			p = dbl.pattern;
			single.pattern = NULL;
		} else {
			return false;
		}
	}
}

bool wildcard_is(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (*p == '*' || *p == '?' || (*p == '[' && class_end(p)))
			return true;
	return false;
}

/* The } of the { at P, or NULL. */
static const char *brace_end(const char *p)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}' && !--depth)
			return p;
	}
	return NULL;
}

/* End of the alternative at P: its comma, or the closing brace. */
static const char *alternative_end(const char *p, const char *close)
{
	unsigned depth = 0;

	for (; p < close; p++) {
		if (*p == '{')
			depth++;
		else if (*p == '}')
			depth--;
		else if (*p == ',' && !depth)
			break;
	}
	return p;
}

bool brace_expand(struct arena *a, const char *text, struct wildcard_vec *out)
{
	const char *open = strchr(text, '{'), *close, *p, *end;

	while (open && !(close = brace_end(open)))
		open = strchr(open + 1, '{');
	if (!open) {
		if (out->len >= BRACE_LIMIT)
			return false;
		vec_push(a, out, arena_strdup(a, text));
		return true;
	}
	for (p = open + 1;; p = end + 1) {
		end = alternative_end(p, close);
		if (!brace_expand(a, arena_printf(a, "%.*s%.*s%s", (int)(open - text), text, (int)(end - p), p,
						  close + 1), out))
			return false;
		if (end == close)
			return true;
	}
}
