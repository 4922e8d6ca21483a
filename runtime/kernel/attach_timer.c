/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timers: one high-resolution timer a row, in interrupt context.  One whose handler has long work that does not ask
 * what it interrupted (STP_PROBE_SOFT) expires in a soft interrupt instead.  While that runs, others that expire on
 * this CPU look again a little later: they are late, as behind any handler, not skipped. */
#include "compat.h"
#include "rt.h"

#include <asm/irq_regs.h>

struct timer {
	struct hrtimer t;
	const struct stp_row_timer *row;
};

static ktime_t next_interval(const struct stp_row_timer *r)
{
	s64 ns = (s64)r->interval_ns;

	if (r->random_ns)
		ns += (s64)(plat_random() % (2 * r->random_ns + 1)) - (s64)r->random_ns;
	return ns_to_ktime(max_t(s64, ns, 1000));
}

#define AGAIN_NS 50000

static enum hrtimer_restart fire(struct hrtimer *h)
{
	struct timer *t = container_of(h, struct timer, t);

	if (READ_ONCE(rt.state) > RT_RUNNING)
		return HRTIMER_NORESTART;
	if (READ_ONCE(rt.state) == RT_RUNNING && READ_ONCE(rt.cpus[raw_smp_processor_id()]->busy)) {
		hrtimer_forward_now(h, ns_to_ktime(AGAIN_NS));
		return HRTIMER_RESTART;
	}
	rt_run(t->row->probe, get_irq_regs(), t->row->probe->handler, NULL, NULL);
	hrtimer_forward_now(h, next_interval(t->row));
	return HRTIMER_RESTART;
}

static enum hrtimer_restart fire_soft(struct hrtimer *h)
{
	struct timer *t = container_of(h, struct timer, t);

	if (READ_ONCE(rt.state) > RT_RUNNING)
		return HRTIMER_NORESTART;
	rt_run_soft(t->row->probe, t->row->probe->handler, NULL, NULL);
	hrtimer_forward_now(h, next_interval(t->row));
	return HRTIMER_RESTART;
}

static int attach(const struct stp_group *g, void **state)
{
	const struct stp_row_timer *rows = g->rows;
	struct timer *timers;
	unsigned i;

	timers = plat_alloc(sizeof *timers * g->nrows);
	if (!timers)
		return -ENOMEM;
	*state = timers;
	for (i = 0; i < g->nrows; i++) {
		bool soft = rows[i].probe->flags & STP_PROBE_SOFT;
		enum hrtimer_mode mode = soft ? HRTIMER_MODE_REL_SOFT : HRTIMER_MODE_REL;

		timers[i].row = &rows[i];
		compat_hrtimer_setup(&timers[i].t, soft ? fire_soft : fire, mode);
		hrtimer_start(&timers[i].t, next_interval(&rows[i]), mode);
		rt.nprobes_attached++;
	}
	return 0;
}

static void detach(const struct stp_group *g, void *state)
{
	struct timer *timers = state;
	unsigned i;

	for (i = 0; i < g->nrows; i++)
		hrtimer_cancel(&timers[i].t);
	plat_free(timers);
}

const struct rt_family rt_family_timer = { .name = "timer", .attach = attach, .detach = detach };
