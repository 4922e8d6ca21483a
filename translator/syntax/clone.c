/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New nodes and deep copies of trees. */
#include "translator/syntax/ast.h"

struct expr *expr_new(struct arena *a, enum expr_kind kind, struct span span)
{
	struct expr *e = ARENA_NEW(a, struct expr);

	e->kind = kind;
	e->span = span;
	return e;
}

struct stmt *stmt_new(struct arena *a, enum stmt_kind kind, struct span span)
{
	struct stmt *s = ARENA_NEW(a, struct stmt);

	s->kind = kind;
	s->span = span;
	return s;
}

const char *expr_kind_name(enum expr_kind k)
{
	static const char *const names[] = {
#define EXPR(kind, field) #kind,
#include "translator/syntax/nodes.def"
	};
	return k < EXPR_KINDS ? names[k] : "?";
}

const char *stmt_kind_name(enum stmt_kind k)
{
	static const char *const names[] = {
#define STMT(kind, field) #kind,
#include "translator/syntax/nodes.def"
	};
	return k < STMT_KINDS ? names[k] : "?";
}

static struct expr *copy(struct arena *a, const struct expr *e)
{
	return e ? expr_clone(a, e) : NULL;
}

static struct expr_vec copy_vec(struct arena *a, const struct expr_vec *v)
{
	struct expr_vec n = { 0 };

	for (size_t i = 0; i < v->len; i++)
		vec_push(a, &n, copy(a, v->data[i]));
	return n;
}

static struct access_vec copy_path(struct arena *a, const struct access_vec *v)
{
	struct access_vec n = { 0 };

	for (size_t i = 0; i < v->len; i++) {
		struct access x = v->data[i];

		x.index = copy(a, x.index);
		vec_push(a, &n, x);
	}
	return n;
}

struct expr *expr_clone(struct arena *a, const struct expr *e)
{
	struct expr *n = expr_new(a, e->kind, e->span);

	*n = *e;
	switch (e->kind) {
	case EXPR_NUMBER: case EXPR_STRING: case EXPR_SYMBOL: case EXPR_EMBEDDED: case EXPR_SAVED: case EXPR_KINDS: break;
	case EXPR_INDEX: n->index.base = copy(a, e->index.base); n->index.keys = copy_vec(a, &e->index.keys); break;
	case EXPR_CALL: n->call.args = copy_vec(a, &e->call.args); break;
	case EXPR_UNARY: n->unary.arg = copy(a, e->unary.arg); break;
	case EXPR_BINARY: n->binary.left = copy(a, e->binary.left); n->binary.right = copy(a, e->binary.right); break;
	case EXPR_TERNARY: n->ternary.cond = copy(a, e->ternary.cond); n->ternary.yes = copy(a, e->ternary.yes); n->ternary.no = copy(a, e->ternary.no); break;
	case EXPR_ASSIGN: n->assign.left = copy(a, e->assign.left); n->assign.right = copy(a, e->assign.right); break;
	case EXPR_INCDEC: n->incdec.arg = copy(a, e->incdec.arg); break;
	case EXPR_IN: n->in.keys = copy_vec(a, &e->in.keys); n->in.array = copy(a, e->in.array); break;
	case EXPR_MATCH: n->match.left = copy(a, e->match.left); n->match.regex = copy(a, e->match.regex); break;
	case EXPR_TARGET: n->target.args = copy_vec(a, &e->target.args); n->target.path = copy_path(a, &e->target.path); break;
	case EXPR_CAST: n->cast.arg = copy(a, e->cast.arg); n->cast.path = copy_path(a, &e->cast.path); break;
	case EXPR_ATOP: n->atop.args = copy_vec(a, &e->atop.args); n->atop.path = copy_path(a, &e->atop.path); break;
	case EXPR_STAT: n->stat.arg = copy(a, e->stat.arg); n->stat.params = copy_vec(a, &e->stat.params); break;
	case EXPR_HIST: n->hist.arg = copy(a, e->hist.arg); n->hist.params = copy_vec(a, &e->hist.params); break;
	case EXPR_PRINT: n->print.args = copy_vec(a, &e->print.args); break;
	case EXPR_FETCH: n->fetch.inputs = copy_vec(a, &e->fetch.inputs); n->fetch.store = copy(a, e->fetch.store); break;
	case EXPR_CONTEXT: n->context.args = copy_vec(a, &e->context.args); break;
	}
	return n;
}

static struct stmt *copy_stmt(struct arena *a, const struct stmt *s)
{
	return s ? stmt_clone(a, s) : NULL;
}

struct stmt *stmt_clone(struct arena *a, const struct stmt *s)
{
	struct stmt *n = stmt_new(a, s->kind, s->span);

	*n = *s;
	switch (s->kind) {
	case STMT_BLOCK:
		n->block.body = (struct stmt_vec){ 0 };
		for (size_t i = 0; i < s->block.body.len; i++)
			vec_push(a, &n->block.body, copy_stmt(a, s->block.body.data[i]));
		break;
	case STMT_EXPR: n->expr.expr = copy(a, s->expr.expr); break;
	case STMT_IF: n->if_.cond = copy(a, s->if_.cond); n->if_.yes = copy_stmt(a, s->if_.yes); n->if_.no = copy_stmt(a, s->if_.no); break;
	case STMT_LOOP: n->loop.init = copy(a, s->loop.init); n->loop.cond = copy(a, s->loop.cond); n->loop.step = copy(a, s->loop.step); n->loop.body = copy_stmt(a, s->loop.body); break;
	case STMT_FOREACH:
		n->foreach.value = copy(a, s->foreach.value); n->foreach.keys = copy_vec(a, &s->foreach.keys); n->foreach.base = copy(a, s->foreach.base);
		n->foreach.slice = copy_vec(a, &s->foreach.slice); n->foreach.limit = copy(a, s->foreach.limit); n->foreach.body = copy_stmt(a, s->foreach.body);
		break;
	case STMT_RETURN: n->return_.value = copy(a, s->return_.value); break;
	case STMT_DELETE: n->delete_.target = copy(a, s->delete_.target); break;
	case STMT_TRY: n->try_.body = copy_stmt(a, s->try_.body); n->try_.message = copy(a, s->try_.message); n->try_.handler = copy_stmt(a, s->try_.handler); break;
	case STMT_EMPTY: case STMT_NEXT: case STMT_BREAK: case STMT_CONTINUE: case STMT_EMBEDDED: case STMT_KINDS: break;
	}
	return n;
}
