/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The abstract syntax tree: what the parser builds and sema resolves in place.
 *
 * Invariants
 * - Nodes live in the arena of the file's session and are never freed alone.
 * - Names are interned: compare by pointer.
 * - Every node has a span; nodes that sema makes carry the span of what they replace.
 * - After parsing: `type` is TYPE_UNKNOWN, every `ref` is NULL, kinds FETCH, SAVED
 *   and CONTEXT do not occur.
 * - After sema (program_verify checks it): no SYMBOL, CALL, INDEX or IN without its
 *   ref, no TARGET, CAST or ATOP left in code that is reached, no TYPE_UNKNOWN.
 * - A tree is a tree: no node has two parents (aliases and macros are cloned). */
#ifndef SYNTAX_AST_H
#define SYNTAX_AST_H

#include "lib/source.h"
#include "lib/vec.h"
#include <stdbool.h>
#include <stdint.h>

struct expr;
struct stmt;
struct variable;	/* program.h: a local, a parameter or a global */
struct function;	/* program.h */
struct regex;		/* translator/regex/regex.h */
struct fetch;		/* debuginfo/fetch.h */
struct di_type;		/* debuginfo/di.h */
struct format;		/* syntax/format.h */

enum value_type { TYPE_UNKNOWN, TYPE_LONG, TYPE_STRING, TYPE_STATS, TYPE_VOID };

VEC_OF(expr_vec, struct expr *);
VEC_OF(stmt_vec, struct stmt *);

enum expr_kind {
#define EXPR(kind, field) EXPR_##kind,
#include "translator/syntax/nodes.def"
	EXPR_KINDS
};

enum stmt_kind {
#define STMT(kind, field) STMT_##kind,
#include "translator/syntax/nodes.def"
	STMT_KINDS
};

/* Operators carry the token's meaning; printing uses op_text() of print.h. */
enum op {
	OP_NONE,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD,
	OP_SHL, OP_SHR, OP_USHR, OP_AND, OP_OR, OP_XOR,
	OP_LT, OP_GT, OP_LE, OP_GE, OP_EQ, OP_NE,
	OP_LOGAND, OP_LOGOR, OP_CONCAT,
	OP_NEG, OP_NOT, OP_COMPL, OP_PLUS,	/* unary */
	OP_STAT,				/* <<<, only in ASSIGN */
};

/* One step behind a target variable or a cast. */
enum access_kind { ACCESS_MEMBER, ACCESS_INDEX, ACCESS_PRETTY };
struct access {
	enum access_kind kind;
	const char *member;	/* MEMBER: name */
	struct expr *index;	/* INDEX */
	unsigned depth;		/* PRETTY: 1 for $, 2 for $$ */
	struct span span;
};
VEC_OF(access_vec, struct access);

