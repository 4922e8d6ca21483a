/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms: buckets and the picture. */
#include "testsuite/unit/core/fixture.h"

#include <stdio.h>

static const struct stp_map_desc logarithmic = { .value_type = STP_STAT, .hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } };

static struct stp_map_desc linear(int64_t low, int64_t high, int64_t step)
{
	return (struct stp_map_desc){ .value_type = STP_STAT,
		.hist = { .kind = 2, .buckets = (uint32_t)((high - low) / step + 3), .low = low, .high = high, .step = step } };
}

/* The only bucket that V went to. */
static int bucket_of(const struct stp_map_desc *d, int64_t v)
{
	struct stp_pstat *p = fixture_one_pstat(d, 1);
	const struct stp_stat *s;
	int found = -1;

	stp_pstat_add(p, v);
	s = stp_pstat_get(p);
	for (uint32_t i = 0; i < d->hist.buckets; i++)
		if (stp_hist_bucket(CTX, s, &d->hist, i)) {
			CHECK_EQ(found, -1);
			found = (int)i;
		}
	return found;
}

TEST(hist_log_buckets)
{
	static const struct { int64_t v; int bucket; } cases[] = {
		{ 0, 64 }, { 1, 65 }, { 2, 66 }, { 3, 66 }, { 4, 67 }, { 7, 67 }, { 8, 68 }, { 1ll << 62, 127 }, { INT64_MAX, 127 },
		{ -1, 63 }, { -2, 62 }, { -3, 62 }, { -4, 61 }, { INT64_MIN + 1, 1 }, { INT64_MIN, 0 },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_EQ(bucket_of(&logarithmic, cases[i].v), cases[i].bucket);
}

TEST(hist_linear_buckets)
{
	struct stp_map_desc d = linear(1, 3, 1);

	CHECK_EQ(bucket_of(&d, -100), 0);
	CHECK_EQ(bucket_of(&d, 0), 0);
	CHECK_EQ(bucket_of(&d, 1), 1);
	CHECK_EQ(bucket_of(&d, 3), 3);
	CHECK_EQ(bucket_of(&d, 4), 4);
	CHECK_EQ(bucket_of(&d, INT64_MAX), 4);
	d = linear(-10, 10, 5);
	CHECK_EQ(bucket_of(&d, -11), 0);
	CHECK_EQ(bucket_of(&d, -10), 1);
	CHECK_EQ(bucket_of(&d, -6), 1);
	CHECK_EQ(bucket_of(&d, -5), 2);
	CHECK_EQ(bucket_of(&d, 10), 5);
	CHECK_EQ(bucket_of(&d, 11), 6);
	d = linear(INT64_MIN, INT64_MIN + 10, 10);
	CHECK_EQ(bucket_of(&d, INT64_MIN), 1);
}

TEST(hist_bucket_errors)
{
	struct stp_pstat *p = fixture_one_pstat(&logarithmic, 1);

	CHECK_EQ(stp_hist_bucket(CTX, NULL, &logarithmic.hist, 1), 0);
	CHECK_STR(CTX->message, "empty aggregate");
	stp_ctx_begin(CTX, &fx.probe, NULL);
	stp_pstat_add(p, 1);
	CHECK_EQ(stp_hist_bucket(CTX, stp_pstat_get(p), &logarithmic.hist, 128), 0);
	CHECK_STR(CTX->message, "histogram index 128 out of range");
	stp_ctx_begin(CTX, &fx.probe, NULL);
	stp_hist_bucket(CTX, stp_pstat_get(p), &logarithmic.hist, -1);
	CHECK_STR(CTX->message, "histogram index -1 out of range");
}
