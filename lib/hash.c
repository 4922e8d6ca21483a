/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash_bytes: a fast hash for tables, eight bytes a step, each folded in by one
 * widening multiplication.  The same on every machine of one byte order and
 * from run to run; no defence against keys chosen to collide, and not for
 * telling contents apart (the build cache has its own key). */
#include "lib/map.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b)
{
	wide p = (wide)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

uint64_t hash_bytes(const void *p, size_t len, uint64_t seed)
{
	const unsigned char *s = p;
	const uint64_t k0 = 0x9e3779b97f4a7c15u, k1 = 0xd6e8feb86659fd93u;
	uint64_t h = seed ^ k0, w;
	size_t left;

	for (left = len; left >= sizeof w; left -= sizeof w, s += sizeof w) {
		memcpy(&w, s, sizeof w);
		h = fold(h ^ w, k1);
	}
	w = 0;
	if (left)
		memcpy(&w, s, left);
	return fold(fold(h ^ w, k1) ^ len, k0);
}

uint64_t hash_long(const void *p, size_t len, uint64_t seed)
{
	const unsigned char *s = p;
	const uint64_t k = 0xd6e8feb86659fd93u;
	uint64_t h[4] = { seed, seed + 1, seed + 2, seed + 3 }, w[4];
	size_t left, i;

	for (left = len; left >= sizeof w; left -= sizeof w, s += sizeof w) {
		memcpy(w, s, sizeof w);
		for (i = 0; i < 4; i++)
			h[i] = fold(h[i] ^ w[i], k);
	}
	return hash_bytes(s, left, hash_bytes(h, sizeof h, len));
}
