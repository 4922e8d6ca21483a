/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A loaded module of a few globals, and a context to run in.  Each test begins with
 * fixture_load, which first takes away what the test before it left. */
#ifndef TESTSUITE_UNIT_CORE_FIXTURE_H
#define TESTSUITE_UNIT_CORE_FIXTURE_H

#include "testsuite/unit/core/plat_test.h"
#include "testsuite/unit/unit.h"

enum { FIXTURE_GLOBALS = 4, FIXTURE_SLOTS = 8 };

struct fixture {
	struct stp_limits limits;
	struct stp_module module;
	struct stp_probe probe;
	struct stp_global globals[FIXTURE_GLOBALS];
	void *storage[FIXTURE_GLOBALS];		/* maps and statistics, when loaded */
	int64_t longs[FIXTURE_GLOBALS];
	char strings[FIXTURE_GLOBALS][64];
	struct stp_ctx ctx[FIXTURE_SLOTS];
	char frames[FIXTURE_SLOTS][1024] __attribute__((aligned(16)));
};
extern struct fixture fx;

/* Nothing loaded, no globals; limits with strings of 64 bytes; NSLOTS CPUs. */
void fixture_reset(unsigned nslots);
/* One more global, before fixture_load; the name of number n is "g" and n. */
void fixture_map(const struct stp_map_desc *d);
void fixture_pstat(const struct stp_map_desc *d);
void fixture_scalar(enum stp_type type, bool settable);
/* Loads it and begins a run in each context. */
void fixture_load(void);
/* Reset, a map of D (and no more), load; runs have actions without end. */
struct stp_map *fixture_one_map(const struct stp_map_desc *d, unsigned nslots);
struct stp_pstat *fixture_one_pstat(const struct stp_map_desc *d, unsigned nslots);

/* A pseudo-random number, the same in each run of the tests (UNIT_SEED=n chooses others). */
uint64_t fixture_random(void);

#define CTX (&fx.ctx[0])
#define KEY(...) ((union stp_key[]){ __VA_ARGS__ })
#define KL(x) { .l = (x) }
#define KS(x) { .s = (x) }

#endif
