/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions: a POSIX extended one becomes a table that the runtime walks (struct stp_regex of stp/abi.h).
 *
 *	parse.c bracket.c   text -> tree (tree.h)
 *	nfa.c               tree -> automaton with marks where groups and what decides about them begin and end (nfa.h)
 *	classes.c           bytes that no set tells apart share a column
 *	dfa.c               yes or no: subsets, until one accepts
 *	tdfa.c closure.c    where, and where the groups are: subsets with registers for positions
 *	minimise.c pack.c   states that behave alike made one; tables
 *
 * What it does not do: back references, words' edges, other locales than C: a byte is a character. */
#ifndef REGEX_REGEX_H
#define REGEX_REGEX_H

#include "lib/arena.h"
#include <stdbool.h>
#include <stp/abi.h>

enum {
	REGEX_TEST = -1,		/* only whether there is a match */
	REGEX_MOST_REPEATS = 32767,	/* in {m,n} */
	REGEX_MOST_CELLS = 65535,	/* of a table */
	REGEX_MOST_WORK = 8000000,	/* in making one: some nanoseconds each */
	REGEX_MOST_SCRATCH = 64 << 20,	/* bytes, likewise */
};

struct regex {
	struct stp_regex table;		/* its pointers lead into the arena */
	size_t ncells;			/* of table.next, and of table.ops if it is there */
	size_t nmoves;			/* of table.moves */
};

struct regex_error {
	const char *tag;		/* of errors.def */
	const char *text;		/* in the arena, or constant */
	size_t beg, end;		/* bytes of the pattern; end exclusive */
};

/* PATTERN, LEN bytes. GROUPS: the highest group whose place matters, 0 for the whole match's alone, REGEX_TEST for
 * none. NULL: *ERR says why. All that stays is in A. */
struct regex *regex_compile(struct arena *a, const char *pattern, size_t len, int groups, struct regex_error *err);

#endif
