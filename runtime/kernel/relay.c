/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output: a channel for each CPU, read as debugfs stap/MODULE/traceN.
 *
 * Text is formatted straight into the channel's ring (core/ring.h): reserve finds room,
 * commit writes the header and shows the record to the reader.  One handler at a time
 * runs on a CPU, so there is one writer for each channel, and a mutex makes one reader.
 *
 * The kernel's own relay is not used: its reader looks at the fields of a writer on another CPU, who
 * changes several of them to switch sub-buffers, in no order that the reader could rely on.  A
 * reader that comes in between skips a sub-buffer or reads one twice, and nobody counts that.
 *
 * A read gives whole records, as many as are there and fit, and 0 when there is none; it
 * never waits.  The daemon reads on its own every few milliseconds; it is woken when a sub-buffer is
 * full, not by each record, for it may itself be what the script watches.
 *
 * A handler that may sleep (begin, end) and finds its ring full waits for the reader,
 * as long as that one makes progress at least every ROOM_SECONDS; when it does not, the handler goes on
 * and loses its text, and waits no more until the reader has moved.
 *
 * Life: a file that is open holds the module, so nobody reads when `rt_relay_close` runs at unload;
 * when it runs because START failed, debugfs_remove waits for who is in a read, and lets nobody in. */
#include "rt.h"
#include "core/ring.h"

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

enum { ROOM_SECONDS = 10 };

struct channel {
	struct stp_ring ring;
	struct mutex reading;
	u64 read_records;
	u64 stuck_at;			/* 1 + where the reader was when a handler gave up waiting for it; 0: none did */
	struct stp_rec *going_on;	/* the last record, if it says that another follows */
	char *copy;			/* rings that overwrite: a sub-buffer, to be looked at in peace */
	struct dentry *file;
	bool ready;			/* there is memory behind it */
};

static struct channel **channels;	/* by CPU; NULL for one that was not plugged in when the session began: what it prints is lost */
static u32 ring_size, ring_count;
static DEFINE_MUTEX(filling);		/* of channels and their memory; inside of rt.mutex */
static DECLARE_WAIT_QUEUE_HEAD(room_made);
#define HEADER sizeof(struct stp_rec)

/* ---- reading ---- */

/* Bytes of the whole records at P, of LEN bytes, that fit into ROOM; *COUNT of them. */
static size_t whole_records(const char *p, size_t len, size_t room, u64 *count)
{
	size_t n = 0, size;
	struct stp_rec rec;

	while (len - n >= HEADER) {
		memcpy(&rec, p + n, HEADER);
		size = ALIGN(HEADER + rec.len, 8);
		if (size > len - n || size > room - n)
			break;
		n += size;
		++*count;
	}
	return n;
}

/* The next records into BUF: their bytes, 0 for none, -EINVAL when not one fits. */
static ssize_t read_some(struct channel *ch, char __user *buf, size_t room)
{
	const char *data;
	size_t len, n;
	u64 count = 0;

	do {
		len = stp_ring_peek(&ch->ring, &data);
		if (!len)
			return 0;
		if (ch->copy)
			data = memcpy(ch->copy, data, len);
	} while (!stp_ring_intact(&ch->ring));
	n = whole_records(data, len, room, &count);
	if (!n)
		return -EINVAL;
	if (copy_to_user(buf, data, n))
		return -EFAULT;
	stp_ring_consume(&ch->ring, n);
	WRITE_ONCE(ch->read_records, ch->read_records + count);
	return (ssize_t)n;
}

static ssize_t channel_read(struct file *f, char __user *buf, size_t room, loff_t *pos)
{
	struct channel *ch = f->private_data;
	size_t done = 0;
	ssize_t n;

	if (!smp_load_acquire(&ch->ready))
		return 0;
	n = mutex_lock_interruptible(&ch->reading);
	if (n)
		return n;
	do {
		n = read_some(ch, buf + done, room - done);
		done += n > 0 ? n : 0;
		cond_resched();
	} while (n > 0);
	mutex_unlock(&ch->reading);
	if (done && wq_has_sleeper(&room_made))
		wake_up(&room_made);
	return done ? (ssize_t)done : n;
}

static int channel_open(struct inode *inode, struct file *f)
{
	f->private_data = inode->i_private;
	return nonseekable_open(inode, f);
}

static const struct file_operations channel_fops = { .owner = THIS_MODULE, .open = channel_open, .read = channel_read };

/* ---- life ---- */

static void channel_destroy(struct channel *ch)
{
	if (!ch)
		return;
	debugfs_remove(ch->file);
	stp_ring_destroy(&ch->ring);
	plat_free(ch->copy);
	plat_free(ch);
}

static int channel_fill(struct channel *ch, unsigned cpu)
{
	if (!stp_ring_init(&ch->ring, ring_size, ring_count, rt.overwrite, cpu))
		return -ENOMEM;
	ch->copy = rt.overwrite ? plat_alloc_on_cpu(ch->ring.size, cpu) : NULL;
	if (rt.overwrite && !ch->copy) {
		stp_ring_destroy(&ch->ring);
		return -ENOMEM;
	}
	smp_store_release(&ch->ready, true);
	return 0;
}

/* A CPU that is off has a file, so that the daemon need not look for it when it comes up, and no memory. */
static struct channel *channel_new(unsigned cpu)
{
	struct channel *ch = plat_alloc_on_cpu(sizeof *ch, cpu);
	char name[24];

