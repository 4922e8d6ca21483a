/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bracket expressions: [a-z_], [^[:space:]], []-]. A backslash is no escape in them, and the classes are those of the C
 * locale. Of [.x.] and [=x=] there are those of one character only, which stand for it. */
#include "translator/errors.h"
#include "translator/regex/tree.h"

#include <ctype.h>
#include <string.h>

void re_set_invert(struct re_set *set)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] = ~set->words[i];
}

/* Ranges of the C locale's classes, pairs of first and last. */
static const struct { const char *name, *ranges; } classes[] = {
	{ "alpha", "AZaz" }, { "digit", "09" }, { "alnum", "09AZaz" }, { "upper", "AZ" }, { "lower", "az" },
	{ "space", "\t\r  " }, { "blank", "\t\t  " }, { "punct", "!/:@[`{~" }, { "print", " ~" }, { "graph", "!~" },
	{ "cntrl", "\001\037\177\177" }, { "xdigit", "09AFaf" },
};

static void add_range(struct re_set *set, unsigned char first, unsigned char last)
{
	for (unsigned c = first; c <= last; c++)
		re_set_add(set, (unsigned char)c);
}

bool re_class_add(struct re_set *set, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		const char *r = classes[i].ranges;

		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len))
			continue;
		for (; *r; r += 2)
			add_range(set, (unsigned char)r[0], (unsigned char)r[1]);
		if (!strcmp(classes[i].name, "cntrl"))
			re_set_add(set, 0);
		return true;
	}
	return false;
}

/* One piece of a bracket expression. */
struct piece {
	size_t beg;
	bool is_class;			/* added already; it bounds no range */
	unsigned char byte;
};

/* [: [. or [= is at hand: to the closing :] .] =]. */
static bool parse_named(struct re_parser *p, struct re_set *set, struct piece *piece)
{
	char kind = p->text[p->pos + 1], close[] = { kind, ']', 0 };
	size_t beg = p->pos;
	const char *name = p->text + beg + 2, *end = memmem(name, p->len - beg - 2, close, 2);
	size_t len;

	if (!end)
		return re_fail(p, E(REGEX_BRACKET), beg, beg + 2, "\"[%c\" without \"%c]\"", kind, kind);
	len = (size_t)(end - name);
	p->pos = (size_t)(end - p->text) + 2;
	if (kind == ':') {
		piece->is_class = true;
		return re_class_add(set, name, len) ||
		       re_fail(p, E(REGEX_CLASS), beg, p->pos, "there is no character class [:%.*s:]", (int)len, name);
	}
	piece->byte = (unsigned char)*name;
	return len == 1 || re_fail(p, E(REGEX_CLASS), beg, p->pos, "only single characters can stand in [%c %c]", kind, kind);
}

static bool parse_piece(struct re_parser *p, struct re_set *set, struct piece *piece)
{
	*piece = (struct piece){ .beg = p->pos, .byte = (unsigned char)p->text[p->pos] };
	if (p->text[p->pos] == '[' && p->pos + 1 < p->len && strchr(":.=", p->text[p->pos + 1]) && p->text[p->pos + 1])
		return parse_named(p, set, piece);
	p->pos++;
	return true;
}

/* A piece, and when it begins a range all of it. */
static bool parse_range(struct re_parser *p, struct re_set *set)
{
	struct piece first, last;

	if (!parse_piece(p, set, &first))
		return false;
	last = first;
	if (p->pos + 1 < p->len && p->text[p->pos] == '-' && p->text[p->pos + 1] != ']') {
		if (first.is_class)
			return re_fail(p, E(REGEX_RANGE), first.beg, p->pos + 1, "a class cannot begin a range");
		p->pos++;
		if (!parse_piece(p, set, &last))
			return false;
		if (last.is_class)
			return re_fail(p, E(REGEX_RANGE), first.beg, p->pos, "a class cannot end a range");
		if (last.byte < first.byte)
			return re_fail(p, E(REGEX_RANGE), first.beg, p->pos, "a range that ends before it begins");
	}
	if (!first.is_class)
		add_range(set, first.byte, last.byte);
	return true;
}

bool re_parse_bracket(struct re_parser *p, struct re_set *set)
{
	size_t beg = p->pos++;
	bool negated = p->pos < p->len && p->text[p->pos] == '^', first = true;

	p->pos += negated;
	for (; p->pos < p->len && (first || p->text[p->pos] != ']'); first = false)
		if (!parse_range(p, set))
			return false;
	if (p->pos >= p->len)
		return re_fail(p, E(REGEX_BRACKET), beg, beg + 1, "this bracket expression is not closed");
	p->pos++;
	if (negated)
		re_set_invert(set);
	return true;
}
