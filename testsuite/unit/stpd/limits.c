/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every limit of resources, before, while and after the daemon lifts them (stpd/limits.c). */
#include "stpd/limits.h"
#include "testsuite/unit/stpd/apart.h"
#include "testsuite/unit/unit.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Limits that leave a program with sanitizers alive, soft and hard, and what the daemon has: at
 * least LEAST, or what it was. */
static const struct row {
	int resource;
	const char *name;
	rlim_t soft, hard;
	enum { LIFTED, KEPT, NONE } fate;
	rlim_t least;
} rows[] = {
	{ RLIMIT_CPU, "cpu", 1000, 2000, LIFTED, RLIM_INFINITY },
	{ RLIMIT_FSIZE, "fsize", 4096, 8192, LIFTED, RLIM_INFINITY },
	{ RLIMIT_DATA, "data", 1L << 46, 1L << 47, LIFTED, RLIM_INFINITY },
	{ RLIMIT_STACK, "stack", 1 << 20, 1 << 21, LIFTED, RLIM_INFINITY },
	{ RLIMIT_CORE, "core", 100, 200, NONE, 0 },
	{ RLIMIT_RSS, "rss", 1 << 20, 1 << 21, KEPT, 0 },
	{ RLIMIT_NPROC, "nproc", 70, 80, LIFTED, RLIM_INFINITY },
	{ RLIMIT_NOFILE, "nofile", 20, 30, LIFTED, 4096 },
	{ RLIMIT_MEMLOCK, "memlock", 1 << 16, 1 << 17, KEPT, 0 },
	{ RLIMIT_AS, "as", 1L << 46, 1L << 47, LIFTED, RLIM_INFINITY },
	{ RLIMIT_LOCKS, "locks", 5, 6, KEPT, 0 },
	{ RLIMIT_SIGPENDING, "sigpending", 7, 8, KEPT, 0 },
	{ RLIMIT_MSGQUEUE, "msgqueue", 9, 10, KEPT, 0 },
	{ RLIMIT_NICE, "nice", 11, 12, KEPT, 0 },
	{ RLIMIT_RTPRIO, "rtprio", 13, 14, KEPT, 0 },
	{ RLIMIT_RTTIME, "rttime", 15000, 16000, LIFTED, RLIM_INFINITY },
};
enum { ROWS = sizeof rows / sizeof *rows };
_Static_assert(ROWS == (int)RLIM_NLIMITS, "a row for each limit that there is");

static const char *is_wrong(const struct row *r, const struct rlimit *now)
{
	switch (r->fate) {
	case LIFTED:
		if (now->rlim_cur < r->least || now->rlim_max < r->least)
			return "it is not lifted";
		break;
	case KEPT:
		if (now->rlim_cur != r->soft || now->rlim_max != r->hard)
			return "it has changed";
		break;
	case NONE:
		if (now->rlim_cur || now->rlim_max)
			return "it is not 0";
		break;
	}
	return NULL;
}

static const char *check(const void *data)
{
	const struct row *r = data;
	struct rlimit user = { r->soft, r->hard }, now = { 0, 0 };
	const char *wrong;

	if (setrlimit((__rlimit_resource_t)r->resource, &user))
		return "it cannot be set";
	limits_lift();
	getrlimit((__rlimit_resource_t)r->resource, &now);
	wrong = is_wrong(r, &now);
	if (wrong)
		return wrong;
	if (limits_restore())
		return "it cannot be restored";
	getrlimit((__rlimit_resource_t)r->resource, &now);
	return now.rlim_cur == r->soft && now.rlim_max == r->hard
		? NULL : "a program that is started gets another";
}

static void need_right(void)
{
	const struct rlimit low = { 5, 5 }, high = { 6, 6 };
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(setrlimit(RLIMIT_LOCKS, &low) || setrlimit(RLIMIT_LOCKS, &high));
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	if (status)
		SKIP("hard limits can be lifted with CAP_SYS_RESOURCE alone");
}

TEST(limits_are_lifted_here_and_given_back)
{
	need_right();
	for (int i = 0; i < ROWS; i++)
		run_apart(check, &rows[i], rows[i].name);
}

static const char *keep_generous(const void *data)
{
	struct rlimit many = { 60000, 70000 }, now;

	(void)data;
	if (setrlimit(RLIMIT_NOFILE, &many))
		return "it cannot be set";
	limits_lift();
	getrlimit(RLIMIT_NOFILE, &now);
	return now.rlim_cur == 60000 && now.rlim_max == 70000
		? NULL : "a limit that is no obstacle was changed";
}

TEST(limits_are_never_lowered)
{
	need_right();
	run_apart(keep_generous, NULL, "nofile");
}
