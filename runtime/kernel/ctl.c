/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control channel: debugfs stap/MODULE/ctl (stp/wire.h).  One daemon at a time.
 * When it closes the file without having stopped the session, the module disarms itself.
 *
 * An open file holds the module, and only a removal by force (O_TRUNC) comes while one is.  Then the daemon's
 * calls fail from that moment on, so that it ends, and the module stays until all files are closed: their release is code of the module's. */
#include "rt.h"
#include "core/core.h"

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static struct dentry *top, *directory, *control;
static bool made_top;
static bool closing;
static atomic_t opened;

static void wake_readers(struct irq_work *w)
{
	wake_up_interruptible(&rt.readers);
}

void rt_wake(void)
{
	irq_work_queue(&rt.wake);
}

static int ctl_open(struct inode *inode, struct file *f)
{
	if (atomic_cmpxchg(&opened, 0, 1))
		return -EBUSY;
	mutex_lock(&rt.mutex);
	rt_introduce();
	mutex_unlock(&rt.mutex);
	return stream_open(inode, f);	/* reads go on while a write takes its time */
}

static int ctl_release(struct inode *inode, struct file *f)
{
	if (!READ_ONCE(rt.detached))	/* a module that comes may be busy with its points */
		rt_cut();
	mutex_lock(&rt.mutex);
	if (!rt.detached)
		rt_stop(true);
	rt.detached = false;
	mutex_unlock(&rt.mutex);
	atomic_set(&opened, 0);
	return 0;
}

