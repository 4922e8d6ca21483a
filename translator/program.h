/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolved program: what sema makes of the ASTs, opt rewrites, emit prints.
 *
 * Invariants after sema_run() (program_verify() checks them after every pass)
 * - probes, functions, globals hold exactly what is reached, in a stable order:
 *   script order, then library order of first use.
 * - every name in a body has its ref; every expression that is reached has a type;
 * - arrays have nkeys > 0 and all key types; statistics never mix with longs;
 * - bodies belong to one probe or function (cloned from aliases), except that
 *   probes with `same_as` share the body and locals of that probe. */
#ifndef TRANSLATOR_PROGRAM_H
#define TRANSLATOR_PROGRAM_H

#include "lib/map.h"
#include "lib/strbuf.h"
#include "lib/vec.h"
#include "translator/debuginfo/di.h"
#include "translator/session.h"
#include "translator/syntax/ast.h"

struct session;
struct family;
struct point_row;
struct probe;
struct builtin;

#define MAX_KEYS 9

enum variable_kind { VAR_LOCAL, VAR_PARAM, VAR_GLOBAL };

struct variable {
	enum variable_kind kind;
	const char *name;		/* as written */
	const char *c_name;		/* emitted: unique in its scope, "l_x", "g_x_3" */
	struct span span;		/* declaration, or first use of a local */
	enum value_type type;		/* value; of an array: its elements' */
	const struct di_type *ctype;	/* autocast */
	struct span type_from;		/* where the type was decided, for the error trail */
	bool holds_stack;		/* longs that are identifiers of stacks; of an array: its elements */
	unsigned stack_keys;		/* bit n: key n is one */
	bool is_array;
	unsigned nkeys;
	enum value_type key_type[MAX_KEYS];
	const struct di_type *key_ctype[MAX_KEYS];
	struct span key_from[MAX_KEYS];
	/* globals */
	const struct global_decl *decl;
	bool library, internal;		/* internal: made by the translator */
	uint32_t max_entries;		/* 0: default MAXMAPENTRIES */
	bool wrap;
	struct expr *init;		/* NUMBER or STRING, or NULL */
	unsigned stat_ops;		/* bit 1 << enum stat_op: extractors used */
	unsigned bit_shift;		/* @variance's */
	enum { HIST_NONE, HIST_LOG, HIST_LINEAR } hist;
	int64_t hist_low, hist_high, hist_step;
	struct variable *stat_origin;	/* the value variable of a foreach over statistics: the array it walks */
	bool read, written;		/* anywhere in reached code */
	unsigned index;			/* in program.globals */
};
VEC_OF(variable_vec, struct variable *);

struct function {
	const char *name;		/* as written */
	const char *c_name;		/* emitted, unique: "f_name", "f_name_2" for overloads */
	struct function_decl *decl;	/* NULL for a builtin */
	const struct builtin *builtin;	/* builtin/builtin.h, or NULL */
	struct variable_vec params, locals;
	enum value_type result;		/* TYPE_VOID: returns nothing */
	const struct di_type *result_ctype;
	struct span result_from;
	bool gives_stack;		/* the result is the identifier of a stack */
	struct stmt *body;		/* NULL for builtins and embedded C */
	const char *code;		/* embedded C, or NULL */
	struct embedded_use_vec uses;	/* of that: globals */
	struct function *next_overload;	/* tried when this one says `next`, or NULL */
	unsigned nparams;
	bool library, recursive;
	bool has_next;
	bool returns;			/* `return` with a value stands in it, be it reached or not */
	/* effects, closed over callees */
	bool pure;			/* no side effect: an unused call may go */
	bool needs_context;		/* it or what it calls names $variables: one copy for each probe (sema/context.c) */
	/* of a copy: */
	struct probe *context;		/* the probe that it is for */
	struct function *copy_of, *caller;	/* caller NULL: the probe's handler */
	struct span called_at;
	struct function *same_as;	/* while copies are merged: the equal one that takes its place */
	struct variable_vec reads, writes;	/* globals */
	unsigned index;
};
VEC_OF(function_vec, struct function *);

/* One place where a handler runs. */
struct probe {
	unsigned index;
	const struct family *family;
	const struct point_row *row;
	void *data;			/* the family's own */
	const char *attach;		/* its row of attach.def when the family serves several ("BEGIN", "END"), or NULL: the family's */
	const char *text;		/* the point as resolved: kernel.function("vfs_read@fs/read_write.c:450") */
	const char *alias_text;		/* as the script wrote it: pn() */
	unsigned resolution;		/* the same number: places that one point of a family was resolved to */
	const struct point *origin;	/* the user's point; its chain of aliases: */
	VEC(const struct alias_decl *) aliases;	/* outermost first */
	struct span span;
	struct di_scope scope;		/* scope.module NULL: no variables */
	struct stmt *body;		/* prologues, the handler, epilogues */
	bool vacant;			/* its handler was written without a statement */
	struct probe *same_as;		/* body and locals are that probe's (it uses nothing of the context) */
	struct variable_vec locals;
	struct expr *condition;		/* arming condition, or NULL */
	bool keeps_match;		/* matched() or ngroups() may ask about a =~ in it, or in what it calls */
	bool is_return;			/* entry values (@entry, parameters) come from `saved` */
	VEC(struct expr *) saved;	/* expressions evaluated at entry: slot n; long 8 bytes, string max_string bytes */
	unsigned flags;			/* enum stp_probe_flag of abi.h */
	struct variable_vec reads, writes;	/* globals, closed over callees; what it locks */
};
VEC_OF(probe_vec, struct probe *);

struct program {
	struct session *session;
	struct arena *arena;
	struct variable_vec globals;
	struct function_vec functions;
	struct probe_vec probes;
	VEC(struct stmt *) embedded;	/* top-level %{ %} of the files that are reached, in order */
	struct string_vec symbol_modules;	/* whose symbols the script may want beside the probed ones': -d, --all-modules */
	size_t string_most;		/* bytes of a string without its NUL */
	bool needs_kernel_headers;	/* embedded C that needs more than abi.h: full kbuild */
	unsigned match_regs, match_tags;	/* the most that any regular expression needs */
	unsigned nskipped_optional;	/* optional points that matched nothing */
};

/* Walk the bodies of probes (one that points share once) and their conditions; the bodies of functions that have one. What the
 * visitor returns takes their place. */
void program_walk_probes(struct visitor *v, struct program *p);
void program_walk_functions(struct visitor *v, struct program *p);
/* NULL, or what is wrong (a translator bug): text in the session's arena. */
const char *program_verify(struct program *p);
/* Stable text of the resolved program; -p2 and golden files. */
void program_dump(struct strbuf *b, struct program *p);

#endif
