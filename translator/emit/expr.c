/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions, flattened in order of evaluation (emit.h says how). */
#include "translator/emit/emit.h"
#include "translator/opt/opt.h"

#include <assert.h>

struct val make_stable(struct body *b, struct val v, enum value_type t)
{
	const char *s;

	if (v.stable)
		return v;
	if (t != TYPE_STRING)
		return temp_long(b, v.c);
	s = temp_string(b);
	line(b, "stp_str_copy(%s, %s, STP_STRING);", s, v.c);
	return (struct val){ s, true };
}

struct val emit_stable(struct body *b, struct expr *e, const struct expr *later)
{
	struct val v = emit_expr(b, e);

	return later && expr_has_effect(later) ? make_stable(b, v, e->type) : v;
}

void emit_list(struct body *b, struct expr_vec *args, struct val *out)
{
	size_t effects = 0;

	for (size_t i = 0; i < args->len; i++)
		if (args->data[i] && expr_has_effect(args->data[i]))
			effects = i;
	for (size_t i = 0; i < args->len; i++) {
		if (!args->data[i])
			continue;
		out[i] = emit_expr(b, args->data[i]);
		if (i < effects)
			out[i] = make_stable(b, out[i], args->data[i]->type);
	}
}

static struct val emit_symbol(struct body *b, struct expr *e)
{
	struct variable *v = e->symbol.ref;

	if (v->type == TYPE_STATS && v->kind == VAR_GLOBAL)
		return (struct val){ emit_stat_pointer(b, e), false };
	if (v->kind == VAR_PARAM)
		return (struct val){ v->c_name, !v->written };
	return (struct val){ cell_c(b, v), false };
}

/* && and ||: the right side is evaluated only when it decides. */
static struct val emit_logical(struct body *b, struct expr *e)
{
	bool and = e->binary.op == OP_LOGAND;
	struct val l = emit_condition(b, e->binary.left), r;
	struct strbuf outer;
	bool plain;

	if (!expr_has_effect(e->binary.right)) {
		/* try the right side aside: without statements of its own it is a plain && */
		outer = b->out;
		b->out = STRBUF_INIT;
		b->depth++;
		r = emit_condition(b, e->binary.right);
		b->depth--;
		plain = !b->out.len;
		if (plain) {
			sb_free(&b->out);
			b->out = outer;
			return (struct val){ format_c(b->e, "(%s %s %s)", l.c, and ? "&&" : "||", r.c), l.stable && r.stable };
		}
		struct strbuf inner = b->out;
		b->out = outer;
		struct val t = temp_long(b, format_c(b->e, "!!(%s)", l.c));
		open_block(b, "if (%s%s)", and ? "" : "!", t.c);
		sb_add(&b->out, inner.s, inner.len);
		sb_free(&inner);
		line(b, "%s = !!(%s);", t.c, r.c);
		close_block(b, "");
		return t;
	}
	struct val t = temp_long(b, format_c(b->e, "!!(%s)", l.c));
	open_block(b, "if (%s%s)", and ? "" : "!", t.c);
	r = emit_condition(b, e->binary.right);
	line(b, "%s = !!(%s);", t.c, r.c);
	close_block(b, "");
	return t;
}

static struct val emit_concat(struct body *b, struct expr *e, const char *dst)
{
	struct val l, r;

	l = emit_stable(b, e->binary.left, e->binary.right);
	r = emit_expr(b, e->binary.right);
	if (!dst)
		dst = temp_string(b);
	line(b, "stp_str_copy(%s, %s, STP_STRING);", dst, l.c);
	line(b, "stp_str_cat(%s, %s, STP_STRING);", dst, r.c);
	return (struct val){ dst, true };
}

static struct val emit_binary(struct body *b, struct expr *e)
{
	struct val l, r;

	if (e->binary.op == OP_LOGAND || e->binary.op == OP_LOGOR)
		return emit_logical(b, e);
	if (e->binary.op == OP_CONCAT)
		return emit_concat(b, e, NULL);
	l = emit_stable(b, e->binary.left, e->binary.right);
	r = emit_expr(b, e->binary.right);
	if (is_string(e->binary.left))
		return (struct val){ format_c(b->e, "(stp_str_cmp(%s, %s) %s 0)", l.c, r.c,
			binary_c(b, e->binary.op, NULL, NULL, e->span)), l.stable && r.stable };
	return (struct val){ binary_c(b, e->binary.op, l.c, r.c, e->span), l.stable && r.stable };
}

static struct val emit_unary(struct body *b, struct expr *e)
{
	struct val v = emit_expr(b, e->unary.arg);

