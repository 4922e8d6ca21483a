/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin, end and error: run once, in the order of their rows. */
#include "rt.h"

#include <linux/sched.h>
#include <linux/sched/signal.h>

const struct rt_family rt_family_begin = { .name = "begin" };
const struct rt_family rt_family_end = { .name = "end" };
const struct rt_family rt_family_error = { .name = "error" };

/* Starting was cut short, or an error ended the session; or this task, which stops the session for its daemon, was killed with it:
 * nobody reads any more. */
static bool is_given_up(unsigned family)
{
	return family == STP_FAMILY_BEGIN ? rt_was_cut() || READ_ONCE(rt.failed) : fatal_signal_pending(current);
}

void rt_run_once(unsigned family)
{
	const struct stp_row_begin *rows;
	unsigned g, i;

	for (g = 0; g < stp_module.ngroups; g++) {
		if (stp_module.groups[g].family != family)
			continue;
		rows = stp_module.groups[g].rows;
		for (i = 0; i < stp_module.groups[g].nrows && !is_given_up(family); i++) {
			rt_run(rows[i].probe, NULL, rows[i].probe->handler, NULL, NULL);
			if (rows[i].probe->flags & STP_PROBE_ONESHOT)
				rt_request_exit(false);
			cond_resched();
		}
	}
}
