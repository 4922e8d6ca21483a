/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arenas and vectors. */
#include "lib/arena.h"
#include "lib/vec.h"
#include "testsuite/unit/unit.h"

#include <stdint.h>
#include <string.h>

TEST(arena_aligns_every_block)
{
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < 3000; i++) {
		char *p = arena_alloc(&a, i % 97);

		CHECK_EQ((uintptr_t)p % 16, 0);
		memset(p, 0xa5, i % 97);
	}
	CHECK(a.used >= 3000 * 16);
	arena_free(&a);
	CHECK_EQ(a.used, 0);
}

TEST(arena_zeroes_what_was_used_before)
{
	struct arena a = ARENA_INIT;
	struct { int x; char text[40]; } *p;
	unsigned char *bytes;
	size_t i;

	memset(arena_alloc(&a, 5000), 0xff, 5000);
	arena_free(&a);
	p = (void *)arena_zalloc(&a, sizeof *p);
	CHECK_EQ(p->x, 0);
	CHECK_STR(p->text, "");
	bytes = ARENA_ARRAY(&a, unsigned char, 100000);
	for (i = 0; i < 100000; i++)
		CHECK_EQ(bytes[i], 0);
	arena_free(&a);
}

TEST(arena_keeps_small_blocks_together_beside_a_large_one)
{
	struct arena a = ARENA_INIT;
	char *before = arena_alloc(&a, 32), *after;

	memset(arena_alloc(&a, (size_t)8 << 20), 1, (size_t)8 << 20);
	after = arena_alloc(&a, 32);
	/* the rest of the first chunk is not given up for the large block's sake */
	CHECK(after > before && after - before <= 128);
	arena_free(&a);
}

TEST(arena_copies_text)
{
	struct arena a = ARENA_INIT;
	char long_text[1000];

	CHECK_STR(arena_strdup(&a, ""), "");
	CHECK_STR(arena_strndup(&a, "abcdef", 3), "abc");
	CHECK_MEM(arena_strndup(&a, "a\0b", 3), "a\0b\0", 4);
	CHECK_STR(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	memset(long_text, 'y', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = 0;
	CHECK_STR(arena_printf(&a, "%s", long_text), long_text);
	long_text[256] = 0;
	CHECK_STR(arena_printf(&a, "%s", long_text), long_text);
	long_text[255] = 0;
	CHECK_STR(arena_printf(&a, "%s", long_text), long_text);
	arena_free(&a);
}

TEST(arena_grow_leaves_the_old_block)
{
	struct arena a = ARENA_INIT;
	char *old = arena_strdup(&a, "0123456789"), *now = arena_grow(&a, old, 11, 4000);

	memset(now + 11, 'z', 3989);
	CHECK_STR(old, "0123456789");
	CHECK_STR(arena_grow(&a, "abc", 4, 400), "abc");
	CHECK(arena_grow(&a, NULL, 0, 8) != NULL);
	arena_free(&a);
}

TEST(vec_grows_and_shrinks)
{
	struct arena a = ARENA_INIT;
	VEC(int) v = { 0 };
	int i;

	for (i = 0; i < 1000; i++)
		vec_push(&a, &v, i);
	for (i = 0; i < 1000; i++)
		CHECK_EQ(v.data[i], i);
	CHECK_EQ(vec_last(&v), 999);
	CHECK_EQ(vec_pop(&v), 999);
	CHECK_EQ(v.len, 999);
	vec_clear(&v);
	CHECK_EQ(v.len, 0);
	vec_reserve(&a, &v, 5000);
	CHECK(v.cap >= 5000);
	arena_free(&a);
}
