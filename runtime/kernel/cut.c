/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a session can be cut short, and tells how far it is.
 *
 * Thousands of points take their time.  So whoever attaches them asks before each piece of work,
 * which is a fraction of a second at most, whether the session is to end: its daemon said so
 * (STP_MSG_CUT waits for no lock), closed the control channel or was killed, or a probe called
 * exit().  Then the piece is not begun, and what was attached is detached as at any other end.  A
 * daemon that is killed waits inside of its START: so the task that runs START looks for a fatal
 * signal, too.
 *
 * Progress is counted in points; session.c tells it to the daemon a few times a second. */
#include "rt.h"

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

static unsigned long next_word;		/* in jiffies */

#ifdef STP_FAIL_ALLOC
/* For tests: the look of this number finds the session cut, the point of this number is refused. */
static int cut_at, refuse_at;

void rt_cut_at(int n)
{
	cut_at = n;
}

void rt_refuse_at(int n)
{
	refuse_at = n;
}

static void count_look(void)
{
	static int looks;

	if (++looks == cut_at) {
		rt_message(STP_MSG_WARN, "look %d finds the session cut", looks);
		rt_cut();
	}
}

bool rt_made_to_refuse(void)
{
	static int points;

	if (++points != refuse_at)
		return false;
	rt_message(STP_MSG_WARN, "point %d is refused", points);
	return true;
}
#else
static void count_look(void)
{
}
#endif

void rt_cut(void)
{
	WRITE_ONCE(rt.cut, true);
	rt_request_exit(false);
}

void rt_cut_begin(void)
{
	rt.progress = (struct stp_msg_progress){ 0 };
	next_word = jiffies + HZ / 2;
	WRITE_ONCE(rt.starter, current);
}

void rt_cut_end(void)
{
	WRITE_ONCE(rt.starter, NULL);
	WRITE_ONCE(rt.want_progress, false);
}

bool rt_was_cut(void)
{
	if (READ_ONCE(rt.starter) == current) {
		count_look();
		if (!READ_ONCE(rt.cut) && fatal_signal_pending(current))
			rt_cut();
	}
	return READ_ONCE(rt.cut);
}

bool rt_is_ending(void)
{
	return rt_was_cut() || READ_ONCE(rt.want_exit);
}

void rt_progress_set(u32 done, u32 all)
{
	WRITE_ONCE(rt.progress.done, done);
	WRITE_ONCE(rt.progress.all, all);
	if (time_before(jiffies, next_word))
		return;
	next_word = jiffies + HZ / 5;
	WRITE_ONCE(rt.want_progress, true);
	rt_wake();
}

void rt_progress(void)
{
	if (READ_ONCE(rt.starter) == current)
		rt_progress_set(rt.progress.done + 1, rt.progress.all);
}

bool rt_progress_ready(void)
{
	return READ_ONCE(rt.want_progress);
}

void rt_progress_take(struct stp_msg_progress *p)
{
	WRITE_ONCE(rt.want_progress, false);
	p->all = READ_ONCE(rt.progress.all);
	p->done = min_t(u32, READ_ONCE(rt.progress.done), p->all);
}
