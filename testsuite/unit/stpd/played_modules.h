/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules that are there already when stpd looks, for parts of tests that as_user_run runs: their
 * directories in /sys/module, whose numbers tell one instance from another, and in debugfs.  The
 * kernel is a fake one from the first module on. */
#ifndef TESTSUITE_UNIT_STPD_PLAYED_MODULES_H
#define TESTSUITE_UNIT_STPD_PLAYED_MODULES_H

#include "stpd/stpd.h"

/* The kernel has a module NAME, which may be anybody's. */
void played_exists(const char *name);
/* stap's module NAME is loaded, in STATE, by OWNER. */
void played_load(const char *name, enum stp_state state, uid_t owner);
/* Another module is called m from here on, in the same state. */
void played_is_replaced(void);
/* The kernel has no module m any more. */
void played_is_gone(void);
/* File FILE of module NAME in debugfs, until the next call. */
const char *played_file(const char *name, const char *file);

#endif