struct expr_number { int64_t value; };
struct expr_string { const char *text; size_t len; };	/* unescaped */
struct expr_symbol { const char *name; struct variable *ref; };
/* A slice key `*` is a NULL element of keys. */
struct expr_index { struct expr *base; /* SYMBOL, or HIST for a bucket */ struct expr_vec keys; };
struct expr_call { const char *name; struct expr_vec args; struct function *ref; };
struct expr_unary { enum op op; struct expr *arg; };
struct expr_binary { enum op op; struct expr *left, *right; };
struct expr_ternary { struct expr *cond, *yes, *no; };
struct expr_assign { enum op op; /* OP_NONE for = */ struct expr *left, *right; };
struct expr_incdec { struct expr *arg; bool increment, prefix; };
struct expr_in { struct expr_vec keys; struct expr *array; /* SYMBOL */ };
struct expr_match { struct expr *left, *regex; /* STRING */ bool negate; struct regex *table; int groups; /* asked for: regex.h */ };
struct expr_target {
	const char *name;		/* with its sigils: "$fd", "$$vars", "@var" */
	struct expr_vec args;		/* of @var: name@file, module */
	bool address_of;		/* & before it */
	struct access_vec path;
};
struct expr_cast {
	struct expr *arg;
	const char *type;		/* NULL: autocast, the type is that of ARG (di) */
	const char *module;		/* NULL when not given; may be a ":"-separated list, or "kernel<header>" */
	bool address_of;
	struct access_vec path;
};
struct expr_atop { const char *name; /* "defined", "entry", … without @ */ struct expr_vec args; struct access_vec path; bool address_of; };
enum stat_op { STAT_COUNT, STAT_SUM, STAT_MIN, STAT_MAX, STAT_AVG, STAT_VARIANCE };
struct expr_stat { enum stat_op op; struct expr *arg; struct expr_vec params; /* @variance's shift */ };
struct expr_hist { bool linear; struct expr *arg; struct expr_vec params; /* low, high, step */ };
enum print_kind { PRINT_PRINT, PRINT_PRINTLN, PRINT_PRINTD, PRINT_PRINTDLN, PRINT_PRINTF, PRINT_PRINT_CHAR };
struct expr_print {
	enum print_kind kind;
	bool to_string;			/* sprint, sprintf, … */
	bool guarded;			/* a read that faults makes it "<unreadable>": pretty-printed values */
	struct expr *delimiter;		/* printd, printdln: a STRING */
	struct format *format;		/* printf: parsed and checked; else NULL until sema makes one */
	const char *format_text;	/* printf: as written, unescaped (may hold NULs: format_len) */
	size_t format_len;
	struct span format_span;
	struct expr_vec args;
};
/* A global that embedded C names in a pragma:read: or pragma:write: marker. */
struct embedded_use { struct variable *ref; bool write; };
VEC_OF(embedded_use_vec, struct embedded_use);
struct expr_embedded { const char *code; struct embedded_use_vec uses; };
struct expr_fetch {
	struct fetch *program;
	struct expr_vec inputs;		/* longs: FETCH_INPUT n reads inputs.data[n] */
	struct expr *store;		/* the value to write, or NULL: the last of inputs is its number (FETCH_INPUT inputs.len) */
	bool user;			/* a string is read from user space */
	unsigned string_max;		/* the result is a string read at the fetched address, at most this long */
	const struct di_type *object;	/* the result is the address of this structure, or array of some, and was not asked for; or NULL */
};
struct expr_saved { unsigned slot; struct expr *entry_expr; /* owned by the probe's entry list */ };
struct expr_context {
	const char *accessor;		/* C text of abi.h, a template as in builtin/builtin.h: $1 … are args, $0 $S a string's place */
	struct expr_vec args;
	bool store;			/* it stores args.data[0], which is also its value, but for: */
	const char *reread;		/* stores that do not leave what they were given: the template that reads it again, or NULL */
};

struct expr {
	enum expr_kind kind;
	struct span span;
	enum value_type type;
	const struct di_type *ctype;	/* a long that holds this C type (autocast), or NULL */
	bool is_stack;			/* a long that is the identifier of a stack (sema/stacks.c) */
	const struct expr *origin;	/* what the script said, where sema put FETCH, SAVED or CONTEXT: print.c shows it */
	bool is_store;			/* a pending one that something is assigned to: no value that may be left out */
	struct pending *pending;	/* TARGET, CAST, ATOP that could not be resolved: reported only when the code is reached (sema/target.h) */
	union {
#define EXPR(kind, field) struct expr_##field field;
#include "translator/syntax/nodes.def"
	};
};

struct stmt_block { struct stmt_vec body; };
struct stmt_expr { struct expr *expr; };
struct stmt_empty { char unused; };
struct stmt_if_ { struct expr *cond; struct stmt *yes, *no; /* no may be NULL */ };
struct stmt_loop { bool is_for; struct expr *init, *cond, *step; /* any may be NULL */ struct stmt *body; };
enum sort_order { SORT_NONE, SORT_UP, SORT_DOWN };
struct stmt_foreach {
	struct expr *value;		/* SYMBOL of v = [k] in m, or NULL */
	struct expr_vec keys;		/* SYMBOLs */
	struct expr *base;		/* SYMBOL of the array, or HIST */
	struct expr_vec slice;		/* m[*, k]: keys with NULL for *, empty when there is none */
	enum sort_order order;
	int sort_column;		/* 0 the value, 1… a key */
	bool sort_named;		/* sort_stat is the script's */
	enum stat_op sort_stat;		/* of an array of statistics sorted by value; STAT_COUNT when not given */
	struct expr *limit;		/* or NULL */
	struct stmt *body;
	struct span sort_span;
};
struct stmt_return_ { struct expr *value; /* or NULL */ };
struct stmt_delete_ { struct expr *target; /* SYMBOL or INDEX */ };
struct stmt_next { char unused; };
struct stmt_break_ { char unused; };
struct stmt_continue_ { char unused; };
struct stmt_try_ { struct stmt *body; struct expr *message; /* SYMBOL or NULL */ struct stmt *handler; };
struct stmt_embedded { const char *code; struct embedded_use_vec uses; };

