/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations, probe points, whole files. */
#include "translator/syntax/parser.h"
#include "translator/syntax/print.h"

#include <stdlib.h>
#include <string.h>

void advance(struct parser *p)
{
	p->last = p->tok.span;
	if (p->has_ahead) {
		p->tok = p->ahead;
		p->has_ahead = false;
	} else {
		p->tok = preproc_next(&p->pp);
	}
	if (p->tok.kind == TOK_ERROR)
		p->failed = true;
}

struct token *peek2(struct parser *p)
{
	if (!p->has_ahead) {
		p->ahead = preproc_next(&p->pp);
		p->has_ahead = true;
	}
	return &p->ahead;
}

bool accept(struct parser *p, enum token_kind k)
{
	if (p->tok.kind != k)
		return false;
	advance(p);
	return true;
}

bool fail_expected(struct parser *p, const char *what)
{
	p->failed = true;
	if (p->tok.kind == TOK_ERROR)
		return false;
	return diag_error(&p->session->diags, p->tok.span, E(PARSE_EXPECTED), "expected %s, found %s", what,
			  p->tok.kind == TOK_EOF ? "the end" : token_texts[p->tok.kind]);
}

bool expect(struct parser *p, enum token_kind k, const char *where)
{
	if (accept(p, k))
		return true;
	return fail_expected(p, arena_printf(p->arena, "\"%s\" %s", token_texts[k], where));
}

bool deeper(struct parser *p)
{
	if (p->depth++ < MAX_DEPTH)
		return true;
	p->failed = true;
	return diag_error(&p->session->diags, p->tok.span, E(PARSE_DEPTH), "nested more than %d deep", MAX_DEPTH);
}

/* ---- points ---- */

static const char *component_name(struct parser *p)
{
	struct strbuf b = STRBUF_INIT;
	const char *s;

	for (bool first = true;; first = false) {
		struct token *t = &p->tok;
		bool word = t->text && (t->kind == TOK_IDENT || (t->kind >= TOK_PROBE && t->kind <= TOK_LONG_T));

		if (!first && t->space_before)
			break;
		if (word)
			sb_puts(&b, t->text);
		else if (t->kind == TOK_STAR)
			sb_putc(&b, '*');
		else if (t->kind == TOK_NUMBER && !first)
			sb_add(&b, source_get(&p->session->sources, t->span.src)->text + t->span.beg, t->span.end - t->span.beg);
		else if (t->kind == TOK_QUESTION && !first && p->has_ahead)
			break;
		else
			break;
		advance(p);
	}
	s = b.len ? intern(&p->session->names, sb_str(&b)) : NULL;
	sb_free(&b);
	return s;
}

static bool parse_component(struct parser *p, struct component *c)
{
	c->span = p->tok.span;
	c->name = component_name(p);
	if (!c->name)
		return fail_expected(p, "a probe point");
	if (accept(p, TOK_LPAREN)) {
		bool minus = accept(p, TOK_MINUS);

		if (p->tok.kind != TOK_NUMBER && p->tok.kind != TOK_STRING)
			return fail_expected(p, "a number or a string");
		c->arg = parse_binary(p, 14);
		if (minus && c->arg)
			c->arg->number.value = -c->arg->number.value;
		if (!c->arg || !expect(p, TOK_RPAREN, "after the argument"))
			return false;
	}
	c->span = span_join(c->span, p->last);
	return true;
}

struct point *parse_point(struct parser *p)
{
	struct point *pt = ARENA_NEW(p->arena, struct point);

	pt->span = p->tok.span;
	do {
		struct component c = { 0 };

		if (!parse_component(p, &c))
			return NULL;
		vec_push(p->arena, &pt->parts, c);
	} while (accept(p, TOK_DOT));
	if (accept(p, TOK_QUESTION))
		pt->optional = true;
	else if (accept(p, TOK_NOT))
		pt->sufficient = true;
	if (accept(p, TOK_IF) && (!expect(p, TOK_LPAREN, "after if") || !(pt->condition = parse_expression(p)) || !expect(p, TOK_RPAREN, "after the condition")))
		return NULL;
	pt->span = span_join(pt->span, p->last);
	return pt;
}

bool parse_points(struct parser *p, struct point_vec *out)
{
	do {
		struct point *pt = parse_point(p);

		if (!pt)
			return false;
		vec_push(p->arena, out, pt);
	} while (accept(p, TOK_COMMA) && p->tok.kind != TOK_LBRACE);
	return true;
}

