/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The patterns of function("…") and statement("…").
 *
 *	pattern = FUNCTION [ "@" FILE ] [ lines ]
 *	lines   = ":" ( "*" | range { "," range } ) | [ ":" ] "+" NUMBER
 *	range   = NUMBER [ "-" NUMBER ]
 *
 * Lines need a file.  A file's name may hold any of these characters but @; the
 * last : or + that only lines follow begins them. */
#include "translator/family/kprobe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_NUMBER 100000000ul

static bool take_number(const char **p, unsigned *out)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)**p))
		return false;
	n = strtoul(*p, &end, 10);
	if (n > LINE_MAX_NUMBER)
		return false;
	*out = (unsigned)n;
	*p = end;
	return true;
}

static const char *parse_ranges(struct arena *a, const char **p, struct kprobe_pattern *out)
{
	const char *last;

	for (;;) {
		struct kprobe_lines l = { .kind = DI_LINE_EXACT };

		if (!take_number(p, &l.first) || !l.first)
			return "a line number from 1 on was expected here";
		l.last = l.first;
		if (**p == '-') {
			++*p;
			l.kind = DI_LINE_RANGE;
			last = *p;
			if (!take_number(p, &l.last))
				return "the last line of the range was expected here";
			if (l.last < l.first) {
				*p = last;
				return "the range ends before it begins";
			}
		}
		vec_push(a, &out->lines, l);
		if (**p != ',')
			return **p ? "a comma or the end was expected here" : NULL;
		++*p;
	}
}

static const char *parse_lines(struct arena *a, const char **p, struct kprobe_pattern *out)
{
	struct kprobe_lines l = { .kind = DI_LINE_ALL };

	if (*(*p)++ == '+') {
		l.kind = DI_LINE_RELATIVE;
		if (!take_number(p, &l.first) || **p)
			return "a number of lines was expected behind +";
		l.last = l.first;
		vec_push(a, &out->lines, l);
		return NULL;
	}
	if ((*p)[0] == '*' && !(*p)[1]) {
		vec_push(a, &out->lines, l);
		*p += 1;
		return NULL;
	}
	return parse_ranges(a, p, out);
}

/* Where the lines begin in FILE: its last : or +, if digits or * follow. */
static const char *lines_begin(const char *file)
{
	const char *p = file + strlen(file), *found = NULL;

	while (!found && p-- > file)
		if (*p == ':' || *p == '+')
			found = p;
	if (!found || (*found == '+' && !isdigit((unsigned char)found[1])))
		return NULL;
	return found;
}

const char *kprobe_pattern_parse(struct arena *a, const char *text, struct kprobe_pattern *out, size_t *at)
{
	const char *file = strchr(text, '@'), *lines, *error = NULL;
	size_t len = file ? (size_t)(file - text) : strlen(text);

	*out = (struct kprobe_pattern){ .function = arena_strndup(a, text, len) };
	*at = 0;
	if (!len)
		return "the name of a function was expected here";
	if (!file)
		return NULL;
	*at = len + 1;
	lines = lines_begin(++file);
	len = lines ? (size_t)(lines - file) : strlen(file);
	if (lines && len && lines[0] == '+' && lines[-1] == ':')
		len--;
	out->file = arena_strndup(a, file, len);
	if (!*out->file)
		return "the name of a source file was expected behind @";
	if (lines)
		error = parse_lines(a, &lines, out);
	if (error)
		*at = (size_t)(lines - text);
	return error;
}
