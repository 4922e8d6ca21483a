/* SPDX-License-Identifier: GPL-2.0-or-later */
/* $$vars and its kin, and pretty-printed values ($x$, $x$$): a sprintf of parts,
 * built as text of the language and resolved like any other expression. */
#include "translator/sema/sema.h"
#include "translator/syntax/format.h"
#include "translator/syntax/print.h"

#include <string.h>

struct pretty {
	struct lowering *l;
	struct span span;
	struct strbuf format;
	struct expr_vec args;
};

enum { MAX_PARTS = 64, MAX_ELEMENTS = 16 };

/* What of structures and arrays is shown: {...}; one level; all. */
enum nested { NESTED_NONE, NESTED_FIRST, NESTED_ALL };

static void escape_into(struct strbuf *b, const char *s)
{
	for (; *s; s++)
		sb_puts(b, *s == '%' ? "%%" : (char[]){ *s, 0 });
}

static struct expr *finish(struct pretty *p)
{
	struct arena *a = &p->l->session->arena;
	struct expr *e = expr_new(a, EXPR_PRINT, p->span);

	e->type = TYPE_STRING;
	e->print.kind = PRINT_PRINTF;
	e->print.to_string = true;
	e->print.format_text = arena_strdup(a, sb_str(&p->format));
	e->print.format_len = p->format.len;
	e->print.format_span = p->span;
	e->print.format = format_parse(a, &p->l->session->diags, p->span, e->print.format_text, e->print.format_len);
	e->print.args = p->args;
	sb_free(&p->format);
	return e;
}

static struct expr *text_of(struct pretty *p, struct expr *address, bool user)
{
	struct expr *c = expr_new(&p->l->session->arena, EXPR_CONTEXT, p->span);

	c->type = TYPE_STRING;
	c->context.accessor = user ? "stp_user_string_or(c, $0, $S, (uint64_t)$1, \"<unreadable>\")"
				   : "stp_kernel_string_or(c, $0, $S, (uint64_t)$1, \"<unreadable>\")";
	vec_push(&p->l->session->arena, &c->context.args, address);
	return c;
}

/* Is it a character: char under its own names, not a typedef of it for a small number (u8)? */
static bool is_char(const struct di_type *t)
{
	while (t->kind == DI_QUALIFIER && t->target)
		t = t->target;
	return t->kind == DI_CHAR || (t->kind == DI_INT && t->size == 1 && t->name && strstr(t->name, "char"));
}

/* 'x', or the number of what cannot be printed. */
static struct expr *text_of_char(struct pretty *p, struct expr *value)
{
	struct expr *c = expr_new(&p->l->session->arena, EXPR_CONTEXT, p->span);

	c->type = TYPE_STRING;
	c->context.accessor = "({ struct stp_out o_; const int64_t v_ = $1; const char t_[3] = { 39, (char)v_, 39 }; stp_out_string(&o_, $0, $S); "
			      "if (v_ > 31 && v_ < 127) stp_out_text(&o_, t_, 3); else stp_out_dec(&o_, v_); stp_out_end(&o_); })";
	vec_push(&p->l->session->arena, &c->context.args, value);
	return c;
}

static void add_value(struct pretty *p, struct expr *value, const struct di_type *t, enum nested nested);

/* One step from the address BASE of a T: a member or an element. */
static struct expr *part_value(struct pretty *p, struct expr *base, const struct di_type *t, struct access step)
{
	struct arena *a = &p->l->session->arena;
	struct expr *c = expr_new(a, EXPR_CAST, p->span), *keep = expr_clone(a, base);

	step.span = p->span;
	keep->ctype = di_pointer_to(t->module, t);
	c->cast.arg = keep;
	vec_push(a, &c->cast.path, step);
	return lower_cast(p->l, c, NULL);
}

static void add_part(struct pretty *p, struct expr *v, const struct di_type *t, bool deep)
{
	if (v->pending)
		sb_puts(&p->format, "<unavailable>");
	else
		add_value(p, v, t, deep ? NESTED_ALL : NESTED_NONE);
}

/* The members of T at BASE; those of anonymous structures and unions inside it in braces of their own. */
static void add_struct(struct pretty *p, struct expr *base, const struct di_type *top, const struct di_type *t, bool deep)
{
	const struct di_type *full = di_type_complete(di_type_strip(t));
	bool first = true;

	sb_putc(&p->format, '{');
	for (size_t i = 0; i < full->nmembers && p->args.len < MAX_PARTS; i++) {
		const struct di_member *m = &full->members[i];

		sb_puts(&p->format, first ? "" : ", ");
		first = false;
		if (!m->name) {
			add_struct(p, base, top, m->type, deep);
			continue;
		}
		sb_putc(&p->format, '.');
		escape_into(&p->format, m->name);
		sb_putc(&p->format, '=');
		add_part(p, part_value(p, base, top, (struct access){ .kind = ACCESS_MEMBER, .member = m->name }), m->type, deep);
	}
	sb_puts(&p->format, p->args.len >= MAX_PARTS ? ", ...}" : "}");
}

static struct expr *small_number(struct pretty *p, int64_t v)
{
	struct expr *e = expr_new(&p->l->session->arena, EXPR_NUMBER, p->span);

	e->type = TYPE_LONG;
	e->number.value = v;
	return e;
}

