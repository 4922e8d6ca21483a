/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Target variables and casts lowered to location programs.
 *
 * What cannot be resolved is not an error yet: the node stays, with its error in
 * `pending`, until folding and dead code removal have shown whether it is reached
 * (`@defined($x) ? $x : 0`). */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

#include <string.h>

struct expr *lower_pend(struct lowering *l, struct expr *e, const char *tag, const char *note, const char *fmt, ...)
{
	struct pending *p = ARENA_NEW(&l->session->arena, struct pending);
	va_list ap;

	va_start(ap, fmt);
	p->text = arena_vprintf(&l->session->arena, fmt, ap);
	va_end(ap);
	p->tag = tag;
	p->note = note;
	e->pending = p;
	return e;
}

void pending_tell(struct session *s, const struct expr *e)
{
	diag_error(&s->diags, e->span, e->pending->tag, "%s", e->pending->text);
	if (e->pending->note)
		diag_note(&s->diags, (struct span){ 0 }, "%s", e->pending->note);
}

static const char *result_tag(const struct di_result *r)
{
	switch (r->code) {
	case DI_NO_VARIABLE: return E(VARIABLE_UNKNOWN);
	case DI_NO_MEMBER: return E(TARGET_MEMBER);
	case DI_OPTIMIZED_OUT: return E(TARGET_OPTIMIZED_OUT);
	case DI_NO_DEBUGINFO: return E(TARGET_NO_DEBUGINFO);
	case DI_OK: case DI_BAD_ACCESS: case DI_UNSUPPORTED: break;
	}
	return E(TARGET_ACCESS);
}

const char *lower_similar(struct session *s, const struct di_name_vec *names)
{
	struct strbuf b = STRBUF_INIT;
	const char *note;

	if (!names->len)
		return NULL;
	sb_puts(&b, "there is");
	for (size_t i = 0; i < names->len; i++)
		sb_printf(&b, "%s %s", i ? "," : "", names->data[i]);
	note = arena_strdup(&s->arena, sb_str(&b));
	sb_free(&b);
	return note;
}

static struct expr *pend_result(struct lowering *l, struct expr *e, const struct di_result *r)
{
	struct strbuf text = STRBUF_INIT;

	print_expr(&text, e);
	lower_pend(l, e, result_tag(r), lower_similar(l->session, &r->similar), "%s: %s", sb_str(&text), r->error ? r->error : "not available");
	sb_free(&text);
	return e;
}

/* ---- the path behind a variable ---- */

struct path {
	struct di_step steps[64];
	size_t n;
	struct expr_vec inputs;
	unsigned pretty;
};

static struct expr *context_argument(struct session *s, unsigned n, struct span at)
{
	struct expr *e = expr_new(&s->arena, EXPR_CONTEXT, at);

	e->type = TYPE_LONG;
	e->context.accessor = arena_printf(&s->arena, "c->args[%u]", n);
	return e;
}

/* Steps of PATH; inputs before FIRST are already taken. False: too long. */
static bool make_path(struct session *s, const struct access_vec *access, struct path *p)
{
	for (size_t i = 0; i < access->len; i++) {
		const struct access *a = &access->data[i];

		if (a->kind == ACCESS_PRETTY) {
			p->pretty = a->depth;
			continue;
		}
		if (p->n == sizeof p->steps / sizeof *p->steps)
			return false;
		if (a->kind == ACCESS_MEMBER) {
			p->steps[p->n++] = (struct di_step){ .kind = DI_STEP_MEMBER, .member = a->member };
		} else if (a->index->kind == EXPR_NUMBER) {
			p->steps[p->n++] = (struct di_step){ .kind = DI_STEP_INDEX, .index = a->index->number.value };
		} else {
			p->steps[p->n++] = (struct di_step){ .kind = DI_STEP_INPUT_INDEX, .index = (int64_t)p->inputs.len };
			vec_push(&s->arena, &p->inputs, a->index);
		}
	}
	return true;
}

