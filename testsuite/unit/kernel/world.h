/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small machine for the runtime's session and contexts: a few CPUs, one of which works at a time, a clock
 * that is set, and the rest of the runtime as far as sessions ask for it.
 *
 * world_reset makes all as it is before a module is loaded; a test then names the module's probes and runs. */
#ifndef TESTSUITE_UNIT_KERNEL_WORLD_H
#define TESTSUITE_UNIT_KERNEL_WORLD_H

#include "runtime/kernel/rt.h"
#include "testsuite/unit/core/plat_test.h"
#include "testsuite/unit/unit.h"

enum { WORLD_CPUS = 3, WORLD_PROBES = 4, WORLD_LOCKS = 2 };

struct world {
	struct stp_limits limits;		/* of the module */
	struct stp_probe probes[WORLD_PROBES];	/* "p0", "p1"… */
	/* of probes 1 (the second row is not used), 2 and 3, unless a test says otherwise */
	struct stp_row_begin begin[2], end, error;
	struct stp_lock locks[WORLD_LOCKS];
	struct stp_lockref lockrefs[WORLD_LOCKS];	/* for reading, for writing */
	bool busy[WORLD_LOCKS];			/* another CPU holds it */
	bool nmi, blind;			/* in one; RCU does not look */
	bool irqs_off, pinned, unpreempted;	/* now */
	u64 cycles;				/* the clock */
	void *stack;				/* where this task's begins; NULL: there is much of it */
	void *other_stack, *other_end;		/* where the unwinder sees the stack in use */
	unsigned unwinds;			/* that it was asked */
	unsigned wakes;				/* of the daemon */
	bool no_channels;			/* they could not be made */
	struct plat_wait wait;			/* that the last lock was asked for with */
	int attach_error;			/* attaching fails: an ERROR message says so */
	unsigned points, attached;		/* each takes a second to attach */
	unsigned begun;				/* begin probes that a test made say so */
	bool killed;				/* this task has a fatal signal */
	char notes[200];			/* "attach ", "detach ", "wait " (for handlers), and what a test notes */
};
extern struct world world;

void world_reset(void);
void world_load(void);				/* the module's arrays and contexts; state RUNNING */
void world_note(const char *what);		/* into notes, with a blank */
void world_begin_rows(unsigned n);		/* use so many of begin */
void world_cpu(unsigned cpu);			/* the CPU that works from here on */
unsigned world_skips(unsigned probe, enum rt_skip why);		/* on all CPUs */

/* At the Nth step from now (shim/kernel.h) another CPU calls FN, once. */
void world_at(unsigned n, void (*fn)(void));
bool world_came(void);				/* that has been */

/* Messages of the runtime, as "KIND TEXT\n", taken now: up to N of them are kept. */
const char *world_messages(void);

#endif
