/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that started the daemon, and with which it ends: --parent. */
#ifndef STPD_PARENT_H
#define STPD_PARENT_H

#include <sys/types.h>

/* A descriptor to be polled: readable once process PID, which started this one, has ended.
 * -errno after a message; -ESRCH: PID did not start this process, or has ended by now. */
int parent_open(pid_t pid);

#endif
