/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreach: order, ties, limits, slices, nesting, long sorts; histograms of elements. */
#include "testsuite/unit/core/fixture.h"

#include <stdio.h>

static const struct stp_map_desc longs = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 3000 };
static const struct stp_map_desc strings = { .nkeys = 1, .value_type = STP_STR, .key_type = { STP_STR }, .max_entries = 10 };
static const struct stp_map_desc stats = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_STR }, .max_entries = 10 };

/* The keys in the order of a walk, joined. */
static const char *walk(struct stp_map *m, const struct stp_map_desc *d, int column, int order, enum stp_stat_op op, int64_t limit)
{
	static char text[400];
	struct stp_iter it;
	char *p = text;

	*p = 0;
	stp_iter_begin(CTX, &it, m, column, order, op, limit, NULL, 0);
	while (stp_iter_next(&it)) {
		if (d->key_type[0] == STP_STR)
			p += sprintf(p, "%s ", stp_iter_key_str(&it, 0));
		else
			p += sprintf(p, "%d ", (int)stp_iter_key_long(&it, 0));
	}
	stp_ctx_end(CTX);
	return text;
}

TEST(iter_of_nothing)
{
	CHECK_STR(walk(fixture_one_map(&longs, 1), &longs, 0, 0, STP_COUNT, -1), "");
	CHECK_STR(walk(fixture_one_map(&longs, 1), &longs, 0, 1, STP_COUNT, -1), "");
	CHECK_STR(walk(fixture_one_map(&stats, 2), &stats, 0, -1, STP_AVG, -1), "");
}

TEST(iter_orders)
{
	struct stp_map *m = fixture_one_map(&longs, 1);
	static const int keys[] = { 5, 3, 9, 1, 7 }, values[] = { 2, 1, 2, 3, 1 };

	for (int i = 0; i < 5; i++)
		stp_map_set_long(CTX, m, KEY(KL(keys[i])), values[i]);
	CHECK_STR(walk(m, &longs, 0, 0, STP_COUNT, -1), "5 3 9 1 7 ");
	CHECK_STR(walk(m, &longs, 1, 1, STP_COUNT, -1), "1 3 5 7 9 ");
	CHECK_STR(walk(m, &longs, 1, -1, STP_COUNT, -1), "9 7 5 3 1 ");
	CHECK_STR(walk(m, &longs, 0, 1, STP_COUNT, -1), "3 7 5 9 1 ");
	CHECK_STR(walk(m, &longs, 0, -1, STP_COUNT, -1), "1 5 9 3 7 ");
	CHECK_STR(walk(m, &longs, 0, 0, STP_COUNT, -1), "5 3 9 1 7 ");
	stp_map_del(m, KEY(KL(9)));
	stp_map_set_long(CTX, m, KEY(KL(9)), 0);
	CHECK_STR(walk(m, &longs, 0, 0, STP_COUNT, -1), "5 3 1 7 9 ");
}

TEST(iter_limits)
{
	struct stp_map *m = fixture_one_map(&longs, 1);

	for (int i = 0; i < 5; i++)
		stp_map_set_long(CTX, m, KEY(KL(i)), -i);
	CHECK_STR(walk(m, &longs, 0, 0, STP_COUNT, 0), "");
	CHECK_STR(walk(m, &longs, 0, 0, STP_COUNT, 2), "0 1 ");
	CHECK_STR(walk(m, &longs, 0, 1, STP_COUNT, 2), "4 3 ");
	CHECK_STR(walk(m, &longs, 0, 1, STP_COUNT, 5), "4 3 2 1 0 ");
	CHECK_STR(walk(m, &longs, 0, 1, STP_COUNT, INT64_MAX), "4 3 2 1 0 ");
	CHECK_STR(walk(m, &longs, 0, 1, STP_COUNT, -7), "4 3 2 1 0 ");
}

TEST(iter_strings_by_bytes)
{
	struct stp_map *m = fixture_one_map(&strings, 1);
	static const char *const words[] = { "b", "a", "B", "", "ab", "\xc3\xa9" };

	for (int i = 0; i < 6; i++)
		stp_map_set_str(CTX, m, KEY(KS(words[i])), words[5 - i]);
	CHECK_STR(walk(m, &strings, 1, 1, STP_COUNT, -1), " B a ab b \xc3\xa9 ");
	CHECK_STR(walk(m, &strings, 1, -1, STP_COUNT, -1), "\xc3\xa9 b ab a B  ");
	CHECK_STR(walk(m, &strings, 0, 1, STP_COUNT, -1), "B  ab a \xc3\xa9 b ");
}

