/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What functions and probes do: which globals they read and write, which functions
 * are recursive or pure, which variables are ever read or written; and the checks that follow
 * from it (an array changed while foreach walks it). */
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/regex/regex.h"
#include "translator/sema/sema.h"
#include "translator/syntax/pragma.h"

#include <string.h>

struct effects {
	struct session *session;
	struct variable_vec *reads, *writes;
	struct function *function;
	const struct expr *discarded;	/* the statement's own expression: nobody looks at its value */
	bool impure;
};

static void add_variable(struct session *s, struct variable_vec *v, struct variable *var)
{
	for (size_t i = 0; i < v->len; i++)
		if (v->data[i] == var)
			return;
	vec_push(&s->arena, v, var);
}

static void note_read(struct effects *x, struct expr *e)
{
	struct variable *v = e->symbol.ref;

	if (!v)
		return;
	v->read = true;
	if (v->kind == VAR_GLOBAL)
		add_variable(x->session, x->reads, v);
}

/* The array of an element, else E itself. */
static struct expr *base_of(struct expr *e) { return e->kind == EXPR_INDEX ? e->index.base : e; }

static void note_write(struct effects *x, struct expr *e)
{
	struct variable *v;

	e = base_of(e);
	if (e->kind != EXPR_SYMBOL || !(v = e->symbol.ref))
		return;
	v->written = true;
	if (v->kind == VAR_GLOBAL) {
		add_variable(x->session, x->writes, v);
		x->impure = true;
	}
}

static void note_uses(struct effects *x, const struct embedded_use_vec *uses)
{
	for (size_t i = 0; i < uses->len; i++) {
		struct variable *v = uses->data[i].ref;

		if (uses->data[i].write)
			v->written = true;
		else
			v->read = true;
		add_variable(x->session, uses->data[i].write ? x->writes : x->reads, v);
	}
}

/* What an assignment is worth counts as a read of the variable where anything looks at it. */
static void note_value(struct effects *x, const struct expr *e, struct expr *variable)
{
	variable = base_of(variable);
	if (e != x->discarded && variable->kind == EXPR_SYMBOL)
		note_read(x, variable);
}

static void walk_keys(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_INDEX)
		for (size_t i = 0; i < e->index.keys.len; i++)
			if (e->index.keys.data[i])
				walk_expr(v, e->index.keys.data[i]);
}

static struct expr *visit_expr(struct visitor *v, struct expr *e)
{
	struct effects *x = v->data;

	switch ((int)e->kind) {
	case EXPR_SYMBOL: note_read(x, e); break;
	case EXPR_ASSIGN:
		note_write(x, e->assign.left);
		note_value(x, e, e->assign.left);
		walk_keys(v, e->assign.left);
		walk_expr(v, e->assign.right);
		return NULL;
	case EXPR_INCDEC:
		note_write(x, e->incdec.arg);
		note_value(x, e, e->incdec.arg);
		walk_keys(v, e->incdec.arg);
		return NULL;
	case EXPR_CALL:
		if (e->call.ref && e->call.ref->builtin && !(e->call.ref->builtin->flags & (BI_PURE | BI_CONTEXT)))
			x->impure = true;
		if (e->call.ref && !e->call.ref->builtin && !e->call.ref->pure)
			x->impure = true;
		break;
	case EXPR_PRINT: x->impure |= !e->print.to_string; break;
	case EXPR_EMBEDDED:
		x->impure |= !pragma_says(e->embedded.code, "pure");
		note_uses(x, &e->embedded.uses);
		break;
	case EXPR_MATCH: x->impure |= e->match.groups != REGEX_TEST; break;
	case EXPR_FETCH: x->impure |= e->fetch.program->writes; break;
	case EXPR_CONTEXT: x->impure |= e->context.store; break;
	}
	return e;
}

static void walk_loop(struct visitor *v, struct stmt_loop *loop)
{
	struct effects *x = v->data;

	x->discarded = loop->init;
	if (loop->init)
		walk_expr(v, loop->init);
	if (loop->cond)
		walk_expr(v, loop->cond);
	walk_stmt(v, loop->body);
	x->discarded = loop->step;
	if (loop->step)
		walk_expr(v, loop->step);
}

static struct stmt *visit_stmt(struct visitor *v, struct stmt *s)
{
	struct effects *x = v->data;

	switch ((int)s->kind) {
	case STMT_DELETE:
		note_write(x, s->delete_.target);
		walk_keys(v, s->delete_.target);
		return NULL;
	case STMT_FOREACH:
		for (size_t i = 0; i < s->foreach.keys.len; i++)
			note_write(x, s->foreach.keys.data[i]);
		if (s->foreach.value)
			note_write(x, s->foreach.value);
		break;
	case STMT_TRY:
		if (s->try_.message)
			note_write(x, s->try_.message);
		break;
	case STMT_EXPR: x->discarded = s->expr.expr; break;
	case STMT_LOOP: walk_loop(v, &s->loop); return NULL;
	case STMT_EMBEDDED:
		x->impure = true;
		note_uses(x, &s->embedded.uses);
		break;
	}
	return s;
}

