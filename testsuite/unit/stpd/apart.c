/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See apart.h. */
#include "testsuite/unit/stpd/apart.h"
#include "testsuite/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void run_apart(const char *(*what)(const void *data), const void *data, const char *name)
{
	char wrong[200] = "";
	const char *said;
	int p[2], status = 0;
	ssize_t n;
	pid_t pid;

	CHECK_EQ(pipe(p), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		said = what(data);
		n = said ? write(p[1], said, strlen(said)) : 0;
		_exit(n < 0);
	}
	close(p[1]);
	n = read(p[0], wrong, sizeof wrong - 1);
	close(p[0]);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_MSG(!status, "%s: the child's status is %#x", name, (unsigned)status);
	CHECK_MSG(!n, "%s: %s", name, wrong);
}
