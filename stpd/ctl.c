/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control channel: one message a read, one a write (stp/wire.h). */
#include "stpd/stpd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug"
#define DEBUGFS_TYPE 0x64626720
enum { CALL_STACK = 256 * 1024 };

void ctl_path(char *buf, size_t size, const char *name, const char *file)
{
	snprintf(buf, size, DEBUGFS "/stap/%s/%s", name, file);
}

int debugfs_need(void)
{
	struct statfs fs;
	int err = 0;

	privilege_raise();
	if ((statfs(DEBUGFS, &fs) || fs.f_type != DEBUGFS_TYPE) &&
	    mount("none", DEBUGFS, "debugfs", 0, NULL))
		err = -errno;
	privilege_lower();
	return err;
}

void debugfs_explain(int err)
{
	say_error("debugfs is not mounted on " DEBUGFS ", and cannot be mounted there (%s);"
		  " as root: mount -t debugfs none " DEBUGFS, strerror(-err));
}

int debugfs_open(const char *path, int flags)
{
	int fd, err;

	privilege_raise();
	fd = open(path, flags | O_CLOEXEC);
	err = errno;
	privilege_lower();
	return fd < 0 ? -err : fd;
}

int ctl_open(const char *name)
{
	char path[512];
	int fd, err = debugfs_need();

	if (err) {
		debugfs_explain(err);
		return err;
	}
	ctl_path(path, sizeof path, name, "ctl");
	fd = debugfs_open(path, O_RDWR | O_NONBLOCK);
	if (fd < 0)
		say_error(fd == -EBUSY ? "another daemon serves module %s" : "cannot open the control channel of module %s", name);
	return fd;
}

void ctl_claim(int fd)
{
	int kept = 0;

	privilege_raise();
	/* without it the user cannot take over what he leaves, which trust_running then says */
	if (privilege_is_borrowed() && fchown(fd, privilege_user(), (gid_t)-1))
		kept = errno;
	privilege_lower();
	errno = kept;
}

int ctl_send(int fd, uint32_t kind, const void *payload, size_t len)
{
	struct ctl_msg m = { .head = { .kind = kind, .len = (uint32_t)len } };
	ssize_t n;

	if (len > sizeof m.payload - sizeof m.head)
		return -E2BIG;
	memcpy(m.payload, payload ? payload : "", payload ? len : 0);
	do
		n = write(fd, &m, sizeof m.head + len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static void *call(void *data)
{
	struct ctl_call *c = data;

	c->err = ctl_send(c->fd, c->kind, c->kind == STP_MSG_START ? &c->start : NULL, c->kind == STP_MSG_START ? sizeof c->start : 0);
	__atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The limit of the main stack, which would be a thread's size, is the user's. */
static int start_thread(struct ctl_call *c)
{
	pthread_attr_t a;
	int err = pthread_attr_init(&a);

	if (err)
		return err;
	err = pthread_attr_setstacksize(&a, CALL_STACK);
	if (!err)
		err = pthread_create(&c->thread, &a, call, c);
	pthread_attr_destroy(&a);
	return err;
}

int ctl_call_begin(struct ctl_call *c, int fd, uint32_t kind, const struct stp_msg_start *start)
{
	int err;

	*c = (struct ctl_call){ .fd = fd, .kind = kind };
	if (start)
		c->start = *start;
	err = start_thread(c);
	if (err)
		c->kind = 0;
	return -err;
}

bool ctl_call_failed(const struct ctl_call *c, int *err)
{
	if (!c->kind || !__atomic_load_n(&c->done, __ATOMIC_ACQUIRE) || !c->err)
		return false;
	*err = c->err;
	return true;
}

int ctl_call_end(struct ctl_call *c)
{
	int err = 0;

	if (c->kind) {
		pthread_join(c->thread, NULL);
		err = c->err;
	}
	c->kind = 0;
	return err;
}

int ctl_receive(int fd, struct ctl_msg *m)
{
	ssize_t n = read(fd, m, sizeof m->head + sizeof m->payload - 1);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n)
		return 0;
	if ((size_t)n < sizeof m->head || m->head.len != (size_t)n - sizeof m->head)
		return -EPROTO;
	m->payload[m->head.len] = 0;
	return 1;
}
