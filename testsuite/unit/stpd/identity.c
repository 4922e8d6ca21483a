/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose rights stpd has at which time when a user calls it setuid root (stpd/privilege.c). */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0: the real, effective and saved user are these, and the groups his. */
static int check_users(uid_t real, uid_t effective, uid_t saved)
{
	uid_t u[3];
	gid_t g[3];

	if (getresuid(&u[0], &u[1], &u[2]) || getresgid(&g[0], &g[1], &g[2]))
		return 1;
	if (u[0] != real || u[1] != effective || u[2] != saved)
		return 2;
	return g[0] != SOMEBODYS || g[1] != SOMEBODYS || g[2] != SOMEBODYS ? 3 : 0;
}

static int at_the_start(void)
{
	return !privilege_is_borrowed() || privilege_user() != SOMEBODY ||
			       privilege_group() != SOMEBODYS
		       ? 9
		       : check_users(SOMEBODY, SOMEBODY, 0);
}

TEST(identity_at_the_start)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .run = at_the_start }), 0);
}

static int raised_and_lowered(void)
{
	int r;

	privilege_raise();
	r = check_users(SOMEBODY, 0, 0);
	privilege_lower();
	return r ? r : check_users(SOMEBODY, SOMEBODY, 0);
}

TEST(identity_raised_and_lowered)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .run = raised_and_lowered }), 0);
}

/* What a command of the user's starts with: nothing that leads back to root. */
static int forgotten(void)
{
	privilege_forget();
	return !setuid(0) || !seteuid(0) || !setresuid((uid_t)-1, 0, (uid_t)-1)
		       ? 8
		       : check_users(SOMEBODY, SOMEBODY, SOMEBODY);
}

static int forgotten_while_raised(void)
{
	privilege_raise();
	return forgotten();
}

TEST(identity_forgotten)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .run = forgotten }), 0);
	CHECK_EQ(as_user_run(&(struct as_user){ .run = forgotten_while_raised }), 0);
}

static void set_variables(void)
{
	clearenv();
	setenv("PATH", "/home/somebody/bin", 1);
	setenv("LD_PRELOAD", "evil.so", 1);
}

/* The environment is stpd's own until it is the user again. */
static int environment(void)
{
	if (!getenv("PATH") || strcmp(getenv("PATH"), "/usr/sbin:/usr/bin:/sbin:/bin") ||
	    getenv("LD_PRELOAD"))
		return 1;
	privilege_forget();
	return strcmp(getenv("PATH"), "/home/somebody/bin") || !getenv("LD_PRELOAD") ? 2 : 0;
}

TEST(identity_and_environment)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .prepare = set_variables, .run = environment }), 0);
}

static void close_all(void)
{
	close(0);
	close(1);
}

/* Whatever the user closed, no file that stpd opens becomes its output. */
static int standard_files(void)
{
	struct stat st;
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st))
			return fd + 1;
	return dup(2) > 2 ? 0 : 4;
}

TEST(identity_standard_files_are_open)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .prepare = close_all, .run = standard_files }), 0);
}

static int level(void) { return (int)privilege_level(); }

static int level_in(gid_t a, gid_t b)
{
	return as_user_run(&(struct as_user){ .groups = { a, b }, .run = level });
}

TEST(identity_level_by_groups)
{
	CHECK_EQ(level_in(0, 0), STPD_NOBODY);
	CHECK_EQ(level_in(STAPUSR, 0), STPD_USR);
	CHECK_EQ(level_in(STAPUSR, STAPSYS), STPD_SYS);
	CHECK_EQ(level_in(STAPUSR, STAPDEV), STPD_DEV);
	CHECK_EQ(level_in(STAPDEV, 0), STPD_NOBODY);
	CHECK_EQ(level_in(STAPSYS, 4000), STPD_NOBODY);
	CHECK_EQ(level_in(STAPDEV, STAPUSR), STPD_DEV);
}
