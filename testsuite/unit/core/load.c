/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading: every description, every refusal, out of memory at each allocation, values from the command line. */
#include "testsuite/unit/core/fixture.h"

static const struct stp_map_desc map_long = { .nkeys = 2, .value_type = STP_LONG, .key_type = { STP_LONG, STP_STR }, .max_entries = 10 };
static const struct stp_map_desc map_stat = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_STR }, .max_entries = 10,
	.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } };
static const struct stp_map_desc scalar_stat = { .value_type = STP_STAT, .hist = { .kind = 2, .buckets = 13, .low = 0, .high = 100, .step = 10 } };

static void four_globals(void)
{
	fixture_reset(3);
	fixture_map(&map_long);
	fixture_scalar(STP_LONG, true);
	fixture_map(&map_stat);
	fixture_pstat(&scalar_stat);
}

TEST(load_fills_the_storage)
{
	four_globals();
	CHECK(!stp_core_module());
	fixture_load();
	CHECK(fx.storage[0] && !fx.storage[1] && fx.storage[2] && fx.storage[3]);
	CHECK(stp_core_module() == &fx.module);
	CHECK(stp_core_memory() > 10000);
	CHECK_STR(stp_core_location(1), "a.stp:1:1");
	CHECK_STR(stp_core_location(1000), "?");
	stp_core_unload();
	CHECK(!fx.storage[0] && !fx.storage[2] && !fx.storage[3]);
	CHECK_EQ(stp_core_memory(), 0);
	CHECK_EQ(plat_test_live(), 0);
	stp_core_unload();
	CHECK_STR(stp_core_location(1), "?");
}

TEST(load_twice_is_refused)
{
	four_globals();
	fixture_load();
	CHECK_EQ(stp_core_load(&fx.module), -EINVAL);
	CHECK(fx.storage[0]);
}

TEST(load_rolls_back_when_memory_ends)
{
	unsigned n = 1;

	four_globals();
	for (;; n++) {
		plat_test_fail_alloc(n);
		if (stp_core_load(&fx.module) == 0)
			break;
		CHECK_EQ(plat_test_live(), 0);
		CHECK_EQ(stp_core_memory(), 0);
		for (unsigned i = 0; i < 4; i++)
			CHECK(!fx.storage[i]);
		CHECK(!stp_core_module());
		CHECK(n < 100);
	}
	CHECK(n > 20);
	plat_test_fail_alloc(0);
	stp_core_unload();
	CHECK_EQ(plat_test_live(), 0);
}

TEST(load_reports_no_memory_as_such)
{
	four_globals();
	plat_test_fail_alloc(7);
	CHECK_EQ(stp_core_load(&fx.module), -ENOMEM);
}

static int load_map(struct stp_map_desc d)
{
	int err;

	fixture_reset(2);
	fixture_map(&d);
	err = stp_core_load(&fx.module);
	stp_core_unload();
	return err;
}

static int load_pstat(struct stp_map_desc d)
{
	int err;

	fixture_reset(2);
	fixture_pstat(&d);
	err = stp_core_load(&fx.module);
	stp_core_unload();
	return err;
}

#define WITH(base, ...) ({ struct stp_map_desc d = (base); __VA_ARGS__; d; })

TEST(load_refuses_impossible_descriptions)
{
	CHECK_EQ(load_map(map_long), 0);
	CHECK_EQ(load_map(WITH(map_long, d.nkeys = 0)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.nkeys = STP_MAXKEYS + 1)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.key_type[1] = STP_STAT)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.key_type[0] = 0)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.value_type = 9)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.max_entries = 0)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.max_entries = UINT32_MAX)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_long, d.hist = map_stat.hist)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_stat, d.hist.kind = 3)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_stat, d.hist.buckets = 129)), -EINVAL);
	CHECK_EQ(load_map(WITH(map_stat, d.bit_shift = 63)), -EINVAL);
	CHECK_EQ(load_pstat(scalar_stat), 0);
	CHECK_EQ(load_pstat(WITH(scalar_stat, d.hist.step = 0)), -EINVAL);
	CHECK_EQ(load_pstat(WITH(scalar_stat, d.hist.high = -1)), -EINVAL);
	CHECK_EQ(load_pstat(WITH(scalar_stat, d.hist.buckets = 12)), -EINVAL);
	fixture_reset(1);
	fixture_pstat(NULL);
	CHECK_EQ(stp_core_load(&fx.module), -EINVAL);
}

