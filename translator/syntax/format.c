/* SPDX-License-Identifier: GPL-2.0-or-later */
/* printf formats: text to parts, checked. */
#include "translator/syntax/format.h"
#include "translator/errors.h"

#include <ctype.h>
#include <string.h>

struct scan { const char *text; size_t pos, len; };

static int at(const struct scan *s)
{
	return s->pos < s->len ? (unsigned char)s->text[s->pos] : -1;
}

static unsigned scan_flags(struct scan *s)
{
	static const char names[] = "-0+ #";
	unsigned f = 0;
	const char *p;

	while (at(s) > 0 && (p = strchr(names, at(s)))) {
		f |= 1u << (p - names);
		s->pos++;
	}
	return f;
}

static int scan_number(struct scan *s)
{
	int v = 0;

	if (at(s) == '*') {
		s->pos++;
		return FMT_ARG;
	}
	if (at(s) < 0 || !isdigit(at(s)))
		return FMT_NONE;
	while (at(s) >= 0 && isdigit(at(s))) {
		v = v > 100000 ? v : v * 10 + at(s) - '0';
		s->pos++;
	}
	return v;
}

static bool scan_conversion(struct scan *s, struct format_part *p)
{
	static const struct { char c; enum conversion conv; } table[] = {
		{ 'b', CONV_BINARY }, { 'c', CONV_CHAR }, { 'd', CONV_DECIMAL }, { 'i', CONV_DECIMAL }, { 'm', CONV_MEMORY }, { 'M', CONV_MEMORY_HEX },
		{ 'o', CONV_OCTAL }, { 'p', CONV_POINTER }, { 's', CONV_STRING }, { 'u', CONV_UNSIGNED }, { 'x', CONV_HEX }, { 'X', CONV_HEX_UPPER },
	};

	while (at(s) == 'l' || at(s) == 'h' || at(s) == 'z' || at(s) == 'j')
		s->pos++;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (at(s) == table[i].c) {
			p->conv = table[i].conv;
			s->pos++;
			if (p->conv == CONV_BINARY && p->width != FMT_ARG)
				p->size = p->width == 1 || p->width == 2 || p->width == 4 ? (unsigned)p->width : 8;
			return true;
		}
	return false;
}

static void bad_conversion(struct diags *d, struct span where, const struct scan *s, size_t from)
{
	size_t to = s->pos < s->len && isgraph((unsigned char)s->text[s->pos]) ? s->pos + 1 : s->pos;

	diag_error(d, where, E(FORMAT_BAD), "\"%.*s\" is no conversion", (int)(to - from), s->text + from);
	if (to > from && s->text[to - 1] == 'n')
		diag_note(d, (struct span){ 0 }, "C's %%n stores how many bytes there are so far, and a script has no place to point to: strlen(sprintf(…)) counts them");
	diag_note(d, (struct span){ 0 }, "there are %%b %%c %%d %%i %%m %%M %%o %%p %%s %%u %%x %%X, and %%%% for a percent sign");
}

struct format *format_parse(struct arena *a, struct diags *d, struct span where, const char *text, size_t len)
{
	struct format *f = ARENA_NEW(a, struct format);
	struct scan s = { text, 0, len };
	VEC(struct format_part) parts = { 0 };
	struct strbuf lit = STRBUF_INIT;
	bool ok = true;

	while (ok && s.pos <= s.len) {
		struct format_part p = { .width = FMT_NONE, .precision = FMT_NONE, .off = (uint32_t)s.pos };
		int c = at(&s);

		if (c >= 0 && (c != '%' || (s.pos + 1 < s.len && text[s.pos + 1] == '%'))) {
			sb_putc(&lit, (char)c);
			s.pos += c == '%' ? 2 : 1;
			continue;
		}
		if (lit.len) {
			struct format_part l = { .conv = CONV_LITERAL, .text = arena_strndup(a, sb_str(&lit), lit.len), .len = lit.len };

			vec_push(a, &parts, l);
			sb_clear(&lit);
		}
		if (c < 0)
			break;
		s.pos++;
		p.flags = scan_flags(&s);
		p.width = scan_number(&s);
		if (at(&s) == '.') {
			s.pos++;
			p.precision = scan_number(&s);
			if (p.precision == FMT_NONE)
				p.precision = 0;
		}
		ok = scan_conversion(&s, &p);
		p.end = (uint32_t)s.pos;
		if (!ok)
			bad_conversion(d, where, &s, p.off);
		f->nargs += 1 + (p.width == FMT_ARG) + (p.precision == FMT_ARG);
		vec_push(a, &parts, p);
	}
	sb_free(&lit);
	f->parts = parts.data;
	f->nparts = parts.len;
	return ok ? f : NULL;
}

const struct format_part *format_arg_part(const struct format *f, size_t n, size_t *number, bool *value)
{
	*number = 0;
	for (size_t i = 0; i < f->nparts; i++) {
		const struct format_part *p = &f->parts[i];
		size_t stars = (p->width == FMT_ARG) + (p->precision == FMT_ARG);

		if (p->conv == CONV_LITERAL)
			continue;
		++*number;
		*value = n == stars;
		if (n <= stars)
			return p;
		n -= stars + 1;
	}
	return NULL;
}

enum value_type format_arg_type(const struct format *f, size_t n)
{
	size_t number;
	bool value;
	const struct format_part *p = format_arg_part(f, n, &number, &value);

	if (!p)
		return TYPE_UNKNOWN;
	return value && p->conv == CONV_STRING ? TYPE_STRING : TYPE_LONG;
}

void format_print_part(struct strbuf *b, const struct format_part *p)
{
	static const char letters[] = "?bcdmMopsuxX";

	sb_putc(b, '%');
	for (unsigned i = 0; i < 5; i++)
		if (p->flags & 1u << i)
			sb_putc(b, "-0+ #"[i]);
	if (p->width == FMT_ARG)
		sb_putc(b, '*');
	else if (p->width >= 0)
		sb_printf(b, "%d", p->width);
	if (p->precision == FMT_ARG)
		sb_puts(b, ".*");
	else if (p->precision >= 0)
		sb_printf(b, ".%d", p->precision);
	sb_putc(b, letters[p->conv]);
}

bool format_reads_memory(const struct format *f)
{
	for (size_t i = 0; i < f->nparts; i++)
		if (f->parts[i].conv == CONV_MEMORY || f->parts[i].conv == CONV_MEMORY_HEX)
			return true;
	return false;
}
