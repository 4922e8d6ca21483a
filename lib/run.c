/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program to its end.
 *
 * Its output comes through non-blocking pipes, its end is seen through a pidfd
 * (kernel 5.3): a grandchild that keeps the pipes open holds nobody up.  Its
 * input is an anonymous file, so that nothing has to be written while it runs.
 *
 * A program in a group of its own does not get the terminal's Ctrl-C.  While it
 * runs, the signals that ask us to end are therefore held back and taken from a
 * signalfd; the group is killed, and then the signal is sent to us again, for
 * whatever we do on it otherwise. */
#include "lib/run.h"

#include "lib/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a group may take to end after SIGTERM before it gets SIGKILL. */
#define KILL_AFTER_US 3000000

extern char **environ;

/* A run in progress. All descriptors are -1 when closed. */
struct child {
	struct run *run;
	char **env;
	pid_t pid;
	int input, devnull;	/* the child's ends */
	int out[2], err[2];	/* [0] ours, [1] the child's */
	int failed[2];		/* carries errno when exec fails */
	int pidfd, sigfd;
	sigset_t mask;		/* ours, before */
	struct sigaction chld;	/* what was to happen on SIGCHLD */
	int caught;		/* the signal that ended the group, or 0 */
	uint64_t kill_at;	/* when to send SIGKILL, 0: never */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_close(struct child *c)
{
	int *const fds[] = {
		&c->input, &c->devnull, &c->out[0], &c->out[1], &c->err[0], &c->err[1],
		&c->failed[0], &c->failed[1], &c->pidfd, &c->sigfd,
	};
	size_t i;

	for (i = 0; i < sizeof fds / sizeof *fds; i++)
		close_fd(fds[i]);
}

static bool is_same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return !strncmp(a, b, n) && b[n] == '=';
}

/* Our environment with the run's variables on top; the text is not copied. */
static char **make_env(const char *const *extra)
{
	size_t n = 0, nextra = 0, i, j;
	char **env;

	while (environ && environ[n])
		n++;
	while (extra && extra[nextra])
		nextra++;
	env = xcalloc(n + nextra + 1, sizeof *env);
	for (i = 0, n = 0; environ && environ[i]; i++) {
		for (j = 0; j < nextra && !is_same_name(extra[j], environ[i]); j++)
			;
		if (j == nextra)
			env[n++] = environ[i];
	}
	for (j = 0; j < nextra; j++)
		if (strchr(extra[j], '='))
			env[n++] = (char *)(uintptr_t)extra[j];
	return env;
}

