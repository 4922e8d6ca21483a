/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kprobes and kretprobes. */
#include "compat.h"
#include "rt.h"

#include <linux/kernel.h>

struct point {
	struct kretprobe rp;		/* rp.kp alone when the row is no return */
	const struct stp_row_kprobe *row;
	char *symbol;			/* "module:name" */
	bool registered;
};
static struct point *points;

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

static int register_point(struct point *p)
{
	const struct stp_row_kprobe *r = p->row;
	u32 active = r->maxactive ? r->maxactive : stp_module.limits->ret_active;
	int err = place(p);

	if (err)
		return err;
	if (!(r->flags & STP_KP_RETURN)) {
		p->rp.kp.pre_handler = hit;
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

static const char *reason(int err)
{
	switch (err) {
	case -ENOENT: return "the kernel has no such symbol";
	case -EINVAL: return "the kernel does not allow a probe there (its blacklist, or no instruction starts there)";
	case -EILSEQ: return "no instruction starts there";
	case -ENOMEM: return "out of memory";
	case -EOPNOTSUPP: return "the kernel cannot probe this instruction";
	}
	return "the kernel refused";
}

static void remove(struct point *p)
{
	unsigned long missed = p->rp.kp.nmissed;

	if (!p->registered)
		return;
	if (p->row->flags & STP_KP_RETURN) {
		unregister_kretprobe(&p->rp);
		missed = p->rp.kp.nmissed + (unsigned long)p->rp.nmissed;
	} else {
		unregister_kprobe(&p->rp.kp);
	}
	p->registered = false;
	if (missed)
		rt_count_missed(p->row->probe, missed);
}

static void detach(const struct stp_group *g)
{
	unsigned i;

	for (i = 0; points && i < g->nrows; i++) {
		remove(&points[i]);
		plat_free(points[i].symbol);
	}
	plat_free(points);
	points = NULL;
}

static int attach(const struct stp_group *g)
{
	const struct stp_row_kprobe *rows = g->rows;
	unsigned i;
	int err;

	points = plat_alloc(sizeof *points * g->nrows);
	if (!points)
		return -ENOMEM;
	for (i = 0; i < g->nrows; i++) {
		points[i].row = &rows[i];
		err = register_point(&points[i]);
		if (!err) {
			points[i].registered = true;
			rt.nprobes_attached++;
		} else if (rows[i].flags & STP_KP_OPTIONAL) {
			rt.noptional_skipped++;
		} else {
			rt_message(STP_MSG_ERROR, "cannot attach %s: %s (error %d)", rows[i].probe->point, reason(err), err);
			detach(g);
			return err;
		}
	}
	return 0;
}

const struct rt_family rt_family_kprobe = { .name = "kprobe", .attach = attach, .detach = detach };
