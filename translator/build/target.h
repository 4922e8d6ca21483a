/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a module is for, and where its files are. */
#ifndef BUILD_TARGET_H
#define BUILD_TARGET_H

#include "translator/session.h"

/* Fill s->target from s->opt.release: NULL is the running kernel; else a
 * release, a name in the kernel cache ("stable", "backports") or the path of a
 * build directory.  Everything else in the target may stay NULL: who needs a
 * part says what is missing.  False (after a diagnostic) when -r names nothing
 * that exists.  Reads no debug information; a few stat() calls and headers. */
bool target_resolve(struct session *s);
/* "y", "m", a value, or NULL when NAME ("CONFIG_X") is not set or nothing is known. */
const char *target_config(const struct target *t, const char *name);

#endif
