/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of perf events, for messages: what linux/perf_event.h calls its types and numbers,
 * spelled as the library's aliases are. */
#include "lib/arena.h"
#include "translator/family/perf.h"

#include <inttypes.h>
#include <linux/perf_event.h>

static const char *const hardware[] = {
	"cpu_cycles", "instructions", "cache_references", "cache_misses", "branch_instructions", "branch_misses",
	"bus_cycles", "stalled_cycles_frontend", "stalled_cycles_backend", "ref_cpu_cycles",
};
static const char *const software[] = {
	"cpu_clock", "task_clock", "page_faults", "context_switches", "cpu_migrations", "page_faults_min", "page_faults_maj",
	"alignment_faults", "emulation_faults",
};
static const char *const caches[] = { "l1d", "l1i", "ll", "dtlb", "itlb", "bpu", "node" };
static const char *const operations[] = { "read", "write", "prefetch" };
static const char *const results[] = { "access", "miss" };

#define NAME(table, n) ((n) < sizeof (table) / sizeof *(table) ? (table)[n] : NULL)

static const char *cache_name(struct arena *a, uint64_t config)
{
	const char *cache = NAME(caches, config & 0xff), *op = NAME(operations, config >> 8 & 0xff);
	const char *result = NAME(results, config >> 16);

	return cache && op && result ? arena_printf(a, "hardware cache event %s.%s.%s", cache, op, result) : NULL;
}

const char *perf_event_name(struct arena *a, uint32_t type, uint64_t config)
{
	const char *name = NULL;

	if (type == PERF_TYPE_HARDWARE && NAME(hardware, config))
		name = arena_printf(a, "hardware event %s", hardware[config]);
	else if (type == PERF_TYPE_SOFTWARE && NAME(software, config))
		name = arena_printf(a, "software event %s", software[config]);
	else if (type == PERF_TYPE_HW_CACHE)
		name = cache_name(a, config);
	return name ? name : arena_printf(a, "event %" PRIu64 " of type %" PRIu32, config, type);
}