TEST(load_refuses_modules_of_another_runtime)
{
	fixture_reset(1);
	fx.module.abi_version++;
	CHECK_EQ(stp_core_load(&fx.module), -EINVAL);
	fixture_reset(1);
	fx.limits.max_string = 1;
	CHECK_EQ(stp_core_load(&fx.module), -EINVAL);
	fx.limits.max_string = 2u << 20;
	CHECK_EQ(stp_core_load(&fx.module), -EINVAL);
}

TEST(load_refuses_what_no_memory_can_hold)
{
	struct stp_map_desc d = map_stat;

	d.max_entries = 1u << 30;
	plat_test_reset(1);
	CHECK_EQ(load_map(d), -ENOMEM);
}

TEST(load_sets_numbers)
{
	static const struct { const char *text; int err; int64_t v; } cases[] = {
		{ "0", 0, 0 }, { "42", 0, 42 }, { "-42", 0, -42 }, { "+7", 0, 7 }, { "0x1F", 0, 31 }, { "0XaB", 0, 171 }, { "017", 0, 15 },
		{ "9223372036854775807", 0, INT64_MAX }, { "-9223372036854775808", 0, INT64_MIN }, { "18446744073709551615", 0, -1 },
		{ "0xffffffffffffffff", 0, -1 }, { "18446744073709551616", -ERANGE, 0 }, { "-9223372036854775809", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 }, { "", -EINVAL, 0 }, { "-", -EINVAL, 0 }, { "12x", -EINVAL, 0 }, { "0x", -EINVAL, 0 },
		{ "08", -EINVAL, 0 }, { " 1", -EINVAL, 0 }, { "--1", -EINVAL, 0 }, { "g", -EINVAL, 0 }, { "1 ", -EINVAL, 0 }, { "ff", -EINVAL, 0 },
	};

	fixture_reset(1);
	fixture_scalar(STP_LONG, true);
	fixture_load();
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		fx.longs[0] = 0;
		CHECK_MSG(stp_core_set_global("g0", cases[i].text) == cases[i].err, "status of '%s'", cases[i].text);
		CHECK_MSG(fx.longs[0] == cases[i].v, "value of '%s'", cases[i].text);
	}
}

TEST(load_sets_strings)
{
	char longer[65];

	fixture_reset(1);
	fixture_scalar(STP_STR, true);
	fixture_load();
	CHECK_EQ(stp_core_set_global("g0", "a text = b"), 0);
	CHECK_STR(fx.strings[0], "a text = b");
	memset(longer, 'x', 64);
	longer[64] = 0;
	CHECK_EQ(stp_core_set_global("g0", longer), -E2BIG);
	CHECK_STR(fx.strings[0], "a text = b");
	longer[63] = 0;
	CHECK_EQ(stp_core_set_global("g0", longer), 0);
	CHECK_STR(fx.strings[0], longer);
	CHECK_EQ(stp_core_set_global("g0", ""), 0);
	CHECK_STR(fx.strings[0], "");
}

TEST(load_sets_only_what_may_be_set)
{
	fixture_reset(1);
	CHECK_EQ(stp_core_set_global("g0", "1"), -ENOENT);
	fixture_reset(1);
	fixture_scalar(STP_LONG, false);
	fixture_map(&map_long);
	fixture_pstat(&scalar_stat);
	fx.globals[1].settable = fx.globals[2].settable = 1;
	fixture_load();
	CHECK_EQ(stp_core_set_global("g0", "1"), -EPERM);
	CHECK_EQ(stp_core_set_global("g1", "1"), -EPERM);
	CHECK_EQ(stp_core_set_global("g2", "1"), -EPERM);
	CHECK_EQ(stp_core_set_global("g9", "1"), -ENOENT);
	CHECK_EQ(stp_core_set_global("g", "1"), -ENOENT);
}

TEST(load_sets_the_settable_one_of_a_name)
{
	fixture_reset(1);
	fixture_scalar(STP_LONG, false);
	fixture_scalar(STP_LONG, true);
	fixture_scalar(STP_LONG, true);
	fx.globals[1].name = fx.globals[2].name = fx.globals[0].name;
	fixture_load();
	CHECK_EQ(stp_core_set_global("g0", "7"), 0);
	CHECK_EQ(fx.longs[0], 0);
	CHECK_EQ(fx.longs[1], 7);
	CHECK_EQ(fx.longs[2], 0);
}
