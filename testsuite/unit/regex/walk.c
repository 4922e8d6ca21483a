/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core's walker in a frame of its own, and what it needs of the core. */
#include "testsuite/unit/regex/walk.h"
#include "runtime/core/work.h"
#include "testsuite/unit/unit.h"

#include <stdio.h>
#include <string.h>

struct stp_core stp_core = { .max_string = WALK_TEXT };

void stp_core_count_truncated(void) { stp_core.truncated++; }

bool stp_more_actions(struct stp_ctx *c)
{
	c->actions = 1000;
	return true;
}

void stp_charge_bytes(size_t n, uint32_t an_action)
{
	(void)n;
	(void)an_action;
}

void stp_error(struct stp_ctx *c, enum stp_error_kind kind, const char *message)
{
	c->error = 1;
	c->error_kind = kind;
	snprintf(c->message, sizeof c->message, "%s", message);
}

void stp_error_s(struct stp_ctx *c, enum stp_error_kind kind, const char *fmt, const char *s, int64_t d)
{
	(void)s;
	(void)d;
	stp_error(c, kind, fmt);
}

void stp_out_text(struct stp_out *o, const char *s, size_t len)
{
	size_t room = (size_t)(o->end - o->pos);

	memcpy(o->pos, s, len < room ? len : room);
	o->pos += len < room ? len : room;
}

static int place(uint32_t tag, uint32_t start)
{
	return tag == ~0u ? -1 : (int)(tag + start);
}

struct places walk_match(const struct regex *re, const char *text)
{
	uint32_t regs[STP_REGEX_MOST_REGS + 1], tags[2 * WALK_GROUPS + 2];
	char kept[WALK_TEXT];
	struct stp_match m = { .regs = regs, .tags = tags, .text = kept };
	struct stp_ctx c = { .match = &m };
	struct places p = { 0 };

	CHECK(re->table.nregs <= STP_REGEX_MOST_REGS + 1u && re->table.ntags <= 2 * WALK_GROUPS);
	if (!stp_regex_match(&c, &re->table, text))
		return p;
	p.n = (re->table.ntags + 1) / 2;
	p.at[0].start = (int)tags[0];
	p.at[0].end = place(tags[m.ntags], tags[0]);
	for (int g = 1; g < p.n; g++) {
		p.at[g].start = place(tags[2 * g - 1], tags[0]);
		p.at[g].end = place(tags[2 * g], tags[0]);
	}
	CHECK(!memcmp(kept, text + tags[0], strlen(kept)) && (int)strlen(kept) == p.at[0].end - p.at[0].start);
	return p;
}

const char *places_text(const struct places *p, char *buf)
{
	int len = 0;

	snprintf(buf, WALK_TEXT, "none");
	for (int g = 0; g < p->n; g++)
		len += p->at[g].start < 0 ? snprintf(buf + len, (size_t)(WALK_TEXT - len), "(-)")
					  : snprintf(buf + len, (size_t)(WALK_TEXT - len), "(%d,%d)", p->at[g].start, p->at[g].end);
	return buf;
}
