/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreach.  Without an order the ring of entries is walked, oldest first; with one,
 * the numbers of the wanted entries are put into the map's own index and sorted
 * there, so that the ring keeps its order and nothing is allocated.  A loop whose body
 * sorts the same array, itself or in a function, finds the index changed: the index is
 * sorted anew for the outer loop, which goes on where it was, for the array itself does
 * not change under a loop.  (Arrays of statistics do, by the adds of other CPUs: then the
 * outer loop goes on in the order of now.)
 *
 * Statistics are merged over CPUs once, at the begin, without their histograms:
 * sorting and extractors then see one moment.  Elements with histograms are merged
 * again, whole, when the loop comes to them, for a loop of ten elements shall not
 * merge two thousand histograms.
 *
 * Only entries that were there at the begin are visited (`scan`), so that adds of
 * other CPUs cannot make a loop longer.
 *
 * Merging, collecting, sorting and passing over entries is paid for in pieces (work.h).  With an order
 * and a limit much below the number of entries, only as many as the limit says are kept and sorted. */
#include "map.h"

#define CHUNK 64	/* entries between payments */
#define FEW 8		/* one in so many entries is few: then a heap is cheaper than to sort all */

/* The value that COLUMN 0 sorts by. Averages and variances are worked out once an element, not once a comparison. */
static int64_t stat_rank(const struct stp_stat *s, const struct stp_map_desc *d, enum stp_stat_op op)
{
	return s->count ? stp_stat_extract(NULL, s, op, d->bit_shift) : 0;
}

static bool rank_all(struct stp_map *m, uint32_t n, enum stp_stat_op op, struct stp_work *w)
{
	uint32_t i;

	for (i = 1; i <= n; i++) {
		if (!(i % CHUNK) && !stp_work(w, 2 * CHUNK))
			return false;
		m->rank[i - 1] = stat_rank(stp_map_merged(m, i), m->desc, op);
	}
	return true;
}

bool stp_map_pin(struct stp_ctx *c, struct stp_map *m)
{
	if (!m->desc->wrap || m->desc->value_type != STP_STAT || m->pinned || !stp_map_lock(m))
		return false;
	__atomic_store_n(&m->pinned, 1, __ATOMIC_RELEASE);
	stp_map_unlock(m);
	m->next_pinned = c->pinned;
	c->pinned = m;
	return true;
}

void stp_map_unpin(struct stp_ctx *c, struct stp_map *m)
{
	struct stp_map **at = &c->pinned;

	while (*at && *at != m)
		at = &(*at)->next_pinned;
	if (!*at)
		return;
	*at = m->next_pinned;
	m->next_pinned = NULL;
	__atomic_store_n(&m->pinned, 0, __ATOMIC_RELEASE);
}

/* Reading a map that adds may be changing. */
static bool snapshot_stats(struct stp_iter *it, struct stp_work *w, bool rank, enum stp_stat_op op)
{
	struct stp_map *m = it->map;
	uint32_t fresh;

	stp_map_pin(w->ctx, m);
	it->scan = (uint32_t)stp_map_size(m);
	fresh = __atomic_load_n(&m->slab.fresh, __ATOMIC_RELAXED);
	return stp_shards_merge_all(&m->shards, fresh, m->merged, w) && (!rank || rank_all(m, fresh, op, w));
}

static bool is_wanted(const struct stp_iter *it, uint32_t n, struct stp_work *w)
{
	const struct stp_map *m = it->map;

	if (m->desc->value_type == STP_STAT && !stp_map_merged(m, n)->count)
		return false;
	return !it->mask || stp_key_matches(m, stp_map_entry(m, n), it->slice, it->mask, w);
}

/* Puts the wanted entries of the first it->there in the ring into the index: all, or with MOST the
 * first MOST in order. */
static bool collect(const struct stp_iter *it, struct stp_sorter *s, uint32_t most, uint32_t *got)
{
	struct stp_map *m = it->map;
	uint32_t n = 0, left, place = 0;

	for (left = it->there; left; left--) {
		n = m->links[n].next;
		if (!(left % CHUNK) && !stp_work(s->work, CHUNK))
			return false;
		if (!n || !is_wanted(it, n, s->work))
			continue;
		if (most)
			*got = stp_heap_offer(s, *got, most, n, place++);
		else
			m->order[(*got)++] = n;
	}
	return true;
}

/* The index of what is wanted, sorted. */
static bool put_in_order(struct stp_iter *it, struct stp_work *w)
{
	uint32_t few = it->most < it->there / FEW ? it->most : 0, got = 0;
	struct stp_sorter s;

	stp_sorter_init(&s, it->map, w, it->column, it->order);
	it->map->order_of = it;
	if (!collect(it, &s, few, &got))
		return false;
	it->scan = got;
	return few ? stp_heap_sort(&s, got) : stp_map_sort(&s, got);
}

void stp_iter_begin(struct stp_ctx *c, struct stp_iter *it, struct stp_map *m, int column, int order,
		    enum stp_stat_op op, int64_t limit, const union stp_key *slice, uint32_t mask)
{
	struct stp_work w = { c, 0 };

	memset(it, 0, sizeof *it);
	it->ctx = c;
	it->map = m;
	it->slice = slice;
	it->mask = slice ? mask : 0;
	it->left = limit < 0 ? UINT64_MAX : (uint64_t)limit;
	it->column = column;
	it->order = order;
	it->op = op;
	it->all = !it->mask && m->desc->value_type != STP_STAT;
	it->scan = (uint32_t)stp_map_size(m);
	if (m->desc->value_type == STP_STAT && !snapshot_stats(it, &w, order && !column, op))
		it->left = 0;
	it->there = it->scan;
	it->most = it->left < it->there ? (uint32_t)it->left : it->there;
	if (order && it->left && !put_in_order(it, &w))
		it->left = 0;
}

/* Another loop has sorted the index since. */
static bool put_back_in_order(struct stp_iter *it)
{
	struct stp_work w = { it->ctx, 0 };
	struct stp_map *m = it->map;

	if (m->desc->value_type == STP_STAT && !it->column &&
	    !rank_all(m, __atomic_load_n(&m->slab.fresh, __ATOMIC_RELAXED), it->op, &w))
		return false;
	if (!put_in_order(it, &w))
		return false;
	it->scan -= it->pos < it->scan ? it->pos : it->scan;
	return it->scan;
}

/* Entries that were passed over are work of this loop that its body does not pay for. */
static bool pay_for_passed(struct stp_iter *it)
{
	struct stp_work w = { it->ctx, it->steps };
	bool more = stp_work_pay(&w);

	it->steps = w.steps;
	return more;
}

static bool is_wanted_now(struct stp_iter *it)
{
	struct stp_work w = { it->ctx, it->steps };
	bool wanted = is_wanted(it, it->pos, &w);

	it->steps = w.steps;
	return wanted;
}

static uint32_t next_entry(struct stp_iter *it)
{
	const struct stp_map *m = it->map;

	if (it->order) {
		if (STP_UNLIKELY(m->order_of != it) && !put_back_in_order(it))
			return 0;
		it->scan--;
		return m->order[it->pos++];
	}
	while (it->scan) {
		it->scan--;
		it->pos = m->links[it->pos].next;
		if (it->pos && (it->all || is_wanted_now(it)))
			return it->pos;
		if (STP_UNLIKELY(++it->steps >= STP_STEPS) && !pay_for_passed(it))
			break;
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
		if (m->desc->hist.kind && !stp_shards_merge(&m->shards, it->index, stp_map_merged(m, it->index), true)) {
			if (it->ctx->error)
				break;
			continue;
		}
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
