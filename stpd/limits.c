/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of resources.
 *
 * A user sets limits before he starts a setuid daemon, and a step that fails on one of
 * them leaves work half done: a module that nobody removes, say.  The daemon therefore
 * lifts what it could run into.  The limits are the administrator's word on what the user's
 * programs may use, so that each program which the daemon starts for him gets all of
 * them back, soft and hard. */
#include "stpd/limits.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

/* Two files for each CPU and some; RLIM_INFINITY is no valid number of them. */
enum { FILES_WANTED = 16384 };

static const struct rule { int resource; rlim_t least; } lifted[] = {
	{ RLIMIT_CPU, RLIM_INFINITY },		/* SIGXCPU, SIGKILL */
	{ RLIMIT_FSIZE, RLIM_INFINITY },	/* SIGXFSZ, EFBIG */
	{ RLIMIT_AS, RLIM_INFINITY },		/* ENOMEM */
	{ RLIMIT_DATA, RLIM_INFINITY },		/* ENOMEM */
	{ RLIMIT_STACK, RLIM_INFINITY },	/* SIGSEGV */
	{ RLIMIT_NPROC, RLIM_INFINITY },	/* EAGAIN: STOP is sent by a thread */
	{ RLIMIT_NOFILE, FILES_WANTED },	/* EMFILE */
	{ RLIMIT_RTTIME, RLIM_INFINITY },	/* SIGXCPU, SIGKILL */
};

/* One process has one set of limits that it was started with. */
static struct rlimit inherited[RLIM_NLIMITS];
static bool known[RLIM_NLIMITS];

static void lift(const struct rule *r)
{
	struct rlimit now = inherited[r->resource];

	if (now.rlim_cur < r->least)
		now.rlim_cur = r->least;
	if (now.rlim_max < now.rlim_cur)
		now.rlim_max = now.rlim_cur;
	setrlimit((__rlimit_resource_t)r->resource, &now);
}

void limits_lift(void)
{
	static const struct rlimit no_core = { 0, 0 };

	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		known[i] = !getrlimit((__rlimit_resource_t)i, &inherited[i]);
	for (size_t i = 0; i < sizeof lifted / sizeof *lifted; i++)
		lift(&lifted[i]);
	/* the daemon's memory holds what the user may not read */
	setrlimit(RLIMIT_CORE, &no_core);
}

int limits_restore(void)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		if (known[i] && setrlimit((__rlimit_resource_t)i, &inherited[i]))
			return -errno;
	return 0;
}
