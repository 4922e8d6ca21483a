/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Aliases: the points they stand for, and the body with their handlers around it.
 *
 * An alias runs its handler before the body of who uses it (`=`), or after (`+=`).
 * The innermost alias, the one nearest to the kernel, is the outermost of the
 * nested handlers: what it sets is there for all the others.  All handlers are one
 * body and share their locals. */
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/sema/points.h"

#include <string.h>

/* Aliases in aliases in …: deeper is a mistake even without a cycle. */
#define ALIAS_DEPTH 64

struct expansion *expansion_top(struct points *ps, struct stmt *body)
{
	struct expansion *x = ARENA_NEW(&ps->session->arena, struct expansion);

	x->body = body;
	map_init(&x->shared, &ps->session->arena);
	x->dependence = dependence_of_stmt(ps, body);
	return x;
}

static void append(struct session *s, struct stmt *block, struct stmt *st)
{
	size_t i;

	if (st->kind != STMT_BLOCK) {
		vec_push(&s->arena, &block->block.body, st);
		return;
	}
	for (i = 0; i < st->block.body.len; i++)
		vec_push(&s->arena, &block->block.body, st->block.body.data[i]);
}

static struct stmt *block_of(struct session *s, struct stmt *first, struct stmt *second)
{
	struct stmt *block = stmt_new(&s->arena, STMT_BLOCK, first->span);

	append(s, block, first);
	append(s, block, second);
	return block;
}

struct expansion *expansion_alias(struct points *ps, const struct expansion *up, const struct candidate *c,
				  const struct point *point)
{
	struct session *s = ps->session;
	const struct alias_decl *alias = c->alias->decl;
	const struct expansion *i;
	struct stmt *own_body;
	enum dependence own;
	struct expansion *x;

	ps->nexpansions++;
	if (!points_have_room(ps, c->text))
		return NULL;
	for (i = up; i; i = i->up)
		if (i->alias == alias)
			break;
	if (i || up->depth >= ALIAS_DEPTH) {
		diag_error(&s->diags, point->span, E(ALIAS_CYCLE),
			   i ? "%s stands for itself" : "%s: too many aliases in each other", c->text);
		expansion_note(ps, up);
		return NULL;
	}
	x = ARENA_NEW(&s->arena, struct expansion);
	x->up = up;
	x->alias = alias;
	x->point = point;
	x->depth = up->depth + 1;
	x->text = up->alias ? up->text : c->text;
	map_init(&x->shared, &s->arena);
	own_body = probewrite_resolve(s, alias->probe.body, up->body);
	x->body = alias->epilogue ? block_of(s, up->body, own_body) : block_of(s, own_body, up->body);
	own = dependence_of_stmt(ps, alias->probe.body);
	if (alias->second) {
		enum dependence epilogue = dependence_of_stmt(ps, alias->second);

		x->body = block_of(s, x->body, probewrite_resolve(s, alias->second, up->body));
		own = epilogue > own ? epilogue : own;
	}
	x->dependence = own > up->dependence ? own : up->dependence;
	return x;
}

struct point *expansion_point(struct points *ps, const struct candidate *c, const struct point *point, size_t n)
{
	struct arena *a = &ps->session->arena;
	struct point *p = ARENA_NEW(a, struct point);
	size_t i;

	*p = *c->alias->decl->probe.points.data[n];
	if (c->used == point->parts.len)
		return p;
	p->parts = (struct component_vec){ 0 };
	for (i = 0; i < c->alias->decl->probe.points.data[n]->parts.len; i++)
		vec_push(a, &p->parts, c->alias->decl->probe.points.data[n]->parts.data[i]);
	for (i = c->used; i < point->parts.len; i++)
		vec_push(a, &p->parts, point->parts.data[i]);
	return p;
}

void expansion_note(struct points *ps, const struct expansion *x)
{
	for (; x && x->alias; x = x->up)
		diag_note(&ps->session->diags, x->point->span, "in the alias that this point stands for");
}

/* ---- what a body depends on ---- */

struct dependence_walk {
	struct visitor v;
	struct points *ps;
	enum dependence found;
};

static enum dependence dependence_of_function(struct points *ps, const char *name);

static void depends(struct dependence_walk *w, enum dependence d)
{
	if (d > w->found)
		w->found = d;
}

/* Operators that are answered by types alone, whatever the probe. */
static bool is_type_operator(const char *name)
{
	static const char *const names[] = { "const", "enum", "enumname", "sizeof", "offsetof", "errno" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static struct expr *dependence_expr(struct visitor *v, struct expr *e)
{
	struct dependence_walk *w = v->data;

	if (e->kind == EXPR_TARGET)
		depends(w, DEPENDS_PROBE);
	else if (e->kind == EXPR_ATOP)
		depends(w, is_type_operator(e->atop.name) ? DEPENDS_MODULE : DEPENDS_PROBE);
	else if (e->kind == EXPR_CAST && !e->cast.module)
		depends(w, DEPENDS_MODULE);
	else if (e->kind == EXPR_CALL)
		depends(w, dependence_of_function(w->ps, e->call.name));
	return e;
}

enum dependence dependence_of_stmt(struct points *ps, struct stmt *body)
{
	struct dependence_walk w = { .v = { .pre_expr = dependence_expr }, .ps = ps };

	w.v.data = &w;
	if (body)
		walk_stmt(&w.v, body);
	return w.found;
}

enum dependence dependence_of_expr(struct points *ps, struct expr *e)
{
	struct dependence_walk w = { .v = { .pre_expr = dependence_expr }, .ps = ps };

	w.v.data = &w;
	walk_expr(&w.v, e);
	return w.found;
}

static bool is_builtin(const char *name)
{
	size_t n;

	for (n = 0; n < 10; n++)
		if (builtin_find(name, n))
			return true;
	return false;
}

static enum dependence functions_in_file(struct points *ps, const struct file *f, const char *name, bool *found)
{
	enum dependence worst = DEPENDS_NOT, d;
	size_t i;

	for (i = 0; i < f->functions.len; i++) {
		if (f->functions.data[i]->name != name)
			continue;
		*found = true;
		d = dependence_of_stmt(ps, f->functions.data[i]->body);
		if (d > worst)
			worst = d;
	}
	return worst;
}

/* The worst of all functions of that name. One that calls itself is taken for the worst: that
 * costs copies, and is never wrong. */
static enum dependence dependence_of_function(struct points *ps, const char *name)
{
	struct session *s = ps->session;
	enum dependence worst, d;
	struct file *const *files;
	bool found = false;
	size_t i, n;

	if (map_has(&ps->functions, name))
		return (enum dependence)(uintptr_t)map_get(&ps->functions, name);
	map_put(&ps->functions, name, (void *)(uintptr_t)DEPENDS_PROBE);
	worst = functions_in_file(ps, s->script, name, &found);
	if (!found && !is_builtin(name) && library_need_function(s, name)) {
		files = library_files(s, &n);
		for (i = 0; i < n; i++) {
			d = functions_in_file(ps, files[i], name, &found);
			if (d > worst)
				worst = d;
		}
	}
	map_put(&ps->functions, name, (void *)(uintptr_t)worst);
	return worst;
}
