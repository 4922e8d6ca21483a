/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See as_user.h. */
#include "testsuite/unit/stpd/as_user.h"

#include "stpd/stpd.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char as_user_said[1000];

static void must(int r, const char *what)
{
	if (!r)
		return;
	perror(what);
	_exit(99);
}

void as_user_file(const char *path, uid_t owner, mode_t mode)
{
	char dir[300];
	int fd;

	snprintf(dir, sizeof dir, "%s", path);
	for (char *c = strchr(dir + 1, '/'); c; c = strchr(c + 1, '/')) {
		*c = 0;
		mkdir(dir, 0755);
		*c = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	must(fd < 0, path);
	must(fchown(fd, owner, owner) || fchmod(fd, mode), path);
	close(fd);
}

/* A root directory in memory, of this process alone, with /proc and /etc/group. */
static void new_root(void)
{
	static const char dir[] = "/tmp", groups[] = "stapusr:x:3001:\nstapsys:x:3002:\nstapdev:x:3003:\n";
	int fd;

	must(unshare(CLONE_NEWNS), "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount /");
	must(mount("none", dir, "tmpfs", 0, "mode=755"), "mount tmpfs");
	must(mkdir("/tmp/proc", 0755) || mount("/proc", "/tmp/proc", NULL, MS_BIND | MS_REC, NULL),
	     "mount /proc");
	must(chroot(dir) || chdir("/"), "chroot");
	must(mkdir("/dev", 0755) || mknod("/dev/null", S_IFCHR | 0666, 1 << 8 | 3), "/dev/null");
	umask(022);
	as_user_file("/etc/group", 0, 0644);
	fd = open("/etc/group", O_WRONLY);
	must(write(fd, groups, sizeof groups - 1) != sizeof groups - 1, "/etc/group");
	close(fd);
}

/* The daemon sets the limit of core files to 0, and gives back what it was.  That takes
 * CAP_SYS_RESOURCE, which root of a container may lack, unless the limit was 0 before. */
static void no_core(void)
{
	must(setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }), "setrlimit");
}

static _Noreturn void child(const struct as_user *how)
{
	size_t n = 0;

	new_root();
	no_core();
	if (how->prepare)
		how->prepare();
	while (n < sizeof how->groups / sizeof *how->groups && how->groups[n])
		n++;
	must(setgroups(n, how->groups), "setgroups");
	if (!how->as_root)
		must(setresgid(SOMEBODYS, SOMEBODYS, 0) || setresuid(SOMEBODY, 0, 0), "setresuid");
	must(!privilege_start(), "privilege_start");
	_exit(how->run());
}

/* Root's rights, and those of making a mount and of becoming somebody. */
static bool may(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(geteuid() || unshare(CLONE_NEWNS) || setgroups(0, NULL) ||
		      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

int as_user_run(const struct as_user *how)
{
	int p[2], status;
	ssize_t n, len = 0;
	pid_t pid;

	if (!may())
		SKIP("needs root");
	CHECK(!pipe(p));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		dup2(p[1], STDERR_FILENO);
		close(p[0]);
		close(p[1]);
		child(how);
	}
	close(p[1]);
	while ((n = read(p[0], as_user_said + len, sizeof as_user_said - 1 - (size_t)len)) > 0)
		len += n;
	as_user_said[len] = 0;
	close(p[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) != 99, "status %x: %s", (unsigned)status,
		  as_user_said);
	return WEXITSTATUS(status);
}

void as_user_must(bool root, int (*run)(void))
{
	int r = as_user_run(
		&(struct as_user){ .as_root = root, .groups = { root ? 0 : STAPUSR }, .run = run });

	CHECK_MSG(!r, "%s", as_user_said);
}
