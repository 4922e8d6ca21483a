/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to write where a number meets a string: notes behind the message that names the two types,
 * by the expression or statement whose operand is of the wrong one. */
#include "translator/sema/sema.h"
#include "translator/syntax/format.h"
#include "translator/syntax/print.h"

static void note(struct session *s, const char *text)
{
	diag_note(&s->diags, (struct span){ 0 }, "%s", text);
}

/* "conversion 2, %5s": what argument N of F is for; NULL: nothing. */
static const char *conversion_text(struct session *s, const struct format *f, size_t n)
{
	size_t number;
	bool value;
	const struct format_part *p = format_arg_part(f, n, &number, &value);
	struct strbuf b = STRBUF_INIT;
	const char *text;

	if (!p)
		return NULL;
	format_print_part(&b, p);
	text = arena_printf(&s->arena, "conversion %zu, %s", number, sb_str(&b));
	sb_free(&b);
	return text;
}

static void explain_conversion(struct session *s, const struct expr *print, const struct expr *part)
{
	bool number = part->type == TYPE_LONG;
	const char *text = NULL;

	for (size_t i = 0; i < print->print.args.len && !text; i++)
		if (print->print.args.data[i] == part)
			text = conversion_text(s, print->print.format, i);
	if (text)
		diag_note(&s->diags, (struct span){ 0 }, "it is for %s: a %s is printed with %s", text,
			  number ? "number" : "string", number ? "%d" : "%s");
}

void sema_explain_format(struct session *s, const struct expr *print)
{
	const struct format *f = print->print.format;
	const struct expr_vec *args = &print->print.args;

	if (args->len > f->nargs)
		diag_note(&s->diags, args->data[f->nargs]->span, "no conversion is for this");
	else
		diag_note(&s->diags, (struct span){ 0 }, "nothing is given for %s", conversion_text(s, f, args->len));
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
	const struct variable *v = variable_of(l);

	if (e->assign.op == OP_STAT)
		note(s, "a statistic takes numbers");
	else if (e->assign.op == OP_CONCAT)
		note(s, "\".=\" joins strings: sprint(…) makes one of a number");
	else if (e->assign.op != OP_NONE)
		diag_note(&s->diags, (struct span){ 0 }, "\"%s=\" takes numbers", op_text(e->assign.op));
	else if (v)
		explain_decided(s, v->type_from, l->kind == EXPR_INDEX ? "the array's value" :
				arena_printf(&s->arena, "\"%s\"", v->name), want);
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
	case EXPR_IN: explain_key(s, variable_of(e->in.array), &e->in.keys, part, want); return;
	case EXPR_INDEX: explain_key(s, variable_of(e), &e->index.keys, part, want); return;
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
