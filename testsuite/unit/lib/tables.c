/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interned strings, hash tables, the hash. */
#include "lib/intern.h"
#include "lib/map.h"
#include "testsuite/unit/unit.h"

#include <stdio.h>
#include <string.h>

TEST(intern_gives_equal_text_one_address)
{
	struct arena a = ARENA_INIT;
	char buf[32];
	const char *first[2000];
	struct intern in;
	int i;

	intern_init(&in, &a);
	for (i = 0; i < 2000; i++) {
		snprintf(buf, sizeof buf, "name_%d", i);
		first[i] = intern(&in, buf);
		CHECK_STR(first[i], buf);
	}
	for (i = 0; i < 2000; i++) {
		snprintf(buf, sizeof buf, "name_%d and more", i);
		CHECK(intern_n(&in, buf, strcspn(buf, " ")) == first[i]);
	}
	CHECK(intern(&in, "") == intern_n(&in, "xyz", 0));
	CHECK(intern_n(&in, "a\0b", 3) != intern_n(&in, "a", 1));
	CHECK_EQ(in.used, 2003);
	intern_free(&in);
	CHECK_STR(first[7], "name_7");
	arena_free(&a);
}

TEST(map_keeps_the_order_of_insertion)
{
	struct arena a = ARENA_INIT;
	static int values[500];
	char buf[32];
	struct map m;
	int i;

	map_init(&m, &a);
	for (i = 0; i < 500; i++) {
		snprintf(buf, sizeof buf, "k%d", i * 7 % 500);
		map_put(&m, buf, &values[i]);
	}
	CHECK_EQ(m.len, 500);
	for (i = 0; i < 500; i++) {
		snprintf(buf, sizeof buf, "k%d", i * 7 % 500);
		CHECK_STR(m.entries[i].key, buf);
		CHECK(m.entries[i].value == &values[i]);
		CHECK(map_get(&m, buf) == &values[i]);
	}
	arena_free(&a);
}

TEST(map_tells_absent_from_null)
{
	struct arena a = ARENA_INIT;
	struct map m = { .arena = &a };
	int one, two;

	CHECK(!map_has(&m, "x") && !map_get(&m, "x"));
	map_put(&m, "x", NULL);
	CHECK(map_has(&m, "x") && !map_get(&m, "x"));
	map_put(&m, "x", &one);
	map_put(&m, "", &two);
	CHECK(map_get(&m, "x") == &one && map_get(&m, "") == &two);
	map_put(&m, "x", &two);
	CHECK(map_get(&m, "x") == &two);
	CHECK_EQ(m.len, 2);
	arena_free(&a);
}

TEST(umap_takes_any_number)
{
	struct arena a = ARENA_INIT;
	struct map m = { .arena = &a };
	uint64_t i;
	int x;

	for (i = 0; i < 3000; i++)
		umap_put(&m, i << 44 | i, &x + (i & 1));
	umap_put(&m, UINT64_MAX, NULL);
	CHECK_EQ(m.len, 3001);
	for (i = 0; i < 3000; i++) {
		CHECK(umap_get(&m, i << 44 | i) == &x + (i & 1));
		CHECK_EQ(m.entries[i].num, i << 44 | i);
	}
	CHECK(umap_has(&m, UINT64_MAX) && !umap_has(&m, UINT64_MAX - 1));
	arena_free(&a);
}

/* Keys in a row, as names and addresses come, must spread over the low bits that tables use. */
TEST(hash_spreads_neighbours)
{
	unsigned count[256] = { 0 }, most = 0;
	uint64_t i;

	for (i = 0; i < 256 * 64; i++) {
		uint64_t key = 0xffffffff81000000u + i * 16;
		unsigned n = ++count[hash_bytes(&key, sizeof key, 0) & 255];

		most = n > most ? n : most;
	}
	CHECK_MSG(most < 128, "%u of 16384 keys in one bucket of 256", most);
}

TEST(hash_depends_on_length_seed_and_each_byte)
{
	char text[33] = { 0 };
	uint64_t zero[33];
	int i, j;

	for (i = 0; i <= 32; i++) {
		zero[i] = hash_bytes(text, (size_t)i, 0);
		for (j = 0; j < i; j++)
			CHECK(zero[i] != zero[j]);
		CHECK(hash_bytes(text, (size_t)i, 1) != zero[i]);
	}
	for (i = 0; i < 32; i++) {
		text[i] = 1;
		CHECK(hash_bytes(text, 32, 0) != zero[32]);
		text[i] = 0;
	}
}
