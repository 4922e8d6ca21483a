/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints of the kernel and of modules, by name.  A probe function of a tracepoint takes the
 * row's data and then the tracepoint's arguments, one word each; there is one
 * here for each number of arguments.
 *
 * Those of modules are told of by the kernel: at once of what is loaded already, later of each module that
 * comes (before its own code runs) and that goes (behind its last code).  `lock` keeps that apart from the session's start. */
#include "rt.h"

#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/tracepoint.h>

struct link { const struct stp_row_tracepoint *row; struct tracepoint *tp; void *probe; int err; };
struct tracepoints {
	const struct stp_group *group;
	struct link *links;		/* by row */
	struct mutex lock;
	struct notifier_block watch;
	bool watching;
};
struct words { unsigned n; u64 w[STP_TP_ARGS]; };

static void fill(struct stp_ctx *c, void *data)
{
	struct words *w = data;

	memcpy(c->args, w->w, sizeof w->w);
	c->nargs = w->n;
}

static void run(struct link *l, struct words *w)
{
	rt_run(l->row->probe, NULL, l->row->probe->handler, fill, w);
}

#define PROBE(count, params, values) \
	static void probe_##count params { struct words w = { count, values }; run(data, &w); }
#define P(n) unsigned long a##n
#define V(...) { __VA_ARGS__ }
PROBE(0, (void *data), V(0))
PROBE(1, (void *data, P(0)), V(a0))
PROBE(2, (void *data, P(0), P(1)), V(a0, a1))
PROBE(3, (void *data, P(0), P(1), P(2)), V(a0, a1, a2))
PROBE(4, (void *data, P(0), P(1), P(2), P(3)), V(a0, a1, a2, a3))
PROBE(5, (void *data, P(0), P(1), P(2), P(3), P(4)), V(a0, a1, a2, a3, a4))
PROBE(6, (void *data, P(0), P(1), P(2), P(3), P(4), P(5)), V(a0, a1, a2, a3, a4, a5))
PROBE(7, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6)), V(a0, a1, a2, a3, a4, a5, a6))
PROBE(8, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7)), V(a0, a1, a2, a3, a4, a5, a6, a7))
PROBE(9, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8))
PROBE(10, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9))
PROBE(11, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9), P(10)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10))
PROBE(12, (void *data, P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8), P(9), P(10), P(11)), V(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11))

static void *const functions[STP_TP_ARGS + 1] = {
	probe_0, probe_1, probe_2, probe_3, probe_4, probe_5, probe_6, probe_7, probe_8, probe_9, probe_10, probe_11, probe_12,
};

struct search { const char *name; struct tracepoint *found; };

static void compare(struct tracepoint *tp, void *data)
{
	struct search *s = data;

	if (!strcmp(tp->name, s->name))
		s->found = tp;
}

struct tracepoint *rt_tracepoint_find(const char *name)
{
	struct search s = { .name = name };

	for_each_kernel_tracepoint(compare, &s);
	return s.found;
}

static int register_link(struct link *l, struct tracepoint *tp)
{
	l->probe = functions[min_t(u32, l->row->nargs, STP_TP_ARGS)];
	l->err = tracepoint_probe_register(tp, l->probe, l);
	if (!l->err)
		l->tp = tp;
	return l->err;
}

static void unregister_link(struct link *l)
{
	if (l->tp)
		tracepoint_probe_unregister(l->tp, l->probe, l);
	l->tp = NULL;
}

static void say_refused(u32 kind, const struct link *l)
{
	rt_message(kind, "cannot attach %s: %s (error %d)", l->row->probe->point,
		   l->err == -ESTALE ? "the module is another build than the one whose debug information was used" :
		   l->err != -ENOENT ? "the kernel refused" :
		   l->row->module ? "the module is not loaded, or has no such tracepoint" : "the kernel has no such tracepoint", l->err);
}

static bool is_of(const struct link *l, const char *module)
{
	return l->row->module && !strcmp(l->row->module, module);
}

static void module_comes(struct tracepoints *t, const struct tp_module *tm)
{
	tracepoint_ptr_t *at, *end = tm->mod->tracepoints_ptrs + tm->mod->num_tracepoints;
	unsigned i;

	for (i = 0; i < t->group->nrows; i++) {
		struct link *l = &t->links[i];

		if (l->tp || !is_of(l, tm->mod->name))
			continue;
		if ((l->row->flags & STP_KP_BUILD) && rt_build_stale(tm->mod->name)) {
			l->err = -ESTALE;
			continue;
		}
		for (at = tm->mod->tracepoints_ptrs, l->err = -ENOENT; at < end && l->err == -ENOENT; at++)
			if (!strcmp(tracepoint_ptr_deref(at)->name, l->row->name))
				register_link(l, tracepoint_ptr_deref(at));
		if (l->err && t->watching && !(l->row->flags & STP_KP_OPTIONAL))
			say_refused(STP_MSG_WARN, l);
	}
}

