/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session of stpd with a module that a test plays, for parts of tests that as_user_run runs: a
 * process that answers on the control channel as the runtime does. */
#ifndef TESTSUITE_UNIT_STPD_PLAYED_SESSION_H
#define TESTSUITE_UNIT_STPD_PLAYED_SESSION_H

#include "stpd/stpd.h"

struct played_session {
	struct options options;		/* the module is m */
	bool exits_in_begin;		/* the script calls exit() before anything is attached */
	bool is_over;			/* with -A: the daemon before was killed */
	const char *prints;		/* is in the channel before the session has started */
};

/* session_run()'s status; what the module was told is in played_told, as "START STOP ". */
int played_session_run(struct played_session *p);
extern char *played_told;

#endif
