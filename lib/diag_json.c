/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics for programs: one array of objects, one object a line, as lib/diag.h
 * describes.  An object stays open until the next one, for its notes. */
#include "lib/diag_print.h"
#include "lib/utf8.h"

#include <string.h>

enum json_state {
	JSON_NOTHING,	/* nothing printed */
	JSON_BETWEEN,	/* the last object is complete */
	JSON_OPEN,	/* the last object may get notes */
	JSON_NOTES,	/* it has got some */
};

static void add_string(struct strbuf *b, const char *s)
{
	size_t left = strlen(s), n;

	sb_putc(b, '"');
	for (; left; s += n, left -= n) {
		n = utf8_size(s, left);
		if (!n) {
			sb_puts(b, "\\ufffd");
			n = 1;
		} else if (*s == '"' || *s == '\\') {
			sb_putc(b, '\\');
			sb_putc(b, *s);
		} else if ((unsigned char)*s < ' ' || *s == 0x7f) {
			sb_printf(b, "\\u%04x", (unsigned)*s);
		} else {
			sb_add(b, s, n);
		}
	}
	sb_putc(b, '"');
}

static void add_place(struct diags *d, struct strbuf *b, struct span at, bool with_end)
{
	struct diag_place p = diag_place(d, at);

	if (!p.source)
		return;
	sb_puts(b, ",\"file\":");
	add_string(b, p.source->name);
	sb_printf(b, ",\"line\":%u,\"column\":%u", p.line, p.col);
	if (with_end)
		sb_printf(b, ",\"endLine\":%u,\"endColumn\":%u", p.end_line, p.end_col);
}

static void add_expansions(struct diags *d, struct strbuf *b, struct span at)
{
	struct source *s = at.src ? source_get(d->sources, at.src) : NULL;
	bool first = true;

	if (!s || !s->macro)
		return;
	sb_puts(b, ",\"expansions\":[");
	for (; s && s->macro; s = source_get(d->sources, s->expanded_at.src), first = false) {
		sb_puts(b, first ? "{\"macro\":" : ",{\"macro\":");
		add_string(b, s->macro);
		add_place(d, b, s->expanded_at, false);
		sb_putc(b, '}');
	}
	sb_putc(b, ']');
}

/* An object without its closing brace. */
static void add_object(struct diags *d, struct strbuf *b, const struct diag_report *r)
{
	sb_printf(b, "{\"level\":\"%s\"", diag_level_name(r->level));
	if (r->tag) {
		sb_puts(b, ",\"tag\":");
		add_string(b, r->tag);
	}
	sb_puts(b, ",\"message\":");
	add_string(b, r->text);
	add_place(d, b, r->at, true);
	add_expansions(d, b, r->at);
}

/* Complete the object that is open. */
static void end_object(struct diags *d, struct strbuf *b)
{
	if (d->json == JSON_NOTES)
		sb_putc(b, ']');
	if (d->json >= JSON_OPEN)
		sb_putc(b, '}');
	if (d->json != JSON_NOTHING)
		d->json = JSON_BETWEEN;
}

static void flush_json(struct diags *d, struct strbuf *b)
{
	fwrite(b->s, 1, b->len, d->out);
	sb_free(b);
}

void diag_print_json(struct diags *d, const struct diag_report *r)
{
	struct strbuf b = STRBUF_INIT;

	if (r->level == DIAG_NOTE && !r->apart && d->json >= JSON_OPEN) {
		sb_puts(&b, d->json == JSON_OPEN ? ",\"notes\":[" : ",");
		add_object(d, &b, r);
		sb_putc(&b, '}');
		d->json = JSON_NOTES;
	} else {
		end_object(d, &b);
		sb_puts(&b, d->json == JSON_NOTHING ? "[\n" : ",\n");
		add_object(d, &b, r);
		d->json = JSON_OPEN;
	}
	flush_json(d, &b);
}

void diag_end_json(struct diags *d)
{
	struct strbuf b = STRBUF_INIT;

	end_object(d, &b);
	sb_puts(&b, d->json == JSON_NOTHING ? "[]\n" : "\n]\n");
	d->json = JSON_NOTHING;
	flush_json(d, &b);
}
