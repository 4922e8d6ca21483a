/* SPDX-License-Identifier: GPL-2.0-or-later */
/* splitmix64, and what is chosen by it. */
#include "testsuite/generate/random.h"

static uint64_t next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned random_below(struct random *r, unsigned n)
{
	return (next(r) >> 32) % n;
}

bool random_chance(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}

int64_t random_number(struct random *r)
{
	static const int64_t edges[] = {
		INT64_MAX,  INT64_MIN + 1,
		INT32_MAX,  (int64_t)INT32_MAX + 1,
		INT32_MIN,  (int64_t)INT32_MIN - 1,
		UINT32_MAX, (int64_t)UINT32_MAX + 1,
		255,        256,
		-256,       1000000007,
	};

	if (random_chance(r, 8))
		return edges[random_below(r, sizeof edges / sizeof *edges)];
	if (random_chance(r, 20))
		return (int64_t)random_below(r, 2000) - 1000;
	return (int64_t)random_below(r, 12) - 2;
}
