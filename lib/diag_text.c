/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics for people: position, text, the source line with a caret under
 * the mistake, and the macros it came out of.
 *
 * What comes from a source is printed without anything a terminal could obey:
 * a byte that is no printable UTF-8 shows as "?".  One character counts as one
 * column.  A long line is cut to a window around the mistake. */
#include "lib/diag_print.h"
#include "lib/utf8.h"

#include <string.h>

/* Bytes shown of a long line, and of them before the mistake. */
#define WINDOW ((size_t)160)
#define WINDOW_BEFORE ((size_t)60)
/* Notes for one chain of expansions; macros nest deeply only by mistake. */
#define CHAIN_MAX 8

#define COLOR_BOLD "\033[1m"
#define COLOR_CARET "\033[1;32m"
#define COLOR_END "\033[0m"

static const char *level_color(enum diag_level level)
{
	static const char *const colors[] = {
		[DIAG_ERROR] = "\033[1;31m", [DIAG_WARNING] = "\033[1;35m", [DIAG_NOTE] = "\033[1;36m",
	};

	return colors[level];
}

/* What a message says: newlines and tabs stay. */
static void add_message(struct strbuf *b, const char *s)
{
	size_t left = strlen(s), n;

	for (; left; s += n, left -= n) {
		n = utf8_printable(s, left);
		if (n || *s == '\n' || *s == '\t') {
			n = n ? n : 1;
			sb_add(b, s, n);
		} else {
			sb_printf(b, "\\x%02x", (unsigned char)*s);
			n = 1;
		}
	}
}

/* Part of a line of source and the part of it to be marked, as offsets from its beginning. */
struct excerpt {
	const char *line;
	size_t len;		/* of the whole line */
	size_t lo, hi;		/* shown */
	size_t beg, end;	/* marked; lo <= beg <= end <= hi */
};

/* OFF, moved to where a character begins. */
static size_t char_start(const struct excerpt *x, size_t off)
{
	size_t back;

	for (back = 0; back < 3 && off > back && off < x->len; back++)
		if (((unsigned char)x->line[off - back] & 0xc0) != 0x80)
			return off - back;
	return off;
}

static void excerpt_window(struct excerpt *x)
{
	x->lo = 0;
	x->hi = x->len;
	if (x->len > WINDOW) {
		if (x->beg > WINDOW_BEFORE)
			x->lo = x->beg - WINDOW_BEFORE;
		if (x->lo > x->len - WINDOW)
			x->lo = x->len - WINDOW;
		x->lo = char_start(x, x->lo);
		x->hi = char_start(x, x->lo + WINDOW);
	}
	if (x->end > x->hi)
		x->end = x->hi;
}

/* Step over one character at OFF; a byte that begins none is one by itself. */
static size_t char_next(const struct excerpt *x, size_t off)
{
	size_t n = utf8_size(x->line + off, x->hi - off);

	return off + (n ? n : 1);
}

static void add_source_line(struct strbuf *b, const struct excerpt *x)
{
	size_t i, next;

	sb_puts(b, x->lo ? "    ..." : "    ");
	for (i = x->lo; i < x->hi; i = next) {
		next = char_next(x, i);
		if (x->line[i] == '\t' || utf8_printable(x->line + i, x->hi - i))
			sb_add(b, x->line + i, next - i);
		else
			sb_putc(b, '?');
	}
	sb_puts(b, x->hi < x->len ? "...\n" : "\n");
}

static void add_carets(struct strbuf *b, const struct excerpt *x, bool color)
{
	size_t i;

	sb_puts(b, x->lo ? "       " : "    ");
	for (i = x->lo; i < x->beg; i = char_next(x, i))
		sb_putc(b, x->line[i] == '\t' ? '\t' : ' ');
	sb_puts(b, color ? COLOR_CARET "^" : "^");
	for (i = x->beg < x->hi ? char_next(x, x->beg) : x->hi; i < x->end; i = char_next(x, i))
		sb_putc(b, '~');
	sb_puts(b, color ? COLOR_END "\n" : "\n");
}

static void add_excerpt(struct strbuf *b, const struct diag_place *p, struct span at, bool color)
{
	struct excerpt x = { .beg = p->col - 1 };
	size_t width = at.end > at.beg ? at.end - at.beg : 0;

	x.line = source_line(p->source, p->line, &x.len);
	if (x.len && x.line[x.len - 1] == '\r')
		x.len--;
	if (!x.len)
		return;
	if (x.beg > x.len)
		x.beg = x.len;
	x.end = width > x.len - x.beg ? x.len : x.beg + width;
	excerpt_window(&x);
	add_source_line(b, &x);
	add_carets(b, &x, color);
}

static void add_report(struct diags *d, struct strbuf *b, const struct diag_report *r)
{
	struct diag_place p = diag_place(d, r->at);

	if (p.source) {
		sb_puts(b, d->color ? COLOR_BOLD : "");
		add_message(b, p.source->name);
		sb_printf(b, ":%u:%u:%s ", p.line, p.col, d->color ? COLOR_END : "");
	}
	sb_printf(b, "%s%s:%s ", d->color ? level_color(r->level) : "", diag_level_name(r->level),
		  d->color ? COLOR_END : "");
	add_message(b, r->text);
	if (r->tag)
		sb_printf(b, " [%s]", r->tag);
	sb_putc(b, '\n');
	if (p.source)
		add_excerpt(b, &p, r->at, d->color);
}

/* The macros that SPAN came out of, innermost first. */
static void add_expansions(struct diags *d, struct strbuf *b, struct span at)
{
	struct source *s = at.src ? source_get(d->sources, at.src) : NULL;
	struct strbuf text = STRBUF_INIT;
	unsigned n = 0;

	for (; s && s->macro; s = source_get(d->sources, s->expanded_at.src)) {
		if (n++ >= CHAIN_MAX)
			continue;
		sb_clear(&text);
		sb_printf(&text, "in expansion of macro @%s", s->macro);
		add_report(d, b, &(struct diag_report){ .level = DIAG_NOTE, .at = s->expanded_at, .text = sb_str(&text) });
	}
	if (n > CHAIN_MAX) {
		sb_clear(&text);
		sb_printf(&text, "and %u more expansions", n - CHAIN_MAX);
		add_report(d, b, &(struct diag_report){ .level = DIAG_NOTE, .text = sb_str(&text) });
	}
	sb_free(&text);
}

void diag_print_text(struct diags *d, const struct diag_report *r)
{
	struct strbuf b = STRBUF_INIT;

	add_report(d, &b, r);
	if (r->level != DIAG_NOTE)
		add_expansions(d, &b, r->at);
	/* in one piece, for a terminal that others write to as well */
	fwrite(b.s, 1, b.len, d->out);
	sb_free(&b);
}
