/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What -D may say: the names of limits.def with a number; with -g any other word, too, which becomes a macro for
 * embedded C.  Once defines_check() has passed, the values can be asked for. */
#ifndef TRANSLATOR_LIMITS_H
#define TRANSLATOR_LIMITS_H

#include "translator/session.h"
#include <stdint.h>

/* Is each -D NAME known, and its value one that NAME takes?  False after diagnostics. */
bool defines_check(struct session *s);
/* Value of a limit by its name (a LIMIT of limits.def), as -D says or the default. */
int64_t limit_value(const struct session *s, const char *name);
/* A SWITCH of limits.def is on? */
bool switch_is_on(const struct session *s, const char *name);
/* Is this -D a macro for embedded C, and the last of its name? */
bool define_is_macro(const struct session *s, const struct name_value *d);

#endif
