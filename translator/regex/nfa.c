/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the tree to an automaton, from the end to the start: each part is built in front of what follows it. */
#include "translator/regex/nfa.h"

#include <string.h>

/* ---- which nodes have brackets ---- */

static bool has_wanted(struct re_node *n, unsigned most)
{
	n->captures = n->kind == RE_GROUP && n->group <= most;
	for (size_t i = 0; i < n->sub.len; i++)
		n->captures |= has_wanted(n->sub.data[i], most);
	return n->captures;
}

/* Parts of a sequence behind the last wanted group cannot move one, nor do later alternatives decide against one: they
 * need no bracket. */
static void want_brackets(struct re_node *n, unsigned most)
{
	size_t last = 0;

	if (!n->captures)
		return;
	if (n->kind == RE_GROUP && n->group <= most)
		n->bracket = 1;
	for (size_t i = 0; i < n->sub.len; i++)
		if (n->sub.data[i]->captures)
			last = i;
	for (size_t i = 0; i < n->sub.len; i++) {
		if (i <= last && n->kind != RE_GROUP)
			n->sub.data[i]->bracket = 1;
		want_brackets(n->sub.data[i], most);
	}
}

static void number_brackets(struct re_node *n, unsigned *last, int level)
{
	n->level = level;
	if (n->bracket) {
		n->bracket = ++*last;
		level++;
	}
	for (size_t i = 0; i < n->sub.len; i++)
		number_brackets(n->sub.data[i], last, level);
}

/* ---- states ---- */

static uint32_t add(struct nfa *n, struct nfa_state s)
{
	if (n->states.len >= NFA_MOST_STATES)
		n->full = true;
	else
		vec_push(n->arena, &n->states, s);
	return (uint32_t)n->states.len - 1;
}

static uint32_t add_split(struct nfa *n, uint32_t out, uint32_t alt)
{
	return add(n, (struct nfa_state){ .kind = NFA_SPLIT, .out = out, .alt = alt });
}

static uint32_t add_mark(struct nfa *n, const struct re_node *r, enum mark_kind kind, uint32_t out)
{
	return add(n, (struct nfa_state){ .kind = NFA_MARK, .out = out, .mark = kind, .bracket = r->bracket,
					  .group = r->kind == RE_GROUP && r->group <= n->ngroups ? r->group : 0,
					  .level = r->level + (kind == MARK_OPEN) });
}

/* R takes no part: all of its brackets say so. */
static uint32_t build_nil(struct nfa *n, const struct re_node *r, uint32_t next)
{
	if (!r->captures && !r->bracket)
		return next;
	for (size_t i = r->sub.len; i-- > 0;)
		next = build_nil(n, r->sub.data[i], next);
	return r->bracket ? add_mark(n, r, MARK_NIL, next) : next;
}

static uint32_t build(struct nfa *n, const struct re_node *r, uint32_t next);

/* ---- alternatives that begin alike ---- */

/* What is left of an alternative: the nodes of its sequence from AT on, or the one that it is. */
struct rest { const struct re_node *node; size_t at; };
VEC_OF(rest_vec, struct rest);

static const struct re_node *first_of(const struct rest *r)
{
	if (r->node->kind != RE_CAT)
		return r->at ? NULL : r->node;
	return r->at < r->node->sub.len ? r->node->sub.data[r->at] : NULL;
}

static bool same_set(const struct re_node *a, const struct re_node *b)
{
	return a && b && a->kind == RE_SET && b->kind == RE_SET && !memcmp(&a->set, &b->set, sizeof a->set);
}

static uint32_t build_rest(struct nfa *n, struct rest r, uint32_t next)
{
	if (r.node->kind != RE_CAT)
		return r.at ? next : build(n, r.node, next);
	for (size_t i = r.node->sub.len; i-- > r.at && !n->full;)
		next = build(n, r.node->sub.data[i], next);
	return next;
}

