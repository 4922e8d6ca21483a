/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics: samples of several CPUs merged, extractors, variance, wrapping arrays
 * of them, locks that are not to be had. */
#include "testsuite/unit/core/fixture.h"

static const struct stp_map_desc plain = { .value_type = STP_STAT };
static const struct stp_map_desc by_long = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = 4 };
static const struct stp_map_desc wrapping = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = 3, .wrap = 1 };

static int64_t extract(const struct stp_stat *s, enum stp_stat_op op) { return stp_stat_extract(CTX, s, op, 0); }

TEST(stat_merges_over_cpus)
{
	struct stp_pstat *p = fixture_one_pstat(&plain, 3);
	const struct stp_stat *s;

	for (int i = 0; i < 9; i++) {
		plat_test_set_slot((unsigned)i % 3);
		stp_pstat_add(p, i * 10 - 20);
	}
	s = stp_pstat_get(p);
	CHECK_EQ(extract(s, STP_COUNT), 9);
	CHECK_EQ(extract(s, STP_SUM), 180);
	CHECK_EQ(extract(s, STP_MIN), -20);
	CHECK_EQ(extract(s, STP_MAX), 60);
	CHECK_EQ(extract(s, STP_AVG), 20);
	CHECK(!CTX->error);
}

TEST(stat_empty)
{
	struct stp_pstat *p = fixture_one_pstat(&plain, 2);

	CHECK(!stp_pstat_get(p));
	CHECK_EQ(extract(NULL, STP_COUNT), 0);
	CHECK_EQ(extract(NULL, STP_SUM), 0);
	CHECK(!CTX->error);
	for (enum stp_stat_op op = STP_MIN; op <= STP_VARIANCE; op++) {
		stp_ctx_begin(CTX, &fx.probe, NULL);
		CHECK_EQ(extract(NULL, op), 0);
		CHECK_EQ(CTX->error_kind, STP_ERR_ARITH);
		CHECK_STR(CTX->message, "empty aggregate");
	}
	stp_pstat_add(p, 5);
	stp_pstat_clear(p);
	CHECK(!stp_pstat_get(p));
}

TEST(stat_extremes_wrap)
{
	struct stp_pstat *p = fixture_one_pstat(&plain, 2);
	const struct stp_stat *s;

	stp_pstat_add(p, INT64_MIN);
	stp_pstat_add(p, INT64_MAX);
	plat_test_set_slot(1);
	stp_pstat_add(p, INT64_MAX);
	s = stp_pstat_get(p);
	CHECK_EQ(extract(s, STP_MIN), INT64_MIN);
	CHECK_EQ(extract(s, STP_MAX), INT64_MAX);
	CHECK_EQ(extract(s, STP_SUM), INT64_MAX - 1);
	CHECK_EQ(extract(s, (enum stp_stat_op)99), 0);
}

static int64_t variance_of(const int64_t *v, unsigned n, unsigned cpus, uint32_t shift)
{
	struct stp_map_desc d = { .value_type = STP_STAT, .variance = 1, .bit_shift = shift };
	struct stp_pstat *p = fixture_one_pstat(&d, cpus);
	int64_t r;

	for (unsigned i = 0; i < n; i++) {
		plat_test_set_slot(i % cpus);
		stp_pstat_add(p, v[i]);
	}
	r = stp_stat_extract(CTX, stp_pstat_get(p), STP_VARIANCE, shift);
	stp_core_unload();
	return r;
}

/* The two results that stap(1) of the established system shows. */
TEST(stat_variance_as_documented)
{
	static const int64_t v[] = { 1, 2, 3, 4, 5 };

	CHECK_EQ(variance_of(v, 5, 1, 0), 12);
	CHECK_EQ(variance_of(v, 5, 1, 1), 2);
}

TEST(stat_variance_over_cpus)
{
	int64_t v[1000];
	double mean = 0, want = 0;

	for (unsigned i = 0; i < 1000; i++) {
		v[i] = (int64_t)(fixture_random() % 2001) - 1000;
		mean += (double)v[i] / 1000;
	}
	for (unsigned i = 0; i < 1000; i++)
		want += ((double)v[i] - mean) * ((double)v[i] - mean) / 999;
	for (unsigned cpus = 1; cpus <= 4; cpus++) {
		double got = (double)variance_of(v, 1000, cpus, 8);

		CHECK_MSG(got > want * .99 && got < want * 1.01, "%u CPUs: %f, not %f", cpus, got, want);
	}
}

TEST(stat_variance_of_little)
{
	static const int64_t v[] = { 7, 7 };

	CHECK_EQ(variance_of(v, 1, 1, 0), 0);
	CHECK_EQ(variance_of(v, 2, 2, 0), 0);
	CHECK_EQ(variance_of(v, 2, 2, 62), 0);
}

