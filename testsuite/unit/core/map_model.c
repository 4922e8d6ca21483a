/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays against a naive model: random descriptions, random operations, and after
 * each of them the same answers; now and then the whole content, walked in a random
 * order.  What goes wrong is shown with the seed of its run. */
#include "testsuite/unit/core/fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODEL_MOST = 40, STRING = 24, STEPS = 1500, RUNS = 60 };

struct cell {
	union stp_key key[STP_MAXKEYS];
	int64_t l;
	char s[STRING];
	struct { int64_t count, sum, min, max; } st;
};

static struct model {
	struct cell cell[MODEL_MOST];	/* in order of insertion */
	unsigned n;
	struct stp_map_desc d;
	struct stp_map *m;
} model;

/* Few different keys, so that they meet again; some with equal beginnings. */
static const char *const words[] = { "", "a", "b", "aa", "ab", "abcdefgh", "abcdefghi", "abcdefghj", "zzzzzzzzzzzzzzz", "\xff" };

static unsigned draw(unsigned n) { return (unsigned)(fixture_random() % n); }

static void draw_key(union stp_key *k)
{
	for (unsigned i = 0; i < model.d.nkeys; i++) {
		unsigned spread = model.d.nkeys == 1 ? 10 : model.d.nkeys < 4 ? 4 : 2;

		if (model.d.key_type[i] == STP_STR)
			k[i].s = words[draw(spread)];
		else
			k[i].l = (int64_t)(draw(spread * 3) - 2ull) * (draw(2) ? 1 : 1ll << 40);
	}
}

static bool same(const union stp_key *a, const union stp_key *b, uint32_t mask)
{
	for (unsigned i = 0; i < model.d.nkeys; i++)
		if (mask >> i & 1 && (model.d.key_type[i] == STP_STR ? strcmp(a[i].s, b[i].s) != 0 : a[i].l != b[i].l))
			return false;
	return true;
}

static struct cell *find(const union stp_key *k)
{
	for (unsigned i = 0; i < model.n; i++)
		if (same(model.cell[i].key, k, ~0u))
			return &model.cell[i];
	return NULL;
}

static void drop(unsigned i)
{
	memmove(&model.cell[i], &model.cell[i + 1], (model.n - i - 1) * sizeof *model.cell);
	model.n--;
}

/* NULL when full. */
static struct cell *make(const union stp_key *k)
{
	struct cell *c = find(k);

	if (c)
		return c;
	if (model.n == model.d.max_entries) {
		if (!model.d.wrap)
			return NULL;
		drop(0);
	}
	c = &model.cell[model.n++];
	memset(c, 0, sizeof *c);
	memcpy(c->key, k, model.d.nkeys * sizeof *k);
	return c;
}

static void check_stat(const struct stp_stat *s, const struct cell *c)
{
	CHECK(s);
	CHECK_EQ(s->count, c->st.count);
	CHECK_EQ(s->sum, c->st.sum);
	CHECK_EQ(s->min, c->st.min);
	CHECK_EQ(s->max, c->st.max);
}

static void check_element(const union stp_key *k)
{
	struct cell *c = find(k);

	CHECK_EQ(stp_map_has(model.m, k), c != NULL);
	CHECK_EQ(stp_map_size(model.m), model.n);
	if (model.d.value_type == STP_LONG)
		CHECK_EQ(stp_map_get_long(model.m, k), c ? c->l : 0);
	else if (model.d.value_type == STP_STR)
		CHECK_STR(stp_map_get_str(model.m, k), c ? c->s : "");
	else if (c)
		check_stat(stp_map_get_stat(model.m, k), c);
	else
		CHECK(!stp_map_get_stat(model.m, k));
}

static void add_sample(struct stp_ctx *ctx, const union stp_key *k, struct cell *c)
{
	int64_t v = (int64_t)fixture_random() >> draw(50);

	plat_test_set_slot(draw(plat_nslots()));
	stp_map_add_stat(ctx, model.m, k, v);
	if (!c)
		return;
	if (!c->st.count || v < c->st.min)
		c->st.min = v;
	if (!c->st.count || v > c->st.max)
		c->st.max = v;
	c->st.count++;
	c->st.sum = (int64_t)((uint64_t)c->st.sum + (uint64_t)v);
}

static void step_write(const union stp_key *k)
{
	struct cell *c = make(k);
	struct stp_ctx *ctx = CTX;

	stp_ctx_begin(ctx, &fx.probe, NULL);
	if (model.d.value_type == STP_STAT) {
		add_sample(ctx, k, c);
	} else if (model.d.value_type == STP_STR) {
		const char *v = words[draw(10)];

		stp_map_set_str(ctx, model.m, k, v);
		if (c)
			snprintf(c->s, sizeof c->s, "%s", v);
	} else if (draw(2)) {
		int64_t v = (int64_t)draw(5) - 2;

		stp_map_set_long(ctx, model.m, k, v);
		if (c)
			c->l = v;
	} else {
		int64_t *cell = stp_map_ref_long(ctx, model.m, k);

		CHECK_EQ(cell != NULL, c != NULL);
		if (c)
			c->l = *cell += 3;
	}
	CHECK_EQ(ctx->error, c == NULL);
}

