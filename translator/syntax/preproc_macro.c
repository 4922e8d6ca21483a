/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Macros: @define, and what a use of one stands for. */
#include "translator/syntax/preproc_frame.h"

#include <string.h>

/* ---- definitions ---- */

/* (a, b) behind the name, when it is there. */
static bool read_parameters(struct preproc *pp, struct macro *m, struct token *error)
{
	struct token t = preproc_raw(pp);

	if (t.kind != TOK_LPAREN) {
		preproc_unread(pp, t);
		return true;
	}
	m->has_params = true;
	t = preproc_raw(pp);
	while (t.kind != TOK_RPAREN || m->params.len) {
		if (!token_is_word(&t)) {
			*error = preproc_fail(pp, t.span, E(MACRO_DEFINE), "expected the name of a parameter of @%s", m->name);
			return false;
		}
		for (size_t i = 0; i < m->params.len; i++)
			if (m->params.data[i] == t.text) {
				*error = preproc_fail(pp, t.span, E(MACRO_DEFINE), "@%s has two parameters %s", m->name, t.text);
				return false;
			}
		vec_push(&pp->session->arena, &m->params, t.text);
		t = preproc_raw(pp);
		if (t.kind == TOK_RPAREN)
			break;
		if (t.kind != TOK_COMMA) {
			*error = preproc_fail(pp, t.span, E(MACRO_DEFINE), "expected \",\" or \")\" in the parameters of @%s", m->name);
			return false;
		}
		t = preproc_raw(pp);
	}
	return true;
}

/* %( … %) */
static bool read_body(struct preproc *pp, struct macro *m, struct token *error)
{
	struct token t = preproc_raw(pp), first = t;
	unsigned depth = 0;

	if (t.kind != TOK_PP_IF) {
		preproc_unread(pp, t);
		*error = preproc_fail(pp, t.kind == TOK_EOF ? m->span : t.span, E(MACRO_DEFINE), "expected %%( and the text of @%s", m->name);
		return false;
	}
	for (;;) {
		t = preproc_raw(pp);
		if (t.kind == TOK_EOF) {
			preproc_unread(pp, t);
			*error = preproc_fail(pp, first.span, E(PREPROC_BALANCE), "the text of @%s does not end: %%( without %%)", m->name);
			return false;
		}
		if (t.kind == TOK_PP_END && !depth--)
			return true;
		depth += t.kind == TOK_PP_IF;
		vec_push(&pp->session->arena, &m->body, t);
	}
}

/* Behind a malformed head: past the text, if that comes before the next declaration. */
static void skip_definition(struct preproc *pp)
{
	struct macro none = { .name = "?" };
	unsigned muted = pp->session->diags.muted++;
	struct token t, ignored;

	do
		t = preproc_raw(pp);
	while (t.kind != TOK_EOF && t.kind != TOK_PP_IF && t.kind != TOK_ATOP && t.kind != TOK_PROBE && t.kind != TOK_FUNCTION && t.kind != TOK_GLOBAL);
	preproc_unread(pp, t);
	if (t.kind == TOK_PP_IF)
		read_body(pp, &none, &ignored);
	pp->session->diags.muted = muted;
}

static bool enter_macro(struct preproc *pp, struct macro *m, struct token *error)
{
	struct map *table = pp->publish ? &pp->session->macros : &pp->macros;
	const struct macro *old = map_get(table, m->name);
	struct source *a = old ? source_get(&pp->session->sources, old->span.src) : NULL;
	struct source *b = source_get(&pp->session->sources, m->span.src);

	for (size_t i = 0; i < pp->defined.len; i++)
		if (pp->defined.data[i] == m->name) {
			*error = preproc_fail(pp, m->span, E(MACRO_DEFINE), "@%s is defined already", m->name);
			if (old && a)
				diag_note(&pp->session->diags, old->span, "it is here");
			return false;
		}
	vec_push(&pp->session->arena, &pp->defined, m->name);
	/* of library files the first counts, which may be this one read again */
	if (!old || (a && b && !strcmp(a->name, b->name)))
		map_put(table, m->name, m);
	return true;
}

bool preproc_define(struct preproc *pp, struct span at, struct token *error)
{
	struct macro *m = ARENA_NEW(&pp->session->arena, struct macro);
	struct token t = preproc_raw(pp);

	if (!token_is_word(&t)) {
		preproc_unread(pp, t);
		*error = preproc_fail(pp, t.kind == TOK_EOF ? at : t.span, E(MACRO_DEFINE), "expected a name after @define");
		skip_definition(pp);
		return false;
	}
	m->name = t.text;
	m->span = t.span;
	m->published = pp->publish;
	if (!read_parameters(pp, m, error)) {
		skip_definition(pp);
		return false;
	}
	if (!read_body(pp, m, error))
		return false;
	if (!strcmp(m->name, "define")) {
		*error = preproc_fail(pp, m->span, E(MACRO_DEFINE), "@define is no name of a macro");
		return false;
	}
	return enter_macro(pp, m, error);
}

