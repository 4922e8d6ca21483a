/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that name $variables: such a function means something else in each probe
 * that reaches it, so each probe gets a copy, with copies of what the function calls and
 * that needs the probe as well.  Copies are lowered in the context of their probe
 * (lower.c); those that came out equal are made one again.
 *
 * A function that needs no probe stays as it is, shared by all. */
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

#include <stdlib.h>
#include <string.h>

/* ---- which functions need a probe ---- */

static struct expr *find_need(struct visitor *v, struct expr *e)
{
	bool *needs = v->data;

	if (e->kind == EXPR_TARGET && *e->target.name == '$')
		*needs = true;
	else if (e->kind == EXPR_ATOP && !strcmp(e->atop.name, "entry"))
		*needs = true;
	else if (e->kind == EXPR_CALL)
		for (const struct function *f = e->call.ref; f; f = f->next_overload)
			*needs |= f->needs_context;
	return *needs ? NULL : e;
}

static bool body_needs(struct stmt *body)
{
	bool needs = false;
	struct visitor v = { .pre_expr = find_need, .data = &needs };

	walk_stmt(&v, body);
	return needs;
}

/* From callees to callers, until nothing changes; false: no function does. */
static bool mark_needs(struct program *p)
{
	bool changed, any = false;

	do {
		changed = false;
		for (size_t i = 0; i < p->functions.len; i++) {
			struct function *f = p->functions.data[i];

			if (!f->needs_context && f->body && body_needs(f->body))
				any = changed = f->needs_context = true;
		}
	} while (changed);
	return any;
}

/* ---- copies ---- */

struct copier {
	struct session *session;
	struct probe *probe;
	struct function *caller;	/* the copy being made, or NULL: the probe itself */
	struct map copies;		/* function -> its copy for this probe */
	struct map variables;		/* of the function being copied -> the copy's */
};

