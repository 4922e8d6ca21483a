/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probe-point families: the seam between the language and what can be probed.
 *
 * A family is one file that defines one `const struct family family_NAME`, its
 * line in family.def, and rows there for the points it serves.  A row's pattern
 * spells components with (s) for a string and (n) for a number argument:
 *
 *	POINT(kprobe, "kernel.function(s).return", KPROBE_KERNEL | KPROBE_RETURN)
 *
 * sema matches a script's point with globs against all rows and all aliases, then
 * calls resolve() of the row's family with the match.  The family answers by adding probes, one a
 * place.  It never sees the emitter: what goes to the module is one attach row, a
 * C initialiser of the family's row structure in stp/abi.h. */
#ifndef FAMILY_FAMILY_H
#define FAMILY_FAMILY_H

#include "translator/program.h"

struct session;
struct family;

struct point_row {
	const char *pattern;
	const struct family *family;
	unsigned variant;		/* the family's own bits */
};

/* A script's point that fits a row: one pair for each component. */
struct match {
	struct session *session;
	const struct point_row *row;
	const struct point *point;
	const struct component *const *parts;	/* in order of the row's components */
	size_t nparts;
	bool optional;			/* ? or a wildcard's hit: nothing found is no error */
	void *sink;			/* sema's */
};
/* Argument of component NAME, NULL (or the default) when the match has none. */
const char *match_string(const struct match *m, const char *name);
bool match_has(const struct match *m, const char *name);
int64_t match_number(const struct match *m, const char *name, int64_t missing);
struct span match_span(const struct match *m, const char *name);
/* Another probe for this match: body cloned, aliases and text of the user's point set. The
 * family sets text, scope, data, flags, is_return. */
struct probe *match_add(const struct match *m, const char *text);

/* A variable that a probe offers, for -L. */
struct point_var { const char *name; const char *type_text; };
VEC_OF(point_var_vec, struct point_var);

struct family {
	const char *name;
	const char *attach;		/* its row of attach.def: "KPROBE"; NULL: makes no row (never) */
	const char *row_struct;		/* "struct stp_row_kprobe" */
	/* Add the probes that the point stands for. False after a diagnostic. Adding none is
	 * reported by sema (tag PROBE_NO_MATCH) with `why` of match_explain. */
	bool (*resolve)(const struct match *m);
	/* Replace EXPR_TARGET e (or @entry/@perf-like ATOP that only the family knows) by resolved expressions. NULL: not
	 * known here (an EXPR_CAST is lowered on): sema reports with the scope's nearest names.  Most families leave this NULL: sema
	 * then resolves through probe->scope (di_compile_var). */
	struct expr *(*context_var)(struct session *s, struct probe *p, struct expr *e);
	/* `E OP value` for an EXPR_TARGET e; OP_NONE is a plain =. NULL: not known here; an OP other than OP_NONE
	 * then comes again as a plain store of `e OP value`.  After a diagnostic: E. May be NULL. */
	struct expr *(*context_store)(struct session *s, struct probe *p, struct expr *e, enum op op, struct expr *value);
	/* Variables for -L beyond those of the scope; may be NULL. */
	void (*list_vars)(struct session *s, struct probe *p, struct point_var_vec *out);
	/* The row's initialiser behind `.probe = …, `: ".symbol = \"vfs_read\", .offset = 4". */
	void (*attach_row)(struct session *s, const struct probe *p, struct strbuf *out);
	/* The name that @perf reads this probe by, and its number in the module; false: it is no counter. NULL: none is. */
	bool (*counter)(const struct probe *p, const char **name, unsigned *number);
	/* Order of rows in the group: <0, 0, >0; NULL: as made. */
	int (*compare)(const struct probe *a, const struct probe *b);
};

/* What context_var and context_store give for E: a value of TYPE by the C template ACCESSOR; STORE (or NULL) is what it stores. */
struct expr *family_context(struct session *s, const struct expr *e, enum value_type type, const char *accessor, struct expr *store);
/* E is the plain variable NAME ("$value"), with nothing behind it. */
bool family_is_plain(const struct expr *e, const char *name);

extern const struct point_row point_rows[];
extern const size_t npoint_rows;
/* Why a point of this row found nothing: one sentence set by the family in resolve(), for the diagnostic's note. */
void match_explain(const struct match *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
