/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assignments: variables, elements, statistics; ++ and --.
 *
 * Order: keys, then the right side, then the element's cell: evaluating the right
 * side may move elements, so no cell pointer is held across it. */
#include "translator/emit/emit.h"
#include "translator/opt/opt.h"

static struct expr *mention_visit(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_SYMBOL && e->symbol.ref == v->data)
		v->data = NULL;
	return v->data ? e : NULL;
}

static bool mentions(struct expr *e, struct variable *var)
{
	struct visitor v = { .pre_expr = mention_visit, .data = var };

	walk_expr(&v, e);
	return !v.data;
}

static struct val assign_string(struct body *b, struct expr *e, struct variable *v)
{
	const char *cell = cell_c(b, v);
	struct val r;

	if (e->assign.op == OP_CONCAT) {
		r = emit_expr(b, e->assign.right);
		if (mentions(e->assign.right, v))
			r = make_stable(b, (struct val){ r.c, false }, TYPE_STRING);
		line(b, "stp_str_cat(%s, %s, STP_STRING);", cell, r.c);
	} else if (v->kind != VAR_GLOBAL && !mentions(e->assign.right, v)) {
		emit_string_to(b, e->assign.right, cell);
	} else {
		r = emit_expr(b, e->assign.right);
		line(b, "stp_str_copy(%s, %s, STP_STRING);", cell, r.c);
	}
	return (struct val){ cell, false };
}

static struct val assign_long(struct body *b, struct expr *e, struct variable *v, bool want)
{
	struct val r = emit_expr(b, e->assign.right);
	const char *cell = cell_c(b, v);

	if (v->type == TYPE_STATS) {
		if (want)
			r = make_stable(b, r, TYPE_LONG);
		line(b, "stp_pstat_add(%s, %s);", v->c_name, r.c);
		return r;
	}
	if (e->assign.op == OP_NONE) {
		if (want)
			r = make_stable(b, r, TYPE_LONG);
		line(b, "%s = %s;", cell, r.c);
		return r;
	}
	if (map_has(&b->e->atomics, v->c_name)) {	/* only += and -=, value not wanted */
		line(b, "__atomic_fetch_%s(&%s, %s, __ATOMIC_RELAXED);", e->assign.op == OP_ADD ? "add" : "sub", v->c_name, r.c);
		return (struct val){ "", true };
	}
	line(b, "%s = %s;", cell, binary_c(b, e->assign.op, cell, r.c, e->span));
	return want ? make_stable(b, (struct val){ cell, false }, TYPE_LONG) : (struct val){ cell, false };
}

static struct val assign_element_string(struct body *b, struct expr *e, struct variable *m, const char *k)
{
	struct val r = emit_expr(b, e->assign.right);
	const char *t;

	if (e->assign.op == OP_CONCAT) {
		r = make_stable(b, r, TYPE_STRING);
		t = temp_string(b);
		line(b, "stp_str_copy(%s, stp_map_get_str(%s, %s), STP_STRING);", t, m->c_name, k);
		line(b, "stp_str_cat(%s, %s, STP_STRING);", t, r.c);
		r = (struct val){ t, true };
	} else {
		r = make_stable(b, r, TYPE_STRING);
	}
	line(b, "stp_map_set_str(c, %s, %s, %s);", m->c_name, k, r.c);
	check_error(b, e->span);
	return r;
}

/* A division that fails leaves no new element. */
static struct val divide_element(struct body *b, struct expr *e, struct variable *m, const char *k,
				 struct val by)
{
	struct val old = temp_long(b, format_c(b->e, "stp_map_get_long(%s, %s)", m->c_name, k));

	return temp_long(b, binary_c(b, e->assign.op, old.c, by.c, e->span));
}

static struct val assign_element_long(struct body *b, struct expr *e, struct variable *m, const char *k, bool want)
{
	struct val r = emit_expr(b, e->assign.right);
	const char *cell;

	if (m->type == TYPE_STATS || e->assign.op == OP_NONE) {
		if (want)
			r = make_stable(b, r, TYPE_LONG);
		line(b, "stp_map_%s(c, %s, %s, %s);", m->type == TYPE_STATS ? "add_stat" : "set_long", m->c_name, k, r.c);
		check_error(b, e->span);
		return r;
	}
	r = make_stable(b, r, TYPE_LONG);
	if (e->assign.op == OP_DIV || e->assign.op == OP_MOD) {
		r = divide_element(b, e, m, k, r);
		line(b, "stp_map_set_long(c, %s, %s, %s);", m->c_name, k, r.c);
		check_error(b, e->span);
		return r;
	}
	cell = format_c(b->e, "p%u", b->nlong++);
	line(b, "int64_t *%s = stp_map_ref_long(c, %s, %s);", cell, m->c_name, k);
	check_error(b, e->span);
	line(b, "*%s = %s;", cell, binary_c(b, e->assign.op, format_c(b->e, "(*%s)", cell), r.c, e->span));
	return want ? make_stable(b, (struct val){ format_c(b->e, "(*%s)", cell), false }, TYPE_LONG) : (struct val){ "", true };
}

/* Keys that the right side could change are copied first. */
static const char *stable_keys(struct body *b, struct variable *m, struct expr_vec *keys, const struct expr *right)
{
	struct val v[MAX_KEYS];

	if (!right || !expr_has_effect(right))
		return emit_keys(b, m, keys, NULL);
	emit_list(b, keys, v);
	for (size_t i = 0; i < keys->len; i++)
		v[i] = make_stable(b, v[i], keys->data[i]->type);
	return key_vector(b, m, keys, v);
}

struct val emit_assign(struct body *b, struct expr *e, bool want)
{
	struct expr *left = e->assign.left;
	struct variable *v;
	const char *k;

	if (left->kind == EXPR_SYMBOL) {
		v = left->symbol.ref;
		if (v->type == TYPE_STRING)
			return assign_string(b, e, v);
		return assign_long(b, e, v, want);
	}
	v = left->index.base->symbol.ref;
	k = stable_keys(b, v, &left->index.keys, e->assign.right);
	if (v->type == TYPE_STRING)
		return assign_element_string(b, e, v, k);
	return assign_element_long(b, e, v, k, want);
}

struct val emit_incdec(struct body *b, struct expr *e, bool want)
{
	struct expr *arg = e->incdec.arg;
	const char *op = e->incdec.increment ? "+" : "-", *cell;
	struct variable *v;
	struct val old = { "", true };

	if (arg->kind == EXPR_SYMBOL) {
		v = arg->symbol.ref;
		cell = cell_c(b, v);
		if (map_has(&b->e->atomics, cell)) {
			line(b, "__atomic_fetch_%s(&%s, 1, __ATOMIC_RELAXED);", e->incdec.increment ? "add" : "sub", cell);
			return old;
		}
	} else {
		v = arg->index.base->symbol.ref;
		const char *k = emit_keys(b, v, &arg->index.keys, NULL);
		const char *p = format_c(b->e, "p%u", b->nlong++);

		line(b, "int64_t *%s = stp_map_ref_long(c, %s, %s);", p, v->c_name, k);
		check_error(b, e->span);
		cell = format_c(b->e, "(*%s)", p);
	}
	if (want && !e->incdec.prefix)
		old = temp_long(b, cell);
	line(b, "%s = (int64_t)((uint64_t)%s %s 1u);", cell, cell, op);
	if (want && e->incdec.prefix)
		old = temp_long(b, cell);
	return old;
}
