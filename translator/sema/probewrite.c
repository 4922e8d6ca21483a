/* SPDX-License-Identifier: GPL-2.0-or-later */
/* @probewrite(x): does the handler that an alias is put around write x?  Answered while
 * aliases are expanded, when the handler is still apart from the alias's own code. */
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

#include <string.h>

struct writes {
	const char *text;		/* of the place asked for */
	bool found;
};

static bool prints_as(const struct expr *e, const char *text)
{
	struct strbuf b = STRBUF_INIT;
	bool same;

	print_expr(&b, e);
	same = !strcmp(sb_str(&b), text);
	sb_free(&b);
	return same;
}

static void note(struct writes *w, const struct expr *place)
{
	if (place && !w->found)
		w->found = prints_as(place, w->text);
}

static struct expr *find_expr(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_ASSIGN)
		note(v->data, e->assign.left);
	else if (e->kind == EXPR_INCDEC)
		note(v->data, e->incdec.arg);
	return e;
}

static struct stmt *find_stmt(struct visitor *v, struct stmt *s)
{
	if (s->kind == STMT_FOREACH) {
		for (size_t i = 0; i < s->foreach.keys.len; i++)
			note(v->data, s->foreach.keys.data[i]);
		note(v->data, s->foreach.value);
	} else if (s->kind == STMT_TRY) {
		note(v->data, s->try_.message);
	} else if (s->kind == STMT_DELETE) {
		note(v->data, s->delete_.target);
	}
	return s;
}

bool probewrite_is_written(struct stmt *body, const struct expr *what)
{
	struct strbuf b = STRBUF_INIT;
	struct writes w = { 0 };
	struct visitor v = { .pre_expr = find_expr, .pre_stmt = find_stmt, .data = &w };

	print_expr(&b, what);
	w.text = sb_str(&b);
	walk_stmt(&v, body);
	sb_free(&b);
	return w.found;
}

static bool is_question(const struct expr *e)
{
	return e->kind == EXPR_ATOP && !strcmp(e->atop.name, "probewrite") && e->atop.args.len == 1;
}

static struct expr *find_question(struct visitor *v, struct expr *e)
{
	*(bool *)v->data |= is_question(e);
	return e;
}

static struct expr *answer(struct visitor *v, struct expr *e)
{
	const struct expr *what;

	if (!is_question(e))
		return e;
	what = e->atop.args.data[0];
	e->kind = EXPR_NUMBER;
	e->number.value = probewrite_is_written(v->data, what);
	return e;
}

struct stmt *probewrite_resolve(struct session *s, struct stmt *body, struct stmt *handler)
{
	bool asks = false;
	struct visitor find = { .pre_expr = find_question, .data = &asks }, replace = { .post_expr = answer, .data = handler };

	walk_stmt(&find, body);
	return asks ? walk_stmt(&replace, stmt_clone(&s->arena, body)) : body;
}
