/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The AST as script text that parses back to the same tree: -p1, -p2 and error messages. */
#ifndef SYNTAX_PRINT_H
#define SYNTAX_PRINT_H

#include "lib/strbuf.h"
#include "translator/syntax/ast.h"

void print_file(struct strbuf *b, const struct file *f);
void print_expr(struct strbuf *b, const struct expr *e);	/* minimal parentheses */
void print_stmt(struct strbuf *b, const struct stmt *s, unsigned depth);
void print_point(struct strbuf *b, const struct point *p);	/* with ? ! and if () */
void print_component_list(struct strbuf *b, const struct component_vec *parts);
void print_global(struct strbuf *b, const struct global_decl *g);
void print_function_head(struct strbuf *b, const struct function_decl *f);	/* "function f:long (a:string)" */
const char *op_text(enum op op);	/* "+"; for = it is "" so that op= prints op_text + "=" */
const char *stat_op_name(enum stat_op op);	/* "count" */
const char *type_name(enum value_type t);	/* "long", "string", "stats", "unknown" */
void print_string_literal(struct strbuf *b, const char *text, size_t len);	/* with quotes, escaped as the lexer reads */

#endif
