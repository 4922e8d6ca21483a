/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C types of what pointers of a script lead to (autocast): from where a value comes from, through variables,
 * elements, keys, parameters, results and operators, to the -> that asks.
 *
 * A variable has the type of the first value with one that it gets; a pointer's type takes the place of a number's, but
 * for that types do not change, so the rounds of lower.c come to an end. */
#include "translator/builtin/builtin.h"
#include "translator/sema/sema.h"
#include <string.h>

static bool leads_on(const struct di_type *t)
{
	enum di_kind kind = di_type_strip(t)->kind;

	return kind == DI_POINTER || kind == DI_ARRAY;
}

/* *TO, of an expression, is of type T, too. Did that tell something new? */
static bool take(const struct di_type **to, const struct di_type *t)
{
	if (!t || (*to && (leads_on(*to) || !leads_on(t))))
		return false;
	*to = t;
	return true;
}

/* The same of a variable or function, which other expressions will ask in the next round. */
static void learn(struct lowering *l, const struct di_type **to, const struct di_type *t)
{
	l->progress |= take(to, t);
}

static const struct di_type *either(const struct expr *a, const struct expr *b)
{
	if (!a->ctype || (b->ctype && !leads_on(a->ctype) && leads_on(b->ctype)))
		return b->ctype;
	return a->ctype;
}

/* KEYS and the keys of V: what each tells of the other. */
static void carry_keys(struct lowering *l, struct variable *v, struct expr_vec *keys)
{
	for (size_t i = 0; v && i < keys->len && i < MAX_KEYS; i++)
		if (keys->data[i])
			learn(l, &v->key_ctype[i], keys->data[i]->ctype);
}

static void carry_assign(struct lowering *l, struct expr *e)
{
	struct variable *v = variable_of(e->assign.left);

	take(&e->ctype, e->assign.op == OP_NONE ? e->assign.right->ctype : either(e->assign.left, e->assign.right));
	if (v && e->assign.op != OP_STAT)
		learn(l, &v->ctype, e->ctype);
}

/* Functions of the runtime whose result leads to a structure. Types are looked up for them only if a -> waits for one,
 * as not every kernel describes them. */
static const struct di_type *type_of_builtin(struct lowering *l, const struct expr *e)
{
	static const char *const results[][2] = { { "task_current", "task_struct" } };
	struct di_module *m;
	const char *why = NULL;
	const struct di_type *t = NULL;

	for (size_t i = 0; l->builtins && i < sizeof results / sizeof *results; i++)
		if (!strcmp(e->call.ref->builtin->name, results[i][0]))
			t = lower_find_type(l, results[i][1], "kernel", &m, &why);
	return t ? di_pointer_to(m, t) : NULL;
}

static void carry_call(struct lowering *l, struct expr *e)
{
	struct function *f = e->call.ref;

	if (f && f->builtin) {
		if (!e->ctype)
			take(&e->ctype, type_of_builtin(l, e));
		return;
	}
	for (; f; f = f->next_overload) {
		take(&e->ctype, f->result_ctype);
		for (size_t i = 0; i < e->call.args.len && i < f->params.len; i++)
			learn(l, &f->params.data[i]->ctype, e->call.args.data[i]->ctype);
	}
}

static bool keeps_type(enum op op)
{
	return op == OP_ADD || op == OP_SUB || op == OP_AND || op == OP_OR || op == OP_XOR;
}

void ctypes_carry(struct lowering *l, struct expr *e)
{
	struct variable *v;

	switch (e->kind) {
	case EXPR_SYMBOL:
		if (e->symbol.ref)
			take(&e->ctype, e->symbol.ref->ctype);
		break;
	case EXPR_INDEX:
		v = variable_of(e);
		carry_keys(l, v, &e->index.keys);
		if (v)
			take(&e->ctype, v->ctype);
		break;
	case EXPR_IN: carry_keys(l, variable_of(e->in.array), &e->in.keys); break;
	case EXPR_ASSIGN: carry_assign(l, e); break;
	case EXPR_CALL: carry_call(l, e); break;
	case EXPR_TERNARY: take(&e->ctype, either(e->ternary.yes, e->ternary.no)); break;
	case EXPR_BINARY:
		if (keeps_type(e->binary.op))
			take(&e->ctype, either(e->binary.left, e->binary.right));
		break;
	case EXPR_UNARY:
		if (e->unary.op == OP_PLUS)
			take(&e->ctype, e->unary.arg->ctype);
		break;
	case EXPR_INCDEC: take(&e->ctype, e->incdec.arg->ctype); break;
	case EXPR_SAVED: take(&e->ctype, e->saved.entry_expr->ctype); break;
	case EXPR_NUMBER: case EXPR_STRING: case EXPR_MATCH: case EXPR_TARGET: case EXPR_CAST: case EXPR_ATOP: case EXPR_STAT:
	case EXPR_HIST: case EXPR_PRINT: case EXPR_EMBEDDED: case EXPR_FETCH: case EXPR_CONTEXT: case EXPR_KINDS:
		break;
	}
}

static void carry_foreach(struct lowering *l, struct stmt *st)
{
	struct variable *v = variable_of(st->foreach.base);

	for (size_t i = 0; v && i < st->foreach.keys.len && i < MAX_KEYS; i++)
		if (st->foreach.keys.data[i]->symbol.ref)
			learn(l, &st->foreach.keys.data[i]->symbol.ref->ctype, v->key_ctype[i]);
	if (v && st->foreach.value && st->foreach.value->symbol.ref)
		learn(l, &st->foreach.value->symbol.ref->ctype, v->ctype);
}

void ctypes_carry_stmt(struct lowering *l, struct stmt *st)
{
	if (st->kind == STMT_FOREACH)
		carry_foreach(l, st);
	else if (st->kind == STMT_RETURN && l->function && st->return_.value)
		learn(l, &l->function->result_ctype, st->return_.value->ctype);
}
