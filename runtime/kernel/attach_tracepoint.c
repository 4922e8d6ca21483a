/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints of the kernel, by name.  A probe function of a tracepoint takes the
 * row's data and then the tracepoint's arguments, one word each; there is one
 * here for each number of arguments. */
#include "rt.h"

#include <linux/tracepoint.h>

struct link { const struct stp_row_tracepoint *row; struct tracepoint *tp; void *probe; };
struct words { unsigned n; u64 w[STP_TP_ARGS]; };

static void fill(struct stp_ctx *c, void *data)
{
	struct words *w = data;

	memcpy(c->args, w->w, sizeof w->w);
	c->nargs = w->n;
}

static void run(struct link *l, struct words *w)
{
	rt_run(l->row->probe, NULL, l->row->probe->handler, fill, w);
}

#define PROBE(count, params, values) \
	static void probe_##count params { struct words w = { count, values }; run(data, &w); }
#define P(n) unsigned long a##n
#define V(...) { __VA_ARGS__ }
PROBE(0, (void *data), V(0))
PROBE(1, (void *data, P(0)), V(a0))
PROBE(2, (void *data, P(0), P(1)), V(a0, a1))
PROBE(3, (void *data, P(0), P(1), P(2)), V(a0, a1, a2))
PROBE(4, (void *data, P(0), P(1), P(2), P(3)), V(a0, a1, a2, a3))
PROBE(5, (void *data, P(0), P(1), P(2), P(3), P(4)), V(a0, a1, a2, a3, a4))
PROBE(6, (void *data, P(0), P(1), P(2), P(3), P(4), P(5)), V(a0, a1, a2, a3, a4, a5))
PROBE(7, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6)), V(a0, a1, a2, a3, a4, a5, a6))
PROBE(8, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7)), V(a0, a1, a2, a3, a4, a5, a6, a7))
PROBE(9, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8))
PROBE(10, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9))
PROBE(11, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9), P(10)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10))
PROBE(12, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9), P(10), P(11)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11))

static void *const functions[STP_TP_ARGS + 1] = {
	probe_0, probe_1, probe_2, probe_3, probe_4, probe_5, probe_6, probe_7, probe_8, probe_9, probe_10, probe_11, probe_12,
};

struct search { const char *name; struct tracepoint *found; };

static void compare(struct tracepoint *tp, void *data)
{
	struct search *s = data;

	if (!strcmp(tp->name, s->name))
		s->found = tp;
}

struct tracepoint *rt_tracepoint_find(const char *name)
{
	struct search s = { .name = name };

	for_each_kernel_tracepoint(compare, &s);
	return s.found;
}

static int attach_one(struct link *l)
{
	struct tracepoint *tp = rt_tracepoint_find(l->row->name);
	int err;

	if (!tp)
		return -ENOENT;
	l->probe = functions[min_t(u32, l->row->nargs, STP_TP_ARGS)];
	err = tracepoint_probe_register(tp, l->probe, l);
	if (!err)
		l->tp = tp;
	return err;
}

static void detach(const struct stp_group *g, void *state)
{
	struct link *links = state;
	unsigned i;

	for (i = 0; i < g->nrows; i++)
		if (links[i].tp)
			tracepoint_probe_unregister(links[i].tp, links[i].probe, &links[i]);
	tracepoint_synchronize_unregister();
	plat_free(links);
}

static int attach(const struct stp_group *g, void **state)
{
	const struct stp_row_tracepoint *rows = g->rows;
	struct link *links;
	unsigned i;
	int err;

	links = plat_alloc(sizeof *links * g->nrows);
	if (!links)
		return -ENOMEM;
	*state = links;
	for (i = 0; i < g->nrows; i++) {
		links[i].row = &rows[i];
		err = attach_one(&links[i]);
		if (!err) {
			rt.nprobes_attached++;
		} else if (rows[i].flags & STP_KP_OPTIONAL) {
			rt.noptional_skipped++;
		} else {
			rt_message(STP_MSG_ERROR, "cannot attach %s: %s (error %d)", rows[i].probe->point,
				   err == -ENOENT ? "the kernel has no such tracepoint" : "the kernel refused", err);
			detach(g, links);
			return err;
		}
	}
	return 0;
}

const struct rt_family rt_family_tracepoint = { .name = "tracepoint", .attach = attach, .detach = detach };
