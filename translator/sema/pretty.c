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

enum { MAX_PARTS = 64 };

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

static bool is_char(const struct di_type *t)
{
	return t->kind == DI_CHAR || (t->kind == DI_INT && t->size == 1 && t->name && strstr(t->name, "char"));
}

static void add_value(struct pretty *p, struct expr *value, const struct di_type *t, unsigned depth);

/* Member M of the structure whose address is BASE. */
static struct expr *member_value(struct pretty *p, struct expr *base, const struct di_type *t, const char *name)
{
	struct arena *a = &p->l->session->arena;
	struct expr *c = expr_new(a, EXPR_CAST, p->span), *keep = expr_clone(a, base);
	struct access step = { .kind = ACCESS_MEMBER, .member = name, .span = p->span };

	keep->ctype = di_pointer_to(t->module, t);
	c->cast.arg = keep;
	vec_push(a, &c->cast.path, step);
	return lower_cast(p->l, c, NULL);
}

static void add_struct(struct pretty *p, struct expr *base, const struct di_type *t, unsigned depth)
{
	const struct di_type *full = di_type_complete(di_type_strip(t));
	bool first = true;

	sb_putc(&p->format, '{');
	for (size_t i = 0; i < full->nmembers && p->args.len < MAX_PARTS; i++) {
		const struct di_member *m = &full->members[i];
		struct expr *v;

		if (!m->name)
			continue;
		sb_printf(&p->format, "%s.%s=", first ? "" : ", ", m->name);
		first = false;
		v = member_value(p, base, full, m->name);
		if (v->pending)
			sb_puts(&p->format, "<unavailable>");
		else
			add_value(p, v, m->type, depth);
	}
	sb_puts(&p->format, p->args.len >= MAX_PARTS ? ", ...}" : "}");
}

static void add_value(struct pretty *p, struct expr *value, const struct di_type *t, unsigned depth)
{
	struct arena *a = &p->l->session->arena;
	const struct di_type *s = t ? di_type_strip(t) : NULL;
	bool user = p->l->probe && p->l->probe->scope.user;
	bool composite = s && (s->kind == DI_STRUCT || s->kind == DI_UNION || s->kind == DI_CLASS);

	if (composite && depth) {
		add_struct(p, value, s, depth - 1);
	} else if (composite) {
		sb_puts(&p->format, "{...}");
	} else if (s && (s->kind == DI_POINTER || s->kind == DI_ARRAY) && s->target && is_char(di_type_strip(s->target))) {
		sb_puts(&p->format, "\"%s\"");
		vec_push(a, &p->args, text_of(p, value, user));
	} else if (s && s->kind == DI_POINTER && depth && s->target && di_type_strip(s->target)->kind == DI_STRUCT) {
		add_struct(p, value, s->target, depth - 1);
	} else {
		sb_puts(&p->format, s && (s->kind == DI_POINTER || s->kind == DI_ARRAY) ? "%#x" : "%i");
		vec_push(a, &p->args, value);
	}
}

struct expr *lower_pretty(struct lowering *l, struct expr *e, unsigned depth)
{
	struct pretty p = { .l = l, .span = e->span };
	struct expr *r;

	add_value(&p, e, e->ctype, depth);
	r = finish(&p);
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