TEST(stat_array_elements)
{
	struct stp_map *m = fixture_one_map(&by_long, 2);
	const struct stp_stat *s;

	CHECK(!stp_map_get_stat(m, KEY(KL(1))));
	stp_map_add_stat(CTX, m, KEY(KL(1)), 10);
	plat_test_set_slot(1);
	stp_map_add_stat(CTX, m, KEY(KL(1)), 20);
	stp_map_add_stat(CTX, m, KEY(KL(2)), 5);
	s = stp_map_get_stat(m, KEY(KL(1)));
	CHECK_EQ(s->count, 2);
	CHECK_EQ(s->sum, 30);
	CHECK_EQ(stp_map_size(m), 2);
	stp_map_del(m, KEY(KL(1)));
	CHECK(!stp_map_get_stat(m, KEY(KL(1))));
	stp_map_add_stat(CTX, m, KEY(KL(3)), 7);	/* in the deleted one's place */
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(3)))->count, 1);
	stp_map_clear(CTX, m);
	CHECK_EQ(stp_map_size(m), 0);
	stp_map_add_stat(CTX, m, KEY(KL(2)), 1);
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(2)))->sum, 1);
}

TEST(stat_array_full)
{
	struct stp_map *m = fixture_one_map(&by_long, 2);

	for (int i = 0; i < 5; i++)
		stp_map_add_stat(CTX, m, KEY(KL(i)), i);
	CHECK_EQ(CTX->error_kind, STP_ERR_MAP);
	CHECK_EQ(stp_map_size(m), 4);
	CHECK_EQ(stp_core_lost_samples(), 0);
	CHECK(!plat_test_locks_held());
}

TEST(stat_array_wraps_over_all_cpus)
{
	struct stp_map *m = fixture_one_map(&wrapping, 3);

	for (int i = 0; i < 10; i++) {
		plat_test_set_slot((unsigned)i % 3);
		stp_map_add_stat(CTX, m, KEY(KL(i)), i);
		stp_map_add_stat(CTX, m, KEY(KL(i)), i);
	}
	CHECK(!CTX->error);
	CHECK_EQ(stp_map_size(m), 3);
	for (int i = 0; i < 10; i++) {
		const struct stp_stat *s = stp_map_get_stat(m, KEY(KL(i)));

		CHECK_EQ(s != NULL, i >= 7);
		CHECK_EQ(s ? s->count : 2, 2);
		CHECK_EQ(s ? s->sum : 2 * i, 2 * i);
	}
}

TEST(stat_array_that_is_walked_drops_nothing)
{
	struct stp_map *m = fixture_one_map(&wrapping, 2);
	struct stp_iter it;
	int64_t sum = 0;

	for (int i = 1; i <= 3; i++)
		stp_map_add_stat(CTX, m, KEY(KL(i)), i);
	stp_iter_begin(CTX, &it, m, 0, 0, STP_COUNT, -1, NULL, 0);
	while (stp_iter_next(&it)) {
		plat_test_set_slot(1);
		stp_map_add_stat(&fx.ctx[1], m, KEY(KL(99)), 1);	/* would need the oldest one's place */
		stp_map_add_stat(&fx.ctx[1], m, KEY(KL(3)), 100);
		plat_test_set_slot(0);
		sum += stp_iter_key_long(&it, 0) * 100 + stp_iter_stat(&it)->sum;
	}
	CHECK_EQ(sum, 606);
	CHECK_EQ(stp_core_lost_samples(), 3);
	stp_ctx_end(CTX);
	stp_map_add_stat(CTX, m, KEY(KL(99)), 1);
	CHECK_EQ(stp_core_lost_samples(), 3);
	CHECK(stp_map_has(m, KEY(KL(99))));
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(3)))->sum, 303);
}

/* Whatever lock is not to be had: nothing stays locked, nothing is damaged, the loss is counted. */
static void every_lock_fails(const struct stp_map_desc *d, void (*act)(struct stp_map *m))
{
	for (unsigned n = 1; n < 12; n++) {
		struct stp_map *m = fixture_one_map(d, 3);
		struct stp_iter it;
		unsigned seen = 0;

		for (int i = 0; i < 3; i++)
			stp_map_add_stat(CTX, m, KEY(KL(i)), 1);
		plat_test_fail_lock(n);
		act(m);
		plat_test_fail_lock(0);
		CHECK(!plat_test_locks_held());
		CHECK(!CTX->error);
		stp_iter_begin(CTX, &it, m, 1, 1, STP_COUNT, -1, NULL, 0);
		while (stp_iter_next(&it))
			seen++;
		CHECK_EQ(seen, stp_map_size(m));
		stp_ctx_end(CTX);
	}
}

static void act_add(struct stp_map *m) { stp_map_add_stat(CTX, m, KEY(KL(7)), 1); }
static void act_del(struct stp_map *m) { stp_map_del(m, KEY(KL(1))); }
static void act_slice(struct stp_map *m) { stp_map_del_slice(CTX, m, KEY(KL(1)), 1); }
static void act_has(struct stp_map *m) { stp_map_has(m, KEY(KL(1))); }
static void act_has_slice(struct stp_map *m) { stp_map_has_slice(CTX, m, KEY(KL(1)), 1); }
static void act_clear(struct stp_map *m) { stp_map_clear(CTX, m); }
static void act_get(struct stp_map *m) { stp_map_get_stat(m, KEY(KL(1))); }

