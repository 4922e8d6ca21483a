/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbered pieces through a ring; whoever reads them sees what is missing or damaged. */
#ifndef TESTSUITE_UNIT_CORE_RING_PIECES_H
#define TESTSUITE_UNIT_CORE_RING_PIECES_H

#include "runtime/core/ring.h"
#include "testsuite/unit/core/plat_test.h"
#include "testsuite/unit/unit.h"

struct pieces {
	uint64_t next;			/* number of the next one written */
	bool skips;			/* numbers may be left out (overwriting rings) */
	uint64_t expected, read, skipped;
	char copy[65536];
};

/* A piece of SIZE bytes (a multiple of 8, at least 16). False: the ring is full. */
static inline bool pieces_write(struct pieces *p, struct stp_ring *r, size_t size)
{
	size_t room, i;
	uint64_t *w = (uint64_t *)(void *)stp_ring_reserve(r, size, &room);

	if (!w)
		return false;
	CHECK(room >= size);
	w[0] = size;
	for (i = 1; i < size / 8; i++)
		w[i] = p->next;
	stp_ring_commit(r, size);
	p->next++;
	return true;
}

static inline void piece_check(struct pieces *p, const uint64_t *w, size_t left)
{
	size_t i;

	CHECK(w[0] >= 16 && w[0] <= left && !(w[0] & 7));
	for (i = 1; i < w[0] / 8; i++)
		CHECK(w[i] == w[1]);
	CHECK(p->skips ? w[1] >= p->expected : w[1] == p->expected);
	p->skipped += w[1] - p->expected;
	p->expected = w[1] + 1;
	p->read++;
}

/* Whole pieces of at most MOST bytes in all; the bytes read. */
static inline size_t pieces_read(struct pieces *p, struct stp_ring *r, size_t most)
{
	const char *data;
	uint64_t size;
	size_t len, n;

	do {
		len = stp_ring_peek(r, &data);
		memcpy(p->copy, data, len);
	} while (!stp_ring_intact(r));
	for (n = 0; n < len; n += size) {
		memcpy(&size, p->copy + n, sizeof size);
		if (n + size > most)
			break;
		piece_check(p, (const uint64_t *)(const void *)(p->copy + n), len - n);
	}
	if (n)
		stp_ring_consume(r, n);
	return n;
}

#endif
