/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the daemon starts: the command of -c, held until the probes are in
 * place, and the commands of system(). */
#include "stpd/command.h"
#include "stpd/signals.h"
#include "stpd/stpd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int background_start(const char *name, const struct options *o, int *status)
{
	char go, renamed[256];
	bool is_renamed;
	int p[2], state;
	pid_t pid;

	*status = 1;
	if (pipe2(p, O_CLOEXEC) || (pid = fork()) < 0) {
		say_error("cannot go into the background: %s", strerror(errno));
		return -1;
	}
	if (!pid) {
		close(p[0]);
		setsid();
		return p[1];
	}
	close(p[1]);
	if (read(p[0], &go, 1) == 1) {
		*status = 0;
		printf("%d\n", (int)pid);
		fflush(stdout);
		is_renamed = o->rename || go == 'n';
		if (is_renamed)
			module_new_name(name, pid, renamed, sizeof renamed);
		if (!o->quiet)
			fprintf(stderr, "stpd: module %s runs on; process %d collects its output\n", is_renamed ? renamed : name, (int)pid);
	} else if (waitpid(pid, &state, 0) == pid && WIFEXITED(state)) {
		*status = WEXITSTATUS(state);
	}
	return -1;
}

void background_ready(int fd, bool renamed)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* whoever reads our standard output shall not wait for us; warnings still go to standard error */
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		close(null);
	}
	if (write(fd, renamed ? "n" : "r", 1) != 1)
		say_error("nobody waits for this daemon to start");
	close(fd);
}

/* COMMAND, so that target() is the program itself where it is one program and its arguments, and
 * not a shell that waits for it. */
static _Noreturn void run_shell(const char *command)
{
	ptrdiff_t at = command_program(command);
	char *program;

	if (at >= 0 && asprintf(&program, "%.*sexec %s", (int)at, command, command + at) > 0)
		command = program;
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	fprintf(stderr, "ERROR: cannot run /bin/sh: %s\n", strerror(errno));
	_exit(127);
}

pid_t child_prepare(const char *command, int *hold)
{
	int p[2];
	pid_t pid;
	char go;
	int err;

	if (pipe2(p, O_CLOEXEC)) {
		err = errno;
		say_error("cannot make a pipe: %s", strerror(err));
		return -err;
	}
	pid = fork();
	if (pid < 0) {
		err = errno;
		say_error("cannot start \"%s\": %s", command, strerror(err));
		close(p[0]);
		close(p[1]);
		return -err;
	}
	if (pid) {
		close(p[0]);
		*hold = p[1];
		return pid;
	}
	close(p[1]);
	signals_give_back();
	privilege_forget();
	if (read(p[0], &go, 1) != 1)
		_exit(0);		/* the session did not start */
	close(p[0]);
	run_shell(command);
}

void child_go(int hold)
{
	if (write(hold, "g", 1) != 1)
		say_error("the command ended before it was started");
	close(hold);
}

void run_system(const char *command)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		say_error("cannot run \"%s\": %s", command, strerror(errno));
	if (pid)
		return;
	signals_give_back();
	privilege_forget();
	run_shell(command);
}
