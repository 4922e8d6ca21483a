/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Circles of a call graph, and the deepest ways from each. */
#ifndef CHECK_CIRCLES_H
#define CHECK_CIRCLES_H

#include "translator/build/check/callgraph.h"

/* Fills in `circles`, `order`, and of each node `circle` and `inner`. */
void circles_find(struct arena *a, struct callgraph *g);

#endif
