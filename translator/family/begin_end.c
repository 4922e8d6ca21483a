/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin, end, error: once, when a session starts, ends, or ends by an error, in
 * the order of their numbers; oneshot, a begin after which the session ends; and never,
 * whose handler is checked and not run. */
#include "translator/family/family.h"
#include "translator/session.h"

#include <inttypes.h>
#include <stp/abi.h>

/* probe->data of these families. */
struct moment { int64_t order; };

static bool resolve(const struct match *m, unsigned flags)
{
	struct arena *a = &m->session->arena;
	const char *name = m->row->family->name;
	struct moment *data = ARENA_NEW(a, struct moment);
	struct probe *p;

	data->order = match_number(m, name, 0);
	p = match_add(m, data->order ? arena_printf(a, "%s(%" PRId64 ")", name, data->order) : name);
	p->data = data;
	p->flags = flags;
	return true;
}

static bool begin_resolve(const struct match *m)
{
	return resolve(m, STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_BEGIN);
}

static bool end_resolve(const struct match *m)
{
	return resolve(m, STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_END);
}

static bool oneshot_resolve(const struct match *m)
{
	return resolve(m, STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_BEGIN | STP_PROBE_ONESHOT);
}

static bool never_resolve(const struct match *m)
{
	return resolve(m, 0);
}

static void attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct moment *data = p->data;

	(void)s;
	sb_printf(out, ".priority = %" PRId64, data->order);
}

/* The runtime runs the rows as they stand. */
static int compare(const struct probe *a, const struct probe *b)
{
	const struct moment *x = a->data, *y = b->data;

	return x->order < y->order ? -1 : x->order > y->order;
}

#define MOMENT(name_, attach_, resolve_) \
	const struct family family_##name_ = { \
		.name = #name_, .attach = attach_, .row_struct = "struct stp_row_begin", \
		.resolve = resolve_, .attach_row = attach_row, .compare = compare, \
	}
extern const struct family family_begin, family_end, family_error, family_never, family_oneshot;
MOMENT(begin, "BEGIN", begin_resolve);
MOMENT(end, "END", end_resolve);
MOMENT(error, "ERROR", end_resolve);
MOMENT(never, NULL, never_resolve);
MOMENT(oneshot, "BEGIN", oneshot_resolve);
