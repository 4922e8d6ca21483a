/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of expressions, operands from left to right. */
#include "testsuite/generate/eval.h"

#include <string.h>

void eval_fail(struct eval *e, const char *message)
{
	if (e->flow != FLOW_ERROR)
		e->message = message;
	e->flow = FLOW_ERROR;
}

void eval_give_up(struct eval *e, const char *why)
{
	if (!e->gave_up)
		e->why = why;
	e->gave_up = true;
	e->flow = FLOW_ERROR;
}

struct value eval_text(struct eval *e, const char *text, size_t len)
{
	if (len > e->max_string - 1)
		len = e->max_string - 1;
	return text_value(arena_strndup(e->arena, text, strnlen(text, len)));
}

struct slot *eval_slot(struct eval *e, const char *name)
{
	struct slot *s = slot_find(e->locals, name);

	if (!s)
		s = slot_find(e->globals, name);
	return s ? s : slot_new(e->arena, &e->locals, name);
}

void eval_keys(struct eval *e, const struct expr_vec *from, struct value *keys, bool *skip)
{
	for (size_t i = 0; i < from->len && i < MOST_KEYS && !e->flow; i++) {
		if (skip)
			skip[i] = !from->data[i];
		if (from->data[i])
			keys[i] = eval_expr(e, from->data[i]);
	}
}

static struct value binary(struct eval *e, const struct expr *x)
{
	struct value a = eval_expr(e, x->binary.left), b;

	if (e->flow)
		return a;
	if (x->binary.op == OP_LOGAND && !value_true(a))
		return number_value(0);
	if (x->binary.op == OP_LOGOR && value_true(a))
		return number_value(1);
	b = eval_expr(e, x->binary.right);
	if (e->flow)
		return b;
	if (x->binary.op == OP_LOGAND || x->binary.op == OP_LOGOR)
		return number_value(value_true(b));
	return eval_arithmetic(e, x->binary.op, a, b);
}

static struct value unary(struct eval *e, const struct expr *x)
{
	struct value v = eval_expr(e, x->unary.arg);

	switch (x->unary.op) {
	case OP_NEG: return number_value((int64_t)(0 - (uint64_t)v.n));
	case OP_NOT: return number_value(!value_true(v));
	case OP_COMPL: return number_value(~v.n);
	default: return v;
	}
}

static struct value element(struct eval *e, const struct expr *x)
{
	struct value keys[MOST_KEYS];
	const struct slot *s;
	const struct cell *c;

	eval_keys(e, &x->index.keys, keys, NULL);
	if (e->flow)
		return number_value(0);
	if (x->index.base->kind == EXPR_HIST)
		return number_value(eval_bucket(e, x->index.base, keys[0].n));
	s = eval_slot(e, x->index.base->symbol.name);
	c = cell_find(s, keys, x->index.keys.len);
	return c ? c->value : unset_value(s->name);
}

static struct value is_in(struct eval *e, const struct expr *x)
{
	struct value keys[MOST_KEYS];
	bool skip[MOST_KEYS];

	eval_keys(e, &x->in.keys, keys, skip);
	if (e->flow)
		return number_value(0);
	for (struct cell *c = eval_slot(e, x->in.array->symbol.name)->cells; c; c = c->next)
		if (cell_matches(c, keys, skip, x->in.keys.len))
			return number_value(1);
	return number_value(0);
}

static struct value ternary(struct eval *e, const struct expr *x)
{
	struct value v = eval_expr(e, x->ternary.cond);

	if (e->flow)
		return v;
	return eval_expr(e, value_true(v) ? x->ternary.yes : x->ternary.no);
}

static struct value unknown(struct eval *e, const struct expr *x)
{
	eval_give_up(e, expr_kind_name(x->kind));
	return number_value(0);
}

struct value eval_expr(struct eval *e, const struct expr *x)
{
	if (e->flow)
		return number_value(0);
	if (++e->steps > e->most_steps)
		eval_give_up(e, "it takes too long");
	switch (x->kind) {
	case EXPR_NUMBER: return number_value(x->number.value);
	case EXPR_STRING: return eval_text(e, x->string.text, x->string.len);
	case EXPR_SYMBOL: return eval_slot(e, x->symbol.name)->value;
	case EXPR_INDEX: return element(e, x);
	case EXPR_CALL: return eval_call(e, x);
	case EXPR_UNARY: return unary(e, x);
	case EXPR_BINARY: return binary(e, x);
	case EXPR_TERNARY: return ternary(e, x);
	case EXPR_ASSIGN: return eval_assign(e, x);
	case EXPR_INCDEC: return eval_incdec(e, x);
	case EXPR_IN: return is_in(e, x);
	case EXPR_MATCH: return eval_match(e, x);
	case EXPR_STAT: return eval_stat(e, x);
	case EXPR_PRINT: return eval_print(e, x);
	case EXPR_TARGET:
	case EXPR_CAST:
	case EXPR_ATOP:
	case EXPR_HIST:
	case EXPR_EMBEDDED:
	case EXPR_FETCH:
	case EXPR_SAVED:
	case EXPR_CONTEXT:
	case EXPR_KINDS: return unknown(e, x);
	}
	return unknown(e, x);
}
