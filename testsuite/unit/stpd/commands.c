/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the daemon starts (stpd/child.c): held until they may go, as the user, with signals
 * as usual. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
	CHECK(becomes("X='a b' sleep \"20\" >/dev/null 2>&1", "sleep"));
	CHECK(becomes("sleep $(echo 20)", "sleep"));
	CHECK(becomes("sleep 20 | cat", "sh"));
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

/* What ACT says on standard error and output, together. */
static const char *hear(void (*act)(void))
{
	static char text[1000];
	int keep[2] = { dup(1), dup(2) }, p[2];
	size_t len = 0;
	ssize_t n;

	fflush(stdout);
	CHECK(!pipe(p) && dup2(p[1], 1) == 1 && dup2(p[1], 2) == 2);
	close(p[1]);
	act();
	fflush(stdout);
	dup2(keep[0], 1);
	dup2(keep[1], 2);
	close(keep[0]);
	close(keep[1]);
	while ((n = read(p[0], text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = 0;
	close(p[0]);
	return text;
}

static void system_command(void) { run_system("echo one; echo two >&2"); }

TEST(command_of_system)
{
	CHECK_STR(hear(system_command), "one\ntwo\n");
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* The user may have no more processes: each says so, and nothing is started. */
static int no_processes(void)
{
	const struct rlimit none = { 0, 0 };
	int hold = -1, status = 0;

	TRY(!setrlimit(RLIMIT_NPROC, &none));
	TRY(child_prepare("true", &hold) < 0 && hold == -1);
	run_system("echo ran");
	TRY(background_start("m", &(struct options){ .quiet = true }, &status) == -1 && status == 1);
	return 0;
}

TEST(command_without_processes)
{
	int r = as_user_run(&(struct as_user){ .run = no_processes });

	CHECK_MSG(!r, "%s", as_user_said);
	CHECK(strstr(as_user_said, "cannot start \"true\"") &&
	      strstr(as_user_said, "cannot run \"echo ran\""));
	CHECK(strstr(as_user_said, "cannot go into the background"));
}

/* ---- the background ---- */

static struct options in_background;
static int status_of_start;
static bool starts;

/* The new process is one of its own session, and holds none of the files that who started it waits
 * for. */
static void start_in_background(void)
{
	int keep = dup(0), p[2], fd;
	char c;

	CHECK(!pipe(p) && write(p[1], "x", 1) == 1 && dup2(p[0], 0) == 0);
	fd = background_start("m", &in_background, &status_of_start);
	if (fd >= 0) {
		if (!starts)
			_exit(6);
		background_ready(fd, false);
		_exit(read(0, &c, 1) == 0 && getsid(0) == getpid() && write(1, "into nothing", 12) == 12 ? 0 : 9);
	}
	dup2(keep, 0);
	close(keep);
	close(p[0]);
	close(p[1]);
}

static const char *background(bool will_start, struct options o)
{
	in_background = o;
	starts = will_start;
	status_of_start = 7;
	return hear(start_in_background);
}

/* Its process, which TEXT begins with, ended well. */
static void check_ended(const char *text)
{
	int status;

	CHECK_EQ(waitpid(atoi(text), &status, 0), atoi(text));
	CHECK_EQ(status, 0);
}

TEST(background_tells_its_process)
{
	const char *text = background(true, (struct options){ .quiet = true });

	CHECK_EQ(status_of_start, 0);
	check_ended(text);
	CHECK_EQ(strspn(text, "0123456789"), strlen(text) - 1);
	text = background(true, (struct options){ .verbose = 0 });
	check_ended(text);
	CHECK(strstr(text, "module m runs on; process ") && strstr(text, " collects its output"));
	text = background(true, (struct options){ .rename = true });
	check_ended(text);
	CHECK(strstr(text, "module m_"));
}

TEST(background_that_does_not_start)
{
	CHECK_STR(background(false, (struct options){ .quiet = false }), "");
	CHECK_EQ(status_of_start, 6);
}

static void nobody_waits(void)
{
	int p[2];

	signal(SIGPIPE, SIG_IGN);
	CHECK(!pipe(p));
	close(p[0]);
	background_ready(p[1], false);
	CHECK(fcntl(p[1], F_GETFD) < 0);
	signal(SIGPIPE, SIG_DFL);
}

TEST(background_for_nobody)
{
	int keep = dup(0);

	CHECK_STR(hear(nobody_waits), "ERROR: nobody waits for this daemon to start\n");
	dup2(keep, 0);
	close(keep);
}
