/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements. */
#include "testsuite/generate/eval.h"

#include <string.h>

static void run_loop(struct eval *e, const struct stmt *s)
{
	if (s->loop.init)
		eval_expr(e, s->loop.init);
	while (!e->flow && (!s->loop.cond || value_true(eval_expr(e, s->loop.cond))) && !e->flow) {
		eval_stmt(e, s->loop.body);
		if (e->flow == FLOW_BREAK) {
			e->flow = FLOW_ON;
			return;
		}
		if (e->flow == FLOW_CONTINUE)
			e->flow = FLOW_ON;
		if (s->loop.step && !e->flow)
			eval_expr(e, s->loop.step);
		if (++e->steps > e->most_steps)
			eval_give_up(e, "it takes too long");
	}
}

/* ---- foreach ---- */

static int rank_order(const struct stmt_foreach *f, const struct cell *a, const struct cell *b)
{
	int order;

	if (f->sort_column > 0)
		order = value_compare(a->keys[f->sort_column - 1], b->keys[f->sort_column - 1]);
	else if (a->samples.n)
		order = value_compare(number_value(eval_extract(&a->samples, f->sort_stat)),
				      number_value(eval_extract(&b->samples, f->sort_stat)));
	else
		order = value_compare(a->value, b->value);
	return f->order == SORT_DOWN ? -order : order;
}

/* Where a cell that goes through N sorted ones comes to stand: behind those that are equal. */
static void insert(struct cell **sorted, unsigned n, struct cell *c, const struct stmt_foreach *f)
{
	while (n && f->order != SORT_NONE && rank_order(f, sorted[n - 1], c) > 0) {
		sorted[n] = sorted[n - 1];
		n--;
	}
	sorted[n] = c;
}

static unsigned choose_cells(struct eval *e, const struct stmt_foreach *f, const struct slot *s,
			     struct cell **sorted)
{
	struct value keys[MOST_KEYS];
	bool skip[MOST_KEYS];
	unsigned n = 0;

	eval_keys(e, &f->slice, keys, skip);
	if (e->flow)
		return 0;
	for (struct cell *c = s->cells; c; c = c->next)
		if (cell_matches(c, keys, skip, f->slice.len))
			insert(sorted, n++, c, f);
	return n;
}

static void run_once(struct eval *e, const struct stmt_foreach *f)
{
	eval_stmt(e, f->body);
	if (e->flow == FLOW_CONTINUE)
		e->flow = FLOW_ON;
}

static void bind_cell(struct eval *e, const struct stmt_foreach *f, const struct cell *c)
{
	struct slot *v;

	for (size_t i = 0; i < f->keys.len; i++)
		eval_slot(e, f->keys.data[i]->symbol.name)->value = c->keys[i];
	if (!f->value)
		return;
	v = eval_slot(e, f->value->symbol.name);
	v->value = c->value;
	v->samples = c->samples;
}

static void walk_array(struct eval *e, const struct stmt_foreach *f, int64_t most)
{
	const struct slot *s = eval_slot(e, f->base->symbol.name);
	struct cell **sorted = ARENA_ARRAY(e->arena, struct cell *, s->ncells + 1);
	unsigned n = choose_cells(e, f, s, sorted);

	for (unsigned i = 0; i < n && i < most && !e->flow; i++) {
		bind_cell(e, f, sorted[i]);
		run_once(e, f);
	}
}

static void walk_buckets(struct eval *e, const struct stmt_foreach *f, int64_t most)
{
	int64_t n = eval_buckets(e, f->base);

	if (n)
		eval_bucket(e, f->base, 0);
	for (int64_t i = 0; i < n && i < most && !e->flow; i++) {
		if (f->value)
			eval_slot(e, f->value->symbol.name)->value =
				number_value(eval_bucket(e, f->base, i));
		eval_slot(e, f->keys.data[0]->symbol.name)->value = number_value(i);
		run_once(e, f);
	}
}

static void run_foreach(struct eval *e, const struct stmt *s)
{
	int64_t most = s->foreach.limit ? eval_expr(e, s->foreach.limit).n : INT64_MAX;

	if (e->flow)
		return;
	if (most < 0)
		most = 0;
	if (s->foreach.base->kind == EXPR_HIST)
		walk_buckets(e, &s->foreach, most);
	else
		walk_array(e, &s->foreach, most);
	if (e->flow == FLOW_BREAK)
		e->flow = FLOW_ON;
}

/* ---- the others ---- */

static void run_delete(struct eval *e, const struct expr *x)
{
	struct value keys[MOST_KEYS];
	bool skip[MOST_KEYS];
	struct slot *s;

	if (x->kind == EXPR_SYMBOL) {
		s = eval_slot(e, x->symbol.name);
		s->cells = NULL;
		s->ncells = 0;
		s->samples.n = 0;
		s->value = unset_value(s->name);
		return;
	}
	eval_keys(e, &x->index.keys, keys, skip);
	if (!e->flow)
		cells_delete(eval_slot(e, x->index.base->symbol.name), keys, skip,
			     x->index.keys.len);
}

static void run_try(struct eval *e, const struct stmt *s)
{
	eval_stmt(e, s->try_.body);
	if (e->flow != FLOW_ERROR || e->gave_up)
		return;
	e->flow = FLOW_ON;
	if (s->try_.message)
		eval_slot(e, s->try_.message->symbol.name)->value =
			eval_text(e, e->message, strlen(e->message));
	eval_stmt(e, s->try_.handler);
}

static void run_return(struct eval *e, const struct stmt *s)
{
	struct value v = s->return_.value ? eval_expr(e, s->return_.value) : e->result;

	if (e->flow)
		return;
	e->result = v;
	e->flow = FLOW_RETURN;
}

static void run_if(struct eval *e, const struct stmt *s)
{
	bool yes = value_true(eval_expr(e, s->if_.cond));

	if (e->flow)
		return;
	if (yes)
		eval_stmt(e, s->if_.yes);
	else if (s->if_.no)
		eval_stmt(e, s->if_.no);
}

void eval_stmt(struct eval *e, const struct stmt *s)
{
	if (e->flow)
		return;
	switch (s->kind) {
	case STMT_BLOCK:
		for (size_t i = 0; i < s->block.body.len; i++)
			eval_stmt(e, s->block.body.data[i]);
		return;
	case STMT_EXPR: eval_expr(e, s->expr.expr); return;
	case STMT_EMPTY: return;
	case STMT_IF: run_if(e, s); return;
	case STMT_LOOP: run_loop(e, s); return;
	case STMT_FOREACH: run_foreach(e, s); return;
	case STMT_RETURN: run_return(e, s); return;
	case STMT_DELETE: run_delete(e, s->delete_.target); return;
	case STMT_NEXT: e->flow = FLOW_NEXT; return;
	case STMT_BREAK: e->flow = FLOW_BREAK; return;
	case STMT_CONTINUE: e->flow = FLOW_CONTINUE; return;
	case STMT_TRY: run_try(e, s); return;
	case STMT_EMBEDDED:
	case STMT_KINDS: break;
	}
	eval_give_up(e, "statement");
}
