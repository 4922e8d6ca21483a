/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output records in the kernel's relay channels.
 *
 * Text is formatted straight into the current sub-buffer of this CPU: reserve
 * makes sure that the sub-buffer has room (else switches to the next), commit writes the
 * header and moves the channel's offset behind the record, which is what the reader sees.
 * One handler at a time runs on a CPU, so there is one writer for each channel.
 *
 * A sub-buffer is filled to its end (STP_REC_PAD) before the switch to the next, so relay
 * never has padding of its own to tell about: it publishes that padding before the
 * switch, and a reader that comes between the two would read the sub-buffer twice.
 *
 * The daemon reads on its own every few milliseconds; it is woken when a sub-buffer is full, not
 * by each record, for it may itself be what the script watches. */
#include "compat.h"
#include "rt.h"

#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/relay.h>
#include <linux/timekeeping.h>

static struct rchan *channel;
#define HEADER sizeof(struct stp_rec)

static struct dentry *create_file(const char *name, struct dentry *parent, umode_t mode, struct rchan_buf *buf, int *is_global)
{
	return debugfs_create_file(name, 0400, parent, buf, &relay_file_operations);
}

static int remove_file(struct dentry *d)
{
	debugfs_remove(d);
	return 0;
}

COMPAT_SUBBUF_START(subbuf_start, buf)
{
	return rt.overwrite || !relay_buf_full(buf);
}

static struct rchan_callbacks callbacks = {
	.create_buf_file = create_file,
	.remove_buf_file = remove_file,
	.subbuf_start = subbuf_start,
};

int rt_relay_open(u32 subbuf_size, u32 subbufs)
{
	if (subbuf_size < 2 * (STP_MAXRECORD + HEADER) || subbuf_size > 1 << 26 || subbuf_size % 8 || !subbufs || subbufs > 65536)
		return -EINVAL;
	if (rt_memory_is_short((u64)subbuf_size * subbufs * num_online_cpus()))
		return -ENOMEM;
	channel = relay_open("trace", rt_directory(), subbuf_size, subbufs, &callbacks, NULL);
	return channel ? 0 : -ENOMEM;
}

void rt_relay_close(void)
{
	if (channel)
		relay_close(channel);
	channel = NULL;
}

static struct rchan_buf *this_buffer(void)
{
	return *per_cpu_ptr(channel->buf, raw_smp_processor_id());
}

static void wake_daemon(void)
{
	if (!READ_ONCE(rt.want_wake)) {
		WRITE_ONCE(rt.want_wake, 1);
		rt_wake();
	}
}

/* The offset is beyond the size while all sub-buffers are full. */
static bool next_subbuf(struct rchan_buf *buf, size_t need)
{
	size_t size = channel->subbuf_size;
	struct stp_pad pad = { .magic = STP_REC_MAGIC, .kind = STP_REC_PAD };

	if (buf->offset < size) {
		pad.len = (u32)(size - buf->offset - sizeof pad);
		memcpy((char *)buf->data + buf->offset, &pad, sizeof pad);
		smp_wmb();
		WRITE_ONCE(buf->offset, size);
	}
	if (buf->offset == size)
		wake_daemon();
	return relay_switch_subbuf(buf, need);
}

char *plat_out_reserve(size_t need, size_t *room)
{
	struct rchan_buf *buf = channel ? this_buffer() : NULL;

	need = ALIGN(need + HEADER, 8);
	if (!buf || need > STP_MAXRECORD + HEADER)
		return NULL;
	if (buf->offset + need > channel->subbuf_size && !next_subbuf(buf, need))
		return NULL;
	*room = min_t(size_t, channel->subbuf_size - buf->offset - HEADER, STP_MAXRECORD);
	return (char *)buf->data + buf->offset + HEADER;
}

static u64 time_number(struct rt_cpu *cpu)
{
	cpu->seq = max(cpu->seq + 1, (u64)ktime_get_mono_fast_ns());
	return cpu->seq;
}

void plat_out_commit(size_t len, unsigned flags)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];
	struct rchan_buf *buf = this_buffer();
	char *start = (char *)buf->data + buf->offset;
	size_t whole = ALIGN(HEADER + len, 8);
	struct stp_rec rec = {
		.magic = STP_REC_MAGIC, .kind = STP_REC_TEXT, .flags = (u8)flags, .len = (u32)len, .cpu = raw_smp_processor_id(),
	};

	if (!len)
		return;
	memset(start + HEADER + len, 0, whole - HEADER - len);
	rec.seq = rt.bulk ? time_number(cpu) : (u64)atomic64_inc_return(&rt.seq) - 1;
	memcpy(start, &rec, HEADER);
	smp_wmb();	/* the record before the offset that shows it: read by relay_file_read */
	WRITE_ONCE(buf->offset, buf->offset + whole);
	cpu->written_records++;
	cpu->written_bytes += len;
}

void plat_out_lost(size_t bytes)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];

	cpu->lost_records++;
	cpu->lost_bytes += bytes;
}
