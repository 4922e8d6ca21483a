/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a return probe knows from its function's entry: @entry(EXPRESSION), and $x, which is the same as @entry($x) there.
 * The whole expression is evaluated at the entry and kept in a slot until the function returns; so a local of the handler,
 * which gets its value when that runs, cannot be a part of it. */
#include "translator/errors.h"
#include "translator/opt/opt.h"
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

#include <string.h>

/* ---- locals in it ---- */

static struct expr *find_local(struct visitor *v, struct expr *e)
{
	const struct variable **found = v->data;

	if (e->kind == EXPR_SYMBOL && e->symbol.ref && e->symbol.ref->kind != VAR_GLOBAL && !*found)
		*found = e->symbol.ref;
	return *found ? NULL : e;
}

static const struct variable *local_in(struct expr *e)
{
	const struct variable *found = NULL;
	struct visitor v = { .pre_expr = find_local, .data = &found };

	walk_expr(&v, e);
	return found;
}

/* The first index of E's path that has a local in it, or the path's length. */
static size_t index_with_local(const struct expr *e)
{
	const struct access_vec *path = &e->target.path;
	size_t i = 0;

	while (i < path->len && (path->data[i].kind != ACCESS_INDEX || !local_in(path->data[i].index)))
		i++;
	return i;
}

/* How to write WRITTEN, $x…[i]…, so that the index is one of the return: what it indexes is kept, and cast. NULL: not known. */
static const char *index_later(struct lowering *l, const struct expr *written)
{
	struct arena *a = &l->session->arena;
	size_t at = index_with_local(written);
	struct expr *base = expr_clone(a, written), *cast;
	const struct access_vec *path = &written->target.path;
	const struct di_type *t;
	struct strbuf b = STRBUF_INIT;
	const char *text;

	if (at == path->len || written->target.address_of)
		return NULL;
	base->target.path.len = at;
	cast = expr_new(a, EXPR_CAST, written->span);
	cast->cast.arg = expr_clone(a, base);
	base = lower_target(l, base, NULL);
	t = base->ctype ? di_type_strip(base->ctype) : NULL;
	if (base->pending || !t || (t->kind != DI_POINTER && t->kind != DI_ARRAY) || !t->target)
		return NULL;
	for (t = t->target; t->kind == DI_QUALIFIER && t->target;)
		t = t->target;
	cast->cast.type = di_type_text(a, t, "");
	for (size_t i = at; i < path->len; i++)
		vec_push(a, &cast->cast.path, path->data[i]);
	print_expr(&b, cast);
	text = arena_printf(a, "%s reads it when the function returns", sb_str(&b));
	sb_free(&b);
	return text;
}

/* Is what R lowered of WRITTEN free of locals? If not, WRITTEN gets the error. */
static bool without_locals(struct lowering *l, struct expr *written, struct expr *r, const char *note)
{
	const struct variable *v = local_in(r);
	struct strbuf b = STRBUF_INIT;

	if (!v)
		return true;
	print_expr(&b, written);
	lower_pend(l, written, E(ENTRY_LOCAL), note ? note : "numbers, globals and $variables can be used in it", "%s is evaluated at the function's entry, where %s %s has no value",
		   sb_str(&b), v->kind == VAR_PARAM ? "the parameter" : "the handler's", v->name);
	sb_free(&b);
	return false;
}

/* ---- slots ---- */

/* The slot of return probe P that holds E as it was at entry. */
static struct expr *saved_value(struct lowering *l, struct expr *e)
{
	struct probe *p = l->probe;
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct expr *r = expr_new(&l->session->arena, EXPR_SAVED, e->span);
	unsigned slot = 0;

	print_expr(&a, e);
	for (; slot < p->saved.len; slot++) {
		sb_clear(&b);
		print_expr(&b, p->saved.data[slot]);
		if (!strcmp(sb_str(&a), sb_str(&b)))
			break;
	}
	sb_free(&a);
	sb_free(&b);
	if (slot == p->saved.len)
		vec_push(&l->session->arena, &p->saved, e);
	r->saved.slot = slot;
	r->saved.entry_expr = p->saved.data[slot];
	r->type = p->saved.data[slot]->type;
	r->ctype = p->saved.data[slot]->ctype;
	r->origin = e->origin ? e->origin : e;
	return r;
}

/* L's probe as its function is entered, and what it was before. */
static struct di_scope enter(struct lowering *l)
{
	struct di_scope scope = l->probe->scope;

	l->probe->scope.where = DI_AT_ENTRY;
	l->probe->is_return = false;
	return scope;
}

static void leave(struct lowering *l, struct di_scope scope)
{
	l->probe->is_return = true;
	l->probe->scope = scope;
}

struct expr *lower_at_entry(struct lowering *l, struct expr *e)
{
	struct di_scope scope = enter(l);
	struct expr *written = expr_clone(&l->session->arena, e), *r = lower_target(l, e, NULL);
	const char *later = !r->pending && local_in(r) ? index_later(l, written) : NULL;

	leave(l, scope);
	if (r->pending)
		return r;
	return without_locals(l, written, r, later) ? saved_value(l, r) : written;
}

struct expr *lower_entry(struct lowering *l, struct expr *e)
{
	struct probe *p = l->probe;
	struct di_scope scope;
	struct expr *r, *written;
	const struct pending *pending;

	if (!p || !p->is_return)
		return lower_pend(l, e, E(ENTRY_CONTEXT), "it keeps a value from a function's entry for its return probe", "@entry outside of a .return probe");
	written = expr_clone(&l->session->arena, e);
	scope = enter(l);
	r = lower_tree(l, e->atop.args.data[0]);
	leave(l, scope);
	if (waits_in(r) && !l->final) {
		e->atop.args.data[0] = r;
		return e;
	}
	pending = pending_in(r);
	if (pending) {
		e->pending = (struct pending *)pending;
		return e;
	}
	if (!without_locals(l, written, r, NULL))
		return written;
	vec_push(&l->session->arena, &p->saved, r);
	e->origin = written;
	e->kind = EXPR_SAVED;
	e->saved = (struct expr_saved){ .slot = p->saved.len - 1, .entry_expr = r };
	e->ctype = r->ctype;
	return e;
}
