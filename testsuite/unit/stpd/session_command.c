/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command of -c in a session (stpd/session.c): when it runs, and what its end makes of the
 * status. */
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/played_session.h"
#include "testsuite/unit/unit.h"

#include <string.h>

static int with_command(const char *command, bool exits_in_begin)
{
	struct played_session p = { .options = { .command = command, .output = "/out" },
				    .exits_in_begin = exits_in_begin };

	return played_session_run(&p);
}

/* There is no /bin/sh in the test's root. */
static int fails(void)
{
	TRY(with_command("true", false) == 3);
	TRY(!strcmp(played_told, "START STOP "));
	return 0;
}

static int never_runs(void)
{
	TRY(with_command("true", true) == 0);
	TRY(!strcmp(played_told, "START STOP "));
	return 0;
}

TEST(session_status_of_command)
{
	as_user_must(true, fails);
	CHECK(strstr(as_user_said, "WARNING: the command exited with status 127\n"));
}

TEST(session_that_exits_in_begin_runs_no_command)
{
	as_user_must(true, never_runs);
	CHECK_STR(as_user_said, "WARNING: the command was not started:"
				" the session ended in its begin probes\n");
}
