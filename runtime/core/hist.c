/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms: which bucket a value belongs to, reading a bucket, the text picture.
 *
 * A logarithmic one has a bucket for 0 and one for each power of two on either
 * side: bucket 65 + n is for 2^n … 2^(n+1) - 1, bucket 63 - n for the same below 0.
 * A linear one has buckets of one width, the first begins at low, the last at the
 * last step that is not beyond high; one more counts what is below them, another one
 * what is above. Those two are shown only when something is in them.
 *
 * The picture has the rows from MARGIN before the first that counted something to
 * MARGIN behind the last; of the empty rows among them only HIST_ELISION next to
 * ones that are not empty. */
#include "shard.h"

#define LOG_ZERO 64
#define BAR 50		/* columns of the longest bar */
#define MARGIN 2	/* empty rows before and behind all others */
#define ROW_STEPS 24

static unsigned log2_of(uint64_t v)
{
	return 63 - (unsigned)__builtin_clzll(v);
}

uint32_t stp_hist_index(const struct stp_hist *h, int64_t v)
{
	uint64_t n;

	if (h->kind == 1) {
		if (!v)
			return LOG_ZERO;
		return v > 0 ? LOG_ZERO + 1 + log2_of((uint64_t)v) : LOG_ZERO - 1 - log2_of(-(uint64_t)v);
	}
	if (v < h->low)
		return 0;
	n = ((uint64_t)v - (uint64_t)h->low) / (uint64_t)h->step + 1;
	return n < h->buckets ? (uint32_t)n : h->buckets - 1;
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
	struct stp_work work;
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

/* What stands in N's label, for the outliers behind < or >. */
static int64_t label_value(const struct stp_hist *h, uint32_t n)
{
	return bucket_value(h, !is_outlier(h, n) ? n : n ? n - 1 : 1);
}

static int label_width(const struct stp_hist *h, uint32_t n)
{
	return is_outlier(h, n) + decimal_width(label_value(h, n));
}

/* N of the character, at most a bar. */
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
	if (is_outlier(p->h, n))
		stp_out_text(p->o, n ? ">" : "<", 1);
	stp_out_dec(p->o, label_value(p->h, n));
}

static void put_row(const struct picture *p, uint32_t n)
{
	uint64_t count = p->s->hist[n], bar = count / p->scale;

	put_label(p, n);
	stp_out_text(p->o, " |", 2);
	put_repeat(p->o, '@', bar);
	put_repeat(p->o, ' ', BAR - bar);
	put_repeat(p->o, ' ', 1 + (uint64_t)(p->count_width - decimal_width((int64_t)count)));
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

static bool put_rows(struct picture *p, uint32_t n, uint32_t end)
{
	for (; n < end; n++) {
		if (!stp_work(&p->work, ROW_STEPS))
			return false;
		put_row(p, n);
	}
	return true;
}

/* LEN empty rows from N on: of a run between others both ends, of the first run its end, of the last one its beginning. */
static bool put_empty(struct picture *p, uint32_t n, uint32_t len)
{
	bool first = n == p->first, last = n + len > p->last;
	int64_t keep = p->elision;

	if (keep < 0 || len <= (first || last ? keep : 2 * keep))
		return put_rows(p, n, n + len);
	if (!first && !put_rows(p, n, n + (uint32_t)keep))
		return false;
	if (last)
		return true;
	put_gap(p);
	return put_rows(p, n + len - (uint32_t)keep, n + len);
}

/* The first and the last row. A logarithmic picture of no negative values begins at 0. */
static void frame(struct picture *p)
{
	const uint64_t *count = p->s->hist;
	uint32_t low = 0, high = p->h->buckets - 1, first, last;

	if (p->h->kind == 2) {
		low += !count[low];
		high -= !count[high];
	}
	for (first = low; first < high && !count[first]; first++)
		;
	for (last = high; last > first && !count[last]; last--)
		;
	if (p->h->kind == 1 && first >= LOG_ZERO)
		low = LOG_ZERO;
	p->first = first - low > MARGIN ? first - MARGIN : low;
	p->last = high - last > MARGIN ? last + MARGIN : high;
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

void stp_out_hist(struct stp_out *o, const struct stp_stat *s, const struct stp_hist *h)
{
	struct picture p = { .o = o, .s = s, .h = h, .work.ctx = plat_context(), .elision = stp_core.module->limits->hist_elision };
	uint32_t i, run;

	if (!s) {
		if (o->ctx)
			stp_error(o->ctx, STP_ERR_ARITH, "empty aggregate");
		return;
	}
	if (!stp_work(&p.work, h->buckets))
		return;
	frame(&p);
	measure(&p);
	put_head(&p);
	for (i = p.first; i <= p.last; i++) {
		run = empty_run(&p, i);
		if (run && !put_empty(&p, i, run))
			return;
		i += run;
		if (i <= p.last && !put_rows(&p, i, i + 1))
			return;
	}
	stp_out_text(o, "\n", 1);
}
