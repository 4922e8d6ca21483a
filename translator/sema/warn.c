/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is allowed and hardly meant, in the script's own code: statements without effect, values that nobody reads, an
 * assignment as a condition, a ; that is all a condition governs. Asked once names are bound and before anything is taken
 * out, so that what only another kernel has counts as well. The tapset is left alone, and so are the variables that an alias
 * offers and its users may leave. */
#include "lib/diag.h"
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

#include <string.h>

struct warner {
	struct session *session;
	struct map read;		/* address of a variable, as a number */
};

static bool is_own(struct warner *w, struct span at)
{
	return !symbols_file_of(w->session, at)->library;
}

/* ---- values that nobody reads ---- */

static bool assigns_local(const struct expr *e)
{
	return e->kind == EXPR_ASSIGN && e->assign.op == OP_NONE && e->assign.left->kind == EXPR_SYMBOL && e->assign.left->symbol.ref &&
	       e->assign.left->symbol.ref->kind == VAR_LOCAL;
}

static struct expr *note_read(struct visitor *v, struct expr *e)
{
	struct warner *w = v->data;

	if (assigns_local(e)) {
		walk_expr(v, e->assign.right);
		return NULL;
	}
	if (e->kind == EXPR_SYMBOL && e->symbol.ref)
		umap_put(&w->read, (uint64_t)(uintptr_t)e->symbol.ref, w);
	/* C in the middle of a handler can name whatever there is */
	if (e->kind == EXPR_EMBEDDED)
		umap_put(&w->read, 0, w);
	return e;
}

static struct stmt *note_embedded(struct visitor *v, struct stmt *st)
{
	struct warner *w = v->data;

	if (st->kind == STMT_EMBEDDED)
		umap_put(&w->read, 0, w);
	return st;
}

static struct expr *warn_unread(struct visitor *v, struct expr *e)
{
	struct warner *w = v->data;

	if (assigns_local(e) && !umap_has(&w->read, (uint64_t)(uintptr_t)e->assign.left->symbol.ref) && is_own(w, e->span))
		diag_warning(&w->session->diags, e->assign.left->span, E(LOCAL_UNUSED), "\"%s\" is assigned and never read", e->assign.left->symbol.name);
	return e;
}

static void check_reads(struct warner *w, struct stmt *body)
{
	struct visitor note = { .pre_expr = note_read, .pre_stmt = note_embedded, .data = w }, warn = { .pre_expr = warn_unread, .data = w };

	w->read = (struct map){ .arena = &w->session->arena };
	walk_stmt(&note, body);
	if (!umap_has(&w->read, 0))
		walk_stmt(&warn, body);
}

/* ---- statements ---- */

static struct expr *find_effect(struct visitor *v, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER: case EXPR_STRING: case EXPR_SYMBOL: case EXPR_INDEX: case EXPR_UNARY: case EXPR_BINARY: case EXPR_TERNARY: case EXPR_IN:
	case EXPR_TARGET: case EXPR_STAT:
		return e;
	case EXPR_ASSIGN: case EXPR_INCDEC: case EXPR_CALL: case EXPR_PRINT: case EXPR_EMBEDDED: case EXPR_MATCH: case EXPR_CAST: case EXPR_ATOP:
	case EXPR_HIST: case EXPR_FETCH: case EXPR_SAVED: case EXPR_CONTEXT: case EXPR_KINDS:
		break;
	}
	*(bool *)v->data = true;
	return NULL;
}

static void check_effect(struct warner *w, struct expr *e)
{
	bool effect = false;
	struct visitor v = { .pre_expr = find_effect, .data = &effect };
	struct strbuf b = STRBUF_INIT;

	walk_expr(&v, e);
	if (effect)
		return;
	if (symbols_bare_function(w->session, e)) {
		diag_warning(&w->session->diags, e->span, E(LOCAL_UNSET), "this names a variable and does nothing: to call the function write %s()", e->symbol.name);
		return;
	}
	print_expr(&b, e);
	diag_warning(&w->session->diags, e->span, E(STMT_EFFECT), "this statement has no effect: %s", sb_str(&b));
	if (e->kind == EXPR_BINARY && e->binary.op == OP_EQ)
		diag_note(&w->session->diags, (struct span){ 0 }, "= assigns, == compares");
	sb_free(&b);
}

/* if (x = 1): a constant is always the same condition. */
static void check_condition(struct warner *w, const struct expr *cond)
{
	const struct expr *value = cond && cond->kind == EXPR_ASSIGN && cond->assign.op == OP_NONE ? cond->assign.right : NULL;

	if (!value || (value->kind != EXPR_NUMBER && value->kind != EXPR_STRING))
		return;
	diag_warning(&w->session->diags, cond->span, E(CONDITION_ASSIGN), "this condition assigns, and is always the same");
	diag_note(&w->session->diags, (struct span){ 0 }, "= assigns, == compares");
}

