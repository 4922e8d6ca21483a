/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions, by precedence climbing over one table. */
#include "translator/syntax/parser.h"
#include "translator/syntax/format.h"

#include <string.h>

static const struct binop { enum token_kind tok; enum op op; unsigned level; bool right; enum { BINARY, ASSIGN } what; } binops[] = {
	{ TOK_ASSIGN, OP_NONE, 1, true, ASSIGN }, { TOK_ADD_ASSIGN, OP_ADD, 1, true, ASSIGN }, { TOK_SUB_ASSIGN, OP_SUB, 1, true, ASSIGN },
	{ TOK_MUL_ASSIGN, OP_MUL, 1, true, ASSIGN }, { TOK_DIV_ASSIGN, OP_DIV, 1, true, ASSIGN }, { TOK_MOD_ASSIGN, OP_MOD, 1, true, ASSIGN },
	{ TOK_AND_ASSIGN, OP_AND, 1, true, ASSIGN }, { TOK_OR_ASSIGN, OP_OR, 1, true, ASSIGN }, { TOK_XOR_ASSIGN, OP_XOR, 1, true, ASSIGN },
	{ TOK_SHL_ASSIGN, OP_SHL, 1, true, ASSIGN }, { TOK_SHR_ASSIGN, OP_SHR, 1, true, ASSIGN }, { TOK_USHR_ASSIGN, OP_USHR, 1, true, ASSIGN },
	{ TOK_DOT_ASSIGN, OP_CONCAT, 1, true, ASSIGN }, { TOK_STAT, OP_STAT, 1, true, ASSIGN },
	{ TOK_OROR, OP_LOGOR, 3, false, BINARY }, { TOK_ANDAND, OP_LOGAND, 4, false, BINARY },
	/* 5: in */
	{ TOK_OR, OP_OR, 6, false, BINARY }, { TOK_XOR, OP_XOR, 7, false, BINARY }, { TOK_AND, OP_AND, 8, false, BINARY },
	{ TOK_LT, OP_LT, 9, false, BINARY }, { TOK_GT, OP_GT, 9, false, BINARY }, { TOK_LE, OP_LE, 9, false, BINARY },
	{ TOK_GE, OP_GE, 9, false, BINARY }, { TOK_EQ, OP_EQ, 9, false, BINARY }, { TOK_NE, OP_NE, 9, false, BINARY },
	{ TOK_SHL, OP_SHL, 10, false, BINARY }, { TOK_SHR, OP_SHR, 10, false, BINARY }, { TOK_USHR, OP_USHR, 10, false, BINARY },
	{ TOK_DOT, OP_CONCAT, 11, false, BINARY },
	{ TOK_PLUS, OP_ADD, 12, false, BINARY }, { TOK_MINUS, OP_SUB, 12, false, BINARY },
	{ TOK_STAR, OP_MUL, 13, false, BINARY }, { TOK_SLASH, OP_DIV, 13, false, BINARY }, { TOK_PERCENT, OP_MOD, 13, false, BINARY },
};

static const struct binop *find_binop(enum token_kind k)
{
	for (size_t i = 0; i < sizeof binops / sizeof *binops; i++)
		if (binops[i].tok == k)
			return &binops[i];
	return NULL;
}

static struct expr *node(struct parser *p, enum expr_kind k, struct span at)
{
	return expr_new(p->arena, k, at);
}

static bool parse_args(struct parser *p, struct expr_vec *out, enum token_kind close, bool slices)
{
	if (accept(p, close))
		return true;
	do {
		struct expr *e = NULL;

		if (slices && p->tok.kind == TOK_STAR && (peek2(p)->kind == TOK_COMMA || peek2(p)->kind == close))
			advance(p);
		else if (!(e = parse_expression(p)))
			return false;
		vec_push(p->arena, out, e);
	} while (accept(p, TOK_COMMA));
	return expect(p, close, "after the arguments");
}

/* -> member, [index] and the $ $$ suffix of a target variable. */
static bool parse_path(struct parser *p, struct access_vec *out)
{
	for (;;) {
		struct access a = { .span = p->tok.span };

		if (p->tok.kind == TOK_ARROW || (p->tok.kind == TOK_DOT && 0)) {
			advance(p);
			if (p->tok.kind != TOK_IDENT && p->tok.kind > TOK_ATOP + 20)
				return fail_expected(p, "a member name");
			a.kind = ACCESS_MEMBER;
			a.member = p->tok.text;
			size_t n = a.member ? strlen(a.member) : 0, d = 0;
			while (d < n && a.member[n - 1 - d] == '$')
				d++;
			if (!n)
				return fail_expected(p, "a member name");
			if (d)
				a.member = intern_n(&p->session->names, a.member, n - d);
			advance(p);
			vec_push(p->arena, out, a);
			if (d) {
				a.kind = ACCESS_PRETTY;
				a.depth = (unsigned)d;
				vec_push(p->arena, out, a);
				return true;
			}
		} else if (p->tok.kind == TOK_LBRACKET) {
			advance(p);
			a.kind = ACCESS_INDEX;
			a.index = parse_expression(p);
			if (!a.index || !expect(p, TOK_RBRACKET, "after the index"))
				return false;
			vec_push(p->arena, out, a);
		} else if (p->tok.kind == TOK_TARGET && !p->tok.space_before && (!strcmp(p->tok.text, "$") || !strcmp(p->tok.text, "$$"))) {
			a.kind = ACCESS_PRETTY;
			a.depth = (unsigned)p->tok.len;
			advance(p);
			vec_push(p->arena, out, a);
			return true;
		} else {
			return true;
		}
	}
}