static int make_input(struct child *c, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	c->input = memfd_create("input", MFD_CLOEXEC);
	if (c->input < 0)
		return -errno;
	for (; len; text += n, len -= (size_t)n) {
		n = write(c->input, text, len);
		if (n < 0)
			return -errno;
	}
	return lseek(c->input, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int make_fds(struct child *c)
{
	struct run *r = c->run;

	if (pipe2(c->failed, O_CLOEXEC) < 0)
		return -errno;
	if (r->input)
		return make_input(c, r->input);
	c->devnull = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return c->devnull < 0 ? -errno : 0;
}

static int make_pipes(struct child *c)
{
	struct run *r = c->run;

	if (r->inherit_output)
		return 0;
	if (pipe2(c->out, O_CLOEXEC) < 0 || fcntl(c->out[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	if (r->merge_stderr)
		return 0;
	if (pipe2(c->err, O_CLOEXEC) < 0 || fcntl(c->err[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

/* The signals that ask us to end and that we do not ignore. */
static void ending_signals(sigset_t *set)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction act;
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof all / sizeof *all; i++)
		if (!sigaction(all[i], NULL, &act) && act.sa_handler != SIG_IGN)
			sigaddset(set, all[i]);
}

static int hold_signals(struct child *c)
{
	sigset_t set;

	/* whoever started us may have had it ignored: then children leave no status */
	sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL }, &c->chld);
	ending_signals(&set);
	if (!c->run->group)
		sigemptyset(&set);
	pthread_sigmask(SIG_BLOCK, &set, &c->mask);
	if (!c->run->group)
		return 0;
	c->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return c->sigfd < 0 ? -errno : 0;
}

static void release_signals(struct child *c)
{
	if (c->caught)
		kill(getpid(), c->caught);
	sigaction(SIGCHLD, &c->chld, NULL);
	pthread_sigmask(SIG_SETMASK, &c->mask, NULL);
}

/* dup2 that also works when both are the same: the result survives exec. */
static bool give_fd(int fd, int as)
{
	return fd == as ? fcntl(fd, F_SETFD, 0) >= 0 : dup2(fd, as) >= 0;
}

static bool child_setup(const struct child *c, pid_t parent)
{
	static const int reset[] = { SIGTERM, SIGPIPE, SIGCHLD, SIGXFSZ };
	const struct run *r = c->run;
	sigset_t none;
	size_t i;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		return false;
	if (getppid() != parent)
		_exit(127);	/* it died before */
	for (i = 0; i < sizeof reset / sizeof *reset; i++)
		signal(reset[i], SIG_DFL);
	if (r->group && setpgid(0, 0) < 0)
		return false;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (r->cwd && chdir(r->cwd) < 0)
		return false;
	if (!give_fd(r->input ? c->input : c->devnull, STDIN_FILENO))
		return false;
	if (r->inherit_output)
		return !r->merge_stderr || give_fd(STDOUT_FILENO, STDERR_FILENO);
	return give_fd(c->out[1], STDOUT_FILENO) && give_fd(r->merge_stderr ? STDOUT_FILENO : c->err[1], STDERR_FILENO);
}

static _Noreturn void child_exec(const struct child *c, pid_t parent)
{
	int err;

	if (child_setup(c, parent)) {
#ifdef CLOSE_RANGE_CLOEXEC
		/* what libraries opened without O_CLOEXEC is none of the child's business */
		close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
#endif
		execvpe(c->run->argv[0], (char *const *)(uintptr_t)c->run->argv, c->env);
	}
	err = errno;
	if (write(c->failed[1], &err, sizeof err) < 0)
		_exit(126);
	_exit(127);
}

/* 0 when exec succeeded, else its -errno. */
static int exec_result(struct child *c)
{
	int err = 0;
	ssize_t n;

	do
		n = read(c->failed[0], &err, sizeof err);
	while (n < 0 && errno == EINTR);
	close_fd(&c->failed[0]);
	return n == sizeof err ? -err : 0;
}

static int reap(struct child *c)
{
	struct run *r = c->run;
	struct rusage u = { 0 };

	while (wait4(c->pid, &r->status, 0, &u) < 0)
		if (errno != EINTR)
			return -errno;
	r->user_us = (uint64_t)u.ru_utime.tv_sec * 1000000 + (uint64_t)u.ru_utime.tv_usec;
	r->sys_us = (uint64_t)u.ru_stime.tv_sec * 1000000 + (uint64_t)u.ru_stime.tv_usec;
	r->peak_kb = u.ru_maxrss;
	return 0;
}

static int child_start(struct child *c)
{
	pid_t parent = getpid();
	int err;

	fflush(NULL);
	c->pid = fork();
	if (c->pid < 0)
		return -errno;
	if (!c->pid)
		child_exec(c, parent);
	if (c->run->group)
		setpgid(c->pid, c->pid);	/* the child does it too: whoever is first */
	close_fd(&c->failed[1]);
	close_fd(&c->out[1]);
	close_fd(&c->err[1]);
	err = exec_result(c);
	if (!err) {
		c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
		if (c->pidfd >= 0)
			return 0;
		err = -errno;
		kill(c->run->group ? -c->pid : c->pid, SIGKILL);
	}
	reap(c);
	return err;
}

/* Take what there is; close at the end of the file. */
static void drain(int *fd, struct strbuf *to)
{
	char buf[65536];
	ssize_t n;

	while (*fd >= 0) {
		n = read(*fd, buf, sizeof buf);
		if (n > 0)
			sb_add(to, buf, (size_t)n);
		else if (!n || (errno != EAGAIN && errno != EINTR))
			close_fd(fd);
		else if (errno == EAGAIN)
			return;
	}
}

static void take_signal(struct child *c)
{
	struct signalfd_siginfo info;

	while (read(c->sigfd, &info, sizeof info) == sizeof info) {
		/* asked a second time: no more patience */
		kill(-c->pid, c->caught ? SIGKILL : SIGTERM);
		c->caught = (int)info.ssi_signo;
		if (!c->kill_at)
			c->kill_at = now_us() + KILL_AFTER_US;
	}
}

/* Milliseconds that poll may wait. */
static int patience(const struct child *c)
{
	uint64_t now = now_us();

	if (!c->kill_at)
		return -1;
	return c->kill_at > now ? (int)((c->kill_at - now) / 1000 + 1) : 0;
}

/* Take its output until it has ended. */
static int child_follow(struct child *c)
{
	struct run *r = c->run;
	bool ended = false;
	int n;

	while (!ended) {
		struct pollfd p[] = {
			{ .fd = c->pidfd, .events = POLLIN }, { .fd = c->out[0], .events = POLLIN },
			{ .fd = c->err[0], .events = POLLIN }, { .fd = c->sigfd, .events = POLLIN },
		};

		n = poll(p, sizeof p / sizeof *p, patience(c));
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		if (!n && c->kill_at) {
			kill(-c->pid, SIGKILL);
			c->kill_at = 0;
		}
		ended = p[0].revents != 0;
		if (p[1].revents || ended)
			drain(&c->out[0], &r->out);
		if (p[2].revents || ended)
			drain(&c->err[0], &r->err);
		if (p[3].revents)
			take_signal(c);
	}
	return 0;
}

/* With the descriptors there: start, follow, reap. */
static int child_run(struct child *c)
{
	int err = child_start(c), reaped;

	if (err)
		return err;
	err = child_follow(c);
	if (err)
		kill(c->run->group ? -c->pid : c->pid, SIGKILL);
	if (c->caught)
		kill(-c->pid, SIGKILL);	/* what outlived its leader; the number is ours until it is reaped */
	reaped = reap(c);
	return err ? err : reaped;
}

int run_wait(struct run *r)
{
	struct child c = {
		.run = r, .input = -1, .devnull = -1, .out = { -1, -1 }, .err = { -1, -1 },
		.failed = { -1, -1 }, .pidfd = -1, .sigfd = -1,
	};
	uint64_t begun = now_us();
	int err;

	r->out = r->err = STRBUF_INIT;
	r->status = 0;
	r->user_us = r->sys_us = 0;
	r->peak_kb = 0;
	c.env = make_env(r->env);
	err = hold_signals(&c);
	if (!err)
		err = make_fds(&c);
	if (!err)
		err = make_pipes(&c);
	if (!err)
		err = child_run(&c);
	child_close(&c);
	release_signals(&c);
	free(c.env);
	r->wall_us = now_us() - begun;
	return err;
}

bool run_ok(const struct run *r)
{
	return WIFEXITED(r->status) && !WEXITSTATUS(r->status);
}

const char *run_describe(const struct run *r, char *buf, size_t size)
{
	if (WIFSIGNALED(r->status))
		snprintf(buf, size, "killed by signal %d (%s)", WTERMSIG(r->status), strsignal(WTERMSIG(r->status)));
	else
		snprintf(buf, size, "exited with status %d", WEXITSTATUS(r->status));
	return buf;
}

void run_free(struct run *r)
{
	sb_free(&r->out);
	sb_free(&r->err);
}
