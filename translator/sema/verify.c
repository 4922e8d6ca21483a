/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier between passes: what program.h promises, checked node by node.  A
 * finding is a bug of the translator, never of the script. */
#include "translator/family/family.h"
#include "translator/program.h"
#include "translator/session.h"
#include "translator/syntax/print.h"

struct verifier { struct arena *arena; const char *wrong; };

static void wrong(struct verifier *v, const struct expr *e, const char *what)
{
	struct strbuf b = STRBUF_INIT;

	if (v->wrong)
		return;
	print_expr(&b, e);
	v->wrong = arena_printf(v->arena, "%s: %s %s", expr_kind_name(e->kind), sb_str(&b), what);
	sb_free(&b);
}

static struct expr *check_expr(struct visitor *vis, struct expr *e)
{
	struct verifier *v = vis->data;
	const char *bad;

	switch (e->kind) {
	case EXPR_SYMBOL:
		if (!e->symbol.ref)
			wrong(v, e, "names nothing");
		break;
	case EXPR_CALL:
		if (!e->call.ref)
			wrong(v, e, "calls nothing");
		else if (e->call.ref->nparams != e->call.args.len)
			wrong(v, e, "has another number of arguments than its function");
		break;
	case EXPR_TARGET: case EXPR_CAST: case EXPR_ATOP:
		wrong(v, e, "was not lowered");
		break;
	case EXPR_FETCH:
		bad = fetch_verify(e->fetch.program);
		if (bad)
			wrong(v, e, bad);
		break;
	case EXPR_INDEX:
		if (e->index.base->kind == EXPR_SYMBOL && e->index.base->symbol.ref && e->index.keys.len != e->index.base->symbol.ref->nkeys)
			wrong(v, e, "has another number of keys than its array");
		break;
	case EXPR_NUMBER: case EXPR_STRING: case EXPR_UNARY: case EXPR_BINARY: case EXPR_TERNARY: case EXPR_ASSIGN:
	case EXPR_INCDEC: case EXPR_IN: case EXPR_MATCH: case EXPR_STAT: case EXPR_HIST: case EXPR_PRINT:
	case EXPR_EMBEDDED: case EXPR_SAVED: case EXPR_CONTEXT: case EXPR_KINDS:
		break;
	}
	if (e->type == TYPE_UNKNOWN && e->kind != EXPR_SYMBOL && e->kind != EXPR_HIST)
		wrong(v, e, "has no type");
	return e;
}

static void check_variable(struct verifier *v, const struct variable *x)
{
	if (v->wrong)
		return;
	if (x->type == TYPE_UNKNOWN || x->type == TYPE_VOID)
		v->wrong = arena_printf(v->arena, "variable %s has no type", x->name);
	if (x->is_array && !x->nkeys && x->read)
		v->wrong = arena_printf(v->arena, "array %s has no keys", x->name);
}

const char *program_verify(struct program *p)
{
	struct verifier v = { .arena = p->arena };
	struct visitor vis = { .pre_expr = check_expr, .data = &v };

	for (size_t i = 0; i < p->globals.len; i++)
		check_variable(&v, p->globals.data[i]);
	for (size_t i = 0; i < p->probes.len; i++) {
		struct probe *pr = p->probes.data[i];

		if (pr->index != i)
			v.wrong = arena_printf(p->arena, "probe %zu has the index %u", i, pr->index);
		if (!pr->family || !pr->text)
			v.wrong = arena_printf(p->arena, "probe %zu has no family or text", i);
		if (!pr->same_as)
			walk_stmt(&vis, pr->body);
		if (pr->condition)
			walk_expr(&vis, pr->condition);
		for (size_t j = 0; j < pr->saved.len; j++)
			walk_expr(&vis, pr->saved.data[j]);
		for (size_t j = 0; j < pr->locals.len; j++)
			check_variable(&v, pr->locals.data[j]);
	}
	program_walk_functions(&vis, p);
	return v.wrong;
}
