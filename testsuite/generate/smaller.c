/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways: without a declaration; without a statement, or what is in it instead; an operand in
 * place of an expression; a constant in place of an expression. A way may make a script that is
 * refused: then it does not fail as the one before did, and is not taken. */
#include "testsuite/generate/smaller.h"

#include <string.h>

/* Counts ways down to the one that is wanted. */
struct search {
	struct arena *arena;
	unsigned long left;
	bool done;
};

static bool chosen(struct search *s)
{
	if (s->done || s->left--)
		return false;
	return s->done = true;
}

#define REMOVE(v, i)                                                                               \
	do {                                                                                       \
		for (size_t r_ = (i) + 1; r_ < (v)->len; r_++)                                     \
			(v)->data[r_ - 1] = (v)->data[r_];                                         \
		(v)->len--;                                                                        \
	} while (0)

struct mention {
	const char *name;
	bool found;
};

static struct expr *find_name(struct visitor *v, struct expr *e)
{
	struct mention *m = v->data;

	m->found |= e->kind == EXPR_SYMBOL && e->symbol.name == m->name;
	return e;
}

static struct stmt **body_of(struct file *f, size_t i)
{
	switch (f->order_kind.data[i]) {
	case DECL_PROBE: return &((struct probe_decl *)f->order.data[i])->body;
	case DECL_ALIAS: return &((struct alias_decl *)f->order.data[i])->probe.body;
	case DECL_FUNCTION: return &((struct function_decl *)f->order.data[i])->body;
	default: return NULL;
	}
}

/* Does something use the global that is declaration I? Without it the name would be a local's. */
static bool used(struct file *f, size_t i)
{
	struct mention m = { 0 };
	struct visitor v = { .pre_expr = find_name, .data = &m };

	if (f->order_kind.data[i] != DECL_GLOBAL)
		return false;
	m.name = ((struct global_decl *)f->order.data[i])->name;
	for (size_t n = 0; n < f->order.len; n++)
		if (body_of(f, n))
			walk_stmt(&v, *body_of(f, n));
	return m.found;
}

static bool without_declaration(struct search *s, struct file *f)
{
	for (size_t i = 0; i < f->order.len; i++)
		if (!used(f, i) && chosen(s)) {
			REMOVE(&f->order, i);
			REMOVE(&f->order_kind, i);
			return true;
		}
	return false;
}

/* ---- statements ---- */

static void smaller_stmt(struct search *s, struct stmt **at);

static void replace(struct search *s, struct stmt **at, struct stmt *by)
{
	if (by && chosen(s))
		*at = by;
}

static void smaller_parts(struct search *s, struct stmt *x)
{
	switch (x->kind) {
	case STMT_IF:
		smaller_stmt(s, &x->if_.yes);
		if (!s->done && x->if_.no && chosen(s))
			x->if_.no = NULL;
		else if (!s->done && x->if_.no)
			smaller_stmt(s, &x->if_.no);
		return;
	case STMT_LOOP: smaller_stmt(s, &x->loop.body); return;
	case STMT_FOREACH:
		if (x->foreach.limit && chosen(s))
			x->foreach.limit = NULL;
		if (x->foreach.slice.len && chosen(s))
			x->foreach.slice.len = 0;
		if (x->foreach.order != SORT_NONE && chosen(s))
			x->foreach.order = SORT_NONE;
		smaller_stmt(s, &x->foreach.body);
		return;
	case STMT_TRY:
		smaller_stmt(s, &x->try_.body);
		smaller_stmt(s, &x->try_.handler);
		return;
	default: return;
	}
}

static void replace_by_parts(struct search *s, struct stmt **at)
{
	struct stmt *x = *at;

	switch (x->kind) {
	case STMT_IF:
		replace(s, at, x->if_.yes);
		replace(s, at, x->if_.no);
		return;
	case STMT_LOOP: replace(s, at, x->loop.body); return;
	case STMT_FOREACH: replace(s, at, x->foreach.body); return;
	case STMT_TRY:
		replace(s, at, x->try_.body);
		replace(s, at, x->try_.handler);
		return;
	case STMT_BLOCK:
		if (x->block.body.len == 1)
			replace(s, at, x->block.body.data[0]);
		return;
	default: return;
	}
}

