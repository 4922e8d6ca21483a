/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constant folding: operators on literals, conditions that are known, branches that
 * follow from them.  What the run-time would report (division by zero) is left to it. */
#include "translator/opt/opt.h"
#include "translator/session.h"

#include <string.h>

struct folder { struct arena *arena; size_t string_most; bool changed; };

static struct expr *number(struct folder *f, const struct expr *at, int64_t v)
{
	struct expr *e = expr_new(f->arena, EXPR_NUMBER, at->span);

	e->number.value = v;
	e->type = TYPE_LONG;
	f->changed = true;
	return e;
}

static bool fold_long(enum op op, int64_t a, int64_t b, int64_t *r)
{
	uint64_t n = (uint64_t)b;

	switch ((int)op) {
	case OP_ADD: *r = (int64_t)((uint64_t)a + (uint64_t)b); return true;
	case OP_SUB: *r = (int64_t)((uint64_t)a - (uint64_t)b); return true;
	case OP_MUL: *r = (int64_t)((uint64_t)a * (uint64_t)b); return true;
	case OP_DIV: case OP_MOD:
		if (!b || (a == INT64_MIN && b == -1))
			return false;
		*r = op == OP_DIV ? a / b : a % b;
		return true;
	case OP_SHL: *r = n > 63 ? 0 : (int64_t)((uint64_t)a << n); return true;
	case OP_SHR: *r = a >> (n > 63 ? 63 : n); return true;
	case OP_USHR: *r = n > 63 ? 0 : (int64_t)((uint64_t)a >> n); return true;
	case OP_AND: *r = a & b; return true;
	case OP_OR: *r = a | b; return true;
	case OP_XOR: *r = a ^ b; return true;
	case OP_LT: *r = a < b; return true;
	case OP_GT: *r = a > b; return true;
	case OP_LE: *r = a <= b; return true;
	case OP_GE: *r = a >= b; return true;
	case OP_EQ: *r = a == b; return true;
	case OP_NE: *r = a != b; return true;
	case OP_LOGAND: *r = a && b; return true;
	case OP_LOGOR: *r = a || b; return true;
	}
	return false;
}

static struct expr *fold_strings(struct folder *f, struct expr *e)
{
	struct expr *l = e->binary.left, *r = e->binary.right, *s;
	int c = strncmp(l->string.text, r->string.text, f->string_most);	/* as long as they are at run time */

	if (e->binary.op != OP_CONCAT) {
		int64_t v;

		return fold_long(e->binary.op, c, 0, &v) && e->binary.op >= OP_LT && e->binary.op <= OP_NE ? number(f, e, v) : e;
	}
	s = expr_new(f->arena, EXPR_STRING, e->span);
	s->string.text = arena_printf(f->arena, "%s%s", l->string.text, r->string.text);
	s->string.len = strlen(s->string.text);
	s->type = TYPE_STRING;
	f->changed = true;
	return s;
}

static struct expr *fold_binary(struct folder *f, struct expr *e)
{
	struct expr *l = e->binary.left, *r = e->binary.right;
	int64_t v;

	if (l->kind == EXPR_STRING && r->kind == EXPR_STRING)
		return fold_strings(f, e);
	if (l->kind == EXPR_NUMBER && e->binary.op == OP_LOGAND && !l->number.value)
		return number(f, e, 0);
	if (l->kind == EXPR_NUMBER && e->binary.op == OP_LOGOR && l->number.value)
		return number(f, e, 1);
	if (l->kind != EXPR_NUMBER || r->kind != EXPR_NUMBER)
		return e;
	return fold_long(e->binary.op, l->number.value, r->number.value, &v) ? number(f, e, v) : e;
}

static struct expr *fold_unary(struct folder *f, struct expr *e)
{
	int64_t v;

	if (e->unary.arg->kind != EXPR_NUMBER)
		return e;
	v = e->unary.arg->number.value;
	switch ((int)e->unary.op) {
	case OP_NEG: return number(f, e, (int64_t)(-(uint64_t)v));
	case OP_NOT: return number(f, e, !v);
	case OP_COMPL: return number(f, e, ~v);
	}
	return e->unary.arg;
}

static struct expr *fold_expr(struct visitor *v, struct expr *e)
{
	struct folder *f = v->data;

	switch ((int)e->kind) {
	case EXPR_BINARY: return fold_binary(f, e);
	case EXPR_UNARY: return fold_unary(f, e);
	case EXPR_TERNARY:
		if (e->ternary.cond->kind != EXPR_NUMBER)
			return e;
		f->changed = true;
		return e->ternary.cond->number.value ? e->ternary.yes : e->ternary.no;
	}
	return e;
}

static struct stmt *fold_stmt(struct visitor *v, struct stmt *s)
{
	struct folder *f = v->data;

	if (s->kind == STMT_IF && s->if_.cond->kind == EXPR_NUMBER) {
		f->changed = true;
		if (s->if_.cond->number.value)
			return s->if_.yes;
		return s->if_.no ? s->if_.no : stmt_new(f->arena, STMT_EMPTY, s->span);
	}
	if (s->kind == STMT_LOOP && !s->loop.init && s->loop.cond && s->loop.cond->kind == EXPR_NUMBER && !s->loop.cond->number.value) {
		f->changed = true;
		return stmt_new(f->arena, STMT_EMPTY, s->span);
	}
	return s;
}

bool opt_fold(struct program *p)
{
	struct folder f = { .arena = p->arena, .string_most = p->string_most };
	struct visitor v = { .post_expr = fold_expr, .post_stmt = fold_stmt, .data = &f };

	program_walk_probes(&v, p);
	program_walk_functions(&v, p);
	return f.changed;
}
