/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accumulators: adding samples, merging over CPUs, scalar statistics.
 *
 * Merging keeps to what one pass can do: with S the sum over shards,
 *	S n_i (mean_i - M)^2 = S n_i mean_i^2 - 2 M S n_i mean_i + M^2 S n_i
 * holds modulo 2^64 too, so the mean M of all, which is known only at the end, is
 * applied by stp_stat_finish. */
#include "shard.h"

#define MERGE_CHUNK 32	/* accumulators merged under one hold of a shard's lock */
#define MERGE_STEPS 2	/* each */
#define LOCK_STEPS 6	/* to take and release a shard's lock, with its cache line */

struct stp_pstat {
	struct stp_shards shards;
};

static void add_variance(struct stp_stat *s, uint32_t shift, int64_t v)
{
	uint64_t x = (uint64_t)v << shift;
	int64_t delta = (int64_t)(x - (uint64_t)s->mean);

	s->mean = (int64_t)((uint64_t)s->mean + (uint64_t)(delta / s->count));
	s->m2 = (int64_t)((uint64_t)s->m2 + (uint64_t)delta * (x - (uint64_t)s->mean));
}

void stp_stat_add(struct stp_stat *s, const struct stp_map_desc *d, int64_t v)
{
	if (!s->count) {
		s->min = s->max = v;
	} else {
		if (v < s->min)
			s->min = v;
		if (v > s->max)
			s->max = v;
	}
	s->count++;
	s->sum = (int64_t)((uint64_t)s->sum + (uint64_t)v);
	if (d->variance)
		add_variance(s, d->bit_shift, v);
	if (d->hist.kind)
		s->hist[stp_hist_index(&d->hist, v)]++;
}

void stp_stat_merge(struct stp_stat *into, const struct stp_stat *from, const struct stp_map_desc *d, bool with_hist)
{
	uint64_t weighted;
	uint32_t i;

	if (!from->count)
		return;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (!into->count || from->max > into->max)
		into->max = from->max;
	into->count += from->count;
	into->sum = (int64_t)((uint64_t)into->sum + (uint64_t)from->sum);
	if (d->variance) {
		weighted = (uint64_t)from->count * (uint64_t)from->mean;
		into->mean = (int64_t)((uint64_t)into->mean + weighted);
		into->m2 = (int64_t)((uint64_t)into->m2 + (uint64_t)from->m2 + weighted * (uint64_t)from->mean);
	}
	if (with_hist)
		for (i = 0; i < d->hist.buckets; i++)
			into->hist[i] += from->hist[i];
}

void stp_stat_finish(struct stp_stat *s, const struct stp_map_desc *d)
{
	uint64_t m, n = (uint64_t)s->count;

	if (!d->variance || !n)
		return;
	m = (uint64_t)((int64_t)((uint64_t)s->sum << d->bit_shift) / s->count);
	s->m2 = (int64_t)((uint64_t)s->m2 - 2 * m * (uint64_t)s->mean + m * m * n);
	s->mean = (int64_t)m;
}

static size_t shard_size(const struct stp_shards *s)
{
	return sizeof(struct stp_shard) + ((size_t)s->n + 1) * s->stat_size;
}

bool stp_shards_init(struct stp_shards *s, const struct stp_map_desc *d, uint32_t n)
{
	unsigned i;

	s->desc = d;
	s->n = n;
	s->nslots = plat_nslots();
	s->stat_size = sizeof(struct stp_stat) + (d->hist.kind ? d->hist.buckets : 0) * sizeof(uint64_t);
	if (s->stat_size > SIZE_MAX / 2 / ((size_t)n + 1))
		return false;
	s->merge_cost = (uint32_t)((uint64_t)s->nslots * (2 + (d->hist.kind ? d->hist.buckets : 0) / 4) / STP_STEPS);
	s->lock_cost = s->nslots * LOCK_STEPS / STP_STEPS;
	s->shard = stp_core_alloc(s->nslots * sizeof *s->shard, -1);
	if (!s->shard)
		return false;
	for (i = 0; i < s->nslots; i++) {
		s->shard[i] = stp_core_alloc(shard_size(s), (int)i);
		if (!s->shard[i])
			return false;
	}
	return true;
}

void stp_shards_destroy(struct stp_shards *s)
{
	unsigned i;

	if (!s->shard)
		return;
	for (i = 0; i < s->nslots; i++)
		stp_core_free(s->shard[i], shard_size(s));
	stp_core_free(s->shard, s->nslots * sizeof *s->shard);
	s->shard = NULL;
}

struct stp_stat *stp_shards_merge(struct stp_shards *s, uint32_t n, struct stp_stat *into, bool lock)
{
	unsigned i;

