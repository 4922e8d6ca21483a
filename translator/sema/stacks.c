/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which longs are identifiers of stacks.  They come from stack(), and go where values go: into
 * variables, array elements and keys, parameters and results, round by round until nothing
 * changes.  Where such a long is printed as text its stack is, and functions that take a stack's
 * addresses as a string are replaced by those that take an identifier.
 *
 * Runs ahead of inference, so that %s of a stack does not make it a string. */
#include "translator/builtin/builtin.h"
#include "translator/sema/sema.h"

struct tracing { struct session *session; struct function *function; bool changed; };

static void set(struct tracing *t, bool *flag, bool value)
{
	if (value && !*flag)
		*flag = t->changed = true;
}

static void set_keys(struct tracing *t, struct variable *m, const struct expr_vec *keys)
{
	for (size_t i = 0; m && i < keys->len && i < MAX_KEYS; i++)
		if (keys->data[i] && keys->data[i]->is_stack && !(m->stack_keys & 1u << i)) {
			m->stack_keys |= 1u << i;
			t->changed = true;
		}
}

static void trace_call(struct tracing *t, struct expr *e)
{
	struct function *f = e->call.ref;
	const struct builtin *other;

	if (!f)
		return;
	set(t, &e->is_stack, f->gives_stack);
	if (f->builtin) {
		other = e->call.args.len == 1 && e->call.args.data[0]->is_stack ? builtin_for_stack(f->name) : NULL;
		if (other && other != f->builtin)
			e->call.ref = symbols_builtin(t->session, other);
		return;
	}
	for (; f; f = f->next_overload)
		for (size_t i = 0; i < e->call.args.len && i < f->params.len; i++)
			set(t, &f->params.data[i]->holds_stack, e->call.args.data[i]->is_stack);
}

static struct expr *trace_expr(struct visitor *v, struct expr *e)
{
	struct tracing *t = v->data;
	struct variable *m = variable_of(e);

	if (m)
		set(t, &e->is_stack, m->holds_stack);
	if (e->kind == EXPR_INDEX && m) {
		set_keys(t, m, &e->index.keys);
	} else if (e->kind == EXPR_IN) {
		set_keys(t, e->in.array->symbol.ref, &e->in.keys);
	} else if (e->kind == EXPR_CALL) {
		trace_call(t, e);
	} else if (e->kind == EXPR_ASSIGN && e->assign.op == OP_NONE) {
		m = variable_of(e->assign.left);
		set(t, &e->is_stack, e->assign.right->is_stack);
		if (m)
			set(t, &m->holds_stack, e->is_stack);
	} else if (e->kind == EXPR_TERNARY) {
		set(t, &e->is_stack, e->ternary.yes->is_stack || e->ternary.no->is_stack);
	}
	return e;
}

static void trace_foreach(struct tracing *t, struct stmt *s)
{
	struct variable *m = s->foreach.base->kind == EXPR_SYMBOL ? s->foreach.base->symbol.ref : NULL;

	if (!m)
		return;
	for (size_t i = 0; i < s->foreach.keys.len && i < MAX_KEYS; i++)
		set(t, &s->foreach.keys.data[i]->symbol.ref->holds_stack, m->stack_keys & 1u << i);
	if (s->foreach.value)
		set(t, &s->foreach.value->symbol.ref->holds_stack, m->holds_stack);
}

static struct stmt *trace_stmt(struct visitor *v, struct stmt *s)
{
	struct tracing *t = v->data;

	if (s->kind == STMT_FOREACH)
		trace_foreach(t, s);
	else if (s->kind == STMT_RETURN && t->function && s->return_.value)
		set(t, &t->function->gives_stack, s->return_.value->is_stack);
	return s;
}

void sema_stacks(struct session *s)
{
	struct tracing t = { .session = s };
	struct visitor v = { .post_expr = trace_expr, .post_stmt = trace_stmt, .data = &t };
	struct program *p = s->program;

	do {
		t.changed = false;
		t.function = NULL;
		for (size_t i = 0; i < p->probes.len; i++)
			if (!p->probes.data[i]->same_as)
				walk_stmt(&v, p->probes.data[i]->body);
		for (size_t i = 0; i < p->functions.len; i++) {
			t.function = p->functions.data[i];
			if (t.function->body)
				walk_stmt(&v, t.function->body);
		}
	} while (t.changed);
}
