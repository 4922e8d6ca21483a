/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings of output: see the essay in ring.h. */
#include "ring.h"

enum { RING_MOST = 1 << 30 };

static struct stp_ring_part *part_of(const struct stp_ring *r, uint64_t pos)
{
	return &r->parts[pos / r->size % r->count];
}

static char *memory_of(const struct stp_ring *r, uint64_t pos)
{
	return r->data + pos / r->size % r->count * r->size + (pos & (r->size - 1));
}

bool stp_ring_init(struct stp_ring *r, uint32_t size, uint32_t count, bool overwrite, unsigned cpu)
{
	uint32_t power = 64;

	memset(r, 0, sizeof *r);
	if (count < 2)
		count = 2;
	while (power < size && power < RING_MOST)
		power *= 2;
	if (power < size || count > RING_MOST / power)
		return false;
	r->data = plat_alloc_on_cpu((size_t)power * count, cpu);
	r->parts = plat_alloc_on_cpu(sizeof *r->parts * count, cpu);
	r->size = power;
	r->count = count;
	r->end = power;
	r->place = r->data;
	r->part = r->parts;
	r->overwrite = overwrite;
	if (r->data && r->parts)
		return true;
	stp_ring_destroy(r);
	return false;
}

void stp_ring_destroy(struct stp_ring *r)
{
	plat_free(r->data);
	plat_free(r->parts);
	r->data = NULL;
	r->parts = NULL;
}

/* ---- the writer ---- */

/* The sub-buffer at NEXT, behind the one that is written to, becomes free to write. */
static bool take_part(struct stp_ring *r, uint64_t next)
{
	uint64_t whole = (uint64_t)r->size * r->count, tail, oldest;

	if (next + r->size <= whole)
		return true;
	oldest = next + r->size - whole;
	tail = plat_load_acquire(&r->tail);
	if (tail >= oldest)
		return true;
	if (!r->overwrite)
		return false;
	if (tail <= oldest - r->size)
		r->overwritten += part_of(r, next)->pieces;
	plat_fetch_add(&r->oldest, oldest - r->oldest);	/* fully ordered: before what will be written there */
	return true;
}

char *stp_ring_reserve(struct stp_ring *r, size_t need, size_t *room)
{
	uint64_t next = r->end;

	if (STP_UNLIKELY(r->write + need > r->end)) {
		if (!take_part(r, next))
			return NULL;
		r->part->used = (uint32_t)(r->write - (next - r->size));
		r->part = part_of(r, next);
		r->part->pieces = 0;
		r->place = memory_of(r, next);
		r->write = next;
		r->end = next + r->size;
	}
	*room = (size_t)(r->end - r->write);
	return r->place;
}

void stp_ring_commit(struct stp_ring *r, size_t len)
{
	r->part->pieces++;
	r->place += len;
	r->write += len;
	plat_store_release(&r->head, r->write);
}

/* ---- the reader ---- */

/* Fully ordered: behind what was read before. */
static uint64_t oldest_of(struct stp_ring *r)
{
	return plat_fetch_add(&r->oldest, 0);
}

size_t stp_ring_peek(struct stp_ring *r, const char **data)
{
	uint64_t pos = r->tail, head = plat_load_acquire(&r->head), end, limit, oldest = r->overwrite ? oldest_of(r) : 0;

	if (pos < oldest)
		pos = oldest;
	for (limit = pos; pos < head; pos = end) {
		end = (pos / r->size + 1) * r->size;
		limit = head <= end ? head : end - r->size + part_of(r, pos)->used;
		if (pos < limit)
			break;
	}
	if (pos != r->tail)
		plat_store_release(&r->tail, pos);
	*data = memory_of(r, pos);
	return pos < limit ? (size_t)(limit - pos) : 0;
}

bool stp_ring_intact(struct stp_ring *r)
{
	return !r->overwrite || oldest_of(r) <= r->tail;
}

void stp_ring_consume(struct stp_ring *r, size_t len)
{
	plat_store_release(&r->tail, r->tail + len);
}
