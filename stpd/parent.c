/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that started the daemon.
 *
 * stap waits for the daemon, passes signals on, and may be killed.  A signal that the
 * kernel sends a child on the death of its parent (PR_SET_PDEATHSIG) is forgotten when a setuid
 * program is executed, so that the daemon itself watches: a pidfd names one process for
 * good, whatever gets its number later. */
#include "stpd/parent.h"
#include "stpd/stpd.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int parent_open(pid_t pid)
{
	/* such a descriptor is always closed when a program is executed */
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), err = fd < 0 ? errno : 0;

	/* the number was right before the descriptor was opened only if the process is our
	 * parent after it, too */
	if (!err && getppid() != pid) {
		close(fd);
		err = ESRCH;
	}
	if (!err)
		return fd;
	if (err == ESRCH)
		say_error("--parent=%d: that process did not start this one, or has ended",
			(int)pid);
	else
		say_error("--parent=%d: %s", (int)pid, strerror(err));
	return -err;
}
