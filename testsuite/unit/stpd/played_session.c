/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See played_session.h. */
#include "testsuite/unit/stpd/played_session.h"

#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/image.h"
#include "testsuite/unit/stpd/played_modules.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOLD_MOST = 1000 };
char *played_told;

static void say(int ctl, uint32_t kind, const void *payload, size_t len)
{
	struct ctl_msg m = { .head = { .kind = kind, .len = (uint32_t)len } };

	memcpy(m.payload, payload, len);
	if (write(ctl, &m, sizeof m.head + len) < 0)
		_exit(0);
}

static void say_started(int ctl, const struct played_session *p)
{
	const struct stp_msg_channels channels = { .version = STP_WIRE_VERSION, .ncpus = 1 };
	const struct stp_msg_started started = { .nprobes = 1 };

	say(ctl, STP_MSG_CHANNELS, &channels, sizeof channels);
	/* the kernel has both to be read at once: with this one first, there is no moment between */
	if (p->exits_in_begin)
		say(ctl, STP_MSG_EXIT, "", 0);
	say(ctl, STP_MSG_STARTED, &started, sizeof started);
}

static void say_stopped(int ctl)
{
	struct stp_msg_stopped stopped = { 0 };

	say(ctl, STP_MSG_STOPPED, &stopped, sizeof stopped);
}

static void note(const char *name)
{
	strncat(played_told, name, TOLD_MOST - strlen(played_told) - 1);
}

static _Noreturn void module(int ctl, const struct played_session *p)
{
	struct ctl_msg m;
	int r;

	signal(SIGPIPE, SIG_IGN);
	if (p->options.attach)
		say_started(ctl, p);
	if (p->is_over)
		say_stopped(ctl);
	while ((r = ctl_receive(ctl, &m)) > 0) {
		switch (m.head.kind) {
		case STP_MSG_START:
			note("START ");
			say_started(ctl, p);
			break;
		case STP_MSG_STOP:
			note("STOP ");
			say_stopped(ctl);
			break;
		case STP_MSG_CUT: note("CUT "); break;
		case STP_MSG_DETACH: note("DETACH "); break;
		}
	}
	_exit(0);
}

/* The channel of CPU 0, with one record. */
static void print(const char *text)
{
	const char *path = played_file("m", "trace0");
	struct stp_rec rec = { .magic = STP_REC_MAGIC, .kind = STP_REC_TEXT };
	char bytes[8192 + sizeof rec] = "";
	int fd;

	as_user_file(path, 0, 0600);
	if (!text)
		return;
	rec.len = (uint32_t)strlen(text);
	memcpy(bytes, &rec, sizeof rec);
	memcpy(bytes + sizeof rec, text, rec.len);
	fd = open(path, O_WRONLY);
	if (write(fd, bytes, sizeof rec + ((rec.len + 7) & ~7u)) < 0)
		_exit(96);
	close(fd);
}

static void write_image(void)
{
	struct image f = image_good();
	int fd = open("/m.ko", O_WRONLY | O_CREAT, 0644);

	strcpy(f.info, "name=m");
	if (write(fd, &f, sizeof f) != sizeof f)
		_exit(96);
	close(fd);
}

int played_session_run(struct played_session *p)
{
	int ctl[2], status;
	pid_t pid;

	played_told = mmap(NULL, TOLD_MOST, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	played_load("m", p->is_over ? STP_STATE_STOPPED : STP_STATE_RUNNING, 0);
	print(p->prints);
	write_image();
	if (played_told == MAP_FAILED || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ctl))
		_exit(96);
	pid = fork();
	if (!pid) {
		close(ctl[0]);
		module(ctl[1], p);
	}
	close(ctl[1]);
	fcntl(ctl[0], F_SETFL, O_NONBLOCK);
	fake_kernel.control = ctl[0];
	p->options.module = p->options.attach ? "m" : "/m.ko";
	p->options.unchecked = true;
	p->options.remote.id = -1;
	p->options.parent_fd = -1;
	status = session_run(&p->options);
	close(ctl[0]);
	waitpid(pid, NULL, 0);
	return status;
}
