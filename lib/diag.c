/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics: which are printed and which only counted.  How they look is in
 * diag_text.c and diag_json.c. */
#include "lib/diag.h"

#include "lib/arena.h"
#include "lib/diag_print.h"
#include "lib/map.h"

#include <stdlib.h>
#include <string.h>

/* What was reported already: a set of hashes, open addressing, 0 is free. */
struct diag_seen {
	uint64_t hash;
};

void diags_init(struct diags *d, struct sources *ss, FILE *out)
{
	*d = (struct diags){ .sources = ss, .out = out, .max_errors = 20 };
}

void diags_free(struct diags *d)
{
	free(d->seen);
	d->seen = NULL;
	d->nseen = d->capseen = 0;
}

const char *diag_level_name(enum diag_level level)
{
	static const char *const names[] = {
		[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note",
	};

	return names[level];
}

struct diag_place diag_place(const struct diags *d, struct span at)
{
	struct diag_place p = { .source = at.src ? source_get(d->sources, at.src) : NULL };

	if (!p.source)
		return p;
	source_position(p.source, at.beg, &p.line, &p.col);
	source_position(p.source, at.end > at.beg ? at.end : at.beg, &p.end_line, &p.end_col);
	return p;
}

static struct diag_seen *seen_slot(struct diag_seen *seen, size_t cap, uint64_t hash)
{
	size_t i = hash & (cap - 1);

	while (seen[i].hash && seen[i].hash != hash)
		i = (i + 1) & (cap - 1);
	return &seen[i];
}

static void seen_resize(struct diags *d)
{
	size_t cap = d->capseen ? d->capseen * 2 : 64, i;
	struct diag_seen *seen = xcalloc(cap, sizeof *seen);

	for (i = 0; i < d->capseen; i++)
		if (d->seen[i].hash)
			*seen_slot(seen, cap, d->seen[i].hash) = d->seen[i];
	free(d->seen);
	d->seen = seen;
	d->capseen = cap;
}

/* Was it reported before?  It has been from now on.  Without a position, equal text makes it the same. */
static bool seen_before(struct diags *d, const struct diag_report *r)
{
	const uint32_t key[] = { r->level, r->at.src, r->at.beg, r->at.end };
	uint64_t hash = hash_bytes(key, sizeof key, 1);
	struct diag_seen *slot;

	if (r->tag)
		hash = hash_bytes(r->tag, strlen(r->tag), hash);
	if (!r->at.src || !r->tag)
		hash = hash_bytes(r->text, strlen(r->text), hash);
	hash |= !hash;
	if ((d->nseen + 1) * 2 > d->capseen)
		seen_resize(d);
	slot = seen_slot(d->seen, d->capseen, hash);
	if (slot->hash)
		return true;
	slot->hash = hash;
	d->nseen++;
	return false;
}

static void report_print(struct diags *d, const struct diag_report *r)
{
	if (d->format == DIAG_JSON)
		diag_print_json(d, r);
	else
		diag_print_text(d, r);
}

/* Count it; is it to be printed? */
static bool report_counts(struct diags *d, const struct diag_report *r)
{
	if (seen_before(d, r))
		return false;
	if (r->level == DIAG_WARNING) {
		d->nwarnings++;
		return true;
	}
	d->nerrors++;
	return !d->max_errors || d->nerrors <= d->max_errors;
}

static void report(struct diags *d, enum diag_level level, struct span at, const char *tag, const char *fmt, va_list ap)
{
	struct strbuf text = STRBUF_INIT;
	struct diag_report r;

	sb_vprintf(&text, fmt, ap);
	r = (struct diag_report){ .level = level, .at = at, .tag = tag, .text = sb_str(&text) };
	if (level != DIAG_NOTE)
		d->dropped = !report_counts(d, &r);
	if (!d->dropped)
		report_print(d, &r);
	sb_free(&text);
}

bool diag_error(struct diags *d, struct span at, const char *tag, const char *fmt, ...)
{
	va_list ap;

	if (d->muted) {
		d->muted_errors++;
		return false;
	}
	va_start(ap, fmt);
	report(d, DIAG_ERROR, at, tag, fmt, ap);
	va_end(ap);
	return false;
}

void diag_warning(struct diags *d, struct span at, const char *tag, const char *fmt, ...)
{
	va_list ap;

	if (d->muted)
		return;
	if (d->suppress_warnings) {
		d->dropped = true;
		return;
	}
	va_start(ap, fmt);
	report(d, d->warnings_are_errors ? DIAG_ERROR : DIAG_WARNING, at, tag, fmt, ap);
	va_end(ap);
}

void diag_note(struct diags *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	if (d->muted || d->dropped)
		return;
	va_start(ap, fmt);
	report(d, DIAG_NOTE, at, NULL, fmt, ap);
	va_end(ap);
}

void diag_finish(struct diags *d)
{
	struct diag_report r = { .level = DIAG_NOTE, .apart = true };
	char text[80];

	if (d->max_errors && d->nerrors > d->max_errors) {
		snprintf(text, sizeof text, "%u errors, of which the first %u are shown", d->nerrors, d->max_errors);
		r.text = text;
		report_print(d, &r);
	}
	if (d->format == DIAG_JSON)
		diag_end_json(d);
	fflush(d->out);
}
