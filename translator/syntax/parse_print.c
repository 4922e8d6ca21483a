/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print, printf and their kin. Formats and delimiters are literals, looked at here. */
#include "translator/syntax/parse_print.h"
#include "translator/syntax/format.h"

#include <string.h>

static const struct print_name { const char *name; enum print_kind kind; bool to_string; } prints[] = {
	{ "print", PRINT_PRINT, false }, { "println", PRINT_PRINTLN, false }, { "printd", PRINT_PRINTD, false },
	{ "printdln", PRINT_PRINTDLN, false }, { "printf", PRINT_PRINTF, false }, { "print_char", PRINT_PRINT_CHAR, false },
	{ "sprint", PRINT_PRINT, true }, { "sprintln", PRINT_PRINTLN, true }, { "sprintd", PRINT_PRINTD, true },
	{ "sprintdln", PRINT_PRINTDLN, true }, { "sprintf", PRINT_PRINTF, true },
};

static const struct print_name *find(const char *name)
{
	for (size_t i = 0; i < sizeof prints / sizeof *prints; i++)
		if (!strcmp(prints[i].name, name))
			return &prints[i];
	return NULL;
}

bool parse_print_is(const char *name)
{
	return find(name);
}

static bool take_format(struct parser *p, struct expr *e, const struct expr *text)
{
	e->print.format_text = text->string.text;
	e->print.format_len = text->string.len;
	e->print.format_span = text->span;
	e->print.format = format_parse(p->arena, &p->session->diags, text->span, text->string.text, text->string.len);
	p->failed |= !e->print.format;
	return true;	/* parsing can go on */
}

struct expr *parse_print_make(struct parser *p, const struct expr *call)
{
	const struct print_name *n = find(call->call.name);
	struct expr *e = expr_new(p->arena, EXPR_PRINT, call->span);
	const struct expr_vec *args = &call->call.args;
	struct expr *first = args->len ? args->data[0] : NULL;
	bool literal = n->kind == PRINT_PRINTF || n->kind == PRINT_PRINTD || n->kind == PRINT_PRINTDLN;

	e->print.kind = n->kind;
	e->print.to_string = n->to_string;
	if (literal && (!first || first->kind != EXPR_STRING)) {
		p->failed = true;
		diag_error(&p->session->diags, first ? first->span : call->span, E(PARSE_EXPECTED), "%s takes a %s in quotes first",
			   n->name, n->kind == PRINT_PRINTF ? "format" : "delimiter");
		return NULL;
	}
	if (n->kind == PRINT_PRINTF)
		take_format(p, e, first);
	else if (literal)
		e->print.delimiter = first;
	for (size_t i = literal; i < args->len; i++)
		vec_push(p->arena, &e->print.args, args->data[i]);
	return e;
}
