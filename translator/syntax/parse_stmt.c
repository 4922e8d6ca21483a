/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements. */
#include "translator/syntax/parser.h"

#include <string.h>

static struct stmt *node(struct parser *p, enum stmt_kind k, struct span at)
{
	return stmt_new(p->arena, k, at);
}

static bool starts_declaration(const struct token *t)
{
	switch ((int)t->kind) {
	case TOK_EOF: case TOK_PROBE: case TOK_GLOBAL: case TOK_FUNCTION: case TOK_PRIVATE: return true;
	}
	return false;
}

/* How far the line of AT is indented; *FIRST: nothing else stands before AT in it. */
static unsigned indentation(struct parser *p, struct span at, bool *first)
{
	struct source *src = source_get(&p->session->sources, at.src);
	unsigned line, col, n = 0, i;
	const char *text;
	size_t len;

	source_position(src, at.beg, &line, &col);
	text = source_line(src, line, &len);
	for (i = 0; i + 1 < col && (text[i] == ' ' || text[i] == '\t'); i++)
		n = text[i] == '\t' ? n / 8 * 8 + 8 : n + 1;
	*first = i + 1 == col;
	return n;
}

/* A } further left than the line of its { may have been meant for a block around it. */
static void note_unclosed(struct parser *p, struct span open, struct span close)
{
	bool leads, begins;

	if (p->unclosed.src || !open.src || open.src != close.src)
		return;
	if (indentation(p, close, &leads) < indentation(p, open, &begins) && leads)
		p->unclosed = open;
}

static void explain_unclosed(struct parser *p, struct span block)
{
	if (p->tok.kind == TOK_ERROR)
		return;
	if (p->unclosed.src)
		diag_note(&p->session->diags, p->unclosed, "perhaps this \"{\" lacks its \"}\": the one that ends it stands further left");
	else
		diag_note(&p->session->diags, block, "the block begins here");
}

struct stmt *parse_block(struct parser *p)
{
	struct stmt *s = node(p, STMT_BLOCK, p->tok.span), *i;

	if (!expect(p, TOK_LBRACE, "to open a block"))
		return NULL;
	while (p->tok.kind != TOK_RBRACE) {
		if (starts_declaration(&p->tok)) {
			fail_expected(p, "a statement or \"}\"");
			explain_unclosed(p, s->span);
			return NULL;
		}
		i = parse_statement(p);
		if (!i)
			return NULL;
		vec_push(p->arena, &s->block.body, i);
	}
	advance(p);
	note_unclosed(p, s->span, p->last);
	s->span = span_join(s->span, p->last);
	return s;
}

static struct stmt *parse_if(struct parser *p, struct stmt *s)
{
	if (!expect(p, TOK_LPAREN, "after if") || !(s->if_.cond = parse_expression(p)) || !expect(p, TOK_RPAREN, "after the condition"))
		return NULL;
	s->if_.yes = parse_statement(p);
	if (!s->if_.yes || !parse_native_else(p))
		return NULL;
	if (accept(p, TOK_ELSE) && !(s->if_.no = parse_statement(p)))
		return NULL;
	return s;
}

/* What a loop does again and again. */
static struct stmt *parse_body(struct parser *p)
{
	struct stmt *s;

	p->loops++;
	s = parse_statement(p);
	p->loops--;
	return s;
}

static struct stmt *parse_while(struct parser *p, struct stmt *s)
{
	if (!expect(p, TOK_LPAREN, "after while") || !(s->loop.cond = parse_expression(p)) || !expect(p, TOK_RPAREN, "after the condition"))
		return NULL;
	s->loop.body = parse_body(p);
	return s->loop.body ? s : NULL;
}

static struct stmt *parse_for(struct parser *p, struct stmt *s)
{
	s->loop.is_for = true;
	if (!expect(p, TOK_LPAREN, "after for"))
		return NULL;
	if (p->tok.kind != TOK_SEMICOLON && !(s->loop.init = parse_expression(p)))
		return NULL;
	if (!expect(p, TOK_SEMICOLON, "in for (;;)"))
		return NULL;
	if (p->tok.kind != TOK_SEMICOLON && !(s->loop.cond = parse_expression(p)))
		return NULL;
	if (!expect(p, TOK_SEMICOLON, "in for (;;)"))
		return NULL;
	if (p->tok.kind != TOK_RPAREN && !(s->loop.step = parse_expression(p)))
		return NULL;
	if (!expect(p, TOK_RPAREN, "after for (;;)"))
		return NULL;
	s->loop.body = parse_body(p);
	return s->loop.body ? s : NULL;
}

