/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sorting of a map's index of entries: merge sort from the bottom, stable, no
 * recursion, no allocation, at most n·log2(n) comparisons.  Equal elements stay in
 * order of insertion, also when sorting downwards.  Strings sort by bytes. */
#include "map.h"

#define RUN 8	/* sorted by insertion first */

struct sorter {
	const struct stp_map *m;
	int column;			/* 0: value */
	bool text, down;
};

static int64_t long_of(const struct sorter *s, uint32_t n)
{
	const struct stp_entry *e = stp_map_entry(s->m, n);

	if (s->column)
		return stp_map_key_long(s->m, e, (unsigned)s->column - 1);
	if (s->m->desc->value_type == STP_STAT)
		return s->m->rank[n - 1];
	return *(const int64_t *)stp_map_value(s->m, e);
}

static const char *text_of(const struct sorter *s, uint32_t n)
{
	const struct stp_entry *e = stp_map_entry(s->m, n);

	return s->column ? stp_map_key_str(s->m, e, (unsigned)s->column - 1) : stp_map_value(s->m, e);
}

/* stp_str_cmp of two strings of the map, eight bytes a step: each has a buffer of a multiple of eight bytes. */
static int compare_text(const char *a, const char *b)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t x, y;

	for (;; a += sizeof x, b += sizeof x) {
		memcpy(&x, a, sizeof x);
		memcpy(&y, b, sizeof y);
		if (x != y || (x - ones) & ~x & ones << 7)	/* they differ, or X has a NUL */
			return stp_str_cmp(a, b);
	}
}

/* Must A, which is behind B now, come before it? */
static bool before(const struct sorter *s, uint32_t a, uint32_t b)
{
	int64_t x, y;

	if (s->text) {
		int d = compare_text(text_of(s, a), text_of(s, b));

		return s->down ? d > 0 : d < 0;
	}
	x = long_of(s, a);
	y = long_of(s, b);
	return s->down ? x > y : x < y;
}

static void sort_run(const struct sorter *s, uint32_t *a, uint32_t n)
{
	uint32_t i, j, x;

	for (i = 1; i < n; i++) {
		x = a[i];
		for (j = i; j && before(s, x, a[j - 1]); j--)
			a[j] = a[j - 1];
		a[j] = x;
	}
}

/* FROM[0…left) and FROM[left…n), both sorted, into TO. */
static void merge_runs(const struct sorter *s, uint32_t *to, const uint32_t *from, uint32_t left, uint32_t n)
{
	uint32_t i = 0, j = left, k = 0;

	while (i < left && j < n)
		to[k++] = before(s, from[j], from[i]) ? from[j++] : from[i++];
	while (i < left)
		to[k++] = from[i++];
	while (j < n)
		to[k++] = from[j++];
}

static void merge_pass(const struct sorter *s, uint32_t *to, const uint32_t *from, uint32_t n, uint32_t width)
{
	uint32_t i, left, len;

	for (i = 0; i < n; i += len) {
		len = n - i > 2 * width ? 2 * width : n - i;
		left = len < width ? len : width;
		if (left == len || !before(s, from[i + left], from[i + left - 1]))
			memcpy(to + i, from + i, len * sizeof *to);
		else
			merge_runs(s, to + i, from + i, left, len);
	}
}

void stp_map_sort(struct stp_map *m, uint32_t n, int column, int order)
{
	const struct stp_map_desc *d = m->desc;
	struct sorter s = { m, column, (column ? d->key_type[column - 1] : d->value_type) == STP_STR, order < 0 };
	uint32_t i, width, *from = m->order, *to = m->order_tmp, *t;

	for (i = 0; i < n; i += RUN)
		sort_run(&s, from + i, n - i < RUN ? n - i : RUN);
	for (width = RUN; width < n; width *= 2) {
		merge_pass(&s, to, from, n, width);
		t = from;
		from = to;
		to = t;
	}
	m->order = from;
	m->order_tmp = to;
}
