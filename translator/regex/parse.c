/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The syntax of POSIX extended regular expressions. Where POSIX leaves the meaning open: alternatives and groups may be
 * empty, a `)` that closes nothing is itself, repetitions may follow one another, {,n} is {0,n}; what would repeat
 * nothing or an anchor is a mistake, and so are escapes that mean something in other dialects. */
#include "translator/errors.h"
#include "translator/regex/tree.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

bool re_fail(struct re_parser *p, const char *tag, size_t beg, size_t end, const char *fmt, ...)
{
	va_list ap;

	if (p->err->tag)
		return false;
	va_start(ap, fmt);
	*p->err = (struct regex_error){ tag, arena_vprintf(p->arena, fmt, ap), beg, end };
	va_end(ap);
	return false;
}

struct re_node *re_node_new(struct re_parser *p, enum re_kind kind)
{
	struct re_node *n = ARENA_NEW(p->arena, struct re_node);

	n->kind = kind;
	n->height = 1;
	return n;
}

static void add_sub(struct re_parser *p, struct re_node *n, struct re_node *sub)
{
	vec_push(p->arena, &n->sub, sub);
	if (n->height <= sub->height)
		n->height = sub->height + 1;
}

static int at(const struct re_parser *p, size_t ahead)
{
	return p->pos + ahead < p->len ? (unsigned char)p->text[p->pos + ahead] : -1;
}

static struct re_node *parse_alternatives(struct re_parser *p);

/* ---- atoms ---- */

static void add_word(struct re_set *set)
{
	re_class_add(set, "alnum", 5);
	re_set_add(set, '_');
}

static bool parse_escape(struct re_parser *p, struct re_set *set)
{
	static const char from[] = "ntrafv", to[] = "\n\t\r\a\f\v";
	size_t beg = p->pos++;
	int c = at(p, 0);
	const char *known = c > 0 ? strchr(from, c) : NULL;

	if (c < 0)
		return re_fail(p, E(REGEX_ESCAPE), beg, p->pos, "a backslash at the end of the regular expression");
	p->pos++;
	if (known) {
		re_set_add(set, (unsigned char)to[known - from]);
	} else if (c == 'w' || c == 'W') {
		add_word(set);
	} else if (c == 's' || c == 'S') {
		re_class_add(set, "space", 5);
	} else if (c >= '1' && c <= '9') {
		return re_fail(p, E(REGEX_ESCAPE), beg, p->pos, "back references (\\%c) are not supported", c);
	} else if (isalnum(c) || strchr("<>`'", c)) {
		return re_fail(p, E(REGEX_ESCAPE), beg, p->pos, "\\%c is no escape of regular expressions%s", c,
			       c == 'd' ? ": a digit is [0-9]" : c == 'D' ? ": no digit is [^0-9]" : "");
	} else {
		re_set_add(set, (unsigned char)c);
	}
	if (c == 'W' || c == 'S')
		re_set_invert(set);
	return true;
}

static struct re_node *parse_group(struct re_parser *p)
{
	struct re_node *n = re_node_new(p, RE_GROUP), *inner;
	size_t beg = p->pos++;

	n->group = ++p->ngroups;
	if (++p->depth > RE_MOST_HEIGHT / 2) {
		re_fail(p, E(REGEX_SIZE), beg, beg + 1, "parentheses nest deeper than %d", RE_MOST_HEIGHT / 2);
		return NULL;
	}
	inner = parse_alternatives(p);
	p->depth--;
	if (!inner)
		return NULL;
	if (at(p, 0) != ')') {
		re_fail(p, E(REGEX_PAREN), beg, beg + 1, "this parenthesis is not closed");
		return NULL;
	}
	p->pos++;
	add_sub(p, n, inner);
	return n;
}

static struct re_node *parse_set(struct re_parser *p)
{
	struct re_node *n = re_node_new(p, RE_SET);
	bool ok = true;

	switch (at(p, 0)) {
	case '.': p->pos++; re_set_invert(&n->set); break;
	case '[': ok = re_parse_bracket(p, &n->set); break;
	case '\\': ok = parse_escape(p, &n->set); break;
	default: re_set_add(&n->set, (unsigned char)p->text[p->pos++]); break;
	}
	return ok ? n : NULL;
}