static void survey(struct effects *x, struct stmt *body, struct expr *condition)
{
	struct visitor v = { .pre_expr = visit_expr, .pre_stmt = visit_stmt, .data = x };

	if (body)
		walk_stmt(&v, body);
	if (condition)
		walk_expr(&v, condition);
}

/* ---- calls ---- */

struct reach { struct map seen; struct function *goal; bool found; };

static struct expr *reach_visit(struct visitor *v, struct expr *e)
{
	struct reach *r = v->data;

	if (e->kind != EXPR_CALL)
		return e;
	for (struct function *f = e->call.ref; f; f = f->next_overload) {
		r->found |= f == r->goal;
		if (f->builtin || !f->body || umap_has(&r->seen, (uint64_t)(uintptr_t)f))
			continue;
		umap_put(&r->seen, (uint64_t)(uintptr_t)f, f);
		walk_stmt(v, f->body);
	}
	return e;
}

static bool calls_itself(struct session *s, struct function *f)
{
	struct reach r = { .seen.arena = &s->arena, .goal = f };
	struct visitor v = { .pre_expr = reach_visit, .data = &r };

	if (f->body)
		walk_stmt(&v, f->body);
	return r.found;
}

static bool embedded_is_pure(const struct function *f)
{
	return pragma_says(f->code, "pure") || pragma_says(f->code, "stable");
}

static void function_effects(struct session *s, struct function *f)
{
	struct effects x = { .session = s, .reads = &f->reads, .writes = &f->writes, .function = f };

	if (f->builtin)
		return;
	survey(&x, f->body, NULL);
	note_uses(&x, &f->uses);
	f->pure = f->code ? embedded_is_pure(f) : !x.impure && !f->recursive;
	if (f->has_next)
		f->pure = f->pure && f->next_overload && f->next_overload->pure;
}

/* ---- foreach over an array that its body changes ---- */

struct guard { struct session *session; struct variable *array; };

/* Does a call of F, or one that F makes, change the array of G? */
static bool call_changes(struct guard *g, struct function *f)
{
	struct reach r = { .seen.arena = &g->session->arena };
	struct visitor v = { .pre_expr = reach_visit, .data = &r };
	struct expr call = { .kind = EXPR_CALL, .call.ref = f };

	reach_visit(&v, &call);
	for (size_t i = 0; i < r.seen.len; i++) {
		const struct function *reached = r.seen.entries[i].value;

		for (size_t j = 0; j < reached->writes.len; j++)
			if (reached->writes.data[j] == g->array)
				return true;
	}
	return false;
}

static struct expr *guard_expr(struct visitor *v, struct expr *e)
{
	struct guard *g = v->data;
	struct expr *to = e->kind == EXPR_ASSIGN ? e->assign.left : e->kind == EXPR_INCDEC ? e->incdec.arg : NULL;

	if (to && to->kind == EXPR_INDEX && to->index.base->kind == EXPR_SYMBOL && to->index.base->symbol.ref == g->array)
		diag_error(&g->session->diags, e->span, E(FOREACH_MODIFIES), "\"%s\" is changed while foreach walks it", g->array->name);
	if (e->kind == EXPR_CALL && call_changes(g, e->call.ref))
		diag_error(&g->session->diags, e->span, E(FOREACH_MODIFIES), "%s changes \"%s\", which foreach walks", e->call.name, g->array->name);
	return e;
}

static struct stmt *guard_stmt(struct visitor *v, struct stmt *s)
{
	struct guard *g = v->data;
	struct expr *t = s->kind == STMT_DELETE ? s->delete_.target : NULL;

	if (t && t->kind == EXPR_INDEX)
		t = t->index.base;
	if (t && t->kind == EXPR_SYMBOL && t->symbol.ref == g->array)
		diag_error(&g->session->diags, s->span, E(FOREACH_MODIFIES), "\"%s\" is changed while foreach walks it", g->array->name);
	return s;
}

static struct stmt *check_foreach(struct visitor *v, struct stmt *s)
{
	struct guard g = { .session = v->data };
	struct visitor inner = { .pre_expr = guard_expr, .pre_stmt = guard_stmt, .data = &g };

	if (s->kind == STMT_FOREACH && s->foreach.base->kind == EXPR_SYMBOL) {
		g.array = s->foreach.base->symbol.ref;
		walk_stmt(&inner, s->foreach.body);
	}
	return s;
}

static void check_body(struct session *s, struct stmt *body)
{
	struct visitor v = { .pre_stmt = check_foreach, .data = s };

	if (body)
		walk_stmt(&v, body);
}