/* ---- uses ---- */

enum { MACRO_DEPTH = 500 };

static bool is_inside(const struct preproc_scope *sc, const struct macro *m)
{
	for (; sc; sc = sc->caller)
		if (sc->macro == m)
			return true;
	return false;
}

static bool opens(enum token_kind k)
{
	return k == TOK_LPAREN || k == TOK_LBRACKET || k == TOK_LBRACE || k == TOK_PP_IF;
}

static bool closes(enum token_kind k)
{
	return k == TOK_RPAREN || k == TOK_RBRACKET || k == TOK_RBRACE || k == TOK_PP_END;
}

VEC_OF(argument_vec, struct token_vec);

/* Between ( and ), commas outside of brackets apart. False at the end of the text. */
static bool read_arguments(struct preproc *pp, struct argument_vec *out)
{
	struct token_vec none = { 0 };
	unsigned depth = 0;
	struct token t;

	vec_push(&pp->session->arena, out, none);
	for (;;) {
		t = preproc_raw(pp);
		if (t.kind == TOK_EOF) {
			preproc_unread(pp, t);
			return false;
		}
		if (!preproc_count(pp, &t)) {
			preproc_give_up(pp, t.span);
			return false;
		}
		if (t.kind == TOK_RPAREN && !depth)
			break;
		if (t.kind == TOK_COMMA && !depth) {
			vec_push(&pp->session->arena, out, none);
			continue;
		}
		if (opens(t.kind))
			depth++;
		else if (closes(t.kind) && depth)
			depth--;
		vec_push(&pp->session->arena, &vec_last(out), t);
	}
	if (out->len == 1 && !out->data[0].len)
		out->len = 0;
	return true;
}

static bool take_arguments(struct preproc *pp, const struct token *name, const struct macro *m, struct argument_vec *out, struct token *error)
{
	size_t want = m->params.len;
	struct token t = preproc_raw(pp);

	if (t.kind != TOK_LPAREN && !want) {
		preproc_unread(pp, t);
		return true;
	}
	if (t.kind != TOK_LPAREN) {
		preproc_unread(pp, t);
		*error = preproc_fail(pp, name->span, E(MACRO_ARGUMENTS), "@%s takes %zu argument%s in parentheses", m->name, want, want == 1 ? "" : "s");
	} else if (!read_arguments(pp, out)) {
		*error = preproc_fail(pp, t.span, E(MACRO_ARGUMENTS), "the arguments of @%s do not end", m->name);
	} else {
		if (!out->len && want == 1) {
			struct token_vec none = { 0 };

			vec_push(&pp->session->arena, out, none);
		}
		if (out->len == want)
			return true;
		*error = preproc_fail(pp, name->span, E(MACRO_ARGUMENTS), "@%s takes %zu argument%s, not %zu", m->name, want, want == 1 ? "" : "s", out->len);
	}
	diag_note(&pp->session->diags, m->span, "it is defined here");
	return false;
}

bool preproc_call(struct preproc *pp, const struct token *name, struct macro *m, struct token *error)
{
	const struct preproc_scope *caller = pp->top->scope;
	struct session *s = pp->session;
	struct argument_vec args = { 0 };
	struct preproc_scope *sc;
	struct preproc_frame *f;
	struct token use = *name;

	if (is_inside(caller, m)) {
		*error = preproc_fail(pp, name->span, E(MACRO_RECURSION), "@%s stands for itself", m->name);
		return false;
	}
	if (caller && caller->depth >= MACRO_DEPTH) {
		*error = preproc_fail(pp, name->span, E(MACRO_SIZE), "macros nested more than %d deep", MACRO_DEPTH);
		return false;
	}
	if (m->has_params && !take_arguments(pp, &use, m, &args, error))
		return false;
	sc = ARENA_NEW(&s->arena, struct preproc_scope);
	*sc = (struct preproc_scope){ caller ? caller->depth + 1 : 1, m, args.data, caller };
	f = preproc_push(pp, &use);
	f->scope = sc;
	f->tokens = m->body.data;
	f->n = m->body.len;
	f->expansion = source_expansion(&s->sources, source_get(&s->sources, m->span.src), m->name, use.span)->id;
	return true;
}

void preproc_push_argument(struct preproc *pp, const struct token *name, const struct token_vec *tokens)
{
	const struct preproc_scope *sc = pp->top->scope;
	struct preproc_frame *f = preproc_push(pp, name);

	f->scope = sc->caller;
	f->tokens = tokens->data;
	f->n = tokens->len;
}
