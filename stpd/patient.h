/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls that may wait for whoever reads the output: a pipe that nobody empties, a FIFO that
 * nobody has opened, a terminal that was stopped.  While one waits, the session is asked every
 * tenth of a second whether to wait on, and may see to its signals. */
#ifndef STPD_PATIENT_H
#define STPD_PATIENT_H

#include <stdbool.h>
#include <stddef.h>

/* Ask GOES_ON(DATA) from here on; NULL: wait as long as it takes.  Nothing is written from there. */
void patient_ask(bool (*goes_on)(void *data), void *data);
/* open(2), with O_CLOEXEC: the descriptor, or -errno; -ECANCELED: given up. */
int patient_open(const char *path, int flags, unsigned mode);
/* All of BUF: 0, or -errno. */
int patient_write(int fd, const void *buf, size_t len);

#endif
