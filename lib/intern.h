/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interned strings: equal text has one address, so names compare by pointer.
 * The result lives as long as the arena that the table was made with. */
#ifndef LIB_INTERN_H
#define LIB_INTERN_H

#include "lib/arena.h"

struct intern {
	struct arena *arena;
	struct intern_slot *slots;	/* open addressing, power of two */
	size_t nslots, used;
};

void intern_init(struct intern *in, struct arena *arena);
const char *intern(struct intern *in, const char *s);
const char *intern_n(struct intern *in, const char *s, size_t len);
void intern_free(struct intern *in);	/* the table; the text stays in the arena */

#endif
