/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that load and remove modules, answered by a test: this program's syscall()
 * comes before the C library's, and passes all others on.  There is no finit_module: its file
 * could be another one than was checked.
 *
 * The directory /sys/kernel/debug of the test's root is taken for debugfs, in the same way; nothing
 * can be mounted there.  Its file stap/m/ctl may be a socket. */
#ifndef TESTSUITE_UNIT_STPD_FAKE_KERNEL_H
#define TESTSUITE_UNIT_STPD_FAKE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

struct fake_kernel {
	bool on;			/* else calls are passed on */
	bool without_debugfs;
	int insert_errors[8];		/* of each call to load; 0: it succeeds */
	int delete_errors[8];
	void (*at_delete)(void);	/* besides; may be NULL */
	unsigned inserted, deleted;	/* calls so far */
	char removed[200];		/* "NAME " for each call to remove */
	int delete_flags;		/* of the last one */
	char image[4096];		/* the last one given with its bytes */
	size_t image_size;
	int control;			/* what opening the control channel of module m gives; 0: the file */
	void (*after_read)(int fd);	/* behind each read; may be NULL */
};
extern struct fake_kernel fake_kernel;

#endif
