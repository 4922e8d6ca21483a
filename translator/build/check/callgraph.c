/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edges of the call graph, from the walks over the functions: see callgraph.h. */
#include "translator/build/check/callgraph.h"

#include "translator/build/check/circles.h"

#include <string.h>

struct maker {
	struct arena *arena;
	struct callgraph *g;
	struct flow *flow;
};

static bool starts_with(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool is_instrumentation(const char *name)
{
	static const char *const starts[] = { "__asan_", "__tsan_", "__sanitizer_cov", "__kcsan_",
					      "__msan_", "__hwasan_" };
	size_t i;

	for (i = 0; i < sizeof starts / sizeof *starts; i++)
		if (starts_with(name, starts[i]))
			return true;
	return !strcmp(name, "__fentry__") || !strcmp(name, "mcount");
}

static bool is_thunk(const char *name)
{
	return starts_with(name, "__x86_indirect_") || starts_with(name, "__SCT__") ||
	       starts_with(name, "__SCK__");
}

/* Returns are jumps to a thunk where the kernel guards them. */
static bool is_return(const char *name)
{
	return starts_with(name, "__x86_return_thunk") || starts_with(name, "srso_") ||
	       starts_with(name, "retbleed_");
}

static void add_edge(struct maker *m, uint32_t to, uint32_t depth, enum edge_kind kind)
{
	vec_push(m->arena, &m->g->edges, ((struct edge){ to, depth, kind }));
}

static void add_import(struct maker *m, const struct step *p, uint32_t depth)
{
	const char *name = m->g->d->object->symbols[p->to].name;

	if (p->indirect || !p->to || is_thunk(name))
		add_edge(m, p->to, depth, EDGE_INDIRECT);
	else if (is_instrumentation(name))
		add_edge(m, p->to, depth, EDGE_IGNORED);
	else if (p->kind == STEP_CALL || !is_return(name))
		add_edge(m, p->to, depth, EDGE_OUTSIDE);
}

static void set_unbounded(struct node *n, uint32_t step, const char *why)
{
	if (n->unbounded)
		return;
	n->unbounded = step + 1;
	n->why = why;
}

static void add_leaf(struct maker *m, uint32_t number, uint32_t step)
{
	const struct callgraph *g = m->g;
	const struct step *p = &g->d->steps[step];
	uint32_t depth = flow_depth(m->flow, step), to;

	if (p->kind == STEP_CALL)
		depth += 8;
	else if (flow_inner_target(g->d, &g->f->map, number, p) != UINT32_MAX)
		return;
	if (!p->section) {
		/* With something on the stack, this is a table of places in the same function. */
		if (p->kind == STEP_JUMP && p->indirect && depth)
			set_unbounded(&g->nodes[number], step, "a jump that cannot be followed");
		add_import(m, p, depth);
		return;
	}
	to = decoded_step(g->d, p->section, p->to);
	if (to == UINT32_MAX || !g->f->map.entry[to])
		set_unbounded(&g->nodes[number], step, "a way into the middle of an instruction");
	else
		add_edge(m, g->f->map.entry[to] - 1, depth, EDGE_INSIDE);
}

static void walk_function(struct maker *m, uint32_t number)
{
	struct node *n = &m->g->nodes[number];
	struct flow_result r;
	size_t i;

	n->first = n->end = (uint32_t)m->g->edges.len;
	if (m->g->f->map.is_part[number])
		return;
	flow_walk(m->flow, number, m->g->f->data[number].entry, &r);
	n->own = r.own;
	n->unbounded = r.unbounded;
	n->why = r.why;
	n->wrong = r.wrong;
	n->what = r.what;
	for (i = 0; i < r.leaves.len; i++)
		add_leaf(m, number, r.leaves.data[i]);
	for (i = 0; i < r.falls.len; i++)
		add_edge(m, m->g->f->map.entry[r.falls.data[i]] - 1, r.own, EDGE_INSIDE);
	n->end = (uint32_t)m->g->edges.len;
}

void callgraph_make(struct arena *a, const struct decoded *d, const struct functions *f,
		    struct callgraph *out)
{
	struct maker m = { .arena = a, .g = out };
	uint32_t i;

	*out = (struct callgraph){ .d = d, .f = f };
	out->nodes = ARENA_ARRAY(a, struct node, f->n + 1);
	m.flow = flow_new(a, d, &f->map);
	for (i = 0; i < f->n; i++)
		walk_function(&m, i);
	circles_find(a, out);
}
