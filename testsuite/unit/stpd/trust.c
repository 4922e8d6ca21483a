/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which open files are the administrator's modules (stpd/trust.c): every way to be not, in a
 * file system of the test's own. */
#include "stpd/trust.h"
#include "testsuite/unit/stpd/apart.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABOVE "/m/release"
#define ALLOWED ABOVE "/systemtap"
#define FILE_THERE ALLOWED "/x.ko"
#define DEEP ALLOWED "/deep"
enum { OTHER = 4242 };

static bool put(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

	return fd >= 0 && !close(fd);
}

/* A tmpfs as the root directory, with the directories and a file, all root's. */
static bool enter_world(void)
{
	umask(022);
	return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("none", "/tmp", "tmpfs", 0, "mode=755") && !mkdir("/tmp/proc", 0755) &&
	       !mount("/proc", "/tmp/proc", NULL, MS_BIND | MS_REC, NULL) &&
	       !chroot("/tmp") && !chdir("/") && !mkdir("/m", 0755) && !mkdir(ABOVE, 0755) &&
	       !mkdir(ALLOWED, 0755) && !mkdir(DEEP, 0755) && !mkdir("/home", 0777) &&
	       !chown("/home", OTHER, OTHER) && put(FILE_THERE);
}

/* Each function of a row prepares the world and gives an open file, or -1. */
static int by(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); }
static int usual(void) { return by(FILE_THERE); }
static int after(int failed) { return failed ? -1 : usual(); }
static int put_and_open(const char *path) { return put(path) ? by(path) : -1; }
static int unless(int failed, int fd) { return failed ? -1 : fd; }

/* Opened first, and then something happens to the name. */
static int open_deleted(void)
{
	int fd = usual();

	return unless(unlink(FILE_THERE), fd);
}

static int open_deleted_linked(void)
{
	int fd = usual();

	return unless(link(FILE_THERE, "/home/x.ko") || unlink(FILE_THERE), fd);
}

static int open_deleted_likeness(void)
{
	int fd = open_deleted();

	return unless(!put(FILE_THERE " (deleted)"), fd);
}

static int open_replaced(void)
{
	int fd = usual();

	return unless(!put("/home/y") || rename("/home/y", FILE_THERE), fd);
}

static int open_renamed(void)
{
	int fd = usual();

	return unless(rename(FILE_THERE, "/home/x.ko"), fd);
}

static int open_moved_directory(void)
{
	int fd = usual();

	return unless(rename(ALLOWED, ABOVE "/old") || mkdir(ALLOWED, 0755), fd);
}

/* Other owners and modes. */
static int file_owner(void) { return after(chown(FILE_THERE, OTHER, 0)); }
static int file_group_owner(void) { return after(chown(FILE_THERE, 0, OTHER)); }
static int file_group_writes(void) { return after(chmod(FILE_THERE, 0664)); }
static int file_all_write(void) { return after(chmod(FILE_THERE, 0646)); }

/* Other places. */
static int file_deep(void) { return put_and_open(DEEP "/y.ko"); }
static int file_outside(void) { return put_and_open("/home/y.ko"); }
static int file_above(void) { return put_and_open(ABOVE "/y.ko"); }
static int file_dots(void) { return by(ALLOWED "/deep/../../systemtap/x.ko"); }

static int file_neighbour(void)
{
	return mkdir(ALLOWED "2", 0755) ? -1 : put_and_open(ALLOWED "2/y.ko");
}

static int file_as_long(void)
{
	return mkdir(ABOVE "/systemtaq", 0755) ? -1 : put_and_open(ABOVE "/systemtaq/y.ko");
}

static int file_dots_out(void)
{
	return put("/home/y.ko") ? by(ALLOWED "/../../../home/y.ko") : -1;
}

/* Links of both kinds. */
static int link_to_it(void) { return symlink(FILE_THERE, "/home/l") ? -1 : by("/home/l"); }
static int name_elsewhere(void) { return link(FILE_THERE, "/home/x.ko") ? -1 : by("/home/x.ko"); }

static int link_out(void)
{
	int failed = !put("/home/y.ko") || symlink("/home/y.ko", ALLOWED "/l.ko");

	return failed ? -1 : by(ALLOWED "/l.ko");
}

static int name_here(void)
{
	int failed = !put("/y.ko") || link("/y.ko", ALLOWED "/y.ko");

	return failed ? -1 : by(ALLOWED "/y.ko");
}

