/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probe points. Components are words with wildcards; braces whose alternatives are plain
 * names stay in the name (sema/match.c expands them), others, {a("x"),b.c}, give points of
 * their own here, in product order. */
#include "translator/syntax/parser.h"

#include "lib/wildcard.h"

#include <string.h>

/* Points without an address yet: of each parts, and within braces perhaps the suffix. */
VEC_OF(sequence_vec, struct point);

static bool parse_sequence(struct parser *p, struct sequence_vec *out);
static bool parse_alternative(struct parser *p, struct sequence_vec *out);

/* ---- names ---- */

/* Does T carry on the name before it, so that a ? between them is a wildcard? */
static bool continues_name(const struct token *t)
{
	return !t->space_before && (token_is_word(t) || t->kind == TOK_STAR || t->kind == TOK_QUESTION || t->kind == TOK_LBRACKET || t->kind == TOK_NUMBER);
}

static void add_token(struct parser *p, struct strbuf *b)
{
	size_t n;
	const char *text = token_source_text(p, &p->tok, &n);

	sb_add(b, text, n);
	advance(p);
}

/* [a-z], up to its ]. */
static bool add_class(struct parser *p, struct strbuf *b)
{
	struct span at = p->tok.span;

	do {
		add_token(p, b);
		if (p->tok.space_before || p->tok.kind == TOK_EOF || p->tok.kind == TOK_LBRACE || p->tok.kind == TOK_ERROR) {
			p->failed = true;
			return diag_error(&p->session->diags, at, E(PARSE_EXPECTED), "\"[\" without \"]\" in the name of a probe point");
		}
	} while (p->tok.kind != TOK_RBRACKET);
	add_token(p, b);
	return true;
}

/* Words and wildcards without a blank between them, behind what B holds. */
static bool add_name(struct parser *p, struct strbuf *b)
{
	for (bool first = !b->len;; first = false) {
		if (!first && p->tok.space_before)
			return true;
		if (token_is_word(&p->tok) || p->tok.kind == TOK_STAR || (!first && p->tok.kind == TOK_NUMBER) ||
		    (p->tok.kind == TOK_QUESTION && (first || continues_name(peek2(p)))))
			add_token(p, b);
		else if (p->tok.kind != TOK_LBRACKET)
			return true;
		else if (!add_class(p, b))
			return false;
	}
}

/* ("x") or (5) */
static bool parse_argument(struct parser *p, struct component *c)
{
	if (p->tok.kind == TOK_LPAREN) {
		advance(p);
		if (token_is_word(&p->tok)) {
			fail_expected(p, "a number or a string");
			hint(p, "a name is a string here: %s(\"%s\")", c->name, p->tok.text);
			return false;
		}
		c->arg = parse_literal(p, "a number or a string");
		if (!c->arg || !expect(p, TOK_RPAREN, "after the argument"))
			return false;
	}
	c->span = span_join(c->span, p->last);
	return true;
}

static void add_single(struct parser *p, struct sequence_vec *out, struct component c)
{
	struct point one = { .span = c.span };

	vec_push(p->arena, &one.parts, c);
	vec_push(p->arena, out, one);
}

/* ---- braces ---- */

/* ? or ! and if (…) behind the components. */
static bool parse_suffix(struct parser *p, struct point *pt)
{
	if (accept(p, TOK_QUESTION))
		pt->optional = true;
	else if (accept(p, TOK_NOT))
		pt->sufficient = true;
	if (!accept(p, TOK_IF))
		return true;
	if (!expect(p, TOK_LPAREN, "after if"))
		return false;
	pt->condition = parse_expression(p);
	return pt->condition && expect(p, TOK_RPAREN, "after the condition");
}

static bool has_suffix(const struct point *pt)
{
	return pt->optional || pt->sufficient || pt->condition;
}

/* Points that share the suffix at hand. */
static bool parse_alternative(struct parser *p, struct sequence_vec *out)
{
	struct point suffix = { 0 };
	size_t first = out->len;

	if (!parse_sequence(p, out) || !parse_suffix(p, &suffix))
		return false;
	for (size_t i = first; has_suffix(&suffix) && i < out->len; i++) {
		struct point *pt = &out->data[i];

		if (has_suffix(pt)) {
			p->failed = true;
			return diag_error(&p->session->diags, p->last, E(PARSE_EXPECTED), "a suffix inside the braces and one behind them");
		}
		pt->optional = suffix.optional;
		pt->sufficient = suffix.sufficient;
		pt->condition = suffix.condition && i > first ? expr_clone(p->arena, suffix.condition) : suffix.condition;
	}
	return true;
}

static bool is_plain(const struct sequence_vec *v)
{
	for (size_t i = 0; i < v->len; i++)
		if (v->data[i].parts.len != 1 || v->data[i].parts.data[0].arg || has_suffix(&v->data[i]))
			return false;
	return true;
}

/* "{a,b}" of alternatives that are names. */
static void join_names(struct strbuf *b, const struct sequence_vec *v)
{
	sb_putc(b, '{');
	for (size_t i = 0; i < v->len; i++)
		sb_printf(b, "%s%s", i ? "," : "", v->data[i].parts.data[0].name);
	sb_putc(b, '}');
}

static bool too_many(struct parser *p, struct span at)
{
	p->failed = true;
	return diag_error(&p->session->diags, at, E(PROBE_BRACES), "these braces stand for more than %d probe points", BRACE_LIMIT);
}

