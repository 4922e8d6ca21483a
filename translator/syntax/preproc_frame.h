/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the preprocessor share: the stack of token sources.
 *
 * A frame gives tokens of a lexer (the source, or a script argument's text) or of a list (a
 * macro's body, an argument of a macro). The frames lie on each other as expansions nest;
 * nothing here recurses, so that no input can exhaust the stack.
 *
 * A scope says which parameters @x may mean: that of a body is its call's, that of an
 * argument is the one where the call stands. So a parameter's name never captures a name in
 * an argument. Scopes also tell a macro that stands for itself from one used in its own
 * argument. */
#ifndef SYNTAX_PREPROC_FRAME_H
#define SYNTAX_PREPROC_FRAME_H

#include "translator/errors.h"
#include "translator/syntax/preproc.h"

struct preproc_scope {
	unsigned depth;
	const struct macro *macro;
	struct token_vec *args;			/* one for each parameter */
	const struct preproc_scope *caller;	/* where the call stands; what is in args means that scope's names */
};

struct preproc_condition { struct span at; bool in_else; };

struct preproc_frame {
	struct preproc_frame *below;
	struct lexer lexer;			/* when tokens is NULL */
	const struct token *tokens;
	size_t n, pos;
	struct token ahead;			/* pushed back */
	bool has_ahead;
	bool argument;				/* a script argument's text: $1 in it is no argument again */
	const struct preproc_scope *scope;
	uint32_t expansion;			/* source id for the spans of a body's tokens, or 0 */
	struct span use;			/* what this frame stands for: @name or $1 */
	bool space_before;			/* of the use: the first token takes it */
	VEC(struct preproc_condition) open;	/* %( whose branch is being read */
};

/* The next token of the top frame alone, as it is written; TOK_EOF at that frame's end. */
struct token preproc_raw(struct preproc *pp);
void preproc_unread(struct preproc *pp, struct token t);
/* The next token with macros and arguments expanded, conditions not looked at. Frames that
 * are at their end are left (not the lowest). */
struct token preproc_expanded(struct preproc *pp);
/* One more token that an expansion made or copied; false when there were too many. */
bool preproc_count(struct preproc *pp, const struct token *t);
/* Reports that; nothing more is read. */
struct token preproc_give_up(struct preproc *pp, struct span at);
/* Report; the result is a TOK_ERROR at AT. */
struct token preproc_fail(struct preproc *pp, struct span at, const char *tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* preproc_macro.c: @define, and the call NAME of a macro: pushes a frame. *ERROR is the result when false. */
bool preproc_define(struct preproc *pp, struct span at, struct token *error);
bool preproc_call(struct preproc *pp, const struct token *name, struct macro *m, struct token *error);
void preproc_push_argument(struct preproc *pp, const struct token *name, const struct token_vec *tokens);
/* A fresh frame on top, for what USE stands for. */
struct preproc_frame *preproc_push(struct preproc *pp, const struct token *use);
/* preproc_condition.c: behind %(, through %?. False, with *ERROR, when it is malformed. */
bool preproc_decide(struct preproc *pp, struct span at, bool *yes, struct token *error);

#endif
