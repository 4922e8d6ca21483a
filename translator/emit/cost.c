/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many actions a list of statements costs, as far as the script's text tells.
 *
 * Each statement is an action (runtime/core/work.h says what that is), with room for the few calls and elements that
 * a statement commonly has.  Work beyond that is added up in units of about 200 instructions.  What grows with the
 * length of a string, an array or a stack is not known here: the core charges it. */
#include "translator/builtin/builtin.h"
#include "translator/emit/emit.h"

enum { UNITS = 16 /* of an action */, FREE = 8 /* that a statement has room for */ };

struct cost { unsigned statements; uint64_t units; };

static unsigned call_units(const struct function *f)
{
	if (!f->builtin)
		return 1;	/* its statements are charged where it is entered */
	switch (f->builtin->cost) {
	case COST_FEW:
		return 1;
	case COST_NAME: case COST_MESSAGE:
		return 2 * UNITS;
	case COST_STRING: case COST_SEARCH: case COST_STACK: case COST_NAMES:
		return 4;
	case COST_MEMORY:
		return 8;
	}
	return 1;
}

static unsigned units(const struct expr *e)
{
	switch ((int)e->kind) {
	case EXPR_CALL:
		return call_units(e->call.ref);
	case EXPR_INDEX: case EXPR_IN: case EXPR_FETCH: case EXPR_CONTEXT:
		return 2;
	case EXPR_STAT: case EXPR_MATCH:
		return 4;
	case EXPR_BINARY:
		return e->binary.op == OP_CONCAT ? 4 : is_string(e->binary.left) ? 2 : 0;
	case EXPR_PRINT:
		return 1 + (unsigned)e->print.args.len;
	default:	/* a few instructions */
		return 0;
	}
}

static struct expr *visit_expr(struct visitor *v, struct expr *e)
{
	((struct cost *)v->data)->units += units(e);
	return e;
}

static struct stmt *visit_stmt(struct visitor *v, struct stmt *s)
{
	((struct cost *)v->data)->statements += s->kind != STMT_BLOCK && s->kind != STMT_EMPTY;
	return s;
}

unsigned cost_of(const struct stmt *s)
{
	struct cost c = { 0 };
	struct visitor v = { .pre_expr = visit_expr, .pre_stmt = visit_stmt, .data = &c };
	uint64_t room;

	walk_stmt(&v, (struct stmt *)s);
	room = (uint64_t)FREE * c.statements;
	return c.statements + (unsigned)(c.units > room ? (c.units - room) / UNITS : 0);
}
