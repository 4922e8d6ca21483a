/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fake_kernel.h. */
#include "testsuite/unit/stpd/fake_kernel.h"

#include <dlfcn.h>
#include <errno.h>
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
