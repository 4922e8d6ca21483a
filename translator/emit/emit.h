/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emitter: the resolved program as one freestanding C file against stp/abi.h.
 *
 * Expressions are flattened: emit_expr() appends the statements that evaluate E in
 * the script's order and returns a C expression without side effects (a literal, a
 * variable, a temporary or a combination of those).  Such a text is `stable` when
 * nothing emitted later can change what it reads; a text that is not is copied to
 * a temporary before anything with an effect follows (emit_stable()).
 *
 * Long temporaries are C locals; strings live in the frame structure of the
 * function, whose temporaries are reused by the next statement. */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include "lib/map.h"
#include "lib/strbuf.h"
#include "translator/program.h"
#include "translator/session.h"

struct emitter {
	struct session *session;
	struct program *program;
	struct arena *arena;
	struct strbuf types;		/* declarations ahead of the functions: globals, formats, prototypes */
	struct strbuf code;		/* functions */
	struct map locs;		/* "file:line:col" -> number + 1 */
	struct map formats;		/* initialiser text -> its C name */
	struct map symrefs;		/* "module\nsymbol" -> C name */
	struct map frames;		/* function C name -> (present: it has a frame) */
	struct map regexes;		/* address of a table -> C name */
	struct map written;		/* C name of globals that any handler changes */
	unsigned *global_use;		/* what is surveyed does with each (locks.c) */
	struct map atomics;		/* C name of globals that are only counted: no lock, atomic adds */
	struct map probe_functions;	/* key (probe_function.c) -> struct probe_function */
	struct map probe_locs;		/* initialiser text -> C name of a list of locations */
	bool time_limits;		/* count actions */
	bool stacks;			/* embedded C walks stacks (pragma:unwind) */
	bool lean;			/* nothing but the compiler's own is on the C stack (temps.c) */
	unsigned max_string;		/* MAXSTRINGLEN */
};

/* One value. */
struct val {
	const char *c;			/* C expression */
	bool stable;
};

VEC_OF(loc_vec, unsigned);

/* Temporaries in use: of the frame, by kind, and longs that are C locals. */
enum temp_kind { TEMP_STRING, TEMP_LONG, TEMP_KEY, TEMP_OUT, TEMP_FMT, TEMP_ITER, TEMP_KINDS };
struct temps {
	unsigned n[TEMP_KINDS];
	unsigned c_longs;
};

/* The function being emitted. */
struct body {
	struct emitter *e;
	struct strbuf *types, *code;	/* where body_end() puts the frame's type and the text: the emitter's, as a rule */
	struct loc_vec *locs;		/* or NULL: its locations, which the text names by their place in this list (loc_c) */
	struct strbuf out;		/* its statements */
	unsigned depth;			/* indentation */
	unsigned nlabel;		/* labels and the like so far */
	unsigned nlong;			/* names of C locals so far */
	struct temps used, most;	/* temporaries in use, and the most that ever were */
	unsigned c_bytes;		/* of C locals that have an address */
	struct variable_vec *locals;
	struct map framed;		/* longs among them (by address) that live in the frame */
	struct function *function;	/* or NULL: */
	struct probe *probe;		/* for the context's scope */
	const char *fail;		/* label where errors go */
	const char *cont;		/* label of the innermost loop's step, or NULL: `continue` */
	bool keeps_match;		/* in its frame, for itself and all that it calls */
	struct map lock_at;		/* statements (by address) ahead of which the handler takes its locks */
	bool embedded;			/* it holds embedded C */
	bool in_entry;			/* the entry half of a return probe */
	bool needs_frame;		/* whatever temporaries there are */
};

