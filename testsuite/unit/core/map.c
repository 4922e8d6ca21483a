/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of arrays: set, get, delete, clear, slices, full and wrapping maps. */
#include "testsuite/unit/core/fixture.h"

#include <stdio.h>

static const struct stp_map_desc by_long = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 5 };
static const struct stp_map_desc by_str = { .nkeys = 1, .value_type = STP_STR, .key_type = { STP_STR }, .max_entries = 5 };
static const struct stp_map_desc wrapping = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 3, .wrap = 1 };
static const struct stp_map_desc by_three = {
	.nkeys = 3, .value_type = STP_LONG, .key_type = { STP_STR, STP_LONG, STP_STR }, .max_entries = 100,
};

TEST(map_absent_elements_read_as_nothing)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);

	CHECK_EQ(stp_map_get_long(m, KEY(KL(7))), 0);
	CHECK(!stp_map_has(m, KEY(KL(7))));
	CHECK_EQ(stp_map_size(m), 0);
	m = fixture_one_map(&by_str, 1);
	CHECK_STR(stp_map_get_str(m, KEY(KS("x"))), "");
}

TEST(map_keeps_longs)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);
	const int64_t keys[] = { 0, -1, INT64_MIN, INT64_MAX, 42 };

	for (unsigned i = 0; i < 5; i++)
		stp_map_set_long(CTX, m, KEY(KL(keys[i])), i + 10);
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(stp_map_get_long(m, KEY(KL(keys[i]))), i + 10);
	CHECK_EQ(stp_map_size(m), 5);
	++*stp_map_ref_long(CTX, m, KEY(KL(42)));
	CHECK_EQ(stp_map_get_long(m, KEY(KL(42))), 15);
	CHECK(!CTX->error);
}

TEST(map_a_set_to_zero_is_an_element)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);

	stp_map_set_long(CTX, m, KEY(KL(1)), 0);
	CHECK(stp_map_has(m, KEY(KL(1))));
	CHECK_EQ(*stp_map_ref_long(CTX, m, KEY(KL(2))), 0);
	CHECK(stp_map_has(m, KEY(KL(2))));
}

TEST(map_full_is_an_error_that_names_the_array)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);

	for (int i = 0; i < 5; i++)
		stp_map_set_long(CTX, m, KEY(KL(i)), i);
	stp_map_set_long(CTX, m, KEY(KL(3)), 33);
	CHECK(!CTX->error);
	stp_map_set_long(CTX, m, KEY(KL(5)), 5);
	CHECK(CTX->error);
	CHECK_EQ(CTX->error_kind, STP_ERR_MAP);
	CHECK_STR(CTX->message, "Array overflow, check MAXMAPENTRIES or the size of g0 (5)");
	CHECK_EQ(stp_map_size(m), 5);
	CHECK(!stp_map_ref_long(CTX, m, KEY(KL(6))));
	CHECK_EQ(stp_map_get_long(m, KEY(KL(3))), 33);
}

TEST(map_full_of_strings_is_an_error)
{
	struct stp_map *m = fixture_one_map(&by_str, 1);
	char name[16];

	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof name, "n%d", i);
		CHECK(!CTX->error);
		stp_map_set_str(CTX, m, KEY(KS(name)), name);
	}
	CHECK(CTX->error);
	CHECK_STR(stp_map_get_str(m, KEY(KS("n4"))), "n4");
	CHECK_STR(stp_map_get_str(m, KEY(KS("n5"))), "");
}

TEST(map_wraps_by_dropping_the_oldest)
{
	struct stp_map *m = fixture_one_map(&wrapping, 1);

	for (int i = 0; i < 10; i++) {
		stp_map_set_long(CTX, m, KEY(KL(i)), i);
		if (i == 4)
			stp_map_set_long(CTX, m, KEY(KL(2)), 22);	/* not newer by that */
	}
	CHECK(!CTX->error);
	CHECK_EQ(stp_map_size(m), 3);
	for (int i = 0; i < 10; i++)
		CHECK_EQ(stp_map_has(m, KEY(KL(i))), i >= 7);
}

TEST(map_deletes)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 5; i++)
			stp_map_set_long(CTX, m, KEY(KL(i)), i + 1);
		stp_map_del(m, KEY(KL(99)));
		stp_map_del(m, KEY(KL(round)));
		stp_map_del(m, KEY(KL(round)));
		CHECK_EQ(stp_map_size(m), 4);
		for (int i = 0; i < 5; i++)
			CHECK_EQ(stp_map_get_long(m, KEY(KL(i))), i == round ? 0 : i + 1);
	}
	CHECK(!CTX->error);
}

TEST(map_clears)
{
	struct stp_map *m = fixture_one_map(&by_long, 1);

	stp_map_clear(CTX, m);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++)
			stp_map_set_long(CTX, m, KEY(KL(i * 100 + round)), 1);
		stp_map_clear(CTX, m);
		CHECK_EQ(stp_map_size(m), 0);
		for (int i = 0; i < 5; i++)
			CHECK(!stp_map_has(m, KEY(KL(i * 100 + round))));
	}
	CHECK(!CTX->error);
}

TEST(map_string_keys_and_values_are_cut_at_their_size)
{
	char longer[200], cut[64];
	struct stp_map *m = fixture_one_map(&by_str, 1);

	memset(longer, 'k', sizeof longer);
	longer[199] = 0;
	memcpy(cut, longer, 63);
	cut[63] = 0;
	CHECK_EQ(stp_core_truncated(), 0);
	stp_map_set_str(CTX, m, KEY(KS(longer)), longer);
	CHECK_STR(stp_map_get_str(m, KEY(KS(longer))), cut);
	CHECK_STR(stp_map_get_str(m, KEY(KS(cut))), cut);
	CHECK_EQ(stp_core_truncated(), 1);
	CHECK(stp_map_has_slice(CTX, m, KEY(KS(longer)), 1));
	longer[62] = 'x';
	CHECK(!stp_map_has(m, KEY(KS(longer))));
	CHECK(!stp_map_has_slice(CTX, m, KEY(KS(longer)), 1));
}

