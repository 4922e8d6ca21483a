/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs made of testsuite/fixtures/debuginfo/NAME.s, opened as modules, and a world
 * to run their location programs in. */
#ifndef TESTSUITE_UNIT_DEBUGINFO_FIXTURE_H
#define TESTSUITE_UNIT_DEBUGINFO_FIXTURE_H

#include "testsuite/unit/unit.h"
#include "translator/debuginfo/di.h"
#include "translator/session.h"

struct fixture {
	struct session s;
	struct di_module *m;
	char *dir;			/* private, removed at the end */
	char path[512];			/* of the program */
};

/* A session that knows no kernel; CACHE: with a cache directory of its own. */
void fixture_session(struct fixture *f, bool cache);
/* Assemble and link NAME.s, and open the program. Skips the test without an assembler. */
void fixture_open(struct fixture *f, const char *name, bool cache);
/* Assemble only: DIR/NAME.o; then ld when LINK. Extra assembler options or NULL. */
void fixture_make(struct fixture *f, const char *name, const char *option, bool link);
void fixture_close(struct fixture *f);
/* Run ARGV to its end; the test fails when it fails. */
void fixture_run(const char *const *argv);

struct di_func *fixture_function(struct fixture *f, const char *name);
uint64_t fixture_symbol(struct fixture *f, const char *name);

/* A world whose memory has a fixed pattern but for what was stored. */
#define WORLD_SYMBOLS 0x500000
struct world {
	uint64_t regs[17];
	uint64_t inputs[4];
	uint64_t retval;
	uint64_t stack_args[8];
	struct { uint64_t addr, value; unsigned size; } stored[16];
	unsigned nstored;
	uint64_t bad_from, bad_to;	/* loads there fault */
	bool user;			/* whether the last load was from user space */
};
void world_init(struct world *w);
uint64_t world_load(const struct world *w, uint64_t addr, unsigned size);
void world_put(struct world *w, uint64_t addr, unsigned size, uint64_t value);
bool world_eval(struct world *w, const struct fetch *f, uint64_t *out);

#endif
