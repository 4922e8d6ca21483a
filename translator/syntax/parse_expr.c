/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operators, by precedence climbing over one table. */
#include "translator/syntax/parser.h"

/* How tightly operators bind; print.c has the same levels. */
enum { LEVEL_ASSIGN = 1, LEVEL_TERNARY = 2, LEVEL_IN = 8, LEVEL_COMPARE = 9, LEVEL_TIGHTEST = 13 };

static const struct binop { enum token_kind tok; enum op op; unsigned level; } binops[] = {
	{ TOK_ASSIGN, OP_NONE, 1 }, { TOK_ADD_ASSIGN, OP_ADD, 1 }, { TOK_SUB_ASSIGN, OP_SUB, 1 }, { TOK_MUL_ASSIGN, OP_MUL, 1 },
	{ TOK_DIV_ASSIGN, OP_DIV, 1 }, { TOK_MOD_ASSIGN, OP_MOD, 1 }, { TOK_AND_ASSIGN, OP_AND, 1 }, { TOK_OR_ASSIGN, OP_OR, 1 },
	{ TOK_XOR_ASSIGN, OP_XOR, 1 }, { TOK_SHL_ASSIGN, OP_SHL, 1 }, { TOK_SHR_ASSIGN, OP_SHR, 1 }, { TOK_USHR_ASSIGN, OP_USHR, 1 },
	{ TOK_DOT_ASSIGN, OP_CONCAT, 1 }, { TOK_STAT, OP_STAT, 1 },
	{ TOK_OROR, OP_LOGOR, 3 }, { TOK_ANDAND, OP_LOGAND, 4 },
	{ TOK_OR, OP_OR, 5 }, { TOK_XOR, OP_XOR, 6 }, { TOK_AND, OP_AND, 7 },
	{ TOK_LT, OP_LT, 9 }, { TOK_GT, OP_GT, 9 }, { TOK_LE, OP_LE, 9 }, { TOK_GE, OP_GE, 9 }, { TOK_EQ, OP_EQ, 9 }, { TOK_NE, OP_NE, 9 },
	{ TOK_SHL, OP_SHL, 10 }, { TOK_SHR, OP_SHR, 10 }, { TOK_USHR, OP_USHR, 10 },
	{ TOK_DOT, OP_CONCAT, 11 },
	{ TOK_PLUS, OP_ADD, 12 }, { TOK_MINUS, OP_SUB, 12 },
	{ TOK_STAR, OP_MUL, 13 }, { TOK_SLASH, OP_DIV, 13 }, { TOK_PERCENT, OP_MOD, 13 },
};

static const struct binop *find_binop(enum token_kind k)
{
	for (size_t i = 0; i < sizeof binops / sizeof *binops; i++)
		if (binops[i].tok == k)
			return &binops[i];
	return NULL;
}

static struct expr *parse_binary(struct parser *p, unsigned least);

/* ---- prefixes ---- */

static struct expr *parse_prefix_step(struct parser *p)
{
	struct expr *e = expr_new(p->arena, EXPR_INCDEC, p->tok.span);

	e->incdec.prefix = true;
	e->incdec.increment = p->tok.kind == TOK_INC;
	advance(p);
	if (!deeper(p) || !(e->incdec.arg = parse_reach(p)) || !taller(p, p->height))
		return NULL;
	p->depth--;
	e->span = span_join(e->span, p->last);
	return e;
}

static struct expr *parse_sign(struct parser *p, enum op op)
{
	struct expr *e = expr_new(p->arena, EXPR_UNARY, p->tok.span), *arg;

	advance(p);
	if (!deeper(p) || !(arg = parse_unary(p)) || !taller(p, p->height))
		return NULL;
	p->depth--;
	e->span = span_join(e->span, p->last);
	/* -5 is a number */
	if (op == OP_NEG && arg->kind == EXPR_NUMBER && arg->number.value) {
		arg->number.value = (int64_t)(0 - (uint64_t)arg->number.value);
		arg->span = e->span;
		return arg;
	}
	e->unary.op = op;
	e->unary.arg = arg;
	return e;
}

struct expr *parse_unary(struct parser *p)
{
	switch ((int)p->tok.kind) {
	case TOK_INC: case TOK_DEC: return parse_prefix_step(p);
	case TOK_MINUS: return parse_sign(p, OP_NEG);
	case TOK_NOT: return parse_sign(p, OP_NOT);
	case TOK_TILDE: return parse_sign(p, OP_COMPL);
	case TOK_PLUS: return parse_sign(p, OP_PLUS);
	}
	return parse_postfix(p);
}

