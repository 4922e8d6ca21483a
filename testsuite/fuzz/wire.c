/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of several CPUs, as the daemon reads them from a module's channels (stpd/merge.c).
 * "@N" in the input begins what comes on CPU N next; the first byte is the way of merging.
 * Nobody but the module writes there, but buffers that are overwritten may be read while they
 * change.  Each record that is passed on is the next whole one of its channel, where nothing is
 * passed over none is forgotten, and what is in order leaves in order. */
#include "stpd/stpd.h"
#include "testsuite/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CPUS = 4 };

static const char *const pieces[] = {
	"@0", "@1", "@2", "@3", "@4", "TS\x01", "TS\x02", "TS\x03", "TS\x01\x01", "TS\x01\xff",
	"\x08", "\xff\xff\xff\xff", "\x01", "\x10", "text", "0", "1", "2", NULL,
};

struct channel { char *data; size_t len, at; };
struct check {
	struct channel of[CPUS];
	enum merge_mode mode;
	const char *wrong;
	char copy[STP_MAXRECORD];
};

/* What begins at AT in C: the bytes of a whole record, 0 there is none (any more), or padding,
 * which is passed over. */
static size_t next_record(struct channel *c, struct stp_rec *rec)
{
	for (;;) {
		struct stp_pad start;

		if (c->len - c->at < sizeof start)
			return 0;
		memcpy(&start, c->data + c->at, sizeof start);
		if (start.magic != STP_REC_MAGIC)
			return 0;
		if (start.kind == STP_REC_PAD && start.len <= 1u << 26 &&
		    c->len - c->at - sizeof start >= start.len) {
			c->at += sizeof start + start.len;
			continue;
		}
		if ((start.kind != STP_REC_TEXT && start.kind != STP_REC_LOST) ||
		    start.len > STP_MAXRECORD ||
		    c->len - c->at < sizeof *rec + ((start.len + 7) & ~7u))
			return 0;
		memcpy(rec, c->data + c->at, sizeof *rec);
		return sizeof *rec + ((start.len + 7) & ~7u);
	}
}

static void check_record(void *data, const struct stp_rec *head, const void *payload)
{
	struct check *k = data;
	struct stp_rec rec;
	size_t n;

	if (head->magic != STP_REC_MAGIC || head->len > STP_MAXRECORD) {
		k->wrong = "what is passed on is no record";
		return;
	}
	memcpy(k->copy, payload, head->len);	/* all of it is there, or the sanitizer says so */
	for (int i = 0; i < CPUS && k->mode != MERGE_LOSSY; i++) {
		n = next_record(&k->of[i], &rec);
		if (!n || memcmp(&rec, head, sizeof rec) ||
		    memcmp(k->of[i].data + k->of[i].at + sizeof rec, payload, rec.len))
			continue;
		k->of[i].at += n;
		return;
	}
	if (k->mode != MERGE_LOSSY)
		k->wrong = "a record that is not the next one of any channel";
}

/* The same as merge_feed got, to compare with. */
static bool add(struct channel *c, const char *data, size_t len)
{
	char *p = realloc(c->data, c->len + len + 1);

	if (!p)
		return false;
	c->data = p;
	memcpy(p + c->len, data, len);
	c->len += len;
	return true;
}

/* Feeds all; false when the daemon would stop reading. */
static bool feed(struct merge *m, struct check *k, const char *at, const char *end)
{
	unsigned cpu = 0;

	while (at < end) {
		const char *mark = memchr(at + 1, '@', (size_t)(end - at - 1));

		if (*at == '@' && at + 1 < end && at[1] >= '0' && at[1] < '0' + CPUS) {
			cpu = (unsigned)(at[1] - '0');
			at += 2;
			mark = at < end ? memchr(at, '@', (size_t)(end - at)) : NULL;
		}
		mark = mark ? mark : end;
		if (!add(&k->of[cpu], at, (size_t)(mark - at)) ||
		    merge_feed(m, cpu, at, (size_t)(mark - at)))
			return false;
		merge_advance(m, 2);
		at = mark;
	}
	return true;
}

static const char *run(const char *data, size_t len, bool *taken)
{
	struct check k = { .mode = (enum merge_mode)(len ? (unsigned char)*data % 3 : 0) };
	struct merge *m = merge_new(CPUS, k.mode, check_record, &k);
	struct stp_rec rec;

	if (!m)
		return "out of memory";
	if (len)
		*taken = feed(m, &k, data + 1, data + len);
	merge_advance(m, 0);
	for (int i = 0; i < CPUS; i++) {
		if (*taken && k.mode != MERGE_LOSSY && !k.wrong && next_record(&k.of[i], &rec))
			k.wrong = "a whole record is not passed on";
		free(k.of[i].data);
	}
	merge_free(m);
	return k.wrong;
}

const struct fuzz_target fuzz_wire = { "wire", run, pieces };