/* { a, b } at the start of a component. */
static bool parse_braces(struct parser *p, struct sequence_vec *out)
{
	struct component c = { .span = p->tok.span };
	struct sequence_vec all = { 0 };
	struct strbuf b = STRBUF_INIT;
	bool ok = deeper(p);

	advance(p);
	do
		ok = ok && parse_alternative(p, &all);
	while (ok && accept(p, TOK_COMMA));
	p->depth--;
	if (!ok || !expect(p, TOK_RBRACE, "after the alternatives"))
		return false;
	if (!is_plain(&all)) {
		for (size_t i = 0; i < all.len; i++)
			vec_push(p->arena, out, all.data[i]);
		return out->len <= BRACE_LIMIT || too_many(p, c.span);
	}
	join_names(&b, &all);
	ok = add_name(p, &b);
	c.name = intern_n(&p->session->names, sb_str(&b), b.len);
	sb_free(&b);
	ok = ok && parse_argument(p, &c);
	if (ok)
		add_single(p, out, c);
	return ok;
}

/* ---- components and sequences of them ---- */

/* The texts that one component stands for: more than one only for braces. */
static bool parse_component(struct parser *p, struct sequence_vec *out)
{
	struct component c = { .span = p->tok.span };
	struct strbuf b = STRBUF_INIT;
	bool ok;

	if (p->tok.kind == TOK_LBRACE)
		return parse_braces(p, out);
	ok = add_name(p, &b);
	if (ok && !b.len)
		ok = fail_expected(p, "the name of a probe point");
	c.name = intern_n(&p->session->names, sb_str(&b), b.len);
	sb_free(&b);
	if (!ok || !parse_argument(p, &c))
		return false;
	add_single(p, out, c);
	return true;
}

/* The tree stays one: no argument has two parents. */
static struct component copy_component(struct parser *p, const struct component *c)
{
	struct component copy = *c;

	if (c->arg)
		copy.arg = expr_clone(p->arena, c->arg);
	return copy;
}

/* Each of LEFT followed by each of RIGHT. */
static bool multiply(struct parser *p, struct sequence_vec *left, const struct sequence_vec *right, struct span at)
{
	struct sequence_vec all = { 0 };

	if (left->len * right->len > BRACE_LIMIT)
		return too_many(p, at);
	for (size_t i = 0; i < left->len; i++)
		for (size_t j = 0; j < right->len; j++) {
			struct point v = right->data[j];

			if (has_suffix(&left->data[i])) {
				p->failed = true;
				return diag_error(&p->session->diags, at, E(PARSE_EXPECTED), "? ! and if (…) stand behind the last component");
			}
			v.parts = (struct component_vec){ 0 };
			for (size_t k = 0; k < left->data[i].parts.len; k++)
				vec_push(p->arena, &v.parts, copy_component(p, &left->data[i].parts.data[k]));
			for (size_t k = 0; k < right->data[j].parts.len; k++)
				vec_push(p->arena, &v.parts, copy_component(p, &right->data[j].parts.data[k]));
			if (v.condition)
				v.condition = expr_clone(p->arena, v.condition);
			vec_push(p->arena, &all, v);
		}
	*left = all;
	return true;
}

static bool parse_sequence(struct parser *p, struct sequence_vec *out)
{
	struct sequence_vec all = { 0 };
	struct span at = p->tok.span;

	vec_push(p->arena, &all, (struct point){ .span = at });
	do {
		struct sequence_vec one = { 0 };

		if (!parse_component(p, &one))
			return false;
		/* the usual case, and no copy of it */
		if (all.len == 1 && one.len == 1 && one.data[0].parts.len == 1 && !has_suffix(&all.data[0]) && !has_suffix(&one.data[0]))
			vec_push(p->arena, &all.data[0].parts, one.data[0].parts.data[0]);
		else if (!multiply(p, &all, &one, at))
			return false;
	} while (accept(p, TOK_DOT));
	for (size_t i = 0; i < all.len; i++)
		vec_push(p->arena, out, all.data[i]);
	return out->len <= BRACE_LIMIT || too_many(p, at);
}

/* ---- points ---- */

static bool parse_point_list(struct parser *p, struct point_vec *out)
{
	struct span at = p->tok.span;
	struct sequence_vec all = { 0 };

	if (!parse_alternative(p, &all))
		return false;
	at = span_join(at, p->last);
	for (size_t i = 0; i < all.len; i++) {
		struct point *pt = ARENA_NEW(p->arena, struct point);

		*pt = all.data[i];
		pt->span = at;
		vec_push(p->arena, out, pt);
	}
	return true;
}

bool parse_points(struct parser *p, struct point_vec *out)
{
	do
		if (!parse_point_list(p, out))
			return false;
	while (accept(p, TOK_COMMA));
	return true;
}

struct point *parse_point_text(struct session *s, const char *text)
{
	struct source *src = source_add(&s->sources, "<point>", text, strlen(text));
	struct parser p = { .session = s, .arena = &s->arena };
	struct point_vec points = { 0 };

	preproc_init(&p.pp, s, src);
	advance(&p);
	if (!parse_point_list(&p, &points) || p.failed || p.pp.failed)
		return NULL;
	if (p.tok.kind != TOK_EOF) {
		fail_expected(&p, "nothing more");
		return NULL;
	}
	if (points.len > 1) {
		diag_error(&s->diags, points.data[0]->span, E(PROBE_BRACES), "braces with more than names in them: write the points apart");
		return NULL;
	}
	return points.data[0];
}
