/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms: which bucket a value belongs to, reading a bucket, the text picture.
 *
 * A logarithmic one has a bucket for 0 and one for each power of two on either
 * side: bucket 65 + n is for 2^n … 2^(n+1) - 1, bucket 63 - n for the same below 0.
 * A linear one has buckets of one width from low to high, and one for what is
 * below and one for what is above; those are shown only when something is in them. */
#include "shard.h"

#define LOG_ZERO 64
#define BAR 50		/* columns of the longest bar */
#define ELISION 2	/* empty rows kept at each end of a run of empty rows */

static unsigned log2_of(uint64_t v)
{
	return 63 - (unsigned)__builtin_clzll(v);
}

uint32_t stp_hist_index(const struct stp_hist *h, int64_t v)
{
	if (h->kind == 1) {
		if (!v)
			return LOG_ZERO;
		return v > 0 ? LOG_ZERO + 1 + log2_of((uint64_t)v) : LOG_ZERO - 1 - log2_of(-(uint64_t)v);
	}
	if (v < h->low)
		return 0;
	if (v > h->high)
		return h->buckets - 1;
	return 1 + (uint32_t)(((uint64_t)v - (uint64_t)h->low) / (uint64_t)h->step);
}

/* The least magnitude that bucket N counts; it labels the row. */
static int64_t bucket_value(const struct stp_hist *h, uint32_t n)
{
	if (h->kind == 2)
		return (int64_t)((uint64_t)h->low + (uint64_t)h->step * (n - 1));
	if (n == LOG_ZERO)
		return 0;
	return n > LOG_ZERO ? (int64_t)(1ull << (n - LOG_ZERO - 1)) : (int64_t)-(1ull << (LOG_ZERO - 1 - n));
}

int64_t stp_hist_bucket(struct stp_ctx *c, const struct stp_stat *s, const struct stp_hist *h, int64_t n)
{
	if (!s) {
		stp_error(c, STP_ERR_ARITH, "empty aggregate");
		return 0;
	}
	if (n < 0 || n >= h->buckets) {
		stp_error_s(c, STP_ERR_ARITH, "histogram index %d out of range", NULL, n);
		return 0;
	}
	return (int64_t)s->hist[n];
}

/* ---- the picture ---- */

struct picture {
	struct stp_out *o;
	const struct stp_stat *s;
	const struct stp_hist *h;
	uint32_t first, last;		/* rows */
	int label_width, count_width;
	uint64_t scale;			/* samples a column */
	int64_t elision;		/* < 0: off */
};

static int decimal_width(int64_t v)
{
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
	int n = v < 0 ? 2 : 1;

	for (; u >= 10; u /= 10)
		n++;
	return n;
}

static bool is_outlier(const struct stp_hist *h, uint32_t n)
{
	return h->kind == 2 && (n == 0 || n == h->buckets - 1);
}

static int label_width(const struct stp_hist *h, uint32_t n)
{
	if (!is_outlier(h, n))
		return decimal_width(bucket_value(h, n));
	return 1 + decimal_width(n ? h->high : h->low);
}

static void put_repeat(struct stp_out *o, char ch, uint64_t n)
{
	static const char bars[] = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
	static const char dashes[] = "--------------------------------------------------";
	static const char blanks[] = "                                                  ";

	_Static_assert(sizeof bars == BAR + 1 && sizeof dashes == BAR + 1 && sizeof blanks == BAR + 1, "a bar each");
	stp_out_text(o, ch == '@' ? bars : ch == '-' ? dashes : blanks, n < BAR ? n : BAR);
}

static void put_label(const struct picture *p, uint32_t n)
{
	int width = label_width(p->h, n);

	put_repeat(p->o, ' ', (uint64_t)(p->label_width - width));
	if (is_outlier(p->h, n)) {
		stp_out_text(p->o, n ? ">" : "<", 1);
		stp_out_dec(p->o, n ? p->h->high : p->h->low);
	} else {
		stp_out_dec(p->o, bucket_value(p->h, n));
	}
}

static void put_row(const struct picture *p, uint32_t n)
{
	uint64_t count = p->s->hist[n], bar = count / p->scale;

	put_label(p, n);
	stp_out_text(p->o, " |", 2);
	put_repeat(p->o, '@', bar);
	put_repeat(p->o, ' ', BAR - bar + 1 + (uint64_t)(p->count_width - decimal_width((int64_t)count)));
	stp_out_dec(p->o, (int64_t)count);
	stp_out_text(p->o, "\n", 1);
}

static void put_head(const struct picture *p)
{
	put_repeat(p->o, ' ', (uint64_t)(p->label_width - 5));
	stp_out_text(p->o, "value |", 7);
	put_repeat(p->o, '-', BAR);
	stp_out_text(p->o, " count\n", 7);
}

static void put_gap(const struct picture *p)
{
	put_repeat(p->o, ' ', (uint64_t)p->label_width + 1);
	stp_out_text(p->o, "~\n", 2);
}

/* Rows from N on that are empty. */
static uint32_t empty_run(const struct picture *p, uint32_t n)
{
	uint32_t i = n;

	while (i <= p->last && !p->s->hist[i])
		i++;
	return i - n;
}

/* LEN empty rows from N on, without the middle of a long run; returns LEN. */
static uint32_t put_empty(const struct picture *p, uint32_t n, uint32_t len)
{
	bool cut = p->elision >= 0 && len > 2 * p->elision;
	uint32_t keep = cut ? (uint32_t)p->elision : len, i;

	for (i = 0; i < keep; i++)
		put_row(p, n + i);
	if (cut) {
		put_gap(p);
		for (i = len - keep; i < len; i++)
			put_row(p, n + i);
	}
	return len;
}

/* The rows that may be shown: without outliers that counted nothing. */
static void trim(struct picture *p)
{
	const struct stp_hist *h = p->h;
	uint32_t first = 0, last = h->buckets - 1, low = 0, high = h->buckets - 1;

	if (h->kind == 2) {
		low += !p->s->hist[0];
		high -= !p->s->hist[high];
	}
	p->first = low;
	p->last = high;
	if (p->elision < 0)
		return;
	while (first < last && !p->s->hist[first])
		first++;
	while (last > first && !p->s->hist[last])
		last--;
	p->first = first - low > p->elision ? first - (uint32_t)p->elision : low;
	p->last = high - last > p->elision ? last + (uint32_t)p->elision : high;
}

static void measure(struct picture *p)
{
	uint64_t most = 0;
	uint32_t i;
	int w;

	p->label_width = 5;
	for (i = p->first; i <= p->last; i++) {
		if (p->s->hist[i] > most)
			most = p->s->hist[i];
		w = label_width(p->h, i);
		if (w > p->label_width)
			p->label_width = w;
	}
	p->count_width = decimal_width((int64_t)most);
	p->scale = most > BAR ? (most + BAR - 1) / BAR : 1;
}

/* What the module's HIST_ELISION says. */
static int64_t elision(void)
{
	int32_t e = stp_core.module ? stp_core.module->limits->hist_elision : 0;

	return !e ? ELISION : e < 0 ? -1 : e - 1;
}

void stp_out_hist(struct stp_out *o, const struct stp_stat *s, const struct stp_hist *h)
{
	struct picture p = { .o = o, .s = s, .h = h, .elision = elision() };
	uint32_t i;

	if (!s)
		return;
	trim(&p);
	measure(&p);
	put_head(&p);
	for (i = p.first; i <= p.last; i++) {
		i += put_empty(&p, i, empty_run(&p, i));
		if (i <= p.last)
			put_row(&p, i);
	}
}
