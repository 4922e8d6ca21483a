/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands: literals, names, calls, target variables, @-operators, and what follows them
 * without an operator between ([…], ->, ++). The print functions are in parse_print.c. */
#include "translator/syntax/parser.h"
#include "translator/syntax/parse_print.h"

#include <string.h>

bool parse_args(struct parser *p, struct expr_vec *out, enum token_kind close, bool slices)
{
	bool histograms = p->histograms;
	unsigned height = 0;

	p->height = 0;
	p->histograms = false;
	if (accept(p, close))
		return true;
	do {
		struct expr *e = NULL;

		if (histograms)
			p->histogram = p->tok.span;
		if (slices && p->tok.kind == TOK_STAR && (peek2(p)->kind == TOK_COMMA || peek2(p)->kind == close))
			advance(p);
		else if (!(e = parse_expression(p)))
			return false;
		height = p->height > height ? p->height : height;
		vec_push(p->arena, out, e);
	} while (accept(p, TOK_COMMA));
	p->height = height;
	if (accept(p, close))
		return true;
	return fail_expected(p, close == TOK_RPAREN ? "\",\" or \")\"" : "\",\" or \"]\"");
}

/* Strings side by side are one. */
struct expr *parse_string(struct parser *p)
{
	struct expr *e = expr_new(p->arena, EXPR_STRING, p->tok.span);
	struct strbuf b = STRBUF_INIT;

	e->string.text = p->tok.text;
	e->string.len = p->tok.len;
	advance(p);
	if (p->tok.kind == TOK_STRING) {
		sb_add(&b, e->string.text, e->string.len);
		for (; p->tok.kind == TOK_STRING; advance(p))
			sb_add(&b, p->tok.text, p->tok.len);
		e->string.text = intern_n(&p->session->names, sb_str(&b), b.len);
		e->string.len = b.len;
		e->span = span_join(e->span, p->last);
		sb_free(&b);
	}
	p->height = 1;
	return e;
}

/* ---- -> member, [index], and the $ $$ suffix ---- */

static size_t count_dollars(const char *text, size_t n)
{
	size_t d = 0;

	while (d < n && text[n - 1 - d] == '$')
		d++;
	return d;
}

static void add_pretty(struct parser *p, struct access_vec *out, size_t depth, struct span span)
{
	struct access a = { .kind = ACCESS_PRETTY, .depth = depth > 1 ? 2 : 1, .span = span };

	vec_push(p->arena, out, a);
}

/* Behind ->. *END: the name had a suffix, nothing can follow. */
static bool parse_member(struct parser *p, struct access_vec *out, bool *end)
{
	struct access a = { .kind = ACCESS_MEMBER, .span = p->tok.span };
	size_t d;

	if (p->tok.kind == TOK_TARGET && count_dollars(p->tok.text, p->tok.len) == p->tok.len) {	/* ->$ is the suffix, too */
		add_pretty(p, out, p->tok.len, a.span);
		*end = true;
		advance(p);
		return true;
	}
	if (!token_is_word(&p->tok))
		return fail_expected(p, "the name of a member after \"->\"");
	d = count_dollars(p->tok.text, p->tok.len);
	a.member = d ? intern_n(&p->session->names, p->tok.text, p->tok.len - d) : p->tok.text;
	vec_push(p->arena, out, a);
	if (d)
		add_pretty(p, out, d, a.span);
	*end = d != 0;
	advance(p);
	return true;
}

static bool is_suffix(const struct token *t)
{
	return t->kind == TOK_TARGET && !t->space_before && (!strcmp(t->text, "$") || !strcmp(t->text, "$$"));
}

