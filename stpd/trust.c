/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules a user may load, take over and remove.
 *
 * Root, and members of stapdev: any (of those that stap built, for removal).  Members of stapusr, and of stapsys,
 * whose members may build more but cannot prove here what a module was built from: only modules that the administrator put into
 * /lib/modules/RELEASE/systemtap, where nobody but root could have changed them.
 * What is looked at is the open file that is loaded then, not a name. */
#include "stpd/trust.h"
#include "stpd/instance.h"
#include "stpd/stpd.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Whether only root can change what ST tells of. */
static bool is_roots(const struct stat *st) { return st->st_uid == 0 && !(st->st_mode & (S_IWGRP | S_IWOTH)); }

/* Whether each directory from / down to that of PATH (absolute, without links) is root's alone. */
static bool directories_are_roots(const char *path)
{
	char dir[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(dir, sizeof dir, "%s", path);
	while ((slash = strrchr(dir, '/'))) {
		slash[slash == dir] = 0;	/* the last one is / itself */
		if (lstat(dir, &st) || !S_ISDIR(st.st_mode) || !is_roots(&st))
			return false;
		if (slash == dir)
			return true;
	}
	return false;
}

/* DIRECTORY without links into BUF; false also when others than root could make it lead
 * elsewhere. */
static bool resolve(const char *directory, char buf[static PATH_MAX])
{
	char above[PATH_MAX], real[PATH_MAX + 2];
	char *slash;

	snprintf(above, sizeof above, "%s", directory);
	slash = strrchr(above, '/');
	if (!slash || slash == above)
		return false;
	*slash = 0;
	if (!realpath(above, real) || !realpath(directory, buf))
		return false;
	return directories_are_roots(strcat(real, "/"));
}

/* Whether the name PATH, which the kernel gives the open file ST, still leads to it: a file that
 * was removed has none any more. */
static bool is_there(const char *path, const struct stat *st)
{
	struct stat now;

	return !lstat(path, &now) && now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

bool trust_is_allowed(int fd, const char *directory)
{
	char link[64], path[PATH_MAX], allowed[PATH_MAX];
	struct stat st;
	ssize_t n;
	size_t len;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0 || !resolve(directory, allowed))
		return false;
	path[n] = 0;
	len = strlen(allowed);
	return !strncmp(path, allowed, len) && path[len] == '/' && !fstat(fd, &st) && S_ISREG(st.st_mode) && is_roots(&st) &&
	       is_there(path, &st) && directories_are_roots(path);
}

/* What the administrator allows: a file of the directory for the running kernel. */
static bool is_administrators(int fd)
{
	char directory[sizeof(struct utsname) + 64];
	struct utsname u;

	if (uname(&u))
		return false;
	snprintf(directory, sizeof directory, "/lib/modules/%s/systemtap", u.release);
	return trust_is_allowed(fd, directory);
}

bool trust_load(int fd, const char *path)
{
	struct utsname u;

	switch (privilege_level()) {
	case STPD_ROOT: case STPD_DEV: return true;
	case STPD_SYS: case STPD_USR:
		if (is_administrators(fd))
			return true;
		uname(&u);
		say_error("%s is not in /lib/modules/%s/systemtap, or others than root can write there: only members of stapdev load other modules",
			  path, u.release);
		return false;
	case STPD_NOBODY: break;
	}
	say_error("only root and members of the group stapusr load modules");
	return false;
}

bool trust_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			break;
	if (c > name && !*c && c - name < 64)
		return true;
	say_error("\"%s\" is not the name of a module: letters, digits and _", name);
	return false;
}

/* 0, -EPERM it is not his, -ENOENT there is none of stap's, -ENODEV there is one, and no debugfs
 * to tell whose, or another -errno. */
static int look_at(const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	int err;

	if (debugfs_need())
		return instance_of(name).number ? -ENODEV : -ENOENT;
	ctl_path(path, sizeof path, name, "ctl");
	privilege_raise();
	err = stat(path, &st) ? errno : 0;
	privilege_lower();
	if (err)
		return -err;
	return privilege_level() >= STPD_DEV || (privilege_level() > STPD_NOBODY && st.st_uid == privilege_user()) ? 0 : -EPERM;
}

bool trust_silently(const char *name)
{
	return !look_at(name);
}

bool trust_running(const char *name)
{
	int err = look_at(name);

	if (err == -EPERM)
		say_error("module %s was not loaded by you: only root and members of stapdev take it over or remove it", name);
	else if (err == -ENOENT)
		say_error("there is no module %s of stap's", name);
	else if (err == -ENODEV)
		debugfs_explain(debugfs_need());
	else if (err)
		say_error("cannot look for module %s: %s", name, strerror(-err));
	return !err;
}
