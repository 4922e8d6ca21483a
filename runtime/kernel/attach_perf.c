/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Perf events: samples run a handler, with the registers that were interrupted; counters
 * are read by other probes' handlers.
 *
 * Hardware events sample in NMI context, which may interrupt a handler: context.c skips the hit. */
#include "perf.h"
#include "compat.h"
#include "rt.h"

#include <linux/jiffies.h>
#include <linux/sched.h>

struct sampled {
	const struct stp_row_perf *row;
	struct rt_cpu_event on_cpus;
	struct rt_task_event in_tasks;
	bool open;
};

/* By number; NULL: not attached (any more), `total` has what it came to. */
static struct { struct sampled *from; u64 total; } counters[STP_PERF_COUNTERS + 1];

static void set_place(struct stp_ctx *c, void *data)
{
	c->probe_addr = (u64)instruction_pointer((struct pt_regs *)c->regs);
	c->family_data = data;
}

static void overflow(struct perf_event *e, struct perf_sample_data *data, struct pt_regs *regs)
{
	struct sampled *s = e->overflow_handler_context;

	if (!regs || ((s->row->flags & STP_PERF_PROCESS) && !rt_task_event_wanted(&s->in_tasks)))
		return;
	rt_run(s->row->probe, regs, s->row->probe->handler, set_place, data);
}
NOKPROBE_SYMBOL(overflow);

int64_t stp_perf_read(struct stp_ctx *c, uint32_t n)
{
	struct sampled *s;
	unsigned long flags;
	u64 v;

	raw_local_irq_save(flags);
	s = smp_load_acquire(&counters[n].from);
	if (!s)
		v = READ_ONCE(counters[n].total);
	else if (s->row->flags & STP_PERF_PROCESS)
		v = rt_task_event_here(&s->in_tasks);
	else
		v = rt_cpu_event_here(&s->on_cpus);
	raw_local_irq_restore(flags);
	return (int64_t)v;
}

static void describe(const struct stp_row_perf *r, struct perf_event_attr *a)
{
	a->size = sizeof *a;
	a->type = r->type;
	a->config = r->config;
	if (r->flags & STP_PERF_COUNTER)
		return;
	if (r->flags & STP_PERF_TICK) {
		a->sample_period = NSEC_PER_SEC / HZ;
	} else if (r->flags & STP_PERF_FREQUENCY) {
		a->freq = 1;
		a->sample_freq = r->period;
	} else {
		a->sample_period = r->period;
	}
}

static int open(struct sampled *s)
{
	const struct stp_row_perf *r = s->row;

	if (r->flags & STP_PERF_PROCESS) {
		describe(r, &s->in_tasks.attr);
		s->in_tasks.overflow = overflow;
		s->in_tasks.context = s;
		s->in_tasks.program = r->process;
		return rt_task_event_open(&s->in_tasks);
	}
	describe(r, &s->on_cpus.attr);
	s->on_cpus.attr.pinned = 1;	/* counts all the time, or is refused */
	s->on_cpus.overflow = overflow;
	s->on_cpus.context = s;
	s->on_cpus.point = r->probe->point;
	return rt_cpu_event_open(&s->on_cpus);
}

static void keep_total(struct sampled *s)
{
	u32 n = s->row->counter;

	if (!n || !s->open)
		return;
	counters[n].total = s->row->flags & STP_PERF_PROCESS ? rt_task_event_total(&s->in_tasks) : rt_cpu_event_total(&s->on_cpus);
	smp_store_release(&counters[n].from, NULL);
}

static void detach(const struct stp_group *g, void *state)
{
	struct sampled *all = state;
	unsigned i;

	for (i = 0; i < g->nrows; i++)
		keep_total(&all[i]);
	synchronize_rcu();
	for (i = 0; i < g->nrows; i++) {
		rt_cpu_event_close(&all[i].on_cpus);
		rt_task_event_close(&all[i].in_tasks);
	}
	synchronize_rcu();	/* a sample may be on its way on another CPU */
	plat_free(all);
}

static const char *reason(const struct stp_row_perf *r, int err)
{
	switch (err) {
	case -ENOENT:
		return r->type == PERF_TYPE_SOFTWARE ? "this kernel has no such event" :
			"this machine does not count it (a virtual machine may have no counters at all)";
	case -EOPNOTSUPP: return "this machine cannot sample it";
	case -EBUSY: case -ENOSPC: return "all counters of the processor are taken";
	case -EINVAL: return "the kernel knows no such type and number";
	case -ENOMEM: return "out of memory";
	}
	return "the kernel refused";
}

static void tell(const struct stp_row_perf *r, int err)
{
	if (r->flags & STP_PERF_PROCESS && r->process && err == -ENOENT)
		rt_message(STP_MSG_ERROR, "cannot attach %s: there is no program %s, or this machine does not count the event", r->probe->point, r->process);
	else if (r->flags & STP_PERF_PROCESS && !r->process && err == -ESRCH)
		rt_message(STP_MSG_ERROR, "cannot attach %s: there is no target process (-c, -x)", r->probe->point);
	else
		rt_message(STP_MSG_ERROR, "cannot attach %s (%s): %s (error %d)", r->probe->point, r->name, reason(r, err), err);
}

static int attach(const struct stp_group *g, void **state)
{
	const struct stp_row_perf *rows = g->rows;
	struct sampled *all = plat_alloc(sizeof *all * g->nrows);
	unsigned i;
	int err;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < g->nrows; i++)
		all[i].row = &rows[i];
	for (i = 0; i < g->nrows && !rt_is_ending(); i++) {
		err = open(&all[i]);
		rt_progress();
		if (!err) {
			all[i].open = true;
			rt.nprobes_attached++;
			if (rows[i].counter)
				smp_store_release(&counters[rows[i].counter].from, &all[i]);
		} else if (rows[i].flags & STP_PERF_OPTIONAL) {
			rt.noptional_skipped++;
		} else {
			tell(&rows[i], err);
			detach(g, all);
			return err;
		}
	}
	*state = all;
	return 0;
}

const struct rt_family rt_family_perf = { .name = "perf", .attach = attach, .detach = detach };
