/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser's own state and the functions its files share.
 *
 * Functions that return a node give NULL after a diagnostic; those that return bool give
 * false then. One token is looked at (tok), sometimes the one behind it (ahead). */
#ifndef SYNTAX_PARSER_H
#define SYNTAX_PARSER_H

#include "translator/errors.h"
#include "translator/syntax/ast.h"
#include "translator/syntax/parse.h"
#include "translator/syntax/preproc.h"

struct parser {
	struct session *session;
	struct arena *arena;
	struct preproc pp;
	struct token tok, ahead;
	bool has_ahead, failed;
	unsigned depth;		/* how deep the parser is in brackets, blocks, unary operators */
	unsigned height;	/* of the tree that the last expression made */
	unsigned loops;		/* that the statement at hand stands in */
	bool histograms;	/* the arguments that come next may be whole histograms */
	struct span histogram;	/* the token that may begin one */
	bool library;
	struct span last;	/* of the token before tok */
	struct span unclosed;	/* the first { of the declaration whose } stands further left than its line */
	VEC(struct span) embedded_at;	/* of each %{ %} so far */
};

/* Other passes walk the tree recursively: these bound their stacks too. */
enum { MAX_DEPTH = 500, MAX_HEIGHT = 1000 };

/* ---- parser.c ---- */
void advance(struct parser *p);
struct token *peek2(struct parser *p);
bool accept(struct parser *p, enum token_kind k);
bool expect(struct parser *p, enum token_kind k, const char *where);
bool fail_expected(struct parser *p, const char *what);
/* A note behind the diagnostic just made. */
void hint(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Enter a level (the caller leaves it with depth--). */
bool deeper(struct parser *p);
/* The expression just made stands on one of this height. */
bool taller(struct parser *p, unsigned height);
/* What the script has for T; *LEN bytes. */
const char *token_source_text(struct parser *p, const struct token *t, size_t *len);

/* ---- parse_expr.c, parse_primary.c ---- */
struct expr *parse_expression(struct parser *p);
struct expr *parse_unary(struct parser *p);
struct expr *parse_postfix(struct parser *p);
/* The same without ++ and --: what stands behind a ++. */
struct expr *parse_reach(struct parser *p);
/* A literal, with a sign perhaps, and nothing more. */
struct expr *parse_literal(struct parser *p, const char *what);
struct expr *parse_string(struct parser *p);
/* Elements of a list up to and with CLOSE; with SLICES a * is a NULL element. */
bool parse_args(struct parser *p, struct expr_vec *out, enum token_kind close, bool slices);
/* What stands behind "in": the array, into the EXPR_IN E. False after a message. */
bool parse_in_array(struct parser *p, struct expr *e);

/* ---- parse_stmt.c ---- */
struct stmt *parse_statement(struct parser *p);
struct stmt *parse_block(struct parser *p);

/* ---- parse_foreign.c ---- */
/* Is what comes next, a statement, what comes behind if (…) …, an operand, this language's? False after a message, when it is what
 * other languages write. */
bool parse_native(struct parser *p);
bool parse_native_else(struct parser *p);
bool parse_native_operand(struct parser *p);
/* A note behind a message about the probe point, or what stands for a declaration, that begins with
 * WORD: how it is written here. False: no other language has it. */
bool hint_native_probe(struct parser *p, const char *word);

/* ---- parse_point.c ---- */
/* Points with commas between; those of braces become points of their own. */
bool parse_points(struct parser *p, struct point_vec *out);

#endif
