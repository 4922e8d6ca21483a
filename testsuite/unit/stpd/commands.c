/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the daemon starts (stpd/child.c): held until they may go, as the user, with signals as usual. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The end of COMMAND, which is let go if GO: its exit status, or 1000 and its signal. */
static int run_command(const char *command, bool go)
{
	int hold = -1, status;
	pid_t pid = child_prepare(command, &hold);

	CHECK(pid > 0 && hold >= 0);
	usleep(20000);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	if (go)
		child_go(hold);
	else
		close(hold);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(command_is_held)
{
	char mark[] = "/tmp/command-XXXXXX", command[100];
	int fd = mkstemp(mark);

	CHECK(fd >= 0 && !unlink(mark));
	close(fd);
	snprintf(command, sizeof command, ": >%s; exit 3", mark);
	CHECK_EQ(run_command(command, false), 0);
	CHECK_MSG(access(mark, F_OK), "it ran though it was not let go");
	CHECK_EQ(run_command(command, true), 3);
	CHECK_EQ(unlink(mark), 0);
}

TEST(command_has_usual_signals)
{
	sigset_t all, was;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &was);
	signal(SIGPIPE, SIG_IGN);
	CHECK_EQ(run_command("kill -TERM $$", true), 1000 + SIGTERM);
	CHECK_EQ(run_command("kill -PIPE $$", true), 1000 + SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &was, NULL);
}

/* Whether the process of COMMAND becomes the program itself. */
static bool becomes(const char *command, const char *program)
{
	char path[64], name[64] = "";
	int hold = -1, fd;
	pid_t pid = child_prepare(command, &hold);
	bool is = false;

	CHECK(pid > 0);
	child_go(hold);
	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	for (int tries = 0; tries < 200 && !is; tries++) {
		fd = open(path, O_RDONLY);
		CHECK(fd >= 0);
		name[0] = 0;
		is = read(fd, name, sizeof name) > 0 && !strncmp(name, program, strlen(program));
		close(fd);
		usleep(5000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return is;
}

TEST(command_is_the_program_itself)
{
	CHECK(becomes("sleep 20", "sleep"));
	CHECK(becomes("  /bin/sleep\t20", "sleep"));
	CHECK(becomes("sleep 20; true", "sh"));
	CHECK_EQ(run_command("exit 5", true), 5);		/* no program: the shell's own */
	CHECK_EQ(run_command("X=7 sh -c 'exit $X'", true), 7);
	CHECK_EQ(run_command("no-such-program-1 2>/dev/null", true), 127);
	CHECK_EQ(run_command("", true), 0);
}

static int never_goes(void)
{
	int hold = -1, status;
	pid_t pid;

	privilege_raise();
	pid = child_prepare("exit 3", &hold);
	close(hold);
	waitpid(pid, &status, 0);
	return status;
}

TEST(command_that_never_goes_leaves_quietly)
{
	CHECK_EQ(as_user_run(&(struct as_user){ .run = never_goes }), 0);
	CHECK_STR(as_user_said, "");
}

/* The parent's half: what it waits for, prints and returns. */
TEST(background_waits_for_the_session)
{
	static const struct options o = { .quiet = true };
	int status = 7, keep = dup(1), p[2], fd;
	char text[32] = "";

	fflush(stdout);
	CHECK(!pipe(p) && dup2(p[1], 1) == 1);
	fd = background_start("m", &o, &status);
	if (fd >= 0) {			/* the new process */
		background_ready(fd);
		_exit(read(0, text, 1) == 0 && getsid(0) == getpid() ? 0 : 9);
	}
	dup2(keep, 1);
	close(p[1]);
	CHECK_EQ(status, 0);
	CHECK(read(p[0], text, sizeof text - 1) > 0);
	CHECK_EQ(waitpid(atoi(text), &status, 0), atoi(text));
	CHECK_EQ(status, 0);
	close(p[0]);
	fd = background_start("m", &o, &status);
	if (fd >= 0)
		_exit(6);		/* the session does not start */
	CHECK_EQ(status, 6);
	close(keep);
}
