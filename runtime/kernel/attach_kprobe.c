/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kprobes and kretprobes.  Entries of functions go to bulk.c first, where it takes
 * them; all others are registered one by one, and unregistered all at once, for each
 * unregistration by itself waits for every CPU. */
#include "compat.h"
#include "rt.h"

#include <linux/kernel.h>
#include <linux/sched.h>

struct point {
	struct kretprobe rp;		/* rp.kp alone when the row is no return */
	const struct stp_row_kprobe *row;
	char *symbol;			/* "module:name" */
	bool registered, in_bulk, told;
	int err;			/* why it is refused; optional ones aside */
};
struct kprobes {
	const struct stp_group *group;
	struct rt_bulk *bulk;
	struct point *points;		/* by row */
	void **batch;			/* room for a pointer a row */
	u32 in_bulk, attached, refused;	/* rows, optional ones aside */
};

static void set_address(struct stp_ctx *c, void *data)
{
	c->probe_addr = (u64)(unsigned long)((struct kprobe *)data)->addr;
}

static int hit(struct kprobe *kp, struct pt_regs *regs)
{
	struct point *p = container_of(kp, struct point, rp.kp);

	rt_run(p->row->probe, regs, p->row->probe->handler, set_address, kp);
	return 0;
}
NOKPROBE_SYMBOL(hit);

/* The kernel turns kprobes into jumps, some at a time, and lets no other be registered meanwhile: with
 * many that takes minutes.  It leaves those alone that have a post handler. */
enum { MANY = 100 };

static void after(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(after);

struct returning { struct kprobe *kp; void *saved; };

static void set_return(struct stp_ctx *c, void *data)
{
	struct returning *r = data;

	c->probe_addr = (u64)(unsigned long)r->kp->addr;
	c->saved = r->saved;
	c->is_return = 1;
}

static void set_entry(struct stp_ctx *c, void *data)
{
	struct returning *r = data;

	c->probe_addr = (u64)(unsigned long)r->kp->addr;
	c->saved = r->saved;
}

static int entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct point *p = container_of(compat_kretprobe(ri), struct point, rp);
	struct returning r = { .kp = &p->rp.kp, .saved = ri->data };

	memset(ri->data, 0, p->row->saved_size);
	rt_run(p->row->probe, regs, p->row->entry, set_entry, &r);
	return 0;
}
NOKPROBE_SYMBOL(entered);

static int returned(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_kretprobe(ri);
	struct returning r = { .saved = ri->data };
	struct point *p;

	if (!rp)
		return 0;
	p = container_of(rp, struct point, rp);
	r.kp = &rp->kp;
	rt_run(p->row->probe, regs, p->row->probe->handler, set_return, &r);
	return 0;
}
NOKPROBE_SYMBOL(returned);

static bool is_return(const struct point *p)
{
	return p->row->flags & STP_KP_RETURN;
}

static bool in_module(const struct stp_row_kprobe *r)
{
	return r->module && strcmp(r->module, "kernel");
}

static int place(struct point *p)
{
	const struct stp_row_kprobe *r = p->row;
	struct kprobe *kp = &p->rp.kp;
	size_t n;

	if (r->flags & STP_KP_ABSOLUTE) {
		kp->addr = (kprobe_opcode_t *)(unsigned long)r->offset;
		return 0;
	}
	kp->symbol_name = r->symbol;
	kp->offset = (unsigned int)r->offset;
	if (!in_module(r))
		return 0;
	n = strlen(r->module) + strlen(r->symbol) + 2;
	p->symbol = plat_alloc(n);
	if (!p->symbol)
		return -ENOMEM;
	snprintf(p->symbol, n, "%s:%s", r->module, r->symbol);
	kp->symbol_name = p->symbol;
	return 0;
}

static int register_point(struct point *p, bool many)
{
	const struct stp_row_kprobe *r = p->row;
	u32 active = r->maxactive ? r->maxactive : stp_module.limits->ret_active;
	int err = place(p);

	if (err)
		return err;
	if (!is_return(p)) {
		p->rp.kp.pre_handler = hit;
		p->rp.kp.post_handler = many ? after : NULL;
		return register_kprobe(&p->rp.kp);
	}
	p->rp.handler = returned;
	p->rp.maxactive = (int)(active ? active : max_t(u32, 64, 4 * num_possible_cpus()));
	if (r->entry) {
		p->rp.entry_handler = entered;
		p->rp.data_size = r->saved_size;
	}
	return register_kretprobe(&p->rp);
}

static const char *reason(const struct stp_row_kprobe *r, int err)
{
	switch (err) {
	case -ENOENT: return in_module(r) ? "the module is not loaded, or has no such symbol" : "the kernel has no such symbol";
	case -EINVAL: return "the kernel does not allow a probe there (its blacklist, or no instruction starts there)";
	case -EILSEQ: return "no instruction starts there";
	case -ENOMEM: return "out of memory";
	case -EOPNOTSUPP: return "the kernel cannot probe this instruction";
	}
	return "the kernel refused";
}

