/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Associative arrays: making, entries, and the operations on elements that hold a
 * long or a string.  map.h has the shape and the locks; map_stat.c adds samples,
 * iter.c walks. */
#include "map.h"

static uint32_t bucket_count(uint32_t entries)
{
	uint32_t n = 1;

	while (n < entries && n < 1u << 31)
		n <<= 1;
	return n;
}

static bool alloc_parts(struct stp_map *m, size_t entry_size)
{
	const struct stp_map_desc *d = m->desc;
	size_t cap = d->max_entries;

	if (!stp_slab_init(&m->slab, d->max_entries, entry_size))
		return false;
	m->buckets = stp_core_alloc(((size_t)m->bucket_mask + 1) * sizeof *m->buckets, -1);
	m->links = stp_core_alloc((cap + 1) * sizeof *m->links, -1);
	m->order_mem = stp_core_alloc(cap * 2 * sizeof *m->order_mem, -1);
	if (!m->buckets || !m->links || !m->order_mem)
		return false;
	m->order = m->order_mem;
	m->order_tmp = m->order + cap;
	if (d->value_type != STP_STAT)
		return true;
	if (!stp_shards_init(&m->shards, d, d->max_entries))
		return false;
	m->merged = stp_core_alloc(cap * m->shards.stat_size, -1);
	m->rank = stp_core_alloc(cap * sizeof *m->rank, -1);
	return m->merged && m->rank;
}

struct stp_map *stp_map_new(const struct stp_map_desc *d, const char *name)
{
	struct stp_map *m = stp_core_alloc(sizeof *m, -1);

	if (!m)
		return NULL;
	m->desc = d;
	m->name = name;
	m->max_string = stp_core.max_string;
	m->seed = plat_hash_seed();
	m->bucket_mask = bucket_count(d->max_entries) - 1;
	if (alloc_parts(m, stp_key_layout(m)))
		return m;
	stp_map_destroy(m);
	return NULL;
}

void stp_map_destroy(struct stp_map *m)
{
	size_t cap;

	if (!m)
		return;
	cap = m->desc->max_entries;
	stp_core_free(m->rank, cap * sizeof *m->rank);
	stp_core_free(m->merged, cap * m->shards.stat_size);
	stp_shards_destroy(&m->shards);
	stp_core_free(m->order_mem, cap * 2 * sizeof *m->order_mem);
	stp_core_free(m->links, (cap + 1) * sizeof *m->links);
	stp_core_free(m->buckets, ((size_t)m->bucket_mask + 1) * sizeof *m->buckets);
	stp_slab_destroy(&m->slab);
	stp_core_free(m, sizeof *m);
}

/* ---- entries ---- */

static void set_count(struct stp_map *m, uint32_t n)
{
	__atomic_store_n(&m->count, n, __ATOMIC_RELEASE);
}

static void link_last(struct stp_map *m, uint32_t n)
{
	uint32_t last = m->links[0].prev;

	m->links[n].prev = last;
	m->links[n].next = 0;
	m->links[last].next = n;
	m->links[0].prev = n;
	set_count(m, m->count + 1);
}

uint32_t stp_map_insert(struct stp_map *m, const struct stp_hashed *h)
{
	uint32_t n = stp_slab_take(&m->slab), *bucket = &m->buckets[h->hash & m->bucket_mask];
	struct stp_entry *e;

	if (STP_UNLIKELY(!n))
		return 0;
	e = stp_map_entry(m, n);
	stp_key_store(m, e, h);
	e->chain = *bucket;
	if (m->desc->value_type == STP_LONG)
		*(int64_t *)stp_map_value(m, e) = 0;
	else if (m->desc->value_type == STP_STR)
		*(char *)stp_map_value(m, e) = 0;
	link_last(m, n);
	__atomic_store_n(bucket, n, __ATOMIC_RELEASE);
	return n;
}

void stp_map_remove(struct stp_map *m, uint32_t n)
{
	struct stp_entry *e = stp_map_entry(m, n);
	uint32_t *at = &m->buckets[e->hash & m->bucket_mask], bound = m->slab.cap;

	while (*at && *at != n && bound--)
		at = &stp_map_entry(m, *at)->chain;
	if (*at == n)
		*at = e->chain;
	m->links[m->links[n].prev].next = m->links[n].next;
	m->links[m->links[n].next].prev = m->links[n].prev;
	set_count(m, m->count - 1);
	if (m->desc->value_type == STP_STAT)
		stp_shards_zero(&m->shards, n, n);
	stp_slab_give(&m->slab, n);
}