static bool parse_path(struct parser *p, struct access_vec *out)
{
	bool end = false;

	while (!end) {
		struct access a = { .kind = ACCESS_INDEX, .span = p->tok.span };

		if (out->len > MAX_HEIGHT && !taller(p, MAX_HEIGHT))
			return false;
		if (accept(p, TOK_ARROW)) {
			if (!parse_member(p, out, &end))
				return false;
		} else if (accept(p, TOK_LBRACKET)) {
			a.index = parse_expression(p);
			if (!a.index || !expect(p, TOK_RBRACKET, "after the index"))
				return false;
			vec_push(p->arena, out, a);
		} else if (is_suffix(&p->tok)) {
			add_pretty(p, out, p->tok.len, p->tok.span);
			advance(p);
			end = true;
		} else {
			break;
		}
	}
	p->height = 1;
	return true;
}

/* $name, $$vars, with path */
static struct expr *parse_target(struct parser *p)
{
	struct expr *e = expr_new(p->arena, EXPR_TARGET, p->tok.span);
	size_t n = p->tok.len, head = n > 1 && p->tok.text[1] == '$' ? 2 : 1, d = count_dollars(p->tok.text + head, n - head);

	if (n == head) {
		fail_expected(p, "a target variable's name");
		return NULL;
	}
	e->target.name = intern_n(&p->session->names, p->tok.text, n - d);
	advance(p);
	if (d)
		add_pretty(p, &e->target.path, d, e->span);
	else if (!parse_path(p, &e->target.path))
		return NULL;
	e->span = span_join(e->span, p->last);
	return e;
}

/* ---- @-operators ---- */

static bool bad_operator(struct parser *p, const struct token *name, const char *what)
{
	p->failed = true;
	return diag_error(&p->session->diags, span_join(name->span, p->last), E(PARSE_EXPECTED), "@%s takes %s", name->text, what);
}

static void push_rest(struct parser *p, struct expr_vec *to, const struct expr_vec *args)
{
	for (size_t i = 1; i < args->len; i++)
		vec_push(p->arena, to, args->data[i]);
}

/* @count(x) … @variance(x, shift) */
static struct expr *make_stat(struct parser *p, const struct token *name, const struct expr_vec *args, enum stat_op op)
{
	struct expr *e = expr_new(p->arena, EXPR_STAT, name->span);

	if (!args->len || args->len > 1 + (op == STAT_VARIANCE)) {
		bad_operator(p, name, op == STAT_VARIANCE ? "a statistic and perhaps a bit shift" : "one statistic");
		return NULL;
	}
	e->stat.op = op;
	e->stat.arg = args->data[0];
	push_rest(p, &e->stat.params, args);
	return e;
}

static struct expr *make_hist(struct parser *p, const struct token *name, const struct expr_vec *args)
{
	struct expr *e = expr_new(p->arena, EXPR_HIST, name->span);

	e->hist.linear = !strcmp(name->text, "hist_linear");
	if (args->len != (e->hist.linear ? 4 : 1)) {
		bad_operator(p, name, e->hist.linear ? "a statistic, the lowest and highest value and the width of a bucket" : "one statistic");
		return NULL;
	}
	e->hist.arg = args->data[0];
	push_rest(p, &e->hist.params, args);
	return e;
}

static struct expr *make_cast(struct parser *p, const struct token *name, const struct expr_vec *args)
{
	struct expr *e = expr_new(p->arena, EXPR_CAST, name->span);
	bool ok = args->len == 2 || args->len == 3;

	for (size_t i = 1; i < args->len; i++)
		ok = ok && args->data[i]->kind == EXPR_STRING;
	if (!ok) {
		bad_operator(p, name, "a value, a type in quotes and perhaps a module or header in quotes");
		return NULL;
	}
	e->cast.arg = args->data[0];
	e->cast.type = args->data[1]->string.text;
	e->cast.module = args->len > 2 ? args->data[2]->string.text : NULL;
	return parse_path(p, &e->cast.path) ? e : NULL;
}

static struct expr *make_var(struct parser *p, const struct token *name, const struct expr_vec *args)
{
	struct expr *e = expr_new(p->arena, EXPR_TARGET, name->span);
	bool ok = args->len == 1 || args->len == 2;

