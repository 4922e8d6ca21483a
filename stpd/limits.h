/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of resources (setrlimit(2)): the daemon's own, and those of the programs that it
 * starts. */
#ifndef STPD_LIMITS_H
#define STPD_LIMITS_H

/* Remember all limits, then lift those by which a user could end or stop the daemon half-way.
 * Needs root. */
void limits_lift(void);
/* In a child that runs a user's program, still as root: every limit is what it was at
 * limits_lift. 0 or -errno. */
int limits_restore(void);

#endif
