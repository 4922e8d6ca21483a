/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin, end and error: run once, in the order of their rows. */
#include "rt.h"

#include <linux/sched.h>

const struct rt_family rt_family_begin = { .name = "begin" };
const struct rt_family rt_family_end = { .name = "end" };
const struct rt_family rt_family_error = { .name = "error" };

void rt_run_once(unsigned family)
{
	const struct stp_row_begin *rows;
	unsigned g, i;

	for (g = 0; g < stp_module.ngroups; g++) {
		if (stp_module.groups[g].family != family)
			continue;
		rows = stp_module.groups[g].rows;
		for (i = 0; i < stp_module.groups[g].nrows; i++) {
			rt_run(rows[i].probe, NULL, rows[i].probe->handler, NULL, NULL);
			if (rows[i].probe->flags & STP_PROBE_ONESHOT)
				rt_request_exit(false);
			cond_resched();
		}
	}
}