	for (size_t i = 0; i < args->len; i++)
		ok = ok && args->data[i]->kind == EXPR_STRING;
	if (!ok) {
		bad_operator(p, name, "\"NAME@FILE\" and perhaps a module, in quotes");
		return NULL;
	}
	e->target.name = intern(&p->session->names, "@var");
	e->target.args = *args;
	return parse_path(p, &e->target.path) ? e : NULL;
}

static struct expr *make_operator(struct parser *p, const struct token *name, const struct expr_vec *args)
{
	static const char *const stats[] = { "count", "sum", "min", "max", "avg", "variance" };
	struct expr *e;

	for (unsigned i = 0; i < sizeof stats / sizeof *stats; i++)
		if (!strcmp(name->text, stats[i]))
			return make_stat(p, name, args, (enum stat_op)i);
	if (!strcmp(name->text, "hist_log") || !strcmp(name->text, "hist_linear"))
		return make_hist(p, name, args);
	if (!strcmp(name->text, "cast"))
		return make_cast(p, name, args);
	if (!strcmp(name->text, "var"))
		return make_var(p, name, args);
	e = expr_new(p->arena, EXPR_ATOP, name->span);
	e->atop.name = name->text;
	e->atop.args = *args;
	return e;
}

/* A member that stands without quotes, be its name a word of the language: a, a.b, a->b. It is a text, as if in quotes. */
static struct expr *parse_member_name(struct parser *p)
{
	struct expr *e = expr_new(p->arena, EXPR_STRING, p->tok.span);
	struct strbuf b = STRBUF_INIT;

	while (token_is_word(&p->tok)) {
		sb_puts(&b, p->tok.text);
		advance(p);
		if (!accept(p, TOK_DOT) && !accept(p, TOK_ARROW))
			break;
		sb_putc(&b, '.');
	}
	e->span = span_join(e->span, p->last);
	e->string = (struct expr_string){ intern_n(&p->session->names, sb_str(&b), b.len), b.len };
	sb_free(&b);
	return e;
}

/* Of @offsetof: a type, a member, and what else there is. */
static bool parse_offsetof(struct parser *p, struct expr_vec *out)
{
	struct expr *type = parse_expression(p);

	if (!type)
		return false;
	vec_push(p->arena, out, type);
	if (p->tok.kind == TOK_COMMA && token_is_word(peek2(p))) {
		advance(p);
		vec_push(p->arena, out, parse_member_name(p));
	}
	return accept(p, TOK_COMMA) ? parse_args(p, out, TOK_RPAREN, false) : expect(p, TOK_RPAREN, "after the member");
}

static struct expr *parse_atop(struct parser *p)
{
	struct token name = p->tok;
	struct expr_vec args = { 0 };
	unsigned height;
	struct expr *e;

	advance(p);
	p->height = 0;
	if (accept(p, TOK_LPAREN) && !(strcmp(name.text, "offsetof") ? parse_args(p, &args, TOK_RPAREN, false) : parse_offsetof(p, &args)))
		return NULL;
	height = p->height;
	e = make_operator(p, &name, &args);
	if (!e || !taller(p, height))
		return NULL;
	e->span = span_join(name.span, p->last);
	return e;
}

/* ---- names, keys, parentheses ---- */

struct expr *parse_reach(struct parser *p);

static struct expr *parse_name(struct parser *p)
{
	struct token name = p->tok;
	struct expr *e;

	advance(p);
	p->height = 1;
	if (p->tok.kind != TOK_LPAREN) {
		e = expr_new(p->arena, EXPR_SYMBOL, name.span);
		e->symbol.name = name.text;
		return e;
	}
	advance(p);
	e = expr_new(p->arena, EXPR_CALL, name.span);
	e->call.name = name.text;
	p->histograms = parse_print_is(name.text);
	if (!parse_args(p, &e->call.args, TOK_RPAREN, false) || !taller(p, p->height))
		return NULL;
	e->span = span_join(name.span, p->last);
	return parse_print_is(name.text) ? parse_print_make(p, e) : e;
}

