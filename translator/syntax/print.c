/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions and points as script text; parentheses only where precedence needs them. */
#include "translator/syntax/print.h"
#include "translator/syntax/format.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

const char *op_text(enum op op)
{
	static const char *const t[] = {
		"", "+", "-", "*", "/", "%", "<<", ">>", ">>>", "&", "|", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||", ".", "-", "!", "~", "+", "<<<",
	};
	return t[op];
}

const char *stat_op_name(enum stat_op op)
{
	static const char *const t[] = { "count", "sum", "min", "max", "avg", "variance" };
	return t[op];
}

const char *type_name(enum value_type t)
{
	static const char *const n[] = { "unknown", "long", "string", "stats", "void" };
	return n[t];
}

void print_string_literal(struct strbuf *b, const char *text, size_t len)
{
	sb_putc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			sb_printf(b, "\\%c", c);
		else if (c == '\n')
			sb_puts(b, "\\n");
		else if (c == '\t')
			sb_puts(b, "\\t");
		else if (c < 32 || c == 127)
			sb_printf(b, "\\%03o", c);
		else
			sb_putc(b, (char)c);
	}
	sb_putc(b, '"');
}

static int level(const struct expr *e)
{
	static const int lv[] = { 1, 12, 12, 13, 13, 13, 10, 10, 10, 7, 5, 6, 9, 9, 9, 9, 9, 9, 4, 3, 11 };

	switch ((int)e->kind) {
	case EXPR_TARGET: return e->target.address_of ? 15 : 16;
	case EXPR_CAST: return e->cast.address_of ? 15 : 16;
	case EXPR_ATOP: return e->atop.address_of ? 15 : 16;
	case EXPR_ASSIGN: return 1;
	case EXPR_TERNARY: return 2;
	case EXPR_BINARY: return lv[e->binary.op];
	case EXPR_IN: return e->in.keys.len == 1 && e->in.keys.data[0] ? 8 : 16;
	case EXPR_MATCH: return 9;
	case EXPR_UNARY: case EXPR_INCDEC: return 15;
	case EXPR_NUMBER: return e->number.value < 0 ? 15 : 16;
	}
	return 16;
}

/* What is printed for E: what the script had before it was resolved. A number that came of an operator is the number. */
static const struct expr *written(const struct expr *e)
{
	while (e->origin && (e->kind == EXPR_FETCH || e->kind == EXPR_SAVED || e->kind == EXPR_CONTEXT || e->kind == EXPR_PRINT || e->kind == EXPR_BINARY))
		e = e->origin;
	return e;
}

static void print_at(struct strbuf *b, const struct expr *e, int least)
{
	bool paren = level(written(e)) < least;

	if (paren)
		sb_putc(b, '(');
	print_expr(b, e);
	if (paren)
		sb_putc(b, ')');
}

/* The sign that E's text begins with, or 0. */
static char first_sign(const struct expr *e)
{
	if (e->kind == EXPR_UNARY)
		return *op_text(e->unary.op);
	if (e->kind == EXPR_INCDEC && e->incdec.prefix)
		return e->incdec.increment ? '+' : '-';
	return e->kind == EXPR_NUMBER && e->number.value < 0 ? '-' : 0;
}

/* - -x, ! ~x: a blank where there would be another token without it. */
static void print_unary(struct strbuf *b, const struct expr *e)
{
	const char *op = op_text(e->unary.op);
	char next = first_sign(e->unary.arg);

	sb_puts(b, op);
	if ((*op == next && (next == '-' || next == '+')) || (*op == '!' && next == '~'))
		sb_putc(b, ' ');
	print_at(b, e->unary.arg, 15);
}

/* The operand of a step begins with no operator, but for an &. */
static void print_step(struct strbuf *b, const struct expr *e)
{
	const char *op = e->incdec.increment ? "++" : "--";
	const struct expr *arg = e->incdec.arg;
	bool signs = arg->kind == EXPR_UNARY || arg->kind == EXPR_INCDEC || arg->kind == EXPR_NUMBER;

	if (e->incdec.prefix) {
		sb_puts(b, op);
		print_at(b, arg, signs ? 16 : 15);
	} else {
		print_at(b, arg, 16);
		sb_puts(b, op);
	}
}

static void print_list(struct strbuf *b, const struct expr_vec *v)
{
	for (size_t i = 0; i < v->len; i++) {
		if (i)
			sb_puts(b, ", ");
		if (v->data[i])
			print_expr(b, v->data[i]);
		else
			sb_putc(b, '*');
	}
}

static void print_path(struct strbuf *b, const struct access_vec *p)
{
	for (size_t i = 0; i < p->len; i++) {
		const struct access *a = &p->data[i];

		if (a->kind == ACCESS_MEMBER) {
			sb_printf(b, "->%s", a->member);
		} else if (a->kind == ACCESS_INDEX) {
			sb_putc(b, '[');
			print_expr(b, a->index);
			sb_putc(b, ']');
		} else {
			sb_puts(b, a->depth > 1 ? "$$" : "$");
		}
	}
}

static void print_print(struct strbuf *b, const struct expr *e)
{
	static const char *const names[] = { "print", "println", "printd", "printdln", "printf", "print_char" };

	sb_printf(b, "%s%s(", e->print.to_string ? "s" : "", names[e->print.kind]);
	if (e->print.kind == PRINT_PRINTF)
		print_string_literal(b, e->print.format_text, e->print.format_len);
	if (e->print.delimiter)
		print_expr(b, e->print.delimiter);
	if ((e->print.kind == PRINT_PRINTF || e->print.delimiter) && e->print.args.len)
		sb_puts(b, ", ");
	print_list(b, &e->print.args);
	sb_putc(b, ')');
}

