/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control channel's messages (stpd/ctl.c), with a socket in place of the module, and what a
 * user types (stpd/input.c). */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* Packets: one write is one read, as the module's file has it. */
static void make_pair(int fds[2])
{
	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
	CHECK(!fcntl(fds[0], F_SETFL, O_NONBLOCK) && !fcntl(fds[1], F_SETFL, O_NONBLOCK));
}

static void close_pair(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

TEST(control_sends_what_it_is_given)
{
	static struct ctl_msg m;
	int fds[2];

	make_pair(fds);
	CHECK_EQ(ctl_send(fds[0], STP_MSG_INPUT, "text", 4), 0);
	CHECK_EQ(read(fds[1], &m, sizeof m), sizeof m.head + 4);
	CHECK_EQ(m.head.kind, STP_MSG_INPUT);
	CHECK_EQ(m.head.len, 4);
	CHECK_MEM(m.payload, "text", 4);
	CHECK_EQ(ctl_send(fds[0], STP_MSG_STOP, NULL, 0), 0);
	CHECK_EQ(read(fds[1], &m, sizeof m), sizeof m.head);
	CHECK_EQ(m.head.kind, STP_MSG_STOP);
	CHECK_EQ(m.head.len, 0);
	close(fds[1]);
	CHECK_EQ(ctl_send(fds[0], STP_MSG_STOP, NULL, 0), -EPIPE);
	close(fds[0]);
	CHECK_EQ(ctl_send(fds[0], STP_MSG_STOP, NULL, 0), -EBADF);
}

TEST(control_bounds_what_it_sends)
{
	static char payload[STP_MSG_MAX];
	static struct ctl_msg m;
	const size_t most = sizeof m.payload - sizeof m.head;
	int fds[2];

	make_pair(fds);
	memset(payload, 'x', sizeof payload);
	CHECK_EQ(ctl_send(fds[0], STP_MSG_INPUT, payload, most + 1), -E2BIG);
	CHECK_EQ(ctl_send(fds[0], STP_MSG_INPUT, payload, most), 0);
	CHECK_EQ(read(fds[1], &m, sizeof m), STP_MSG_MAX);
	close_pair(fds);
}

TEST(control_receives_whole_messages)
{
	static struct ctl_msg m, sent;
	int fds[2];

	make_pair(fds);
	CHECK_EQ(ctl_receive(fds[0], &m), 0);		/* nothing there */
	sent.head = (struct stp_msg){ .kind = STP_MSG_WARN, .len = 5 };
	memcpy(sent.payload, "hello", 5);
	CHECK_EQ(write(fds[1], &sent, sizeof sent.head + 5), sizeof sent.head + 5);
	memset(&m, 'x', sizeof m);
	CHECK_EQ(ctl_receive(fds[0], &m), 1);
	CHECK_EQ(m.head.kind, STP_MSG_WARN);
	CHECK_STR(m.payload, "hello");
	sent.head.len = 0;
	CHECK(write(fds[1], &sent, sizeof sent.head) > 0);
	CHECK_EQ(ctl_receive(fds[0], &m), 1);
	CHECK_STR(m.payload, "");
	CHECK(write(fds[1], &sent, sizeof sent.head - 1) > 0);
	CHECK_EQ(ctl_receive(fds[0], &m), -EPROTO);	/* less than a head */
	CHECK(write(fds[1], &sent, sizeof sent.head + 1) > 0);
	CHECK_EQ(ctl_receive(fds[0], &m), -EPROTO);	/* more than it says */
	sent.head.len = 2;
	CHECK(write(fds[1], &sent, sizeof sent.head + 1) > 0);
	CHECK_EQ(ctl_receive(fds[0], &m), -EPROTO);	/* less than it says */
	close(fds[1]);
	CHECK_EQ(ctl_receive(fds[0], &m), 0);
	close(fds[0]);
	CHECK_EQ(ctl_receive(fds[0], &m), -EBADF);
}

/* The longest message has room for its NUL, and one byte more is none. */
TEST(control_receives_the_longest)
{
	static struct ctl_msg m, sent;
	int fds[2];

	make_pair(fds);
	memset(sent.payload, 'x', sizeof sent.payload);
	sent.head = (struct stp_msg){ .kind = STP_MSG_WARN, .len = STP_MSG_MAX - 1 };
	CHECK_EQ(write(fds[1], &sent, sizeof sent.head + STP_MSG_MAX - 1),
		 sizeof sent.head + STP_MSG_MAX - 1);
	CHECK_EQ(ctl_receive(fds[0], &m), 1);
	CHECK_EQ(strlen(m.payload), STP_MSG_MAX - 1);
	close_pair(fds);
}

TEST(control_calls)
{
	const struct stp_msg_start start = { .version = STP_WIRE_VERSION, .target = 7 };
	static struct ctl_msg m;
	struct ctl_call c = { 0 };
	int fds[2], err = 5;

	CHECK_EQ(ctl_call_end(&c), 0);			/* none was begun */
	CHECK(!ctl_call_failed(&c, &err));
	make_pair(fds);
	CHECK_EQ(ctl_call_begin(&c, fds[0], STP_MSG_START, &start), 0);
	CHECK_EQ(ctl_call_end(&c), 0);
	CHECK(!ctl_call_failed(&c, &err));
	CHECK_EQ(read(fds[1], &m, sizeof m), sizeof m.head + sizeof start);
	CHECK_EQ(m.head.kind, STP_MSG_START);
	CHECK_MEM(m.payload, &start, sizeof start);
	CHECK_EQ(ctl_call_begin(&c, fds[0], STP_MSG_STOP, NULL), 0);
	CHECK_EQ(ctl_call_end(&c), 0);
	CHECK_EQ(read(fds[1], &m, sizeof m), sizeof m.head);
	CHECK_EQ(m.head.kind, STP_MSG_STOP);
	close(fds[1]);
	CHECK_EQ(ctl_call_begin(&c, fds[0], STP_MSG_START, &start), 0);
	while (!ctl_call_failed(&c, &err))
		usleep(1000);
	CHECK_EQ(err, -EPIPE);
	CHECK_EQ(ctl_call_end(&c), -EPIPE);
	CHECK(!ctl_call_failed(&c, &err));
	close(fds[0]);
}

/* Standard input from a pipe until the test ends. */
static int swap_input(int fd)
{
	int keep = dup(0);

	CHECK(keep >= 0 && dup2(fd, 0) == 0);
	return keep;
}

TEST(typed_text_goes_to_the_module)
{
	static struct ctl_msg m;
	struct typed in = { 0 };
	int p[2], fds[2], keep;

	make_pair(fds);
	CHECK(!pipe(p) && !fcntl(p[0], F_SETFL, O_NONBLOCK));
	keep = swap_input(p[0]);
	input_open(&in, 0);
	CHECK_EQ(input_fd(&in), -1);
	input_open(&in, STP_START_INPUT | STP_START_INPUT_CHAR);
	CHECK_EQ(input_fd(&in), STDIN_FILENO);
	CHECK_EQ(input_forward(&in, fds[0]), 0);	/* nothing there yet */
	CHECK_EQ(ctl_receive(fds[1], &m), 0);
	CHECK(write(p[1], "a line\n", 7) == 7);
	CHECK_EQ(input_forward(&in, fds[0]), 0);
	CHECK_EQ(ctl_receive(fds[1], &m), 1);
	CHECK_EQ(m.head.kind, STP_MSG_INPUT);
	CHECK_STR(m.payload, "a line\n");
	CHECK_EQ(input_fd(&in), STDIN_FILENO);
	close(p[1]);
	CHECK_EQ(input_forward(&in, fds[0]), 0);	/* the end: an empty message, and no more is read */
	CHECK_EQ(ctl_receive(fds[1], &m), 1);
	CHECK_EQ(m.head.len, 0);
	CHECK_EQ(input_fd(&in), -1);
	input_close(&in);
	CHECK(dup2(keep, 0) == 0);
	close(keep);
	close(p[0]);
	close_pair(fds);
}

/* ---- a terminal ---- */

static bool edits_lines(void)
{
	struct termios t;

	return !tcgetattr(0, &t) && t.c_lflag & ICANON;
}

/* Standard input is a terminal of this process's own. */
static bool take_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd;

	if (master < 0 || grantpt(master) || unlockpt(master) || setsid() < 0)
		return false;
	fd = open(ptsname(master), O_RDWR);
	return fd >= 0 && dup2(fd, 0) == 0 && !ioctl(0, TIOCSCTTY, 0) && tcgetpgrp(0) == getpgrp();
}