bool parse_in_array(struct parser *p, struct expr *e)
{
	if (p->tok.kind != TOK_IDENT) {
		fail_expected(p, "an array after \"in\"");
		return false;
	}
	e->in.array = expr_new(p->arena, EXPR_SYMBOL, p->tok.span);
	e->in.array->symbol.name = p->tok.text;
	advance(p);
	return true;
}

/* [a, b] in m */
static struct expr *parse_key_list(struct parser *p)
{
	struct expr *e = expr_new(p->arena, EXPR_IN, p->tok.span);

	advance(p);
	if (!parse_args(p, &e->in.keys, TOK_RBRACKET, true) || !expect(p, TOK_IN, "after the keys") || !taller(p, p->height))
		return NULL;
	if (!parse_in_array(p, e))
		return NULL;
	e->span = span_join(e->span, p->last);
	return e;
}

static struct expr *parse_parenthesis(struct parser *p)
{
	struct span at = p->tok.span;
	struct expr *e;

	advance(p);
	e = parse_expression(p);
	if (!e || accept(p, TOK_RPAREN))
		return e;
	fail_expected(p, "\")\"");
	diag_note(&p->session->diags, at, "it closes this one");
	return NULL;
}

/* & before something with an address: $x, @var(…), @cast(…)->y, x->y */
static struct expr *parse_address(struct parser *p)
{
	struct span at = p->tok.span;
	struct expr *e;

	advance(p);
	if (!deeper(p))
		return NULL;
	e = parse_reach(p);
	p->depth--;
	if (!e)
		return NULL;
	if (e->kind == EXPR_TARGET) {
		e->target.address_of = true;
	} else if (e->kind == EXPR_CAST) {
		e->cast.address_of = true;
	} else if (e->kind == EXPR_ATOP) {
		e->atop.address_of = true;
	} else {
		p->failed = true;
		diag_error(&p->session->diags, span_join(at, e->span), E(PARSE_EXPECTED), "\"&\" stands before a target variable, @cast, @var or a member");
		return NULL;
	}
	e->span = span_join(at, e->span);
	return e;
}

static struct expr *parse_primary(struct parser *p)
{
	struct expr *e;

	p->height = 1;
	switch ((int)p->tok.kind) {
	case TOK_NUMBER:
		e = expr_new(p->arena, EXPR_NUMBER, p->tok.span);
		e->number.value = p->tok.number;
		advance(p);
		return e;
	case TOK_EMBEDDED:
		e = expr_new(p->arena, EXPR_EMBEDDED, p->tok.span);
		e->embedded.code = p->tok.text;
		advance(p);
		return e;
	case TOK_STRING: return parse_string(p);
	case TOK_IDENT: case TOK_EXPORT: return parse_name(p);	/* export means something between declarations only */
	case TOK_TARGET: return parse_target(p);
	case TOK_ATOP: return parse_atop(p);
	case TOK_LBRACKET: return parse_key_list(p);
	case TOK_LPAREN: return parse_parenthesis(p);
	case TOK_AND: return parse_address(p);
	}
	if (!parse_native_operand(p))
		return NULL;
	fail_expected(p, "an expression");
	if (token_is_word(&p->tok) && p->tok.kind != TOK_ELSE)
		hint(p, "\"%s\" is a word of the language and cannot be a name", p->tok.text);
	return NULL;
}

/* ---- what follows an operand ---- */

static struct expr *parse_index(struct parser *p, struct expr *base)
{
	struct expr *e = expr_new(p->arena, EXPR_INDEX, base->span);

	advance(p);
	e->index.base = base;
	if (p->tok.kind == TOK_RBRACKET) {
		fail_expected(p, "a key");
		return NULL;
	}
	return parse_args(p, &e->index.keys, TOK_RBRACKET, true) ? e : NULL;
}