/* ---- declarations ---- */

static void keep(struct parser *p, struct file *f, void *decl, enum decl_kind k)
{
	vec_push(p->arena, &f->order, decl);
	vec_push(p->arena, &f->order_kind, (uint8_t)k);
}

static bool parse_probe_decl(struct parser *p, struct file *f, bool privat, struct span at)
{
	struct point_vec points = { 0 };
	struct alias_decl *a;
	struct probe_decl *d;
	bool epilogue;

	if (!parse_points(p, &points))
		return false;
	epilogue = p->tok.kind == TOK_ADD_ASSIGN;
	if (p->tok.kind == TOK_ASSIGN || epilogue) {
		advance(p);
		a = ARENA_NEW(p->arena, struct alias_decl);
		for (size_t i = 0; i < points.len; i++)
			vec_push(p->arena, &a->names, points.data[i]);
		a->epilogue = epilogue;
		a->privat = privat;
		if (!parse_points(p, &a->probe.points) || !(a->probe.body = parse_block(p)))
			return false;
		a->span = a->probe.span = span_join(at, p->last);
		vec_push(p->arena, &f->aliases, a);
		keep(p, f, a, DECL_ALIAS);
		return true;
	}
	d = ARENA_NEW(p->arena, struct probe_decl);
	d->points = points;
	if (!(d->body = parse_block(p)))
		return false;
	d->span = span_join(at, p->last);
	vec_push(p->arena, &f->probes, d);
	keep(p, f, d, DECL_PROBE);
	return true;
}

static bool parse_global_decl(struct parser *p, struct file *f, bool privat)
{
	do {
		struct global_decl *g = ARENA_NEW(p->arena, struct global_decl);

		g->span = p->tok.span;
		g->name = p->tok.text;
		g->privat = privat;
		if (!expect(p, TOK_IDENT, "to name a global"))
			return false;
		if (accept(p, TOK_PERCENT))
			g->wrap = true;
		if (accept(p, TOK_LBRACKET) && (!(g->size = parse_expression(p)) || !expect(p, TOK_RBRACKET, "after the size")))
			return false;
		if (accept(p, TOK_PERCENT))
			g->wrap = true;
		if (accept(p, TOK_ASSIGN)) {
			bool minus = accept(p, TOK_MINUS);

			if (!(g->init = parse_binary(p, 14)))
				return false;
			if (minus)
				g->init->number.value = -g->init->number.value;
		}
		vec_push(p->arena, &f->globals, g);
		keep(p, f, g, DECL_GLOBAL);
	} while (accept(p, TOK_COMMA));
	accept(p, TOK_SEMICOLON);
	return true;
}

enum value_type parse_type(struct parser *p)
{
	if (accept(p, TOK_LONG_T))
		return TYPE_LONG;
	if (accept(p, TOK_STRING_T))
		return TYPE_STRING;
	fail_expected(p, "long or string");
	return TYPE_UNKNOWN;
}

static bool parse_params(struct parser *p, struct function_decl *d)
{
	if (accept(p, TOK_RPAREN))
		return true;
	do {
		struct param_decl q = { .name = p->tok.text, .span = p->tok.span };

		if (!expect(p, TOK_IDENT, "to name a parameter"))
			return false;
		if (accept(p, TOK_COLON) && !(q.type = parse_type(p)))
			return false;
		vec_push(p->arena, &d->params, q);
	} while (accept(p, TOK_COMMA));
	return expect(p, TOK_RPAREN, "after the parameters");
}

static bool parse_function_decl(struct parser *p, struct file *f, bool privat, struct span at)
{
	struct function_decl *d = ARENA_NEW(p->arena, struct function_decl);

	d->name = p->tok.text;
	d->name_span = p->tok.span;
	d->priority = -1;
	d->privat = privat;
	if (!expect(p, TOK_IDENT, "to name a function"))
		return false;
	if (accept(p, TOK_COLON) && !(d->result = parse_type(p)))
		return false;
	if (!expect(p, TOK_LPAREN, "before the parameters") || !parse_params(p, d))
		return false;
	if (accept(p, TOK_COLON)) {
		d->priority = (int)p->tok.number;
		if (!expect(p, TOK_NUMBER, "for the priority"))
			return false;
	}
	if (p->tok.kind == TOK_EMBEDDED) {
		d->body = stmt_new(p->arena, STMT_EMBEDDED, p->tok.span);
		d->body->embedded.code = p->tok.text;
		advance(p);
	} else if (!(d->body = parse_block(p))) {
		return false;
	}
	d->span = span_join(at, p->last);
	vec_push(p->arena, &f->functions, d);
	keep(p, f, d, DECL_FUNCTION);
	return true;
}

