/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who runs the daemon, and with whose rights.
 *
 * Installed setuid root, stpd serves members of the groups stapusr, stapsys and stapdev.
 * It becomes the user again before it looks at anything, and root only around what needs it: loading and
 * unloading the module, and opening its files in debugfs.  Output files, the module
 * file and the target are opened as the user.  What the user's environment says does not reach this
 * process, nor do his limits of resources; the commands that it starts run as the user and get
 * both back. */
#include "stpd/limits.h"
#include "stpd/stpd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

/* One process has one identity: set once by privilege_start, before anything else. */
static struct identity {
	uid_t user;
	gid_t group;
	bool borrowed;			/* root by setuid, not by login */
	enum stpd_level level;
	char **environment;		/* the user's */
} self;

/* Whether this process is in group NAME; false where there is no such group. */
static bool in_group(const char *name)
{
	struct group *g = getgrnam(name);
	gid_t *list;
	int n = getgroups(0, NULL), i;
	bool found;

	if (!g)
		return false;
	found = g->gr_gid == self.group;
	list = n > 0 ? calloc((size_t)n, sizeof *list) : NULL;
	n = list ? getgroups(n, list) : 0;
	for (i = 0; i < n; i++)
		found = found || list[i] == g->gr_gid;
	free(list);
	return found;
}

static enum stpd_level find_level(void)
{
	if (!self.user)
		return STPD_ROOT;
	if (!in_group("stapusr"))
		return STPD_NOBODY;
	if (in_group("stapdev"))
		return STPD_DEV;
	return in_group("stapsys") ? STPD_SYS : STPD_USR;
}

/* 0, 1 and 2 are open: nothing that is opened later takes their place. */
static bool standard_files(void)
{
	struct stat st;
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) && errno == EBADF && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

static void clear_environment(void)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *clean[] = { path, NULL };

	environ = clean;
}

bool privilege_start(void)
{
	self.user = getuid();
	self.group = getgid();
	self.environment = environ;
	self.borrowed = self.user && geteuid() == 0;
	if (!standard_files())
		return false;
	if (self.borrowed) {
		clear_environment();
		limits_lift();
		if (setresgid(self.group, self.group, self.group))
			return false;
		privilege_lower();
	}
	self.level = find_level();
	return true;
}

enum stpd_level privilege_level(void) { return self.level; }
bool privilege_is_borrowed(void) { return self.borrowed; }
uid_t privilege_user(void) { return self.user; }
gid_t privilege_group(void) { return self.group; }

/* Of the calling thread alone: seteuid would wait for the others, one of which may be in the kernel, where the script's
 * probes run for as long as it takes (ctl_call_begin). */
static void become(uid_t user)
{
	if (self.borrowed && syscall(SYS_setresuid, -1, user, -1))
		_exit(126);
}

void privilege_raise(void) { become(0); }
void privilege_lower(void) { become(self.user); }

void privilege_forget(void)
{
	if (self.borrowed) {
		if (seteuid(0) || limits_restore() || setresuid(self.user, self.user, self.user) ||
		    !setuid(0))
			_exit(126);
		environ = self.environment;
	}
}
