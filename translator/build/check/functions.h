/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of an object's code: where each begins, and what flow.h asks of them.
 *
 * A function begins where a symbol of a function stands, and where something is called. */
#ifndef CHECK_FUNCTIONS_H
#define CHECK_FUNCTIONS_H

#include "translator/build/check/flow.h"

struct function {
	const char *name;
	uint32_t section, at, end;	/* offsets in the section; end: where the next one may begin */
	uint32_t entry;			/* step */
};

struct function_name {
	const char *name;
	uint32_t function;
};

struct functions {
	struct function *data;		/* by section and offset */
	bool *global;			/* by function: its name is known to other objects */
	uint32_t n;
	struct function_name *names;	/* by name; aliases, and equal names of several files, too */
	uint32_t nnames;
	struct flow_map map;
};

void functions_find(struct arena *a, const struct decoded *d, struct functions *out);
/* The first row of that name in `names`, or NULL. */
const struct function_name *functions_named(const struct functions *f, const char *name);

#endif