void stp_map_error_full(struct stp_ctx *c, const struct stp_map *m)
{
	stp_error_s(c, STP_ERR_MAP, "Array overflow, check MAXMAPENTRIES or the size of %s (%d)", m->name, m->desc->max_entries);
}

bool stp_map_lock(struct stp_map *m)
{
	if (m->desc->value_type != STP_STAT)
		return true;
	if (stp_shards_lock_all(&m->shards))
		return true;
	stp_core_count_lost_sample();
	return false;
}

void stp_map_unlock(struct stp_map *m)
{
	if (m->desc->value_type == STP_STAT)
		stp_shards_unlock_all(&m->shards);
}

/* ---- longs and strings ---- */

/* The element's value; NULL when absent. */
static inline void *map_get(const struct stp_map *m, const union stp_key *key)
{
	STP_UNSET struct stp_hashed h;
	uint32_t n;

	stp_key_hash(m, key, &h);
	n = stp_key_find(m, &h);
	return n ? stp_map_value(m, stp_map_entry(m, n)) : NULL;
}

/* The element's value, made when absent; NULL and an error when full. */
static inline void *map_ref(struct stp_ctx *c, struct stp_map *m, const union stp_key *key)
{
	STP_UNSET struct stp_hashed h;
	uint32_t n;

	stp_key_hash(m, key, &h);
	n = stp_key_find(m, &h);
	if (!n)
		n = stp_map_insert(m, &h);
	if (STP_UNLIKELY(!n) && m->desc->wrap) {
		stp_map_remove(m, m->links[0].next);
		n = stp_map_insert(m, &h);
	}
	if (STP_LIKELY(n))
		return stp_map_value(m, stp_map_entry(m, n));
	stp_map_error_full(c, m);
	return NULL;
}

int64_t stp_map_get_long(struct stp_map *m, const union stp_key *key)
{
	const int64_t *v = map_get(m, key);

	return v ? *v : 0;
}

const char *stp_map_get_str(struct stp_map *m, const union stp_key *key)
{
	const char *v = map_get(m, key);

	return v ? v : "";
}

int64_t *stp_map_ref_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *key)
{
	return map_ref(c, m, key);
}

void stp_map_set_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, int64_t v)
{
	int64_t *cell = map_ref(c, m, key);

	if (STP_LIKELY(cell))
		*cell = v;
}

void stp_map_set_str(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, const char *v)
{
	char *cell = map_ref(c, m, key);

	if (STP_LIKELY(cell))
		stp_str_copy(cell, v, m->max_string);
}

/* ---- elements of every type ---- */

int64_t stp_map_size(struct stp_map *m)
{
	return __atomic_load_n(&m->count, __ATOMIC_ACQUIRE);
}

bool stp_map_has(struct stp_map *m, const union stp_key *key)
{
	struct stp_shard *own = NULL;
	STP_UNSET struct stp_hashed h;
	bool found;

	stp_key_hash(m, key, &h);
	if (m->desc->value_type == STP_STAT) {
		own = stp_shards_own(&m->shards);
		if (!plat_shard_lock(&own->lock))
			return false;
	}
	found = stp_key_find(m, &h);
	if (own)
		plat_shard_unlock(&own->lock);
	return found;
}

void stp_map_del(struct stp_map *m, const union stp_key *key)
{
	STP_UNSET struct stp_hashed h;
	uint32_t n;

	stp_key_hash(m, key, &h);
	if (!stp_map_lock(m))
		return;
	n = stp_key_find(m, &h);
	if (n)
		stp_map_remove(m, n);
	stp_map_unlock(m);
}

/* ---- many elements ---- */

enum { BATCH = 16, CLEARED_AT_ONCE = 1 << 20 /* bytes, while other CPUs wait */ };

/* Entries on their way out: of statistics all go under one hold of the locks. */
struct batch { uint32_t n, most, entry[BATCH]; };

static uint64_t shared_bytes(const struct stp_map *m)
{
	return (uint64_t)m->shards.stat_size * m->shards.nslots;
}

static void batch_init(struct batch *b, const struct stp_map *m)
{
	uint64_t most = CLEARED_AT_ONCE / (shared_bytes(m) + 1);

	b->n = 0;
	b->most = most > BATCH ? BATCH : most ? (uint32_t)most : 1;
}

