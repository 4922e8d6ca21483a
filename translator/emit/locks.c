/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which global a handler must hold, and how.
 *
 * The handler takes all of them at one place (lock_place.c) and the runtime releases them behind it, so that a
 * handler sees and makes consistent changes.  No lock is needed for
 * - a global that no handler changes;
 * - a statistic that the handler only adds to: accumulators are one a CPU;
 * - a scalar that is only counted (n++, n += x, value unused) and read by handlers
 *   that do not count it: it is added to atomically.
 * Reading a statistic merges it into a scratch area, and a sorted foreach
 * reorders its array: both take the lock for writing. */
#include "translator/emit/emit.h"

#include <string.h>

enum use { READ = 1, WRITE = 2, COUNT = 4 /* <<< */, ADD = 8 /* n++ as a statement */ };

struct survey {
	struct emitter *e;
	unsigned *use;			/* enum use bits, by global index */
	struct map functions;		/* visited: C name */
	struct visitor visitor;
};

static void note_use(struct survey *s, const struct expr *e, unsigned how)
{
	if (e->kind == EXPR_INDEX)
		e = e->index.base;
	if (e->kind == EXPR_SYMBOL && e->symbol.ref && e->symbol.ref->kind == VAR_GLOBAL)
		s->use[e->symbol.ref->index] |= how;
}

static void walk_keys(struct survey *s, struct expr *left)
{
	if (left->kind == EXPR_INDEX)
		for (size_t i = 0; i < left->index.keys.len; i++)
			if (left->index.keys.data[i])
				walk_expr(&s->visitor, left->index.keys.data[i]);
}

static bool is_plain_add(const struct expr *e)
{
	const struct expr *to = e->kind == EXPR_INCDEC ? e->incdec.arg : e->kind == EXPR_ASSIGN ? e->assign.left : NULL;

	if (!to || to->kind != EXPR_SYMBOL || to->symbol.ref->type != TYPE_LONG)
		return false;
	return e->kind == EXPR_INCDEC || e->assign.op == OP_ADD || e->assign.op == OP_SUB;
}

static void note_embedded(struct survey *s, const struct embedded_use_vec *uses)
{
	for (size_t i = 0; i < uses->len; i++)
		s->use[uses->data[i].ref->index] |= uses->data[i].write ? WRITE : READ;
}

static void note_function(struct survey *s, struct function *f)
{
	for (; f; f = f->next_overload) {
		if (f->builtin || map_has(&s->functions, f->c_name))
			continue;
		map_put(&s->functions, f->c_name, f);
		note_embedded(s, &f->uses);
		if (f->body)
			walk_stmt(&s->visitor, f->body);
	}
}

static unsigned read_access(const struct expr *e)
{
	const struct expr *base = e->kind == EXPR_INDEX ? e->index.base : e;

	return base->kind == EXPR_SYMBOL && base->symbol.ref->type == TYPE_STATS ? WRITE : READ;
}

static struct expr *visit_expr(struct visitor *v, struct expr *e)
{
	struct survey *s = v->data;

	switch ((int)e->kind) {
	case EXPR_ASSIGN:
		note_use(s, e->assign.left, e->assign.op == OP_STAT ? COUNT : WRITE);
		walk_keys(s, e->assign.left);
		walk_expr(v, e->assign.right);
		return NULL;
	case EXPR_INCDEC:
		note_use(s, e->incdec.arg, WRITE);
		walk_keys(s, e->incdec.arg);
		return NULL;
	case EXPR_SYMBOL: case EXPR_INDEX:
		note_use(s, e, read_access(e));
		return e;
	case EXPR_CALL:
		note_function(s, e->call.ref);
		return e;
	case EXPR_IN:
		note_use(s, e->in.array, READ);
		return e;
	case EXPR_EMBEDDED:
		note_embedded(s, &e->embedded.uses);
		return e;
	default:	/* reads only through its children */
		return e;
	}
}

static struct stmt *visit_stmt(struct visitor *v, struct stmt *st)
{
	struct survey *s = v->data;

