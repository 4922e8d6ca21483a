/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each probe of a built module takes of the kernel's stack, from the module's own code (stackdepth.h).
 *
 * The deepest way from the probe's handler, condition or entry half, or from what the runtime does around them, is
 * written into the module (stp_probe.stack), where the runtime compares it with what is left before it runs the
 * probe.  A module with a probe that would take too much is refused: no hit of it could ever run. */
#ifndef CHECK_STACKUSE_H
#define CHECK_STACKUSE_H

#include "lib/arena.h"
#include <stdint.h>

/* The most that a probe may take, in bytes; twice as much in modules with the kernel's sanitizers, whose stacks are
 * twice as large. A stack has 16 KiB, half of which the kernel may have used when a probe is hit, and the runtime's
 * reserve stays free. */
#define STACKUSE_MOST 5120

struct stackuse {
	uint32_t deepest;		/* of all probes, bytes */
	const char *text;		/* the way there: "h_0 > f_walk > stp_out_hist: 312 bytes" */
	const char *refusal;		/* NULL, or why the module cannot be used, in one clause */
};

/* Read the module KO, measure, write. 0, or -errno: the file cannot be read or written, or is no module.
 * Nothing is written if it is refused; modules without a description of probes, and those of processors that are not
 * x86-64, are not measured. */
int stackuse_set(struct arena *a, const char *ko, struct stackuse *u);

#endif