	if (!ch)
		return NULL;
	mutex_init(&ch->reading);
	if (cpu_online(cpu) && channel_fill(ch, cpu))
		goto fail;
	snprintf(name, sizeof name, "trace%u", cpu);
	ch->file = debugfs_create_file(name, 0400, rt_directory(), ch, &channel_fops);
	if (!IS_ERR_OR_NULL(ch->file))
		return ch;
	ch->file = NULL;
fail:
	channel_destroy(ch);
	return NULL;
}

static int open_all(void)
{
	unsigned cpu;

	channels = plat_alloc(sizeof *channels * nr_cpu_ids);
	if (!channels)
		return -ENOMEM;
	for_each_present_cpu(cpu) {
		channels[cpu] = channel_new(cpu);
		if (!channels[cpu])
			return -ENOMEM;
		if (rt_was_cut())
			return -EINTR;
	}
	return 0;
}

int rt_relay_open(u32 subbuf_size, u32 subbufs)
{
	int err;

	if (subbuf_size < 2 * (STP_MAXRECORD + HEADER) || subbuf_size > 1 << 26 || !subbufs || subbufs > 65536)
		return -EINVAL;
	if (rt_memory_is_short((u64)subbuf_size * subbufs * num_online_cpus()))
		return -ENOMEM;
	ring_size = subbuf_size;
	ring_count = subbufs;
	mutex_lock(&filling);
	err = open_all();
	mutex_unlock(&filling);
	if (err)
		rt_relay_close();
	return err;
}

void rt_relay_cpu(unsigned cpu)
{
	struct channel *ch;

	mutex_lock(&filling);
	ch = channels ? channels[cpu] : NULL;
	if (ch && !ch->ready && channel_fill(ch, cpu))
		rt_message(STP_MSG_WARN, "what CPU %u prints, which came up, is lost: there is no memory for it", cpu);
	mutex_unlock(&filling);
}

void rt_relay_close(void)
{
	unsigned cpu;

	for (cpu = 0; channels && cpu < nr_cpu_ids; cpu++)
		channel_destroy(channels[cpu]);
	plat_free(channels);
	channels = NULL;
}

bool rt_relay_is_open(void)
{
	return channels;
}

u64 rt_relay_read_records(void)
{
	unsigned cpu;
	u64 n = 0;

	for (cpu = 0; channels && cpu < nr_cpu_ids; cpu++)
		n += channels[cpu] ? READ_ONCE(channels[cpu]->read_records) : 0;
	return n;
}

/* ---- writing ---- */

/* NULL: it has no memory. */
static struct channel *this_channel(void)
{
	struct channel *ch = channels ? channels[raw_smp_processor_id()] : NULL;

	return ch && smp_load_acquire(&ch->ready) ? ch : NULL;
}

static void wake_daemon(void)
{
	if (!READ_ONCE(rt.want_wake)) {
		WRITE_ONCE(rt.want_wake, 1);
		rt_wake();
	}
}

/* The reader moved, so it is worth trying again. */
static bool await_reader(struct channel *ch)
{
	u64 tail = plat_load_acquire(&ch->ring.tail);

	if (!rt.cpus[raw_smp_processor_id()]->may_sleep || rt.unread || ch->stuck_at == tail + 1)
		return false;
	ch->stuck_at = 0;
	if (wait_event_killable_timeout(room_made, plat_load_acquire(&ch->ring.tail) != tail, ROOM_SECONDS * HZ) > 0)
		return true;
	ch->stuck_at = tail + 1;
	return false;
}

char *plat_out_reserve(size_t need, size_t *room)
{
	struct channel *ch = this_channel();
	struct stp_ring *r;
	u64 end;
	char *p;

	need = ALIGN(need + HEADER, 8);
	if (!ch || need > STP_MAXRECORD + HEADER)
		return NULL;
	r = &ch->ring;
	do {
		end = r->end;
		p = stp_ring_reserve(r, need, room);
		if (unlikely(r->end != end || !p))
			wake_daemon();
	} while (unlikely(!p) && await_reader(ch));
	if (!p) {
		/* what was to follow is lost: the daemon shall not hold the text back for it */
		if (ch->going_on)
			WRITE_ONCE(ch->going_on->flags, 0);
		ch->going_on = NULL;
		return NULL;
	}
	*room = min_t(size_t, *room - HEADER, STP_MAXRECORD);
	return p + HEADER;
}

static u64 time_number(struct rt_cpu *cpu)
{
	cpu->seq = max(cpu->seq + 1, (u64)ktime_get_mono_fast_ns());
	return cpu->seq;
}

void plat_out_commit(size_t len, unsigned flags)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];
	struct channel *ch = this_channel();
	struct stp_ring *r = &ch->ring;
	size_t whole = ALIGN(HEADER + len, 8);
	struct stp_rec rec = {
		.magic = STP_REC_MAGIC, .kind = STP_REC_TEXT, .flags = (u8)flags, .len = (u32)len, .cpu = raw_smp_processor_id(),
	};

	if (!len)
		return;
	*(u64 *)(r->place + whole - 8) &= cpu_to_le64(~0ull >> 8 * (whole - HEADER - len));
	rec.seq = rt.bulk ? time_number(cpu) : (u64)atomic64_inc_return(&rt.seq) - 1;
	memcpy(r->place, &rec, HEADER);
	ch->going_on = flags & STP_REC_CONTINUES && !r->overwrite ? (void *)r->place : NULL;
	stp_ring_commit(r, whole);
	cpu->written_records++;
	cpu->written_bytes += len;
}

void plat_out_lost(size_t bytes)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];

	cpu->lost_records++;
	cpu->lost_bytes += bytes;
}