/* In a group of its own, behind the terminal. */
static int behind(void)
{
	struct typed in = { 0 };
	pid_t pid = fork();
	int status;

	if (!pid) {
		setpgid(0, 0);
		input_open(&in, STP_START_INPUT | STP_START_INPUT_CHAR);
		_exit(input_fd(&in) == -1 && edits_lines() ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* 0, 77: there are no terminals. */
static int at_a_terminal(void)
{
	struct typed in = { 0 };
	struct termios t;

	if (!take_terminal())
		return 77;
	input_open(&in, STP_START_INPUT);
	TRY(input_fd(&in) == 0 && edits_lines());
	input_open(&in, STP_START_INPUT_CHAR);
	TRY(input_fd(&in) == -1 && edits_lines());
	TRY(!behind());
	input_open(&in, STP_START_INPUT | STP_START_INPUT_CHAR);
	TRY(edits_lines());
	TRY(input_fd(&in) == 0 && !edits_lines());
	TRY(input_fd(&in) == 0 && !edits_lines());
	TRY(!tcgetattr(0, &t) && t.c_cc[VMIN] == 1 && t.c_cc[VTIME] == 0);
	input_close(&in);
	TRY(edits_lines());
	input_close(&in);
	TRY(edits_lines());
	return 0;
}

TEST(typed_at_a_terminal)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(at_a_terminal());
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		SKIP("no terminals here");
	CHECK_EQ(WEXITSTATUS(status), 0);
}

/* ---- debugfs ---- */

static void a_directory(void) { as_user_file("/sys/kernel/debug/nothing", 0, 0600); }

static bool is_debugfs(void)
{
	struct statfs fs;

	return !statfs("/sys/kernel/debug", &fs) && fs.f_type == 0x64626720;
}

/* It is mounted where it is missing, by root's right, which is given back. */
static int mounts(void)
{
	int r = ctl_open("no_such_module_1");

	TRY(r < 0 && geteuid() == SOMEBODY);
	TRY(is_debugfs() == (r == -ENOENT));
	return 0;
}

static int cannot_mount(void)
{
	TRY(ctl_open("m") == -ENOENT && geteuid() == SOMEBODY);
	return 0;
}

TEST(control_mounts_debugfs)
{
	int r = as_user_run(
		&(struct as_user){ .groups = { STAPUSR }, .prepare = a_directory, .run = mounts });

	CHECK_MSG(!r, "%s", as_user_said);
	CHECK(strstr(as_user_said, "debugfs is not mounted on /sys/kernel/debug, and cannot") ||
	      strstr(as_user_said, "cannot open the control channel of module no_such"));
	r = as_user_run(&(struct as_user){ .groups = { STAPUSR }, .run = cannot_mount });
	CHECK_MSG(!r, "%s", as_user_said);
	CHECK(strstr(as_user_said, "debugfs is not mounted on /sys/kernel/debug, and cannot be mounted"
				   " there (No such file"));
}

/* ---- whose it is ---- */

static void roots_file(void) { as_user_file("/ctl", 0, 0666); }

/* The owner of the file, once it was claimed. */
static int claims(void)
{
	int fd = open("/ctl", O_RDWR);
	struct stat st;

	ctl_claim(fd);
	TRY(geteuid() == SOMEBODY && !errno);
	TRY(!fstat(fd, &st) && st.st_uid == SOMEBODY && st.st_gid == 0);
	return 0;
}

static int cannot_claim(void)
{
	ctl_claim(-1);
	TRY(geteuid() == SOMEBODY && errno == EBADF);
	return 0;
}

static int root_claims(void)
{
	int fd = open("/ctl", O_RDWR);
	struct stat st;

	ctl_claim(fd);
	TRY(!fstat(fd, &st) && st.st_uid == 0);
	return 0;
}

TEST(control_is_claimed)
{
	int r = as_user_run(&(struct as_user){ .prepare = roots_file, .run = claims });

	CHECK_MSG(!r, "%s", as_user_said);
	CHECK_EQ(as_user_run(&(struct as_user){ .run = cannot_claim }), 0);
	r = as_user_run(&(struct as_user){ .as_root = true, .prepare = roots_file, .run = root_claims });
	CHECK_MSG(!r, "%s", as_user_said);
}
