/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fixture.h. */
#include "testsuite/unit/core/fixture.h"

#include <stdlib.h>

struct fixture fx;
static const char *const locs[] = { "", "a.stp:1:1", "a.stp:2:2", "b.stp:3:3", "b.stp:4:4" };
static const char *const names[] = { "g0", "g1", "g2", "g3" };

void fixture_reset(unsigned nslots)
{
	stp_core_unload();
	plat_test_reset(nslots);
	memset(&fx, 0, sizeof fx);
	fx.limits = (struct stp_limits){ .max_action = 1000, .max_action_interruptible = 5000, .max_string = 64, .max_nesting = 10 };
	fx.probe = (struct stp_probe){ .point = "kernel.function(\"x\")", .alias = "x" };
	fx.module = (struct stp_module){ .abi_version = STP_ABI_VERSION, .limits = &fx.limits, .probes = &fx.probe, .nprobes = 1,
		.globals = fx.globals, .locs = locs, .nlocs = sizeof locs / sizeof *locs };
	for (unsigned i = 0; i < FIXTURE_SLOTS; i++)
		stp_ctx_init(&fx.ctx[i], i, fx.frames[i], sizeof fx.frames[i]);
}

static struct stp_global *add(void *storage, enum stp_type type, const struct stp_map_desc *d)
{
	unsigned n = fx.module.nglobals++;
	struct stp_global *g = &fx.globals[n];

	*g = (struct stp_global){ .name = names[n], .type = type, .storage = storage, .desc = d };
	return g;
}

void fixture_map(const struct stp_map_desc *d)
{
	add(&fx.storage[fx.module.nglobals], d->value_type, d)->is_array = 1;
}

void fixture_pstat(const struct stp_map_desc *d)
{
	add(&fx.storage[fx.module.nglobals], STP_STAT, d);
}

void fixture_scalar(enum stp_type type, bool settable)
{
	unsigned n = fx.module.nglobals;

	add(type == STP_LONG ? (void *)&fx.longs[n] : fx.strings[n], type, NULL)->settable = settable;
}

void fixture_load(void)
{
	CHECK_EQ(stp_core_load(&fx.module), 0);
	for (unsigned i = 0; i < FIXTURE_SLOTS; i++)
		stp_ctx_begin(&fx.ctx[i], &fx.probe, NULL);
	plat_test_context(CTX);
}

struct stp_map *fixture_one_map(const struct stp_map_desc *d, unsigned nslots)
{
	fixture_reset(nslots);
	fx.limits.max_action = INT32_MAX;
	fixture_map(d);
	fixture_load();
	return fx.storage[0];
}

struct stp_pstat *fixture_one_pstat(const struct stp_map_desc *d, unsigned nslots)
{
	fixture_reset(nslots);
	fx.limits.max_action = INT32_MAX;
	fixture_pstat(d);
	fixture_load();
	return fx.storage[0];
}

__attribute__((destructor)) static void at_exit(void)
{
	stp_core_unload();
}

uint64_t fixture_random(void)
{
	static uint64_t s;

	if (!s) {
		const char *seed = getenv("UNIT_SEED");

		s = seed ? strtoull(seed, NULL, 0) * 2 + 1 : 0x9e3779b97f4a7c15u;
	}
	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s * 0x2545f4914f6cdd1du >> 11;
}