static bool parse_declaration(struct parser *p, struct file *f)
{
	struct span at = p->tok.span;
	bool privat = accept(p, TOK_PRIVATE);
	struct stmt *s;

	if (accept(p, TOK_PROBE) || accept(p, TOK_EXPORT))
		return parse_probe_decl(p, f, privat, at);
	if (accept(p, TOK_FUNCTION))
		return parse_function_decl(p, f, privat, at);
	if (accept(p, TOK_GLOBAL) || (privat && p->tok.kind == TOK_IDENT))
		return parse_global_decl(p, f, privat);
	if (p->tok.kind == TOK_EMBEDDED) {
		s = stmt_new(p->arena, STMT_EMBEDDED, p->tok.span);
		s->embedded.code = p->tok.text;
		advance(p);
		vec_push(p->arena, &f->embedded, s);
		keep(p, f, s, DECL_EMBEDDED);
		return true;
	}
	return fail_expected(p, "probe, global, private or function");
}

static void recover(struct parser *p)
{
	p->depth = 0;
	do
		advance(p);
	while (p->tok.kind != TOK_EOF && p->tok.kind != TOK_PROBE && p->tok.kind != TOK_FUNCTION && p->tok.kind != TOK_GLOBAL && p->tok.kind != TOK_PRIVATE);
}

static struct file *parse_source(struct parser *p, struct session *s, struct source *src, bool library)
{
	struct file *f = ARENA_NEW(&s->arena, struct file);

	*p = (struct parser){ .session = s, .arena = &s->arena, .library = library };
	f->source = src;
	f->library = library;
	f->guru = library || s->opt.guru;
	preproc_init(&p->pp, s, src);
	advance(p);
	while (p->tok.kind != TOK_EOF)
		if (!parse_declaration(p, f))
			recover(p);
	return p->failed || p->pp.failed ? NULL : f;
}

struct file *parse_file(struct session *s, struct source *src, bool library)
{
	struct parser p;

	return parse_source(&p, s, src, library);
}

struct point *parse_point_text(struct session *s, const char *text)
{
	struct source *src = source_add(&s->sources, "<point>", text, strlen(text));
	struct parser p = { .session = s, .arena = &s->arena };
	struct point *pt;

	preproc_init(&p.pp, s, src);
	advance(&p);
	pt = parse_point(&p);
	return pt && (p.tok.kind == TOK_EOF || (fail_expected(&p, "nothing more"), false)) ? pt : NULL;
}

bool parse_definitions(struct session *s, struct source *src, defines_fn *fn, void *data)
{
	struct strbuf b = STRBUF_INIT;
	struct parser p;
	struct file *f = parse_source(&p, s, src, true);

	if (!f)
		return false;
	for (size_t i = 0; p.pp.publish && i < p.pp.defined.len; i++)
		fn(data, DEFINES_MACRO, p.pp.defined.data[i]);
	for (size_t i = 0; i < f->functions.len; i++)
		if (!f->functions.data[i]->privat)
			fn(data, DEFINES_FUNCTION, f->functions.data[i]->name);
	for (size_t i = 0; i < f->globals.len; i++)
		if (!f->globals.data[i]->privat)
			fn(data, DEFINES_GLOBAL, f->globals.data[i]->name);
	for (size_t i = 0; i < f->aliases.len; i++)
		for (size_t j = 0; j < f->aliases.data[i]->names.len; j++) {
			sb_clear(&b);
			print_component_list(&b, &f->aliases.data[i]->names.data[j]->parts);
			fn(data, DEFINES_ALIAS, intern(&s->names, sb_str(&b)));
		}
	if (f->probes.len)
		fn(data, DEFINES_PROBE, NULL);
	if (f->embedded.len)
		fn(data, DEFINES_EMBEDDED, NULL);
	sb_free(&b);
	return true;
}
