/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The temporary directory, and the janitor that removes it.
 *
 * A signal handler cannot remove a tree, and SIGKILL cannot be handled: so a small
 * child waits on a pipe.  A byte there is "done, nothing to do"; the end of the
 * file without one means that we are gone, or could not remove the directory for want of
 * descriptors: the child does it, which has none but the pipe. */
#include "translator/driver.h"
#include "lib/run.h"
#include "translator/errors.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void janitor(int fd, const char *dir)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
	char done;
	ssize_t n;
	size_t i;

	for (i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	prctl(PR_SET_NAME, "stap-janitor");
	/* whoever waits for the end of our output, or for a lock of ours, shall not wait for
	 * this process */
	if (dup2(fd, STDIN_FILENO) < 0 || chdir("/"))
		_exit(1);
	syscall(SYS_close_range, STDOUT_FILENO, ~0U, 0);
	do
		n = read(STDIN_FILENO, &done, 1);
	while (n < 0 && errno == EINTR);
	/* a compiler that is being killed may still write for a moment */
	for (i = 0; !n && i < 50; i++) {
		remove_tree(dir);
		if (access(dir, F_OK))
			break;
		usleep(20000);
	}
	_exit(0);
}

static bool start_janitor(struct session *s)
{
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return false;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(fd[1]);
		janitor(fd[0], s->tmpdir);
	}
	close(fd[0]);
	s->janitor_fd = fd[1];
	s->janitor_pid = pid;
	if (pid < 0)
		close(fd[1]);
	return pid >= 0;
}

static bool use_given(struct session *s)
{
	int err = make_dirs(s->opt.tmpdir, 0700);
	char *real;

	if (err)
		return diag_error(&s->diags, (struct span){ 0 }, E(FILE_ACCESS), "cannot make %s: %s", s->opt.tmpdir, strerror(-err));
	real = realpath(s->opt.tmpdir, NULL);
	s->tmpdir = arena_strdup(&s->arena, real ? real : s->opt.tmpdir);
	free(real);
	return true;
}

bool tmpdir_make(struct session *s)
{
	char *dir;

	if (s->tmpdir)
		return true;
	if (s->opt.tmpdir)
		return use_given(s);
	dir = make_temp_dir();
	if (!dir)
		return diag_error(&s->diags, (struct span){ 0 }, E(FILE_ACCESS), "cannot make a temporary directory in %s: %s",
				  getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", strerror(errno));
	s->tmpdir = arena_strdup(&s->arena, dir);
	free(dir);
	if (s->opt.keep || start_janitor(s))
		return true;
	diag_error(&s->diags, (struct span){ 0 }, E(FILE_ACCESS), "cannot start a process: %s", strerror(errno));
	remove_tree(s->tmpdir);
	s->tmpdir = NULL;
	return false;
}

void tmpdir_end(struct session *s)
{
	if (!s->tmpdir)
		return;
	if (s->opt.keep || s->opt.tmpdir) {
		fprintf(stderr, "temporary files are kept in %s\n", s->tmpdir);
		return;
	}
	if (!remove_tree(s->tmpdir) && write(s->janitor_fd, "k", 1) != 1)
		kill(s->janitor_pid, SIGKILL);
	close(s->janitor_fd);
	waitpid(s->janitor_pid, NULL, 0);
	if (!access(s->tmpdir, F_OK))
		fprintf(stderr, "%s cannot be removed: do it yourself\n", s->tmpdir);
}
