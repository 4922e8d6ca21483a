/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See closure.h. Ways are improved until none gets better: what a better way leads to is looked at again. */
#include "translator/regex/closure.h"

#include <stdlib.h>

void closure_init(struct closure *c, const struct nfa *n, struct arena *scratch, size_t *work)
{
	*c = (struct closure){ .nfa = n, .scratch = scratch, .work = work };
	c->best = ARENA_ARRAY(scratch, struct way, n->states.len);
	c->seen = ARENA_ARRAY(scratch, uint32_t, n->states.len);
	c->queued = ARENA_ARRAY(scratch, bool, n->states.len);
}

void closure_begin(struct closure *c, const struct precedence *from, bool at_start, bool at_end)
{
	c->from = from;
	c->at_start = at_start;
	c->at_end = at_end;
	c->round++;
	vec_clear(&c->queue);
	vec_clear(&c->marks);
	vec_clear(&c->found);
	vec_push(c->scratch, &c->marks, (struct way_mark){ 0 });
}

/* ---- comparing ---- */

static int level_of(const struct closure *c, uint32_t mark)
{
	return c->nfa->states.data[c->marks.data[mark].state].level;
}

/* Which of two marks where ways part is better; NO_MARK: the way goes no further. */
static int compare_marks(const struct closure *c, uint32_t a, uint32_t b)
{
	const struct nfa_state *x = &c->nfa->states.data[c->marks.data[a].state];
	const struct nfa_state *y = &c->nfa->states.data[c->marks.data[b].state];

	if (a == NO_MARK || b == NO_MARK)
		return (a != NO_MARK) - (b != NO_MARK);
	if (x->mark != y->mark)
		return x->mark < y->mark ? -1 : 1;
	return x->bracket < y->bracket ? -1 : x->bracket > y->bracket;
}

int closure_compare(const struct closure *c, const struct way *a, const struct way *b, int *la, int *lb)
{
	bool part_here = a->origin == b->origin;
	uint32_t x = a->marks, y = b->marks, after_x = NO_MARK, after_y = NO_MARK;
	int common;

	*la = *lb = LEVEL_INSIDE;
	if (part_here && x == y)
		return 0;
	if (!part_here) {
		*la = c->from->least[a->origin * c->from->n + b->origin];
		*lb = c->from->least[b->origin * c->from->n + a->origin];
	}
	*c->work += 3;
	while (x != y) {
		bool left = c->marks.data[x].length >= c->marks.data[y].length;
		uint32_t *m = left ? &x : &y;
		int *least = left ? la : lb, level = level_of(c, *m);

		*least = level < *least ? level : *least;
		*(left ? &after_x : &after_y) = *m;
		*m = c->marks.data[*m].before;
		++*c->work;
	}
	if (part_here && x != NO_MARK) {
		common = level_of(c, x);
		*la = common < *la ? common : *la;
		*lb = common < *lb ? common : *lb;
	}
	if (*la != *lb)
		return *la > *lb ? -1 : 1;
	return part_here ? compare_marks(c, after_x, after_y) : c->from->order[a->origin * c->from->n + b->origin];
}

/* ---- reaching ---- */

static void improve(struct closure *c, struct way w)
{
	int la, lb;

	*c->work += 4;
	if (c->seen[w.state] == c->round && closure_compare(c, &w, &c->best[w.state], &la, &lb) >= 0)
		return;
	if (c->seen[w.state] != c->round)
		vec_push(c->scratch, &c->found, w);
	c->seen[w.state] = c->round;
	c->best[w.state] = w;
	if (c->queued[w.state])
		return;
	c->queued[w.state] = true;
	vec_push(c->scratch, &c->queue, w.state);
}

void closure_reach(struct closure *c, uint32_t state, uint32_t origin)
{
	improve(c, (struct way){ state, origin, NO_MARK });
}

static void follow(struct closure *c, struct way w)
{
	const struct nfa_state *s = &c->nfa->states.data[w.state];
	struct way_mark m = { w.marks, c->marks.data[w.marks].length + 1, w.state };

	switch (s->kind) {
	case NFA_SET: case NFA_FINAL: return;
	case NFA_BOL:
		if (!c->at_start)
			return;
		break;
	case NFA_EOL:
		if (!c->at_end)
			return;
		break;
	case NFA_SPLIT:
		w.state = s->alt;
		improve(c, w);
		break;
	case NFA_MARK:
		w.marks = (uint32_t)c->marks.len;
		vec_push(c->scratch, &c->marks, m);
		*c->work += 32;
		break;
	}
	w.state = s->out;
	improve(c, w);
}

static int compare_states(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	return x->state < y->state ? -1 : x->state > y->state;
}

/* Does it wait for something, or accept? */
static bool is_goal(const struct closure *c, uint32_t state)
{
	enum nfa_kind kind = c->nfa->states.data[state].kind;

	return kind == NFA_SET || kind == NFA_FINAL || (kind == NFA_EOL && !c->at_end);
}

void closure_finish(struct closure *c)
{
	size_t n = 0;

	while (c->queue.len) {
		uint32_t id = vec_pop(&c->queue);

		c->queued[id] = false;
		if (*c->work <= REGEX_MOST_WORK)
			follow(c, c->best[id]);
		else
			vec_clear(&c->found);
	}
	for (size_t i = 0; i < c->found.len; i++)
		if (is_goal(c, c->found.data[i].state))
			c->found.data[n++] = c->best[c->found.data[i].state];
	c->found.len = n;
	qsort(c->found.data, n, sizeof *c->found.data, compare_states);
}
