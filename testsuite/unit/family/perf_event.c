/* SPDX-License-Identifier: GPL-2.0-or-later */
/* family/perf_event.c */
#include "lib/arena.h"
#include "testsuite/unit/unit.h"
#include "translator/family/perf.h"

#include <linux/perf_event.h>

TEST(perf_event_names)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(perf_event_name(&a, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES), "hardware event cpu_cycles");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES), "hardware event ref_cpu_cycles");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS), "software event page_faults");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS), "software event emulation_faults");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_HW_CACHE, PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_OP_WRITE << 8 |
				  PERF_COUNT_HW_CACHE_RESULT_MISS << 16), "hardware cache event dtlb.write.miss");
	arena_free(&a);
}

TEST(perf_event_without_a_name)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(perf_event_name(&a, PERF_TYPE_HARDWARE, 10), "event 10 of type 0");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_HW_CACHE, 7), "event 7 of type 3");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_HW_CACHE, 0x300), "event 768 of type 3");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_HW_CACHE, 0x20000), "event 131072 of type 3");
	CHECK_STR(perf_event_name(&a, PERF_TYPE_RAW, UINT64_MAX), "event 18446744073709551615 of type 4");
	arena_free(&a);
}
