/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser's own state and the functions its files share. */
#ifndef SYNTAX_PARSER_H
#define SYNTAX_PARSER_H

#include "translator/errors.h"
#include "translator/syntax/ast.h"
#include "translator/syntax/preproc.h"
#include "translator/syntax/parse.h"

struct parser {
	struct session *session;
	struct arena *arena;
	struct preproc pp;
	struct token tok, ahead;
	bool has_ahead, failed;
	unsigned depth;
	bool no_gt, no_in;	/* inside foreach's head */
	bool library;
	struct span last;
};

enum { MAX_DEPTH = 400 };

void advance(struct parser *p);
struct token *peek2(struct parser *p);
bool accept(struct parser *p, enum token_kind k);
bool expect(struct parser *p, enum token_kind k, const char *where);
bool fail_expected(struct parser *p, const char *what);
bool deeper(struct parser *p);

struct expr *parse_expression(struct parser *p);
struct expr *parse_binary(struct parser *p, unsigned least);
struct expr *parse_print(struct parser *p, struct token name);
struct stmt *parse_statement(struct parser *p);
struct stmt *parse_block(struct parser *p);
struct point *parse_point(struct parser *p);
bool parse_points(struct parser *p, struct point_vec *out);
enum value_type parse_type(struct parser *p);

#endif
