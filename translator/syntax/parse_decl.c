/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations and whole files. After a mistake parsing goes on at the next declaration. */
#include "translator/syntax/parser.h"
#include "translator/syntax/print.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- declarations ---- */

static void keep(struct parser *p, struct file *f, void *decl, enum decl_kind k)
{
	vec_push(p->arena, &f->order, decl);
	vec_push(p->arena, &f->order_kind, (uint8_t)k);
}

/* The names of an alias have been read, = or += is at hand. In `a = b = points` both are names. */
static bool parse_alias_decl(struct parser *p, struct file *f, bool privat, struct span at, struct point_vec names)
{
	struct alias_decl *a = ARENA_NEW(p->arena, struct alias_decl);
	enum token_kind assign = p->tok.kind;

	a->epilogue = assign == TOK_ADD_ASSIGN;
	a->privat = privat;
	for (; a->probe.points.len < 2 && accept(p, assign); names = a->probe.points) {
		for (size_t i = 0; i < names.len; i++)
			vec_push(p->arena, &a->names, names.data[i]);
		a->probe.points = (struct point_vec){ 0 };
		if (!parse_points(p, &a->probe.points))
			return false;
	}
	if (!(a->probe.body = parse_block(p)))
		return false;
	if (!a->epilogue && accept(p, TOK_COMMA) && !(a->second = parse_block(p)))
		return false;
	a->span = a->probe.span = span_join(at, p->last);
	vec_push(p->arena, &f->aliases, a);
	keep(p, f, a, DECL_ALIAS);
	return true;
}