static struct expr *parse_target(struct parser *p, bool address)
{
	struct expr *e = node(p, EXPR_TARGET, p->tok.span);
	size_t n = p->tok.len, d = 0;
	const char *t = p->tok.text;

	while (n > 1 && t[n - 1 - d] == '$' && d + 1 < n)
		d++;
	if (t[1] == '$' && n > 2 && d >= n - 2)
		d = 0;
	e->target.name = d ? intern_n(&p->session->names, t, n - d) : t;
	e->target.address_of = address;
	advance(p);
	if (d) {
		struct access a = { .kind = ACCESS_PRETTY, .depth = (unsigned)d, .span = e->span };

		vec_push(p->arena, &e->target.path, a);
	} else if (!parse_path(p, &e->target.path)) {
		return NULL;
	}
	e->span = span_join(e->span, p->last);
	return e;
}

static const char *string_arg(struct expr_vec *v, size_t n)
{
	return v->len > n && v->data[n]->kind == EXPR_STRING ? v->data[n]->string.text : NULL;
}

static struct expr *parse_atop(struct parser *p, bool address)
{
	static const char *const stats[] = { "count", "sum", "min", "max", "avg", "variance" };
	struct token t = p->tok;
	struct expr_vec args = { 0 };
	struct expr *e;

	advance(p);
	if (accept(p, TOK_LPAREN) && !parse_args(p, &args, TOK_RPAREN, false))
		return NULL;
	for (unsigned i = 0; i < 6; i++)
		if (!strcmp(t.text, stats[i]) && args.len) {
			e = node(p, EXPR_STAT, span_join(t.span, p->last));
			e->stat.op = i;
			e->stat.arg = args.data[0];
			for (size_t j = 1; j < args.len; j++)
				vec_push(p->arena, &e->stat.params, args.data[j]);
			return e;
		}
	if (!strncmp(t.text, "hist_", 5) && args.len) {
		e = node(p, EXPR_HIST, span_join(t.span, p->last));
		e->hist.linear = !strcmp(t.text, "hist_linear");
		e->hist.arg = args.data[0];
		for (size_t j = 1; j < args.len; j++)
			vec_push(p->arena, &e->hist.params, args.data[j]);
		return e;
	}
	if (!strcmp(t.text, "cast") && args.len >= 2) {
		e = node(p, EXPR_CAST, t.span);
		e->cast.arg = args.data[0];
		e->cast.type = string_arg(&args, 1);
		e->cast.module = string_arg(&args, 2);
		e->cast.address_of = address;
		if (!parse_path(p, &e->cast.path))
			return NULL;
	} else if (!strcmp(t.text, "var")) {
		e = node(p, EXPR_TARGET, t.span);
		e->target.name = intern(&p->session->names, "@var");
		e->target.args = args;
		e->target.address_of = address;
		if (!parse_path(p, &e->target.path))
			return NULL;
	} else {
		e = node(p, EXPR_ATOP, t.span);
		e->atop.name = t.text;
		e->atop.args = args;
	}
	e->span = span_join(t.span, p->last);
	return e;
}

static const struct { const char *name; enum print_kind kind; bool to_string; } prints[] = {
	{ "print", PRINT_PRINT, false }, { "println", PRINT_PRINTLN, false }, { "printd", PRINT_PRINTD, false }, { "printdln", PRINT_PRINTDLN, false },
	{ "printf", PRINT_PRINTF, false }, { "print_char", PRINT_PRINT_CHAR, false },
	{ "sprint", PRINT_PRINT, true }, { "sprintln", PRINT_PRINTLN, true }, { "sprintd", PRINT_PRINTD, true }, { "sprintdln", PRINT_PRINTDLN, true },
	{ "sprintf", PRINT_PRINTF, true },
};

struct expr *parse_print(struct parser *p, struct token name)
{
	struct expr *e = node(p, EXPR_PRINT, name.span), *first;
	struct expr_vec args = { 0 };
	size_t i = 0, skip = 0;

