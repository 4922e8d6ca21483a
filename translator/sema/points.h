/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a script's probe point becomes probes: what match.c, alias.c and points.c share.
 *
 * A point is matched with all rows of family.def and all aliases.  A row's family
 * makes probes; an alias is expanded into its own points, with its handler around
 * the body, and these are resolved in turn.  The way from the script's point to a probe is a chain of
 * struct expansion, one link an alias. */
#ifndef SEMA_POINTS_H
#define SEMA_POINTS_H

#include "translator/family/family.h"
#include "translator/sema/sema.h"

/* The components that a row or an alias is made of, as text. */
#define SHAPE_MAX 12
struct shape_part { const char *name; enum shape_arg { SHAPE_NONE, SHAPE_STRING, SHAPE_NUMBER } arg; const struct expr *value; /* aliases: the argument it must have */ };
struct shape { const char *text; unsigned n; struct shape_part parts[SHAPE_MAX]; };

struct known_alias {
	struct shape shape;
	const struct alias_decl *decl;
};

/* What a body depends on beside the script's own variables. */
enum dependence {
	DEPENDS_NOT,		/* the same wherever it runs: probes share one copy */
	DEPENDS_MODULE,		/* on the probed module's types: a copy for each module */
	DEPENDS_PROBE,		/* on the probe's variables: a copy for each probe */
};

/* One link of the way to a probe. */
struct expansion {
	const struct expansion *up;	/* NULL: the script's own probe */
	const struct alias_decl *alias;	/* NULL at the top */
	const struct point *point;	/* the point that led here; NULL at the top */
	const char *text;		/* the script's point with its wildcards replaced; NULL at the top */
	unsigned depth;
	struct stmt *body;		/* with the handlers of all aliases so far; template, never used itself */
	enum dependence dependence;
	struct map shared;		/* DEPENDS_NOT, DEPENDS_MODULE: module's name -> the probe that has the copy */
};

/* The state of all this, one a session. */
struct points {
	struct session *session;
	struct shape *rows;		/* of point_rows */
	VEC(struct known_alias *) aliases;
	size_t nalias_files;		/* files whose aliases have been taken in, the script first */
	size_t nprobe_files;		/* files whose probes have been resolved, likewise */
	struct map functions;		/* name -> enum dependence of the functions of that name */
	const char *why;		/* match_explain()'s last sentence, or NULL */
	unsigned nresolutions;		/* of points by families */
	unsigned nexpansions;		/* of aliases */
	size_t used_before;		/* of the arena */
	const char *too_much;		/* why expansion was given up, or NULL */
	bool told;			/* and that is said */
	struct probe *spare;		/* what families fill when there are too many */
};
struct points *points_get(struct session *s);
/* One more expansion, or one more probe, of NAME: is there room for it?  When not, everything is given up, and the script's
 * point gets the error. */
bool points_have_room(struct points *ps, const char *name);
/* Read what the library has for POINT; all aliases read so far are in PS then. */
void points_take_aliases(struct points *ps, const struct point *point);

/* ---- match.c ---- */

/* What a point fits: a row with all of its components, or an alias with the first ones. */
struct candidate {
	const struct point_row *row;	/* or NULL: */
	const struct known_alias *alias;
	const struct shape *shape;	/* of the one or the other */
	unsigned used;			/* components of the point that fit; the others are a suffix for the alias */
	const struct component *parts[SHAPE_MAX];	/* for each component of the shape */
	const char *text;		/* the point with its wildcards replaced by what they fit */
	bool by_glob;			/* a wildcard was needed */
};
VEC_OF(candidate_vec, struct candidate *);

void shape_of_pattern(struct arena *a, struct shape *sh, const char *pattern);
bool shape_of_point(struct shape *sh, const struct point *p);	/* false: too long */
/* Could POINT, or its first components, fit SH? */
bool match_may_fit(struct arena *a, const struct point *point, const struct shape *sh);
/* All that POINT (without braces) fits, rows first, then aliases in the order they were read. */
void match_candidates(struct points *ps, const struct point *point, struct candidate_vec *out);
/* POINT fits nothing: say what would. */
bool match_report_unknown(struct points *ps, const struct point *point);
/* The points that POINT's braces stand for; false after a diagnostic. */
bool match_braces(struct session *s, const struct point *point, struct point_vec *out);

/* ---- alias.c ---- */

struct expansion *expansion_top(struct points *ps, struct stmt *body);
/* A further link, or NULL after a diagnostic (a cycle). */
struct expansion *expansion_alias(struct points *ps, const struct expansion *up, const struct candidate *c,
				  const struct point *point);
/* Point N of the alias in C, with the suffix that POINT gives it. */
struct point *expansion_point(struct points *ps, const struct candidate *c, const struct point *point, size_t n);
/* Notes below a diagnostic: through which aliases its point was reached. */
void expansion_note(struct points *ps, const struct expansion *x);
enum dependence dependence_of_stmt(struct points *ps, struct stmt *body);
enum dependence dependence_of_expr(struct points *ps, struct expr *e);

#endif