static struct expr *make_fetch(struct lowering *l, struct expr *e, const struct di_result *r, struct path *p, struct expr *store)
{
	struct expr *f = expr_new(&l->session->arena, EXPR_FETCH, e->span);

	f->origin = e;
	f->type = TYPE_LONG;
	f->fetch.program = r->program;
	f->fetch.inputs = p->inputs;
	f->fetch.store = store;
	f->fetch.user = r->user;
	f->ctype = r->type;
	if (r->is_address && r->type && !e->pending) {
		const struct di_type *t = di_type_strip(r->type);

		if (t->kind == DI_STRUCT || t->kind == DI_UNION || t->kind == DI_CLASS)
			f->ctype = di_pointer_to(t->module, r->type);
		if (object_is_no_value(t))
			f->fetch.object = r->type;
	}
	return f;
}

static bool may_write(struct lowering *l, struct expr *e, struct expr *store)
{
	struct file *f;

	if (!store || l->session->opt.guru)
		return true;
	f = symbols_file_of(l->session, e->span);
	if (f && f->library)
		return true;
	diag_error(&l->session->diags, e->span, E(TARGET_WRITE), "writing to a target variable changes the running system");
	diag_note(&l->session->diags, (struct span){ 0 }, "run stap with -g (guru mode) to allow it");
	return false;
}

/* ---- variables ---- */

/* @var("NAME"), @var("NAME@FILE"), of module M. */
static bool compile_named(struct lowering *l, struct di_module *m, const char *name, const struct di_access *ac, struct di_result *r)
{
	const char *at = strchr(name, '@');

	if (!at && l->probe && l->probe->scope.module == m && di_compile_var(&l->probe->scope, name, ac, r))
		return true;
	return di_compile_global(m, at ? arena_strndup(&l->session->arena, name, (size_t)(at - name)) : name, at ? at + 1 : NULL, ac, r);
}

static bool compile_var(struct lowering *l, struct expr *e, const struct di_access *ac, struct di_result *r)
{
	const char *name = e->target.name, *list, *why = NULL;
	bool asked = false;

	if (strcmp(name, "@var"))
		return di_compile_var(&l->probe->scope, name + 1, ac, r);
	name = e->target.args.len ? e->target.args.data[0]->string.text : "";
	list = e->target.args.len > 1 ? e->target.args.data[1]->string.text : lower_own_module(l);
	while (list) {
		struct di_module *m = lower_next_module(l, &list, &why);

		if (m && compile_named(l, m, name, ac, r))
			return true;
		asked |= m != NULL;
	}
	if (!asked) {
		r->code = DI_NO_DEBUGINFO;
		r->error = why;
	}
	return false;
}

static struct expr *lower_in_scope(struct lowering *l, struct expr *e, struct expr *store)
{
	struct path p = { .n = 0 };
	struct di_result r = { 0 };
	struct di_access ac = { .steps = p.steps, .address_of = e->target.address_of, .store = store != NULL };
	unsigned params = l->probe && l->probe->scope.tracepoint ? l->probe->scope.tracepoint->nparams : 0;

	for (unsigned i = 0; i < params; i++)
		vec_push(&l->session->arena, &p.inputs, context_argument(l->session, i, e->span));
	if (!make_path(l->session, &e->target.path, &p))
		return lower_pend(l, e, E(TARGET_ACCESS), NULL, "a path of more than %zu members and indices", sizeof p.steps / sizeof *p.steps);
	ac.nsteps = p.n;
	ac.store_input = p.inputs.len;
	if (!compile_var(l, e, &ac, &r))
		return pend_result(l, e, &r);
	if (!may_write(l, e, store))
		return e;
	e = make_fetch(l, e, &r, &p, store);
	return p.pretty ? lower_pretty(l, e, p.pretty) : e;
}

static bool is_return_name(const char *name)
{
	return !strcmp(name, "$return") || !strcmp(name, "$$return");
}

/* What a family made of E is shown as E. */
static struct expr *shown_as(struct expr *r, struct expr *e)
{
	if (r->kind == EXPR_FETCH || r->kind == EXPR_CONTEXT || r->kind == EXPR_PRINT)
		r->origin = e;
	return r;
}

