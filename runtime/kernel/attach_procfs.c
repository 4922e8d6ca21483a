/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files below /proc/systemtap/MODULE.
 *
 * The handler of the reading side runs once for each reading from the start of the file; what
 * it made belongs to that open file, so that readers do not disturb each other and small reads see one
 * text.  A write is handed over in pieces of the length of a string.
 *
 * Removing the files waits for calls that are under way and turns away later ones, so open files
 * do not hold the module.  /proc/systemtap itself stays: another module may
 * be using it, and procfs does not tell. */
#include "compat.h"
#include "rt.h"

#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>

struct procfs;
struct side_file {
	struct procfs *all;
	const struct stp_row_procfs *read, *write;	/* either may be NULL */
};
struct procfs {
	struct proc_dir_entry *dir;
	bool closing;
	unsigned n;
	struct side_file files[];
};
struct opened {
	struct mutex lock;
	struct rt_text text;		/* of the reading side */
	bool made;
	char *piece;			/* of the writing side */
};

/* ---- an open file ---- */

static void opened_free(struct opened *o)
{
	kvfree(o->text.buf);
	kvfree(o->piece);
	kfree(o);
}

static int file_open(struct inode *inode, struct file *f)
{
	struct side_file *s = compat_pde_data(inode);
	struct opened *o;

	if ((f->f_mode & FMODE_READ && !s->read) || (f->f_mode & FMODE_WRITE && !s->write))
		return -EACCES;
	o = kzalloc(sizeof *o, GFP_KERNEL);
	if (!o)
		return -ENOMEM;
	mutex_init(&o->lock);
	if (f->f_mode & FMODE_READ) {
		o->text.size = s->read->size;
		o->text.buf = kvzalloc((size_t)o->text.size + 1, GFP_KERNEL);
	}
	if (f->f_mode & FMODE_WRITE)
		o->piece = kvzalloc(stp_module.limits->max_string, GFP_KERNEL);
	if ((f->f_mode & FMODE_READ && !o->text.buf) || (f->f_mode & FMODE_WRITE && !o->piece)) {
		opened_free(o);
		return -ENOMEM;
	}
	f->private_data = o;
	return 0;
}

static int file_release(struct inode *inode, struct file *f)
{
	opened_free(f->private_data);
	return 0;
}

/* Files are there a moment before the session runs. */
static void await_session(struct side_file *s)
{
	while (READ_ONCE(rt.state) == RT_STARTING && !READ_ONCE(s->all->closing) && !signal_pending(current))
		msleep_interruptible(1);
}

static int make_text(struct side_file *s, struct opened *o)
{
	int err;

	await_session(s);
	o->text.len = 0;
	o->text.buf[0] = 0;
	err = rt_run_text(s->read->probe, &o->text);
	o->made = !err;
	return err;
}

static ssize_t file_read(struct file *f, char __user *buf, size_t size, loff_t *pos)
{
	struct opened *o = f->private_data;
	ssize_t r = 0;

	if (mutex_lock_interruptible(&o->lock))
		return -EINTR;
	if (!*pos || !o->made)
		r = make_text(compat_pde_data(file_inode(f)), o);
	if (!r)
		r = simple_read_from_buffer(buf, size, pos, o->text.buf, o->text.len);
	mutex_unlock(&o->lock);
	return r;
}

static ssize_t write_piece(struct side_file *s, struct opened *o, const char __user *buf, size_t size)
{
	struct rt_text t = { .buf = o->piece, .size = stp_module.limits->max_string - 1 };
	int err;

	t.len = (u32)min_t(size_t, size, t.size);
	if (copy_from_user(t.buf, buf, t.len))
		return -EFAULT;
	t.buf[t.len] = 0;
	err = rt_run_text(s->write->probe, &t);
	return err ? err : t.len;
}

static ssize_t file_write(struct file *f, const char __user *buf, size_t size, loff_t *pos)
{
	struct side_file *s = compat_pde_data(file_inode(f));
	struct opened *o = f->private_data;
	size_t done = 0;
	ssize_t r = 0;

	if (mutex_lock_interruptible(&o->lock))
		return -EINTR;
	await_session(s);
	while (done < size && r >= 0) {
		r = signal_pending(current) ? -EINTR : write_piece(s, o, buf + done, size - done);
		done += r > 0 ? (size_t)r : 0;
		cond_resched();
	}
	mutex_unlock(&o->lock);
	return done ? (ssize_t)done : r;
}

