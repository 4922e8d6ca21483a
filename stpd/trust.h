/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules a user may load, take over and remove. */
#ifndef STPD_TRUST_H
#define STPD_TRUST_H

#include <stdbool.h>

/* Whether the open file FD is in DIRECTORY (absolute) or below it by the name that it was opened
 * by, and only root can have put it there: the file, each directory down to it, and those down
 * to DIRECTORY are root's, and nobody else may write. */
bool trust_is_allowed(int fd, const char *directory);

#endif