	switch ((int)st->kind) {
	case STMT_EXPR:
		if (!is_plain_add(st->expr.expr))
			return st;
		if (st->expr.expr->kind == EXPR_INCDEC) {
			note_use(s, st->expr.expr->incdec.arg, ADD);
		} else {
			note_use(s, st->expr.expr->assign.left, ADD);
			walk_expr(v, st->expr.expr->assign.right);
		}
		return NULL;
	case STMT_DELETE:
		note_use(s, st->delete_.target, WRITE);
		walk_keys(s, st->delete_.target);
		return NULL;
	case STMT_FOREACH:
		for (size_t i = 0; i < st->foreach.keys.len; i++)
			note_use(s, st->foreach.keys.data[i], WRITE);
		if (st->foreach.value)
			note_use(s, st->foreach.value, WRITE);
		if (st->foreach.order != SORT_NONE)
			note_use(s, st->foreach.base, WRITE);
		return st;
	case STMT_EMBEDDED:
		note_embedded(s, &st->embedded.uses);
		return st;
	case STMT_TRY:
		if (st->try_.message)
			note_use(s, st->try_.message, WRITE);
		return st;
	default:
		return st;
	}
}

/* Of what is walked with S's visitor from here on: one survey at a time. */
static void survey_begin(struct survey *s, struct emitter *e)
{
	size_t n = e->program->globals.len;

	if (!e->global_use)
		e->global_use = ARENA_ARRAY(e->arena, unsigned, n + 1);
	memset(e->global_use, 0, sizeof *e->global_use * n);
	*s = (struct survey){ .e = e, .use = e->global_use, .functions = { .arena = e->arena } };
	s->visitor = (struct visitor){ .pre_expr = visit_expr, .pre_stmt = visit_stmt, .data = s };
}

/* Handler and entry half, which take the same list. */
static void survey_probe(struct survey *s, struct emitter *e, struct probe *p)
{
	survey_begin(s, e);
	p = p->same_as ? p->same_as : p;
	walk_stmt(&s->visitor, p->body);
	for (size_t i = 0; i < p->saved.len; i++)
		walk_expr(&s->visitor, p->saved.data[i]);
}

void locks_survey(struct emitter *e)
{
	size_t n = e->program->globals.len;
	unsigned *all = ARENA_ARRAY(e->arena, unsigned, n + 1);
	bool *mixed = ARENA_ARRAY(e->arena, bool, n + 1);

	for (size_t i = 0; i < e->program->probes.len; i++) {
		struct probe *p = e->program->probes.data[i];
		struct survey s;

		if (p->same_as)
			continue;
		survey_probe(&s, e, p);
		if (p->condition)
			walk_expr(&s.visitor, p->condition);
		for (size_t g = 0; g < n; g++) {
			all[g] |= s.use[g];
			mixed[g] |= (s.use[g] & ADD) && (s.use[g] & ~ADD);
		}
	}
	for (size_t g = 0; g < n; g++) {
		struct variable *v = e->program->globals.data[g];

		if (all[g] & ~READ)
			map_put(&e->written, v->c_name, v);
		if (v->type == TYPE_LONG && !v->is_array && (all[g] & ADD) && !(all[g] & (WRITE | COUNT)) && !mixed[g])
			map_put(&e->atomics, v->c_name, v);
	}
}

static const char *lock_mode(struct emitter *e, const struct variable *v, unsigned use)
{
	if (!use || !map_has(&e->written, v->c_name) || map_has(&e->atomics, v->c_name))
		return NULL;
	if (use & (WRITE | ADD))
		return "1";
	if (use == COUNT)
		return NULL;
	return v->type == TYPE_STATS ? "1" : "0";
}

unsigned emit_locks(struct emitter *e, struct probe *p, struct strbuf *out)
{
	unsigned n = 0;
	struct survey s;

	survey_probe(&s, e, p);
	for (size_t g = 0; g < e->program->globals.len; g++) {
		struct variable *v = e->program->globals.data[g];
		const char *mode = lock_mode(e, v, s.use[g]);

		if (!mode)
			continue;
		sb_printf(out, "\t{ &lock_%s, %s, %zu },\n", v->c_name, mode, g);
		n++;
	}
	return n;
}

static bool any_lock(const struct survey *s)
{
	for (size_t g = 0; g < s->e->program->globals.len; g++)
		if (lock_mode(s->e, s->e->program->globals.data[g], s->use[g]))
			return true;
	return false;
}

bool stmt_needs_lock(struct emitter *e, struct stmt *st)
{
	struct survey s;

	survey_begin(&s, e);
	walk_stmt(&s.visitor, st);
	return any_lock(&s);
}

bool expr_needs_lock(struct emitter *e, struct expr *x)
{
	struct survey s;

	survey_begin(&s, e);
	walk_expr(&s.visitor, x);
	return any_lock(&s);
}