/* A condition is looked at whenever a global that it names changes: how often is nobody's business. */
static struct expr *refuse_local(struct visitor *v, struct expr *e)
{
	struct session *s = v->data;

	if (e->kind == EXPR_SYMBOL && e->symbol.ref && e->symbol.ref->kind != VAR_GLOBAL)
		diag_error(&s->diags, e->span, E(CONDITION_EFFECT), "no global \"%s\": a probe's condition has no local variables", e->symbol.name);
	return e;
}

static void check_condition(struct session *s, struct expr *condition)
{
	struct visitor locals = { .pre_expr = refuse_local, .data = s };
	struct variable_vec reads = { 0 }, writes = { 0 };
	struct effects x = { .session = s, .reads = &reads, .writes = &writes };

	walk_expr(&locals, condition);
	survey(&x, NULL, condition);
	if (x.impure)
		diag_error(&s->diags, condition->span, E(CONDITION_EFFECT), "a probe's condition may read globals, and change nothing");
}

/* Does the handler of another probe, or a function, set a local of this name? */
static bool is_set_elsewhere(const struct session *s, const char *name, const struct variable_vec *here)
{
	const struct program *p = s->program;

	for (size_t i = 0; i < p->probes.len + p->functions.len; i++) {
		const struct variable_vec *there = i < p->probes.len ? &p->probes.data[i]->locals :
						   &p->functions.data[i - p->probes.len]->locals;

		for (size_t j = 0; there != here && j < there->len; j++)
			if (there->data[j]->written && !strcmp(there->data[j]->name, name))
				return true;
	}
	return false;
}

/* What may have been meant by V, which none of LOCALS sets. */
static void note_unset(struct session *s, const struct variable *v, const struct variable_vec *locals)
{
	static const struct { const char *name, *value; } constants[] = { { "NULL", "0" }, { "true", "1" }, { "false", "0" }, { "TRUE", "1" }, { "FALSE", "0" } };
	struct string_vec names = { 0 };
	const char *near;

	for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
		if (!strcmp(v->name, constants[i].name)) {
			diag_note(&s->diags, (struct span){ 0 }, "write %s, the number", constants[i].value);
			return;
		}
	if (builtin_find(v->name, 0)) {
		diag_note(&s->diags, v->span, "to call the function write %s()", v->name);
		return;
	}
	if (is_set_elsewhere(s, v->name, locals)) {
		diag_note(&s->diags, (struct span){ 0 }, "what another handler or function sets is a variable of its own: `global %s` makes one of them",
			  v->name);
		return;
	}
	for (size_t i = 0; i < locals->len; i++)
		if (locals->data[i]->written)
			vec_push(&s->arena, &names, locals->data[i]->name);
	for (size_t i = 0; i < s->script->globals.len; i++)
		vec_push(&s->arena, &names, s->script->globals.data[i]->name);
	near = nearest_name(v->name, names.data, names.len);
	if (near)
		diag_note(&s->diags, (struct span){ 0 }, "did you mean \"%s\"?", near);
}

static void warn_unset_locals(struct session *s, struct variable_vec *locals)
{
	for (size_t i = 0; i < locals->len; i++) {
		struct variable *v = locals->data[i];

		if (!v->read || v->written || symbols_file_of(s, v->span)->library)
			continue;
		diag_warning(&s->diags, v->span, E(LOCAL_UNSET), "\"%s\" is never assigned", v->name);
		note_unset(s, v, locals);
	}
}

void sema_effects(struct session *s)
{
	struct program *p = s->program;

	for (size_t i = 0; i < p->functions.len; i++)
		p->functions.data[i]->recursive = !p->functions.data[i]->builtin && calls_itself(s, p->functions.data[i]);
	/* purity flows from callees to callers: bounded rounds reach every chain */
	for (unsigned round = 0; round < 8; round++)
		for (size_t i = 0; i < p->functions.len; i++)
			function_effects(s, p->functions.data[i]);
	for (size_t i = 0; i < p->functions.len; i++)
		check_body(s, p->functions.data[i]->body);
	for (size_t i = 0; i < p->probes.len; i++) {
		struct probe *pr = p->probes.data[i];
		struct effects x = { .session = s, .reads = &pr->reads, .writes = &pr->writes };

		survey(&x, pr->same_as ? NULL : pr->body, pr->condition);
		for (size_t j = 0; j < pr->saved.len; j++)
			survey(&x, NULL, pr->saved.data[j]);
		if (!pr->same_as)
			check_body(s, pr->body);
		if (pr->condition)
			check_condition(s, pr->condition);
	}
	for (size_t i = 0; i < p->probes.len; i++)
		if (!p->probes.data[i]->same_as)
			warn_unset_locals(s, &p->probes.data[i]->locals);
	for (size_t i = 0; i < p->functions.len; i++)
		warn_unset_locals(s, &p->functions.data[i]->locals);
}