/* A name with [ behind it would be an array. */
static bool needs_parentheses(const struct expr *e)
{
	return written(e->cast.arg)->kind == EXPR_SYMBOL && e->cast.path.len && e->cast.path.data[0].kind == ACCESS_INDEX;
}

static void print_cast(struct strbuf *b, const struct expr *e)
{
	if (!e->cast.type) {
		sb_puts(b, e->cast.address_of ? "&" : "");
		print_at(b, e->cast.arg, needs_parentheses(e) ? 17 : 16);
		if (e->cast.path.len && e->cast.path.data[0].kind == ACCESS_PRETTY)
			sb_puts(b, "->");	/* else a$ would be a name */
	} else {
		sb_puts(b, e->cast.address_of ? "&@cast(" : "@cast(");
		print_expr(b, e->cast.arg);
		sb_puts(b, ", ");
		print_string_literal(b, e->cast.type, strlen(e->cast.type));
		if (e->cast.module) {
			sb_puts(b, ", ");
			print_string_literal(b, e->cast.module, strlen(e->cast.module));
		}
		sb_putc(b, ')');
	}
	print_path(b, &e->cast.path);
}

void print_expr(struct strbuf *b, const struct expr *e)
{
	e = written(e);
	switch (e->kind) {
	case EXPR_NUMBER: sb_printf(b, "%" PRId64, e->number.value); break;
	case EXPR_STRING: print_string_literal(b, e->string.text, e->string.len); break;
	case EXPR_SYMBOL: sb_puts(b, e->symbol.name); break;
	case EXPR_INDEX: print_expr(b, e->index.base); sb_putc(b, '['); print_list(b, &e->index.keys); sb_putc(b, ']'); break;
	case EXPR_CALL: sb_printf(b, "%s(", e->call.name); print_list(b, &e->call.args); sb_putc(b, ')'); break;
	case EXPR_UNARY: print_unary(b, e); break;
	case EXPR_BINARY: print_at(b, e->binary.left, level(e)); sb_printf(b, " %s ", op_text(e->binary.op)); print_at(b, e->binary.right, level(e) + 1); break;
	case EXPR_TERNARY: print_at(b, e->ternary.cond, 3); sb_puts(b, " ? "); print_at(b, e->ternary.yes, 2); sb_puts(b, " : "); print_at(b, e->ternary.no, 2); break;
	case EXPR_ASSIGN: print_at(b, e->assign.left, 2); sb_printf(b, e->assign.op == OP_STAT ? " %s " : " %s= ", op_text(e->assign.op)); print_at(b, e->assign.right, 1); break;
	case EXPR_INCDEC: print_step(b, e); break;
	case EXPR_IN:
		if (e->in.keys.len == 1 && e->in.keys.data[0]) {
			print_at(b, e->in.keys.data[0], 8);
		} else {
			sb_putc(b, '[');
			print_list(b, &e->in.keys);
			sb_putc(b, ']');
		}
		sb_puts(b, " in ");
		print_expr(b, e->in.array);
		break;
	case EXPR_MATCH: print_at(b, e->match.left, 10); sb_puts(b, e->match.negate ? " !~ " : " =~ "); print_expr(b, e->match.regex); break;
	case EXPR_TARGET:
		sb_printf(b, "%s%s", e->target.address_of ? "&" : "", e->target.name);
		if (e->target.args.len) {
			sb_putc(b, '(');
			print_list(b, &e->target.args);
			sb_putc(b, ')');
		}
		print_path(b, &e->target.path);
		break;
	case EXPR_CAST: print_cast(b, e); break;
	case EXPR_ATOP: sb_printf(b, "%s@%s(", e->atop.address_of ? "&" : "", e->atop.name); print_list(b, &e->atop.args); sb_putc(b, ')'); break;
	case EXPR_STAT:
		sb_printf(b, "@%s(", stat_op_name(e->stat.op));
		print_expr(b, e->stat.arg);
		if (e->stat.params.len)
			sb_puts(b, ", ");
		print_list(b, &e->stat.params);
		sb_putc(b, ')');
		break;
	case EXPR_HIST:
		sb_puts(b, e->hist.linear ? "@hist_linear(" : "@hist_log(");
		print_expr(b, e->hist.arg);
		if (e->hist.params.len)
			sb_puts(b, ", ");
		print_list(b, &e->hist.params);
		sb_putc(b, ')');
		break;
	case EXPR_PRINT: print_print(b, e); break;
	case EXPR_EMBEDDED: sb_printf(b, "%%{%s%%}", e->embedded.code); break;
	case EXPR_FETCH: case EXPR_SAVED: case EXPR_CONTEXT: sb_puts(b, "<value>"); break;
	case EXPR_KINDS: break;
	}
}

/* A number with its upper half set is an address. */
static void print_argument(struct strbuf *b, const struct expr *e)
{
	if (e->kind == EXPR_NUMBER && e->number.value < -(1 << 28) && e->number.value > -(1LL << 48))
		sb_printf(b, "%#" PRIx64, (uint64_t)e->number.value);
	else
		print_expr(b, e);
}

void print_component_list(struct strbuf *b, const struct component_vec *parts)
{
	for (size_t i = 0; i < parts->len; i++) {
		sb_printf(b, "%s%s", i ? "." : "", parts->data[i].name);
		if (parts->data[i].arg) {
			sb_putc(b, '(');
			print_argument(b, parts->data[i].arg);
			sb_putc(b, ')');
		}
	}
}

void print_point(struct strbuf *b, const struct point *p)
{
	print_component_list(b, &p->parts);
	if (p->optional || p->sufficient)
		sb_putc(b, p->optional ? '?' : '!');
	if (p->condition) {
		sb_puts(b, " if (");
		print_expr(b, p->condition);
		sb_putc(b, ')');
	}
}
