/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kprobes and kretprobes.  Entries of functions go to bulk.c first, where it takes
 * them; all others are registered one by one, and unregistered all at once, for each
 * unregistration by itself waits for every CPU.
 *
 * Registering takes long (the kernel walks over its tables of jump labels and decodes the whole function; kprobe_many.c spares it
 * some of that), enabling does not.
 * Once one is enabled the kernel soon turns it into a jump, and lets no other be registered for as long as that takes all tasks to
 * leave the code: so all are registered first, and then enabled. */
#include "compat.h"
#include "kprobe.h"

#include <linux/kernel.h>
#include <linux/sched.h>

static int hit(struct kprobe *kp, struct pt_regs *regs)
{
	struct rt_kp_point *p = container_of(kp, struct rt_kp_point, rp.kp);

	if (p->row->callers && !rt_callers_match(p->row, regs, (unsigned long)kp->addr))
		return 0;
	rt_run_at(p->row->probe, regs, (unsigned long)kp->addr);
	return 0;
}
NOKPROBE_SYMBOL(hit);

/* With many kprobes turning them into jumps takes minutes.  The kernel leaves those alone that have a post handler. */
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

/* Not 0: the return is not wanted, as that of an entry whose half did not run: what it wants to know is not known. */
static int entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct rt_kp_point *p = container_of(compat_kretprobe(ri), struct rt_kp_point, rp);
	struct returning r = { .kp = &p->rp.kp, .saved = ri->data };

	if (p->row->callers && !rt_callers_match(p->row, regs, (unsigned long)p->rp.kp.addr))
		return 1;
	if (!p->row->probe->entry)
		return 0;
	memset(ri->data, 0, p->row->saved_size);
	return !rt_run(p->row->probe, regs, p->row->probe->entry, set_entry, &r);
}
NOKPROBE_SYMBOL(entered);

static int returned(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_kretprobe(ri);
	struct returning r = { .saved = ri->data };
	struct rt_kp_point *p;

	if (!rp)
		return 0;
	p = container_of(rp, struct rt_kp_point, rp);
	r.kp = &rp->kp;
	rt_run(p->row->probe, regs, p->row->probe->handler, set_return, &r);
	return 0;
}
NOKPROBE_SYMBOL(returned);

static bool is_return(const struct rt_kp_point *p)
{
	return p->row->flags & STP_KP_RETURN;
}

static int place(struct rt_kp_point *p)
{
	const struct stp_row_kprobe *r = p->row;
	struct kprobe *kp = &p->rp.kp;
	unsigned long addr;
	size_t n;

	if (r->flags & STP_KP_ABSOLUTE) {
		kp->addr = (kprobe_opcode_t *)(unsigned long)r->offset;
		return rt_text_ends_behind((unsigned long)r->offset) ? -EFAULT : 0;
	}
	kp->offset = (unsigned int)r->offset;
	if (!p->module) {
		kp->addr = (kprobe_opcode_t *)rt_near_address(r);
		kp->symbol_name = kp->addr ? NULL : r->symbol;
		return 0;
	}
	addr = rt_symbol_address(r->module, r->symbol);
	if (addr && rt_text_ends_behind(addr + (unsigned long)r->offset))
		return -EFAULT;
	if (p->symbol) {
		kp->symbol_name = p->symbol;
		return 0;
	}
	n = strlen(r->module) + strlen(r->symbol) + 2;
	p->symbol = plat_alloc(n);
	if (!p->symbol)
		return -ENOMEM;
	snprintf(p->symbol, n, "%s:%s", r->module, r->symbol);
	kp->symbol_name = p->symbol;
	return 0;
}

static int register_point(struct rt_kp_point *p, bool many)
{
	const struct stp_row_kprobe *r = p->row;
	u32 active = r->maxactive ? r->maxactive : stp_module.limits->ret_active;
	int err = rt_made_to_refuse() ? -EINVAL : rt_callers_known(r) ? place(p) : -ESRCH;

	if (err)
		return err;
	p->rp.kp.flags = KPROBE_FLAG_DISABLED;
	if (!is_return(p)) {
		p->rp.kp.pre_handler = hit;
		p->rp.kp.post_handler = many ? after : NULL;
		return register_kprobe(&p->rp.kp);
	}
	p->rp.handler = returned;
	p->rp.maxactive = (int)(active ? active : max_t(u32, 64, 4 * num_possible_cpus()));
	if (r->probe->entry || r->callers) {
		p->rp.entry_handler = entered;
		p->rp.data_size = r->saved_size;
	}
	return register_kretprobe(&p->rp);
}

