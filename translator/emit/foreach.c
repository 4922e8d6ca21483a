/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreach over arrays and histogram buckets; delete. */
#include "translator/emit/emit.h"

#include <stdio.h>

static void assign_from(struct body *b, struct variable *v, const char *c)
{
	line(b, v->type == TYPE_STRING ? "stp_str_copy(%s, %s, STP_STRING);" : "%s = %s;", cell_c(b, v), c);
}

static void bind_element(struct body *b, struct stmt *s, const char *it)
{
	struct variable *m = s->foreach.base->symbol.ref;

	for (size_t i = 0; i < s->foreach.keys.len; i++)
		assign_from(b, s->foreach.keys.data[i]->symbol.ref,
			    format_c(b->e, "stp_iter_key_%s(%s, %zu)", m->key_type[i] == TYPE_STRING ? "str" : "long", it, i));
	if (s->foreach.value)
		assign_from(b, s->foreach.value->symbol.ref,
			    format_c(b->e, "stp_iter_%s(%s)", m->type == TYPE_STRING ? "str" : m->type == TYPE_STATS ? "stat" : "long", it));
}

static void loop_body(struct body *b, struct stmt *s, unsigned n)
{
	const char *outer = b->cont;

	b->cont = format_c(b->e, "cont%u", n);
	emit_stmt(b, s->foreach.body);
	line(b, "%s: __attribute__((unused));", b->cont);
	b->cont = outer;
}

static void spend(struct body *b, struct stmt *s)
{
	if (b->e->time_limits)
		line(b, "STP_ACT(c, %u, %s, %s);", cost_of(s->foreach.body) + 1, loc_c(b, s->span), b->fail);
}

static void foreach_array(struct body *b, struct stmt *s)
{
	static const char *const ops[] = { "STP_COUNT", "STP_SUM", "STP_MIN", "STP_MAX", "STP_AVG", "STP_VARIANCE" };
	struct variable *m = s->foreach.base->symbol.ref;
	unsigned n = b->nlabel++, mask = 0;
	const char *it, *slice = "NULL";
	struct val limit = { "-1", true };

	open_block(b, "%s", "");
	it = temp_iter(b);
	if (s->foreach.slice.len)
		slice = emit_keys(b, m, &s->foreach.slice, &mask);
	if (s->foreach.limit)
		limit = make_stable(b, emit_expr(b, s->foreach.limit), TYPE_LONG);	/* below 0 is none; for the runtime it is all */
	if (s->foreach.limit)
		limit.c = format_c(b->e, "(%s > 0 ? %s : 0)", limit.c, limit.c);
	line(b, "stp_iter_begin(c, %s, %s, %d, %d, %s, %s, %s, %uu);", it, m->c_name, s->foreach.sort_column,
	     s->foreach.order == SORT_UP ? 1 : s->foreach.order == SORT_DOWN ? -1 : 0, ops[s->foreach.sort_stat],
	     limit.c, slice, mask);
	check_error(b, s->span);
	open_block(b, "while (stp_iter_next(%s))", it);
	spend(b, s);
	bind_element(b, s, it);
	loop_body(b, s, n);
	close_block(b, "");
	if (s->foreach.slice.len || m->type == TYPE_STATS || s->foreach.order != SORT_NONE)
		check_error(b, s->span);	/* what it passed over, or sorted again, is charged */
	close_block(b, "");
}

/* foreach (i in @hist_log(x)): the numbers of buckets. */
static void foreach_hist(struct body *b, struct stmt *s)
{
	struct expr *arg = s->foreach.base->hist.arg;
	unsigned n = b->nlabel++;
	const char *i, *h = hist_pointer(b, arg);
	struct val limit = { NULL, true };

	open_block(b, "%s", "");
	if (s->foreach.limit)
		limit = make_stable(b, emit_expr(b, s->foreach.limit), TYPE_LONG);
	i = temp_long(b, "0").c;
	open_block(b, "for (%s = 0; %s < (int64_t)(%s)->buckets%s; %s++)", i, i, format_c(b->e, "(%s)", h),
		   limit.c ? format_c(b->e, " && %s < %s", i, limit.c) : "", i);
	spend(b, s);
	if (s->foreach.value) {
		struct variable *v = s->foreach.value->symbol.ref;

		line(b, "%s = stp_hist_bucket(c, %s, %s, %s);", cell_c(b, v), emit_stat_pointer(b, arg), h, i);
		check_error(b, s->span);
	}
	if (s->foreach.keys.len)
		line(b, "%s = %s;", cell_c(b, s->foreach.keys.data[0]->symbol.ref),
		     s->foreach.order == SORT_DOWN ? format_c(b->e, "(int64_t)(%s)->buckets - 1 - %s", format_c(b->e, "(%s)", h), i) : i);
	loop_body(b, s, n);
	close_block(b, "");
	close_block(b, "");
}

void emit_foreach(struct body *b, struct stmt *s)
{
	if (s->foreach.base->kind == EXPR_HIST)
		foreach_hist(b, s);
	else
		foreach_array(b, s);
}

void emit_delete(struct body *b, struct stmt *s)
{
	struct expr *t = s->delete_.target;
	struct variable *v;
	unsigned mask = 0;
	const char *k;

	if (t->kind == EXPR_SYMBOL) {
		v = t->symbol.ref;
		if (v->is_array)
			line(b, "stp_map_clear(c, %s);", v->c_name), check_error(b, s->span);
		else if (v->type == TYPE_STATS)
			line(b, "stp_pstat_clear(%s);", v->c_name);
		else if (v->type == TYPE_STRING)
			line(b, "%s[0] = 0;", cell_c(b, v));
		else
			line(b, "%s = 0;", cell_c(b, v));
		return;
	}
	v = t->index.base->symbol.ref;
	k = emit_keys(b, v, &t->index.keys, &mask);
	if (mask == (1u << v->nkeys) - 1)
		line(b, "stp_map_del(%s, %s);", v->c_name, k);
	else
		line(b, "stp_map_del_slice(c, %s, %s, %uu);", v->c_name, k, mask), check_error(b, s->span);
}