/* Half of the statements, then each alone. */
static void smaller_block(struct search *s, struct stmt_vec *v)
{
	size_t half = v->len / 2;

	if (half > 1 && chosen(s))
		v->len = half;
	for (size_t i = 0; i < v->len && !s->done; i++)
		if (chosen(s))
			REMOVE(v, i);
	for (size_t i = 0; i < v->len && !s->done; i++)
		smaller_stmt(s, &v->data[i]);
}

static void smaller_stmt(struct search *s, struct stmt **at)
{
	if (s->done)
		return;
	if ((*at)->kind == STMT_BLOCK)
		smaller_block(s, &(*at)->block.body);
	if (!s->done)
		replace_by_parts(s, at);
	if (!s->done)
		smaller_parts(s, *at);
}

/* ---- expressions ---- */

/* Is the value of E a text? Names say it (eval.h). */
static bool is_text(const struct expr *e)
{
	switch (e->kind) {
	case EXPR_STRING: return true;
	case EXPR_SYMBOL: return *e->symbol.name == 's';
	case EXPR_INDEX: return e->index.base->kind == EXPR_SYMBOL && is_text(e->index.base);
	case EXPR_CALL:
		return *e->call.name == 's'
			       ? e->call.name[1] == '_' || !strcmp(e->call.name, "substr") ||
					 !strcmp(e->call.name, "str_replace")
			       : !strcmp(e->call.name, "matched");
	case EXPR_BINARY: return e->binary.op == OP_CONCAT;
	case EXPR_TERNARY: return is_text(e->ternary.yes);
	case EXPR_ASSIGN: return is_text(e->assign.left);
	case EXPR_PRINT: return e->print.to_string;
	default: return false;
	}
}

static struct expr *constant(struct search *s, const struct expr *e)
{
	struct expr *c = expr_new(s->arena, is_text(e) ? EXPR_STRING : EXPR_NUMBER, e->span);

	if (is_text(e))
		c->string = (struct expr_string){ "", 0 };
	return c;
}

/* May PART, of the same type, take the place of E? */
static bool takes_place(struct search *s, const struct expr *e, const struct expr *part)
{
	return is_text(e) == is_text(part) && chosen(s);
}

static struct expr *chosen_part(struct search *s, struct expr *e, struct expr *const *parts,
				size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (takes_place(s, e, parts[i]))
			return parts[i];
	return e;
}

static struct expr *operand(struct search *s, struct expr *e)
{
	switch (e->kind) {
	case EXPR_BINARY:
		return chosen_part(s, e, (struct expr *[]){ e->binary.left, e->binary.right }, 2);
	case EXPR_TERNARY:
		return chosen_part(s, e, (struct expr *[]){ e->ternary.yes, e->ternary.no }, 2);
	case EXPR_UNARY: return chosen_part(s, e, &e->unary.arg, 1);
	case EXPR_ASSIGN: return chosen_part(s, e, &e->assign.right, 1);
	case EXPR_CALL: return chosen_part(s, e, e->call.args.data, e->call.args.len);
	default: return e;
	}
}

static void shorter_print(struct search *s, struct expr *e)
{
	for (size_t i = 0; i < e->print.args.len; i++)
		if (!e->print.format && e->print.args.len > 1 && chosen(s)) {
			REMOVE(&e->print.args, i);
			return;
		}
}

/* An operand of E, or a constant; E when none was chosen. */
static struct expr *smaller_expr(struct visitor *v, struct expr *e)
{
	struct search *s = v->data;
	struct expr *part = operand(s, e);

	if (e->kind == EXPR_PRINT)
		shorter_print(s, e);
	if (part != e || e->kind == EXPR_NUMBER || e->kind == EXPR_STRING || s->done)
		return part;
	return chosen(s) ? constant(s, e) : e;
}

static void smaller_expressions(struct search *s, struct stmt *body)
{
	struct visitor v = { .pre_expr = smaller_expr, .data = s };

	if (body && !s->done)
		walk_stmt(&v, body);
}

bool make_smaller(struct arena *a, struct file *f, unsigned long n)
{
	struct search s = { .arena = a, .left = n };

	if (without_declaration(&s, f))
		return true;
	for (size_t i = 0; i < f->order.len && !s.done; i++)
		if (body_of(f, i))
			smaller_stmt(&s, body_of(f, i));
	for (size_t i = 0; i < f->order.len && !s.done; i++)
		if (body_of(f, i))
			smaller_expressions(&s, *body_of(f, i));
	return s.done;
}
