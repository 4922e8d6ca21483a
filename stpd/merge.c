/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of several CPUs into one stream.
 *
 * In the ordered mode every record has a number from one counter of the module, so
 * the next record to pass on is the one with the expected number, wherever it is.
 * A number that has not come may still be on its way (its CPU committed it after
 * another CPU's later one was read): it is waited for a few rounds of reading, then given
 * up and counted.  In bulk mode nothing is reordered.  Buffers that the module overwrites
 * (lossy) may be read while they change: there a record counts as one only if what comes
 * behind it, as far as it is there, begins like a record too; else the search goes on 8 bytes later. */
#include "stpd/stpd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct queue { char *data; size_t head, len, cap; };

struct merge {
	struct queue *queues;
	unsigned ncpus;
	enum merge_mode mode;
	uint64_t expected, gaps;
	unsigned waited;
	merge_fn *fn;
	void *data;
};

struct merge *merge_new(unsigned ncpus, enum merge_mode mode, merge_fn *fn, void *data)
{
	struct merge *m = calloc(1, sizeof *m);

	if (m)
		m->queues = calloc(ncpus, sizeof *m->queues);
	if (!m || !m->queues) {
		free(m);
		return NULL;
	}
	m->ncpus = ncpus;
	m->mode = mode;
	m->fn = fn;
	m->data = data;
	return m;
}

static int queue_add(struct queue *q, const void *data, size_t len)
{
	char *p;

	if (!len)
		return 0;
	if (q->head && q->head == q->len)
		q->head = q->len = 0;
	if (q->head && q->len + len > q->cap) {
		memmove(q->data, q->data + q->head, q->len - q->head);
		q->len -= q->head;
		q->head = 0;
	}
	if (q->len + len > q->cap) {
		size_t cap = (q->len + len) * 2;

		p = realloc(q->data, cap);
		if (!p)
			return -ENOMEM;
		q->data = p;
		q->cap = cap;
	}
	memcpy(q->data + q->len, data, len);
	q->len += len;
	return 0;
}

static size_t padded(uint32_t len)
{
	return sizeof(struct stp_rec) + (((size_t)len + 7) & ~(size_t)7);
}

/* Bytes of what begins at AT in Q, padding too; 0: not all there yet; -EPROTO: nothing begins there. */
static long extent(const struct queue *q, size_t at, struct stp_pad *start)
{
	size_t left = q->len - at, need;

	if (left < sizeof *start)
		return 0;
	memcpy(start, q->data + at, sizeof *start);
	if (start->magic != STP_REC_MAGIC || start->kind < STP_REC_TEXT || start->kind > STP_REC_LOST)
		return -EPROTO;
	if (start->len > (start->kind == STP_REC_PAD ? 1u << 26 : STP_MAXRECORD))
		return -EPROTO;
	need = start->kind == STP_REC_PAD ? sizeof *start + start->len : padded(start->len);
	return left < need ? 0 : (long)need;
}

/* The record at the head of Q when it is whole: 1, 0 not yet, -EPROTO. Padding is passed over. */
static int queue_head(struct queue *q, struct stp_rec *rec, bool lossy)
{
	struct stp_pad start, next;
	long n;

	for (;;) {
		n = extent(q, q->head, &start);
		if (!n)
			return 0;
		if (lossy && (n < 0 || extent(q, q->head + (size_t)n, &next) < 0)) {
			q->head += 8;
			continue;
		}
		if (n < 0)
			return -EPROTO;
		if (start.kind != STP_REC_PAD) {
			memcpy(rec, q->data + q->head, sizeof *rec);
			return 1;
		}
		q->head += (size_t)n;
	}
}

int merge_feed(struct merge *m, unsigned cpu, const void *data, size_t len)
{
	struct stp_rec rec;
	int r;

	if (cpu >= m->ncpus)
		return -EINVAL;
	r = queue_add(&m->queues[cpu], data, len);
	if (r)
		return r;
	r = queue_head(&m->queues[cpu], &rec, m->mode == MERGE_LOSSY);
	return r < 0 ? r : 0;
}

static void pass_on(struct merge *m, struct queue *q, const struct stp_rec *rec)
{
	m->fn(m->data, rec, q->data + q->head + sizeof *rec);
	q->head += padded(rec->len);
}

/* The queue whose head has the lowest number, or NULL. */
static struct queue *lowest(struct merge *m, struct stp_rec *best)
{
	struct queue *q = NULL;
	struct stp_rec rec;

	for (unsigned i = 0; i < m->ncpus; i++) {
		if (queue_head(&m->queues[i], &rec, m->mode == MERGE_LOSSY) != 1)
			continue;
		if (!q || rec.seq < best->seq) {
			*best = rec;
			q = &m->queues[i];
		}
	}
	return q;
}

static void advance_bulk(struct merge *m)
{
	struct stp_rec rec;

	for (unsigned i = 0; i < m->ncpus; i++)
		while (queue_head(&m->queues[i], &rec, m->mode == MERGE_LOSSY) == 1)
			pass_on(m, &m->queues[i], &rec);
}

void merge_advance(struct merge *m, unsigned patience)
{
	struct stp_rec rec;
	struct queue *q;

	if (m->mode == MERGE_BULK) {
		advance_bulk(m);
		return;
	}
	while ((q = lowest(m, &rec))) {
		if (rec.seq > m->expected && m->waited < patience) {
			m->waited++;
			return;
		}
		if (rec.seq > m->expected)
			m->gaps += rec.seq - m->expected;
		m->waited = 0;
		if (rec.seq >= m->expected)	/* else given up, and late */
			m->expected = rec.seq + 1;
		pass_on(m, q, &rec);
	}
}

uint64_t merge_gaps(const struct merge *m)
{
	return m->gaps;
}

void merge_free(struct merge *m)
{
	for (unsigned i = 0; m && i < m->ncpus; i++)
		free(m->queues[i].data);
	free(m ? m->queues : NULL);
	free(m);
}