static void warn_empty(struct warner *w, const struct stmt *empty, const char *what)
{
	diag_warning(&w->session->diags, empty->span, E(STMT_EMPTY_BODY), "this \";\" is all that the %s governs", what);
}

/* while (x); { … } */
static void check_loops(struct warner *w, const struct stmt_vec *body)
{
	for (size_t i = 0; i + 1 < body->len; i++)
		if (body->data[i]->kind == STMT_LOOP && body->data[i]->loop.body->kind == STMT_EMPTY && body->data[i + 1]->kind == STMT_BLOCK)
			warn_empty(w, body->data[i]->loop.body, body->data[i]->loop.is_for ? "for" : "while");
}

static struct stmt *check_stmt(struct visitor *v, struct stmt *st)
{
	struct warner *w = v->data;

	if (!is_own(w, st->span))
		return st;
	switch ((int)st->kind) {
	case STMT_EXPR: check_effect(w, st->expr.expr); break;
	case STMT_BLOCK: check_loops(w, &st->block.body); break;
	case STMT_LOOP: check_condition(w, st->loop.cond); break;
	case STMT_IF:
		check_condition(w, st->if_.cond);
		if (st->if_.yes->kind == STMT_EMPTY && !st->if_.no)
			warn_empty(w, st->if_.yes, "if");
		break;
	}
	return st;
}

static struct expr *check_expr(struct visitor *v, struct expr *e)
{
	struct warner *w = v->data;

	if (e->kind == EXPR_TERNARY && is_own(w, e->span))
		check_condition(w, e->ternary.cond);
	return e;
}

/* ---- globals ---- */

static struct expr *note_assigned(struct visitor *v, struct expr *e)
{
	struct expr *to = e->kind == EXPR_ASSIGN ? e->assign.left : e->kind == EXPR_INCDEC ? e->incdec.arg : NULL;

	if (to && to->kind == EXPR_INDEX)
		to = to->index.base;
	if (to && to->kind == EXPR_SYMBOL)
		map_put(v->data, to->symbol.name, to);
	/* C may do anything */
	if (e->kind == EXPR_EMBEDDED)
		map_put(v->data, "", e);
	return e;
}

/* Names that are assigned anywhere in the script, in probes that found no place as well, and by -G. */
static struct map assigned_names(struct session *s)
{
	struct map names = { .arena = &s->arena };
	struct visitor v = { .pre_expr = note_assigned, .data = &names };

	for (size_t i = 0; i < s->script->probes.len; i++)
		walk_stmt(&v, s->script->probes.data[i]->body);
	for (size_t i = 0; i < s->script->aliases.len; i++) {
		walk_stmt(&v, s->script->aliases.data[i]->probe.body);
		if (s->script->aliases.data[i]->second)
			walk_stmt(&v, s->script->aliases.data[i]->second);
	}
	for (size_t i = 0; i < s->script->functions.len; i++)
		if (s->script->functions.data[i]->body)
			walk_stmt(&v, s->script->functions.data[i]->body);
	for (size_t i = 0; i < s->opt.globals.len; i++)
		map_put(&names, s->opt.globals.data[i].name, &names);
	return names;
}

void sema_warn_globals(struct session *s)
{
	struct map assigned = assigned_names(s);

	for (size_t i = 0; i < s->program->globals.len; i++) {
		const struct variable *v = s->program->globals.data[i];

		if (v->read && !v->written && !v->init && !v->library && !v->internal && !map_has(&assigned, v->name))
			diag_warning(&s->diags, v->span, E(GLOBAL_UNSET), "the global \"%s\" is read and never assigned", v->name);
	}
}

/* ---- the program ---- */

void sema_warn(struct session *s)
{
	struct warner w = { .session = s };
	struct visitor v = { .pre_stmt = check_stmt, .pre_expr = check_expr, .data = &w };
	const struct program *p = s->program;

	for (size_t i = 0; i < p->probes.len; i++) {
		struct probe *pr = p->probes.data[i];

		if (pr->same_as)
			continue;
		pr->vacant = pr->body->kind == STMT_BLOCK && !pr->body->block.body.len;
		walk_stmt(&v, pr->body);
		if (!pr->aliases.len)
			check_reads(&w, pr->body);
	}
	for (size_t i = 0; i < p->functions.len; i++) {
		struct function *f = p->functions.data[i];

		if (!f->body || f->library)
			continue;
		walk_stmt(&v, f->body);
		check_reads(&w, f->body);
	}
}

void sema_warn_probes(struct session *s)
{
	for (size_t i = 0; i < s->program->probes.len; i++) {
		const struct probe *p = s->program->probes.data[i];

		if (!p->same_as && !p->aliases.len && p->body->kind == STMT_BLOCK && !p->body->block.body.len && !p->vacant &&
		    !symbols_file_of(s, p->span)->library)
			diag_warning(&s->diags, p->span, E(PROBE_EFFECT), "nothing in this probe's handler has an effect");
	}
}