	while (strcmp(prints[i].name, name.text))
		i++;
	if (!parse_args(p, &args, TOK_RPAREN, false))
		return NULL;
	e->print.kind = prints[i].kind;
	e->print.to_string = prints[i].to_string;
	e->span = span_join(name.span, p->last);
	first = args.len ? args.data[0] : NULL;
	if (e->print.kind == PRINT_PRINTF) {
		if (!first || first->kind != EXPR_STRING) {
			p->failed = true;
			diag_error(&p->session->diags, e->span, E(PARSE_EXPECTED), "%s takes a format in quotes first", name.text);
			return NULL;
		}
		e->print.format_text = first->string.text;
		e->print.format_len = first->string.len;
		e->print.format_span = first->span;
		e->print.format = format_parse(p->arena, &p->session->diags, first->span, first->string.text, first->string.len);
		if (!e->print.format)
			return NULL;
		skip = 1;
	} else if (e->print.kind == PRINT_PRINTD || e->print.kind == PRINT_PRINTDLN) {
		if (!first || first->kind != EXPR_STRING) {
			p->failed = true;
			diag_error(&p->session->diags, e->span, E(PARSE_EXPECTED), "%s takes a delimiter in quotes first", name.text);
			return NULL;
		}
		e->print.delimiter = first;
		skip = 1;
	}
	for (; skip < args.len; skip++)
		vec_push(p->arena, &e->print.args, args.data[skip]);
	return e;
}

static bool is_print(const char *name)
{
	for (size_t i = 0; i < sizeof prints / sizeof *prints; i++)
		if (!strcmp(prints[i].name, name))
			return true;
	return false;
}

static struct expr *parse_name(struct parser *p)
{
	struct token t = p->tok;
	struct expr *e;

	advance(p);
	if (p->tok.kind == TOK_LPAREN) {
		advance(p);
		if (is_print(t.text))
			return parse_print(p, t);
		e = node(p, EXPR_CALL, t.span);
		e->call.name = t.text;
		if (!parse_args(p, &e->call.args, TOK_RPAREN, false))
			return NULL;
		e->span = span_join(t.span, p->last);
		return e;
	}
	e = node(p, EXPR_SYMBOL, t.span);
	e->symbol.name = t.text;
	return e;
}

static struct expr *parse_key_list(struct parser *p)
{
	struct expr *e = node(p, EXPR_IN, p->tok.span);

	advance(p);
	if (!parse_args(p, &e->in.keys, TOK_RBRACKET, true) || !expect(p, TOK_IN, "after the keys"))
		return NULL;
	if (p->tok.kind != TOK_IDENT) {
		fail_expected(p, "an array");
		return NULL;
	}
	e->in.array = node(p, EXPR_SYMBOL, p->tok.span);
	e->in.array->symbol.name = p->tok.text;
	advance(p);
	e->span = span_join(e->span, p->last);
	return e;
}

static struct expr *parse_primary(struct parser *p)
{
	struct token t = p->tok;
	struct expr *e;

	switch ((int)t.kind) {
	case TOK_NUMBER:
		advance(p);
		e = node(p, EXPR_NUMBER, t.span);
		e->number.value = t.number;
		return e;
	case TOK_STRING:
		advance(p);
		e = node(p, EXPR_STRING, t.span);
		e->string.text = t.text;
		e->string.len = t.len;
		while (p->tok.kind == TOK_STRING) {
			e->string.text = arena_printf(p->arena, "%s%s", e->string.text, p->tok.text);
			e->string.len = strlen(e->string.text);
			advance(p);
		}
		e->span = span_join(t.span, p->last);
		return e;
	case TOK_IDENT: return parse_name(p);
	case TOK_TARGET: return parse_target(p, false);
	case TOK_ATOP: return parse_atop(p, false);
	case TOK_LBRACKET: return parse_key_list(p);
	case TOK_EMBEDDED:
		advance(p);
		e = node(p, EXPR_EMBEDDED, t.span);
		e->embedded.code = t.text;
		return e;
	case TOK_LPAREN:
		advance(p);
		e = parse_expression(p);
		return e && expect(p, TOK_RPAREN, "to close the parenthesis") ? e : NULL;
	case TOK_AND:
		advance(p);
		if (p->tok.kind == TOK_TARGET)
			return parse_target(p, true);
		if (p->tok.kind == TOK_ATOP)
			return parse_atop(p, true);
		break;
	}
	fail_expected(p, "an expression");
	return NULL;
}

static struct expr *parse_postfix(struct parser *p)
{
	struct expr *e = parse_primary(p), *n;