static void count_missed(const struct rt_kp_point *p)
{
	unsigned long missed = p->rp.kp.nmissed;

	if (is_return(p))
		missed += (unsigned long)p->rp.nmissed;
	if (missed)
		rt_count_missed(p->row->probe, missed);
}

/* Pointers to registered points of M, from number *NEXT on, that are returns, or are not: as many as a
 * batch holds. */
static int gather(struct rt_kprobes *k, const struct rt_kp_module *m, bool returns, unsigned *next)
{
	int n = 0;

	for (; *next < k->group->nrows && n < RT_KP_BATCH; ++*next) {
		struct rt_kp_point *p = &k->points[*next];

		if (p->registered && p->module == m && is_return(p) == returns)
			k->batch[n++] = returns ? (void *)&p->rp : (void *)&p->rp.kp;
	}
	return n;
}

static void unregister_all(struct rt_kprobes *k, const struct rt_kp_module *m)
{
	unsigned next;
	int n;

	for (next = 0; (n = gather(k, m, true, &next)); cond_resched())
		unregister_kretprobes((struct kretprobe **)k->batch, n);
	for (next = 0; (n = gather(k, m, false, &next)); cond_resched())
		unregister_kprobes((struct kprobe **)k->batch, n);
}

/* Behind each few hundred points that are unregistered the kernel waits for all CPUs, which takes ten
 * milliseconds and more, unless it is told to make haste: then it interrupts them. */
static void unregister_soon(struct rt_kprobes *k, const struct rt_kp_module *m)
{
	void (*haste)(void) = NULL, (*no_haste)(void) = NULL;

	if (k->many) {
		haste = (void *)rt_symbol_address(NULL, "rcu_expedite_gp");
		no_haste = (void *)rt_symbol_address(NULL, "rcu_unexpedite_gp");
	}
	if (haste && no_haste)
		haste();
	unregister_all(k, m);
	if (haste && no_haste)
		no_haste();
}

void rt_kprobes_detach(struct rt_kprobes *k, struct rt_kp_module *m)
{
	struct rt_bulk **bulk = m ? &m->bulk : &k->bulk;
	unsigned i;

	rt_bulk_detach(*bulk);
	*bulk = NULL;
	unregister_soon(k, m);
	for (i = 0; i < k->group->nrows; i++) {
		struct rt_kp_point *p = &k->points[i];

		if (p->module != m)
			continue;
		if (p->registered)
			count_missed(p);
		/* as new: it may be attached again */
		memset(&p->rp, 0, sizeof p->rp);
		p->registered = p->in_bulk = p->told = false;
		p->err = 0;
	}
}

static void kprobes_free(struct rt_kprobes *k)
{
	unsigned i;

	for (i = 0; k->points && i < k->group->nrows; i++)
		plat_free(k->points[i].symbol);
	plat_free(k->points);
	plat_free(k->modules);
	plat_free(k);
}

static void detach(const struct stp_group *g, void *state)
{
	struct rt_kprobes *k = state;
	unsigned i;

	rt_kprobes_unfollow(k);
	rt_kprobes_detach(k, NULL);
	for (i = 0; i < k->nmodules; i++)
		if (k->modules[i].loaded)
			rt_kprobes_detach(k, &k->modules[i]);
	kprobes_free(k);
}

static void mark(void *data, const struct stp_row_kprobe *row)
{
	struct rt_kprobes *k = data;

	k->points[row - (const struct stp_row_kprobe *)k->group->rows].in_bulk = true;
}

static bool is_stale(const struct rt_kp_module *m, const struct stp_row_kprobe *row)
{
	return m && m->stale && (row->flags & STP_KP_BUILD);
}

struct place_of { struct rt_kprobes *k; const struct rt_kp_module *m; };

static bool lies_in(void *data, const struct stp_row_kprobe *row)
{
	struct place_of *at = data;

	return at->k->points[row - (const struct stp_row_kprobe *)at->k->group->rows].module == at->m && !is_stale(at->m, row);
}

