/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hardware breakpoints on data: to perf, events of a type of their own, one on each CPU
 * (what register_wide_hw_breakpoint() makes, which knows nothing of CPUs that come later).
 * The handler runs in the debug exception, behind the access. */
#include "perf.h"
#include "compat.h"
#include "rt.h"

#include <linux/hw_breakpoint.h>
#include <linux/sched.h>

struct watch {
	const struct stp_row_hwbkpt *row;
	struct rt_cpu_event events;
};

static void set_place(struct stp_ctx *c, void *data)
{
	c->probe_addr = (u64)instruction_pointer((struct pt_regs *)c->regs);
	c->family_data = data;
}

static void touched(struct perf_event *e, struct perf_sample_data *data, struct pt_regs *regs)
{
	struct watch *w = e->overflow_handler_context;

	rt_run(w->row->probe, regs, w->row->probe->handler, set_place, data);
}
NOKPROBE_SYMBOL(touched);

static int open(struct watch *w)
{
	const struct stp_row_hwbkpt *r = w->row;
	struct perf_event_attr *a = &w->events.attr;

	hw_breakpoint_init(a);
	a->bp_addr = r->symbol ? rt_symbol_address(NULL, r->symbol) : r->address;
	a->bp_len = r->length;
	a->bp_type = r->flags & STP_HW_READ ? HW_BREAKPOINT_RW : HW_BREAKPOINT_W;
	if (!a->bp_addr)
		return -ENOENT;
	w->events.overflow = touched;
	w->events.context = w;
	w->events.point = r->probe->point;
	return rt_cpu_event_open(&w->events);
}

static void detach(const struct stp_group *g, void *state)
{
	struct watch *all = state;
	unsigned i;

	for (i = 0; i < g->nrows; i++)
		rt_cpu_event_close(&all[i].events);
	synchronize_rcu();	/* an exception may be handled on another CPU */
	plat_free(all);
}

static const char *reason(int err)
{
	switch (err) {
	case -ENOENT: return "the kernel has no such symbol";
	case -ENOSPC: case -EBUSY: return "no debug register is free";
	case -EINVAL: return "the processor cannot watch this place";
	case -EOPNOTSUPP: return "this machine has no debug registers";
	case -ENOMEM: return "out of memory";
	}
	return "the kernel refused";
}

static int attach(const struct stp_group *g, void **state)
{
	const struct stp_row_hwbkpt *rows = g->rows;
	struct watch *all = plat_alloc(sizeof *all * g->nrows);
	unsigned i;
	int err;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < g->nrows; i++) {
		all[i].row = &rows[i];
		err = open(&all[i]);
		if (!err) {
			rt.nprobes_attached++;
		} else if (rows[i].flags & STP_HW_OPTIONAL) {
			rt.noptional_skipped++;
		} else {
			rt_message(STP_MSG_ERROR, "cannot attach %s: %s (error %d)", rows[i].probe->point, reason(err), err);
			detach(g, all);
			return err;
		}
	}
	*state = all;
	return 0;
}

const struct rt_family rt_family_hwbkpt = { .name = "hwbkpt", .attach = attach, .detach = detach };
