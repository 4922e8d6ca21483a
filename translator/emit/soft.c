/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which probes run with interrupts on (STP_PROBE_SOFT): those whose handler, or what it calls, goes through a whole
 * array or takes one apart, of files and standard input, and of timers that ask nothing of what they interrupted: in a
 * soft interrupt there are no registers, and another thread may be the current one. */
#include "translator/builtin/builtin.h"
#include "translator/emit/emit.h"
#include "translator/family/family.h"

#include <string.h>

struct looks {
	bool is_long, asks;
	struct map functions;		/* seen: C name */
};

static void look_at_function(struct visitor *v, struct function *f)
{
	struct looks *l = v->data;

	for (; f; f = f->next_overload) {
		if (f->builtin || !f->body) {
			l->asks |= !f->builtin || f->builtin->flags & BI_HIT;
			continue;
		}
		if (map_has(&l->functions, f->c_name))
			continue;
		map_put(&l->functions, f->c_name, f);
		walk_stmt(v, f->body);
	}
}

static struct expr *look_at_expr(struct visitor *v, struct expr *e)
{
	struct looks *l = v->data;

	if (e->kind == EXPR_CALL)
		look_at_function(v, e->call.ref);
	l->asks |= e->kind == EXPR_CONTEXT || e->kind == EXPR_EMBEDDED || e->kind == EXPR_SAVED;
	return e;
}

/* Of an array as a whole, or of those elements that a slice names. */
static bool deletes_many(const struct expr *target)
{
	if (target->kind == EXPR_SYMBOL)
		return target->symbol.ref->is_array;
	for (size_t i = 0; i < target->index.keys.len; i++)
		if (!target->index.keys.data[i])
			return true;
	return false;
}

static struct stmt *look_at_stmt(struct visitor *v, struct stmt *s)
{
	struct looks *l = v->data;

	if (s->kind == STMT_FOREACH)
		l->is_long |= s->foreach.base->kind == EXPR_SYMBOL;
	else if (s->kind == STMT_DELETE)
		l->is_long |= deletes_many(s->delete_.target);
	l->asks |= s->kind == STMT_EMBEDDED;
	return s;
}

bool runs_soft(struct emitter *e, const struct probe *p)
{
	struct looks l = { .functions.arena = e->arena };
	struct visitor v = { .pre_expr = look_at_expr, .pre_stmt = look_at_stmt, .data = &l };

	const char *family = p->attach ? p->attach : p->family->attach ? p->family->attach : "";
	bool timer = !strcmp(family, "TIMER");

	if (!timer && strcmp(family, "PROCFS") && strcmp(family, "INPUT"))
		return false;
	walk_stmt(&v, p->body);
	if (p->condition)
		walk_expr(&v, p->condition);
	return l.is_long && !(timer && l.asks);
}
