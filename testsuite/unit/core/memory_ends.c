/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One allocation fails and those behind it do not: what was loaded is given back, whichever it was. */
#include "testsuite/unit/core/fixture.h"

static const struct stp_map_desc longs = {
	.nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 10,
};
static const struct stp_map_desc stats = {
	.nkeys = 1, .value_type = STP_STAT, .key_type = { STP_STR }, .max_entries = 10,
	.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS },
};
static const struct stp_map_desc scalar = { .value_type = STP_STAT };

static void all_kinds(void)
{
	fixture_reset(3);
	fixture_map(&longs);
	fixture_map(&stats);
	fixture_pstat(&scalar);
	fx.module.flags = STP_MODULE_STACKS;
	fx.limits.max_backtrace = 5;
	fx.limits.max_stacks = 16;
}

TEST(memory_ends_once)
{
	unsigned n;

	for (n = 1; ; n++) {
		all_kinds();
		plat_test_fail_one_alloc(n);
		if (!stp_core_load(&fx.module))
			break;
		CHECK(!plat_test_fails());
		CHECK_EQ(plat_test_live(), 0);
		CHECK_EQ(stp_core_memory(), 0);
		CHECK(!stp_core_module());
		CHECK(!fx.storage[0] && !fx.storage[1] && !fx.storage[2]);
	}
	CHECK_MSG(plat_test_fails(), "allocation %u failed, and all was loaded", n);
	CHECK(n > 20);
	plat_test_fail_one_alloc(0);
	stp_core_unload();
	CHECK_EQ(plat_test_live(), 0);
}