/* Alternatives without brackets: those that begin with the same set share its state, and so on behind it. RESTS is used up. */
static uint32_t build_shared(struct nfa *n, struct rest_vec *rests, uint32_t next)
{
	uint32_t all = 0, one;
	bool any = false;

	while (rests->len && !n->full) {
		const struct re_node *first = first_of(&rests->data[0]);
		struct rest_vec same = { 0 };
		size_t kept = 0;

		for (size_t i = 0; i < rests->len; i++) {
			struct rest r = rests->data[i];

			if (!i || same_set(first, first_of(&r)))
				vec_push(n->arena, &same, r);
			else
				rests->data[kept++] = r;
		}
		rests->len = kept;
		if (same.len == 1) {
			one = build_rest(n, same.data[0], next);
		} else {
			for (size_t i = 0; i < same.len; i++)
				same.data[i].at++;
			one = add(n, (struct nfa_state){ .kind = NFA_SET, .out = build_shared(n, &same, next), .set = &first->set });
		}
		all = any ? add_split(n, one, all) : one;
		any = true;
	}
	return all;
}

static uint32_t build_words(struct nfa *n, const struct re_node *r, uint32_t next)
{
	struct rest_vec rests = { 0 };

	for (size_t i = 0; i < r->sub.len; i++)
		vec_push(n->arena, &rests, ((struct rest){ r->sub.data[i], 0 }));
	return build_shared(n, &rests, next);
}

/* One by one: each is taken, or passed by on the way to the next; so all ways to one share their marks. */
static uint32_t build_alternatives(struct nfa *n, const struct re_node *r, uint32_t next)
{
	uint32_t others = 0, taken;

	if (!r->captures)
		return build_words(n, r, next);
	for (size_t i = r->sub.len; i-- > 0 && !n->full;) {
		taken = next;
		for (size_t j = r->sub.len; j-- > i + 1;)
			taken = build_nil(n, r->sub.data[j], taken);
		taken = build(n, r->sub.data[i], taken);
		others = i + 1 == r->sub.len ? taken : add_split(n, taken, build_nil(n, r->sub.data[i], others));
	}
	return others;
}

/* Once or more. */
static uint32_t build_loop(struct nfa *n, const struct re_node *r, uint32_t next)
{
	uint32_t split = add_split(n, 0, next), body = build(n, r, split);

	if (!n->full)
		n->states.data[split].out = body;
	return body;
}

static uint32_t build_repeat(struct nfa *n, const struct re_node *r, uint32_t next)
{
	const struct re_node *body = r->sub.data[0];
	int needed = r->min ? r->min : 1;
	uint32_t all;

	if (!r->max)
		return build_nil(n, body, next);
	all = r->max == RE_UNBOUNDED ? build_loop(n, body, next) : build(n, body, next);
	for (int i = needed; i < r->max && !n->full; i++)
		all = build(n, body, add_split(n, all, next));
	for (int i = 1; i < needed && !n->full; i++)
		all = build(n, body, all);
	return r->min ? all : add_split(n, all, build_nil(n, body, next));
}

static uint32_t build_inner(struct nfa *n, const struct re_node *r, uint32_t next)
{
	switch (r->kind) {
	case RE_EMPTY: return next;
	case RE_SET: return add(n, (struct nfa_state){ .kind = NFA_SET, .out = next, .set = &r->set });
	case RE_BOL: return add(n, (struct nfa_state){ .kind = NFA_BOL, .out = next });
	case RE_EOL: return add(n, (struct nfa_state){ .kind = NFA_EOL, .out = next });
	case RE_ALT: return build_alternatives(n, r, next);
	case RE_REPEAT: return build_repeat(n, r, next);
	case RE_GROUP: return build(n, r->sub.data[0], next);
	case RE_CAT: break;
	}
	for (size_t i = r->sub.len; i-- > 0 && !n->full;)
		next = build(n, r->sub.data[i], next);
	return next;
}

static uint32_t build(struct nfa *n, const struct re_node *r, uint32_t next)
{
	if (n->full || !n->budget--) {
		n->full = true;
		return 0;
	}
	if (!r->bracket)
		return build_inner(n, r, next);
	return add_mark(n, r, MARK_OPEN, build_inner(n, r, add_mark(n, r, MARK_CLOSE, next)));
}

void nfa_build(struct nfa *n, struct arena *a, struct re_node *root, int groups)
{
	unsigned last = 0;

	*n = (struct nfa){ .arena = a, .budget = 16 * NFA_MOST_STATES, .ngroups = groups > 0 ? (unsigned)groups : 0 };
	has_wanted(root, n->ngroups);
	want_brackets(root, n->ngroups);
	number_brackets(root, &last, 0);
	n->start = build(n, root, add(n, (struct nfa_state){ .kind = NFA_FINAL }));
}
