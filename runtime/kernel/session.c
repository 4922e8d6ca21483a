/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a session, under rt.mutex: load, start, stop, unload. */
#include "rt.h"
#include "core/core.h"

#include <linux/cpumask.h>

/* 0 not yet, 1 to be said, 2 said */
static int started, stopped, channels;
static struct stp_msg_started start_message;
static struct stp_msg_stopped stop_message;
static u32 report_next;
static DEFINE_MUTEX(reading);	/* of what there is to say; inside of nothing */

struct rt rt = { .mutex = __MUTEX_INITIALIZER(rt.mutex), .remote.id = -1 };

int rt_load(void)
{
	int err;

	if (rt.loaded)
		return 0;
	err = stp_core_load(&stp_module);
	if (err)
		return err;
	rt_reserve_stack();
	err = rt_contexts_init();
	if (err) {
		stp_core_unload();
		return err;
	}
	rt.loaded = true;
	return 0;
}

static void release(void)
{
	rt_forget_symbols();
	rt_builds_forget();
	rt_relay_close();
	rt_namespaces_forget();
	if (rt.loaded) {
		rt_contexts_exit();
		stp_core_unload();
	}
	rt.loaded = false;
}

static u32 session_flags(void)
{
	return (rt.bulk ? STP_START_BULK : 0) | (rt.overwrite ? STP_START_OVERWRITE : 0);
}

static void say_channels(void)
{
	smp_store_release(&channels, 1);
	rt_wake();
}

static void say_started(int err)
{
	start_message = (struct stp_msg_started){
		.error = err, .nprobes = rt.nprobes_attached, .nskipped = rt.noptional_skipped, .flags = session_flags() | rt_input_wanted(),
	};
	smp_store_release(&started, 1);
	rt_wake();
}

static void say_stopped(void)
{
	stop_message.status = rt.failed;
	rt_stats(&stop_message.stats);
	smp_store_release(&stopped, 1);
	rt_wake();
}

void rt_request_exit(bool failed)
{
	if (failed)
		WRITE_ONCE(rt.failed, true);
	if (!READ_ONCE(rt.want_exit)) {
		WRITE_ONCE(rt.want_exit, 1);
		rt_wake();
	}
}

/* Of a session that its daemon left: it runs, or it is over and its output waits to be read. */
static void say_again(void)
{
	bool readable = rt_relay_is_open();

	if (readable)
		say_channels();
	say_started(readable ? 0 : -ENODATA);
	if (rt.state == RT_STOPPED && readable)
		say_stopped();
}

void rt_introduce(void)
{
	rt.unread = false;
	cmpxchg(&rt.want_exit, 2, 1);	/* the one before did not stop it */
	if (rt.state == RT_RUNNING || rt.state == RT_STOPPED)
		say_again();
}

/* What there is to say as of one moment, seen before the messages are taken: whatever was said before it is taken before it, though
 * the session goes on meanwhile.  Looked at from the last to the first: what is seen of one is seen of those before it. */
struct news { bool channels, progress, started, exit, stopped; };

static void look(struct news *n)
{
	n->stopped = smp_load_acquire(&stopped) == 1;
	n->exit = smp_load_acquire(&rt.want_exit) == 1;
	n->started = smp_load_acquire(&started) == 1;
	n->progress = rt_progress_ready();
	n->channels = READ_ONCE(channels) == 1;
}

static void put(struct stp_msg *head, char *payload, u32 kind, const void *data, u32 len)
{
	*head = (struct stp_msg){ .kind = kind, .len = len };
	memcpy(payload, data, len);
}

static bool take_news(const struct news *n, struct stp_msg *head, char *payload)
{
	const struct stp_msg_channels all = { .version = STP_WIRE_VERSION, .flags = session_flags(), .ncpus = nr_cpu_ids };

	struct stp_msg_progress progress;

	*head = (struct stp_msg){ 0 };
	if (n->channels) {
		WRITE_ONCE(channels, 2);
		put(head, payload, STP_MSG_CHANNELS, &all, sizeof all);
	} else if (n->progress) {
		rt_progress_take(&progress);
		put(head, payload, STP_MSG_PROGRESS, &progress, sizeof progress);
	} else if (n->started) {
		put(head, payload, STP_MSG_STARTED, &start_message, sizeof start_message);
		WRITE_ONCE(started, 2);
	} else if (n->exit && READ_ONCE(started) == 2) {
		WRITE_ONCE(rt.want_exit, 2);
		head->kind = STP_MSG_EXIT;
	} else if (n->stopped) {
		head->kind = rt_report_line(&report_next, payload, RT_MESSAGE_SIZE);
		head->len = head->kind ? (u32)strlen(payload) : 0;
		if (!head->kind) {
			put(head, payload, STP_MSG_STOPPED, &stop_message, sizeof stop_message);
			WRITE_ONCE(stopped, 2);
		}
	}
	return head->kind;
}

