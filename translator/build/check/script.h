/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script's part of an object or of a linked module: what can run from the table of its
 * probes without being the runtime's.
 *
 * The symbol stp_module is where that begins.  All data that it leads to, by relocations, is
 * the script's; so is each function that such data names, or that another function of the
 * script calls, jumps to, or takes the address of.  At the runtime's entry points (functions
 * stp_…) the search ends.  Functions in a section .text.guru hold embedded C; what only they
 * reach is embedded C as well. */
#ifndef CHECK_SCRIPT_H
#define CHECK_SCRIPT_H

#include "translator/build/check/functions.h"

enum script_role { ROLE_NONE, ROLE_GURU, ROLE_STRICT };

struct script {
	struct arena *arena;
	const struct object *object;
	const struct decoded *decoded;
	const struct functions *functions;
	uint8_t *roles;			/* by function */
	uint32_t *callers;		/* by function: another one that leads to it + 1, or 0: data does */
	uint64_t *sites;		/* by function: offset in `probes` that names it + 1, or 0 */
	uint32_t *data;			/* symbols of data objects, by section and value */
	uint32_t ndata;
	uint32_t *files;		/* by symbol: which source file's it is, 0: a global one */
	uint32_t file;			/* the script's */
	bool (*importable)(const void *arg, const char *name);
	const void *arg;
};

/* NULL, or what is wrong, as a clause.  The first group of members is given. */
const char *script_find(struct script *s);
/* The data object of the script's or of the runtime's around VALUE, a symbol's number; 0: none. */
uint32_t script_data_at(const struct script *s, uint32_t section, uint64_t value);
/* Where FUNCTION ends in its section. */
uint64_t script_end(const struct script *s, uint32_t function);
/* Is it a function that the runtime offers to scripts? */
bool script_is_entry(const struct script *s, uint32_t function);
/* "probe timer.s(1) at x.stp:3:7", or with functions between; "" when nothing is known. */
const char *script_describe(const struct script *s, uint32_t function);

#endif
