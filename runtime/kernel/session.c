/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a session, under rt.mutex: load, start, stop, unload. */
#include "rt.h"
#include "core/core.h"

struct rt rt = { .mutex = __MUTEX_INITIALIZER(rt.mutex) };

int rt_load(void)
{
	int err;

	if (rt.loaded)
		return 0;
	err = stp_core_load(&stp_module);
	if (err)
		return err;
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
	rt_relay_close();
	if (rt.loaded) {
		rt_contexts_exit();
		stp_core_unload();
	}
	rt.loaded = false;
}

static void say_started(int err)
{
	struct stp_msg_started m = { .error = err, .nprobes = rt.nprobes_attached, .nskipped = rt.noptional_skipped };

	rt_message_bytes(STP_MSG_STARTED, &m, sizeof m);
}

static int prepare(const struct stp_msg_start *m)
{
	int err;

	if (m->version != STP_WIRE_VERSION || stp_module.abi_version != STP_ABI_VERSION) {
		rt_message(STP_MSG_ERROR, "the daemon and the module are of different versions");
		return -EPROTO;
	}
	rt.target = m->target;
	rt.bulk = m->flags & STP_START_BULK;
	rt.overwrite = m->flags & STP_START_OVERWRITE;
	err = rt_load();
	if (!err)
		err = rt_relay_open(m->subbuf_size, m->subbufs);
	if (err == -ENOMEM)
		rt_message(STP_MSG_ERROR, "not enough memory for the script's arrays and buffers: smaller ones (-D MAXMAPENTRIES=N, -s MB) help");
	if (!err)
		err = rt_resolve_symbols();
	return err;
}

int rt_start(const struct stp_msg_start *m)
{
	int err;

	if (rt.state != RT_NEW)
		return -EBUSY;
	err = prepare(m);
	if (!err) {
		WRITE_ONCE(rt.state, RT_STARTING);
		rt_run_once(STP_FAMILY_BEGIN);
		if (!READ_ONCE(rt.want_exit))
			err = rt_attach_all();
	}
	if (err) {
		WRITE_ONCE(rt.state, RT_STOPPED);
		synchronize_rcu();
	} else {
		WRITE_ONCE(rt.state, RT_RUNNING);
	}
	say_started(err);
	return 0;	/* what went wrong is in the message */
}

void rt_stop(bool quiet)
{
	struct stp_msg_stopped m = { 0 };

	if (rt.state == RT_STARTING || rt.state == RT_RUNNING) {
		WRITE_ONCE(rt.state, RT_STOPPING);
		rt_detach_all();
		synchronize_rcu();
		if (!quiet)
			rt_run_once(rt.failed ? STP_FAMILY_ERROR : STP_FAMILY_END);
		WRITE_ONCE(rt.state, RT_STOPPED);
		synchronize_rcu();
		if (!quiet)
			rt_report();
	} else if (rt.state == RT_NEW) {
		WRITE_ONCE(rt.state, RT_STOPPED);
	}
	m.status = rt.failed;
	rt_stats(&m.stats);
	if (!quiet)
		rt_message_bytes(STP_MSG_STOPPED, &m, sizeof m);
}

void rt_unload(void)
{
	mutex_lock(&rt.mutex);
	rt_stop(true);
	release();
	mutex_unlock(&rt.mutex);
}