/* cwriter.c */
void line(struct body *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void open_block(struct body *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void close_block(struct body *b, const char *tail);
const char *c_string(struct emitter *e, const char *s, size_t len);	/* quoted */
const char *c_number(struct emitter *e, int64_t v);
unsigned loc_number(struct emitter *e, struct span at);
const char *loc_c(struct body *b, struct span at);	/* as an argument of STP_CHECK and its kin */
const char *format_c(struct emitter *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_error(struct body *b, struct span at);			/* STP_CHECK */

/* temps.c */
struct temps temps_mark(const struct body *b);
void temps_release(struct body *b, struct temps mark);			/* what was taken since MARK is free again */
struct val temp_long(struct body *b, const char *init);			/* with the value INIT */
struct val temp_fetched(struct body *b, const char *value);		/* VALUE is a C local already, or needs a place */
const char *temp_string(struct body *b);				/* of STP_STRING bytes */
/* C text of addresses: one struct stp_out, struct stp_iter, struct stp_fmt with the value INIT. */
const char *temp_out(struct body *b);
const char *temp_iter(struct body *b);
const char *temp_fmt(struct body *b, const char *init);
/* N keys, each given as the text of a member and its value: ".l = 3". */
const char *temp_keys(struct body *b, unsigned n, const char *const *members);
/* The body's locals: where each lives, once all are known; C text of a variable's place; declarations; first values. */
void locals_place(struct body *b);
const char *cell_c(const struct body *b, const struct variable *v);
void locals_declare(struct body *b);
void locals_clear(struct body *b);
bool temps_need_frame(const struct body *b);
void temps_members(const struct body *b, struct strbuf *t);		/* of the frame's type */

/* expr.c */
struct val emit_expr(struct body *b, struct expr *e);
void emit_effect(struct body *b, struct expr *e);	/* for its effects only */
struct val emit_stable(struct body *b, struct expr *e, const struct expr *later);	/* safe across LATER's evaluation */
struct val make_stable(struct body *b, struct val v, enum value_type t);
void emit_string_to(struct body *b, struct expr *e, const char *dst);	/* into DST, which E and what it calls do not read */
/* Evaluate all of ARGS in order; the results are all valid together. */
void emit_list(struct body *b, struct expr_vec *args, struct val *out);
struct val emit_condition(struct body *b, struct expr *e);		/* 0 or not 0 */

/* arith.c */
const char *binary_c(struct body *b, enum op op, const char *l, const char *r, struct span at);

/* array.c: arrays and statistics */
/* A vector of keys for the runtime: of the values V of KEYS, absent ones (of slices) as 0; and of expressions. */
const char *key_vector(struct body *b, const struct variable *array, const struct expr_vec *keys, const struct val *v);
const char *emit_keys(struct body *b, struct variable *array, struct expr_vec *keys, unsigned *mask);
struct val emit_index(struct body *b, struct expr *e);
struct val emit_in(struct body *b, struct expr *e);
struct val emit_stat(struct body *b, struct expr *e);
struct val emit_bucket(struct body *b, struct expr *e);
const char *emit_stat_pointer(struct body *b, struct expr *arg);	/* const struct stp_stat * */
const char *hist_pointer(struct body *b, struct expr *arg);		/* &…hist of the statistic's description */
struct variable *stat_variable(struct expr *arg);

/* assign.c */
struct val emit_assign(struct body *b, struct expr *e, bool want);
struct val emit_incdec(struct body *b, struct expr *e, bool want);

/* call.c */
struct val emit_call(struct body *b, struct expr *e, const char *dst);
struct val emit_context(struct body *b, struct expr *e, const char *dst);	/* EXPR_CONTEXT */
struct val store_context(struct body *b, struct expr *e);	/* one that stores, for its effect; the value it was given */
/* What stands for the value of E, which has none: nothing if nobody asks for it, else 0 or "". */
struct val no_value_c(const struct expr *e);
struct val emit_template(struct body *b, const char *code, enum value_type result, struct expr_vec *args, const char *dst, bool can_fail, struct span at);
void emit_functions(struct emitter *e);
const char *frame_name(struct emitter *e, const char *c_name);

void copy_written_strings(struct body *b, struct function *f);

/* embedded.c */
/* What CODE asks of the module in its markers; for all that is emitted. */
void embedded_note(struct emitter *e, const char *code);
struct val emit_embedded(struct body *b, struct expr *e);
void emit_embedded_stmt(struct body *b, struct stmt *s);
void emit_embedded_function(struct emitter *e, struct function *f, const char *head);

/* regex.c */
struct val emit_match(struct body *b, struct expr *e);
void emit_match_frame(const struct body *b);	/* members of the frame, for a body that keeps its last match */
void emit_match_begin(const struct body *b);	/* and what it does first */

/* output.c: print family */
struct val emit_print(struct body *b, struct expr *e, const char *dst);

/* location.c */
struct val emit_fetch(struct body *b, struct expr *e, const char *dst);
struct val emit_saved(struct body *b, struct expr *e);
unsigned saved_offset(struct emitter *e, const struct probe *p, unsigned slot, unsigned *total);

/* stmt.c, foreach.c */
void emit_stmt(struct body *b, struct stmt *s);
void emit_foreach(struct body *b, struct stmt *s);
void emit_delete(struct body *b, struct stmt *s);

/* cost.c, soft.c */
/* Strings that can be longer than this are charged for (STP_COPIED / 2 of runtime/core/work.h), which may end the budget. */
enum { STRINGS_PAID = 1024 };
unsigned cost_of(const struct stmt *s);		/* actions */
bool runs_soft(struct emitter *e, const struct probe *p);	/* STP_PROBE_SOFT */

/* function.c: what handlers and functions share */
void body_begin(struct body *b, struct emitter *e, struct variable_vec *locals);
/* The function's text: HEAD { frame, locals, statements, out: TAIL }. */
void body_end(struct body *b, const char *head, const char *c_name, const char *prologue, const char *tail);

/* probe_function.c: handlers, entry halves, conditions. */
struct probe_function;
const struct probe_function *probe_handler(struct emitter *e, struct probe *p);
const struct probe_function *probe_entry(struct emitter *e, struct probe *p);
const struct probe_function *probe_condition(struct emitter *e, struct probe *p);
const char *probe_function_name(const struct probe_function *f);
/* C name of the locations of P, whose handler F is; NULL: F is its own or has the same ones for all. After all handlers. */
const char *probe_function_locs(struct emitter *e, const struct probe_function *f, const struct probe *p);
/* The text of all of them. */
void emit_probe_functions(struct emitter *e);

/* global.c, probe.c, locks.c, module.c */
void emit_globals(struct emitter *e);
void emit_probes(struct emitter *e);
/* Which globals are only counted, which never change: before any code is emitted. */
void locks_survey(struct emitter *e);
/* Initialiser rows of the locks that P needs, in order of the globals; their number. */
unsigned emit_locks(struct emitter *e, struct probe *p, struct strbuf *out);
/* Does any of it use a global that it must hold? */
bool stmt_needs_lock(struct emitter *e, struct stmt *s);
bool expr_needs_lock(struct emitter *e, struct expr *x);
/* lock_place.c: finds where HANDLER takes its locks, for emit_stmt(). */
void place_lock(struct body *b, struct stmt *handler);
void emit_lock(struct body *b);
bool emit_module(struct session *s);

static inline bool is_string(const struct expr *e) { return e->type == TYPE_STRING; }

/* Initialiser of struct stp_limits. */
void limits_emit(struct session *s, struct strbuf *out);

#endif
