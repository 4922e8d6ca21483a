/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every signal, ignored or blocked by whoever started the daemon, or not (stpd/signals.c). */
#include "stpd/signals.h"
#include "testsuite/unit/stpd/apart.h"
#include "testsuite/unit/unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What comes of a signal: TAKEN: through the descriptor; REFUSED: ignored by the daemon; LEFT:
 * as it was. */
enum fate { TAKEN, REFUSED, LEFT };

static enum fate fate_of(int sig, bool ignored)
{
	switch (sig) {
	case SIGPIPE: case SIGXFSZ: return REFUSED;
	case SIGHUP: return ignored ? LEFT : TAKEN;
	case SIGILL: case SIGTRAP: case SIGABRT: case SIGBUS: case SIGFPE: case SIGSEGV: case SIGSYS: return LEFT;
	case SIGTSTP: case SIGTTIN: case SIGTTOU: case SIGCONT: case SIGURG: case SIGWINCH: return LEFT;
	}
	return TAKEN;
}

struct row { int sig; bool ignored, blocked; };

static bool is_ignored(int sig)
{
	struct sigaction a;

	return !sigaction(sig, NULL, &a) && a.sa_handler == SIG_IGN;
}

static bool is_blocked(int sig)
{
	sigset_t now;

	sigprocmask(SIG_SETMASK, NULL, &now);
	return sigismember(&now, sig);
}

static bool comes(int fd, int sig)
{
	struct signalfd_siginfo info;

	kill(getpid(), sig);
	return read(fd, &info, sizeof info) == sizeof info && (int)info.ssi_signo == sig &&
		read(fd, &info, sizeof info) < 0;
}

static const char *check_daemon(const struct row *r)
{
	enum fate want = fate_of(r->sig, r->ignored);
	int fd = signals_take();

	if (fd < 0)
		return "there is no descriptor";
	if (want == TAKEN)
		return comes(fd, r->sig) ? NULL : "it does not come through the descriptor";
	if (is_blocked(r->sig))
		return "it is blocked";
	if (want == REFUSED)
		return is_ignored(r->sig) && !comes(fd, r->sig)
			? NULL : "the daemon does not ignore it";
	if (is_ignored(r->sig) != r->ignored)
		return "it has another disposition";
	return r->ignored && comes(fd, r->sig)
		? "what is ignored comes through the descriptor" : NULL;
}

static const char *check(const void *data)
{
	const struct row *r = data;
	const char *wrong;
	sigset_t set;

	signal(r->sig, r->ignored ? SIG_IGN : SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, r->sig);
	sigprocmask(r->blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
	signals_reset();
	wrong = check_daemon(r);
	if (wrong)
		return wrong;
	signals_give_back();
	if (is_blocked(r->sig))
		return "it is blocked in a program that is started";
	if (is_ignored(r->sig) != (r->ignored && r->sig != SIGCHLD))
		return "a program that is started has another disposition";
	return NULL;
}

TEST(signals_whatever_was_inherited)
{
	char name[100];

	for (int sig = 1; sig < SIGRTMIN + 2; sig += sig == 31 ? SIGRTMIN - 31 : 1)
		for (int way = 0; way < 4; way++) {
			struct row r = { sig, way & 1, way & 2 };

			if (sig == SIGKILL || sig == SIGSTOP)
				continue;
			snprintf(name, sizeof name, "%s%s%s", strsignal(sig),
				 r.ignored ? ", ignored" : "", r.blocked ? ", blocked" : "");
			run_apart(check, &r, name);
		}
}

static const char *have_status(const void *data)
{
	int status = 0;
	pid_t pid;

	(void)data;
	signal(SIGCHLD, SIG_IGN);
	signals_reset();
	pid = fork();
	if (!pid)
		_exit(5);
	if (waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != 5)
		return "a child has no status";
	return NULL;
}

TEST(signals_children_have_a_status)
{
	run_apart(have_status, NULL, "SIGCHLD");
}
