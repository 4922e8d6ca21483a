/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics: what is wrong, where, and what would fix it.
 *
 * Every error has a tag (a row of translator/errors.def); the tag is what
 * tests name and what --diagnostics=json shows.  A diagnostic prints as
 *
 *	file:line:col: error: text [TAG]
 *	    source line
 *	    ^~~~ caret range
 *	note: ...
 *
 * With DIAG_JSON it is an object in one array, which diag_finish closes:
 *
 *	{"level","tag","message","file","line","column","endLine","endColumn",
 *	 "expansions":[{"macro","file","line","column"}],"notes":[…the same…]}
 *
 * where a position that is not known is left out.
 *
 * Warnings never fail a run unless -W.  After `max_errors` (20) errors further
 * ones are counted only.  Nothing here exits. */
#ifndef LIB_DIAG_H
#define LIB_DIAG_H

#include "lib/source.h"
#include "lib/strbuf.h"
#include <stdio.h>

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };
enum diag_format { DIAG_TEXT, DIAG_JSON };

struct diag_tag {
	const char *name;	/* "PARSE_EXPECTED" */
};

struct diags {
	struct sources *sources;
	FILE *out;			/* stderr */
	enum diag_format format;
	bool color;
	bool suppress_warnings;		/* -w */
	bool warnings_are_errors;	/* -W */
	unsigned max_errors;
	unsigned nerrors, nwarnings;
	/* Spans already reported with the same tag are dropped: one mistake, one message. */
	struct diag_seen *seen;
	size_t nseen, capseen;
	unsigned muted;			/* >0: count nothing, print nothing (trial resolution) */
	unsigned muted_errors;		/* errors swallowed while muted */
	bool dropped;			/* the last one was not printed: nor are its notes */
	int json;			/* how far the JSON text has come (enum json_state) */
};

void diags_init(struct diags *d, struct sources *ss, FILE *out);
void diags_free(struct diags *d);
/* Report; TAG is a row of errors.def.  Returns false, so that `return diag_error(…)` reads well. */
bool diag_error(struct diags *d, struct span at, const char *tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void diag_warning(struct diags *d, struct span at, const char *tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A note belongs to the diagnostic before it (dropped when that one was). A span with src 0 prints no position. */
void diag_note(struct diags *d, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* After the last: "N errors" when some were not printed; closes the JSON array. */
void diag_finish(struct diags *d);
/* The nearest of NAMES to WORD (Damerau-Levenshtein, at most a third of its length), or NULL. */
const char *nearest_name(const char *word, const char *const *names, size_t n);
/* Shortest edit distance, bounded by MAX (returns MAX + 1 when further). */
unsigned edit_distance(const char *a, const char *b, unsigned max);

#endif
