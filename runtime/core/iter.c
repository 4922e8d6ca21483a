/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreach.  Without an order the ring of entries is walked, oldest first; with one,
 * the numbers of the wanted entries are put into the map's own index and sorted
 * there, so that the ring keeps its order and nothing is allocated.
 *
 * Statistics are merged over CPUs once, at the begin, without their histograms:
 * sorting and extractors then see one moment.  Elements with histograms are merged
 * again, whole, when the loop comes to them, for a loop of ten elements shall not
 * merge two thousand histograms.
 *
 * Only entries that were there at the begin are visited (`scan`), so that adds of
 * other CPUs cannot make a loop longer. */
#include "map.h"

/* The value that COLUMN 0 sorts by. Averages and variances are worked out once an element, not once a comparison. */
static int64_t stat_rank(const struct stp_stat *s, const struct stp_map_desc *d, enum stp_stat_op op)
{
	return s->count ? stp_stat_extract(NULL, s, op, d->bit_shift) : 0;
}

static void rank_all(struct stp_map *m, uint32_t n, enum stp_stat_op op)
{
	uint32_t i;

	for (i = 1; i <= n; i++)
		m->rank[i - 1] = stat_rank(stp_map_merged(m, i), m->desc, op);
}

/* Reading a map that adds may be changing: from here on, until the handler ends, no entry is reused. */
static uint32_t snapshot_stats(struct stp_ctx *c, struct stp_map *m, bool rank, enum stp_stat_op op)
{
	uint32_t fresh, count;

	if (m->desc->wrap && !m->pinned && stp_map_lock(m)) {
		__atomic_store_n(&m->pinned, 1, __ATOMIC_RELEASE);
		stp_map_unlock(m);
		m->next_pinned = c->pinned;
		c->pinned = m;
	}
	count = (uint32_t)stp_map_size(m);
	fresh = __atomic_load_n(&m->slab.fresh, __ATOMIC_RELAXED);
	stp_shards_merge_all(&m->shards, fresh, m->merged);
	if (rank)
		rank_all(m, fresh, op);
	return count;
}

static bool is_wanted(const struct stp_iter *it, uint32_t n)
{
	const struct stp_map *m = it->map;

	if (m->desc->value_type == STP_STAT && !stp_map_merged(m, n)->count)
		return false;
	return !it->mask || stp_key_matches(m, stp_map_entry(m, n), it->slice, it->mask);
}

/* Puts the wanted entries of the first it->scan in the ring into the index. */
static uint32_t collect(const struct stp_iter *it)
{
	struct stp_map *m = it->map;
	uint32_t n = 0, left, got = 0;

	for (left = it->scan; left; left--) {
		n = m->links[n].next;
		if (n && is_wanted(it, n))
			m->order[got++] = n;
	}
	return got;
}

void stp_iter_begin(struct stp_ctx *c, struct stp_iter *it, struct stp_map *m, int column, int order,
		    enum stp_stat_op op, int64_t limit, const union stp_key *slice, uint32_t mask)
{
	memset(it, 0, sizeof *it);
	it->map = m;
	it->slice = slice;
	it->mask = slice ? mask : 0;
	it->left = limit < 0 ? UINT64_MAX : (uint64_t)limit;
	it->sorted = order != 0;
	it->scan = m->desc->value_type == STP_STAT ? snapshot_stats(c, m, order && !column, op) : m->count;
	if (!order)
		return;
	it->scan = collect(it);
	stp_map_sort(m, it->scan, column, order);
}

static uint32_t next_entry(struct stp_iter *it)
{
	const struct stp_map *m = it->map;

	if (it->sorted) {
		it->scan--;
		return m->order[it->pos++];
	}
	while (it->scan) {
		it->scan--;
		it->pos = m->links[it->pos].next;
		if (it->pos && is_wanted(it, it->pos))
			return it->pos;
	}
	return 0;
}

bool stp_iter_next(struct stp_iter *it)
{
	struct stp_map *m = it->map;

	while (it->left && it->scan) {
		it->index = next_entry(it);
		if (!it->index)
			break;
		if (m->desc->hist.kind && !stp_shards_merge(&m->shards, it->index, stp_map_merged(m, it->index), true))
			continue;
		it->left--;
		it->entry = stp_map_entry(m, it->index);
		return true;
	}
	return false;
}

int64_t stp_iter_key_long(const struct stp_iter *it, unsigned n)
{
	return stp_map_key_long(it->map, it->entry, n);
}

const char *stp_iter_key_str(const struct stp_iter *it, unsigned n)
{
	return stp_map_key_str(it->map, it->entry, n);
}

int64_t stp_iter_long(const struct stp_iter *it)
{
	return *(const int64_t *)stp_map_value(it->map, it->entry);
}

const char *stp_iter_str(const struct stp_iter *it)
{
	return stp_map_value(it->map, it->entry);
}

const struct stp_stat *stp_iter_stat(const struct stp_iter *it)
{
	return stp_map_merged(it->map, it->index);
}
