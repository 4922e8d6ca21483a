/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Totals for the daemon, and the reports at the end: skipped hits by probe and
 * reason, and (-t) what each probe cost. */
#include "rt.h"

#include <linux/math64.h>

void rt_stats(struct stp_msg_stats *s)
{
	unsigned i;

	memset(s, 0, sizeof *s);
	for (i = 0; rt.cpus && i < rt.ncpus; i++) {
		const struct rt_cpu *c = rt.cpus[i];

		if (!c)
			continue;
		s->written_records += c->written_records;
		s->written_bytes += c->written_bytes;
		s->lost_records += c->lost_records;
		s->lost_bytes += c->lost_bytes;
	}
	s->skipped = (u64)atomic_read(&rt.skipped);
	s->errors = (u64)atomic_read(&rt.errors);
}

static void sum(u32 probe, struct rt_probe_stat *t)
{
	unsigned i, k;

	memset(t, 0, sizeof *t);
	for (i = 0; i < rt.ncpus; i++) {
		const struct rt_probe_stat *s = rt.cpus[i] ? &rt.cpus[i]->stats[probe] : NULL;

		if (!s)
			continue;
		if (s->hits && (!t->hits || s->min < t->min))
			t->min = s->min;
		t->max = max(t->max, s->max);
		t->hits += s->hits;
		t->cycles += s->cycles;
		t->errors += s->errors;
		for (k = 0; k < RT_SKIPS; k++)
			t->skips[k] += s->skips[k];
	}
}

void rt_report(void)
{
	bool timing = stp_module.flags & STP_MODULE_TIMING;
	struct rt_probe_stat t;
	unsigned reported = 0;
	u32 i;

	if (!rt.cpus)
		return;
	for (i = 0; i < stp_module.nprobes; i++) {
		const struct stp_probe *p = &stp_module.probes[i];
		u32 skips;

		sum(i, &t);
		if (timing && t.hits)
			rt_message(STP_MSG_REPORT, "%s: hits: %llu, cycles: %llu min / %llu avg / %llu max\n", p->point, t.hits, t.min,
				   div64_u64(t.cycles, t.hits), t.max);
		skips = t.skips[RT_SKIP_NESTED] + t.skips[RT_SKIP_LOCK] + t.skips[RT_SKIP_STACK] + t.skips[RT_SKIP_MISSED];
		if (skips && reported++ < 20)
			rt_message(STP_MSG_WARN, "%s: %u hits skipped (%u inside another handler, %u lock busy, %u low stack, %u missed by the kernel)",
				   p->point, skips, t.skips[RT_SKIP_NESTED], t.skips[RT_SKIP_LOCK], t.skips[RT_SKIP_STACK], t.skips[RT_SKIP_MISSED]);
	}
}