static bool parse_probe_decl(struct parser *p, struct file *f, bool privat, struct span at)
{
	struct point_vec points = { 0 };
	struct probe_decl *d;

	if (!parse_points(p, &points))
		return false;
	if (p->tok.kind == TOK_ASSIGN || p->tok.kind == TOK_ADD_ASSIGN)
		return parse_alias_decl(p, f, privat, at, points);
	if (privat)
		return fail_expected(p, "\"=\": only an alias is private, and a probe has no name");
	if (p->tok.kind == TOK_COLON && points.len && points.data[0]->parts.len) {
		fail_expected(p, "\"{\" to open a block");
		hint_native_probe(p, points.data[0]->parts.data[0].name);
		return false;
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

/* `global avg(x)`: the aggregate that x will be printed by. */
static bool parse_stat_hint(struct parser *p, struct global_decl *g)
{
	static const char *const names[] = { "count", "sum", "min", "max", "avg", "variance" };

	for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
		if (!strcmp(names[i], g->name)) {
			advance(p);
			g->stat_hint = i + 1;
			g->name = p->tok.text;
			g->span = p->tok.span;
			return expect(p, TOK_IDENT, "to name a global") && expect(p, TOK_RPAREN, "after the name");
		}
	return fail_expected(p, "\",\", \"=\" or the next declaration");
}

static bool parse_global(struct parser *p, struct global_decl *g)
{
	g->span = p->tok.span;
	g->name = p->tok.text;
	if (!expect(p, TOK_IDENT, "to name a global") || (p->tok.kind == TOK_LPAREN && !parse_stat_hint(p, g)))
		return false;
	g->wrap = accept(p, TOK_PERCENT);
	if (accept(p, TOK_LBRACKET) && (!(g->size = parse_expression(p)) || !expect(p, TOK_RBRACKET, "after the size")))
		return false;
	g->wrap |= accept(p, TOK_PERCENT);
	if (p->tok.kind == TOK_ASSIGN && (g->size || g->stat_hint)) {
		fail_expected(p, "\",\" or the next declaration");
		hint(p, "a value is given, and only scalars start with one: %s is %s", g->name, g->size ? "an array" : "a statistic");
		return false;
	}
	return !accept(p, TOK_ASSIGN) || (g->init = parse_literal(p, "a number or a string"));
}

static bool check_global(struct parser *p, struct file *f, struct global_decl *g)
{
	for (size_t i = 0; i < f->globals.len; i++)
		if (f->globals.data[i]->name == g->name) {
			p->failed = true;
			diag_error(&p->session->diags, g->span, E(NAME_TWICE), "\"%s\" is a global already", g->name);
			diag_note(&p->session->diags, f->globals.data[i]->span, "declared here");
			return false;
		}
	return true;
}

static bool parse_global_decl(struct parser *p, struct file *f, bool privat)
{
	do {
		struct global_decl *g = ARENA_NEW(p->arena, struct global_decl);

		g->privat = privat;
		if (!parse_global(p, g) || !check_global(p, f, g))
			return false;
		vec_push(p->arena, &f->globals, g);
		keep(p, f, g, DECL_GLOBAL);
	} while (accept(p, TOK_COMMA));
	accept(p, TOK_SEMICOLON);
	return true;
}

static enum value_type parse_type(struct parser *p)
{
	if (accept(p, TOK_LONG_T))
		return TYPE_LONG;
	if (accept(p, TOK_STRING_T))
		return TYPE_STRING;
	fail_expected(p, "the type long or string");
	return TYPE_UNKNOWN;
}

static bool parse_params(struct parser *p, struct function_decl *d)
{
	if (accept(p, TOK_RPAREN))
		return true;
	do {
		struct param_decl q = { .name = p->tok.text, .span = p->tok.span };

		for (size_t i = 0; i < d->params.len; i++)
			if (p->tok.kind == TOK_IDENT && d->params.data[i].name == q.name) {
				p->failed = true;
				return diag_error(&p->session->diags, q.span, E(NAME_TWICE), "\"%s\" is a parameter already", q.name);
			}
		if (!expect(p, TOK_IDENT, "to name a parameter"))
			return false;
		if (accept(p, TOK_COLON) && !(q.type = parse_type(p)))
			return false;
		vec_push(p->arena, &d->params, q);
	} while (accept(p, TOK_COMMA) && p->tok.kind != TOK_RPAREN);
	return expect(p, TOK_RPAREN, "after the parameters");
}

static bool parse_priority(struct parser *p, struct function_decl *d)
{
	if (p->tok.kind != TOK_NUMBER || p->tok.number < 1 || p->tok.number > INT_MAX)
		return fail_expected(p, "a priority, a number from 1 on");
	d->priority = (int)p->tok.number;
	advance(p);
	return true;
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
	if (accept(p, TOK_COLON) && !parse_priority(p, d))
		return false;
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

/* A word that begins no declaration. */
static void hint_declaration(struct parser *p)
{
	static const char *const words[] = { "probe", "global", "private", "function" };
	const char *near = nearest_name(p->tok.text, words, sizeof words / sizeof *words);

	if (hint_native_probe(p, p->tok.text))
		return;
	if (near)
		hint(p, "did you mean \"%s\"?", near);
	else
		hint(p, "statements stand in the body of a probe or function: probe begin { … }");
}

static bool parse_declaration(struct parser *p, struct file *f)
{
	struct span at = p->tok.span;
	bool privat = accept(p, TOK_PRIVATE);
	struct stmt *s;

	p->unclosed = (struct span){ 0 };
	if (p->pp.publish)
		return fail_expected(p, "@define, as a .stpm file holds nothing else");
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
	fail_expected(p, "probe, global, private or function");
	if (token_is_word(&p->tok))
		hint_declaration(p);
	return false;
}

/* To the next declaration; past the token at AT in any case. */
static void recover(struct parser *p, struct span at)
{
	bool dot = false;

	p->depth = p->loops = 0;
	p->histograms = false;
	if (p->tok.span.src == at.src && p->tok.span.beg == at.beg)
		advance(p);
	/* behind a dot these words are components: kernel.function */
	for (; p->tok.kind != TOK_EOF; advance(p)) {
		if (!dot && (p->tok.kind == TOK_PROBE || p->tok.kind == TOK_FUNCTION || p->tok.kind == TOK_GLOBAL || p->tok.kind == TOK_PRIVATE))
			return;
		dot = p->tok.kind == TOK_DOT;
	}
}

static struct file *parse_source(struct parser *p, struct session *s, struct source *src, bool library)
{
	struct file *f = ARENA_NEW(&s->arena, struct file);

	*p = (struct parser){ .session = s, .arena = &s->arena, .library = library };
	f->source = src;
	f->library = library;
	preproc_init(&p->pp, s, src);
	advance(p);
	while (p->tok.kind != TOK_EOF) {
		struct span at = p->tok.span;

		if (!parse_declaration(p, f))
			recover(p, at);
	}
	for (size_t i = 0; i < p->embedded_at.len; i++)
		vec_push(&s->arena, &f->embedded_at, p->embedded_at.data[i]);
	return p->failed || p->pp.failed ? NULL : f;
}

struct file *parse_file(struct session *s, struct source *src, bool library)
{
	struct parser p;

	return parse_source(&p, s, src, library);
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
