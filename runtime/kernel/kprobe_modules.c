/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points in modules: attached when a module is loaded while the session runs, given up when it is unloaded.
 *
 * What must go with a module is bulk.c's set of addresses, or ftrace would know another module by them that
 * is loaded into the same place.  Kprobes on a module's text are dead by then (the kernel's own notifier saw to
 * it), and are unregistered so that they can be registered again.
 *
 * The kernel calls notifiers in a process, holding the chain for reading: they are added and removed with no lock held that
 * module_changed() takes. */
#include "kprobe.h"

#include <linux/module.h>

/* Behind all others: ftrace knows the sites of a module that comes, kprobes its blacklist. */
enum { LAST = -1 };

static struct rt_kp_module *module_named(struct rt_kprobes *k, const char *name)
{
	unsigned i;

	/* rows of a module follow each other */
	for (i = k->nmodules; i-- > 0;)
		if (!strcmp(k->modules[i].name, name))
			return &k->modules[i];
	return NULL;
}

static const struct rt_kp_point *first_point(const struct rt_kprobes *k, const struct rt_kp_module *m)
{
	unsigned i;

	for (i = 0; k->points[i].module != m; i++)
		;
	return &k->points[i];
}

static void module_comes(struct rt_kprobes *k, struct rt_kp_module *m)
{
	u32 refused = k->refused;

	if (m->loaded)
		return;
	m->loaded = m->starting = true;
	rt_kprobes_attach(k, m);
	m->starting = false;
	if (k->refused != refused && !rt_is_ending())
		rt_kprobes_report(k, false);
}

static void module_goes(struct rt_kprobes *k, struct rt_kp_module *m)
{
	if (!m->loaded)
		return;
	rt_kprobes_detach(k, m);
	m->loaded = false;
}

static int module_changed(struct notifier_block *nb, unsigned long state, void *data)
{
	struct rt_kprobes *k = container_of(nb, struct rt_kprobes, watch);
	const struct module *changed = data;
	struct rt_kp_module *m;

	if (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&k->lock);
	m = module_named(k, changed->name);
	if (m && state == MODULE_STATE_COMING)
		module_comes(k, m);
	else if (m)
		module_goes(k, m);
	mutex_unlock(&k->lock);
	return NOTIFY_DONE;
}

static bool in_module(const struct stp_row_kprobe *r)
{
	return r->module && strcmp(r->module, "kernel");
}

static u32 count_changes(const struct rt_kprobes *k)
{
	const char *last = NULL;
	unsigned i;
	u32 n = 0;

	for (i = 0; i < k->group->nrows; i++) {
		const char *name = k->points[i].row->module;

		if (!in_module(k->points[i].row) || (last && !strcmp(name, last)))
			continue;
		last = name;
		n++;
	}
	return n;
}

static struct rt_kp_module *module_of(struct rt_kprobes *k, const char *name)
{
	struct rt_kp_module *m = module_named(k, name);

	if (!m) {
		m = &k->modules[k->nmodules++];
		m->name = name;
	}
	return m;
}

int rt_kprobes_follow(struct rt_kprobes *k)
{
	u32 most = count_changes(k);
	unsigned i;

	if (!most)
		return 0;
	k->modules = plat_alloc(sizeof *k->modules * most);
	if (!k->modules)
		return -ENOMEM;
	for (i = 0; i < k->group->nrows; i++)
		if (in_module(k->points[i].row))
			k->points[i].module = module_of(k, k->points[i].row->module);
	k->watch = (struct notifier_block){ .notifier_call = module_changed, .priority = LAST };
	k->watching = !register_module_notifier(&k->watch);
	return 0;
}

void rt_kprobes_unfollow(struct rt_kprobes *k)
{
	if (k->watching)
		unregister_module_notifier(&k->watch);
	k->watching = false;
}

/* Rows of M that wait for it; the others are refused. */
static u32 wait_for(struct rt_kprobes *k, struct rt_kp_module *m)
{
	u32 named = 0;
	unsigned i;

	for (i = 0; i < k->group->nrows; i++) {
		struct rt_kp_point *p = &k->points[i];

		if (p->module != m)
			continue;
		if (k->watching && (p->row->flags & STP_KP_WAIT)) {
			k->waiting++;
			named += !(p->row->flags & (STP_KP_MEMBER | STP_KP_OPTIONAL));
		} else if (p->row->flags & STP_KP_OPTIONAL) {
			rt.noptional_skipped++;
		} else {
			p->err = -ENOENT;
			k->refused++;
		}
	}
	return named;
}

void rt_kprobes_attach_modules(struct rt_kprobes *k)
{
	unsigned i;
	u32 n;

	for (i = 0; i < k->nmodules && !rt_is_ending(); i++) {
		struct rt_kp_module *m = &k->modules[i];

		/* the notifier may have seen it come */
		if (m->loaded)
			continue;
		m->loaded = rt_module_loaded(m->name, first_point(k, m)->row->symbol);
		if (m->loaded) {
			n = k->waiting;
			rt_kprobes_attach(k, m);
			if (k->waiting > n)
				rt_message(STP_MSG_WARN, "module %s has started already: %u of the script's points wait until it is loaded again", m->name, k->waiting - n);
			continue;
		}
		n = wait_for(k, m);
		if (n)
			rt_message(STP_MSG_WARN, "module %s is not loaded: %u of the script's points wait for it", m->name, n);
	}
}
