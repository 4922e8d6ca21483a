/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of several CPUs into one stream (stpd/merge.c). */
#include "stpd/stpd.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <string.h>

struct got { char text[4096]; unsigned n; };
struct bytes { char data[65536]; size_t len; };

static void take(void *data, const struct stp_rec *head, const void *payload)
{
	struct got *g = data;

	strncat(g->text, payload, head->len);
	g->n++;
}

static void put(struct bytes *b, unsigned cpu, uint64_t seq, const char *text)
{
	struct stp_rec r = { .magic = STP_REC_MAGIC, .kind = STP_REC_TEXT, .len = (uint32_t)strlen(text), .seq = seq, .cpu = cpu };

	memcpy(b->data + b->len, &r, sizeof r);
	memcpy(b->data + b->len + sizeof r, text, r.len);
	b->len += sizeof r + ((r.len + 7) & ~7u);
}

static void put_pad(struct bytes *b, uint32_t len)
{
	struct stp_pad p = { .magic = STP_REC_MAGIC, .kind = STP_REC_PAD, .len = len };

	memcpy(b->data + b->len, &p, sizeof p);
	b->len += sizeof p + len;
}

static void feed(struct merge *m, unsigned cpu, struct bytes *b)
{
	CHECK_EQ(merge_feed(m, cpu, b->data, b->len), 0);
	*b = (struct bytes){ .len = 0 };
}

TEST(merge_orders_by_number)
{
	static struct bytes a, b;
	struct got g = { "", 0 };
	struct merge *m = merge_new(2, MERGE_ORDERED, take, &g);

	put(&a, 0, 0, "a");
	put(&a, 0, 3, "d");
	put(&b, 1, 1, "b");
	put(&b, 1, 2, "c");
	feed(m, 0, &a);
	merge_advance(m, 3);
	CHECK_STR(g.text, "a");
	feed(m, 1, &b);
	merge_advance(m, 3);
	CHECK_STR(g.text, "abcd");
	CHECK_EQ(merge_gaps(m), 0);
	merge_free(m);
}

TEST(merge_gives_up_a_missing_number)
{
	static struct bytes a;
	struct got g = { "", 0 };
	struct merge *m = merge_new(2, MERGE_ORDERED, take, &g);

	put(&a, 0, 0, "a");
	put(&a, 0, 4, "e");
	feed(m, 0, &a);
	merge_advance(m, 2);
	merge_advance(m, 2);
	CHECK_STR(g.text, "a");
	merge_advance(m, 2);
	CHECK_STR(g.text, "ae");
	CHECK_EQ(merge_gaps(m), 3);
	merge_free(m);
}

TEST(merge_takes_records_in_any_pieces)
{
	static struct bytes a;
	struct got g = { "", 0 };
	struct merge *m = merge_new(1, MERGE_ORDERED, take, &g);

	put(&a, 0, 0, "first,");
	put_pad(&a, 0);
	put_pad(&a, 40);
	put(&a, 0, 1, "second");
	put_pad(&a, 8);
	for (size_t i = 0; i < a.len; i++) {
		CHECK_EQ(merge_feed(m, 0, a.data + i, 1), 0);
		merge_advance(m, 0);
	}
	CHECK_STR(g.text, "first,second");
	CHECK_EQ(g.n, 2);
	merge_free(m);
}

TEST(merge_refuses_what_is_no_record)
{
	static struct bytes a;
	struct got g = { "", 0 };
	struct merge *m = merge_new(1, MERGE_ORDERED, take, &g);

	memset(a.data, 'x', a.len = 64);
	CHECK_EQ(merge_feed(m, 0, a.data, a.len), -EPROTO);
	CHECK_EQ(merge_feed(m, 1, a.data, a.len), -EINVAL);
	CHECK_EQ(g.n, 0);
	merge_free(m);
}

TEST(merge_passes_over_damage_where_buffers_are_overwritten)
{
	static struct bytes a;
	struct got g = { "", 0 };
	struct merge *m = merge_new(1, MERGE_LOSSY, take, &g);

	memset(a.data, 'x', a.len = 64);		/* the end of a record that is gone */
	put(&a, 0, 7, "h");
	put(&a, 0, 8, "i");
	a.len -= 8;					/* cut: the next one is written over its end */
	put(&a, 0, 9, "j");
	put(&a, 0, 10, "k");
	feed(m, 0, &a);
	merge_advance(m, 0);
	CHECK_STR(g.text, "hjk");
	merge_free(m);
}

TEST(merge_bulk_keeps_each_cpu_apart)
{
	static struct bytes a, b;
	struct got g = { "", 0 };
	struct merge *m = merge_new(2, MERGE_BULK, take, &g);

	put(&a, 0, 500, "a");
	put(&b, 1, 2, "b");
	feed(m, 0, &a);
	feed(m, 1, &b);
	merge_advance(m, 3);
	CHECK_STR(g.text, "ab");
	merge_free(m);
}

TEST(merge_passes_on_what_comes_late)
{
	static struct bytes a, b;
	struct got g = { "", 0 };
	struct merge *m = merge_new(2, MERGE_ORDERED, take, &g);

	put(&a, 0, 0, "a");
	put(&a, 0, 4, "e");
	feed(m, 0, &a);
	merge_advance(m, 0);
	put(&b, 1, 2, "c");
	put(&a, 0, 5, "f");
	feed(m, 1, &b);
	feed(m, 0, &a);
	merge_advance(m, 3);
	CHECK_STR(g.text, "aecf");
	CHECK_EQ(merge_gaps(m), 3);
	merge_free(m);
}

/* The beginning of a record of LEN bytes, which is enough to refuse it. */
static int begin_one(uint8_t kind, uint32_t len)
{
	struct stp_pad p = { .magic = STP_REC_MAGIC, .kind = kind, .len = len };
	struct got g = { "", 0 };
	struct merge *m = merge_new(1, MERGE_ORDERED, take, &g);
	int err = merge_feed(m, 0, &p, sizeof p);

	merge_free(m);
	return err;
}

TEST(merge_bounds_what_one_record_has)
{
	CHECK_EQ(begin_one(STP_REC_TEXT, 0), 0);
	CHECK_EQ(begin_one(STP_REC_TEXT, STP_MAXRECORD), 0);
	CHECK_EQ(begin_one(STP_REC_TEXT, STP_MAXRECORD + 1), -EPROTO);
	CHECK_EQ(begin_one(STP_REC_TEXT, UINT32_MAX), -EPROTO);
	CHECK_EQ(begin_one(STP_REC_LOST, STP_MAXRECORD + 1), -EPROTO);
	CHECK_EQ(begin_one(STP_REC_PAD, STP_MAXRECORD + 1), 0);
	CHECK_EQ(begin_one(STP_REC_PAD, 1u << 26), 0);
	CHECK_EQ(begin_one(STP_REC_PAD, (1u << 26) + 1), -EPROTO);
	CHECK_EQ(begin_one(STP_REC_TEXT - 1, 0), -EPROTO);
	CHECK_EQ(begin_one(STP_REC_LOST + 1, 0), -EPROTO);
}
