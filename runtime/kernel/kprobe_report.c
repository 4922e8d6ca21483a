/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling which kprobes the kernel refused, and why: once for each point of the script, however many places it has. */
#include "kprobe.h"

static const char *reason(const struct stp_row_kprobe *r, int err)
{
	switch (err) {
	case -ENOENT: return r->module ? "the module is not loaded, or has no such symbol" : "the kernel has no such symbol";
	case -ESRCH: return "the calling function has no address here";
	case -ESTALE: return "the module is another build than the one whose debug information was used";
	case -EINVAL: return "the kernel does not allow a probe there (its blacklist, or no instruction starts there)";
	case -EFAULT: return "it is in the last function of mapped code, behind whose end this kernel could read, and crash";
	case -EILSEQ: return "no instruction starts there";
	case -ENOMEM: return "out of memory";
	case -EOPNOTSUPP: return "the kernel cannot probe this instruction";
	}
	return "the kernel refused";
}

enum { REPORTS = 20 };

static bool same_point(const struct rt_kp_point *a, const struct rt_kp_point *b)
{
	return a->row->probe->alias == b->row->probe->alias || !strcmp(a->row->probe->alias, b->row->probe->alias);
}

/* The places of the script's point that P is one of: how many, how many of them refused. */
static void count_places(struct rt_kprobes *k, const struct rt_kp_point *p, u32 *places, u32 *refused)
{
	unsigned i;

	*places = *refused = 0;
	for (i = 0; i < k->group->nrows; i++) {
		struct rt_kp_point *q = &k->points[i];

		if ((q->row->flags & STP_KP_OPTIONAL) || !same_point(p, q))
			continue;
		++*places;
		*refused += q->err != 0;
		q->told = true;
	}
}

/* One message a point of the script. */
static int report_point(struct rt_kprobes *k, const struct rt_kp_point *p, bool fatal)
{
	const struct stp_probe *probe = p->row->probe;
	u32 places, refused;

	count_places(k, p, &places, &refused);
	if (fatal && !(p->row->flags & STP_KP_MEMBER) && refused == places) {
		rt_message(STP_MSG_ERROR, "cannot attach %s: %s (error %d)", probe->point, reason(p->row, p->err), p->err);
		return p->err;
	}
	if (refused == 1)
		rt_message(STP_MSG_WARN, "cannot attach %s: %s (error %d)", probe->point, reason(p->row, p->err), p->err);
	else
		rt_message(STP_MSG_WARN, "cannot attach %u of the %u places of %s, the first of them %s: %s (error %d)", refused, places,
			   probe->alias, probe->point, reason(p->row, p->err), p->err);
	return 0;
}

int rt_kprobes_report(struct rt_kprobes *k, bool fatal)
{
	int err = 0, one;
	unsigned i, told = 0;

	for (i = 0; i < k->group->nrows && told < REPORTS; i++) {
		struct rt_kp_point *p = &k->points[i];

		/* build_id.c has warned of the module */
		if (!p->err || p->told || (!fatal && p->err == -ESTALE))
			continue;
		told++;
		one = report_point(k, p, fatal);
		err = err ? err : one;
	}
	if (!err && fatal && !k->attached && !k->waiting) {
		rt_message(STP_MSG_ERROR, "no point of %u could be attached", k->group->nrows);
		return -ENOENT;
	}
	return err;
}