struct expr *parse_literal(struct parser *p, const char *what)
{
	struct span at = p->tok.span;
	bool minus = accept(p, TOK_MINUS);
	struct expr *e;

	if (p->tok.kind == TOK_STRING && !minus)
		return parse_string(p);
	if (p->tok.kind != TOK_NUMBER) {
		fail_expected(p, what);
		return NULL;
	}
	e = expr_new(p->arena, EXPR_NUMBER, span_join(at, p->tok.span));
	e->number.value = minus ? (int64_t)(0 - (uint64_t)p->tok.number) : p->tok.number;
	advance(p);
	return e;
}

/* ---- what stands between operands ---- */

/* l in array */
static struct expr *parse_in(struct parser *p, struct expr *l)
{
	struct expr *e = expr_new(p->arena, EXPR_IN, l->span);

	advance(p);
	vec_push(p->arena, &e->in.keys, l);
	return parse_in_array(p, e) ? e : NULL;
}

/* l ? a : b */
static struct expr *parse_ternary(struct parser *p, struct expr *l)
{
	struct expr *e = expr_new(p->arena, EXPR_TERNARY, l->span);
	unsigned height = p->height;

	advance(p);
	e->ternary.cond = l;
	if (!(e->ternary.yes = parse_binary(p, LEVEL_ASSIGN)) || !expect(p, TOK_COLON, "of a ? b : c"))
		return NULL;
	height = p->height > height ? p->height : height;
	if (!(e->ternary.no = parse_binary(p, LEVEL_TERNARY)))
		return NULL;
	p->height = p->height > height ? p->height : height;
	return e;
}

/* l =~ "regex" */
static struct expr *parse_match(struct parser *p, struct expr *l)
{
	struct expr *e = expr_new(p->arena, EXPR_MATCH, l->span);

	e->match.negate = p->tok.kind == TOK_NOMATCH;
	e->match.left = l;
	advance(p);
	if (p->tok.kind == TOK_STRING)
		return (e->match.regex = parse_string(p)) ? e : NULL;
	fail_expected(p, "a regular expression in quotes");
	return NULL;
}

/* l OP r, with the table's row B. */
static struct expr *parse_operator(struct parser *p, const struct binop *b, struct expr *l)
{
	bool assign = b->level == LEVEL_ASSIGN;
	unsigned height = p->height;
	struct expr *r, *e;

	advance(p);
	r = parse_binary(p, assign ? b->level : b->level + 1);
	if (!r)
		return NULL;
	p->height = p->height > height ? p->height : height;
	e = expr_new(p->arena, assign ? EXPR_ASSIGN : EXPR_BINARY, l->span);
	if (assign)
		e->assign = (struct expr_assign){ b->op, l, r };
	else
		e->binary = (struct expr_binary){ b->op, l, r };
	return e;
}

/* How tightly the operator at hand binds; 0: it is none. */
static unsigned level_of(enum token_kind k)
{
	const struct binop *b = find_binop(k);

	switch ((int)k) {
	case TOK_QUESTION: return LEVEL_TERNARY;
	case TOK_IN: return LEVEL_IN;
	case TOK_MATCH: case TOK_NOMATCH: return LEVEL_COMPARE;
	}
	return b ? b->level : 0;
}

/* The operator at hand behind L, and what it takes. */
static struct expr *parse_next(struct parser *p, struct expr *l)
{
	switch ((int)p->tok.kind) {
	case TOK_QUESTION: return parse_ternary(p, l);
	case TOK_IN: return parse_in(p, l);
	case TOK_MATCH: case TOK_NOMATCH: return parse_match(p, l);
	}
	return parse_operator(p, find_binop(p->tok.kind), l);
}

/* Operators of level LEAST or tighter.  What ends in a name or a literal instead of an operand
 * (in, =~) is not taken by tighter operators: `a in b -c` is two statements. Comparisons do
 * take it, as nothing else could be meant. */
static struct expr *parse_binary(struct parser *p, unsigned least)
{
	unsigned most = p->tok.kind == TOK_LBRACKET ? LEVEL_COMPARE : LEVEL_TIGHTEST, level;
	struct expr *l;

	if (!deeper(p))
		return NULL;
	l = parse_unary(p);
	while (l) {
		level = level_of(p->tok.kind);
		if (!level || level < least || level > most)
			break;
		most = level == LEVEL_IN ? LEVEL_COMPARE : level;
		l = parse_next(p, l);
		if (l && !taller(p, p->height))
			l = NULL;
		if (l)
			l->span = span_join(l->span, p->last);
	}
	p->depth--;
	return l;
}

struct expr *parse_expression(struct parser *p)
{
	return parse_binary(p, 0);
}
