/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record may say of its own length (stpd/merge.c): a longer one is no record, and is never
 * waited for. */
#include "stpd/stpd.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct got { uint32_t len; unsigned n; };

static void take(void *data, const struct stp_rec *head, const void *payload)
{
	struct got *g = data;

	(void)payload;
	g->len = head->len;
	g->n++;
}

/* What merge_feed says of the head alone of a record or a padding of KIND with LEN bytes. */
static int feed_head(enum merge_mode mode, uint32_t kind, uint32_t len)
{
	struct stp_rec rec = { .magic = STP_REC_MAGIC, .kind = kind, .len = len };
	struct got g = { 0, 0 };
	struct merge *m = merge_new(1, mode, take, &g);
	int r = merge_feed(m, 0, &rec, sizeof rec);

	CHECK_EQ(g.n, 0);
	merge_free(m);
	return r;
}

TEST(merge_bounds_the_length_of_text)
{
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_TEXT, STP_MAXRECORD), 0);
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_TEXT, STP_MAXRECORD + 1), -EPROTO);
	CHECK_EQ(feed_head(MERGE_BULK, STP_REC_TEXT, UINT32_MAX), -EPROTO);
}

TEST(merge_bounds_the_length_of_padding)
{
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_PAD, 1u << 26), 0);
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_PAD, (1u << 26) + 1), -EPROTO);
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_PAD, UINT32_MAX), -EPROTO);
}

TEST(merge_knows_the_kinds)
{
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_TEXT - 1, 8), -EPROTO);
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_LOST, 8), 0);
	CHECK_EQ(feed_head(MERGE_ORDERED, STP_REC_LOST + 1, 8), -EPROTO);
}

/* The longest record, in two pieces that a byte divides wherever it may. */
TEST(merge_takes_the_longest_record)
{
	static const size_t cuts[] = { 1, sizeof(struct stp_rec) - 1, sizeof(struct stp_rec),
				       sizeof(struct stp_rec) + STP_MAXRECORD - 1 };
	struct stp_rec rec = { .magic = STP_REC_MAGIC, .kind = STP_REC_TEXT, .len = STP_MAXRECORD };
	size_t size = sizeof rec + STP_MAXRECORD;
	char *bytes = calloc(1, size);

	CHECK(bytes);
	memcpy(bytes, &rec, sizeof rec);
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		struct got g = { 0, 0 };
		struct merge *m = merge_new(1, MERGE_ORDERED, take, &g);

		CHECK_EQ(merge_feed(m, 0, bytes, cuts[i]), 0);
		merge_advance(m, 0);
		CHECK_EQ(g.n, 0);
		CHECK_EQ(merge_feed(m, 0, bytes + cuts[i], size - cuts[i]), 0);
		merge_advance(m, 0);
		CHECK_EQ(g.n, 1);
		CHECK_EQ(g.len, STP_MAXRECORD);
		merge_free(m);
	}
	free(bytes);
}