static void add_array(struct pretty *p, struct expr *base, const struct di_type *t, bool deep)
{
	uint64_t n = t->count < MAX_ELEMENTS ? t->count : MAX_ELEMENTS;

	sb_putc(&p->format, '[');
	for (uint64_t i = 0; i < n && p->args.len < MAX_PARTS; i++) {
		sb_puts(&p->format, i ? ", " : "");
		add_part(p, part_value(p, base, t->target, (struct access){ .kind = ACCESS_INDEX, .index = small_number(p, (int64_t)i) }), t->target, deep);
	}
	sb_puts(&p->format, n < t->count || p->args.len >= MAX_PARTS ? n ? ", ...]" : "...]" : "]");
}

static const char *scalar_format(const struct di_type *s)
{
	if (!s)
		return "%i";
	if (s->kind == DI_POINTER || s->kind == DI_ARRAY)
		return "%p";
	return (s->kind == DI_INT || s->kind == DI_CHAR) && !s->is_signed ? "%u" : "%i";
}

static bool is_composite(const struct di_type *s)
{
	return s && (s->kind == DI_STRUCT || s->kind == DI_UNION || s->kind == DI_CLASS);
}

static bool is_text(const struct di_type *s)
{
	return s && (s->kind == DI_POINTER || s->kind == DI_ARRAY) && s->target && is_char(s->target);
}

static void add_value(struct pretty *p, struct expr *value, const struct di_type *t, enum nested nested)
{
	const struct di_type *s = t ? di_type_strip(t) : NULL;
	bool open = nested != NESTED_NONE, deep = nested == NESTED_ALL;

	if (is_composite(s) && open) {
		add_struct(p, value, s, s, deep);
	} else if (is_composite(s)) {
		sb_puts(&p->format, "{...}");
	} else if (is_text(s)) {
		sb_puts(&p->format, "\"%s\"");
		vec_push(&p->l->session->arena, &p->args, text_of(p, value, di_in_user_space(s->module)));
	} else if (s && s->kind == DI_ARRAY && open) {
		add_array(p, value, s, deep);
	} else if (s && s->kind == DI_ARRAY) {
		sb_puts(&p->format, "[...]");
	} else if (s && is_char(t)) {
		sb_puts(&p->format, "%s");
		vec_push(&p->l->session->arena, &p->args, text_of_char(p, value));
	} else {
		sb_puts(&p->format, scalar_format(s));
		vec_push(&p->l->session->arena, &p->args, value);
	}
}

/* A value with $ or $$ behind it: what it points to, when that is a structure. */
static void add_top(struct pretty *p, struct expr *value, const struct di_type *t, enum nested nested)
{
	const struct di_type *s = t ? di_type_strip(t) : NULL;

	if (s && s->kind == DI_POINTER && s->target && is_composite(di_type_strip(s->target)))
		add_struct(p, value, s->target, s->target, nested == NESTED_ALL);
	else
		add_value(p, value, t, nested);
}

struct expr *lower_pretty(struct lowering *l, struct expr *e, unsigned depth)
{
	struct pretty p = { .l = l, .span = e->span };
	struct expr *r;

	add_top(&p, e, e->ctype, depth > 1 ? NESTED_ALL : NESTED_FIRST);
	r = finish(&p);
	r->print.guarded = true;
	r->origin = e->origin;
	return r;
}

/* ---- $$vars ---- */

static struct expr *variable(struct pretty *p, const char *name, unsigned depth)
{
	struct arena *a = &p->l->session->arena;
	struct expr *t = expr_new(a, EXPR_TARGET, p->span);
	struct access step = { .kind = ACCESS_PRETTY, .depth = depth, .span = p->span };

	t->target.name = intern(&p->l->session->names, arena_printf(a, "$%s", name));
	if (depth)
		vec_push(a, &t->target.path, step);
	return lower_target(p->l, t, NULL);
}

static void add_named(struct pretty *p, const char *name, unsigned depth)
{
	struct expr *v = variable(p, name, depth);

	if (p->format.len)
		sb_putc(&p->format, ' ');
	escape_into(&p->format, name);
	if (v->pending) {
		sb_puts(&p->format, "=?");
		return;
	}
	sb_puts(&p->format, v->type == TYPE_STRING ? "=%s" : "=%#x");
	vec_push(&p->l->session->arena, &p->args, v);
}

static unsigned pretty_depth(const struct access_vec *path)
{
	return path->len && path->data[0].kind == ACCESS_PRETTY ? path->data[0].depth : 0;
}

struct expr *lower_everything(struct lowering *l, struct expr *e)
{
	const char *name = e->target.name;
	bool vars = !strcmp(name, "$$vars"), parms = !strcmp(name, "$$parms"), locals = !strcmp(name, "$$locals");
	struct pretty p = { .l = l, .span = e->span };
	unsigned depth = pretty_depth(&e->target.path);
	struct di_var_vec all = { 0 };
	struct expr *r;

	if (!l->probe || !(vars || parms || locals || !strcmp(name, "$$return")))
		return NULL;
	if (!l->probe->scope.module && !l->probe->scope.tracepoint)
		return NULL;	/* a point without variables, as for any of them */
	if (!strcmp(name, "$$return")) {
		if (l->probe->is_return)
			add_named(&p, "return", depth);
	} else {
		di_scope_vars(&l->probe->scope, &all);
		for (size_t i = 0; i < all.len && p.args.len < MAX_PARTS; i++)
			if (!all.data[i]->is_global && (vars || (all.data[i]->is_param ? parms : locals)))
				add_named(&p, all.data[i]->name, depth);
	}
	r = finish(&p);
	r->origin = e;
	return r;
}
