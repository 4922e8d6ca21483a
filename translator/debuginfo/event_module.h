/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: trace events of a module's file. */
#ifndef DEBUGINFO_EVENT_MODULE_H
#define DEBUGINFO_EVENT_MODULE_H

#include "lib/arena.h"
#include "lib/map.h"

/* The system of each trace event of the .ko PATH (compressed or not) by the event's name, in A. Nothing where it cannot be read. */
void event_module_systems(const char *path, struct arena *a, struct map *out);

#endif
