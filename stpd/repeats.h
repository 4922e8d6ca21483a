/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings of the module that come again and again: a probe that fails in each of its hits says the
 * same a thousand times.  The first is said, the others are counted, and the count is said now and
 * then and at the end. */
#ifndef STPD_REPEATS_H
#define STPD_REPEATS_H

#include "stpd/stpd.h"

struct repeats;
struct repeats *repeats_new(void);		/* NULL: no memory */
/* TEXT came at NOW_MS, of a clock that does not go back. */
void repeats_say(struct repeats *r, const struct options *o, const char *text, int64_t now_ms);
/* What was counted and not said yet: of those whose time it is, or all. */
void repeats_report(struct repeats *r, const struct options *o, int64_t now_ms, bool all);
void repeats_free(struct repeats *r);

#endif
