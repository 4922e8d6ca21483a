/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Totals for the daemon, and the reports at the end: skipped hits by probe and
 * reason, and (-t) what each probe cost. */
#include "rt.h"
#include "core/core.h"

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
	s->read_records = rt_relay_read_records();
	s->skipped = (u64)atomic_read(&rt.skipped);
	s->errors = (u64)atomic_read(&rt.errors);
}

static void sum(u32 probe, struct rt_probe_stat *t, u32 skips[RT_SKIPS])
{
	unsigned i, k;

	memset(t, 0, sizeof *t);
	memset(skips, 0, sizeof *skips * RT_SKIPS);
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
			skips[k] += (u32)atomic_read(&s->skips[k]);
	}
}

static u32 timing_line(u32 probe, char *text, size_t size)
{
	const struct stp_probe *p = &stp_module.probes[probe];
	struct rt_probe_stat t;
	u32 skips[RT_SKIPS];

	sum(probe, &t, skips);
	if (!(stp_module.flags & STP_MODULE_TIMING) || !t.hits)
		return 0;
	scnprintf(text, size, "%s: hits: %llu, cycles: %llu min / %llu avg / %llu max\n", p->point, t.hits, t.min, div64_u64(t.cycles, t.hits), t.max);
	return STP_MSG_REPORT;
}

static u32 skips_line(u32 probe, char *text, size_t size)
{
	struct rt_probe_stat t;
	u32 k[RT_SKIPS];

	sum(probe, &t, k);
	if (!(k[RT_SKIP_NESTED] | k[RT_SKIP_LOCK] | k[RT_SKIP_STACK] | k[RT_SKIP_MISSED]))
		return 0;
	scnprintf(text, size, "%s: %u hits skipped (%u inside another handler, %u lock busy, %u low stack, %u missed by the kernel)",
		  stp_module.probes[probe].point, k[RT_SKIP_NESTED] + k[RT_SKIP_LOCK] + k[RT_SKIP_STACK] + k[RT_SKIP_MISSED],
		  k[RT_SKIP_NESTED], k[RT_SKIP_LOCK], k[RT_SKIP_STACK], k[RT_SKIP_MISSED]);
	return STP_MSG_WARN;
}

enum { CORE_LINES = 3 };

static u32 core_line(u32 which, char *text, size_t size)
{
	static const char *const texts[CORE_LINES] = {
		"%llu strings were cut: -D MAXSTRINGLEN=N makes room for longer ones",
		"%llu samples of statistics were given up: an array was being read, or was full",
		"%llu times a stack was not kept and cannot be printed: -D MAXSTACKS=N keeps more",
	};
	u64 counts[CORE_LINES] = { stp_core_truncated(), stp_core_lost_samples(), stp_core_lost_stacks() };

	if (!counts[which])
		return 0;
	scnprintf(text, size, texts[which], counts[which]);
	return STP_MSG_WARN;
}

/* Per probe what it cost, then what it skipped, then what the core gave up. */
u32 rt_report_line(u32 *next, char *text, size_t size)
{
	u32 n = stp_module.nprobes, kind = 0;

	if (!rt.cpus)
		return 0;
	while (!kind && *next < 2 * n + CORE_LINES) {
		u32 i = (*next)++;

		kind = i < n ? timing_line(i, text, size) : i < 2 * n ? skips_line(i - n, text, size) : core_line(i - 2 * n, text, size);
	}
	return kind;
}
