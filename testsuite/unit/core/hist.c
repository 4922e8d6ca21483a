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
	CHECK_EQ(bucket_of(&d, 14), 5);
	CHECK_EQ(bucket_of(&d, 15), 6);
	d = linear(0, 100, 30);		/* the last one begins at 90 and is whole */
	CHECK_EQ(bucket_of(&d, 119), 4);
	CHECK_EQ(bucket_of(&d, 120), 5);
	d = linear(INT64_MIN, INT64_MIN + 10, 10);
	CHECK_EQ(bucket_of(&d, INT64_MIN), 1);
	CHECK_EQ(bucket_of(&d, INT64_MAX), 3);
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

/* ---- the picture ---- */

static const char *picture(const struct stp_map_desc *d, const int64_t *v, unsigned n, int32_t elision)
{
	static char text[8000];
	struct stp_pstat *p;
	struct stp_out o;

	fixture_reset(2);
	fx.limits.hist_elision = elision;
	fixture_pstat(d);
	fixture_load();
	p = fx.storage[0];
	for (unsigned i = 0; i < n; i++) {
		plat_test_set_slot(i & 1);
		stp_pstat_add(p, v[i]);
	}
	stp_out_string(&o, text, sizeof text);
	stp_out_hist(&o, stp_pstat_get(p), &d->hist);
	stp_out_end(&o);
	return text;
}

#define HEAD "value |-------------------------------------------------- count\n"
#define S10 "          "
#define S49 S10 S10 S10 S10 "         "
#define EMPTY S49 "  0\n"
#define ONE "@" S49 " 1\n"

#define PICTURE(d, elision, ...) picture((d), (const int64_t[]){ __VA_ARGS__ }, sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t), (elision))

TEST(hist_picture_log)
{
	CHECK_STR(PICTURE(&logarithmic, 2, 5), HEAD
		  "    1 |" EMPTY
		  "    2 |" EMPTY
		  "    4 |" ONE
		  "    8 |" EMPTY
		  "   16 |" EMPTY "\n");
	CHECK_STR(PICTURE(&logarithmic, 2, -1), HEAD
		  "   -4 |" EMPTY
		  "   -2 |" EMPTY
		  "   -1 |" ONE
		  "    0 |" EMPTY
		  "    1 |" EMPTY "\n");
}

TEST(hist_picture_without_negative_values_begins_at_0)
{
	CHECK_STR(PICTURE(&logarithmic, 2, 0), HEAD
		  "    0 |" ONE
		  "    1 |" EMPTY
		  "    2 |" EMPTY "\n");
	CHECK_STR(PICTURE(&logarithmic, 2, 1), HEAD
		  "    0 |" EMPTY
		  "    1 |" ONE
		  "    2 |" EMPTY
		  "    4 |" EMPTY "\n");
}

TEST(hist_picture_of_extremes)
{
	CHECK_STR(PICTURE(&logarithmic, 2, INT64_MIN, INT64_MAX), "               " HEAD
		  "-9223372036854775808 |" ONE
		  "-4611686018427387904 |" EMPTY
		  "-2305843009213693952 |" EMPTY
		  "                     ~\n"
		  " 1152921504606846976 |" EMPTY
		  " 2305843009213693952 |" EMPTY
		  " 4611686018427387904 |" ONE "\n");
}

TEST(hist_picture_leaves_out_long_empty_runs)
{
	CHECK_STR(PICTURE(&logarithmic, 2, -50, 1), HEAD
		  " -128 |" EMPTY
		  "  -64 |" EMPTY
		  "  -32 |" ONE
		  "  -16 |" EMPTY
		  "   -8 |" EMPTY
		  "      ~\n"
		  "   -1 |" EMPTY
		  "    0 |" EMPTY
		  "    1 |" ONE
		  "    2 |" EMPTY
		  "    4 |" EMPTY "\n");
	CHECK_STR(PICTURE(&logarithmic, 2, 1, 63), HEAD		/* four are not long */
		  "    0 |" EMPTY
		  "    1 |" ONE
		  "    2 |" EMPTY
		  "    4 |" EMPTY
		  "    8 |" EMPTY
		  "   16 |" EMPTY
		  "   32 |" ONE
		  "   64 |" EMPTY
		  "  128 |" EMPTY "\n");
}

