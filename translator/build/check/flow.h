/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack of one function, by a forward walk over its instructions.
 *
 * A state says where the stack pointer stands, counted from where it stood as the
 * function was entered (there lies the return address), and which other registers
 * hold an address counted from there.  Where ways meet that differ, the deeper one
 * counts.  A function goes on in all that it jumps to and that is not the start of
 * another one: its cold part, and the replacements of alternatives. */
#ifndef CHECK_FLOW_H
#define CHECK_FLOW_H

#include "lib/vec.h"
#include "translator/build/check/decode.h"

VEC_OF(flow_steps, uint32_t);

/* The kernel may put the code at REPLACEMENT to the place of that at SITE; both are steps. */
struct flow_alternative {
	uint32_t site, replacement;
};

/* What a walk needs to know of the object's functions, by step. */
struct flow_map {
	const uint32_t *owner;		/* number of the function that the step lies in + 1, or 0 */
	const uint32_t *entry;		/* number of the function that begins at the step + 1, or 0 */
	const struct flow_alternative *alternatives;	/* by site */
	const uint32_t *first_alternative;	/* by step: index of the first with that site + 1, or 0 */
	uint32_t nalternatives;
	const bool *is_part;		/* by function: a part of others (foo.cold) */
	const bool *is_replacement;	/* by step: a replacement begins */
	const bool *never_returns;	/* by symbol: calls to this import do not come back */
};

struct flow_result {
	uint32_t own;			/* the deepest, bytes below the return address */
	struct flow_steps leaves;	/* calls and jumps; of the jumps, those count that leave it */
	struct flow_steps falls;	/* entries of other functions that it runs into */
	uint32_t unbounded;		/* step that moves the stack pointer unknowably + 1, or 0 */
	const char *why;		/* of it: "a stack pointer that is computed", … */
	uint32_t wrong;			/* step that no compiler makes of C + 1, or 0 */
	const char *what;		/* of it: "a return with a moved stack pointer", … */
};

struct flow;
struct flow *flow_new(struct arena *a, const struct decoded *d, const struct flow_map *map);
/* Walk function NUMBER, which begins at ENTRY. */
void flow_walk(struct flow *f, uint32_t number, uint32_t entry, struct flow_result *out);
/* A jump's target, if it belongs to function NUMBER: a step, or UINT32_MAX. */
uint32_t flow_inner_target(const struct decoded *d, const struct flow_map *map, uint32_t number,
			   const struct step *p);
/* Bytes below the return address at a step that the last walk reached, before it. */
uint32_t flow_depth(const struct flow *f, uint32_t step);

#endif