static ssize_t ctl_read(struct file *f, char __user *buf, size_t size, loff_t *pos)
{
	struct { struct stp_msg head; char payload[RT_MESSAGE_SIZE]; } *m;
	ssize_t r;

	if (size < sizeof *m)
		return -EINVAL;
	m = kzalloc(sizeof *m, GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	while (!rt_session_take(&m->head, m->payload)) {
		r = -EAGAIN;
		if (f->f_flags & O_NONBLOCK)
			goto out;
		r = wait_event_interruptible(rt.readers, rt_session_ready() || READ_ONCE(closing));
		if (!r && READ_ONCE(closing))
			r = -EIO;
		if (r)
			goto out;
	}
	r = (ssize_t)(sizeof m->head + m->head.len);
	if (copy_to_user(buf, m, (size_t)r))
		r = -EFAULT;
out:
	kfree(m);
	return r;
}

/* Is it for the runtime itself? */
static bool set_own(const char *name, const char *value)
{
#ifdef STP_FAIL_ALLOC
	int n;

	if (!strcmp(name, "stp_fail_alloc") && !kstrtoint(value, 10, &n)) {
		rt_fail_allocation(n);
		return true;
	}
	if (!strcmp(name, "stp_cut_at") && !kstrtoint(value, 10, &n)) {
		rt_cut_at(n);
		return true;
	}
	if (!strcmp(name, "stp_refuse_at") && !kstrtoint(value, 10, &n)) {
		rt_refuse_at(n);
		return true;
	}
#endif
	return false;
}

static int set_global(char *text)
{
	char *value = strchr(text, '=');
	int err;

	if (!value || rt.state != RT_NEW)
		return -EINVAL;
	*value++ = 0;
	if (set_own(text, value))
		return 0;
	err = rt_load();
	return err ? err : stp_core_set_global(text, value);
}

/* The version comes first in every START there ever was. */
static int start(const void *payload, u32 len)
{
	u32 version;

	if (len < sizeof version)
		return -EINVAL;
	memcpy(&version, payload, sizeof version);
	if (version == STP_WIRE_VERSION)
		return len == sizeof(struct stp_msg_start) ? rt_start(payload) : -EINVAL;
	rt_message(STP_MSG_ERROR, "the module speaks version %u to its daemon, and stpd version %u: both have to be of one installation",
		   STP_WIRE_VERSION, version);
	return -EPROTO;
}

/* A message that is a structure, as it is into DST. */
static int keep(void *dst, size_t size, const struct stp_msg *head, const char *payload)
{
	if (head->len != size || rt.state != RT_NEW)
		return -EINVAL;
	memcpy(dst, payload, size);
	return 0;
}

static int command(const struct stp_msg *head, char *payload)
{
	struct stp_msg_namespaces of;
	struct stp_msg_stats stats;
	int err;

	switch (head->kind) {
	case STP_MSG_START:
		return start(payload, head->len);
	case STP_MSG_STOP:
		rt_stop(false);
		return 0;
	case STP_MSG_PING:
		rt_stats(&stats);
		rt_message_bytes(STP_MSG_STATS, &stats, sizeof stats);
		return 0;
	case STP_MSG_SET:
		return set_global(payload);
	case STP_MSG_ZONE:
		err = keep(&rt.zone, sizeof rt.zone, head, payload);
		rt.zone.name[sizeof rt.zone.name - 1] = 0;
		return err;
	case STP_MSG_OWNER:
		return keep(&rt.owner, sizeof rt.owner, head, payload);
	case STP_MSG_NAMESPACES:
		err = keep(&of, sizeof of, head, payload);
		return err ? err : rt_namespaces_of(of.pid);
	case STP_MSG_REMOTE:
		err = keep(&rt.remote, sizeof rt.remote, head, payload);
		rt.remote.uri[sizeof rt.remote.uri - 1] = 0;
		return err;
	case STP_MSG_INPUT:
		rt_input(payload, head->len);
		return 0;
	case STP_MSG_DETACH:
		rt.detached = true;
		return 0;
	}
	return -EINVAL;
}

/* What is done before the lock is there, which START holds, and which STOP waits with for a module that
 * attaches its points as it comes. True: that is all. */
static bool is_urgent(const struct stp_msg *head)
{
	if (head->kind == STP_MSG_CUT || head->kind == STP_MSG_STOP)
		rt_cut();
	return head->kind == STP_MSG_CUT;
}

static ssize_t ctl_write(struct file *f, const char __user *buf, size_t size, loff_t *pos)
{
	struct stp_msg head;
	char *payload;
	int err = -EINVAL;

	if (size < sizeof head || size > STP_MSG_MAX)
		return -EINVAL;
	payload = memdup_user_nul(buf, size);
	if (IS_ERR(payload))
		return PTR_ERR(payload);
	memcpy(&head, payload, sizeof head);
	if (head.len == size - sizeof head && is_urgent(&head)) {
		err = 0;
	} else if (head.len == size - sizeof head) {
		mutex_lock(&rt.mutex);
		err = command(&head, payload + sizeof head);
		mutex_unlock(&rt.mutex);
	}
	kfree(payload);
	return err ? err : (ssize_t)size;
}

static __poll_t ctl_poll(struct file *f, poll_table *wait)
{
	poll_wait(f, &rt.readers, wait);
	return EPOLLOUT | EPOLLWRNORM | (rt_session_ready() ? EPOLLIN | EPOLLRDNORM : 0);
}

static const struct file_operations ctl_fops = {
	.owner = THIS_MODULE,
	.open = ctl_open,
	.release = ctl_release,
	.read = ctl_read,
	.write = ctl_write,
	.poll = ctl_poll,
};

struct dentry *rt_directory(void)
{
	return directory;
}

/* debugfs/stap, which all modules share: another one may make it at this moment. */
static struct dentry *find_top(void)
{
	struct dentry *d = debugfs_lookup("stap", NULL);

	if (d)
		return d;
	d = debugfs_create_dir("stap", NULL);
	if (IS_ERR(d) && PTR_ERR(d) == -EEXIST)
		return debugfs_lookup("stap", NULL);
	made_top = true;
	return d;
}

static void remove_all(void)
{
	if (!IS_ERR_OR_NULL(directory))
		debugfs_remove(directory);
	/* "stap" stays for other modules; an empty directory costs nothing */
	if (!made_top && !IS_ERR_OR_NULL(top))
		dput(top);
	irq_work_sync(&rt.wake);
}

int rt_ctl_init(void)
{
	init_waitqueue_head(&rt.readers);
	init_irq_work(&rt.wake, wake_readers);
	top = find_top();
	if (IS_ERR_OR_NULL(top))
		return top ? PTR_ERR(top) : -ENODEV;
	directory = debugfs_create_dir(THIS_MODULE->name, top);
	control = IS_ERR_OR_NULL(directory) ? directory : debugfs_create_file("ctl", 0600, directory, NULL, &ctl_fops);
	if (IS_ERR_OR_NULL(control)) {
		remove_all();
		return control ? PTR_ERR(control) : -ENODEV;
	}
	debugfs_create_u32("state", 0400, directory, &rt.state);
	return 0;
}

void rt_ctl_close(void)
{
	WRITE_ONCE(closing, true);
	rt_cut();
	rt_wake();
	debugfs_remove(control);
}

void rt_ctl_exit(void)
{
#ifdef CONFIG_MODULE_UNLOAD
	while (module_refcount(THIS_MODULE) > 0)
		msleep(10);
#endif
	synchronize_rcu();	/* the last one is put without preemption */
	remove_all();
}
