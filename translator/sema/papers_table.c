/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The founding papers' table printer, print(ARRAY, "… %1s … %C …"), rewritten to what does the same:
 *
 *	foreach (v = [k1, k2] in ARRAY-) printf("… %s … %d …", k1, @count(v))
 *
 * A row for each element, the greatest value first (of statistics: by the first that the format
 * asks for), each on a line of its own.  For a single statistic there is one row, if it has samples.
 * Parts stand where the format has them, so that inference tells what does not fit right there.
 *
 * Runs when all names are bound, for the number of keys is known only then. */
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/format.h"

#include <string.h>

struct tables {
	struct session *session;
	struct variable_vec *locals;	/* of the body that is walked */
	bool ok;
};

struct table {
	struct tables *owner;
	struct variable *array;
	struct variable *value, *keys[MAX_KEYS];
	struct span span, literal;
	struct table_format format;
	struct stmt_vec row;		/* the statements that print one */
	struct strbuf text;		/* of the printf under way */
	struct expr_vec args;
};

static struct arena *arena_of(const struct table *t)
{
	return &t->owner->session->arena;
}

static struct expr *symbol(struct table *t, struct variable *v, struct span at)
{
	struct expr *e = expr_new(arena_of(t), EXPR_SYMBOL, at);

	e->symbol.name = v->name;
	e->symbol.ref = v;
	return e;
}

static struct variable *new_local(struct table *t, const char *what, unsigned n)
{
	struct arena *a = arena_of(t);
	struct variable *v = ARENA_NEW(a, struct variable);

	v->kind = VAR_LOCAL;
	v->name = n ? arena_printf(a, "%s_%s%u", t->array->name, what, n) : arena_printf(a, "%s_%s", t->array->name, what);
	v->c_name = arena_printf(a, "l_table%zu", t->owner->locals->len);
	v->span = t->span;
	vec_push(a, t->owner->locals, v);
	return v;
}

static struct stmt *statement(struct table *t, struct expr *e)
{
	struct stmt *s = stmt_new(arena_of(t), STMT_EXPR, e->span);

	s->expr.expr = e;
	return s;
}

/* ---- a row ---- */

static void end_printf(struct table *t)
{
	struct arena *a = arena_of(t);
	struct expr *e;

	if (!t->text.len)
		return;
	e = expr_new(a, EXPR_PRINT, t->literal);
	e->print.kind = PRINT_PRINTF;
	e->print.format_text = arena_strndup(a, sb_str(&t->text), t->text.len);
	e->print.format_len = t->text.len;
	e->print.format_span = t->literal;
	e->print.format = format_parse(a, &t->owner->session->diags, t->literal, e->print.format_text, e->print.format_len);
	e->print.args = t->args;
	t->args = (struct expr_vec){ 0 };
	sb_clear(&t->text);
	vec_push(a, &t->row, statement(t, e));
}

/* A linear histogram that the script takes of the same array elsewhere; else NULL. */
struct search { const struct variable *array; const struct expr *found; };

static struct expr *search_hist(struct visitor *v, struct expr *e)
{
	struct search *s = v->data;
	const struct expr *arg;

	if (e->kind != EXPR_HIST || !e->hist.linear)
		return e;
	arg = e->hist.arg->kind == EXPR_INDEX ? e->hist.arg->index.base : e->hist.arg;
	if (arg->kind == EXPR_SYMBOL && arg->symbol.ref && (arg->symbol.ref == s->array || arg->symbol.ref->stat_origin == s->array))
		s->found = e;
	return e;
}

static const struct expr *linear_elsewhere(struct table *t)
{
	struct search s = { .array = t->array };
	struct visitor v = { .pre_expr = search_hist, .data = &s };
	struct program *p = t->owner->session->program;

	for (size_t i = 0; i < p->probes.len; i++)
		if (!p->probes.data[i]->same_as)
			walk_stmt(&v, p->probes.data[i]->body);
	program_walk_functions(&v, p);
	return s.found;
}

static void put_hist(struct table *t, struct span at)
{
	struct arena *a = arena_of(t);
	struct expr *h = expr_new(a, EXPR_HIST, at), *e = expr_new(a, EXPR_PRINT, at);
	const struct expr *linear = linear_elsewhere(t);

	if (linear)
		h = expr_clone(a, linear);
	h->hist.arg = symbol(t, t->value, at);
	e->print.kind = PRINT_PRINT;
	vec_push(a, &e->print.args, h);
	if (t->text.len && t->text.s[t->text.len - 1] != '\n')
		sb_putc(&t->text, '\n');
	end_printf(t);
	vec_push(a, &t->row, statement(t, e));
}

