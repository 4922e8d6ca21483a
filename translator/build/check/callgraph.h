/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who calls whom in an object, at which depth of the caller's stack, and the deepest ways. */
#ifndef CHECK_CALLGRAPH_H
#define CHECK_CALLGRAPH_H

#include "translator/build/check/functions.h"

enum edge_kind {
	EDGE_INSIDE,			/* to a function of the object */
	EDGE_OUTSIDE,			/* to an import */
	EDGE_INDIRECT,			/* to who knows where */
	EDGE_IGNORED,			/* to instrumentation */
};

struct edge {
	uint32_t to;			/* INSIDE: function; else the symbol, 0: none */
	uint32_t depth;			/* at entry of the callee, with a call's return address */
	enum edge_kind kind;
};

/* The deepest way of a kind: to the end of a frame, to an import, to an unknown place. */
enum { DEEPEST_FRAME, DEEPEST_OUTSIDE, DEEPEST_INDIRECT, DEEPEST_KINDS };

#define NO_FUNCTION UINT32_MAX

/* Functions that call each other in circles; most are alone. */
struct circle {
	uint32_t first, n;		/* in callgraph's `order` */
	int64_t turn;			/* bytes of going once around, 0: no circle */
	int64_t sum;			/* of its members' calls in the circle */
	struct { int64_t bytes; uint32_t last, next; } deepest[DEEPEST_KINDS];	/* -1: no such way */
	int64_t largest_turn;		/* of all that it reaches */
	uint32_t unbounded;		/* function that it reaches, or NO_FUNCTION */
};

struct node {
	uint32_t own;			/* bytes below the return address */
	uint32_t unbounded;		/* step + 1, 0: it is bounded */
	const char *why;
	uint32_t wrong;			/* flow.h's */
	const char *what;
	uint32_t first, end;		/* its edges */
	uint32_t circle;
	int64_t inner;			/* deepest call within its circle, or -1 */
};

struct callgraph {
	const struct decoded *d;
	const struct functions *f;
	struct node *nodes;		/* by function */
	VEC(struct edge) edges;
	VEC(struct circle) circles;	/* callees before callers */
	uint32_t *order;		/* functions by circle */
};

void callgraph_make(struct arena *a, const struct decoded *d, const struct functions *f,
		    struct callgraph *out);

#endif
