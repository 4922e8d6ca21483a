/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/relay.h>

static int start(struct rchan_buf *buf, void *sub, void *prev, size_t padding)
{
	return !relay_buf_full(buf);
}

struct rchan_callbacks stp_kfeat;
struct rchan_callbacks stp_kfeat = { .subbuf_start = start };
