/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `array[keys] <<< value` and reading one element back.  See map.h for the locks. */
#include "map.h"

/* Another CPU may have made the entry since the caller looked. The own shard is locked. */
static STP_COLD uint32_t find_or_insert(struct stp_map *m, const struct stp_hashed *h)
{
	uint32_t n;

	if (!plat_shard_lock(&m->insert_lock))
		return 0;
	n = stp_key_find(m, h);
	if (!n)
		n = stp_map_insert(m, h);
	plat_shard_unlock(&m->insert_lock);
	return n;
}

/* A wrapping map that is full: alone with the map, drop the oldest entry. */
static STP_COLD void add_dropping(struct stp_map *m, const struct stp_hashed *h, int64_t v)
{
	uint32_t n;

	if (!stp_map_lock(m))
		return;
	n = stp_key_find(m, h);
	if (!n)
		n = stp_map_insert(m, h);
	if (!n && !__atomic_load_n(&m->pinned, __ATOMIC_ACQUIRE)) {
		stp_map_remove(m, m->links[0].next);
		n = stp_map_insert(m, h);
	}
	if (n)
		stp_stat_add(stp_shard_stat(&m->shards, stp_shards_own(&m->shards), n), m->desc, v);
	stp_map_unlock(m);
	if (!n)
		stp_core_count_lost_sample();
}

void stp_map_add_stat(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, int64_t v)
{
	struct stp_shard *own = stp_shards_own(&m->shards);
	STP_UNSET struct stp_hashed h;
	uint32_t n;

	stp_key_hash(m, key, &h);
	if (STP_UNLIKELY(!plat_shard_lock(&own->lock))) {
		stp_core_count_lost_sample();
		return;
	}
	n = stp_key_find(m, &h);
	if (STP_UNLIKELY(!n))
		n = find_or_insert(m, &h);
	if (STP_LIKELY(n))
		stp_stat_add(stp_shard_stat(&m->shards, own, n), m->desc, v);
	plat_shard_unlock(&own->lock);
	if (STP_LIKELY(n))
		return;
	if (stp_map_size(m) < m->desc->max_entries) {
		stp_core_count_lost_sample();
	} else if (m->desc->wrap) {
		/* the handler that adds walks M no more, for the body of a loop may not add */
		stp_map_unpin(c, m);
		add_dropping(m, &h, v);
	} else {
		stp_map_error_full(c, m);
	}
}

const struct stp_stat *stp_map_get_stat(struct stp_map *m, const union stp_key *key)
{
	const struct stp_stat *s = NULL;
	bool alone = m->desc->wrap;	/* else the global's lock keeps removers out */
	STP_UNSET struct stp_hashed h;
	uint32_t n;

	stp_key_hash(m, key, &h);
	if (alone && !stp_map_lock(m))
		return NULL;
	n = stp_key_find(m, &h);
	if (n)
		s = stp_shards_merge(&m->shards, n, stp_shards_scratch(&m->shards), !alone);
	if (alone)
		stp_map_unlock(m);
	return s;
}