static bool put_part(struct table *t, const struct table_part *p)
{
	struct session *s = t->owner->session;
	struct span at = format_span(&s->sources, t->literal, p->part.off, p->part.end);
	struct expr *e = NULL;

	switch (p->what) {
	case TABLE_TEXT:
		for (size_t i = 0; i < p->part.len; i++) {
			sb_putc(&t->text, p->part.text[i]);
			if (p->part.text[i] == '%')
				sb_putc(&t->text, '%');
		}
		return true;
	case TABLE_HIST:
		put_hist(t, at);
		return true;
	case TABLE_STAT:
		e = expr_new(arena_of(t), EXPR_STAT, at);
		e->stat.op = p->op;
		e->stat.arg = symbol(t, t->value, at);
		break;
	case TABLE_VALUE:
		e = symbol(t, t->value, at);
		break;
	case TABLE_KEY:
		if (p->key > t->array->nkeys) {
			diag_error(&s->diags, at, E(TABLE_FORMAT), "there is no key %u: \"%s\" has %u", p->key, t->array->name, t->array->nkeys);
			diag_note(&s->diags, (struct span){ 0 }, "a number before this letter is a key's; with a width a value is %%0$%u%c", p->key, 'd');
			return false;
		}
		e = symbol(t, t->keys[p->key - 1], at);
		break;
	}
	format_print_part(&t->text, &p->part);
	vec_push(arena_of(t), &t->args, e);
	return true;
}

static bool put_row(struct table *t)
{
	bool ok = true, ended;

	for (size_t i = 0; i < t->format.len; i++)
		ok &= put_part(t, &t->format.data[i]);
	ended = t->text.len ? t->text.s[t->text.len - 1] == '\n' : t->row.len > 0;
	if (!ended)
		sb_putc(&t->text, '\n');
	end_printf(t);
	return ok;
}

/* ---- all rows ---- */

static struct stmt *row_block(struct table *t)
{
	struct stmt *s = stmt_new(arena_of(t), STMT_BLOCK, t->span);

	s->block.body = t->row;
	return s;
}

static struct stmt *each_element(struct table *t)
{
	struct stmt *s = stmt_new(arena_of(t), STMT_FOREACH, t->span);

	s->foreach.base = symbol(t, t->array, t->span);
	s->foreach.value = symbol(t, t->value, t->span);
	for (unsigned i = 0; i < t->array->nkeys; i++)
		vec_push(arena_of(t), &s->foreach.keys, symbol(t, t->keys[i], t->span));
	s->foreach.order = SORT_DOWN;
	s->foreach.sort_span = t->span;
	for (size_t i = t->format.len; i-- > 0;)
		if (t->format.data[i].what == TABLE_STAT)
			s->foreach.sort_stat = t->format.data[i].op;
	s->foreach.body = row_block(t);
	return s;
}

static struct stmt *if_samples(struct table *t)
{
	struct stmt *s = stmt_new(arena_of(t), STMT_IF, t->span);

	s->if_.cond = expr_new(arena_of(t), EXPR_STAT, t->span);
	s->if_.cond->stat.op = STAT_COUNT;
	s->if_.cond->stat.arg = symbol(t, t->array, t->span);
	s->if_.yes = row_block(t);
	return s;
}

static struct stmt *rewrite(struct tables *w, const struct expr *e)
{
	struct expr *first = e->print.args.data[0], *second = e->print.args.data[1];
	struct table t = { .owner = w, .array = first->symbol.ref, .span = first->span, .literal = second->span, .text = STRBUF_INIT };
	struct session *s = w->session;
	struct stmt *r = NULL;

	if (!table_parse(&s->arena, &s->diags, &s->sources, second->span, second->string.text, second->string.len, &t.format))
		goto out;
	if (t.array->is_array && !t.array->nkeys) {
		diag_error(&s->diags, first->span, E(TABLE_FORMAT), "nothing in the script puts elements into \"%s\"", t.array->name);
		goto out;
	}
	t.value = t.array->is_array ? new_local(&t, "value", 0) : t.array;
	if (t.array->is_array)
		t.value->stat_origin = t.array;
	for (unsigned i = 0; i < t.array->nkeys; i++)
		t.keys[i] = new_local(&t, "key", i + 1);
	if (put_row(&t))
		r = t.array->is_array ? each_element(&t) : if_samples(&t);
out:
	w->ok &= r != NULL;
	sb_free(&t.text);
	return r;
}

static bool is_table(const struct stmt *s)
{
	const struct expr *e = s->kind == STMT_EXPR ? s->expr.expr : NULL;
	const struct variable *v;

	if (!e || e->kind != EXPR_PRINT || e->print.kind != PRINT_PRINT || e->print.to_string || e->print.args.len != 2 ||
	    e->print.args.data[0]->kind != EXPR_SYMBOL || e->print.args.data[1]->kind != EXPR_STRING)
		return false;
	v = e->print.args.data[0]->symbol.ref;
	return v && v->kind == VAR_GLOBAL &&
	       (v->is_array || table_asks_statistic(e->print.args.data[1]->string.text, e->print.args.data[1]->string.len));
}

static struct stmt *visit(struct visitor *v, struct stmt *s)
{
	struct stmt *r = is_table(s) ? rewrite(v->data, s->expr.expr) : NULL;

	return r ? r : s;
}

bool papers_tables(struct session *s)
{
	struct tables w = { .session = s, .ok = true };
	struct visitor v = { .post_stmt = visit, .data = &w };
	struct program *p = s->program;

	for (size_t i = 0; i < p->probes.len; i++) {
		w.locals = &p->probes.data[i]->locals;
		if (!p->probes.data[i]->same_as)
			p->probes.data[i]->body = walk_stmt(&v, p->probes.data[i]->body);
	}
	for (size_t i = 0; i < p->functions.len; i++) {
		w.locals = &p->functions.data[i]->locals;
		if (p->functions.data[i]->body)
			p->functions.data[i]->body = walk_stmt(&v, p->functions.data[i]->body);
	}
	return w.ok;
}
