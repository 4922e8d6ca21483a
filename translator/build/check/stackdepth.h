/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How deep the functions of a kernel module go on the stack, read from its code (x86-64).
 *
 * All bytes are counted as gcc's -fstack-usage does: the return address that a function was
 * entered with belongs to its frame.  What is measured are the module's own functions:
 * functions of the kernel, and calls whose target is not written in the code, count
 * nothing, but the depth at which they are called is told, so that a caller may add an
 * allowance.  Instrumentation (__fentry__, __asan_…, __tsan_…, __sanitizer_cov_…) is listed
 * and otherwise ignored.
 *
 * A recursive cycle is gone around once; where three functions and more call each other in
 * circles, each counts once, though no single way may go through all of them.
 *
 * Only alternatives' replacements that are in the module are followed; a static call is one
 * whose target is not known. */
#ifndef CHECK_STACKDEPTH_H
#define CHECK_STACKDEPTH_H

#include "lib/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stackdepth;

struct stackdepth_path {
	uint32_t bytes;			/* of the deepest way, from the function's return address on */
	uint32_t cycle;			/* bytes of one turn around the largest cycle that it can reach; 0: none */
	uint32_t outside;		/* depth at the deepest call of a kernel function; 0: none */
	uint32_t indirect;		/* … of a call whose target is unknown; both with its return address */
	const char *unbounded;		/* NULL, or why the depth has no bound, and where: "a stack pointer
					 * that is computed by `sub rsp, rax` in f+0x1c" */
	const char *text;		/* "h_0 > f_walk > stp_out_hist: 312 bytes" */
};

/* A call that leaves the module's code, or whose target is unknown. */
struct stackdepth_call {
	const char *name;		/* kernel function, static call, thunk; NULL: no name is known */
	const char *from;		/* function of the module that calls */
	uint32_t depth;			/* with the call's return address */
	bool indirect;
};

/* Read the module in BYTES (a .ko or an object, relocations unresolved), which must outlive
 * *OUT.  0; -ENOEXEC: no such file, or damaged; -ENOTSUP: not of x86-64. */
int stackdepth_read(struct arena *a, const void *bytes, size_t size, struct stackdepth **out);

/* The deepest way from FUNCTION on.  false: the module has no function of that name.  Where
 * several have it (static ones of several files), the deepest of them counts. */
bool stackdepth_of(struct stackdepth *s, const char *function, struct stackdepth_path *out);

/* FUNCTION's own frame, with its return address; 0: no such function. */
uint32_t stackdepth_frame(struct stackdepth *s, const char *function);

/* What FUNCTION and all that it calls call outside, each name once, the deepest first.
 * *N is how many; NULL: no such function. */
const struct stackdepth_call *stackdepth_calls(struct stackdepth *s, const char *function,
					       size_t *n);

/* Name of function I, by address; NULL: there are no more. */
const char *stackdepth_function(const struct stackdepth *s, uint32_t i);

/* Where the data of SYMBOL lies in the file.  false: no such symbol, it is defined elsewhere, or
 * it has no bytes in the file. */
bool stackdepth_symbol(const struct stackdepth *s, const char *symbol, uint64_t *file_offset,
		       uint64_t *size);

#endif