	while (e) {
		if (p->tok.kind == TOK_LBRACKET && (e->kind == EXPR_SYMBOL || e->kind == EXPR_HIST)) {
			advance(p);
			n = node(p, EXPR_INDEX, e->span);
			n->index.base = e;
			if (!parse_args(p, &n->index.keys, TOK_RBRACKET, true))
				return NULL;
		} else if (p->tok.kind == TOK_ARROW) {
			n = node(p, EXPR_CAST, e->span);
			n->cast.arg = e;
			if (!parse_path(p, &n->cast.path))
				return NULL;
		} else if (p->tok.kind == TOK_INC || p->tok.kind == TOK_DEC) {
			n = node(p, EXPR_INCDEC, e->span);
			n->incdec.arg = e;
			n->incdec.increment = p->tok.kind == TOK_INC;
			advance(p);
		} else {
			return e;
		}
		n->span = span_join(e->span, p->last);
		e = n;
	}
	return NULL;
}

static struct expr *parse_unary(struct parser *p)
{
	static const struct { enum token_kind t; enum op op; } un[] = {
		{ TOK_MINUS, OP_NEG }, { TOK_NOT, OP_NOT }, { TOK_TILDE, OP_COMPL }, { TOK_PLUS, OP_PLUS },
	};
	struct token t = p->tok;
	struct expr *e, *arg;

	if (t.kind == TOK_INC || t.kind == TOK_DEC) {
		advance(p);
		e = node(p, EXPR_INCDEC, t.span);
		e->incdec.prefix = true;
		e->incdec.increment = t.kind == TOK_INC;
		e->incdec.arg = parse_unary(p);
		e->span = span_join(t.span, p->last);
		return e->incdec.arg ? e : NULL;
	}
	for (unsigned i = 0; i < 4; i++)
		if (un[i].t == t.kind) {
			advance(p);
			if (!deeper(p))
				return NULL;
			arg = parse_unary(p);
			p->depth--;
			if (!arg)
				return NULL;
			e = node(p, EXPR_UNARY, span_join(t.span, p->last));
			e->unary.op = un[i].op;
			e->unary.arg = arg;
			return e;
		}
	return parse_postfix(p);
}

static struct expr *parse_in(struct parser *p, struct expr *left)
{
	struct expr *e = node(p, EXPR_IN, left->span);

	vec_push(p->arena, &e->in.keys, left);
	if (p->tok.kind != TOK_IDENT) {
		fail_expected(p, "an array");
		return NULL;
	}
	e->in.array = node(p, EXPR_SYMBOL, p->tok.span);
	e->in.array->symbol.name = p->tok.text;
	advance(p);
	e->span = span_join(left->span, p->last);
	return e;
}

static struct expr *combine(struct parser *p, const struct binop *b, struct expr *l, struct expr *r)
{
	struct expr *e = node(p, b->what == ASSIGN ? EXPR_ASSIGN : EXPR_BINARY, span_join(l->span, r->span));

	if (b->what == ASSIGN)
		e->assign = (struct expr_assign){ b->op, l, r };
	else
		e->binary = (struct expr_binary){ b->op, l, r };
	return e;
}

struct expr *parse_binary(struct parser *p, unsigned least)
{
	struct expr *l, *r, *e;
	const struct binop *b;

	if (!deeper(p))
		return NULL;
	l = parse_unary(p);
	while (l) {
		if (p->tok.kind == TOK_QUESTION && least <= 2 && !(p->no_gt && 0)) {
			advance(p);
			r = parse_binary(p, 2);
			if (!r || !expect(p, TOK_COLON, "in a ? b : c"))
				return NULL;
			e = node(p, EXPR_TERNARY, l->span);
			e->ternary = (struct expr_ternary){ l, r, parse_binary(p, 2) };
			if (!e->ternary.no)
				return NULL;
			e->span = span_join(l->span, p->last);
			l = e;
			continue;
		}
		if (p->tok.kind == TOK_IN && least <= 5 && !p->no_in) {
			advance(p);
			l = parse_in(p, l);
			continue;
		}
		if ((p->tok.kind == TOK_MATCH || p->tok.kind == TOK_NOMATCH) && least <= 9) {
			e = node(p, EXPR_MATCH, l->span);
			e->match.negate = p->tok.kind == TOK_NOMATCH;
			e->match.left = l;
			advance(p);
			e->match.regex = parse_binary(p, 10);
			if (!e->match.regex)
				return NULL;
			l = e;
			continue;
		}
		b = find_binop(p->tok.kind);
		if (!b || b->level < least)
			break;
		advance(p);
		r = parse_binary(p, b->right ? b->level : b->level + 1);
		l = r ? combine(p, b, l, r) : NULL;
	}
	p->depth--;
	return l;
}

struct expr *parse_expression(struct parser *p)
{
	bool no_in = p->no_in;
	struct expr *e;

	p->no_in = false;
	e = parse_binary(p, 0);
	p->no_in = no_in;
	return e;
}