struct stmt {
	enum stmt_kind kind;
	struct span span;
	union {
#define STMT(kind, field) struct stmt_##field field;
#include "translator/syntax/nodes.def"
	};
};

/* A probe point as written: components with at most one argument each. */
struct component {
	const char *name;		/* may hold * ? [] ** and {a,b} */
	struct expr *arg;		/* NUMBER or STRING, or NULL */
	struct span span;
};
VEC_OF(component_vec, struct component);
struct point {
	struct component_vec parts;
	bool optional;			/* ? */
	bool sufficient;		/* ! */
	struct expr *condition;		/* if (…), or NULL */
	struct span span;
};
VEC_OF(point_vec, struct point *);

struct probe_decl {
	struct point_vec points;
	struct stmt *body;
	struct span span;
};

/* probe NAME = points { } (prologue) and probe NAME += points { } (epilogue). */
struct alias_decl {
	VEC(struct point *) names;	/* usually one */
	bool epilogue;
	struct probe_decl probe;
	struct stmt *second;		/* probe NAME = points { prologue }, { epilogue }: the epilogue, or NULL */
	bool privat;
	struct span span;
};

struct param_decl { const char *name; enum value_type type; struct span span; };
struct function_decl {
	const char *name;
	struct span name_span, span;
	enum value_type result;		/* TYPE_UNKNOWN when not declared */
	VEC(struct param_decl) params;
	struct stmt *body;		/* an STMT_EMBEDDED for %{ %} */
	int priority;			/* lower is tried first; -1 when not given */
	bool privat;
	struct function *resolved;	/* sema's object for it, made on first use */
};

/* global g, and the papers' `global avg(g)`. */
struct global_decl {
	const char *name;
	struct span span;
	bool privat, wrap;		/* % */
	struct expr *init;		/* NUMBER or STRING, or NULL */
	struct expr *size;		/* [N], or NULL */
	int stat_hint;			/* 1 + enum stat_op of `global avg(g)`, 0 */
	struct variable *resolved;
};

struct file {
	struct source *source;
	bool library;
	VEC(struct span) embedded_at;	/* each %{ %} that the parser met, wherever it stands */
	VEC(struct probe_decl *) probes;
	VEC(struct alias_decl *) aliases;
	VEC(struct function_decl *) functions;
	VEC(struct global_decl *) globals;
	VEC(struct stmt *) embedded;	/* top-level %{ %}, kind EMBEDDED */
	VEC(void *) order;		/* every declaration in source order, for -p1 (tagged in print.c by decl_kind) */
	VEC(uint8_t) order_kind;	/* enum decl_kind */
};
enum decl_kind { DECL_PROBE, DECL_ALIAS, DECL_FUNCTION, DECL_GLOBAL, DECL_EMBEDDED };

struct expr *expr_new(struct arena *a, enum expr_kind kind, struct span span);
struct stmt *stmt_new(struct arena *a, enum stmt_kind kind, struct span span);
struct expr *expr_clone(struct arena *a, const struct expr *e);	/* deep; refs are kept */
struct stmt *stmt_clone(struct arena *a, const struct stmt *s);
const char *expr_kind_name(enum expr_kind k);
const char *stmt_kind_name(enum stmt_kind k);

/* walk.c: visit children, depth first, in order of evaluation.  A visitor
 * returns what takes the place of the node (itself, as a rule), so that one
 * walker serves analysis and rewriting.  pre returning NULL
 * skips the children; post is called all the same. */
struct visitor {
	struct expr *(*pre_expr)(struct visitor *v, struct expr *e);	/* any may be NULL */
	struct expr *(*post_expr)(struct visitor *v, struct expr *e);
	struct stmt *(*pre_stmt)(struct visitor *v, struct stmt *s);
	struct stmt *(*post_stmt)(struct visitor *v, struct stmt *s);
	void *data;
};
struct expr *walk_expr(struct visitor *v, struct expr *e);
struct stmt *walk_stmt(struct visitor *v, struct stmt *s);

#endif
