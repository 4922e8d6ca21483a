/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of an associative array; for the map_*.c files alone.
 *
 * Shape.  An entry is a cell of a slab: hash, number of the next entry with the
 * same bucket, keys, and the value (a long before the keys, a string behind them).
 * Entries are named by their slab number; 0 is none.  `links` is a ring through
 * all entries in order of insertion, with number 0 as its head: links[0].next is
 * the oldest.  It is apart from the entries, so that inserting does not touch the
 * cache lines of other entries, which CPUs share for reading.
 *
 * Statistics.  The keys exist once, for all CPUs; only accumulators are per CPU:
 * entry N's samples of a CPU are accumulator N of its shard.  So the memory is
 * one table of keys and, for each CPU, one accumulator an entry.
 *
 * Locks.  Maps of longs and strings have none: the global's lock, taken around the
 * handler, protects them.  Maps of statistics are added to without that lock:
 * - an add holds its own shard's lock from lookup to sample;
 * - a new entry is made under insert_lock (and the own shard's), and published by
 *   a release store to its bucket; chains are immutable but for that store, so
 *   lookups need no insert_lock;
 * - whoever removes entries (delete, clear, a wrapping map that drops its oldest)
 *   holds all shard locks, taken in order, and so is alone with the map;
 * - order of taking: shards by number, then insert_lock; an add that must become a
 *   remover gives its own shard's lock back first.
 * A foreach holds the global's lock for writing, which keeps out deletes and
 * other readers but not adds: it walks a snapshot of what was there at its begin.
 * `pinned` keeps a wrapping map from reusing entries under it, until the handler
 * ends, or adds to the map itself; samples of others that would need one are
 * counted as lost. */
#ifndef STP_CORE_MAP_H
#define STP_CORE_MAP_H

#include "shard.h"
#include "slab.h"
#include "work.h"

struct stp_entry { uint32_t hash, chain; };	/* what follows is laid out by struct stp_map */
struct stp_link { uint32_t prev, next; };

enum stp_key_kind { STP_KEY_LONG1, STP_KEY_STR1, STP_KEY_MANY };

struct stp_map {
	const struct stp_map_desc *desc;
	enum stp_key_kind key_kind;
	uint32_t bucket_mask;
	uint32_t *buckets;		/* bucket_mask + 1 entry numbers */
	struct stp_slab slab;
	struct stp_link *links;		/* 0…max_entries */
	uint32_t max_string;
	uint32_t seed;
	uint32_t value_off;		/* in an entry */
	uint32_t key_off[STP_MAXKEYS];
	struct stp_shards shards;	/* statistics */
	char *merged;			/* statistics: one an entry, over all CPUs; filled by foreach */
	int64_t *rank;			/* statistics: what a foreach sorts by, an entry */
	uint32_t *order, *order_tmp;	/* max_entries each: a sorted foreach; they change places */
	uint32_t *order_mem;		/* what holds both */
	const struct stp_iter *order_of;	/* the loop that `order` is for, or was */
	struct stp_map *next_pinned;	/* of the context's list */
	const char *name;		/* for messages */
	uint32_t pinned;
	/* written by adds of any CPU */
	uint32_t insert_lock __attribute__((aligned(64)));
	uint32_t count;
};

/* A key on its way into the map: hashed once, string lengths kept. */
struct stp_hashed {
	const union stp_key *key;
	uint32_t hash;
	uint32_t len[STP_MAXKEYS];	/* of string keys, cut to max_string - 1 */
	uint64_t rest[STP_MAXKEYS];	/* of string keys: the bytes behind the last whole eight, in memory's order, then zeroes */
};

/* Load time. NULL: out of memory. */
struct stp_map *stp_map_new(const struct stp_map_desc *d, const char *name);
void stp_map_destroy(struct stp_map *m);	/* NULL is fine */

/* ---- keys (key.c) ---- */
/* Offsets of keys and value; returns the size of an entry. */
size_t stp_key_layout(struct stp_map *m);
void stp_key_hash(const struct stp_map *m, const union stp_key *key, struct stp_hashed *h);
/* The entry with H's keys, or 0. */
uint32_t stp_key_find(const struct stp_map *m, const struct stp_hashed *h);
/* Writes H's keys into the entry E. */
void stp_key_store(const struct stp_map *m, struct stp_entry *e, const struct stp_hashed *h);
/* Do E's keys equal KEY where bit n of MASK is set? The steps are added to W, not paid. */
bool stp_key_matches(const struct stp_map *m, const struct stp_entry *e, const union stp_key *key, uint32_t mask,
		     struct stp_work *w);

/* ---- entries (map.c): the caller holds what the essay above says ---- */
/* A new entry with H's keys, last in order, its value 0; 0 when full. */
uint32_t stp_map_insert(struct stp_map *m, const struct stp_hashed *h);
void stp_map_remove(struct stp_map *m, uint32_t n);
void stp_map_error_full(struct stp_ctx *c, const struct stp_map *m) STP_COLD;
/* All shards' locks of a map of statistics; nothing to do, and true, for others. */
bool stp_map_lock(struct stp_map *m);
void stp_map_unlock(struct stp_map *m);
/* From here on, until C's handler ends, no entry of a map of statistics is reused. False: nothing was to be done, or could
 * be. */
bool stp_map_pin(struct stp_ctx *c, struct stp_map *m);
/* Sooner than that; nothing if C has not pinned M. */
void stp_map_unpin(struct stp_ctx *c, struct stp_map *m);

/* ---- order (sort.c) ---- */
struct stp_sorter {
	struct stp_map *map;
	struct stp_work *work;
	int column;			/* 0: value */
	bool text, down;
};

/* By COLUMN (0 value); ORDER > 0 up. */
void stp_sorter_init(struct stp_sorter *s, struct stp_map *m, struct stp_work *w, int column, int order);
/* Sorts m->order[0…n), stable. False: the budget was spent, there is no order. */
bool stp_map_sort(struct stp_sorter *s, uint32_t n);
/* The first MOST of what all that are offered, in order of the ring, would be when sorted: a heap in m->order, with their
 * places among the offered in m->order_tmp.  Offer each with n, those that the heap has, and place, those offered before;
 * the result is the new n. Then sort the heap. */
uint32_t stp_heap_offer(struct stp_sorter *s, uint32_t n, uint32_t most, uint32_t entry, uint32_t place);
bool stp_heap_sort(struct stp_sorter *s, uint32_t n);

static inline struct stp_entry *stp_map_entry(const struct stp_map *m, uint32_t n)
{
	return stp_slab_at(&m->slab, n);
}

static inline void *stp_map_value(const struct stp_map *m, const struct stp_entry *e)
{
	return (char *)e + m->value_off;
}

static inline int64_t stp_map_key_long(const struct stp_map *m, const struct stp_entry *e, unsigned k)
{
	return *(const int64_t *)(const void *)((const char *)e + m->key_off[k]);
}

static inline const char *stp_map_key_str(const struct stp_map *m, const struct stp_entry *e, unsigned k)
{
	return (const char *)e + m->key_off[k];
}

static inline struct stp_stat *stp_map_merged(const struct stp_map *m, uint32_t n)
{
	return (struct stp_stat *)(void *)(m->merged + (size_t)(n - 1) * m->shards.stat_size);
}

#endif