static uint64_t key_of(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static bool chain_needs(const struct function *f)
{
	for (; f; f = f->next_overload)
		if (f->needs_context)
			return true;
	return false;
}

static struct function *copy_function(struct copier *c, struct function *f, struct span called_at);

static struct expr *retarget(struct visitor *v, struct expr *e)
{
	struct copier *c = v->data;
	struct variable *var;

	if (e->kind == EXPR_SYMBOL && (var = umap_get(&c->variables, key_of(e->symbol.ref))) != NULL)
		e->symbol.ref = var;
	if (e->kind == EXPR_CALL && chain_needs(e->call.ref))
		e->call.ref = copy_function(c, e->call.ref, e->span);
	return e;
}

static struct variable_vec copy_variables(struct copier *c, const struct variable_vec *from)
{
	struct arena *a = &c->session->arena;
	struct variable_vec to = { 0 };

	for (size_t i = 0; i < from->len; i++) {
		struct variable *v = ARENA_NEW(a, struct variable);

		*v = *from->data[i];
		umap_put(&c->variables, key_of(from->data[i]), v);
		vec_push(a, &to, v);
	}
	return to;
}

static void copy_body(struct copier *c, struct function *copy)
{
	struct visitor v = { .pre_expr = retarget, .data = c };
	struct map outer = c->variables;
	struct function *caller = c->caller;

	c->caller = copy;
	c->variables = (struct map){ .arena = &c->session->arena };
	copy->params = copy_variables(c, &copy->params);
	copy->locals = copy_variables(c, &copy->locals);
	if (copy->body) {
		copy->body = stmt_clone(&c->session->arena, copy->body);
		symbols_bind_copy(c->session, copy);
		copy->body = walk_stmt(&v, copy->body);
	}
	c->variables = outer;
	c->caller = caller;
}

/* F with all of its overloads. */
static struct function *copy_function(struct copier *c, struct function *f, struct span called_at)
{
	struct function *copy = umap_get(&c->copies, key_of(f));
	struct program *p = c->session->program;

	if (f->context || copy)
		return f->context ? f : copy;
	copy = ARENA_NEW(&c->session->arena, struct function);
	*copy = *f;
	copy->copy_of = f;
	copy->context = c->probe;
	copy->caller = c->caller;
	copy->called_at = called_at;
	copy->index = (unsigned)p->functions.len;
	copy->c_name = arena_printf(&c->session->arena, "f_%s_%u", f->name, copy->index);
	umap_put(&c->copies, key_of(f), copy);
	vec_push(&c->session->arena, &p->functions, copy);
	copy_body(c, copy);
	if (f->next_overload)
		copy->next_overload = copy_function(c, f->next_overload, called_at);
	return copy;
}

static void copy_for_probe(struct session *s, struct probe *p)
{
	struct copier c = { .session = s, .probe = p };
	struct visitor v = { .pre_expr = retarget, .data = &c };

	c.copies.arena = c.variables.arena = &s->arena;
	if (p->body && !p->same_as)
		p->body = walk_stmt(&v, p->body);
	if (p->condition)
		p->condition = walk_expr(&v, p->condition);
}

static bool is_template(const struct function *f)
{
	return !f->context && chain_needs(f);
}

/* Keep what KEEP does not refuse. */
static void drop_functions(struct program *p, bool (*drop)(const struct function *f))
{
	size_t n = 0;

	for (size_t i = 0; i < p->functions.len; i++)
		if (!drop(p->functions.data[i]))
			p->functions.data[n++] = p->functions.data[i];
	p->functions.len = n;
}

void sema_context(struct session *s)
{
	struct program *p = s->program;

	if (!mark_needs(p))
		return;
	for (size_t i = 0; i < p->probes.len; i++)
		copy_for_probe(s, p->probes.data[i]);
	drop_functions(p, is_template);
}

void context_note(struct session *s, const struct function *f)
{
	const struct probe *probe = f->context;

	for (; f; f = f->caller)
		diag_note(&s->diags, f->called_at, "in %s(), which is called here", f->name);
	if (probe)
		diag_note(&s->diags, probe->span, "for the probe %s", probe->text);
}

/* ---- equal copies ---- */

struct signature {
	const struct function *function;
	struct strbuf text;
	bool own;			/* it uses what only its probe has */
};

static void sign_symbol(struct signature *g, const struct variable *v)
{
	if (v && v->kind == VAR_GLOBAL)
		sb_printf(&g->text, "g%p", (const void *)v);
	else
		sb_printf(&g->text, "%s", v ? v->c_name : "?");
}

static void sign_text(struct signature *g, const char *text, size_t len)
{
	sb_printf(&g->text, "%zu:", len);
	sb_add(&g->text, text ? text : "", text ? len : 0);
}

static void sign_print(struct signature *g, const struct expr_print *p)
{
	sb_printf(&g->text, "p%d,%d", p->kind, p->to_string);
	if (p->delimiter)
		sign_text(g, p->delimiter->string.text, p->delimiter->string.len);
	if (p->format_text)
		sign_text(g, p->format_text, p->format_len);
}

/* What of E its children do not tell. */
static void sign_node(struct signature *g, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER: sb_printf(&g->text, "%lld", (long long)e->number.value); break;
	case EXPR_STRING: sign_text(g, e->string.text, e->string.len); break;
	case EXPR_SYMBOL: sign_symbol(g, e->symbol.ref); break;
	case EXPR_CALL: sb_printf(&g->text, "%p", e->call.ref == g->function ? NULL : (void *)e->call.ref); break;
	case EXPR_UNARY: sb_printf(&g->text, "%d", e->unary.op); break;
	case EXPR_BINARY: sb_printf(&g->text, "%d", e->binary.op); break;
	case EXPR_ASSIGN: sb_printf(&g->text, "%d", e->assign.op); break;
	case EXPR_INCDEC: sb_printf(&g->text, "%d%d", e->incdec.increment, e->incdec.prefix); break;
	case EXPR_MATCH: sb_printf(&g->text, "%d", e->match.negate); sign_text(g, e->match.regex->string.text, e->match.regex->string.len); break;
	case EXPR_STAT: sb_printf(&g->text, "%d", e->stat.op); break;
	case EXPR_HIST: sb_printf(&g->text, "%d", e->hist.linear); break;
	case EXPR_PRINT: sign_print(g, &e->print); break;
	case EXPR_EMBEDDED: sign_text(g, e->embedded.code, strlen(e->embedded.code)); break;
	case EXPR_CONTEXT: sign_text(g, e->context.accessor, strlen(e->context.accessor)); break;
	case EXPR_FETCH:
		sb_printf(&g->text, "%d,%u,%d:", e->fetch.user, e->fetch.string_max, e->fetch.store != NULL);
		fetch_dump(&g->text, e->fetch.program);
		break;
	case EXPR_INDEX: case EXPR_IN: case EXPR_TERNARY: case EXPR_KINDS: break;
	case EXPR_TARGET: case EXPR_CAST: case EXPR_ATOP: case EXPR_SAVED:
		g->own = true;
		break;
	}
}

