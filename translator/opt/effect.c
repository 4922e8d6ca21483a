/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which expressions do more than yield a value. */
#include "translator/builtin/builtin.h"
#include "translator/opt/opt.h"
#include "translator/syntax/pragma.h"

static struct expr *visit(struct visitor *v, struct expr *e)
{
	bool effect = e->is_store;

	switch (e->kind) {
	case EXPR_ASSIGN: case EXPR_INCDEC: effect = true; break;
	case EXPR_CALL: effect = !e->call.ref || !e->call.ref->pure; break;
	case EXPR_PRINT: effect = !e->print.to_string; break;
	case EXPR_EMBEDDED: effect = !pragma_says(e->embedded.code, "pure"); break;
	case EXPR_FETCH: effect = e->fetch.program->writes; break;
	case EXPR_MATCH: effect = e->match.groups >= 0; break;
	case EXPR_CONTEXT: effect = e->context.store; break;
	case EXPR_NUMBER: case EXPR_STRING: case EXPR_SYMBOL: case EXPR_INDEX: case EXPR_UNARY: case EXPR_BINARY:
	case EXPR_TERNARY: case EXPR_IN: case EXPR_TARGET: case EXPR_CAST: case EXPR_ATOP:
	case EXPR_STAT: case EXPR_HIST: case EXPR_SAVED: case EXPR_KINDS:
		break;
	}
	if (effect)
		*(bool *)v->data = true;
	return effect ? NULL : e;
}

static struct expr *find_pending(struct visitor *v, struct expr *e)
{
	if (e->pending)
		*(const struct pending **)v->data = e->pending;
	return e->pending ? NULL : e;
}

const struct pending *pending_in(const struct expr *e)
{
	const struct pending *p = NULL;
	struct visitor v = { .pre_expr = find_pending, .data = &p };

	walk_expr(&v, (struct expr *)e);
	return p;
}

bool expr_has_effect(const struct expr *e)
{
	bool found = false;
	struct visitor v = { .pre_expr = visit, .data = &found };

	walk_expr(&v, (struct expr *)e);
	return found;
}
