/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaching all groups of a module, with complete roll-back.
 *
 * When starting is cut short (cut.c), a family leaves out the rows that are left, and says that all is
 * well: the session's end detaches what is there. */
#include "rt.h"

static const struct rt_family *const families[STP_FAMILIES] = {
	[STP_FAMILY_BEGIN] = &rt_family_begin,
	[STP_FAMILY_END] = &rt_family_end,
	[STP_FAMILY_ERROR] = &rt_family_error,
	[STP_FAMILY_TIMER] = &rt_family_timer,
	[STP_FAMILY_KPROBE] = &rt_family_kprobe,
	[STP_FAMILY_TRACEPOINT] = &rt_family_tracepoint,
	[STP_FAMILY_PERF] = &rt_family_perf,
	[STP_FAMILY_HWBKPT] = &rt_family_hwbkpt,
	[STP_FAMILY_PROCFS] = &rt_family_procfs,
	[STP_FAMILY_INPUT] = &rt_family_input,
	[STP_FAMILY_NETFILTER] = &rt_family_netfilter,
};
static unsigned attached;		/* groups */
static void **states;			/* by group */

static const struct rt_family *family_of(const struct stp_group *g)
{
	return g->family < STP_FAMILIES ? families[g->family] : NULL;
}

void rt_detach_all(void)
{
	while (attached) {
		const struct stp_group *g = &stp_module.groups[--attached];

		if (family_of(g)->detach)
			family_of(g)->detach(g, states[attached]);
	}
	plat_free(states);
	states = NULL;
}

static bool has_points(const struct stp_group *g)
{
	return family_of(g) && family_of(g)->attach;
}

static u32 points_before(unsigned group)
{
	unsigned i;
	u32 n = 0;

	for (i = 0; i < group; i++)
		if (has_points(&stp_module.groups[i]))
			n += stp_module.groups[i].nrows;
	return n;
}

int rt_attach_all(void)
{
	u32 all = points_before(stp_module.ngroups);
	const struct rt_family *f;
	int err;

	states = plat_alloc(sizeof *states * (stp_module.ngroups + 1));
	if (!states)
		return -ENOMEM;
	for (attached = 0; attached < stp_module.ngroups && !rt_is_ending(); attached++) {
		f = family_of(&stp_module.groups[attached]);
		rt_progress_set(points_before(attached), all);
		err = !f ? -ENOSYS : f->attach ? f->attach(&stp_module.groups[attached], &states[attached]) : 0;
		if (err) {
			if (!f)
				rt_message(STP_MSG_ERROR, "this runtime cannot attach probes of family %u", stp_module.groups[attached].family);
			rt_detach_all();
			return err;
		}
	}
	return 0;
}