static void refuse(struct rt_kprobes *k, struct rt_kp_point *p, int err)
{
	if (p->row->flags & STP_KP_OPTIONAL) {
		rt.noptional_skipped++;
	} else {
		p->err = err;
		k->refused++;
	}
}

static void enable(struct rt_kprobes *k, struct rt_kp_point *p)
{
	int err = rt_made_to_refuse() ? -EINVAL : enable_kprobe(&p->rp.kp);

	if (!err) {
		k->attached++;
		return;
	}
	if (is_return(p))
		unregister_kretprobe(&p->rp);
	else
		unregister_kprobe(&p->rp.kp);
	p->registered = false;
	refuse(k, p, err);
}

/* The points of M that bulk.c did not take. */
static void register_all(struct rt_kprobes *k, const struct rt_kp_module *m)
{
	unsigned i;
	int err;

	for (i = 0; i < k->group->nrows && !rt_is_ending(); i++) {
		struct rt_kp_point *p = &k->points[i];

		if (p->module != m || p->in_bulk)
			continue;
		rt_progress();
		if (m && !m->starting && (p->row->flags & STP_KP_START)) {
			k->waiting++;
			continue;
		}
		err = is_stale(m, p->row) ? -ESTALE : register_point(p, k->many);
		p->registered = !err;
		if (err)
			refuse(k, p, err);
		cond_resched();
	}
}

static void enable_all(struct rt_kprobes *k, const struct rt_kp_module *m)
{
	unsigned i;

	for (i = 0; i < k->group->nrows && !rt_is_ending(); i++) {
		struct rt_kp_point *p = &k->points[i];

		if (p->module == m && p->registered)
			enable(k, p);
		cond_resched();
	}
}

static void find_callers(struct rt_kprobes *k, const struct rt_kp_module *m)
{
	struct rt_base last = { 0 };
	unsigned i;

	for (i = 0; i < k->group->nrows && !rt_is_ending(); i++)
		if (k->points[i].module == m)
			rt_callers_resolve(k->points[i].row, &last);
}

void rt_kprobes_attach(struct rt_kprobes *k, struct rt_kp_module *m)
{
	struct rt_bulk **bulk = m ? &m->bulk : &k->bulk;
	struct place_of at = { k, m };
	struct rt_kp_many *many;
	unsigned taken;

	if (m)
		m->stale = rt_build_stale(m->name);
	find_callers(k, m);
	*bulk = rt_bulk_attach(k->group, lies_in, &at);
	taken = rt_bulk_rows(*bulk, mark, k);
	k->in_bulk += taken;
	k->attached += taken;
	k->many = k->group->nrows - k->in_bulk > MANY;
	many = k->many && stp_module.limits->quick_attach ? rt_kp_many_begin() : NULL;
	register_all(k, m);
	rt_kp_many_end(many);
	enable_all(k, m);
}

static struct rt_kprobes *kprobes_new(const struct stp_group *g)
{
	const struct stp_row_kprobe *rows = g->rows;
	struct rt_kprobes *k = plat_alloc(sizeof *k);
	unsigned i;

	if (!k)
		return NULL;
	k->group = g;
	mutex_init(&k->lock);
	k->points = plat_alloc(sizeof *k->points * (g->nrows + 1));
	if (k->points) {
		for (i = 0; i < g->nrows; i++)
			k->points[i].row = &rows[i];
		if (!rt_kprobes_follow(k))
			return k;
	}
	kprobes_free(k);
	return NULL;
}

static int attach(const struct stp_group *g, void **state)
{
	struct rt_kprobes *k = kprobes_new(g);
	int err;

	if (!k)
		return -ENOMEM;
	mutex_lock(&k->lock);
	rt_kprobes_attach(k, NULL);
	rt_kprobes_attach_modules(k);
	rt.nprobes_attached += k->attached;
	err = k->refused && !rt_is_ending() ? rt_kprobes_report(k, true) : 0;
	mutex_unlock(&k->lock);
	if (err) {
		detach(g, k);
		return err;
	}
	*state = k;
	return 0;
}

const struct rt_family rt_family_kprobe = { .name = "kprobe", .attach = attach, .detach = detach };
