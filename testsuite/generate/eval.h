/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An evaluator of scripts that says what they print: slow, simple, written from the manual pages.
 * It reads the tree that the parser made and shares nothing with the passes behind the parser, nor
 * with the runtime.
 *
 * What it takes for granted of a script: it has begin, end and timer probes alone, which is what
 * the home of testsuite/language runs, with sequence numbers of -9 to 9; no error ends the session
 * (-D MAXERRORS); names of variables and functions say their type by the first letter: n a number,
 * s a text, x a statistic, v a function without a value. An array is passed over in order of
 * insertion, and equal elements keep that order when sorted.
 *
 * Errors: `flow` becomes FLOW_ERROR and every function returns as soon as it can. */
#ifndef TESTSUITE_GENERATE_EVAL_H
#define TESTSUITE_GENERATE_EVAL_H

#include "lib/strbuf.h"
#include "testsuite/generate/value.h"
#include "translator/syntax/ast.h"

#include <regex.h>

enum flow { FLOW_ON, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN, FLOW_NEXT, FLOW_ERROR };
enum { MOST_GROUPS = 10, MOST_SEQUENCE = 9 };

struct eval {
	struct arena *arena;
	const struct file *file;
	unsigned max_string;		/* bytes of a text with its NUL */
	unsigned max_nesting;
	struct slot *globals;
	struct slot *locals;		/* of the function or handler that runs */
	enum flow flow;
	struct value result;		/* of FLOW_RETURN */
	const char *message;		/* of FLOW_ERROR */
	unsigned nesting;
	unsigned long steps, most_steps;
	bool gave_up;			/* too long, or something is not known here: `why` */
	const char *why;
	bool want_exit;
	unsigned errors;		/* that no catch took */
	struct strbuf out;
	regmatch_t groups[MOST_GROUPS];	/* of the last match */
	const char *matched_text;	/* or NULL: none */
	unsigned ngroups;
};

/* Run the whole script: what it prints is in out. */
void eval_program(struct eval *e);

/* ---- eval_expr.c ---- */
struct value eval_expr(struct eval *e, const struct expr *x);
void eval_fail(struct eval *e, const char *message);
void eval_give_up(struct eval *e, const char *why);
/* TEXT, cut to the length of a string. */
struct value eval_text(struct eval *e, const char *text, size_t len);
/* What variable NAME stands for; a local is made when there is none. */
struct slot *eval_slot(struct eval *e, const char *name);
/* Keys of an index or slice; SKIP may be NULL where there is no *. */
void eval_keys(struct eval *e, const struct expr_vec *from, struct value *keys, bool *skip);

/* ---- eval_store.c ---- */
struct value eval_assign(struct eval *e, const struct expr *x);
struct value eval_incdec(struct eval *e, const struct expr *x);
struct value eval_arithmetic(struct eval *e, enum op op, struct value a, struct value b);

/* ---- eval_stats.c ---- */
const struct samples *eval_samples(struct eval *e, const struct expr *x);
struct value eval_stat(struct eval *e, const struct expr *x);
/* What OP, but for @variance, says of S, which has samples. */
int64_t eval_extract(const struct samples *s, enum stat_op op);
/* Bucket NUMBER of the histogram X. */
int64_t eval_bucket(struct eval *e, const struct expr *x, int64_t number);
int64_t eval_buckets(struct eval *e, const struct expr *x);

/* ---- eval_print.c ---- */
struct value eval_print(struct eval *e, const struct expr *x);

/* ---- eval_display.c ---- */
void eval_display(struct eval *e);

/* ---- eval_call.c ---- */
struct value eval_call(struct eval *e, const struct expr *x);
struct value eval_match(struct eval *e, const struct expr *x);

/* ---- eval_stmt.c ---- */
void eval_stmt(struct eval *e, const struct stmt *s);

#endif
