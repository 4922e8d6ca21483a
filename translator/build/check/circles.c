/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Circles by Tarjan's search for strongly connected components, without recursion: a
 * module's chain of calls may be longer than this program's stack.
 *
 * Components come out callees first, so that the deepest ways of all that a circle calls
 * are known when it is closed.  A way through a circle visits each member at most once:
 * all members' calls within it, and from the last one on what is deepest. */
#include "translator/build/check/circles.h"

#define LIMIT (1 << 30)

struct frame {
	uint32_t function, edge;
};

struct search {
	struct arena *arena;
	struct callgraph *g;
	uint32_t *index, *low;		/* by function; index 0: not met yet */
	bool *waiting;			/* on `stack` */
	VEC(uint32_t) stack;
	VEC(struct frame) frames;
	uint32_t counter, nordered;
};

static int64_t sum(int64_t a, int64_t b)
{
	return a + b > LIMIT ? LIMIT : a + b;
}

static bool is_inner(const struct search *s, uint32_t circle, const struct edge *e)
{
	return e->kind == EDGE_INSIDE && s->g->nodes[e->to].circle == circle;
}

/* The deepest way of KIND that leaves the circle, or ends, in function V: its bytes and what it
 * calls.  -1: none. */
static int64_t exit_bytes(const struct search *s, uint32_t v, uint32_t circle, int kind,
			  uint32_t *next)
{
	const struct callgraph *g = s->g;
	const struct node *n = &g->nodes[v];
	int64_t best = kind == DEEPEST_FRAME ? (int64_t)n->own : -1, way;
	const struct edge *e;
	uint32_t i;

	*next = NO_FUNCTION;
	for (i = n->first; i < n->end; i++) {
		e = &g->edges.data[i];
		way = -1;
		if (e->kind == EDGE_INSIDE && !is_inner(s, circle, e))
			way = g->circles.data[g->nodes[e->to].circle].deepest[kind].bytes;
		else if ((e->kind == EDGE_OUTSIDE && kind == DEEPEST_OUTSIDE) ||
			 (e->kind == EDGE_INDIRECT && kind == DEEPEST_INDIRECT))
			way = 0;
		if (way < 0 || sum(way, e->depth) <= best)
			continue;
		best = sum(way, e->depth);
		*next = e->kind == EDGE_INSIDE ? e->to : NO_FUNCTION;
	}
	return best;
}

static void note_inner(const struct search *s, struct circle *c, uint32_t v, uint32_t circle)
{
	struct node *n = &s->g->nodes[v];
	const struct edge *e;
	uint32_t i;

	n->inner = -1;
	for (i = n->first; i < n->end; i++) {
		e = &s->g->edges.data[i];
		if (is_inner(s, circle, e) && e->depth > n->inner)
			n->inner = e->depth;
	}
	if (n->inner >= 0)
		c->sum = sum(c->sum, n->inner);
}

/* What its members reach: unbounded functions and turns. */
static void note_reached(const struct search *s, struct circle *c, uint32_t v, uint32_t circle)
{
	const struct callgraph *g = s->g;
	const struct node *n = &g->nodes[v];
	const struct circle *to;
	uint32_t i;

	if (n->unbounded)
		c->unbounded = v;
	for (i = n->first; i < n->end; i++) {
		if (g->edges.data[i].kind != EDGE_INSIDE || is_inner(s, circle, &g->edges.data[i]))
			continue;
		to = &g->circles.data[g->nodes[g->edges.data[i].to].circle];
		if (to->largest_turn > c->largest_turn)
			c->largest_turn = to->largest_turn;
		if (c->unbounded == NO_FUNCTION)
			c->unbounded = to->unbounded;
	}
}

static void note_exit(const struct search *s, struct circle *c, uint32_t v, uint32_t circle,
		      int kind)
{
	int64_t inner = s->g->nodes[v].inner > 0 ? s->g->nodes[v].inner : 0, way;
	uint32_t next;

	way = exit_bytes(s, v, circle, kind, &next);
	if (way < 0 || sum(c->sum - inner, way) <= c->deepest[kind].bytes)
		return;
	c->deepest[kind].bytes = sum(c->sum - inner, way);
	c->deepest[kind].last = v;
	c->deepest[kind].next = next;
}

static void close_circle(struct search *s, struct circle *c, uint32_t circle)
{
	const uint32_t *members = s->g->order + c->first;
	uint32_t i;
	int kind;

	for (i = 0; i < c->n; i++) {
		note_inner(s, c, members[i], circle);
		note_reached(s, c, members[i], circle);
	}
	/* A jump to itself takes no stack, but is a circle; 1 tells it from none. */
	if (c->n > 1 || s->g->nodes[members[0]].inner >= 0)
		c->turn = c->sum ? c->sum : 1;
	if (c->turn > c->largest_turn)
		c->largest_turn = c->turn;
	for (kind = 0; kind < DEEPEST_KINDS; kind++)
		for (i = 0; i < c->n; i++)
			note_exit(s, c, members[i], circle, kind);
}

/* FUNCTION is the first of a component: it and all above it on the stack. */
static void take_circle(struct search *s, uint32_t function)
{
	struct callgraph *g = s->g;
	struct circle c = { .first = s->nordered, .unbounded = NO_FUNCTION };
	uint32_t v;
	int kind;

	for (kind = 0; kind < DEEPEST_KINDS; kind++)
		c.deepest[kind].bytes = -1;
	do {
		v = vec_pop(&s->stack);
		s->waiting[v] = false;
		g->nodes[v].circle = (uint32_t)g->circles.len;
		g->order[s->nordered++] = v;
		c.n++;
	} while (v != function);
	close_circle(s, &c, (uint32_t)g->circles.len);
	vec_push(s->arena, &g->circles, c);
}

static void enter(struct search *s, uint32_t v)
{
	s->index[v] = s->low[v] = ++s->counter;
	s->waiting[v] = true;
	vec_push(s->arena, &s->stack, v);
	vec_push(s->arena, &s->frames, ((struct frame){ v, s->g->nodes[v].first }));
}

static void leave(struct search *s)
{
	uint32_t v = vec_pop(&s->frames).function, up;

	if (s->low[v] == s->index[v])
		take_circle(s, v);
	if (!s->frames.len)
		return;
	up = vec_last(&s->frames).function;
	if (s->low[v] < s->low[up])
		s->low[up] = s->low[v];
}

static void search_from(struct search *s, uint32_t root)
{
	struct frame *f;
	const struct edge *e;

	enter(s, root);
	while (s->frames.len) {
		f = &vec_last(&s->frames);
		if (f->edge == s->g->nodes[f->function].end) {
			leave(s);
			continue;
		}
		e = &s->g->edges.data[f->edge++];
		if (e->kind != EDGE_INSIDE)
			continue;
		if (!s->index[e->to])
			enter(s, e->to);
		else if (s->waiting[e->to] && s->index[e->to] < s->low[f->function])
			s->low[f->function] = s->index[e->to];
	}
}

void circles_find(struct arena *a, struct callgraph *g)
{
	struct search s = { .arena = a, .g = g };
	uint32_t i, n = g->f->n;

	s.index = ARENA_ARRAY(a, uint32_t, n + 1);
	s.low = ARENA_ARRAY(a, uint32_t, n + 1);
	s.waiting = ARENA_ARRAY(a, bool, n + 1);
	g->order = ARENA_ARRAY(a, uint32_t, n + 1);
	for (i = 0; i < n; i++)
		g->nodes[i].circle = UINT32_MAX;
	for (i = 0; i < n; i++)
		if (!s.index[i])
			search_from(&s, i);
}