static void count_missed(const struct point *p)
{
	unsigned long missed = p->rp.kp.nmissed;

	if (is_return(p))
		missed += (unsigned long)p->rp.nmissed;
	if (missed)
		rt_count_missed(p->row->probe, missed);
}

/* Pointers to the registered points that are returns, or are not. */
static int gather(struct kprobes *k, bool returns)
{
	int n = 0;
	unsigned i;

	for (i = 0; i < k->group->nrows; i++) {
		struct point *p = &k->points[i];

		if (p->registered && is_return(p) == returns)
			k->batch[n++] = returns ? (void *)&p->rp : (void *)&p->rp.kp;
	}
	return n;
}

static void detach(const struct stp_group *g, void *state)
{
	struct kprobes *k = state;
	unsigned i;
	int n;

	rt_bulk_detach(k->bulk);
	n = gather(k, true);
	if (n)
		unregister_kretprobes((struct kretprobe **)k->batch, n);
	n = gather(k, false);
	if (n)
		unregister_kprobes((struct kprobe **)k->batch, n);
	for (i = 0; i < g->nrows; i++) {
		if (k->points[i].registered)
			count_missed(&k->points[i]);
		plat_free(k->points[i].symbol);
	}
	plat_free(k->points);
	plat_free(k->batch);
	plat_free(k);
}

static void mark(void *data, const struct stp_row_kprobe *row)
{
	struct kprobes *k = data;

	k->points[row - (const struct stp_row_kprobe *)k->group->rows].in_bulk = true;
}

static void attach_row(struct kprobes *k, struct point *p)
{
	int err = register_point(p, k->group->nrows - k->in_bulk > MANY);

	if (!err) {
		p->registered = true;
		k->attached++;
	} else if (p->row->flags & STP_KP_OPTIONAL) {
		rt.noptional_skipped++;
	} else {
		p->err = err;
		k->refused++;
	}
}

/* ---- what was refused ---- */

enum { REPORTS = 20 };

static bool same_point(const struct point *a, const struct point *b)
{
	return a->row->probe->alias == b->row->probe->alias || !strcmp(a->row->probe->alias, b->row->probe->alias);
}

/* The places of the script's point that P is one of: how many, how many of them refused. */
static void count_places(struct kprobes *k, const struct point *p, u32 *places, u32 *refused)
{
	unsigned i;

	*places = *refused = 0;
	for (i = 0; i < k->group->nrows; i++) {
		struct point *q = &k->points[i];

		if ((q->row->flags & STP_KP_OPTIONAL) || !same_point(p, q))
			continue;
		++*places;
		*refused += q->err != 0;
		q->told = true;
	}
}

/* One message a point of the script. A point that was named, and is nowhere now, is an error: returned. */
static int report_point(struct kprobes *k, const struct point *p)
{
	const struct stp_probe *probe = p->row->probe;
	u32 places, refused;

	count_places(k, p, &places, &refused);
	if (!(p->row->flags & STP_KP_MEMBER) && refused == places) {
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

static int report_refused(struct kprobes *k)
{
	int err = 0, one;
	unsigned i, told = 0;

	for (i = 0; i < k->group->nrows && told < REPORTS; i++) {
		struct point *p = &k->points[i];

		if (!p->err || p->told)
			continue;
		told++;
		one = report_point(k, p);
		err = err ? err : one;
	}
	if (!err && !k->attached) {
		rt_message(STP_MSG_ERROR, "no point of %u could be attached", k->group->nrows);
		return -ENOENT;
	}
	return err;
}

static struct kprobes *kprobes_new(const struct stp_group *g)
{
	struct kprobes *k = plat_alloc(sizeof *k);

	if (!k)
		return NULL;
	k->group = g;
	k->points = plat_alloc(sizeof *k->points * (g->nrows + 1));
	k->batch = plat_alloc(sizeof *k->batch * (g->nrows + 1));
	if (k->points && k->batch)
		return k;
	plat_free(k->points);
	plat_free(k->batch);
	plat_free(k);
	return NULL;
}

static int attach(const struct stp_group *g, void **state)
{
	const struct stp_row_kprobe *rows = g->rows;
	struct kprobes *k = kprobes_new(g);
	unsigned i;
	int err;

	if (!k)
		return -ENOMEM;
	for (i = 0; i < g->nrows; i++)
		k->points[i].row = &rows[i];
	k->bulk = rt_bulk_attach(g);
	k->attached = k->in_bulk = rt_bulk_rows(k->bulk, mark, k);
	for (i = 0; i < g->nrows && !READ_ONCE(rt.want_exit); i++) {
		if (!k->points[i].in_bulk)
			attach_row(k, &k->points[i]);
		cond_resched();
	}
	rt.nprobes_attached += k->attached;
	err = k->refused ? report_refused(k) : 0;
	if (err) {
		detach(g, k);
		return err;
	}
	*state = k;
	return 0;
}

const struct rt_family rt_family_kprobe = { .name = "kprobe", .attach = attach, .detach = detach };
