/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a program in our place: on our terminal, with our input, until it ends.
 *
 * The terminal sends Ctrl-C to it as well as to us; it knows how to end, and we
 * wait.  What is sent to us alone is passed on.  Signals are taken from a signalfd,
 * the end from SIGCHLD among them, so that no handler is needed.  That we end, even by
 * SIGKILL, is the program's to see (stpd --parent): what it does then takes longer than a
 * signal. */
#include "translator/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* An ignored SIGHUP (nohup) is nobody's to pass on. */
static void watched_signals(sigset_t *set)
{
	static const int all[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR2, SIGCHLD };
	struct sigaction now;
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] != SIGHUP || sigaction(SIGHUP, NULL, &now) || now.sa_handler != SIG_IGN)
			sigaddset(set, all[i]);
}

static _Noreturn void child(char *const *argv, const sigset_t *mask, int error_fd)
{
	int err;

	signal(SIGXFSZ, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execv(argv[0], argv);
	err = errno;
	if (write(error_fd, &err, sizeof err) < 0)
		_exit(126);
	_exit(127);
}

/* Was SIG sent by the terminal, which sent it to the child as well? */
static bool is_from_terminal(const struct signalfd_siginfo *info)
{
	return info->ssi_code == SI_KERNEL && (info->ssi_signo == SIGINT || info->ssi_signo == SIGQUIT);
}

static int wait_for(pid_t pid, int sigfd)
{
	struct signalfd_siginfo info;
	int status;
	pid_t got;

	for (;;) {
		got = waitpid(pid, &status, WNOHANG);
		if (got == pid)
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (read(sigfd, &info, sizeof info) != sizeof info || info.ssi_signo == SIGCHLD)
			continue;
		if (!is_from_terminal(&info))
			kill(pid, (int)info.ssi_signo);
	}
}

int run_passing_signals(char *const *argv)
{
	int failed[2], err = 0, status, sigfd;
	sigset_t set, before;
	pid_t pid;

	watched_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &before);
	sigfd = signalfd(-1, &set, SFD_CLOEXEC);
	if (sigfd < 0 || pipe2(failed, O_CLOEXEC) < 0) {
		status = -errno;
		goto out;
	}
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(argv, &before, failed[1]);
	status = pid < 0 ? -errno : 0;
	close(failed[1]);
	if (!status && read(failed[0], &err, sizeof err) == sizeof err)
		status = -err;
	close(failed[0]);
	if (pid > 0)
		err = wait_for(pid, sigfd);
	if (!status)
		status = err;
out:
	if (sigfd >= 0)
		close(sigfd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
