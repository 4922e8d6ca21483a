/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics kept apart for each CPU.
 *
 * A shard belongs to one slot (CPU) and holds accumulators number 1…n; number 0 is
 * that CPU's scratch, where it merges what it reads.  Adding takes the lock word
 * of the own shard alone, which nobody else wants but a reader at the moment it
 * merges this shard: no cache line moves between CPUs.
 *
 * An accumulator's `mean` and `m2` follow Welford: the mean is scaled by
 * 2^bit_shift, m2 by 4^bit_shift.  All sums wrap; variance is computed modulo 2^64
 * as the reference documents ("overflow may cause a negative variance"). */
#ifndef STP_CORE_SHARD_H
#define STP_CORE_SHARD_H

#include "work.h"

struct stp_shard {
	uint32_t lock;			/* plat_shard_lock */
	char stats[] __attribute__((aligned(64)));
};

struct stp_shards {
	const struct stp_map_desc *desc;
	struct stp_shard **shard;	/* by slot */
	unsigned nslots;
	uint32_t n;			/* accumulators a shard, without scratch */
	size_t stat_size;		/* bytes of one, with its histogram */
	uint32_t merge_cost, lock_cost;	/* actions, to merge one with its histogram and to take all locks; 0: few instructions */
};

/* Load time. False: out of memory (destroy what is there all the same). */
bool stp_shards_init(struct stp_shards *s, const struct stp_map_desc *d, uint32_t n);
void stp_shards_destroy(struct stp_shards *s);

/* Add V to S; S's shard is locked. */
void stp_stat_add(struct stp_stat *s, const struct stp_map_desc *d, int64_t v);
/* Take FROM into the sum INTO, which began as zeroes; with_hist: histogram too. */
void stp_stat_merge(struct stp_stat *into, const struct stp_stat *from, const struct stp_map_desc *d, bool with_hist);
/* Turn a sum of merges into a statistic. */
void stp_stat_finish(struct stp_stat *s, const struct stp_map_desc *d);

/* Accumulator N of all shards merged into INTO (stat_size bytes), which is returned; NULL when empty.
 * LOCK: take each shard's lock in turn (one that stays locked is left out, and counted as a lost
 * sample), else the caller has them all. */
struct stp_stat *stp_shards_merge(struct stp_shards *s, uint32_t n, struct stp_stat *into, bool lock);
/* Accumulators 1…N merged into INTO (records of stat_size bytes, number 1 first), without histograms. False: the budget
 * was spent. */
bool stp_shards_merge_all(struct stp_shards *s, uint32_t n, char *into, struct stp_work *w);
/* Every shard's lock, in order of slots (so two callers cannot block each other); false: none is held. */
bool stp_shards_lock_all(struct stp_shards *s);
void stp_shards_unlock_all(struct stp_shards *s);
/* Empties accumulators FROM…TO everywhere; all shards are locked. */
void stp_shards_zero(struct stp_shards *s, uint32_t from, uint32_t to);

/* Number of the histogram's bucket for V, < h->buckets. */
uint32_t stp_hist_index(const struct stp_hist *h, int64_t v);

/* Scalar statistics. Load time; NULL: out of memory. */
struct stp_pstat *stp_pstat_new(const struct stp_map_desc *d);
void stp_pstat_destroy(struct stp_pstat *p);	/* NULL is fine */

static inline struct stp_stat *stp_shard_stat(const struct stp_shards *s, const struct stp_shard *sh, uint32_t n)
{
	return (struct stp_stat *)(void *)((char *)sh->stats + n * s->stat_size);
}

static inline struct stp_shard *stp_shards_own(const struct stp_shards *s)
{
	return s->shard[plat_slot()];
}

/* Where this CPU merges an element that it reads. */
static inline struct stp_stat *stp_shards_scratch(const struct stp_shards *s)
{
	return stp_shard_stat(s, stp_shards_own(s), 0);
}

#endif
