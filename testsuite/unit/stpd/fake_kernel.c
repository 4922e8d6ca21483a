/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fake_kernel.h. */
#include "testsuite/unit/stpd/fake_kernel.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

struct fake_kernel fake_kernel;

enum { MOST = sizeof fake_kernel.insert_errors / sizeof *fake_kernel.insert_errors };

static long outcome(const int *errors, unsigned *calls)
{
	int err = *calls < MOST ? errors[*calls] : errors[MOST - 1];

	++*calls;
	errno = err;
	return err ? -1 : 0;
}

static long remove_module(const char *name, long flags)
{
	size_t n = strlen(fake_kernel.removed);

	snprintf(fake_kernel.removed + n, sizeof fake_kernel.removed - n, "%s ", name);
	fake_kernel.delete_flags = (int)flags;
	if (fake_kernel.at_delete)
		fake_kernel.at_delete();
	return outcome(fake_kernel.delete_errors, &fake_kernel.deleted);
}

static long take_image(const char *image, size_t size)
{
	fake_kernel.image_size = size;
	if (size <= sizeof fake_kernel.image)
		memcpy(fake_kernel.image, image, size);
	return outcome(fake_kernel.insert_errors, &fake_kernel.inserted);
}

long syscall(long number, ...)
{
	long (*next)(long number, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (fake_kernel.on && number == SYS_delete_module)
		return remove_module((const char *)a[0], a[1]);
	if (fake_kernel.on && number == SYS_finit_module) {
		errno = ENOSYS;
		return -1;
	}
	if (fake_kernel.on && number == SYS_init_module)
		return take_image((const char *)a[0], (size_t)a[1]);
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- debugfs ---- */

#define DEBUGFS "/sys/kernel/debug"

int statfs(const char *path, struct statfs *fs)
{
	int (*next)(const char *path, struct statfs *fs) =
		(int (*)(const char *, struct statfs *))dlsym(RTLD_NEXT, "statfs");

	if (!fake_kernel.on || fake_kernel.without_debugfs || strcmp(path, DEBUGFS))
		return next(path, fs);
	*fs = (struct statfs){ .f_type = DEBUGFS_MAGIC };
	return 0;
}

int mount(const char *what, const char *path, const char *type, unsigned long flags,
	  const void *data)
{
	int (*next)(const char *, const char *, const char *, unsigned long, const void *) =
		(int (*)(const char *, const char *, const char *, unsigned long, const void *))
			dlsym(RTLD_NEXT, "mount");

	if (!fake_kernel.on || strcmp(path, DEBUGFS))
		return next(what, path, type, flags, data);
	errno = EPERM;
	return -1;
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *path, int flags, ...) =
		(int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (fake_kernel.on && fake_kernel.control && !strcmp(path, DEBUGFS "/stap/m/ctl"))
		return fcntl(fake_kernel.control, F_DUPFD_CLOEXEC, 3);
	return next(path, flags, mode);
}

ssize_t read(int fd, void *buf, size_t size)
{
	ssize_t (*next)(int fd, void *buf, size_t size) =
		(ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	ssize_t n = next(fd, buf, size);
	int err = errno;

	if (fake_kernel.after_read)
		fake_kernel.after_read(fd);
	errno = err;
	return n;
}
