/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text on its way out: into this run's output record, or into a string.
 *
 * A record is reserved when a handler first prints and filled in place; a handler
 * that prints more than one record holds gets a second one, and the first is marked
 * as going on.  When there is no room, the rest of the run's text is given up as a
 * whole, so that what does arrive is whole from its beginning; its bytes are counted. */
#include "work.h"

#define LEAST 256	/* bytes to ask for: shorter pieces are not worth a record */

bool stp_out_more(struct stp_out *o, size_t need)
{
	struct stp_ctx *c = o->ctx;
	size_t room = 0;

	if (!c) {
		stp_core_count_truncated();
		return false;
	}
	if (c->out_lost) {
		c->out_lost += need;
		return false;
	}
	if (o->start)
		plat_out_commit((size_t)(o->pos - o->start), STP_REC_CONTINUES);
	o->start = plat_out_reserve(need < LEAST ? LEAST : need > STP_MAXRECORD ? STP_MAXRECORD : need, &room);
	if (STP_UNLIKELY(!o->start)) {
		o->pos = o->end = NULL;
		c->out_lost = need;
		return false;
	}
	o->pos = o->start;
	o->end = o->start + room;
	return true;
}

void stp_out_flush(struct stp_ctx *c)
{
	struct stp_out *o = &c->out;

	if (o->start)
		plat_out_commit((size_t)(o->pos - o->start), 0);
	o->start = o->pos = o->end = NULL;
	if (STP_UNLIKELY(c->out_lost)) {
		plat_out_lost(c->out_lost);
		c->out_lost = 0;
	}
}

static __attribute__((__noinline__)) void text_slow(struct stp_out *o, const char *s, size_t len)
{
	size_t n;

	while (len) {
		n = (size_t)(o->end - o->pos);
		if (!n) {
			if (!stp_out_more(o, len))
				return;
			continue;
		}
		if (n > len)
			n = len;
		memcpy(o->pos, s, n);
		o->pos += n;
		s += n;
		len -= n;
	}
}

/* At most 16 bytes: fewer instructions than it takes to call memcpy. */
static inline void copy_short(char *to, const char *s, size_t n)
{
	uint64_t first, last;
	uint32_t a, b;

	if (n >= sizeof first) {
		memcpy(&first, s, sizeof first);
		memcpy(&last, s + n - sizeof last, sizeof last);
		memcpy(to, &first, sizeof first);
		memcpy(to + n - sizeof last, &last, sizeof last);
	} else if (n >= sizeof a) {
		memcpy(&a, s, sizeof a);
		memcpy(&b, s + n - sizeof b, sizeof b);
		memcpy(to, &a, sizeof a);
		memcpy(to + n - sizeof b, &b, sizeof b);
	} else if (n) {
		to[0] = s[0];
		to[n / 2] = s[n / 2];
		to[n - 1] = s[n - 1];
	}
}

void stp_out_text(struct stp_out *o, const char *s, size_t len)
{
	if (STP_UNLIKELY((size_t)(o->end - o->pos) <= len)) {
		text_slow(o, s, len);
		return;
	}
	if (len <= 16)
		copy_short(o->pos, s, len);
	else
		memcpy(o->pos, s, len);
	o->pos += len;
}

void stp_out_str(struct stp_out *o, const char *s)
{
	size_t n = strlen(s);

	stp_pay_bytes(n, STP_COPIED);
	stp_out_text(o, s, n);
}