TEST(hist_picture_linear)
{
	struct stp_map_desc d = linear(0, 100, 10);

	CHECK_STR(PICTURE(&d, 2, 50), HEAD
		  "   30 |" EMPTY
		  "   40 |" EMPTY
		  "   50 |" ONE
		  "   60 |" EMPTY
		  "   70 |" EMPTY "\n");
	CHECK_STR(PICTURE(&d, 2, -5, 50, 500), HEAD
		  "   <0 |" ONE
		  "    0 |" EMPTY
		  "   10 |" EMPTY
		  "      ~\n"
		  "   30 |" EMPTY
		  "   40 |" EMPTY
		  "   50 |" ONE
		  "   60 |" EMPTY
		  "   70 |" EMPTY
		  "      ~\n"
		  "   90 |" EMPTY
		  "  100 |" EMPTY
		  " >100 |" ONE "\n");
	CHECK_STR(PICTURE(&d, 2, -5), HEAD
		  "   <0 |" ONE
		  "    0 |" EMPTY
		  "   10 |" EMPTY "\n");
	CHECK_STR(PICTURE(&d, 2, 110), HEAD
		  "   90 |" EMPTY
		  "  100 |" EMPTY
		  " >100 |" ONE "\n");
	d = linear(0, 100, 30);
	CHECK_STR(PICTURE(&d, 2, 1, 119, 120), HEAD
		  "    0 |" ONE
		  "   30 |" EMPTY
		  "   60 |" EMPTY
		  "   90 |" ONE
		  "  >90 |" ONE "\n");
}

TEST(hist_picture_of_one_bucket)
{
	struct stp_map_desc d = linear(7, 7, 1);

	CHECK_STR(PICTURE(&d, 2, 7), HEAD "    7 |" ONE "\n");
	CHECK_STR(PICTURE(&d, 2, 6, 8), HEAD "   <7 |" ONE "    7 |" EMPTY "   >7 |" ONE "\n");
}

TEST(hist_picture_elision)
{
	struct stp_map_desc d = linear(0, 100, 10);

	CHECK_STR(PICTURE(&d, 0, -5, 50, 500), HEAD		/* HIST_ELISION 0 */
		  "   <0 |" ONE
		  "      ~\n"
		  "   50 |" ONE
		  "      ~\n"
		  " >100 |" ONE "\n");
	CHECK_STR(PICTURE(&d, 0, 50), HEAD
		  "      ~\n"
		  "   50 |" ONE "\n");
	CHECK_STR(PICTURE(&logarithmic, 1, 2), HEAD		/* HIST_ELISION 1 */
		  "      ~\n"
		  "    1 |" EMPTY
		  "    2 |" ONE
		  "    4 |" EMPTY "\n");
	CHECK_STR(PICTURE(&d, -1, 0, 60), HEAD
		  "    0 |" ONE
		  "   10 |" EMPTY
		  "   20 |" EMPTY
		  "   30 |" EMPTY
		  "   40 |" EMPTY
		  "   50 |" EMPTY
		  "   60 |" ONE
		  "   70 |" EMPTY
		  "   80 |" EMPTY "\n");
}

TEST(hist_picture_scales)
{
	struct stp_map_desc d = linear(0, 12, 1);
	int64_t v[53];

	for (int i = 0; i < 51; i++)
		v[i] = 3;
	v[51] = 0;
	v[52] = 9;
	CHECK_STR(picture(&d, v, 53, 2), HEAD
		  "    0 |" S49 "   1\n"
		  "    1 |" S49 "   0\n"
		  "    2 |" S49 "   0\n"
		  "    3 |@@@@@@@@@@@@@@@@@@@@@@@@@" S10 S10 "      51\n"
		  "    4 |" S49 "   0\n"
		  "    5 |" S49 "   0\n"
		  "      ~\n"
		  "    7 |" S49 "   0\n"
		  "    8 |" S49 "   0\n"
		  "    9 |" S49 "   1\n"
		  "   10 |" S49 "   0\n"
		  "   11 |" S49 "   0\n\n");
}

TEST(hist_picture_of_nothing_is_an_error)
{
	fixture_one_pstat(&logarithmic, 1);
	stp_out_hist(&CTX->out, NULL, &logarithmic.hist);
	CHECK_STR(CTX->message, "empty aggregate");
	CHECK_STR(picture(&logarithmic, NULL, 0, 2), "");
}

/* Every picture is regular: as wide as its head says, all counts of what was added. */
TEST(hist_picture_of_many)
{
	for (int i = 0; i < 200; i++) {
		struct stp_map_desc d = i & 1 ? logarithmic : linear(-(int64_t)(fixture_random() % 50), (int64_t)(fixture_random() % 500), 7);
		int64_t v[300], sum = 0, n;
		const char *line, *bar;
		unsigned many = 1 + (unsigned)(fixture_random() % 300);

		for (unsigned k = 0; k < many; k++)
			v[k] = (int64_t)(fixture_random() % 600) - 60;
		line = strchr(picture(&d, v, many, 2), '\n') + 1;
		for (; *line != '\n'; line = strchr(line, '\n') + 1) {
			if (strcspn(line, "~") < strcspn(line, "\n"))
				continue;
			bar = strchr(line, '|') + 1;
			CHECK_EQ(sscanf(bar + 50, "%lld", (long long *)&n), 1);
			CHECK(strcspn(bar, "\n") > 51);
			CHECK(strspn(bar, "@") <= 50);
			sum += n;
		}
		CHECK_EQ(sum, many);
		CHECK_STR(line, "\n");
	}
}