/* What is no file. */
static int a_directory(void) { return by(DEEP); }
static int a_fifo(void) { return mkfifo(ALLOWED "/f", 0644) ? -1 : by(ALLOWED "/f"); }

static int a_pipe(void)
{
	int p[2];

	return pipe2(p, O_CLOEXEC) ? -1 : p[0];
}

/* The directory of modules is elsewhere. */
static int lead_to(void)
{
	return after(rename(ALLOWED, "/m/real") || symlink("/m/real", ALLOWED));
}

static int lead_by_others(void)
{
	int fd = lead_to();

	return unless(chmod(ABOVE, 0775), fd);
}

static int lead_by_owner(void)
{
	int fd = lead_to();

	return unless(chown(ABOVE, OTHER, 0), fd);
}

static int no_directory(void)
{
	return rename(ALLOWED, ABOVE "/old") ? -1 : by(ABOVE "/old/x.ko");
}

static const struct row { const char *name; int (*open)(void); bool allowed; } rows[] = {
	{ "a file there", usual, true },
	{ "one in a directory below", file_deep, true },
	{ "one that was linked there", name_here, true },
	{ "through a symbolic link", link_to_it, true },
	{ "through ..", file_dots, true },
	{ "a file whose group is another", file_group_owner, true },
	{ "the directory is a link of root's", lead_to, true },
	{ "a file of another owner", file_owner, false },
	{ "a file that its group may write", file_group_writes, false },
	{ "a file that all may write", file_all_write, false },
	{ "outside", file_outside, false },
	{ "in a directory whose name begins the same", file_neighbour, false },
	{ "in a directory whose name is as long", file_as_long, false },
	{ "in the directory above", file_above, false },
	{ "out through ..", file_dots_out, false },
	{ "a link there that leads out", link_out, false },
	{ "by another name, elsewhere", name_elsewhere, false },
	{ "deleted", open_deleted, false },
	{ "deleted, with another name elsewhere", open_deleted_linked, false },
	{ "deleted, and a file that is called so", open_deleted_likeness, false },
	{ "replaced by another file", open_replaced, false },
	{ "renamed away", open_renamed, false },
	{ "its directory was moved", open_moved_directory, false },
	{ "no file but a directory", a_directory, false },
	{ "no file but a fifo", a_fifo, false },
	{ "no file but a pipe", a_pipe, false },
	{ "the directory is a link, in one that others may write", lead_by_others, false },
	{ "the directory is a link, in one of another owner", lead_by_owner, false },
	{ "there is no such directory", no_directory, false },
};

static const char *verdict(int fd, bool want)
{
	if (trust_is_allowed(fd, ALLOWED) == want)
		return NULL;
	return want ? "refused" : "allowed";
}

static const char *check(const void *data)
{
	const struct row *r = data;
	int fd;

	if (!enter_world())
		return "no world to test in";
	fd = r->open();
	if (fd < 0)
		return "it cannot be prepared";
	return verdict(fd, r->allowed);
}

TEST(trust_files)
{
	if (geteuid())
		SKIP("needs root, for a file system of its own");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		run_apart(check, &rows[i], rows[i].name);
}

/* Each directory on the way, with each fault. */
static const char *const directories[] = { "/", "/m", ABOVE, ALLOWED, DEEP };
static const struct fault { const char *name; uid_t owner; mode_t mode; bool allowed; } faults[] = {
	{ "as it should be", 0, 0755, true },
	{ "that only root may enter", 0, 0700, true },
	{ "of another owner", OTHER, 0755, false },
	{ "that its group may write", 0, 0775, false },
	{ "that all may write", 0, 0757, false },
	{ "that all may write, with the sticky bit", 0, 01777, false },
	{ "that its group may write, with the sticky bit", 0, 01775, false },
};
struct place { const char *directory; const struct fault *fault; };

static const char *check_place(const void *data)
{
	const struct place *p = data;
	int fd;

	if (!enter_world() || (fd = file_deep()) < 0 || chown(p->directory, p->fault->owner, 0) ||
	    chmod(p->directory, p->fault->mode))
		return "it cannot be prepared";
	return verdict(fd, p->fault->allowed);
}

TEST(trust_directories)
{
	char name[100];

	if (geteuid())
		SKIP("needs root, for a file system of its own");
	for (size_t d = 0; d < sizeof directories / sizeof *directories; d++)
		for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
			struct place p = { directories[d], &faults[f] };

			snprintf(name, sizeof name, "%s %s", p.directory, p.fault->name);
			run_apart(check_place, &p, name);
		}
}
