/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to the daemon: a fixed set of slots that any context can fill, one
 * reader empties in order.  A slot is claimed by one compare-and-swap; nobody
 * ever waits.  When all are taken the message is dropped and counted.  What must
 * not be dropped (that the session started, its reports, that it stopped) has no
 * slot: session.c makes it when the daemon reads. */
#include "rt.h"

#include <linux/kernel.h>

enum { SLOTS = 64, FREE = 0, BUSY = 1, FULL = 2 };

static struct slot {
	int state;
	u64 order;
	struct stp_msg head;
	char payload[RT_MESSAGE_SIZE];
} slots[SLOTS];
static atomic64_t order;
static atomic_t dropped, dropped_commands;	/* messages; those of system() are among them */

static struct slot *claim(u32 kind)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (READ_ONCE(slots[i].state) == FREE && cmpxchg(&slots[i].state, FREE, BUSY) == FREE) {
			slots[i].order = (u64)atomic64_inc_return(&order);
			return &slots[i];
		}
	if (kind == STP_MSG_SYSTEM)
		atomic_inc(&dropped_commands);
	atomic_inc(&dropped);
	return NULL;
}

static void publish(struct slot *s)
{
	smp_store_release(&s->state, FULL);
	rt_wake();
}

void rt_message_bytes(u32 kind, const void *payload, size_t len)
{
	struct slot *s = claim(kind);

	if (!s)
		return;
	len = min_t(size_t, len, RT_MESSAGE_SIZE);
	s->head = (struct stp_msg){ .kind = kind, .len = (u32)len };
	memcpy(s->payload, payload, len);
	publish(s);
}

void rt_message(u32 kind, const char *fmt, ...)
{
	struct slot *s = claim(kind);
	va_list ap;
	int n;

	if (!s)
		return;
	va_start(ap, fmt);
	n = vscnprintf(s->payload, RT_MESSAGE_SIZE, fmt, ap);
	va_end(ap);
	s->head = (struct stp_msg){ .kind = kind, .len = (u32)n };
	publish(s);
}

static struct slot *oldest(void)
{
	struct slot *best = NULL;
	int i;

	for (i = 0; i < SLOTS; i++)
		if (smp_load_acquire(&slots[i].state) == FULL && (!best || slots[i].order < best->order))
			best = &slots[i];
	return best;
}

bool rt_message_ready(void)
{
	return oldest() || atomic_read(&dropped);
}

/* What found no slot since the last time. */
static bool take_loss(struct stp_msg *head, char *payload)
{
	int lost = atomic_xchg(&dropped, 0), commands;

	if (!lost)
		return false;
	commands = atomic_xchg(&dropped_commands, 0);
	head->kind = STP_MSG_WARN;
	if (commands)
		head->len = (u32)scnprintf(payload, RT_MESSAGE_SIZE,
					   "%d commands of system() were not run, and %d other messages were dropped:"
					   " they came faster than the daemon takes them", commands, max(lost - commands, 0));
	else
		head->len = (u32)scnprintf(payload, RT_MESSAGE_SIZE, "%d messages were dropped", lost);
	return true;
}

bool rt_message_take(struct stp_msg *head, char *payload)
{
	struct slot *s = oldest();

	if (!s)
		return take_loss(head, payload);
	*head = s->head;
	memcpy(payload, s->payload, s->head.len);
	smp_store_release(&s->state, FREE);
	return true;
}
