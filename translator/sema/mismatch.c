/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to write where a number meets a string: notes behind the message that names the two types,
 * by the expression or statement whose operand is of the wrong one. */
#include "translator/sema/sema.h"
#include "translator/syntax/format.h"
#include "translator/syntax/print.h"

/* The conversion that argument N of F is for, and its number among the conversions, from 1. */
static const struct format_part *conversion_of(const struct format *f, size_t n, size_t *number)
{
	*number = 0;
	for (size_t i = 0; i < f->nparts; i++) {
		const struct format_part *p = &f->parts[i];
		size_t takes = 1 + (p->width == FMT_ARG) + (p->precision == FMT_ARG);

		if (p->conv == CONV_LITERAL)
			continue;
		++*number;
		if (n < takes)
			return p;
		n -= takes;
	}
	return NULL;
}

static void note(struct session *s, const char *text)
{
	diag_note(&s->diags, (struct span){ 0 }, "%s", text);
}

static void explain_conversion(struct session *s, const struct expr *print, const struct expr *part)
{
	const struct format_part *p = NULL;
	struct strbuf b = STRBUF_INIT;
	size_t number;

	for (size_t i = 0; i < print->print.args.len && !p; i++)
		if (print->print.args.data[i] == part)
			p = conversion_of(print->print.format, i, &number);
	if (!p)
		return;
	format_print_part(&b, p);
	if (part->type == TYPE_LONG)
		diag_note(&s->diags, (struct span){ 0 }, "it is for conversion %zu, %s: a number is printed with %%d", number,
			  sb_str(&b));
	else
		diag_note(&s->diags, (struct span){ 0 }, "it is for conversion %zu, %s: a string is printed with %%s", number,
			  sb_str(&b));
	sb_free(&b);
}

void sema_explain_format(struct session *s, const struct expr *print)
{
	const struct format *f = print->print.format;
	const struct expr_vec *args = &print->print.args;
	struct strbuf b = STRBUF_INIT;
	const struct format_part *p;
	size_t number;

	if (args->len > f->nargs) {
		diag_note(&s->diags, args->data[f->nargs]->span, "no conversion is for this");
		return;
	}
	p = conversion_of(f, args->len, &number);
	format_print_part(&b, p);
	diag_note(&s->diags, (struct span){ 0 }, "nothing is given for conversion %zu, %s", number, sb_str(&b));
	sb_free(&b);
}

/* Does `a.b` stand there without blanks, with a name behind the dot, as members are written elsewhere? */
static bool looks_like_member(const struct expr *e)
{
	const struct expr *l = e->binary.left, *r = e->binary.right;

	return r->kind == EXPR_SYMBOL && l->span.src == r->span.src && l->span.end + 1 == r->span.beg;
}

static const char *text_of(struct session *s, struct span at)
{
	const struct source *src = source_get(&s->sources, at.src);

	return src ? arena_strndup(&s->arena, src->text + at.beg, at.end - at.beg) : "";
}

static void explain_binary(struct session *s, const struct expr *e, enum value_type have)
{
	const char *op = op_text(e->binary.op);

	switch ((int)e->binary.op) {
	case OP_CONCAT:
		if (looks_like_member(e))
			diag_note(&s->diags, (struct span){ 0 }, "members are reached by ->: %s->%s",
				  text_of(s, e->binary.left->span), text_of(s, e->binary.right->span));
		else
			note(s, "\".\" joins strings: sprint(…) makes one of a number");
		return;
	case OP_LT: case OP_GT: case OP_LE: case OP_GE: case OP_EQ: case OP_NE:
		diag_note(&s->diags, e->binary.left->span, "\"%s\" compares two of one type, and this is a %s: %s", op,
			  type_name(e->binary.left->type),
			  have == TYPE_LONG ? "sprint(…) makes a string of a number" : "strtol(…, 10) makes a number of a string");
		return;
	case OP_ADD:
		note(s, "\"+\" adds numbers, \".\" joins strings; sprint(…) makes a string of a number, strtol(…, 10) a number of a string");
		return;
	}
	diag_note(&s->diags, (struct span){ 0 }, "\"%s\" takes numbers: strtol(…, 10) makes one of a string", op);
}

static void explain_decided(struct session *s, struct span from, const char *name, enum value_type want)
{
	if (from.src)
		diag_note(&s->diags, from, "%s became a %s here", name, type_name(want));
}

static void explain_assignment(struct session *s, const struct expr *e, enum value_type want)
{
	const struct expr *l = e->assign.left;

	if (e->assign.op == OP_STAT)
		note(s, "a statistic takes numbers");
	else if (e->assign.op == OP_CONCAT)
		note(s, "\".=\" joins strings: sprint(…) makes one of a number");
	else if (e->assign.op != OP_NONE)
		diag_note(&s->diags, (struct span){ 0 }, "\"%s=\" takes numbers", op_text(e->assign.op));
	else if (l->kind == EXPR_SYMBOL && l->symbol.ref)
		explain_decided(s, l->symbol.ref->type_from, arena_printf(&s->arena, "\"%s\"", l->symbol.ref->name), want);
	else if (l->kind == EXPR_INDEX && l->index.base->kind == EXPR_SYMBOL && l->index.base->symbol.ref)
		explain_decided(s, l->index.base->symbol.ref->type_from, "the array's value", want);
}

static void explain_argument(struct session *s, const struct expr *call, const struct expr *part, enum value_type want)
{
	const struct function *f = call->call.ref;

	for (size_t i = 0; f && i < call->call.args.len && i < f->params.len; i++)
		if (call->call.args.data[i] == part)
			diag_note(&s->diags, (struct span){ 0 }, "argument %zu of %s() is a %s", i + 1, f->name, type_name(want));
}

static void explain_key(struct session *s, const struct variable *m, const struct expr_vec *keys, const struct expr *part,
			enum value_type want)
{
	for (size_t i = 0; m && i < keys->len && i < m->nkeys; i++)
		if (keys->data[i] == part)
			explain_decided(s, m->key_from[i], arena_printf(&s->arena, "key %zu of \"%s\"", i + 1, m->name), want);
}

static void explain_operand(struct session *s, const struct expr *e, const struct expr *part, enum value_type want)
{
	switch ((int)e->kind) {
	case EXPR_BINARY: explain_binary(s, e, part->type); return;
	case EXPR_ASSIGN: explain_assignment(s, e, want); return;
	case EXPR_CALL: explain_argument(s, e, part, want); return;
	case EXPR_MATCH: note(s, "a regular expression is looked for in a string: sprint(…) makes one of a number"); return;
	case EXPR_IN: explain_key(s, e->in.array->symbol.ref, &e->in.keys, part, want); return;
	case EXPR_INDEX:
		if (e->index.base->kind == EXPR_SYMBOL)
			explain_key(s, e->index.base->symbol.ref, &e->index.keys, part, want);
		return;
	case EXPR_PRINT:
		if (e->print.kind == PRINT_PRINTF && e->print.format)
			explain_conversion(s, e, part);
		return;
	}
}

void sema_explain_mismatch(struct session *s, const struct stmt *stmt, const struct function *f, const struct expr *whole,
			   const struct expr *part, enum value_type want)
{
	if (whole)
		explain_operand(s, whole, part, want);
	else if (stmt && stmt->kind == STMT_RETURN && f)
		explain_decided(s, f->result_from, arena_printf(&s->arena, "what %s() returns", f->name), want);
	else if (stmt && (stmt->kind == STMT_IF || stmt->kind == STMT_LOOP) && part->type == TYPE_STRING)
		note(s, "a condition is a number: compare the string, as in x != \"\"");
}
