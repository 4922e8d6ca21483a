/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats of tables, print(ARRAY, FORMAT): one row an element.
 *
 *	%1s %2d		keys, by number and conversion of printf
 *	%d %s		the element's value
 *	%C %S %A %m %M	of a statistic: count, sum, average, least, most
 *	%H		its histogram, on lines of its own
 *
 * A number before a letter of printf is a key's; with a width it is written %1$-20s, and a value
 * with one %0$8d.  The letters of statistics take flags and a width as in printf. */
#include "translator/errors.h"
#include "translator/syntax/format.h"

#include <ctype.h>
#include <string.h>

struct reader { const char *text; size_t pos, len; };

static int peek(const struct reader *r)
{
	return r->pos < r->len ? (unsigned char)r->text[r->pos] : -1;
}

static int read_number(struct reader *r)
{
	int v = FMT_NONE;

	for (; isdigit(peek(r)); r->pos++)
		v = v > 100000 ? v : (v < 0 ? 0 : v * 10) + peek(r) - '0';
	return v;
}

static void read_flags(struct reader *r, struct format_part *p)
{
	static const char names[] = "-0+ #";
	const char *at;

	for (; peek(r) > 0 && (at = strchr(names, peek(r))); r->pos++)
		p->flags |= 1u << (at - names);
}

static void read_width(struct reader *r, struct format_part *p)
{
	p->width = read_number(r);
	if (peek(r) != '.')
		return;
	r->pos++;
	p->precision = read_number(r);
	if (p->precision == FMT_NONE)
		p->precision = 0;
}

static bool read_letter(struct reader *r, struct table_part *t, bool numbered)
{
	static const struct { char c; enum stat_op op; } stats[] = {
		{ 'C', STAT_COUNT }, { 'S', STAT_SUM }, { 'A', STAT_AVG }, { 'm', STAT_MIN }, { 'M', STAT_MAX },
	};
	static const struct { char c; enum conversion conv; } values[] = {
		{ 'c', CONV_CHAR }, { 'd', CONV_DECIMAL }, { 'i', CONV_DECIMAL }, { 'o', CONV_OCTAL }, { 'p', CONV_POINTER },
		{ 's', CONV_STRING }, { 'u', CONV_UNSIGNED }, { 'x', CONV_HEX }, { 'X', CONV_HEX_UPPER },
	};
	int c = peek(r);

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (c == values[i].c) {
			if (!numbered && t->part.width >= 0) {
				t->key = (unsigned)t->part.width;
				t->part.width = FMT_NONE;
			}
			t->what = t->key ? TABLE_KEY : TABLE_VALUE;
			t->part.conv = values[i].conv;
			r->pos++;
			return true;
		}
	t->part.conv = CONV_DECIMAL;
	for (size_t i = 0; i < sizeof stats / sizeof *stats && !numbered; i++)
		if (c == stats[i].c) {
			t->what = TABLE_STAT;
			t->op = stats[i].op;
			r->pos++;
			return true;
		}
	t->what = TABLE_HIST;
	r->pos++;
	return c == 'H' && !numbered && t->part.width < 0;
}

/* What stands behind a percent sign. */
static bool read_conversion(struct reader *r, struct table_part *t)
{
	struct reader ahead = *r;
	int n = read_number(&ahead);
	bool numbered = n >= 0 && peek(&ahead) == '$';

	t->part.width = t->part.precision = FMT_NONE;
	if (numbered) {
		t->key = (unsigned)n;
		*r = ahead;
		r->pos++;
	}
	read_flags(r, &t->part);
	read_width(r, &t->part);
	return read_letter(r, t, numbered);
}

static void put_text(struct arena *a, struct table_format *f, struct strbuf *text)
{
	struct table_part t = { .what = TABLE_TEXT, .part.conv = CONV_LITERAL };

	if (!text->len)
		return;
	t.part.text = arena_strndup(a, sb_str(text), text->len);
	t.part.len = text->len;
	vec_push(a, f, t);
	sb_clear(text);
}

/* The offending bytes; nothing when they are no characters. */
static bool bad(struct diags *d, struct span literal, const struct reader *r, size_t from, const struct sources *ss)
{
	size_t to = r->pos < r->len ? r->pos : r->len;

	diag_error(d, format_span(ss, literal, from, to), E(TABLE_FORMAT), "\"%.*s\" is no conversion of a table", (int)(to - from), r->text + from);
	diag_note(d, (struct span){ 0 }, "keys are %%1s %%2d …, the value %%d %%s %%x …, of a statistic %%C count %%S sum %%A average %%m least %%M most %%H histogram");
	return false;
}

bool table_parse(struct arena *a, struct diags *d, const struct sources *ss, struct span literal, const char *text, size_t len, struct table_format *f)
{
	struct reader r = { text, 0, len };
	struct strbuf plain = STRBUF_INIT;
	bool ok = true;

	while (ok && r.pos < len) {
		struct table_part t = { .part.off = (uint32_t)r.pos };

		if (text[r.pos] != '%' || (r.pos + 1 < len && text[r.pos + 1] == '%')) {
			sb_putc(&plain, text[r.pos]);
			r.pos += text[r.pos] == '%' ? 2 : 1;
			continue;
		}
		put_text(a, f, &plain);
		r.pos++;
		ok = read_conversion(&r, &t) || bad(d, literal, &r, t.part.off, ss);
		t.part.end = (uint32_t)r.pos;
		vec_push(a, f, t);
	}
	put_text(a, f, &plain);
	sb_free(&plain);
	return ok;
}

bool table_asks_statistic(const char *text, size_t len)
{
	struct reader r = { text, 0, len };
	bool found = false;

	while (r.pos < len && !found) {
		struct table_part t = { 0 };

		if (text[r.pos++] != '%')
			continue;
		if (peek(&r) == '%')
			r.pos++;
		else
			found = read_conversion(&r, &t) && (t.what == TABLE_STAT || t.what == TABLE_HIST);
	}
	return found;
}

/* Bytes of the source that the character at AT stands for. */
static uint32_t literal_step(const char *at)
{
	uint32_t n = 2;

	if (*at != '\\')
		return 1;
	if (at[1] == 'x')
		for (; n < 4 && isxdigit((unsigned char)at[n]); n++)
			;
	else if (at[1] >= '0' && at[1] <= '7')
		for (; n < 4 && at[n] >= '0' && at[n] <= '7'; n++)
			;
	return n;
}

struct span format_span(const struct sources *ss, struct span literal, size_t off, size_t end)
{
	const struct source *s = source_get(ss, literal.src);
	struct span at = literal;
	uint32_t pos = literal.beg + 1;

	if (!s || literal.end > s->len || s->text[literal.beg] != '"')
		return literal;
	for (size_t i = 0; i < end && pos < literal.end; i++) {
		if (i == off)
			at.beg = pos;
		pos += literal_step(s->text + pos);
	}
	at.end = pos;
	return at.beg > literal.beg && s->text[at.beg] == '%' && pos < literal.end ? at : literal;
}