static const struct proc_ops file_ops = {
	.proc_open = file_open,
	.proc_release = file_release,
	.proc_read = file_read,
	.proc_write = file_write,
	.proc_lseek = default_llseek,
};

/* ---- the tree ---- */

static bool exists(const char *name)
{
	struct path p;

	if (kern_path(name, 0, &p))
		return false;
	path_put(&p);
	return true;
}

/* Two modules may come at one moment, and making a directory of procfs twice is a warning of
 * the kernel: the inode of the directory of debugfs that all modules share is their lock. */
static int make_top(struct proc_dir_entry **dir)
{
	struct inode *shared = d_inode(rt_directory()->d_parent);
	char name[80];

	if (!exists("/proc/self"))
		return -ENODEV;
	snprintf(name, sizeof name, "systemtap/%s", stp_module_name());
	inode_lock(shared);
	if (!exists("/proc/systemtap"))
		proc_mkdir("systemtap", NULL);
	*dir = proc_mkdir(name, NULL);
	inode_unlock(shared);
	return *dir ? 0 : -ENOMEM;
}

/* LEN bytes of PATH are a directory that a file before NUMBER already made. */
static bool directory_made(const struct procfs *p, unsigned number, const char *path, size_t len)
{
	const struct side_file *f;
	const char *other;

	for (f = p->files; f < p->files + number; f++) {
		other = (f->read ? f->read : f->write)->path;
		if (!strncmp(other, path, len) && other[len] == '/')
			return true;
	}
	return false;
}

static int make_file(struct procfs *p, unsigned number)
{
	struct side_file *f = &p->files[number];
	const char *path = (f->read ? f->read : f->write)->path, *slash;
	umode_t mode = (umode_t)((f->read ? f->read->mode : 0) | (f->write ? f->write->mode : 0));
	struct proc_dir_entry *made;
	char *name;
	int err = 0;

	for (slash = strchr(path, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
		if (directory_made(p, number, path, (size_t)(slash - path)))
			continue;
		name = kstrndup(path, (size_t)(slash - path), GFP_KERNEL);
		err = name && proc_mkdir(name, p->dir) ? 0 : -ENOMEM;
		kfree(name);
	}
	if (err)
		return err;
	made = proc_create_data(path, mode, p->dir, &file_ops, f);
	if (!made)
		return -ENOMEM;
	proc_set_user(made, KUIDT_INIT(rt.owner.user), KGIDT_INIT(rt.owner.group));
	return 0;
}

static void take_row(struct procfs *p, const struct stp_row_procfs *r)
{
	struct side_file *f = p->files;

	while (f < p->files + p->n && strcmp((f->read ? f->read : f->write)->path, r->path))
		f++;
	if (f == p->files + p->n)
		p->n++;
	f->all = p;
	*(r->write ? &f->write : &f->read) = r;
}

static void detach(const struct stp_group *g, void *state)
{
	struct procfs *p = state;

	WRITE_ONCE(p->closing, true);
	if (p->dir)
		proc_remove(p->dir);
	plat_free(p);
}

static int attach(const struct stp_group *g, void **state)
{
	const struct stp_row_procfs *rows = g->rows;
	struct procfs *p = plat_alloc(sizeof *p + sizeof p->files[0] * g->nrows);
	unsigned i;
	int err;

	if (!p)
		return -ENOMEM;
	for (i = 0; i < g->nrows; i++)
		take_row(p, &rows[i]);
	err = make_top(&p->dir);
	for (i = 0; i < p->n && !err && !rt_is_ending(); i++)
		err = make_file(p, i);
	if (err) {
		rt_message(STP_MSG_ERROR, "cannot make the files of procfs probes: %s (error %d)",
			   err == -ENODEV ? "procfs is not mounted on /proc" : "procfs refused", err);
		detach(g, p);
		return err;
	}
	rt.nprobes_attached += g->nrows;
	*state = p;
	return 0;
}

const struct rt_family rt_family_procfs = { .name = "procfs", .attach = attach, .detach = detach };