static void add(struct stp_map *m, const char *key, unsigned slot, int64_t v)
{
	plat_test_set_slot(slot);
	stp_map_add_stat(CTX, m, KEY(KS(key)), v);
}

TEST(iter_statistics_by_each_figure)
{
	struct stp_map *m = fixture_one_map(&stats, 2);

	add(m, "a", 0, 10);
	add(m, "a", 1, 20);
	add(m, "a", 1, 3);
	add(m, "b", 1, 100);
	add(m, "c", 0, -5);
	add(m, "c", 1, 50);
	CHECK_STR(walk(m, &stats, 0, 1, STP_COUNT, -1), "b c a ");
	CHECK_STR(walk(m, &stats, 0, 1, STP_SUM, -1), "a c b ");
	CHECK_STR(walk(m, &stats, 0, -1, STP_MIN, -1), "b a c ");
	CHECK_STR(walk(m, &stats, 0, 1, STP_MAX, -1), "a c b ");
	CHECK_STR(walk(m, &stats, 0, 1, STP_AVG, 2), "a c ");
	CHECK_STR(walk(m, &stats, 0, 0, STP_COUNT, -1), "a b c ");
	CHECK_STR(walk(m, &stats, 1, -1, STP_COUNT, -1), "c b a ");
}

TEST(iter_statistics_by_variance)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_STR }, .max_entries = 4, .variance = 1,
		.bit_shift = 4 };
	struct stp_map *m = fixture_one_map(&d, 2);

	for (int i = 0; i < 10; i++) {
		add(m, "wide", (unsigned)i & 1, i * 100);
		add(m, "narrow", (unsigned)i & 1, 5000 + i);
	}
	CHECK_STR(walk(m, &d, 0, 1, STP_VARIANCE, -1), "narrow wide ");
}

TEST(iter_shows_one_moment)
{
	struct stp_map *m = fixture_one_map(&stats, 2);
	struct stp_iter it;
	int n = 0;

	add(m, "a", 0, 1);
	add(m, "b", 0, 1);
	stp_iter_begin(CTX, &it, m, 0, 0, STP_COUNT, -1, NULL, 0);
	while (stp_iter_next(&it)) {
		add(m, "b", 1, 5);	/* another CPU goes on */
		add(m, n ? "d" : "c", 1, 5);
		CHECK_EQ(stp_iter_stat(&it)->count, 1);
		n++;
	}
	CHECK_EQ(n, 2);
	CHECK_STR(walk(m, &stats, 0, 0, STP_COUNT, -1), "a b c d ");
}

TEST(iter_histograms_of_elements)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_STR }, .max_entries = 4,
		.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } };
	struct stp_map *m = fixture_one_map(&d, 2);
	struct stp_iter it;

	add(m, "a", 0, 4);
	add(m, "a", 1, 5);
	add(m, "b", 1, 1);
	stp_iter_begin(CTX, &it, m, 0, -1, STP_COUNT, -1, NULL, 0);
	CHECK(stp_iter_next(&it));
	CHECK_EQ(stp_iter_stat(&it)->count, 2);
	CHECK_EQ(stp_hist_bucket(CTX, stp_iter_stat(&it), &d.hist, 67), 2);
	CHECK(stp_iter_next(&it));
	CHECK_EQ(stp_hist_bucket(CTX, stp_iter_stat(&it), &d.hist, 65), 1);
	CHECK_EQ(stp_hist_bucket(CTX, stp_iter_stat(&it), &d.hist, 67), 0);
	CHECK(!stp_iter_next(&it));
}

TEST(iter_slices)
{
	static const struct stp_map_desc d = { .nkeys = 2, .value_type = STP_LONG, .key_type = { STP_LONG, STP_STR }, .max_entries = 20 };
	struct stp_map *m = fixture_one_map(&d, 1);

	for (int i = 0; i < 9; i++)
		stp_map_set_long(CTX, m, KEY(KL(i), KS(i % 3 ? "odd" : "even")), 10 - i);
	for (int order = -1; order <= 1; order++) {
		const union stp_key *slice = KEY(KL(0), KS("even"));
		struct stp_iter it;
		int sum = 0, n = 0;

		stp_iter_begin(CTX, &it, m, 0, order, STP_COUNT, 2, slice, 2);
		while (stp_iter_next(&it)) {
			CHECK_STR(stp_iter_key_str(&it, 1), "even");
			sum += (int)stp_iter_key_long(&it, 0);
			n++;
		}
		CHECK_EQ(n, 2);
		CHECK_EQ(sum, order == 1 ? 9 : 3);
	}
}