static bool remove_batch(struct stp_map *m, struct batch *b, struct stp_work *w)
{
	uint32_t i, steps = 4 + m->shards.nslots + (uint32_t)(shared_bytes(m) / (STP_CLEARED / STP_STEPS));

	if (!b->n)
		return true;
	if (!stp_work(w, b->n * steps) || !stp_map_lock(m))
		return false;
	for (i = 0; i < b->n; i++)
		stp_map_remove(m, b->entry[i]);
	stp_map_unlock(m);
	b->n = 0;
	return true;
}

/* The ring is walked without the shards' locks, as foreach walks it: the global's lock keeps out
 * all who remove entries, but adds to a wrapping map, which pinning keeps from it. The link behind
 * the last entry of the snapshot is not read: adds write it. */
static void del_slice(struct stp_map *m, const union stp_key *key, uint32_t mask, struct stp_work *w)
{
	uint32_t n, next, left = (uint32_t)stp_map_size(m);
	struct batch b;

	batch_init(&b, m);
	for (n = left ? m->links[0].next : 0; n; n = next) {
		next = --left ? m->links[n].next : 0;
		if (!stp_work(w, 1))
			return;
		if (!stp_key_matches(m, stp_map_entry(m, n), key, mask, w))
			continue;
		b.entry[b.n++] = n;
		if (b.n == b.most && !remove_batch(m, &b, w))
			return;
	}
	remove_batch(m, &b, w);
}

void stp_map_del_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, uint32_t mask)
{
	bool pinned = stp_map_pin(c, m), kept = m->desc->value_type != STP_STAT || !m->desc->wrap;
	struct stp_work w = { c, 0 };

	/* Unpinned, adds that drop the oldest entry would remove what this walk has yet to remove. */
	if (kept || __atomic_load_n(&m->pinned, __ATOMIC_ACQUIRE))
		del_slice(m, key, mask, &w);
	if (pinned)
		stp_map_unpin(c, m);
}

static bool has_slice(struct stp_map *m, const union stp_key *key, uint32_t mask, struct stp_work *w)
{
	uint32_t n = 0, left;

	for (left = (uint32_t)stp_map_size(m); left; left--) {
		n = m->links[n].next;
		if (!n || !stp_work(w, 1))
			return false;
		if (stp_key_matches(m, stp_map_entry(m, n), key, mask, w))
			return true;
	}
	return false;
}

bool stp_map_has_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, uint32_t mask)
{
	bool pinned = stp_map_pin(c, m), found;
	struct stp_work w = { c, 0 };

	found = has_slice(m, key, mask, &w);
	if (pinned)
		stp_map_unpin(c, m);
	return found;
}

static void reset(struct stp_map *m)
{
	memset(m->buckets, 0, ((size_t)m->bucket_mask + 1) * sizeof *m->buckets);
	m->links[0].prev = m->links[0].next = 0;
	if (m->desc->value_type == STP_STAT)
		stp_shards_zero(&m->shards, 1, m->slab.fresh);
	stp_slab_reset(&m->slab);
	set_count(m, 0);
}

static void reset_when_empty(struct stp_map *m)
{
	if (stp_map_size(m) || !stp_map_lock(m))
		return;
	if (!m->count)
		stp_slab_reset(&m->slab);
	stp_map_unlock(m);
}

/* All at once where that is short, or shorter than to take out the few that there are; else one after the other, oldest
 * first, in batches. */
void stp_map_clear(struct stp_ctx *c, struct stp_map *m)
{
	uint64_t count = (uint64_t)stp_map_size(m);
	uint64_t fresh = __atomic_load_n(&m->slab.fresh, __ATOMIC_RELAXED);
	uint64_t bytes = shared_bytes(m) * fresh;
	uint64_t table = sizeof *m->buckets * ((uint64_t)m->bucket_mask + 1);
	struct stp_work w = { c, 0 };

	if (!count)
		return;
	if (bytes > CLEARED_AT_ONCE || (table > CLEARED_AT_ONCE && count < m->bucket_mask / 64)) {
		stp_map_del_slice(c, m, NULL, 0);
		reset_when_empty(m);
		return;
	}
	if (!stp_work(&w, (uint32_t)((bytes + table) / (STP_CLEARED / STP_STEPS))) || !stp_map_lock(m))
		return;
	reset(m);
	stp_map_unlock(m);
}