TEST(map_strings_of_every_length_differ)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_STR }, .max_entries = 100 };
	struct stp_map *m = fixture_one_map(&d, 1);
	char s[64];

	for (int i = 0; i < 64; i++) {
		memset(s, 'a', sizeof s);
		s[i] = 0;
		stp_map_set_long(CTX, m, KEY(KS(s)), i + 1);
	}
	for (int i = 0; i < 64; i++) {
		memset(s, 'a', sizeof s);
		s[i] = 0;
		CHECK_EQ(stp_map_get_long(m, KEY(KS(s))), i + 1);
		if (i) {
			s[i - 1] = 'b';
			CHECK(!stp_map_has(m, KEY(KS(s))));
		}
	}
}

static void fill_three(struct stp_map *m)
{
	static const char *const a[] = { "cat", "dog", "" }, *const b[] = { "x", "y" };

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 4; j++)
			for (int k = 0; k < 2; k++)
				stp_map_set_long(CTX, m, KEY(KS(a[i]), KL(j), KS(b[k])), i * 100 + j * 10 + k);
}

TEST(map_many_keys)
{
	struct stp_map *m = fixture_one_map(&by_three, 1);

	fill_three(m);
	CHECK_EQ(stp_map_size(m), 24);
	CHECK_EQ(stp_map_get_long(m, KEY(KS("dog"), KL(3), KS("y"))), 131);
	CHECK_EQ(stp_map_get_long(m, KEY(KS(""), KL(0), KS("y"))), 201);
	CHECK(!stp_map_has(m, KEY(KS("dog"), KL(4), KS("y"))));
	CHECK(!stp_map_has(m, KEY(KS("do"), KL(3), KS("gy"))));
	CHECK(!stp_map_has(m, KEY(KS("dog"), KL(3), KS("z"))));
}

TEST(map_slices)
{
	struct stp_map *m = fixture_one_map(&by_three, 1);

	fill_three(m);
	CHECK(stp_map_has_slice(CTX, m, KEY(KS("dog"), KL(9), KS("q")), 1));
	CHECK(stp_map_has_slice(CTX, m, KEY(KS(""), KL(3), KS("q")), 3));
	CHECK(!stp_map_has_slice(CTX, m, KEY(KS("cow"), KL(3), KS("q")), 3));
	CHECK(!stp_map_has_slice(CTX, m, KEY(KS(""), KL(4), KS("q")), 2));
	CHECK(stp_map_has_slice(CTX, m, KEY(KS("cow"), KL(4), KS("q")), 0));
	stp_map_del_slice(CTX, m, KEY(KS("dog"), KL(2), KS("q")), 3);
	CHECK_EQ(stp_map_size(m), 22);
	CHECK(!stp_map_has(m, KEY(KS("dog"), KL(2), KS("x"))));
	CHECK(stp_map_has(m, KEY(KS("cat"), KL(2), KS("x"))));
	stp_map_del_slice(CTX, m, KEY(KS(""), KL(0), KS("x")), 4);
	CHECK_EQ(stp_map_size(m), 11);
	stp_map_del_slice(CTX, m, KEY(KS(""), KL(0), KS("")), 0);
	CHECK_EQ(stp_map_size(m), 0);
	CHECK(!stp_map_has_slice(CTX, m, KEY(KS("cow"), KL(4), KS("q")), 0));
}

TEST(map_of_one_entry)
{
	static const struct stp_map_desc one = { .nkeys = 1, .value_type = STP_STR, .key_type = { STP_LONG }, .max_entries = 1, .wrap = 1 };
	struct stp_map *m = fixture_one_map(&one, 1);

	for (int i = 0; i < 5; i++) {
		stp_map_set_str(CTX, m, KEY(KL(i)), i & 1 ? "odd" : "even");
		CHECK_EQ(stp_map_size(m), 1);
		CHECK_STR(stp_map_get_str(m, KEY(KL(i))), i & 1 ? "odd" : "even");
		CHECK_STR(stp_map_get_str(m, KEY(KL(i - 1))), "");
	}
}

TEST(map_finds_each_of_many)
{
	static const struct stp_map_desc big = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 50000 };
	struct stp_map *m = fixture_one_map(&big, 1);

	for (int64_t i = 0; i < 50000; i++)
		stp_map_set_long(CTX, m, KEY(KL(i << 32)), i);
	CHECK(!CTX->error);
	for (int64_t i = 0; i < 50000; i++)
		CHECK_EQ(stp_map_get_long(m, KEY(KL(i << 32))), i);
	CHECK(!stp_map_has(m, KEY(KL(1))));
}

/* Too much to clear while other CPUs wait: entries go one after the other, and their cells are there again. */
TEST(map_clears_what_is_big)
{
	static const struct stp_map_desc big = { .nkeys = 1, .value_type = STP_STAT,
		.key_type = { STP_LONG }, .max_entries = 4000,
		.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } };
	struct stp_map *m = fixture_one_map(&big, 2);

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4000; i++)
			stp_map_add_stat(CTX, m, KEY(KL(i + round)), i);
		CHECK_EQ(stp_map_size(m), 4000);
		stp_map_clear(CTX, m);
		CHECK_EQ(stp_map_size(m), 0);
		CHECK(!stp_map_get_stat(m, KEY(KL(5))));
	}
	CHECK(!CTX->error);
	CHECK(!plat_test_locks_held());
}
