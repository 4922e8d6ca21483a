/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between diag.c, which decides what is printed, and the two that print it.
 * Private to lib/. */
#ifndef LIB_DIAG_PRINT_H
#define LIB_DIAG_PRINT_H

#include "lib/diag.h"

struct diag_report {
	enum diag_level level;
	struct span at;
	const char *tag;	/* or NULL */
	const char *text;
	bool apart;		/* a note that belongs to none before it */
};

/* Where a span begins and ends, for people: 1-based, the end exclusive. */
struct diag_place {
	struct source *source;	/* NULL: nowhere */
	unsigned line, col, end_line, end_col;
};

struct diag_place diag_place(const struct diags *d, struct span at);
const char *diag_level_name(enum diag_level level);

void diag_print_text(struct diags *d, const struct diag_report *r);
void diag_print_json(struct diags *d, const struct diag_report *r);
/* Close the array. */
void diag_end_json(struct diags *d);

#endif
