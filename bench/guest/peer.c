// SPDX-License-Identifier: GPL-2.0-or-later
/* What one would write by hand instead of a script: a kprobe on ksys_read that does nothing (kind=0), counts
 * (1), keeps count, sum, least and largest of the third argument by process name, one table a CPU (2), or formats
 * a line into a relay buffer for each read of the program "reader" (3), where the newest stays, or into what has room and is read
 * (4). bench/guest/run compares it with scripts, in one boot. */
#include <linux/debugfs.h>
#include <linux/jhash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/relay.h>
#include <linux/sched.h>
#include <linux/slab.h>

enum { SLOTS = 1024 };

struct row { char name[TASK_COMM_LEN]; s64 count, sum, min, max; };
static DEFINE_PER_CPU(struct row *, rows);
static struct rchan *channel;
static struct dentry *directory;
static atomic64_t n;
static int kind, parts = 16;		/* sub-buffers of 64 KB for each CPU */
module_param(kind, int, 0444);
module_param(parts, int, 0444);

static struct row *find(const char *name)
{
	struct row *all = this_cpu_read(rows);
	u32 i, h = jhash(name, strnlen(name, TASK_COMM_LEN), 0);

	for (i = 0; i < SLOTS; i++) {
		struct row *r = &all[(h + i) % SLOTS];

		if (!r->count)
			strscpy(r->name, name, sizeof r->name);
		if (!strcmp(r->name, name))
			return r;
	}
	return NULL;
}

static void add(s64 v)
{
	char name[TASK_COMM_LEN];
	struct row *r;

	strscpy(name, current->comm, sizeof name);
	r = find(name);
	if (!r)
		return;
	r->min = r->count && r->min < v ? r->min : v;
	r->max = r->count && r->max > v ? r->max : v;
	r->count++;
	r->sum += v;
}

static int hit(struct kprobe *kp, struct pt_regs *regs)
{
	char line[128];

	switch (kind) {
	case 1:
		atomic64_inc(&n);
		break;
	case 2:
		add((s64)regs->dx);
		break;
	case 3: case 4:
		if (!strcmp(current->comm, "reader"))
			relay_write(channel, line, snprintf(line, sizeof line, "%s %d %ld\n", current->comm, current->tgid, (long)regs->dx));
		break;
	}
	return 0;
}

static struct dentry *make_file(const char *name, struct dentry *parent, umode_t mode, struct rchan_buf *buf, int *global)
{
	return debugfs_create_file(name, mode, parent, buf, &relay_file_operations);
}

static int drop_file(struct dentry *file)
{
	debugfs_remove(file);
	return 0;
}

static int go_on(struct rchan_buf *buf, void *sub, void *prev, size_t padding)
{
	return kind != 4 || !relay_buf_full(buf);
}

static const struct rchan_callbacks callbacks = { .create_buf_file = make_file, .remove_buf_file = drop_file, .subbuf_start = go_on };
static struct kprobe kp = { .symbol_name = "ksys_read", .pre_handler = hit };

static void peer_end(void)
{
	unsigned cpu;

	if (channel)
		relay_close(channel);
	debugfs_remove(directory);
	for_each_possible_cpu(cpu)
		kvfree(per_cpu(rows, cpu));
}

static int __init peer_init(void)
{
	unsigned cpu;
	int err = 0;

	for_each_possible_cpu(cpu) {
		per_cpu(rows, cpu) = kvcalloc(SLOTS, sizeof(struct row), GFP_KERNEL);
		err = per_cpu(rows, cpu) ? err : -ENOMEM;
	}
	directory = debugfs_create_dir("stap-bench-peer", NULL);
	channel = relay_open("cpu", directory, 65536, parts, &callbacks, NULL);
	if (!err)
		err = channel ? register_kprobe(&kp) : -ENOMEM;
	if (err)
		peer_end();
	return err;
}

static void __exit peer_exit(void)
{
	unregister_kprobe(&kp);
	peer_end();
}

module_init(peer_init);
module_exit(peer_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("a benchmark's other side");
