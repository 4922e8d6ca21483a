/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The best way to each state of the automaton that is reached without a byte, by the order of POSIX.
 *
 * A way is where it came from (a thread of the state before, by number) and the marks it passed since then, a branch of
 * one tree. Two ways are compared by how far they went out of the brackets that they have in common: the one that stayed
 * further inside is longer there and better. That is the least level each passed since they parted, known for the
 * threads they came from (`least`) and taken further here; when it is the same, the threads' own order decides (`order`),
 * and for ways that part only here the marks at which they part do. After Okui and Suzuki, "Disambiguation in regular
 * expression matching via position automata with augmented transitions" (2010), and Borsotti and Trofimovich, "Efficient
 * POSIX submatch extraction on nondeterministic finite automata" (2021).
 *
 * A match that begins earlier is better, whatever its groups: a thread that begins later is given a level below all. */
#ifndef REGEX_CLOSURE_H
#define REGEX_CLOSURE_H

#include "translator/regex/nfa.h"

enum { LEVEL_INSIDE = INT16_MAX, LEVEL_LATER = -1, NO_MARK = 0 };

/* A mark of a way, and those before it. */
struct way_mark { uint32_t before, length, state; };

struct way { uint32_t state, origin, marks; };
VEC_OF(way_vec, struct way);

/* The order of N threads: [a * n + b]. */
struct precedence {
	uint32_t n;
	int16_t *least;			/* of a since it parted from b */
	int8_t *order;			/* below 0: a is better */
};

struct closure {
	const struct nfa *nfa;
	struct arena *scratch;
	const struct precedence *from;	/* order of the origins */
	bool at_start, at_end;
	struct way *best;		/* by state; valid where seen == round */
	uint32_t *seen, round;
	struct { uint32_t *data; size_t len, cap; } queue;
	bool *queued;
	VEC(struct way_mark) marks;	/* 0: none */
	struct way_vec found;		/* by state */
	size_t *work;			/* the automaton's */
};

void closure_init(struct closure *c, const struct nfa *n, struct arena *scratch, size_t *work);
void closure_begin(struct closure *c, const struct precedence *from, bool at_start, bool at_end);
/* A way without marks. */
void closure_reach(struct closure *c, uint32_t state, uint32_t origin);
/* Sorts what consumes, accepts or waits for the end into `found`: nothing, once there was too much work. */
void closure_finish(struct closure *c);
/* Below 0: A is better than B; 0: no difference. Their least levels to *LA, *LB. */
int closure_compare(const struct closure *c, const struct way *a, const struct way *b, int *la, int *lb);

#endif