static void step_delete_slice(const union stp_key *k, uint32_t mask)
{
	bool any = false;

	for (unsigned i = 0; i < model.n; i++)
		any |= same(model.cell[i].key, k, mask);
	CHECK_EQ(stp_map_has_slice(CTX, model.m, k, mask), any);
	if (draw(3))
		return;
	stp_map_del_slice(CTX, model.m, k, mask);
	for (unsigned i = model.n; i-- > 0;)
		if (same(model.cell[i].key, k, mask))
			drop(i);
}

/* ---- walking ---- */

static struct { int column, order; enum stp_stat_op op; } by;

static int64_t rank(const struct cell *c)
{
	switch (by.op) {
	case STP_COUNT: return c->st.count;
	case STP_SUM: return c->st.sum;
	case STP_MIN: return c->st.min;
	case STP_MAX: return c->st.max;
	case STP_AVG: return c->st.sum / c->st.count;
	case STP_VARIANCE: break;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct cell *x = *(struct cell *const *)a, *y = *(struct cell *const *)b;
	int64_t p = 0, q = 0;
	int d;

	if (by.column ? model.d.key_type[by.column - 1] == STP_STR : model.d.value_type == STP_STR) {
		d = by.column ? strcmp(x->key[by.column - 1].s, y->key[by.column - 1].s) : strcmp(x->s, y->s);
	} else {
		p = by.column ? x->key[by.column - 1].l : model.d.value_type == STP_STAT ? rank(x) : x->l;
		q = by.column ? y->key[by.column - 1].l : model.d.value_type == STP_STAT ? rank(y) : y->l;
		d = (p > q) - (p < q);
	}
	d *= by.order;
	return d ? d : (x > y) - (x < y);	/* stable */
}

static void check_current(const struct stp_iter *it, const struct cell *c)
{
	for (unsigned i = 0; i < model.d.nkeys; i++) {
		if (model.d.key_type[i] == STP_STR)
			CHECK_STR(stp_iter_key_str(it, i), c->key[i].s);
		else
			CHECK_EQ(stp_iter_key_long(it, i), c->key[i].l);
	}
	if (model.d.value_type == STP_LONG)
		CHECK_EQ(stp_iter_long(it), c->l);
	else if (model.d.value_type == STP_STR)
		CHECK_STR(stp_iter_str(it), c->s);
	else
		check_stat(stp_iter_stat(it), c);
}

static void step_walk(const union stp_key *k)
{
	struct cell *want[MODEL_MOST];
	uint32_t mask = draw(2) ? draw(1u << model.d.nkeys) : 0;
	int64_t limit = draw(3) ? -1 : (int64_t)draw(MODEL_MOST);
	unsigned n = 0, got = 0;
	struct stp_iter it;

	by.column = (int)draw(model.d.nkeys + 1u);
	by.order = (int)draw(3) - 1;
	by.op = (enum stp_stat_op)draw(5);
	for (unsigned i = 0; i < model.n; i++)
		if (same(model.cell[i].key, k, mask))
			want[n++] = &model.cell[i];
	if (by.order)
		qsort(want, n, sizeof *want, compare);
	if (limit >= 0 && n > limit)
		n = (unsigned)limit;
	stp_iter_begin(CTX, &it, model.m, by.column, by.order, by.op, limit, k, mask);
	while (stp_iter_next(&it)) {
		CHECK(got < n);
		check_current(&it, want[got++]);
	}
	CHECK_EQ(got, n);
	CHECK(!stp_iter_next(&it));
	stp_ctx_end(CTX);
}

static void draw_desc(enum stp_type value)
{
	model.d = (struct stp_map_desc){ .nkeys = (uint8_t)(draw(3) ? 1 + draw(3) : 1 + draw(STP_MAXKEYS)), .value_type = (uint8_t)value,
		.wrap = (uint8_t)draw(2), .max_entries = 1 + draw(MODEL_MOST) };
	for (unsigned i = 0; i < model.d.nkeys; i++)
		model.d.key_type[i] = draw(2) ? STP_STR : STP_LONG;
	if (value == STP_STAT && draw(2))
		model.d.hist = (struct stp_hist){ .kind = 1, .buckets = STP_HIST_LOG_BUCKETS };
}

static void step(void)
{
	union stp_key k[STP_MAXKEYS], slice[STP_MAXKEYS];

	draw_key(k);
	draw_key(slice);
	switch (draw(12)) {
	case 0:
		stp_map_del(model.m, k);
		if (find(k))
			drop((unsigned)(find(k) - model.cell));
		break;
	case 1:
		step_delete_slice(slice, draw(1u << model.d.nkeys) | 1);
		break;
	case 2:
		if (!draw(20)) {
			stp_map_clear(CTX, model.m);
			model.n = 0;
		}
		break;
	case 3: case 4:
		step_walk(slice);
		break;
	default:
		step_write(k);
		break;
	}
	check_element(k);
	CHECK(!plat_test_locks_held());
}

static void run(enum stp_type value)
{
	for (int r = 0; r < RUNS; r++) {
		model.n = 0;
		draw_desc(value);
		fixture_reset(1 + draw(4));
		fx.limits.max_string = STRING;
		fixture_map(&model.d);
		fixture_load();
		model.m = fx.storage[0];
		for (int i = 0; i < STEPS; i++)
			step();
	}
	CHECK_EQ(stp_core_lost_samples(), 0);
}

TEST(model_of_longs) { run(STP_LONG); }
TEST(model_of_strings) { run(STP_STR); }
TEST(model_of_statistics) { run(STP_STAT); }
