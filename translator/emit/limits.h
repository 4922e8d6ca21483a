/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resource limits that -D sets: names, defaults, and their place in struct stp_limits. */
#ifndef EMIT_LIMITS_H
#define EMIT_LIMITS_H

#include "lib/strbuf.h"
#include "translator/session.h"
#include <stdint.h>

/* Value of a limit by its name (a row of limits.def), as -D says or the default. */
int64_t limit_value(struct session *s, const char *name);
/* Every -D that is a limit has a number in range? False after diagnostics. */
bool limits_check(struct session *s);
/* True when NAME is a limit (else -D NAME defines a C macro). */
bool limit_known(const char *name);
/* Initialiser of struct stp_limits. */
void limits_emit(struct session *s, struct strbuf *out);

#endif