static struct re_node *parse_atom(struct re_parser *p)
{
	switch (at(p, 0)) {
	case '(': return parse_group(p);
	case '^': p->pos++; return re_node_new(p, RE_BOL);
	case '$': p->pos++; return re_node_new(p, RE_EOL);
	case '*': case '+': case '?': case '{':
		re_fail(p, E(REGEX_REPEAT), p->pos, p->pos + 1, "there is nothing before \"%c\" to repeat", at(p, 0));
		return NULL;
	}
	return parse_set(p);
}

/* ---- repetition ---- */

/* Digits to *V; false when there are none. */
static bool parse_number(struct re_parser *p, int *v)
{
	size_t beg = p->pos;

	*v = 0;
	while (at(p, 0) >= '0' && at(p, 0) <= '9') {
		if (*v <= REGEX_MOST_REPEATS)
			*v = *v * 10 + at(p, 0) - '0';
		p->pos++;
	}
	if (*v > REGEX_MOST_REPEATS)
		return re_fail(p, E(REGEX_BOUND), beg, p->pos, "more repetitions than the %d that are allowed", REGEX_MOST_REPEATS);
	return p->pos > beg;
}

/* { is at hand. */
static bool parse_bounds(struct re_parser *p, struct re_node *n)
{
	size_t beg = p->pos++;
	bool least = parse_number(p, &n->min), most = least;

	n->max = n->min;
	if (at(p, 0) == ',') {
		p->pos++;
		most = parse_number(p, &n->max);
		if (!most && least)
			n->max = RE_UNBOUNDED;
	}
	if (p->err->tag)
		return false;
	if (at(p, 0) != '}' || (!least && !most))
		return re_fail(p, E(REGEX_BOUND), beg, p->pos + (at(p, 0) >= 0),
			       "\"{\" is not followed by a number of repetitions, {m}, {m,}, {,n} or {m,n}");
	p->pos++;
	if (n->max != RE_UNBOUNDED && n->max < n->min)
		return re_fail(p, E(REGEX_BOUND), beg, p->pos, "the least number of repetitions is above the most");
	return true;
}

static bool parse_repeat(struct re_parser *p, struct re_node *n)
{
	n->max = RE_UNBOUNDED;
	switch (at(p, 0)) {
	case '{': return parse_bounds(p, n);
	case '?': n->max = 1; break;
	case '+': n->min = 1; break;
	}
	p->pos++;
	return true;
}

static bool repeats(int c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

static struct re_node *parse_repeated(struct re_parser *p)
{
	struct re_node *n = parse_atom(p), *r;

	while (n && repeats(at(p, 0))) {
		if (n->kind == RE_BOL || n->kind == RE_EOL) {
			re_fail(p, E(REGEX_REPEAT), p->pos, p->pos + 1, "an anchor cannot be repeated");
			return NULL;
		}
		r = re_node_new(p, RE_REPEAT);
		if (n->height >= RE_MOST_HEIGHT) {
			re_fail(p, E(REGEX_SIZE), p->pos, p->pos + 1, "more than %d repetitions of repetitions", RE_MOST_HEIGHT);
			return NULL;
		}
		if (!parse_repeat(p, r))
			return NULL;
		add_sub(p, r, n);
		n = r;
	}
	return n;
}

/* ---- sequences, alternatives ---- */

/* N as it is when it has several parts; else its part, or nothing. */
static struct re_node *simplify(struct re_parser *p, struct re_node *n)
{
	return n->sub.len > 1 ? n : n->sub.len ? n->sub.data[0] : re_node_new(p, RE_EMPTY);
}

static struct re_node *parse_sequence(struct re_parser *p)
{
	struct re_node *n = re_node_new(p, RE_CAT), *part;

	while (at(p, 0) >= 0 && at(p, 0) != '|' && !(at(p, 0) == ')' && p->depth)) {
		part = parse_repeated(p);
		if (!part)
			return NULL;
		add_sub(p, n, part);
	}
	return simplify(p, n);
}

static struct re_node *parse_alternatives(struct re_parser *p)
{
	struct re_node *n = re_node_new(p, RE_ALT), *part;

	for (;;) {
		part = parse_sequence(p);
		if (!part)
			return NULL;
		add_sub(p, n, part);
		if (at(p, 0) != '|')
			return simplify(p, n);
		p->pos++;
	}
}

struct re_node *re_parse(struct arena *a, const char *text, size_t len, unsigned *ngroups, struct regex_error *err)
{
	struct re_parser p = { .arena = a, .text = text, .len = len, .err = err };
	struct re_node *n = parse_alternatives(&p);

	*ngroups = p.ngroups;
	return n;
}
