/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys whose hashes collide: the hash of one is forged to be the other's. */
#include "runtime/core/map.h"
#include "testsuite/unit/core/fixture.h"

/* Is WANT found as if its hash were that of HAVE, which is in the map? */
static bool found(struct stp_map *m, const union stp_key *have, const union stp_key *want)
{
	struct stp_hashed h, forged;

	stp_key_hash(m, have, &h);
	stp_key_hash(m, want, &forged);
	forged.hash = h.hash;
	return stp_key_find(m, &forged);
}

TEST(key_strings_of_one_hash)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_STR }, .max_entries = 9 };
	static const char *const others[] = { "", "abcdefgh", "abcdefghij", "abcdefghijkl", "abcdefghijX", "Xbcdefghijk", "abcdefghXjk" };
	struct stp_map *m = fixture_one_map(&d, 1);
	const union stp_key *have = KEY(KS("abcdefghijk"));

	stp_map_set_long(CTX, m, have, 1);
	CHECK(found(m, have, have));
	for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
		CHECK_MSG(!found(m, have, KEY(KS(others[i]))), "%s", others[i]);
}

/* A string is the same key wherever it lies and whatever is behind it. */
TEST(key_strings_anywhere)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_STR }, .max_entries = 64 };
	static const char text[] = "\x80\xff\x01\x7f\x81 the rest of it is plain";
	struct stp_map *m = fixture_one_map(&d, 1);
	char buf[64] __attribute__((aligned(8)));

	for (unsigned n = 0; n < sizeof text; n++)
		for (unsigned at = 0; at < 9; at++) {
			memset(buf, at & 1 ? 0xff : 1, sizeof buf);
			memcpy(buf + at, text, n);
			buf[at + n] = 0;
			++*stp_map_ref_long(CTX, m, KEY(KS(buf + at)));
			CHECK_EQ(stp_map_get_long(m, KEY(KS(buf + at))), at + 1);
		}
	CHECK_EQ(stp_map_size(m), sizeof text);
}

TEST(key_tuples_of_one_hash)
{
	static const struct stp_map_desc d = { .nkeys = 3, .value_type = STP_LONG, .key_type = { STP_STR, STP_LONG, STP_STR }, .max_entries = 9 };
	struct stp_map *m = fixture_one_map(&d, 1);
	const union stp_key *have = KEY(KS("one"), KL(2), KS("three"));

	stp_map_set_long(CTX, m, have, 1);
	CHECK(found(m, have, KEY(KS("one"), KL(2), KS("three"))));
	CHECK(!found(m, have, KEY(KS("on"), KL(2), KS("three"))));
	CHECK(!found(m, have, KEY(KS("one"), KL(3), KS("three"))));
	CHECK(!found(m, have, KEY(KS("one"), KL(2), KS("thre"))));
}

TEST(key_longs_of_one_hash)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 9 };
	struct stp_map *m = fixture_one_map(&d, 1);

	stp_map_set_long(CTX, m, KEY(KL(1)), 1);
	CHECK(found(m, KEY(KL(1)), KEY(KL(1))));
	CHECK(!found(m, KEY(KL(1)), KEY(KL(1ll << 32 | 1))));
}

/* A chain that leads in a circle, which only a lock that was not taken could make, is left again. */
TEST(key_search_is_bounded)
{
	static const struct stp_map_desc d = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 4 };
	struct stp_map *m = fixture_one_map(&d, 1);
	struct stp_hashed h;
	uint32_t n;

	stp_map_set_long(CTX, m, KEY(KL(1)), 1);
	stp_key_hash(m, KEY(KL(1)), &h);
	n = stp_key_find(m, &h);
	stp_map_entry(m, n)->chain = n;
	h.key = KEY(KL(2));
	CHECK_EQ(stp_key_find(m, &h), 0);
	stp_map_entry(m, n)->chain = 0;
}