	if (STP_UNLIKELY(s->merge_cost) && !stp_charge_here(s->merge_cost))
		return NULL;
	memset(into, 0, s->stat_size);
	for (i = 0; i < s->nslots; i++) {
		struct stp_shard *sh = s->shard[i];

		if (lock && !plat_shard_lock(&sh->lock)) {
			stp_core_count_lost_sample();
			continue;
		}
		stp_stat_merge(into, stp_shard_stat(s, sh, n), s->desc, s->desc->hist.kind);
		if (lock)
			plat_shard_unlock(&sh->lock);
	}
	stp_stat_finish(into, s->desc);
	return into->count ? into : NULL;
}

static inline struct stp_stat *record(const struct stp_shards *s, char *into, uint32_t n)
{
	return (struct stp_stat *)(void *)(into + (n - 1) * s->stat_size);
}

static bool merge_shard(struct stp_shards *s, struct stp_shard *sh, uint32_t n, char *into, struct stp_work *w)
{
	uint32_t i, end;

	for (i = 1; i <= n; i = end) {
		end = n - i < MERGE_CHUNK ? n + 1 : i + MERGE_CHUNK;
		if (!stp_work(w, (end - i) * MERGE_STEPS))
			return false;
		if (!plat_shard_lock(&sh->lock)) {
			stp_core_count_lost_sample();
			continue;
		}
		for (; i < end; i++)
			stp_stat_merge(record(s, into, i), stp_shard_stat(s, sh, i), s->desc, false);
		plat_shard_unlock(&sh->lock);
	}
	return true;
}

bool stp_shards_merge_all(struct stp_shards *s, uint32_t n, char *into, struct stp_work *w)
{
	uint32_t i;

	for (i = 1; i <= n; i++) {
		if (!(i % MERGE_CHUNK) && !stp_work(w, MERGE_CHUNK))
			return false;
		memset(record(s, into, i), 0, sizeof(struct stp_stat));
	}
	for (i = 0; i < s->nslots; i++)
		if (!merge_shard(s, s->shard[i], n, into, w))
			return false;
	for (i = 1; i <= n; i++) {
		if (!(i % MERGE_CHUNK) && !stp_work(w, MERGE_CHUNK))
			return false;
		stp_stat_finish(record(s, into, i), s->desc);
	}
	return true;
}

bool stp_shards_lock_all(struct stp_shards *s)
{
	unsigned i;

	if (STP_UNLIKELY(s->lock_cost) && !stp_charge_here(s->lock_cost))
		return false;
	for (i = 0; i < s->nslots; i++)
		if (!plat_shard_lock(&s->shard[i]->lock))
			break;
	if (i == s->nslots)
		return true;
	while (i-- > 0)
		plat_shard_unlock(&s->shard[i]->lock);
	return false;
}

void stp_shards_unlock_all(struct stp_shards *s)
{
	unsigned i;

	for (i = 0; i < s->nslots; i++)
		plat_shard_unlock(&s->shard[i]->lock);
}

void stp_shards_zero(struct stp_shards *s, uint32_t from, uint32_t to)
{
	unsigned i;

	for (i = 0; i < s->nslots && to >= from; i++)
		memset(stp_shard_stat(s, s->shard[i], from), 0, ((size_t)to - from + 1) * s->stat_size);
}

/* ---- scalar statistics ---- */

struct stp_pstat *stp_pstat_new(const struct stp_map_desc *d)
{
	struct stp_pstat *p = stp_core_alloc(sizeof *p, -1);

	if (!p)
		return NULL;
	if (stp_shards_init(&p->shards, d, 1))
		return p;
	stp_pstat_destroy(p);
	return NULL;
}

void stp_pstat_destroy(struct stp_pstat *p)
{
	if (!p)
		return;
	stp_shards_destroy(&p->shards);
	stp_core_free(p, sizeof *p);
}

void stp_pstat_add(struct stp_pstat *p, int64_t v)
{
	struct stp_shard *sh = stp_shards_own(&p->shards);

	if (STP_UNLIKELY(!plat_shard_lock(&sh->lock))) {
		stp_core_count_lost_sample();
		return;
	}
	stp_stat_add(stp_shard_stat(&p->shards, sh, 1), p->shards.desc, v);
	plat_shard_unlock(&sh->lock);
}

const struct stp_stat *stp_pstat_get(struct stp_pstat *p)
{
	return stp_shards_merge(&p->shards, 1, stp_shards_scratch(&p->shards), true);
}

void stp_pstat_clear(struct stp_pstat *p)
{
	if (p->shards.merge_cost && !stp_charge_here(p->shards.merge_cost))
		return;
	if (!stp_shards_lock_all(&p->shards)) {
		stp_core_count_lost_sample();
		return;
	}
	stp_shards_zero(&p->shards, 1, 1);
	stp_shards_unlock_all(&p->shards);
}