static struct expr *symbol(struct parser *p)
{
	struct expr *e;

	if (p->tok.kind != TOK_IDENT) {
		fail_expected(p, "a name");
		return NULL;
	}
	e = expr_new(p->arena, EXPR_SYMBOL, p->tok.span);
	e->symbol.name = p->tok.text;
	advance(p);
	return e;
}

static void sort_mark(struct parser *p, struct stmt *s, int column)
{
	static const char *const stats[] = { "count", "sum", "min", "max", "avg", "variance" };

	if (p->tok.kind == TOK_ATOP)
		for (int i = 0; i < 6; i++)
			if (!strcmp(p->tok.text, stats[i])) {
				s->foreach.sort_stat = i;
				s->foreach.sort_named = true;
				advance(p);
				break;
			}
	if (p->tok.kind != TOK_PLUS && p->tok.kind != TOK_MINUS)
		return;
	if (s->foreach.order != SORT_NONE) {
		p->failed = true;
		diag_error(&p->session->diags, p->tok.span, E(PARSE_SORT), "foreach sorts by one thing");
		diag_note(&p->session->diags, s->foreach.sort_span, "it has a mark here");
	}
	s->foreach.order = p->tok.kind == TOK_PLUS ? SORT_UP : SORT_DOWN;
	s->foreach.sort_column = column;
	s->foreach.sort_span = p->tok.span;
	advance(p);
}

/* [k1, k2-] */
static bool foreach_key_list(struct parser *p, struct stmt *s)
{
	struct expr *e;

	do {
		if (!(e = symbol(p)))
			return false;
		vec_push(p->arena, &s->foreach.keys, e);
		sort_mark(p, s, (int)s->foreach.keys.len);
	} while (accept(p, TOK_COMMA));
	return expect(p, TOK_RBRACKET, "after the keys");
}

/* The = of `v = keys`; a sort mark of v without a blank behind it makes += or -= of it. */
static bool foreach_assign(struct parser *p, struct stmt *s)
{
	if (p->tok.kind == TOK_ADD_ASSIGN || p->tok.kind == TOK_SUB_ASSIGN) {
		s->foreach.order = p->tok.kind == TOK_ADD_ASSIGN ? SORT_UP : SORT_DOWN;
		s->foreach.sort_span = p->tok.span;
		advance(p);
		return true;
	}
	if (!accept(p, TOK_ASSIGN))
		return false;
	s->foreach.sort_column = 0;
	return true;
}

/* `k`, `[k1, k2]`, and either behind `v =`. */
static bool foreach_keys(struct parser *p, struct stmt *s)
{
	struct expr *e;

	if (accept(p, TOK_LBRACKET))
		return foreach_key_list(p, s);
	if (!(e = symbol(p)))
		return false;
	sort_mark(p, s, 1);
	if (!s->foreach.value && foreach_assign(p, s)) {
		s->foreach.value = e;
		return foreach_keys(p, s);
	}
	vec_push(p->arena, &s->foreach.keys, e);
	return true;
}

static bool foreach_base(struct parser *p, struct stmt *s)
{
	struct expr *e;

	if (p->tok.kind == TOK_ATOP) {
		p->histogram = p->tok.span;
		s->foreach.base = parse_postfix(p);
		if (!s->foreach.base)
			return false;
		if (s->foreach.base->kind != EXPR_HIST) {
			p->failed = true;
			return diag_error(&p->session->diags, s->foreach.base->span, E(PARSE_EXPECTED), "foreach walks an array or a histogram");
		}
		sort_mark(p, s, 0);
		return true;
	}
	if (!(s->foreach.base = symbol(p)))
		return false;
	if (accept(p, TOK_LBRACKET)) {
		do {
			e = NULL;
			if (p->tok.kind == TOK_STAR)
				advance(p);
			else if (!(e = parse_expression(p)))
				return false;
			vec_push(p->arena, &s->foreach.slice, e);
		} while (accept(p, TOK_COMMA));
		if (!expect(p, TOK_RBRACKET, "after the slice"))
			return false;
	}
	sort_mark(p, s, 0);
	return true;
}

