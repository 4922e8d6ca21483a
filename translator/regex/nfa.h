/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The automaton of a regular expression, and what the two ways of making it deterministic share.
 *
 * A step that consumes no byte may carry a mark: a bracket (tree.h) opens or closes there, or is passed by without
 * taking part. The level of a mark is how many brackets are open behind it. */
#ifndef REGEX_NFA_H
#define REGEX_NFA_H

#include "lib/vec.h"
#include "translator/regex/tree.h"

enum { NFA_MOST_STATES = 20000 };

enum nfa_kind {
	NFA_SET,	/* a byte of the set, then out */
	NFA_SPLIT,	/* out or alt */
	NFA_MARK,	/* mark, then out */
	NFA_BOL, NFA_EOL,	/* out, at the string's start, end */
	NFA_FINAL,
};

/* In order of preference where nothing else decides. */
enum mark_kind { MARK_CLOSE, MARK_OPEN, MARK_NIL };

struct nfa_state {
	enum nfa_kind kind;
	uint32_t out, alt;
	const struct re_set *set;
	enum mark_kind mark;
	unsigned bracket, group;	/* group 0: not wanted */
	int level;
};

struct nfa {
	struct arena *arena;
	VEC(struct nfa_state) states;
	uint32_t start;
	bool full;			/* it has more states than are allowed; no use */
	unsigned budget;		/* of steps in making it */
	unsigned ngroups;		/* wanted, without the whole */
	uint8_t column[256];		/* of each byte: from 0 */
	unsigned ncolumns;
	uint8_t sample[256];		/* a byte of each column */
};

/* nfa.c: brackets are given to ROOT's nodes as the wanted GROUPS need them. */
void nfa_build(struct nfa *n, struct arena *a, struct re_node *root, int groups);
/* classes.c: fills the columns. */
void nfa_classify(struct nfa *n);

/* What dfa.c and tdfa.c make: rows of cells by column, states as numbers. */
struct automaton {
	struct arena *arena;
	unsigned ncolumns;
	VEC(uint32_t) next;		/* state * ncolumns + column */
	VEC(uint32_t) ops;		/* the same; moves made on the way. Empty without registers */
	VEC(uint32_t) now, at_end;	/* of each state: does it accept here, or at the string's end? With registers: moves */
	VEC(uint16_t) moves;		/* lists, from index 1 on */
	uint32_t nstates, start, start_ops;
	unsigned nregs, ntags;
	size_t work;			/* steps in making it */
};
enum { STATE_DEAD = 0, STATE_DONE = 1 };	/* numbers of the first two states; DONE: it has matched (without registers) */

/* False: it has too many states for a table, or needs too many steps. Scratch is in SCRATCH, the result in the automaton's arena. */
bool dfa_build(struct automaton *d, struct nfa *n, struct arena *scratch);
bool tdfa_build(struct automaton *d, struct nfa *n, struct arena *scratch);
void automaton_init(struct automaton *d, struct arena *a, const struct nfa *n);
/* A new state, with a row of cells that lead to STATE_DEAD. */
uint32_t automaton_add(struct automaton *d, bool with_ops);
static inline bool automaton_full(const struct automaton *d)
{
	return d->work > REGEX_MOST_WORK || (size_t)d->nstates * (d->ncolumns + 2) > REGEX_MOST_CELLS || d->moves.len > UINT16_MAX;
}
/* minimise.c: where that needs too many steps, D stays as it is. */
void automaton_minimise(struct automaton *d, struct arena *scratch);

#endif
