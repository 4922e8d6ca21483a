/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals.
 *
 * Dispositions and the mask are inherited, so that whoever starts the daemon, nohup, a shell
 * that runs it in the background, a program that ignores SIGCHLD, decides on them.  What would
 * break a session is undone here: an ignored SIGCHLD takes away the status of the command of -c,
 * and any signal that ends the process ends it without its end probes and leaves the module.
 * All of these are therefore blocked and taken from a descriptor.  A shell ignores SIGINT and
 * SIGQUIT for what it runs in the background; whoever sends them means the session all the same.
 * An ignored SIGHUP is left alone: it says that the session outlives its terminal. */
#include "stpd/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>

/* One process was started with one set of dispositions. */
static bool was_ignored[_NSIG];

/* A write then fails, and the message says on what. */
static bool is_refused(int sig) { return sig == SIGPIPE || sig == SIGXFSZ; }

/* Faults cannot wait; the others stop a process and let it go on, or do nothing. */
static bool is_left_alone(int sig)
{
	static const int all[] = { SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS,
				   SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,
				   SIGCONT, SIGURG, SIGWINCH };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] == sig)
			return true;
	return sig == SIGHUP && was_ignored[SIGHUP];
}

void signals_reset(void)
{
	struct sigaction now;

	for (int sig = 1; sig < _NSIG; sig++) {
		was_ignored[sig] = !sigaction(sig, NULL, &now) && now.sa_handler == SIG_IGN;
		if (is_refused(sig))
			signal(sig, SIG_IGN);
		else if (was_ignored[sig] && !is_left_alone(sig))
			signal(sig, SIG_DFL);
	}
}

int signals_take(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (int sig = 1; sig < _NSIG; sig++)
		if (!is_refused(sig) && !is_left_alone(sig))
			sigaddset(&set, sig);	/* refuses those that threads are cancelled with */
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	return fd;
}

void signals_give_back(void)
{
	sigset_t none;

	for (int sig = 1; sig < _NSIG; sig++)
		if (is_refused(sig) || was_ignored[sig])
			signal(sig, was_ignored[sig] && sig != SIGCHLD ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
}
