/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core's own state: what is loaded, and what was given up.  One a module (or
 * process), written at load time only, but for the counters. */
#ifndef STP_CORE_STATE_H
#define STP_CORE_STATE_H

#include "core.h"

#ifndef INT64_MAX	/* the kernel has these under other names */
#define INT64_MAX ((int64_t)(~0ull >> 1))
#define INT64_MIN (-INT64_MAX - 1)
#define UINT64_MAX ((uint64_t)~0ull)
#endif

struct stp_core {
	const struct stp_module *module;
	uint64_t memory;
	uint32_t max_string;
	uint32_t first_slice[2];	/* actions that a run begins with; [1]: one with STP_PROBE_INTERRUPTIBLE */
	struct stp_stacks *stacks;	/* stack.c; NULL: the module asks for none */
	/* written by handlers, rarely; apart from what every handler reads */
	uint64_t truncated __attribute__((aligned(64)));
	uint64_t lost_samples;
	uint64_t lost_stacks;
};
extern struct stp_core stp_core;

/* plat_alloc and plat_free with the account of stp_core_memory; CPU -1: anywhere. */
void *stp_core_alloc(size_t size, int cpu);
void stp_core_free(void *p, size_t size);

/* stack.c: the part of stp_core_load and stp_core_unload that is theirs. What a failed load allocated is freed by unload. */
int stp_stacks_load(void);
void stp_stacks_unload(void);

void stp_core_count_truncated(void) STP_COLD;
void stp_core_count_lost_sample(void) STP_COLD;

#endif
