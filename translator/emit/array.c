/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays and statistics: keys, elements, membership, extractors, histogram buckets. */
#include "translator/emit/emit.h"
#include "translator/opt/opt.h"

const char *key_vector(struct body *b, const struct variable *array, const struct expr_vec *keys, const struct val *v)
{
	const char *members[MAX_KEYS];

	for (size_t i = 0; i < keys->len; i++)
		members[i] = !keys->data[i] ? ".l = 0" :
			     format_c(b->e, ".%c = %s", array->key_type[i] == TYPE_STRING ? 's' : 'l', v[i].c);
	return temp_keys(b, (unsigned)keys->len, members);
}

/* A key vector; with MASK, slices (NULL keys) are allowed. */
const char *emit_keys(struct body *b, struct variable *array, struct expr_vec *keys, unsigned *mask)
{
	struct val v[MAX_KEYS];

	emit_list(b, keys, v);
	for (size_t i = 0; mask && i < keys->len; i++)
		if (keys->data[i])
			*mask |= 1u << i;
	return key_vector(b, array, keys, v);
}

struct variable *stat_variable(struct expr *arg)
{
	return arg->kind == EXPR_INDEX ? arg->index.base->symbol.ref : arg->symbol.ref;
}

static bool is_slice(const struct expr_vec *keys)
{
	for (size_t i = 0; i < keys->len; i++)
		if (!keys->data[i])
			return true;
	return false;
}

struct val emit_index(struct body *b, struct expr *e)
{
	struct variable *m = e->index.base->symbol.ref;
	const char *k;

	k = emit_keys(b, m, &e->index.keys, NULL);
	if (m->type == TYPE_STRING)
		return (struct val){ format_c(b->e, "stp_map_get_str(%s, %s)", m->c_name, k), false };
	return (struct val){ format_c(b->e, "stp_map_get_long(%s, %s)", m->c_name, k), false };
}

struct val emit_in(struct body *b, struct expr *e)
{
	struct variable *m = e->in.array->symbol.ref;
	unsigned mask = 0;
	const char *k = emit_keys(b, m, &e->in.keys, &mask);

	if (is_slice(&e->in.keys)) {
		struct val t = temp_long(b, format_c(b->e, "stp_map_has_slice(c, %s, %s, %uu)", m->c_name, k, mask));

		check_error(b, e->span);
		return t;
	}
	return (struct val){ format_c(b->e, "(int64_t)stp_map_has(%s, %s)", m->c_name, k), false };
}

const char *emit_stat_pointer(struct body *b, struct expr *arg)
{
	struct variable *v = stat_variable(arg);

	if (arg->kind == EXPR_INDEX)
		return format_c(b->e, "stp_map_get_stat(%s, %s)", v->c_name, emit_keys(b, v, &arg->index.keys, NULL));
	if (v->kind == VAR_GLOBAL)
		return format_c(b->e, "stp_pstat_get(%s)", v->c_name);
	return cell_c(b, v);	/* the value variable of a foreach */
}

static unsigned stat_shift(struct expr *e)
{
	return e->stat.params.len ? (unsigned)e->stat.params.data[0]->number.value : 0;
}

struct val emit_stat(struct body *b, struct expr *e)
{
	static const char *const ops[] = { "STP_COUNT", "STP_SUM", "STP_MIN", "STP_MAX", "STP_AVG", "STP_VARIANCE" };
	const char *p = emit_stat_pointer(b, e->stat.arg);
	struct val t = temp_long(b, format_c(b->e, "stp_stat_extract(c, %s, %s, %u)", p, ops[e->stat.op], stat_shift(e)));

	if (e->stat.op != STAT_COUNT && e->stat.op != STAT_SUM)
		check_error(b, e->span);
	return t;
}

/* For the value variable of a foreach, the array's description; sema leaves the array in its decl's place: c_name of the local's origin. */
const char *hist_pointer(struct body *b, struct expr *arg)
{
	struct variable *v = stat_variable(arg);

	return format_c(b->e, "&desc_%s.hist", v->stat_origin ? v->stat_origin->c_name : v->c_name);
}

struct val emit_bucket(struct body *b, struct expr *e)
{
	struct expr *h = e->index.base;
	struct val n = emit_stable(b, e->index.keys.data[0], h->hist.arg);
	const char *p = emit_stat_pointer(b, h->hist.arg);
	struct val t = temp_long(b, format_c(b->e, "stp_hist_bucket(c, %s, %s, %s)", p, hist_pointer(b, h->hist.arg), n.c));

	check_error(b, e->span);
	return t;
}