struct expr *lower_target(struct lowering *l, struct expr *e, struct expr *store)
{
	const char *name = e->target.name;
	struct expr *r;

	if (e->pending)
		return e;
	if (!l->probe && strcmp(name, "@var"))
		return lower_pend(l, e, E(TARGET_CONTEXT), "pass it to the function as a parameter", "%s in a function that no probe calls", name);
	if (l->probe && l->probe->family->context_var && !store) {
		r = l->probe->family->context_var(l->session, l->probe, e);
		if (r && r->kind == EXPR_CAST)
			return shown_as(lower_cast(l, r, NULL), e);
		if (r)
			return r;
	}
	if ((r = lower_everything(l, e)))
		return r;
	if (!strcmp(name, "@var"))
		return lower_in_scope(l, e, store);
	if (!l->probe->scope.module)
		return lower_pend(l, e, E(TARGET_CONTEXT), "probes of functions, statements and tracepoints have them", "%s: %s has no target variables", name, l->probe->text);
	if (l->probe->is_return && !is_return_name(name) && !store)
		return lower_at_entry(l, e);
	return lower_in_scope(l, e, store);
}

/* ---- casts ---- */

/* The value of cast E with a type. */
static struct expr *typed_value(struct lowering *l, struct expr *e, const struct di_type *t)
{
	struct expr *r = expr_new(&l->session->arena, EXPR_CONTEXT, e->span);

	r->type = TYPE_LONG;
	r->origin = e;
	r->ctype = t;
	r->context.accessor = "$1";
	vec_push(&l->session->arena, &r->context.args, e->cast.arg);
	return r;
}

static struct expr *compile_cast(struct lowering *l, struct expr *e, struct di_module *m, const struct di_type *t, struct expr *store)
{
	struct path p = { .n = 0 };
	struct di_result r = { 0 };
	struct di_access ac = { .steps = p.steps, .address_of = e->cast.address_of, .store = store != NULL };

	vec_push(&l->session->arena, &p.inputs, e->cast.arg);
	if (!make_path(l->session, &e->cast.path, &p))
		return lower_pend(l, e, E(TARGET_ACCESS), NULL, "a path of more than %zu members and indices", sizeof p.steps / sizeof *p.steps);
	ac.nsteps = p.n;
	ac.store_input = p.inputs.len;
	if (!p.n && !p.pretty) {
		/* a cast alone gives the value its type */
		const struct di_type *pt = di_type_strip(t);

		return typed_value(l, e, pt->kind == DI_POINTER ? t : di_pointer_to(m, t));
	}
	if (!di_compile_cast(m, t, &ac, &r))
		return pend_result(l, e, &r);
	if (!may_write(l, e, store))
		return e;
	e = make_fetch(l, e, &r, &p, store);
	l->progress = true;
	return p.pretty ? lower_pretty(l, e, p.pretty) : e;
}

struct expr *lower_cast(struct lowering *l, struct expr *e, struct expr *store)
{
	const struct di_type *t;
	struct di_module *m = NULL;
	const char *why = NULL;

	if (e->pending)
		return e;
	if (!e->cast.type) {
		if (e->cast.arg->pending) {
			e->pending = e->cast.arg->pending;
			e->span = e->cast.arg->span;
			return e;
		}
		t = e->cast.arg->ctype;
		if (t)
			return compile_cast(l, e, t->module, t, store);
		if (l->final)
			return lower_pend(l, e, E(AUTOCAST), "name the type: @cast(value, \"struct name\")->member", "nothing tells the type that this value points to");
		l->waits = true;
		return e;
	}
	t = lower_find_type(l, e->cast.type, e->cast.module, &m, &why);
	if (!t)
		return lower_pend(l, e, E(CAST_TYPE), why, "no type \"%s\"%s%s", e->cast.type, e->cast.module ? " in " : "", e->cast.module ? e->cast.module : "");
	return compile_cast(l, e, m, t, store);
}