TEST(iter_nests)
{
	struct stp_map *m = fixture_one_map(&longs, 1);
	struct stp_iter outer, inner;
	char text[64] = "";

	for (int i = 0; i < 3; i++)
		stp_map_set_long(CTX, m, KEY(KL(i)), -i);
	stp_iter_begin(CTX, &outer, m, 0, 1, STP_COUNT, -1, NULL, 0);
	while (stp_iter_next(&outer)) {
		stp_iter_begin(CTX, &inner, m, 0, 0, STP_COUNT, -1, NULL, 0);
		while (stp_iter_next(&inner))
			sprintf(text + strlen(text), "%d%d ", (int)stp_iter_key_long(&outer, 0), (int)stp_iter_key_long(&inner, 0));
	}
	CHECK_STR(text, "20 21 22 10 11 12 00 01 02 ");
}

/* 'a' for the element that was put in first, and so on. */
static char place_of(const struct stp_iter *it)
{
	return (char)('a' + it->index - 1);
}

/* Loops inside loops, each with an order of its own: an array has one index for all. */
TEST(iter_nests_with_other_orders)
{
	static const struct stp_map_desc by[] = { longs, stats };
	static const char *const names[] = { "a", "b", "c", "d" };

	for (int kind = 0; kind < 2; kind++) {
		struct stp_map *m = fixture_one_map(&by[kind], 1 + kind);
		char got[400] = "";
		struct stp_iter it[3];

		for (int i = 0; i < 4; i++)
			if (kind)
				stp_map_add_stat(CTX, m, KEY(KS(names[i])), 10 * i % 7);
			else
				stp_map_set_long(CTX, m, KEY(KL(i)), 10 * i % 7);
		stp_iter_begin(CTX, &it[0], m, 0, -1, STP_SUM, 3, NULL, 0);
		while (stp_iter_next(&it[0])) {
			sprintf(got + strlen(got), "%c", place_of(&it[0]));
			stp_iter_begin(CTX, &it[1], m, 1, 1, STP_COUNT, -1, NULL, 0);
			while (stp_iter_next(&it[1])) {
				sprintf(got + strlen(got), "%c", place_of(&it[1]));
				stp_iter_begin(CTX, &it[2], m, 0, 1, STP_MAX, 1, NULL, 0);
				while (stp_iter_next(&it[2]))
					sprintf(got + strlen(got), "%c", place_of(&it[2]));
			}
			sprintf(got + strlen(got), " ");
		}
		CHECK_STR(got, "caabacada baabacada daabacada ");
		stp_ctx_end(CTX);
	}
}

static uint64_t shape(int kind, uint64_t i, uint64_t n)
{
	switch (kind) {
	case 0: return i;
	case 1: return n - i;
	case 2: return 7;
	case 3: return i % 10;
	default: return fixture_random();
	}
}

TEST(iter_sorts_every_size_and_shape)
{
	static const uint64_t sizes[] = { 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 1000, 2048, 3000 };

	for (unsigned k = 0; k < 5 * sizeof sizes / sizeof *sizes; k++) {
		struct stp_map *m = fixture_one_map(&longs, 1);
		uint64_t n = sizes[k / 5], got = 0;
		int64_t last = 0, last_key = 0;
		struct stp_iter it;

		for (uint64_t i = 0; i < n; i++)
			stp_map_set_long(CTX, m, KEY(KL((int64_t)i)), (int64_t)shape((int)k % 5, i, n));
		stp_iter_begin(CTX, &it, m, 0, 1, STP_COUNT, -1, NULL, 0);
		for (; stp_iter_next(&it); got++) {
			CHECK(!got || stp_iter_long(&it) > last || (stp_iter_long(&it) == last && stp_iter_key_long(&it, 0) > last_key));
			last = stp_iter_long(&it);
			last_key = stp_iter_key_long(&it, 0);
		}
		CHECK_EQ(got, n);
	}
}
