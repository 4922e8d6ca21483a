/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One loading of a module. A name says less: another module may have it by now. */
#ifndef STPD_INSTANCE_H
#define STPD_INSTANCE_H

#include <stdbool.h>
#include <sys/types.h>

/* The numbers of its directory in /sys/module; 0 and 0: of none. */
struct instance { dev_t device; ino_t number; };

/* What is loaded by the name NAME now. */
struct instance instance_of(const char *name);
/* Whether NAME is still what ONE was taken of; of none, nothing is. */
bool instance_is(const struct instance *one, const char *name);

#endif
