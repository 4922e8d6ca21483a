/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sorting of a map's index of entries: merge sort from the bottom, stable, no
 * recursion, no allocation, at most n·log2(n) comparisons.  Equal elements stay in
 * order of insertion, also when sorting downwards.  Strings sort by bytes.
 *
 * When only the first few are wanted, a heap keeps those while all go by: its root is the one that
 * would come last, which the next better one takes the place of.
 *
 * Comparisons are paid for in pieces (work.h); where strings are compared, by their lengths, too. */
#include "map.h"

#define RUN 8		/* sorted by insertion first */
#define CHUNK 64	/* elements merged between payments */
#define COMPARISON 1	/* steps */

static int64_t long_of(struct stp_sorter *s, uint32_t n)
{
	const struct stp_entry *e = stp_map_entry(s->map, n);

	if (s->column)
		return stp_map_key_long(s->map, e, (unsigned)s->column - 1);
	if (s->map->desc->value_type == STP_STAT)
		return s->map->rank[n - 1];
	return *(const int64_t *)stp_map_value(s->map, e);
}

static const char *text_of(struct stp_sorter *s, uint32_t n)
{
	const struct stp_entry *e = stp_map_entry(s->map, n);

	return s->column ? stp_map_key_str(s->map, e, (unsigned)s->column - 1) : stp_map_value(s->map, e);
}

/* stp_str_cmp of two strings of the map, eight bytes a step: each has a buffer of a multiple of eight bytes. */
static int compare_text(const char *a, const char *b, struct stp_work *w)
{
	const uint64_t ones = 0x0101010101010101u;
	const char *from = a;
	uint64_t x, y;

	for (;; a += sizeof x, b += sizeof x) {
		memcpy(&x, a, sizeof x);
		memcpy(&y, b, sizeof y);
		if (x != y || (x - ones) & ~x & ones << 7)	/* they differ, or X has a NUL */
			break;
	}
	w->steps += (uint32_t)(a - from) / 16;
	return stp_str_cmp(a, b);
}

/* Must A, which is behind B now, come before it? */
static bool before(struct stp_sorter *s, uint32_t a, uint32_t b)
{
	int64_t x, y;

	if (s->text) {
		int d = compare_text(text_of(s, a), text_of(s, b), s->work);

		return s->down ? d > 0 : d < 0;
	}
	x = long_of(s, a);
	y = long_of(s, b);
	return s->down ? x > y : x < y;
}

static void sort_run(struct stp_sorter *s, uint32_t *a, uint32_t n)
{
	uint32_t i, j, x;

	for (i = 1; i < n; i++) {
		x = a[i];
		for (j = i; j && before(s, x, a[j - 1]); j--)
			a[j] = a[j - 1];
		a[j] = x;
	}
}

/* FROM[0…left) and FROM[left…n), both sorted, into TO. In chunks during which neither can run out. */
static bool merge_runs(struct stp_sorter *s, uint32_t *to, const uint32_t *from, uint32_t left, uint32_t n)
{
	uint32_t i = 0, j = left, k = 0, chunk, end;

	while (i < left && j < n) {
		chunk = left - i < n - j ? left - i : n - j;
		end = k + (chunk < CHUNK ? chunk : CHUNK);
		if (!stp_work(s->work, (end - k) * COMPARISON))
			return false;
		while (k < end)
			to[k++] = before(s, from[j], from[i]) ? from[j++] : from[i++];
	}
	memcpy(to + k, from + i, (left - i) * sizeof *to);
	k += left - i;
	memcpy(to + k, from + j, (n - j) * sizeof *to);
	return true;
}

static bool merge_pass(struct stp_sorter *s, uint32_t *to, const uint32_t *from, uint32_t n, uint32_t width)
{
	uint32_t i, left, len;

	for (i = 0; i < n; i += len) {
		len = n - i > 2 * width ? 2 * width : n - i;
		left = len < width ? len : width;
		if (!stp_work(s->work, 1 + len / CHUNK))
			return false;
		if (left == len || !before(s, from[i + left], from[i + left - 1]))
			memcpy(to + i, from + i, len * sizeof *to);
		else if (!merge_runs(s, to + i, from + i, left, len))
			return false;
	}
	return true;
}

void stp_sorter_init(struct stp_sorter *s, struct stp_map *m, struct stp_work *w, int column, int order)
{
	const struct stp_map_desc *d = m->desc;

	s->map = m;
	s->work = w;
	s->column = column;
	s->text = (column ? d->key_type[column - 1] : d->value_type) == STP_STR;
	s->down = order < 0;
}

bool stp_map_sort(struct stp_sorter *s, uint32_t n)
{
	struct stp_map *m = s->map;
	uint32_t i, width, *from = m->order, *to = m->order_tmp, *t;

	for (i = 0; i < n; i += RUN) {
		if (!stp_work(s->work, 2 * RUN * COMPARISON))
			return false;
		sort_run(s, from + i, n - i < RUN ? n - i : RUN);
	}
	for (width = RUN; width < n; width *= 2) {
		if (!merge_pass(s, to, from, n, width))
			return false;
		t = from;
		from = to;
		to = t;
	}
	m->order = from;
	m->order_tmp = to;
	return true;
}

/* ---- the heap ---- */

struct place { uint32_t entry, place; };

static struct place at(const struct stp_map *m, uint32_t i)
{
	return (struct place){ m->order[i], m->order_tmp[i] };
}

static void put(struct stp_map *m, uint32_t i, struct place p)
{
	m->order[i] = p.entry;
	m->order_tmp[i] = p.place;
}

/* Does A come behind B when sorted? */
static bool behind(struct stp_sorter *s, struct place a, struct place b)
{
	s->work->steps += 2 * COMPARISON;
	if (a.place > b.place)
		return !before(s, a.entry, b.entry);
	return before(s, b.entry, a.entry);
}

static void sift_up(struct stp_sorter *s, uint32_t i, struct place p)
{
	uint32_t parent;

	for (; i; i = parent) {
		parent = (i - 1) / 2;
		if (!behind(s, p, at(s->map, parent)))
			break;
		put(s->map, i, at(s->map, parent));
	}
	put(s->map, i, p);
}

/* P to the root of a heap of N, or where it belongs below. */
static void sift_down(struct stp_sorter *s, uint32_t n, struct place p)
{
	uint32_t i = 0, child;

	for (; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && behind(s, at(s->map, child + 1), at(s->map, child)))
			child++;
		if (behind(s, p, at(s->map, child)))
			break;
		put(s->map, i, at(s->map, child));
	}
	put(s->map, i, p);
}

uint32_t stp_heap_offer(struct stp_sorter *s, uint32_t n, uint32_t most, uint32_t entry, uint32_t place)
{
	if (n < most) {
		sift_up(s, n, (struct place){ entry, place });
		return n + 1;
	}
	s->work->steps += COMPARISON;
	if (before(s, entry, s->map->order[0]))
		sift_down(s, n, (struct place){ entry, place });
	return n;
}

bool stp_heap_sort(struct stp_sorter *s, uint32_t n)
{
	struct place last;

	while (n > 1) {
		if (!stp_work(s->work, 1))
			return false;
		last = at(s->map, --n);
		put(s->map, n, at(s->map, 0));
		sift_down(s, n, last);
	}
	return true;
}
