/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the entries of a map come from: cells of one size, numbered from 1 (0 is
 * "none", so that zeroed memory is an empty structure).
 *
 * These five functions are all that maps know of allocation.  Another allocator
 * keeps their meaning: take and give never sleep and take bounded time; a cell
 * stays at its place and its number stays the same while it is taken; numbers
 * are at most `cap`; cells that were never taken have numbers above `fresh`.
 *
 * Here: one block got at load; freed cells are reused last in, first out, chained
 * through their first word.  No locks: the map has them. */
#ifndef STP_CORE_SLAB_H
#define STP_CORE_SLAB_H

#include "state.h"

struct stp_slab {
	char *base;
	size_t size;			/* of a cell, a multiple of 8 */
	uint32_t cap;			/* cells */
	uint32_t fresh;			/* cells 1…fresh have been taken at least once since the last reset */
	uint32_t free;			/* first of the freed cells, 0 none */
};

/* Load time. False: out of memory. */
bool stp_slab_init(struct stp_slab *s, uint32_t cap, size_t size);
void stp_slab_destroy(struct stp_slab *s);

static inline void *stp_slab_at(const struct stp_slab *s, uint32_t n)
{
	return s->base + (size_t)(n - 1) * s->size;
}

/* The number of a cell whose content is undefined; 0 when all are taken. */
static inline uint32_t stp_slab_take(struct stp_slab *s)
{
	uint32_t n = s->free;

	if (n) {
		s->free = *(uint32_t *)stp_slab_at(s, n);
		return n;
	}
	if (s->fresh == s->cap)
		return 0;
	n = s->fresh + 1;
	__atomic_store_n(&s->fresh, n, __ATOMIC_RELAXED);	/* a foreach may be reading it */
	return n;
}

static inline void stp_slab_give(struct stp_slab *s, uint32_t n)
{
	*(uint32_t *)stp_slab_at(s, n) = s->free;
	s->free = n;
}

/* Gives back every cell. */
static inline void stp_slab_reset(struct stp_slab *s)
{
	s->fresh = s->free = 0;
}

#endif