/* The path of E, a value in parentheses, that one behind these goes on with; or NULL. */
static struct access_vec *open_path(struct expr *e)
{
	struct access_vec *path = NULL;

	if (e->kind == EXPR_TARGET && !e->target.address_of && e->target.name[1] != '$')
		path = &e->target.path;
	else if (e->kind == EXPR_CAST && !e->cast.address_of)
		path = &e->cast.path;
	return path && path->len && vec_last(path).kind == ACCESS_PRETTY ? NULL : path;
}

static struct expr *parse_autocast(struct parser *p, struct expr *arg)
{
	struct access_vec *path = open_path(arg);
	struct expr *e;

	if (path)
		return parse_path(p, path) ? arg : NULL;
	e = expr_new(p->arena, EXPR_CAST, arg->span);
	e->cast.arg = arg;
	return parse_path(p, &e->cast.path) ? e : NULL;
}

static struct expr *parse_step(struct parser *p, struct expr *arg)
{
	struct expr *e = expr_new(p->arena, EXPR_INCDEC, arg->span);

	e->incdec.arg = arg;
	e->incdec.increment = p->tok.kind == TOK_INC;
	advance(p);
	return e;
}

/* Does [ behind E go through a pointer that E holds?  Behind a name only if that stands in parentheses, else it is an array;
 * not behind what can only end a statement. */
static bool holds_pointer(const struct expr *e, bool parentheses)
{
	if (parentheses)
		return e->kind == EXPR_SYMBOL || e->kind == EXPR_TARGET || e->kind == EXPR_CAST || e->kind == EXPR_INCDEC || holds_pointer(e, false);
	switch ((int)e->kind) {
	case EXPR_CALL: case EXPR_INDEX: case EXPR_ATOP: case EXPR_BINARY: case EXPR_UNARY: case EXPR_TERNARY: case EXPR_ASSIGN: return true;
	}
	return false;
}

/* A whole histogram is an argument of print or what foreach walks, nothing else. */
static struct expr *check_histogram(struct parser *p, struct expr *e)
{
	if (e->kind != EXPR_HIST || (p->histogram.src == e->span.src && p->histogram.beg == e->span.beg))
		return e;
	p->failed = true;
	diag_error(&p->session->diags, e->span, E(PARSE_HIST), "a histogram is no value");
	hint(p, "print it, take the count of a bucket by [N], or walk its buckets with foreach");
	return NULL;
}

/* An operand with its keys and path, without ++ and --. */
struct expr *parse_reach(struct parser *p)
{
	bool parentheses = p->tok.kind == TOK_LPAREN;
	struct expr *e = parse_primary(p);
	unsigned height;

	for (; e; parentheses = false) {
		height = p->height;
		if (p->tok.kind == TOK_LBRACKET && !parentheses && (e->kind == EXPR_SYMBOL || e->kind == EXPR_HIST))
			e = parse_index(p, e);
		else if (p->tok.kind == TOK_ARROW || (p->tok.kind == TOK_LBRACKET && holds_pointer(e, parentheses)) ||
			 (is_suffix(&p->tok) && (e->kind == EXPR_SYMBOL || holds_pointer(e, parentheses))))
			e = parse_autocast(p, e);
		else
			return check_histogram(p, e);
		if (!e || !taller(p, p->height > height ? p->height : height))
			return NULL;
		e->span = span_join(e->span, p->last);
	}
	return NULL;
}

struct expr *parse_postfix(struct parser *p)
{
	struct expr *e = parse_reach(p);

	/* one: in `a++ ++b` another statement begins */
	if (e && e->kind != EXPR_IN && (p->tok.kind == TOK_INC || p->tok.kind == TOK_DEC)) {
		e = parse_step(p, e);
		if (!taller(p, p->height))
			return NULL;
		e->span = span_join(e->span, p->last);
	}
	return e;
}
