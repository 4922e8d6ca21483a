/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of the process that started the daemon (stpd/parent.c). */
#include "stpd/parent.h"
#include "testsuite/unit/stpd/apart.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The child of a process that is killed: says through TO what it saw. */
static _Noreturn void watch(int to, pid_t parent)
{
	struct pollfd p = { .fd = parent_open(parent), .events = POLLIN };
	bool early = p.fd < 0 || poll(&p, 1, 0) != 0;
	char seen = early ? 'x' : 'r';

	if (write(to, &seen, 1) != 1)
		_exit(1);
	seen = poll(&p, 1, 20000) == 1 ? 'e' : 'x';
	_exit(write(to, &seen, 1) != 1);
}

TEST(parent_killed_is_seen)
{
	pid_t parent;
	char seen;
	int p[2];

	CHECK_EQ(pipe(p), 0);
	fflush(stdout);
	parent = fork();
	if (!parent) {
		pid_t self = getpid();

		if (!fork())
			watch(p[1], self);
		pause();
		_exit(0);
	}
	close(p[1]);
	CHECK_EQ(read(p[0], &seen, 1), 1);
	CHECK_EQ(seen, 'r');
	kill(parent, SIGKILL);
	CHECK_EQ(read(p[0], &seen, 1), 1);
	CHECK_EQ(seen, 'e');
	close(p[0]);
}

static const char *open_others(const void *data)
{
	(void)data;
	if (!freopen("/dev/null", "w", stderr))
		return "no /dev/null";
	if (parent_open(getpid()) != -ESRCH)
		return "a process is taken for its own parent";
	if (parent_open(1) != -ESRCH)
		return "a process that started nothing is taken for the parent";
	return parent_open(0x3fffffff) == -ESRCH
		? NULL : "a process that does not exist is taken for the parent";
}

TEST(parent_of_others_is_refused)
{
	run_apart(open_others, NULL, "parent_open");
}