static struct stmt *parse_foreach(struct parser *p, struct stmt *s)
{
	if (!expect(p, TOK_LPAREN, "after foreach"))
		return NULL;
	if (!foreach_keys(p, s) || !expect(p, TOK_IN, "in foreach") || !foreach_base(p, s))
		return NULL;
	if (accept(p, TOK_LIMIT) && !(s->foreach.limit = parse_expression(p)))
		return NULL;
	if (!expect(p, TOK_RPAREN, "after foreach (…)"))
		return NULL;
	s->foreach.body = parse_body(p);
	return s->foreach.body ? s : NULL;
}

static struct stmt *parse_try(struct parser *p, struct stmt *s)
{
	if (!(s->try_.body = parse_block(p)) || !expect(p, TOK_CATCH, "after try { … }"))
		return NULL;
	if (accept(p, TOK_LPAREN) && (!(s->try_.message = symbol(p)) || !expect(p, TOK_RPAREN, "after the name")))
		return NULL;
	s->try_.handler = parse_block(p);
	return s->try_.handler ? s : NULL;
}

static bool starts_statement(const struct token *t)
{
	return t->kind == TOK_RBRACE || t->kind == TOK_SEMICOLON || t->kind == TOK_EOF;
}

static bool check_deleted(struct parser *p, const struct expr *e)
{
	if (e->kind == EXPR_SYMBOL || (e->kind == EXPR_INDEX && e->index.base->kind == EXPR_SYMBOL))
		return true;
	p->failed = true;
	return diag_error(&p->session->diags, e->span, E(PARSE_EXPECTED), "delete takes a variable, an array or an element of one");
}

static struct stmt *parse_simple(struct parser *p, struct stmt *s)
{
	switch ((int)s->kind) {
	case STMT_BREAK: case STMT_CONTINUE:
		if (!p->loops) {
			p->failed = true;
			diag_error(&p->session->diags, s->span, E(PARSE_LOOP), "%s outside of a loop", s->kind == STMT_BREAK ? "break" : "continue");
			hint(p, "\"next\" ends a probe's handler, \"return\" a function");
		}
		break;
	case STMT_RETURN:
		if (!starts_statement(&p->tok) && !(s->return_.value = parse_expression(p)))
			return NULL;
		break;
	case STMT_DELETE:
		if (!(s->delete_.target = parse_expression(p)) || !check_deleted(p, s->delete_.target))
			return NULL;
		break;
	case STMT_EXPR:
		if (!(s->expr.expr = parse_expression(p)))
			return NULL;
		break;
	}
	accept(p, TOK_SEMICOLON);
	return s;
}

static struct stmt *parse_by_keyword(struct parser *p)
{
	static const struct { enum token_kind t; enum stmt_kind k; struct stmt *(*f)(struct parser *p, struct stmt *s); } table[] = {
		{ TOK_IF, STMT_IF, parse_if }, { TOK_WHILE, STMT_LOOP, parse_while }, { TOK_FOR, STMT_LOOP, parse_for },
		{ TOK_FOREACH, STMT_FOREACH, parse_foreach }, { TOK_TRY, STMT_TRY, parse_try }, { TOK_RETURN, STMT_RETURN, parse_simple },
		{ TOK_DELETE, STMT_DELETE, parse_simple }, { TOK_NEXT, STMT_NEXT, parse_simple }, { TOK_BREAK, STMT_BREAK, parse_simple },
		{ TOK_CONTINUE, STMT_CONTINUE, parse_simple }, { TOK_SEMICOLON, STMT_EMPTY, NULL },
	};
	struct stmt *s;

	if (p->tok.kind == TOK_LBRACE)
		return parse_block(p);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].t == p->tok.kind) {
			s = node(p, table[i].k, p->tok.span);
			advance(p);
			return table[i].f ? table[i].f(p, s) : s;
		}
	if (p->tok.kind == TOK_EMBEDDED) {
		s = node(p, STMT_EMBEDDED, p->tok.span);
		s->embedded.code = p->tok.text;
		advance(p);
		accept(p, TOK_SEMICOLON);
		return s;
	}
	return parse_native(p) ? parse_simple(p, node(p, STMT_EXPR, p->tok.span)) : NULL;
}

struct stmt *parse_statement(struct parser *p)
{
	struct stmt *s;

	if (!deeper(p))
		return NULL;
	s = parse_by_keyword(p);
	p->depth--;
	if (s)
		s->span = span_join(s->span, p->last);
	return s;
}
