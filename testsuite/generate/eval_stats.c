/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What statistics and histograms answer. */
#include "testsuite/generate/eval.h"

const struct samples *eval_samples(struct eval *e, const struct expr *x)
{
	static const struct samples none = { 0 };
	struct value keys[MOST_KEYS];
	const struct cell *c;

	if (x->kind == EXPR_SYMBOL)
		return &eval_slot(e, x->symbol.name)->samples;
	eval_keys(e, &x->index.keys, keys, NULL);
	if (e->flow)
		return &none;
	c = cell_find(eval_slot(e, x->index.base->symbol.name), keys, x->index.keys.len);
	return c ? &c->samples : &none;
}

int64_t eval_extract(const struct samples *s, enum stat_op op)
{
	switch (op) {
	case STAT_COUNT: return s->n;
	case STAT_SUM: return samples_sum(s);
	case STAT_MIN: return samples_least(s);
	case STAT_MAX: return samples_most(s);
	case STAT_AVG: return samples_sum(s) / s->n;
	case STAT_VARIANCE: break;
	}
	return 0;
}

struct value eval_stat(struct eval *e, const struct expr *x)
{
	const struct samples *s = eval_samples(e, x->stat.arg);

	if (e->flow)
		return number_value(0);
	if (x->stat.op == STAT_COUNT)
		return number_value(s->n);
	if (!s->n) {
		if (x->stat.op != STAT_SUM)
			eval_fail(e, "empty statistic");
		return number_value(0);
	}
	if (x->stat.op == STAT_VARIANCE)
		eval_give_up(e, "@variance");
	return number_value(eval_extract(s, x->stat.op));
}

/* How many samples are in bucket NUMBER of 129: 64 is that of zero, 65 that of 1, 66 of 2 and 3, 63
 * of -1 and so on. */
static int64_t log_bucket(const struct samples *s, int64_t number)
{
	int bit = (int)(number > 64 ? number - 65 : 63 - number);
	int64_t low, n = 0;

	if (number == 64)
		return samples_between(s, 0, 1);
	for (unsigned i = 0; i < s->n; i++) {
		low = s->data[i];
		if (low == 0 || (low > 0) != (number > 64))
			continue;
		n += ((low > 0 ? (uint64_t)low : 0 - (uint64_t)low) >> bit) == 1;
	}
	return n;
}

int64_t eval_buckets(struct eval *e, const struct expr *x)
{
	if (!x->hist.linear)
		return 129;
	return (eval_expr(e, x->hist.params.data[1]).n - eval_expr(e, x->hist.params.data[0]).n) /
		       eval_expr(e, x->hist.params.data[2]).n +
	       3;
}

int64_t eval_bucket(struct eval *e, const struct expr *x, int64_t number)
{
	const struct samples *s = eval_samples(e, x->hist.arg);
	int64_t low, high, step, last;

	if (e->flow)
		return 0;
	if (!s->n) {
		eval_fail(e, "empty statistic");
		return 0;
	}
	if (number < 0 || number >= eval_buckets(e, x)) {
		eval_fail(e, "no such bucket");
		return 0;
	}
	if (!x->hist.linear)
		return log_bucket(s, number);
	low = eval_expr(e, x->hist.params.data[0]).n;
	high = eval_expr(e, x->hist.params.data[1]).n;
	step = eval_expr(e, x->hist.params.data[2]).n;
	last = eval_buckets(e, x) - 1;
	if (number == 0)
		return samples_between(s, INT64_MIN, low);
	if (number == last)
		return s->n - samples_between(s, INT64_MIN, high + 1);
	return samples_between(s, low + (number - 1) * step,
			       number == last - 1 ? high + 1 : low + number * step);
}
