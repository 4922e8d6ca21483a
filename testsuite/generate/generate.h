/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The generator: a script is made as text, so that the lexer and the parser are tested as well.
 *
 * Names begin with the letter of their type (eval.h says why). A script is made of units, each with
 * globals, functions and probes of its own, so that a unit that fails stands alone once the others
 * are taken away. Everything that has a name is known before the text that uses it is made. */
#ifndef TESTSUITE_GENERATE_GENERATE_H
#define TESTSUITE_GENERATE_GENERATE_H

#include "lib/strbuf.h"
#include "testsuite/generate/random.h"

enum type { NUMBER, TEXT, STATISTIC };
enum { MOST_ARRAYS = 5, MOST_FUNCTIONS = 6, LOCALS = 3, MOST_BOUND = 12 };

struct array { enum type value; unsigned nkeys; enum type keys[3]; unsigned size; bool wraps; };
struct function {
	enum type result;
	bool is_void;
	unsigned nparams;
	enum type params[3];
	unsigned changes;		/* arrays, one bit each */
};

struct unit {
	struct random *random;
	struct strbuf *out;
	unsigned number;
	struct array arrays[MOST_ARRAYS];
	unsigned narrays;
	struct function functions[MOST_FUNCTIONS];
	unsigned nfunctions;		/* those made so far, which may be called */
	/* ---- of the body that is being made ---- */
	bool in_function;
	struct function *self;
	unsigned depth;			/* of statements */
	unsigned loops;			/* around what comes next; `break` may stand there */
	unsigned nloops;		/* made so far: names of counters */
	unsigned walked;		/* arrays that a foreach around goes over, one bit each */
	unsigned changes;		/* arrays that the body changes */
	char bound[MOST_BOUND][16];	/* variables of loops around, which may be read */
	unsigned nbound;
	bool matches;			/* the script may ask matched() here */
};

/* One of the array LIST. */
#define PICK(u, list) (list)[random_below((u)->random, sizeof(list) / sizeof *(list))]

/* A script of UNITS units. */
void generate_script(struct strbuf *out, uint64_t seed, unsigned units);

/* ---- generate_expr.c ---- */
void generate_number(struct unit *u, unsigned depth);
void generate_text(struct unit *u, unsigned depth);
void generate_value(struct unit *u, enum type type, unsigned depth);
void generate_keys(struct unit *u, const struct array *a, unsigned depth);
/* An array of VALUE, or of any when it is -1; with CHANGE, one that may be changed. -1: there is
 * none. */
int generate_pick_array(struct unit *u, int value, bool change);
void generate_array_name(struct unit *u, unsigned array);
void generate_call(struct unit *u, unsigned function, unsigned depth);
int generate_pick_function(struct unit *u, int result, bool is_void);

/* ---- generate_stmt.c ---- */
void generate_block(struct unit *u, unsigned statements);

/* ---- generate_print.c ---- */
void generate_print(struct unit *u);
void generate_sprint(struct unit *u, unsigned depth);

#endif
