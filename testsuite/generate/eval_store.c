/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic, and what changes variables. Numbers are of 64 bits and wrap. */
#include "testsuite/generate/eval.h"

#include <string.h>

static struct value divided(struct eval *e, enum op op, int64_t a, int64_t b)
{
	if (b == 0) {
		eval_fail(e, "division by zero");
		return number_value(0);
	}
	if (b == -1)
		return number_value(op == OP_DIV ? (int64_t)(0 - (uint64_t)a) : 0);
	return number_value(op == OP_DIV ? a / b : a % b);
}

/* As if each step moved one bit. */
static struct value shifted(enum op op, int64_t a, int64_t b)
{
	uint64_t bits = a;

	for (int64_t i = 0; i < (b < 64 ? b : 64); i++)
		if (op == OP_SHL)
			bits <<= 1;
		else
			bits = bits >> 1 | (op == OP_SHR && a < 0 ? (uint64_t)1 << 63 : 0);
	return number_value((int64_t)bits);
}

static struct value joined(struct eval *e, struct value a, struct value b)
{
	char *text = arena_printf(e->arena, "%s%s", a.text, b.text);

	return eval_text(e, text, strlen(text));
}

struct value eval_arithmetic(struct eval *e, enum op op, struct value a, struct value b)
{
	uint64_t x = a.n, y = b.n;
	int order = value_compare(a, b);

	switch (op) {
	case OP_ADD: return number_value((int64_t)(x + y));
	case OP_SUB: return number_value((int64_t)(x - y));
	case OP_MUL: return number_value((int64_t)(x * y));
	case OP_DIV:
	case OP_MOD: return divided(e, op, a.n, b.n);
	case OP_SHL:
	case OP_SHR:
	case OP_USHR: return shifted(op, a.n, b.n);
	case OP_AND: return number_value((int64_t)(x & y));
	case OP_OR: return number_value((int64_t)(x | y));
	case OP_XOR: return number_value((int64_t)(x ^ y));
	case OP_LT: return number_value(order < 0);
	case OP_GT: return number_value(order > 0);
	case OP_LE: return number_value(order <= 0);
	case OP_GE: return number_value(order >= 0);
	case OP_EQ: return number_value(order == 0);
	case OP_NE: return number_value(order != 0);
	case OP_CONCAT: return joined(e, a, b);
	case OP_NONE: return b;
	case OP_LOGAND:
	case OP_LOGOR:
	case OP_NEG:
	case OP_NOT:
	case OP_COMPL:
	case OP_PLUS:
	case OP_STAT: break;
	}
	eval_give_up(e, "operator");
	return a;
}

/* The place that is stored to: a variable, or an element with its keys. */
struct place {
	struct slot *slot;
	bool is_element;
	struct value keys[MOST_KEYS];
	unsigned n;
};

static struct place find_place(struct eval *e, const struct expr *x)
{
	struct place p = { 0 };

	if (x->kind == EXPR_SYMBOL) {
		p.slot = eval_slot(e, x->symbol.name);
		return p;
	}
	p.is_element = true;
	p.n = x->index.keys.len;
	eval_keys(e, &x->index.keys, p.keys, NULL);
	p.slot = eval_slot(e, x->index.base->symbol.name);
	return p;
}

static struct value load(const struct place *p)
{
	const struct cell *c;

	if (!p->is_element)
		return p->slot->value;
	c = cell_find(p->slot, p->keys, p->n);
	return c ? c->value : unset_value(p->slot->name);
}

static struct cell *make(struct eval *e, const struct place *p)
{
	struct cell *c = cell_make(e->arena, p->slot, p->keys, p->n);

	if (!c)
		eval_fail(e, "array overflow");
	return c;
}

static void store(struct eval *e, const struct place *p, struct value v)
{
	struct cell *c;

	if (!p->is_element)
		p->slot->value = v;
	else if ((c = make(e, p)) != NULL)
		c->value = v;
}

static void add_sample(struct eval *e, const struct place *p, struct value v)
{
	struct cell *c;

	if (!p->is_element)
		samples_add(e->arena, &p->slot->samples, v.n);
	else if ((c = make(e, p)) != NULL)
		samples_add(e->arena, &c->samples, v.n);
}

struct value eval_assign(struct eval *e, const struct expr *x)
{
	struct place p = find_place(e, x->assign.left);
	struct value old, v;

	if (e->flow)
		return number_value(0);
	v = eval_expr(e, x->assign.right);
	if (e->flow)
		return v;
	if (x->assign.op == OP_STAT) {
		add_sample(e, &p, v);
		return v;
	}
	old = load(&p);
	v = eval_arithmetic(e, x->assign.op, x->assign.op == OP_NONE ? v : old, v);
	if (!e->flow)
		store(e, &p, v);
	return v;
}

struct value eval_incdec(struct eval *e, const struct expr *x)
{
	struct place p = find_place(e, x->incdec.arg);
	struct value old, v;

	if (e->flow)
		return number_value(0);
	old = load(&p);
	v = number_value((int64_t)((uint64_t)old.n + (x->incdec.increment ? 1 : (uint64_t)-1)));
	store(e, &p, v);
	return x->incdec.prefix ? v : old;
}
