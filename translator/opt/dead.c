/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dead code: statements behind a jump, statements without effect, assignments to
 * locals that nobody reads, and functions and globals that nothing names any more. */
#include "translator/opt/opt.h"
#include "translator/session.h"

#include <string.h>

struct sweep {
	struct program *program;
	struct map used;		/* address of a variable or function, as a number */
	bool changed;
	bool only_reachable;		/* -u: keep statements without effect */
};

/* ---- which locals are read ---- */

static void mark(struct sweep *s, const void *p)
{
	umap_put(&s->used, (uint64_t)(uintptr_t)p, (void *)p);
}

static bool marked(struct sweep *s, const void *p)
{
	return umap_has(&s->used, (uint64_t)(uintptr_t)p);
}

static struct expr *mark_reads(struct visitor *v, struct expr *e)
{
	struct sweep *s = v->data;

	if (e->kind == EXPR_ASSIGN && e->assign.op == OP_NONE && e->assign.left->kind == EXPR_SYMBOL &&
	    e->assign.left->symbol.ref && e->assign.left->symbol.ref->kind == VAR_LOCAL) {
		walk_expr(v, e->assign.right);
		return NULL;
	}
	if (e->kind == EXPR_SYMBOL && e->symbol.ref)
		mark(s, e->symbol.ref);
	return e;
}

/* ---- statements ---- */

static bool ends_flow(const struct stmt *s)
{
	return s->kind == STMT_RETURN || s->kind == STMT_NEXT || s->kind == STMT_BREAK || s->kind == STMT_CONTINUE;
}

static struct stmt *empty(struct sweep *s, struct stmt *st)
{
	s->changed = true;
	return stmt_new(s->program->arena, STMT_EMPTY, st->span);
}

static struct stmt *sweep_block(struct sweep *s, struct stmt *st)
{
	struct stmt_vec *b = &st->block.body;
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i]->kind == STMT_EMPTY || (b->data[i]->kind == STMT_BLOCK && !b->data[i]->block.body.len)) {
			s->changed = true;
			continue;
		}
		b->data[n++] = b->data[i];
		if (ends_flow(b->data[i])) {
			s->changed |= i + 1 < b->len;
			break;
		}
	}
	b->len = n;
	return st;
}

static struct stmt *sweep_stmt(struct visitor *v, struct stmt *st)
{
	struct sweep *s = v->data;
	struct expr *e;

	if (st->kind == STMT_BLOCK)
		return sweep_block(s, st);
	if (st->kind != STMT_EXPR || s->only_reachable)
		return st;
	e = st->expr.expr;
	if (e->kind == EXPR_ASSIGN && e->assign.op == OP_NONE && e->assign.left->kind == EXPR_SYMBOL &&
	    e->assign.left->symbol.ref->kind == VAR_LOCAL && !marked(s, e->assign.left->symbol.ref)) {
		if (!expr_has_effect(e->assign.right))
			return empty(s, st);
		st->expr.expr = e->assign.right;
		s->changed = true;
		return st;
	}
	/* What cannot be had is told when it is a statement of its own; a local that nobody reads may be of what is not there. */
	return expr_has_effect(e) || pending_in(e) ? st : empty(s, st);
}

static void sweep_body(struct sweep *s, struct stmt **body)
{
	struct visitor reads = { .pre_expr = mark_reads, .data = s }, sweep = { .post_stmt = sweep_stmt, .data = s };

	walk_stmt(&reads, *body);
	*body = walk_stmt(&sweep, *body);
}

/* ---- locals ---- */

static void walk_probe(struct visitor *v, struct probe *p)
{
	if (!p->same_as)
		walk_stmt(v, p->body);
	if (p->condition)
		walk_expr(v, p->condition);
	for (size_t i = 0; i < p->saved.len; i++)
		walk_expr(v, p->saved.data[i]);
}

static struct expr *mark_name(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_SYMBOL && e->symbol.ref)
		mark(v->data, e->symbol.ref);
	return e;
}

static void forget_marks(struct sweep *s)
{
	memset(&s->used, 0, sizeof s->used);
	s->used.arena = s->program->arena;
}

static void drop_unmarked(struct sweep *s, struct variable_vec *locals)
{
	size_t n = 0;

	for (size_t i = 0; i < locals->len; i++)
		if (marked(s, locals->data[i]))
			locals->data[n++] = locals->data[i];
	locals->len = n;
}

/* Locals that nothing names any more. */
static void drop_locals(struct sweep *s)
{
	struct program *p = s->program;
	struct visitor names = { .pre_expr = mark_name, .data = s };

	forget_marks(s);
	for (size_t i = 0; i < p->probes.len; i++)
		walk_probe(&names, p->probes.data[i]);
	for (size_t i = 0; i < p->functions.len; i++)
		if (p->functions.data[i]->body)
			walk_stmt(&names, p->functions.data[i]->body);
	for (size_t i = 0; i < p->probes.len; i++)
		drop_unmarked(s, &p->probes.data[i]->locals);
	for (size_t i = 0; i < p->functions.len; i++)
		drop_unmarked(s, &p->functions.data[i]->locals);
}

/* ---- functions and globals ---- */

static struct expr *mark_names(struct visitor *v, struct expr *e);

static void mark_uses(struct sweep *s, const struct embedded_use_vec *uses)
{
	for (size_t i = 0; i < uses->len; i++)
		mark(s, uses->data[i].ref);
}

static struct stmt *mark_embedded(struct visitor *v, struct stmt *st)
{
	if (st->kind == STMT_EMBEDDED)
		mark_uses(v->data, &st->embedded.uses);
	return st;
}

static void mark_function(struct visitor *v, struct function *f)
{
	for (; f; f = f->next_overload) {
		if (marked(v->data, f))
			continue;
		mark(v->data, f);
		if (f->body)
			walk_stmt(v, f->body);
		mark_uses(v->data, &f->uses);
	}
}

static struct expr *mark_names(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_SYMBOL && e->symbol.ref)
		mark(v->data, e->symbol.ref);
	if (e->kind == EXPR_CALL && e->call.ref)
		mark_function(v, e->call.ref);
	if (e->kind == EXPR_EMBEDDED)
		mark_uses(v->data, &e->embedded.uses);
	return e;
}

static void drop_unnamed(struct sweep *s)
{
	struct program *p = s->program;
	struct visitor v = { .pre_expr = mark_names, .pre_stmt = mark_embedded, .data = s };
	size_t n = 0;

	forget_marks(s);
	for (size_t i = 0; i < p->probes.len; i++)
		walk_probe(&v, p->probes.data[i]);
	for (size_t i = 0; i < p->functions.len; i++)
		if (marked(s, p->functions.data[i]))
			p->functions.data[n++] = p->functions.data[i];
	p->functions.len = n;
	n = 0;
	for (size_t i = 0; i < p->globals.len; i++)
		if (marked(s, p->globals.data[i])) {
			p->globals.data[i]->index = n;
			p->globals.data[n++] = p->globals.data[i];
		}
	p->globals.len = n;
}

bool opt_dead(struct program *p)
{
	struct sweep s = { .program = p, .only_reachable = p->session->opt.unoptimized };

	s.used.arena = p->arena;
	for (size_t i = 0; i < p->probes.len; i++)
		if (!p->probes.data[i]->same_as)
			sweep_body(&s, &p->probes.data[i]->body);
	for (size_t i = 0; i < p->functions.len; i++)
		if (p->functions.data[i]->body)
			sweep_body(&s, &p->functions.data[i]->body);
	drop_locals(&s);
	drop_unnamed(&s);
	return s.changed;
}
