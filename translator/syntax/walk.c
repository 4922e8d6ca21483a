/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walker of ast.h: children in order of evaluation. */
#include "translator/syntax/ast.h"

static void walk_vec(struct visitor *v, struct expr_vec *es)
{
	for (size_t i = 0; i < es->len; i++)
		if (es->data[i])
			es->data[i] = walk_expr(v, es->data[i]);
}

static void walk_path(struct visitor *v, struct access_vec *path)
{
	for (size_t i = 0; i < path->len; i++)
		if (path->data[i].index)
			path->data[i].index = walk_expr(v, path->data[i].index);
}

static void walk_one(struct visitor *v, struct expr **e)
{
	if (*e)
		*e = walk_expr(v, *e);
}

static void children(struct visitor *v, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER: case EXPR_STRING: case EXPR_SYMBOL: case EXPR_EMBEDDED: case EXPR_SAVED: case EXPR_KINDS: break;
	case EXPR_INDEX: walk_one(v, &e->index.base); walk_vec(v, &e->index.keys); break;
	case EXPR_CALL: walk_vec(v, &e->call.args); break;
	case EXPR_UNARY: walk_one(v, &e->unary.arg); break;
	case EXPR_BINARY: walk_one(v, &e->binary.left); walk_one(v, &e->binary.right); break;
	case EXPR_TERNARY: walk_one(v, &e->ternary.cond); walk_one(v, &e->ternary.yes); walk_one(v, &e->ternary.no); break;
	case EXPR_ASSIGN: walk_one(v, &e->assign.left); walk_one(v, &e->assign.right); break;
	case EXPR_INCDEC: walk_one(v, &e->incdec.arg); break;
	case EXPR_IN: walk_vec(v, &e->in.keys); walk_one(v, &e->in.array); break;
	case EXPR_MATCH: walk_one(v, &e->match.left); break;
	case EXPR_TARGET: walk_path(v, &e->target.path); break;
	case EXPR_CAST: walk_one(v, &e->cast.arg); walk_path(v, &e->cast.path); break;
	case EXPR_ATOP: walk_vec(v, &e->atop.args); walk_path(v, &e->atop.path); break;
	case EXPR_STAT: walk_one(v, &e->stat.arg); walk_vec(v, &e->stat.params); break;
	case EXPR_HIST: walk_one(v, &e->hist.arg); walk_vec(v, &e->hist.params); break;
	case EXPR_PRINT: walk_vec(v, &e->print.args); break;
	case EXPR_FETCH: walk_vec(v, &e->fetch.inputs); walk_one(v, &e->fetch.store); break;
	case EXPR_CONTEXT: walk_vec(v, &e->context.args); break;
	}
}

struct expr *walk_expr(struct visitor *v, struct expr *e)
{
	struct expr *into = e;

	if (v->pre_expr)
		into = v->pre_expr(v, e);
	if (into)
		children(v, e = into);
	return v->post_expr ? v->post_expr(v, e) : e;
}

static void walk_sub(struct visitor *v, struct stmt **s)
{
	if (*s)
		*s = walk_stmt(v, *s);
}

static void sub_statements(struct visitor *v, struct stmt *s)
{
	switch (s->kind) {
	case STMT_BLOCK:
		for (size_t i = 0; i < s->block.body.len; i++)
			walk_sub(v, &s->block.body.data[i]);
		break;
	case STMT_EXPR: walk_one(v, &s->expr.expr); break;
	case STMT_IF: walk_one(v, &s->if_.cond); walk_sub(v, &s->if_.yes); walk_sub(v, &s->if_.no); break;
	case STMT_LOOP: walk_one(v, &s->loop.init); walk_one(v, &s->loop.cond); walk_sub(v, &s->loop.body); walk_one(v, &s->loop.step); break;
	case STMT_FOREACH:
		walk_one(v, &s->foreach.value);
		walk_vec(v, &s->foreach.keys);
		walk_one(v, &s->foreach.base);
		walk_vec(v, &s->foreach.slice);
		walk_one(v, &s->foreach.limit);
		walk_sub(v, &s->foreach.body);
		break;
	case STMT_RETURN: walk_one(v, &s->return_.value); break;
	case STMT_DELETE: walk_one(v, &s->delete_.target); break;
	case STMT_TRY: walk_sub(v, &s->try_.body); walk_one(v, &s->try_.message); walk_sub(v, &s->try_.handler); break;
	case STMT_EMPTY: case STMT_NEXT: case STMT_BREAK: case STMT_CONTINUE: case STMT_EMBEDDED: case STMT_KINDS: break;
	}
}

struct stmt *walk_stmt(struct visitor *v, struct stmt *s)
{
	struct stmt *into = s;

	if (v->pre_stmt)
		into = v->pre_stmt(v, s);
	if (into)
		sub_statements(v, s = into);
	return v->post_stmt ? v->post_stmt(v, s) : s;
}
