/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals: what each does to the daemon, whatever whoever started it had made of that. */
#ifndef STPD_SIGNALS_H
#define STPD_SIGNALS_H

/* First of all: no disposition that was inherited is in the way, but that SIGHUP stays ignored
 * (nohup). */
void signals_reset(void);
/* From here on signals come through the descriptor that this gives, a signalfd(2), and none of
 * those ends the process (SIGKILL and faults do). -errno. */
int signals_take(void);
/* In a child that runs a user's program: no signal is blocked, and those that were ignored when
 * the daemon was started are again, but for SIGCHLD. */
void signals_give_back(void);

#endif
