/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States that behave alike become one: blocks of states are split by what their rows lead to until that changes nothing
 * (Moore), unless that takes too many rounds. The registers of two states are the same when the moves on all ways are, and so no state's number matters. */
#include "lib/map.h"
#include "translator/regex/nfa.h"

#include <string.h>

struct refinement {
	struct automaton *d;
	struct arena *scratch;
	uint32_t *block, *next;		/* of each state */
	uint32_t *row;
	uint32_t *first;		/* a state of each block */
};

struct same_row { uint32_t block; const uint32_t *row; struct same_row *next; };

static size_t make_row(struct refinement *r, uint32_t s)
{
	const struct automaton *d = r->d;
	size_t n = 0;

	r->row[n++] = r->block[s];
	r->row[n++] = d->now.data[s];
	r->row[n++] = d->at_end.data[s];
	for (unsigned c = 0; c < d->ncolumns; c++) {
		r->row[n++] = r->block[d->next.data[s * d->ncolumns + c]];
		r->row[n++] = d->ops.len ? d->ops.data[s * d->ncolumns + c] : 0;
	}
	return n;
}

/* The blocks in order of their first states, so that DEAD and DONE stay 0 and 1; their number. */
static uint32_t refine(struct refinement *r)
{
	struct arena a = ARENA_INIT;
	struct map rows = { .arena = &a };
	uint32_t n = 0;

	for (uint32_t s = 0; s < r->d->nstates; s++) {
		size_t len = make_row(r, s) * sizeof *r->row;
		uint64_t hash = hash_bytes(r->row, len, 0);
		struct same_row *first = umap_get(&rows, hash), *k = first;

		while (k && memcmp(k->row, r->row, len))
			k = k->next;
		if (!k) {
			k = ARENA_NEW(&a, struct same_row);
			*k = (struct same_row){ n, arena_grow(&a, r->row, len, len), first };
			umap_put(&rows, hash, k);
			r->first[n++] = s;
		}
		r->next[s] = k->block;
	}
	memcpy(r->block, r->next, r->d->nstates * sizeof *r->block);
	arena_free(&a);
	return n;
}

static void merge(struct refinement *r, uint32_t n)
{
	struct automaton *d = r->d;
	unsigned w = d->ncolumns;

	for (uint32_t b = 0; b < n; b++) {
		uint32_t s = r->first[b];

		for (unsigned c = 0; c < w; c++) {
			d->next.data[b * w + c] = r->block[d->next.data[s * w + c]];
			if (d->ops.len)
				d->ops.data[b * w + c] = d->ops.data[s * w + c];
		}
		d->now.data[b] = d->now.data[s];
		d->at_end.data[b] = d->at_end.data[s];
	}
	d->start = r->block[d->start];
	d->nstates = n;
}

void automaton_minimise(struct automaton *d, struct arena *scratch)
{
	struct refinement r = { .d = d, .scratch = scratch };
	uint32_t before = 0, n = 1;

	r.block = ARENA_ARRAY(scratch, uint32_t, d->nstates);
	r.next = ARENA_ARRAY(scratch, uint32_t, d->nstates);
	r.first = ARENA_ARRAY(scratch, uint32_t, d->nstates);
	r.row = ARENA_ARRAY(scratch, uint32_t, 3 + 2 * d->ncolumns);
	d->work = 0;
	while (n != before && d->work <= REGEX_MOST_WORK) {
		before = n;
		n = refine(&r);
		d->work += 4 * d->next.len;
	}
	if (n == before)
		merge(&r, n);
}