static void act_walk(struct stp_map *m)
{
	struct stp_iter it;

	stp_iter_begin(CTX, &it, m, 0, 1, STP_SUM, -1, NULL, 0);
	while (stp_iter_next(&it))
		CHECK(stp_iter_stat(&it)->count > 0);
	stp_ctx_end(CTX);
}

TEST(stat_locks_that_cannot_be_had)
{
	static const struct stp_map_desc hist = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = 4,
		.hist = { .kind = 2, .buckets = 5, .low = 0, .high = 2, .step = 1 } };
	static void (*const acts[])(struct stp_map *) = { act_add, act_del, act_slice, act_has, act_has_slice, act_clear, act_get, act_walk };

	for (unsigned i = 0; i < sizeof acts / sizeof *acts; i++) {
		every_lock_fails(&by_long, acts[i]);
		every_lock_fails(&wrapping, acts[i]);
		every_lock_fails(&hist, acts[i]);
	}
}

/* Adds to a wrapping array drop its oldest entry, unless it is pinned: no slice is deleted beside them. */
TEST(stat_slice_stays_where_adds_cannot_be_kept_out)
{
	struct stp_map *m = fixture_one_map(&wrapping, 1);

	for (int k = 0; k < 3; k++)
		stp_map_add_stat(CTX, m, KEY(KL(k)), 1);
	plat_test_fail_lock(1);	/* the pin's */
	act_slice(m);
	plat_test_fail_lock(0);
	CHECK_EQ(stp_map_size(m), 3);
	act_slice(m);
	CHECK_EQ(stp_map_size(m), 2);
}

TEST(stat_lost_samples_are_counted)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);
	struct stp_pstat *p;

	plat_test_fail_lock(1);
	stp_map_add_stat(CTX, m, KEY(KL(1)), 1);
	CHECK_EQ(stp_core_lost_samples(), 1);
	plat_test_fail_lock(2);	/* the lock of insertion */
	stp_map_add_stat(CTX, m, KEY(KL(1)), 1);
	CHECK_EQ(stp_core_lost_samples(), 2);
	CHECK(!CTX->error);
	p = fixture_one_pstat(&plain, 2);
	plat_test_fail_lock(1);
	stp_pstat_add(p, 1);
	CHECK_EQ(stp_core_lost_samples(), 1);
	stp_pstat_add(p, 1);
	plat_test_fail_lock(1);
	CHECK(!stp_pstat_get(p));	/* the only shard that has something */
	CHECK_EQ(stp_core_lost_samples(), 2);
	plat_test_fail_lock(2);
	stp_pstat_clear(p);
	CHECK(!plat_test_locks_held());
	CHECK_EQ(stp_pstat_get(p)->count, 1);
}

/* ---- two CPUs at one moment ---- */

static void other_cpu_adds(void)
{
	plat_test_set_slot(1);
	stp_map_add_stat(&fx.ctx[1], fx.storage[0], KEY(KL(5)), 100);
	plat_test_set_slot(0);
}

TEST(stat_two_cpus_make_one_element)
{
	struct stp_map *m = fixture_one_map(&by_long, 2);

	plat_test_before_lock(2, other_cpu_adds);	/* after the lookup, before the insertion */
	stp_map_add_stat(CTX, m, KEY(KL(5)), 1);
	CHECK_EQ(stp_map_size(m), 1);
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(5)))->count, 2);
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(5)))->sum, 101);
}

TEST(stat_two_cpus_make_one_element_of_a_full_wrapping_array)
{
	struct stp_map *m = fixture_one_map(&wrapping, 2);

	for (int i = 0; i < 3; i++)
		stp_map_add_stat(CTX, m, KEY(KL(i)), 1);
	plat_test_before_lock(3, other_cpu_adds);	/* before this one has the map for itself */
	stp_map_add_stat(CTX, m, KEY(KL(5)), 1);
	CHECK_EQ(stp_map_size(m), 3);
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(5)))->sum, 101);
	CHECK(stp_map_has(m, KEY(KL(1))) && !stp_map_has(m, KEY(KL(0))));
}

static void other_cpu_deletes(void)
{
	plat_test_set_slot(1);
	stp_map_clear(CTX, fx.storage[0]);
	plat_test_set_slot(0);
}

TEST(stat_a_delete_comes_between)
{
	struct stp_map *m = fixture_one_map(&by_long, 2);

	for (int i = 0; i < 4; i++)
		stp_map_add_stat(CTX, m, KEY(KL(i)), 1);
	plat_test_before_lock(1, other_cpu_deletes);
	stp_map_add_stat(CTX, m, KEY(KL(2)), 7);
	CHECK_EQ(stp_map_size(m), 1);
	CHECK_EQ(stp_map_get_stat(m, KEY(KL(2)))->sum, 7);
}
