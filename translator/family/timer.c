/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timer.*: every so often, on one CPU.  A jiffy is 1/CONFIG_HZ seconds on the kernel
 * that the module is for. */
#include "translator/family/timer.h"
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)
/* An interval longer than this would not fit the kernel's nanoseconds. */
#define INTERVAL_MAX (INT64_MAX / 4)

struct timer { uint64_t interval_ns, random_ns; };

/* Nanoseconds of a jiffy, or 0 when the kernel's configuration is not known. */
static int64_t jiffy_ns(const struct session *s)
{
	const char *hz = s->target.config ? map_get(s->target.config, "CONFIG_HZ") : NULL;
	long n = hz ? strtol(hz, NULL, 10) : 0;

	return n > 0 && n <= 100000 ? NS_PER_S / n : 0;
}

static int64_t unit_ns(const struct session *s, enum timer_unit unit)
{
	switch (unit) {
	case TIMER_NS: return 1;
	case TIMER_US: return 1000;
	case TIMER_MS: return 1000000;
	case TIMER_S: return NS_PER_S;
	case TIMER_JIFFIES: return jiffy_ns(s);
	case TIMER_HZ: return 0;
	}
	return 0;
}

/* The component that names the unit: the row's second. */
static const struct component *unit_part(const struct match *m)
{
	return m->parts[1];
}

static bool hz_interval(const struct match *m, int64_t n, struct timer *t)
{
	if (n < 1 || n > NS_PER_S)
		return diag_error(&m->session->diags, unit_part(m)->arg->span, E(TIMER_RANGE),
				  "a timer's frequency is 1 to 1000000000 hertz");
	t->interval_ns = (uint64_t)(NS_PER_S / n);
	return true;
}

static bool plain_interval(const struct match *m, int64_t n, struct timer *t)
{
	struct session *s = m->session;
	int64_t ns = unit_ns(s, m->row->variant), random = match_number(m, "randomize", 0);

	if (!ns)
		return diag_error(&s->diags, unit_part(m)->span, E(TIMER_JIFFY),
				  "the length of a jiffy is not known: the kernel's configuration was not found");
	if (n < 1 || n > INTERVAL_MAX / ns)
		return diag_error(&s->diags, unit_part(m)->arg->span, E(TIMER_RANGE),
				  "a timer's interval is 1 to %" PRId64 " of this unit", INTERVAL_MAX / ns);
	if (random < 0 || random > n)
		return diag_error(&s->diags, match_span(m, "randomize"), E(TIMER_RANGE),
				  "the random part is 0 to the interval itself");
	t->interval_ns = (uint64_t)(n * ns);
	t->random_ns = (uint64_t)(random * ns);
	return true;
}

static bool timer_resolve(const struct match *m)
{
	struct arena *a = &m->session->arena;
	struct timer *t = ARENA_NEW(a, struct timer);
	int64_t n = unit_part(m)->arg->number.value;
	const char *text = m->row->pattern + sizeof "timer." - 1;
	struct probe *p;

	if (!(m->row->variant == TIMER_HZ ? hz_interval(m, n, t) : plain_interval(m, n, t)))
		return false;
	text = arena_printf(a, "timer.%.*s(%" PRId64 ")", (int)strcspn(text, "("), text, n);
	if (match_has(m, "randomize"))
		text = arena_printf(a, "%s.randomize(%" PRId64 ")", text, match_number(m, "randomize", 0));
	p = match_add(m, text);
	p->data = t;
	return true;
}

static void timer_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct timer *t = p->data;

	(void)s;
	sb_printf(out, ".interval_ns = %" PRIu64 "u, .random_ns = %" PRIu64 "u", t->interval_ns, t->random_ns);
}

extern const struct family family_timer;
const struct family family_timer = {
	.name = "timer", .attach = "TIMER", .row_struct = "struct stp_row_timer",
	.resolve = timer_resolve, .attach_row = timer_attach_row,
};
