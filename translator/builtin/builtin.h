/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of the language that are one call of the runtime: one row each in a
 * theme's .def file, listed in builtin.def.
 *
 *	BUILTIN("pid", "l", "", "stp_pid()", BI_CONTEXT | BI_HIT, COST_FEW)
 *
 * Signature letters: l long, s string, v nothing, k the identifier of a stack: a long, which printing names
 * (sema/stacks.c).  A row with a k among its parameters stands behind one of the same name with s there, and is
 * taken for arguments that are stacks.  The C text names its parameters
 * $1 $2 …, the context c; a string result is written to $0 with $S bytes.  A call that can fail has BI_ERROR: the emitter
 * tests c->error behind it.  Each row says what its work grows with (enum
 * builtin_cost), and so who charges it. */
#ifndef BUILTIN_BUILTIN_H
#define BUILTIN_BUILTIN_H

#include <stddef.h>

enum builtin_flag {
	BI_PURE = 1,		/* no side effect and depends on arguments only: may be folded or dropped */
	BI_CONTEXT = 2,		/* no side effect, depends on the moment: an unused call may be dropped */
	BI_ERROR = 4,		/* may set c->error */
	BI_GURU = 8,		/* only in guru mode or tapsets */
	BI_OUTPUT = 16,		/* prints or has another effect */
	BI_STACK = 32,		/* walks the stack, or knows those kept: the module is to have room for them */
	BI_MATCH = 64,		/* asks about the handler's last =~ */
	BI_HIT = 128,		/* asks what was running, or was interrupted, when the probe was hit */
};

/* What bounds the work of a call, in units of emit/cost.c and actions of runtime/core/work.h. */
enum builtin_cost {
	COST_FEW,		/* constant, up to some hundred instructions: part of its statement */
	COST_NAME,		/* constant: the name of one address is looked up, about two actions; charged by the emitter */
	COST_MESSAGE,		/* constant: a message for the daemon, about two actions; charged by the emitter */
	COST_STRING,		/* the lengths of its strings; charged by the core where they are long */
	COST_SEARCH,		/* their product; charged by the core, in pieces */
	COST_MEMORY,		/* bytes of the probed world; charged by the core where they are many */
	COST_STACK,		/* addresses of the stack, walked once in a run; charged by the core */
	COST_NAMES,		/* the same, and the name of each; charged by the core, one by one */
};

struct builtin {
	const char *name;
	const char *result;	/* "l", "s", "v", "k" */
	const char *params;	/* "ls" */
	const char *code;
	unsigned flags;
	enum builtin_cost cost;
};

extern const struct builtin builtins[];
extern const size_t nbuiltins;
/* By name and number of arguments; NULL when there is none. */
const struct builtin *builtin_find(const char *name, size_t nargs);
/* The row of the same name that takes a stack as its one argument; NULL when there is none. */
const struct builtin *builtin_for_stack(const char *name);

#endif
