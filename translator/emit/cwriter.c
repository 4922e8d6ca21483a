/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing C: indented lines, literals, temporaries, location numbers. */
#include "translator/emit/emit.h"

#include <inttypes.h>
#include <stdio.h>

static void vline(struct body *b, const char *fmt, va_list ap)
{
	sb_indent(&b->out, b->depth);
	sb_vprintf(&b->out, fmt, ap);
}

void line(struct body *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vline(b, fmt, ap);
	va_end(ap);
	sb_putc(&b->out, '\n');
}

void open_block(struct body *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vline(b, fmt, ap);
	va_end(ap);
	sb_puts(&b->out, *fmt ? " {\n" : "{\n");
	b->depth++;
}

void close_block(struct body *b, const char *tail)
{
	b->depth--;
	line(b, "}%s", tail);
}

const char *format_c(struct emitter *e, const char *fmt, ...)
{
	va_list ap;
	const char *s;

	va_start(ap, fmt);
	s = arena_vprintf(e->arena, fmt, ap);
	va_end(ap);
	return s;
}

const char *c_string(struct emitter *e, const char *s, size_t len)
{
	struct strbuf b = STRBUF_INIT;
	const char *r;

	sb_c_quote(&b, s, len);
	r = arena_strdup(e->arena, sb_str(&b));
	sb_free(&b);
	return r;
}

const char *c_number(struct emitter *e, int64_t v)
{
	if (v == INT64_MIN)
		return "(-9223372036854775807LL - 1)";
	return format_c(e, v < 0 ? "(%" PRId64 "LL)" : "%" PRId64 "LL", v);
}

unsigned loc_number(struct emitter *e, struct span at)
{
	struct source *src = source_get(&e->session->sources, at.src);
	unsigned row = 0, col = 0;
	const char *text = "<generated>";
	uintptr_t n;

	if (src) {
		source_position(src, at.beg, &row, &col);
		text = format_c(e, "%s:%u:%u", src->name, row, col);
	}
	n = (uintptr_t)map_get(&e->locs, text);
	if (!n) {
		n = e->locs.len + 1;
		map_put(&e->locs, text, (void *)n);
	}
	return n - 1;
}

const char *loc_c(struct body *b, struct span at)
{
	unsigned n = loc_number(b->e, at);

	if (!b->locs)
		return format_c(b->e, "%u", n);
	vec_push(b->e->arena, b->locs, n);
	return format_c(b->e, "\1%zu\1", b->locs->len - 1);
}

void check_error(struct body *b, struct span at)
{
	line(b, "STP_CHECK(c, %s, %s);", loc_c(b, at), b->fail);
}