	if (e->unary.op == OP_NEG)
		v.c = format_c(b->e, "(int64_t)(-(uint64_t)%s)", v.c);
	else if (e->unary.op == OP_NOT)
		v.c = format_c(b->e, "(int64_t)(!%s)", v.c);
	else if (e->unary.op == OP_COMPL)
		v.c = format_c(b->e, "(~%s)", v.c);
	return v;
}

/* One side of the ternary E, to DST if E has a value. */
static void emit_arm(struct body *b, const struct expr *e, struct expr *arm, const char *dst)
{
	if (e->type == TYPE_VOID)
		emit_effect(b, arm);
	else if (e->type == TYPE_STRING)
		emit_string_to(b, arm, dst);
	else
		line(b, "%s = %s;", dst, emit_expr(b, arm).c);
}

static struct val emit_ternary(struct body *b, struct expr *e, const char *dst)
{
	bool str = is_string(e);
	struct val c = emit_condition(b, e->ternary.cond), t = { dst, true };

	if (str && !dst)
		t.c = temp_string(b);
	else if (e->type == TYPE_LONG)
		t = temp_long(b, "0");
	open_block(b, "if (%s)", c.c);
	emit_arm(b, e, e->ternary.yes, t.c);
	close_block(b, " else {");
	b->depth++;
	emit_arm(b, e, e->ternary.no, t.c);
	close_block(b, "");
	return e->type == TYPE_VOID ? no_value_c(e) : t;
}

struct val emit_expr(struct body *b, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER: return (struct val){ c_number(b->e, e->number.value), true };
	case EXPR_STRING: return (struct val){ c_string(b->e, e->string.text, e->string.len), true };
	case EXPR_SYMBOL: return emit_symbol(b, e);
	case EXPR_INDEX: return e->index.base->kind == EXPR_HIST ? emit_bucket(b, e) : emit_index(b, e);
	case EXPR_CALL: return emit_call(b, e, NULL);
	case EXPR_UNARY: return emit_unary(b, e);
	case EXPR_BINARY: return emit_binary(b, e);
	case EXPR_TERNARY: return emit_ternary(b, e, NULL);
	case EXPR_ASSIGN: return emit_assign(b, e, true);
	case EXPR_INCDEC: return emit_incdec(b, e, true);
	case EXPR_IN: return emit_in(b, e);
	case EXPR_STAT: return emit_stat(b, e);
	case EXPR_PRINT: return emit_print(b, e, NULL);
	case EXPR_EMBEDDED: return emit_embedded(b, e);
	case EXPR_FETCH: return emit_fetch(b, e, NULL);
	case EXPR_SAVED: return emit_saved(b, e);
	case EXPR_CONTEXT: return emit_context(b, e, NULL);
	case EXPR_MATCH: return emit_match(b, e);
	case EXPR_TARGET: case EXPR_CAST: case EXPR_ATOP: case EXPR_HIST: case EXPR_KINDS:
		break;
	}
	assert(!"an expression that sema should have resolved");
	return (struct val){ "0", true };
}

struct val emit_condition(struct body *b, struct expr *e)
{
	struct val v = emit_expr(b, e);

	if (is_string(e))
		v.c = format_c(b->e, "(%s[0] != 0)", v.c);
	return v;
}

void emit_effect(struct body *b, struct expr *e)
{
	if (e->kind == EXPR_ASSIGN)
		emit_assign(b, e, false);
	else if (e->kind == EXPR_INCDEC)
		emit_incdec(b, e, false);
	else if (e->kind == EXPR_CONTEXT && e->context.store)
		store_context(b, e);
	else {
		struct val v = emit_expr(b, e);

		if (v.c && *v.c && !v.stable)
			line(b, "(void)(%s);", v.c);
	}
}

void emit_string_to(struct body *b, struct expr *e, const char *dst)
{
	struct val v;

	if (e->kind == EXPR_CALL)
		v = emit_call(b, e, dst);
	else if (e->kind == EXPR_PRINT)
		v = emit_print(b, e, dst);
	else if (e->kind == EXPR_FETCH)
		v = emit_fetch(b, e, dst);
	else if (e->kind == EXPR_TERNARY)
		v = emit_ternary(b, e, dst);
	else if (e->kind == EXPR_BINARY)
		v = emit_concat(b, e, dst);
	else if (e->kind == EXPR_CONTEXT)
		v = emit_context(b, e, dst);
	else
		v = emit_expr(b, e);
	if (v.c != dst)
		line(b, "stp_str_copy(%s, %s, STP_STRING);", dst, v.c);
}
