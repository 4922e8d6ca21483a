/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules a member of stapusr may load (stpd/trust.c): files below
 * /lib/modules/RELEASE/systemtap that nobody but root could have put there or changed. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* PATH of [300] with RELEASE's directory in front. */
static char *below(const char *name)
{
	static char path[300];
	struct utsname u;

	uname(&u);
	snprintf(path, sizeof path, "/lib/modules/%s/%s", u.release, name);
	return path;
}

static const char *what = "systemtap/m.ko";	/* the file that is to be loaded */

static void root_owns_all(void) { as_user_file(below("systemtap/m.ko"), 0, 0644); }

/* Changes NAME, a file or directory on the way to the module, when all is made; the user cannot. */
static void change(const char *name, uid_t owner, gid_t group, mode_t mode)
{
	root_owns_all();
	if (chown(below(name), owner, group) || chmod(below(name), mode))
		_exit(98);
}

static int may_load(void)
{
	int fd = open(below(what), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 97;
	return trust_load(fd, what);
}

static bool loads(void (*prepare)(void), gid_t group)
{
	int r = as_user_run(&(struct as_user){
		.groups = { group, STAPUSR }, .prepare = prepare, .run = may_load });

	CHECK(r == 0 || r == 1);
	CHECK_EQ(r, !*as_user_said);
	return r;
}

TEST(allowed_what_root_put_there)
{
	CHECK(loads(root_owns_all, STAPUSR));
	CHECK(loads(root_owns_all, STAPSYS));
	CHECK(loads(root_owns_all, STAPDEV));
}

static void file_is_his(void) { change("systemtap/m.ko", SOMEBODY, 0, 0644); }
static void file_for_group(void) { change("systemtap/m.ko", 0, SOMEBODYS, 0664); }
static void file_for_all(void) { change("systemtap/m.ko", 0, 0, 0646); }

TEST(allowed_file_is_roots)
{
	CHECK(!loads(file_is_his, STAPUSR));
	CHECK(!loads(file_for_group, STAPUSR));
	CHECK(!loads(file_for_all, STAPUSR));
	CHECK(!loads(file_for_all, STAPSYS));
	CHECK(loads(file_for_all, STAPDEV));
}

static void directory_is_his(void) { change("systemtap", SOMEBODY, 0, 0755); }
static void directory_for_group(void) { change("systemtap", 0, SOMEBODYS, 0775); }
static void directory_for_all(void) { change("systemtap", 0, 0, 01777); }
static void release_is_his(void) { change("", SOMEBODY, 0, 0755); }
static void modules_for_all(void) { change("..", 0, 0, 0777); }
static void lib_is_his(void) { change("../..", SOMEBODY, 0, 0755); }

TEST(allowed_directories_are_roots)
{
	CHECK(!loads(directory_is_his, STAPUSR));
	CHECK(!loads(directory_for_group, STAPUSR));
	CHECK(!loads(directory_for_all, STAPUSR));
	CHECK(!loads(release_is_his, STAPUSR));
	CHECK(!loads(modules_for_all, STAPUSR));
	CHECK(!loads(lib_is_his, STAPUSR));
}

static void in_a_directory(void) { as_user_file(below("systemtap/deep/er/m.ko"), 0, 0644); }

static void in_a_directory_of_his(void)
{
	in_a_directory();
	if (chown(below("systemtap/deep"), SOMEBODY, SOMEBODYS))
		_exit(98);
}

static void beside(void)
{
	root_owns_all();
	as_user_file(below("systemtap2/m.ko"), 0, 0644);
	as_user_file(below("m.ko"), 0, 0644);
}

static void a_link(void)
{
	beside();
	if (symlink("../m.ko", below("systemtap/link.ko")))
		_exit(98);
}

TEST(allowed_place)
{
	what = "systemtap/deep/er/m.ko";
	CHECK(loads(in_a_directory, STAPUSR));
	CHECK(!loads(in_a_directory_of_his, STAPUSR));
	what = "systemtap2/m.ko";
	CHECK(!loads(beside, STAPUSR));
	what = "m.ko";
	CHECK(!loads(beside, STAPUSR));
	what = "systemtap/link.ko";
	CHECK(!loads(a_link, STAPUSR));
	what = "systemtap";
	CHECK(!loads(root_owns_all, STAPUSR));
	what = "systemtap/m.ko";
}

TEST(allowed_to_members_only)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .prepare = root_owns_all, .run = may_load }), 0);
	CHECK(strstr(as_user_said, "stapusr"));
	CHECK_EQ(as_user_run(&(struct as_user){
			 .groups = { STAPDEV }, .prepare = root_owns_all, .run = may_load }),
		 0);
}

/* Names that may be a module's, and what may not: among it paths. */
TEST(allowed_names)
{
	static const char *const good[] = {
		"a", "stap_12", "A9_",
		"x12345678901234567890123456789012345678901234567890123456789012"
	};
	static const char *const bad[] = { "", "a/b", "..", "a-b", "a b", "a.ko", "\xc3\xa4",
		"x123456789012345678901234567890123456789012345678901234567890123" };
	int keep = dup(2), null = open("/dev/null", O_WRONLY);

	CHECK(keep >= 0 && dup2(null, 2) == 2);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_MSG(trust_name(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_MSG(!trust_name(bad[i]), "%s", bad[i]);
	dup2(keep, 2);
	close(keep);
	close(null);
}