static void module_goes(struct tracepoints *t, const struct tp_module *tm)
{
	unsigned i;

	for (i = 0; i < t->group->nrows; i++)
		if (is_of(&t->links[i], tm->mod->name))
			unregister_link(&t->links[i]);
}

static int module_changed(struct notifier_block *nb, unsigned long state, void *data)
{
	struct tracepoints *t = container_of(nb, struct tracepoints, watch);

	mutex_lock(&t->lock);
	if (state == MODULE_STATE_COMING)
		module_comes(t, data);
	else if (state == MODULE_STATE_GOING)
		module_goes(t, data);
	mutex_unlock(&t->lock);
	return NOTIFY_DONE;
}

/* Attaches the rows of modules that are there. */
static void follow_modules(struct tracepoints *t)
{
	unsigned i;

	for (i = 0; i < t->group->nrows && !t->links[i].row->module; i++)
		;
	if (i == t->group->nrows)
		return;
	t->watch.notifier_call = module_changed;
	t->watching = !register_tracepoint_module_notifier(&t->watch);
}

static void unfollow_modules(struct tracepoints *t)
{
	if (t->watching)
		unregister_tracepoint_module_notifier(&t->watch);
	t->watching = false;
}

static void detach(const struct stp_group *g, void *state)
{
	struct tracepoints *t = state;
	unsigned i;

	unfollow_modules(t);
	for (i = 0; i < g->nrows; i++)
		unregister_link(&t->links[i]);
	tracepoint_synchronize_unregister();
	plat_free(t->links);
	plat_free(t);
}

static struct tracepoints *tracepoints_new(const struct stp_group *g)
{
	const struct stp_row_tracepoint *rows = g->rows;
	struct tracepoints *t = plat_alloc(sizeof *t);
	unsigned i;

	if (!t)
		return NULL;
	t->group = g;
	mutex_init(&t->lock);
	t->links = plat_alloc(sizeof *t->links * (g->nrows + 1));
	if (!t->links) {
		plat_free(t);
		return NULL;
	}
	for (i = 0; i < g->nrows; i++) {
		t->links[i].row = &rows[i];
		t->links[i].err = -ENOENT;
	}
	return t;
}

static bool is_loaded(const struct stp_row_tracepoint *r)
{
	char symbol[128];

	snprintf(symbol, sizeof symbol, "__tracepoint_%s", r->name);
	return rt_module_loaded(r->module, symbol);
}

/* A row of the kernel, or one of a module that was not there when modules were asked. */
static int attach_row(struct tracepoints *t, struct link *l)
{
	const struct stp_row_tracepoint *r = l->row;
	struct tracepoint *tp = r->module ? NULL : rt_tracepoint_find(r->name);

	if (tp)
		register_link(l, tp);
	if (l->tp) {
		rt.nprobes_attached++;
	} else if (t->watching && l->err == -ENOENT && (r->flags & STP_KP_WAIT) && !is_loaded(r)) {
		if (!(r->flags & (STP_KP_OPTIONAL | STP_KP_MEMBER)))
			rt_message(STP_MSG_WARN, "module %s is not loaded: %s waits for it", r->module, r->probe->point);
	} else if (r->flags & STP_KP_OPTIONAL) {
		rt.noptional_skipped++;
	} else if (r->flags & STP_KP_MEMBER) {
		say_refused(STP_MSG_WARN, l);
	} else {
		say_refused(STP_MSG_ERROR, l);
		return l->err;
	}
	return 0;
}

static int attach(const struct stp_group *g, void **state)
{
	struct tracepoints *t = tracepoints_new(g);
	unsigned i;
	int err = 0;

	if (!t)
		return -ENOMEM;
	follow_modules(t);
	mutex_lock(&t->lock);
	for (i = 0; i < g->nrows && !err && !rt_is_ending(); i++) {
		err = attach_row(t, &t->links[i]);
		rt_progress();
	}
	mutex_unlock(&t->lock);
	if (err)
		detach(g, t);
	else
		*state = t;
	return err;
}

const struct rt_family rt_family_tracepoint = { .name = "tracepoint", .attach = attach, .detach = detach };