bool rt_session_ready(void)
{
	return rt_progress_ready() || READ_ONCE(channels) == 1 || READ_ONCE(started) == 1 || (READ_ONCE(started) && READ_ONCE(rt.want_exit) == 1) ||
	       READ_ONCE(stopped) == 1 || READ_ONCE(rt.want_wake) || rt_message_ready();
}

/* Messages first, then what the session says, then that data is there. */
bool rt_session_take(struct stp_msg *head, char *payload)
{
	struct news news;
	bool got;

	mutex_lock(&reading);
	look(&news);
	got = rt_message_take(head, payload) || take_news(&news, head, payload);
	if (!got && READ_ONCE(rt.want_wake)) {
		WRITE_ONCE(rt.want_wake, 0);
		*head = (struct stp_msg){ .kind = STP_MSG_WAKE };
		got = true;
	}
	mutex_unlock(&reading);
	return got;
}

static int prepare(const struct stp_msg_start *m)
{
	int err;

	if (stp_module.abi_version != STP_ABI_VERSION) {
		rt_message(STP_MSG_ERROR, "the script's part of the module is of version %u, the runtime of version %u: build it again", stp_module.abi_version, STP_ABI_VERSION);
		return -EPROTO;
	}
	rt.target = m->target;
	rt.bulk = m->flags & STP_START_BULK || stp_module.flags & STP_MODULE_BULK;
	rt.overwrite = m->flags & STP_START_OVERWRITE;
	rt.unread = m->flags & STP_START_UNREAD;
	err = rt_namespaces_default();
	if (!err)
		err = rt_load();
	if (!err)
		rt_hotplug_begin();
	if (!err)
		err = rt_relay_open(m->subbuf_size, m->subbufs);
	if (err == -ENOMEM)
		rt_message(STP_MSG_ERROR, "not enough memory for the script's arrays and buffers: smaller ones (-D MAXMAPENTRIES=N, -s MB) help");
	if (!err) {
		say_channels();
		err = rt_builds_check();
		if (!err)
			err = rt_resolve_symbols();
		if (!err)
			rt_stacks_check();
	}
	return err || !rt_was_cut() ? err : -EINTR;
}

int rt_start(const struct stp_msg_start *m)
{
	int err;

	if (rt.state != RT_NEW)
		return -EBUSY;
	rt_cut_begin();
	err = prepare(m);
	if (!err) {
		WRITE_ONCE(rt.state, RT_STARTING);
		rt_run_once(STP_FAMILY_BEGIN);
		if (!rt_is_ending())
			err = rt_attach_all();
	}
	rt_cut_end();
	if (err) {
		WRITE_ONCE(rt.state, RT_STOPPED);
		rt_hotplug_end();
		synchronize_rcu();
	} else {
		WRITE_ONCE(rt.state, RT_RUNNING);
	}
	say_started(err);
	return 0;	/* what went wrong is in the message */
}

void rt_stop(bool quiet)
{
	rt_hotplug_end();
	if (rt.state == RT_STARTING || rt.state == RT_RUNNING) {
		WRITE_ONCE(rt.state, RT_STOPPING);
		rt_detach_all();
		synchronize_rcu();
		if (!quiet)
			rt_run_once(rt.failed ? STP_FAMILY_ERROR : STP_FAMILY_END);
	}
	if (rt.state != RT_STOPPED) {
		WRITE_ONCE(rt.state, RT_STOPPED);
		synchronize_rcu();
	}
	if (!quiet)
		say_stopped();
}

void rt_unload(void)
{
	mutex_lock(&rt.mutex);
	rt_stop(true);
	release();
	mutex_unlock(&rt.mutex);
}
