/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the tables that the translator makes of regular expressions (struct stp_regex): one step a byte, no memory but
 * the registers in the handler's frame.  Which match is found, and which places its groups have, is all in the table. */
#include "work.h"

enum { MOVED = 256 };	/* registers moved for an action */

int64_t stp_regex_test(const struct stp_regex *re, const char *s)
{
	const uint8_t *columns = re->columns, *p = (const uint8_t *)s;
	const uint16_t *next = re->next;
	uint32_t state = re->start, done = re->done;

	for (; state > done && *p; p++)
		state = next[state + columns[*p]];
	stp_pay_bytes((size_t)(p - (const uint8_t *)s), STP_SCANNED);
	return state > done ? next[state + re->width + 1] : state == done;
}

static inline uint32_t value_of(const uint32_t *regs, uint16_t source, uint32_t pos)
{
	return source == STP_REGEX_HERE ? pos : source == STP_REGEX_NOWHERE ? ~0u : regs[source];
}

/* Returns how many registers were moved. */
static uint32_t move(uint32_t *regs, const uint16_t *list, uint32_t pos)
{
	uint32_t moved = *list++, n;

	for (n = moved; n--; list += 2)
		regs[list[0]] = list[1] == STP_REGEX_HERE ? pos : regs[list[1]];
	return moved;
}

static uint32_t keep(struct stp_match *m, const uint16_t *sources, uint32_t ntags, uint32_t pos)
{
	for (uint32_t i = 0; i < ntags; i++)
		m->tags[i] = value_of(m->regs, sources[i], pos);
	m->tags[ntags] = pos;
	m->state = STP_MATCH_FOUND;
	return ntags;
}

/* Tags are turned to offsets in the text that is kept, which is cut where a string must end. */
static void keep_text(struct stp_match *m, const char *s)
{
	uint32_t start = m->tags[0], len = m->tags[m->ntags] - start;

	if (STP_UNLIKELY(len >= stp_core.max_string)) {
		len = stp_core.max_string - 1;
		stp_core_count_truncated();
	}
	memcpy(m->text, s + start, len);
	m->text[len] = 0;
	for (uint32_t i = 1; i < m->ntags; i++) {
		if (m->tags[i] == ~0u)
			continue;
		m->tags[i] -= start;
		if (STP_UNLIKELY(m->tags[i] > len))
			m->tags[i] = len;
	}
	m->tags[m->ntags] = len;
}

int64_t stp_regex_match(struct stp_ctx *c, const struct stp_regex *re, const char *s)
{
	struct stp_match *m = c->match;
	const uint16_t *cell = re->next + re->start;
	uint32_t pos = 0, column, width = re->width, op = re->start_moves, moved = 0;

	m->state = STP_MATCH_FAILED;
	m->ngroups = re->ngroups;
	m->ntags = re->ntags;
	if (op)
		move(m->regs, re->moves + op, 0);
	while (cell != re->next) {
		if (cell[width])
			moved += keep(m, re->moves + cell[width], re->ntags, pos);
		if (!s[pos]) {
			if (cell[width + 1])
				keep(m, re->moves + cell[width + 1], re->ntags, pos);
			break;
		}
		column = re->columns[(uint8_t)s[pos++]];
		op = re->ops[cell - re->next + column];
		cell = re->next + cell[column];
		if (!op)
			continue;
		moved += move(m->regs, re->moves + op, pos);
		if (STP_UNLIKELY(moved >= MOVED)) {
			if (!stp_charge(c, moved / MOVED))
				break;
			moved %= MOVED;
		}
	}
	stp_pay_bytes(pos, STP_SCANNED / 2);
	if (m->state != STP_MATCH_FOUND)
		return 0;
	keep_text(m, s);
	return 1;
}

/* ---- what matched ---- */

static bool no_match(struct stp_ctx *c)
{
	if (STP_LIKELY(c->match->state == STP_MATCH_FOUND))
		return false;
	stp_error(c, STP_ERR_STRING, c->match->state == STP_MATCH_FAILED ? "the last =~ found no match" : "no =~ was evaluated");
	return true;
}

int64_t stp_ngroups(struct stp_ctx *c)
{
	return no_match(c) ? 0 : c->match->ngroups;
}

void stp_matched(struct stp_ctx *c, char *dst, size_t size, int64_t n)
{
	const struct stp_match *m = c->match;
	uint32_t from = 0, to;
	struct stp_out o;

	dst[0] = 0;
	if (no_match(c))
		return;
	if (n < 0 || n >= m->ngroups) {
		stp_error_s(c, STP_ERR_STRING, "there is no group %d in the regular expression", NULL, n);
		return;
	}
	to = m->tags[m->ntags];
	if (n) {
		if (2 * n >= m->ntags || m->tags[2 * n - 1] == ~0u || m->tags[2 * n] == ~0u)
			return;
		from = m->tags[2 * n - 1];
		to = m->tags[2 * n];
	}
	stp_out_string(&o, dst, size);
	stp_pay_bytes(to - from, STP_COPIED);
	stp_out_text(&o, m->text + from, to - from);
	stp_out_end(&o);
}
