/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source texts and positions in them.
 *
 * A span names a range of bytes in one source.  A macro expansion or an
 * included text gets a source of its own that shares the text of its origin
 * (`base`) and remembers where it was expanded, so that a diagnostic can print
 * the whole chain from a span alone.  Source id 0 is "nowhere". */
#ifndef LIB_SOURCE_H
#define LIB_SOURCE_H

#include "lib/arena.h"
#include <stdbool.h>
#include <stdint.h>

struct span {
	uint32_t src;		/* source id */
	uint32_t beg, end;	/* byte offsets, end exclusive */
};

struct source {
	uint32_t id;
	const char *name;	/* path as the user knows it, or "<input>" for -e */
	const char *text;	/* len bytes, NUL after the last */
	size_t len;
	bool library;		/* a tapset file: no guru mode needed for %{ %} */
	bool given;		/* a tapset file of -I, which whoever runs stap may have written */
	struct source *base;	/* an expansion: whose text this is; else NULL */
	struct span expanded_at;	/* an expansion: the use of the macro */
	const char *macro;	/* an expansion: its name, for the note */
	struct arena *arena;	/* that all of this is in */
	uint32_t *lines;	/* offsets of line starts, made on first need */
	size_t nlines;
};

struct sources {
	struct arena *arena;
	struct source **data;	/* by id */
	size_t len, cap;
};

void sources_init(struct sources *ss, struct arena *a);
/* NAME and TEXT are copied. */
struct source *source_add(struct sources *ss, const char *name, const char *text, size_t len);
/* Whole file into memory; "-" is standard input. -errno on failure (-EFBIG: more than 256 MiB), *out untouched. */
int source_read(struct sources *ss, const char *path, struct source **out);
/* The text of BASE once more, as what macro MACRO (without its @) stands for at AT. */
struct source *source_expansion(struct sources *ss, struct source *base, const char *macro, struct span at);
struct source *source_get(const struct sources *ss, uint32_t id);
/* 1-based line and column (bytes) of offset OFF. */
void source_position(struct source *s, uint32_t off, unsigned *line, unsigned *col);
/* Text of a 1-based line without its newline; *len its length. */
const char *source_line(struct source *s, unsigned line, size_t *len);
static inline struct span span_join(struct span a, struct span b)
{
	if (a.src != b.src)
		return a.src ? a : b;
	return (struct span){ a.src, a.beg < b.beg ? a.beg : b.beg, a.end > b.end ? a.end : b.end };
}

#endif