static struct expr *sign_before(struct visitor *v, struct expr *e)
{
	struct signature *g = v->data;

	sb_printf(&g->text, "(%d ", e->kind);
	sign_node(g, e);
	g->own |= e->pending != NULL;
	return e;
}

static struct expr *sign_after(struct visitor *v, struct expr *e)
{
	sb_putc(&((struct signature *)v->data)->text, ')');
	return e;
}

static struct stmt *sign_stmt(struct visitor *v, struct stmt *st)
{
	struct signature *g = v->data;

	sb_printf(&g->text, "{%d ", st->kind);
	if (st->kind == STMT_FOREACH)
		sb_printf(&g->text, "%d,%d,%d,%zu,%zu,%d,%d", st->foreach.order, st->foreach.sort_column, st->foreach.sort_stat, st->foreach.keys.len,
			  st->foreach.slice.len, st->foreach.limit != NULL, st->foreach.value != NULL);
	if (st->kind == STMT_LOOP)
		sb_printf(&g->text, "%d,%d,%d", st->loop.init != NULL, st->loop.cond != NULL, st->loop.step != NULL);
	if (st->kind == STMT_EMBEDDED)
		sign_text(g, st->embedded.code, strlen(st->embedded.code));
	return st;
}

static struct stmt *sign_stmt_after(struct visitor *v, struct stmt *st)
{
	sb_putc(&((struct signature *)v->data)->text, '}');
	return st;
}

/* Its meaning as text, or NULL when it cannot be shared. */
static const char *signature_of(struct session *s, struct function *f)
{
	struct signature g = { .function = f, .text = STRBUF_INIT };
	struct visitor v = { .pre_expr = sign_before, .post_expr = sign_after, .pre_stmt = sign_stmt, .post_stmt = sign_stmt_after, .data = &g };
	const char *text = NULL;

	sb_printf(&g.text, "%p %p", (void *)f->copy_of, (void *)f->next_overload);
	if (f->body)
		walk_stmt(&v, f->body);
	if (!g.own)
		text = arena_strdup(&s->arena, sb_str(&g.text));
	sb_free(&g.text);
	return text;
}

static struct expr *follow(struct visitor *v, struct expr *e)
{
	(void)v;
	if (e->kind == EXPR_CALL && e->call.ref && e->call.ref->same_as)
		e->call.ref = e->call.ref->same_as;
	return e;
}

static void follow_all(struct program *p)
{
	struct visitor v = { .pre_expr = follow };

	program_walk_probes(&v, p);
	program_walk_functions(&v, p);
	for (size_t i = 0; i < p->functions.len; i++) {
		struct function *f = p->functions.data[i];

		if (f->next_overload && f->next_overload->same_as)
			f->next_overload = f->next_overload->same_as;
	}
}

static bool is_merged(const struct function *f)
{
	return f->same_as != NULL;
}

/* Equal callees make callers equal: by rounds. */
void sema_context_merge(struct session *s)
{
	struct program *p = s->program;
	bool changed;

	do {
		struct map seen = { .arena = &s->arena };

		changed = false;
		for (size_t i = 0; i < p->functions.len; i++) {
			struct function *f = p->functions.data[i], *first;
			const char *text = f->context ? signature_of(s, f) : NULL;

			if (!text)
				continue;
			first = map_get(&seen, text);
			if (!first)
				map_put(&seen, text, f);
			f->same_as = first;
			changed |= first != NULL;
		}
		if (changed) {
			follow_all(p);
			drop_functions(p, is_merged);
		}
	} while (changed);
}
