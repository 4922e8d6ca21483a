/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variants of the perf family's rows, and what its files share. */
#ifndef FAMILY_PERF_H
#define FAMILY_PERF_H

#include <stddef.h>
#include <stdint.h>

struct arena;

enum perf_variant {
	PERF_EVENT,		/* perf.type(T).config(C)… */
	PERF_PROFILE_TICK,	/* timer.profile: the processors' clock, at the kernel's ticks */
	PERF_PROFILE_FREQ,	/* timer.profile.freq.… */
};

/* What people call event CONFIG of TYPE: "hardware event cpu_cycles". */
const char *perf_event_name(struct arena *a, uint32_t type, uint64_t config);

#endif
