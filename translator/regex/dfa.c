/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a string has a match: subsets of the automaton's states, with a new attempt at every byte, until one accepts
 * (STATE_DONE) or none can (STATE_DEAD, for anchored expressions). */
#include "lib/map.h"
#include "translator/regex/nfa.h"

#include <stdlib.h>
#include <string.h>

VEC_OF(id_vec, uint32_t);

struct subset { uint32_t *ids; size_t n; };

struct subsets {
	struct automaton *d;
	const struct nfa *n;
	struct arena *scratch;
	VEC(struct subset) sets;	/* by state; of DEAD and DONE there is none */
	struct map known;		/* hash -> list of states */
	struct map taken;		/* hash -> list of steps */
	struct id_vec stack, found, behind;
	uint32_t *seen;			/* by automaton state: round */
	uint32_t round;
};

struct same_hash { uint32_t state; struct same_hash *next; };
struct same_step { struct subset behind; uint32_t to; struct same_step *next; };

/* ---- what is reached without a byte ---- */

static void begin_closure(struct subsets *b)
{
	b->round++;
	vec_clear(&b->stack);
	vec_clear(&b->found);
}

static void reach(struct subsets *b, uint32_t id)
{
	b->d->work += 3;
	if (b->seen[id] == b->round)
		return;
	b->seen[id] = b->round;
	vec_push(b->scratch, &b->stack, id);
}

/* Follows all that is on the stack; what consumes, waits for the end or accepts is put into `found`. */
static void finish_closure(struct subsets *b, bool at_start, bool at_end)
{
	while (b->stack.len) {
		uint32_t id = vec_pop(&b->stack);
		const struct nfa_state *s = &b->n->states.data[id];

		switch (s->kind) {
		case NFA_SPLIT: reach(b, s->alt); reach(b, s->out); break;
		case NFA_MARK: reach(b, s->out); break;
		case NFA_BOL:
			if (at_start)
				reach(b, s->out);
			break;
		case NFA_EOL:
			if (at_end)
				reach(b, s->out);
			else
				vec_push(b->scratch, &b->found, id);
			break;
		case NFA_SET: case NFA_FINAL: vec_push(b->scratch, &b->found, id); break;
		}
	}
}

static bool accepts(const struct subsets *b)
{
	for (size_t i = 0; i < b->found.len; i++)
		if (b->n->states.data[b->found.data[i]].kind == NFA_FINAL)
			return true;
	return false;
}

static bool accepts_at_end(struct subsets *b, const struct subset *s, bool at_start)
{
	begin_closure(b);
	for (size_t i = 0; i < s->n; i++)
		reach(b, s->ids[i]);
	finish_closure(b, at_start, true);
	return accepts(b);
}

/* ---- states ---- */

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The state of what was found. The start is one of its own, as only there ^ is passed. */
static uint32_t find_state(struct subsets *b, bool at_start)
{
	struct subset s = { b->found.data, b->found.len };
	uint64_t hash;
	struct same_hash *first, *h;
	uint32_t id;

	if (accepts(b))
		return STATE_DONE;
	if (!s.n)
		return STATE_DEAD;
	qsort(s.ids, s.n, sizeof *s.ids, compare_ids);
	hash = hash_bytes(s.ids, s.n * sizeof *s.ids, at_start);
	first = umap_get(&b->known, hash);
	for (h = first; h; h = h->next)
		if (b->sets.data[h->state].n == s.n && !memcmp(b->sets.data[h->state].ids, s.ids, s.n * sizeof *s.ids))
			return h->state;
	id = automaton_add(b->d, false);
	s.ids = arena_grow(b->scratch, s.ids, s.n * sizeof *s.ids, s.n * sizeof *s.ids);
	vec_push(b->scratch, &b->sets, s);
	h = ARENA_NEW(b->scratch, struct same_hash);
	*h = (struct same_hash){ id, at_start ? NULL : first };
	if (!at_start)
		umap_put(&b->known, hash, h);
	b->d->at_end.data[id] = accepts_at_end(b, &s, at_start);
	return id;
}

/* Where it goes from what is behind a byte: many bytes of many states lead to the same. */
static uint32_t find_step(struct subsets *b)
{
	const struct id_vec *v = &b->behind;
	uint64_t hash = hash_bytes(v->data, v->len * sizeof *v->data, 0);
	struct same_step *first = umap_get(&b->taken, hash), *k;

	for (k = first; k; k = k->next)
		if (k->behind.n == v->len && !memcmp(k->behind.ids, v->data, v->len * sizeof *v->data))
			return k->to;
	begin_closure(b);
	for (size_t i = 0; i < v->len; i++)
		reach(b, v->data[i]);
	finish_closure(b, false, false);
	k = ARENA_NEW(b->scratch, struct same_step);
	*k = (struct same_step){ { arena_grow(b->scratch, v->data, v->len * sizeof *v->data, v->len * sizeof *v->data), v->len }, 0, first };
	umap_put(&b->taken, hash, k);
	return k->to = find_state(b, false);
}

static uint32_t step(struct subsets *b, const struct subset *s, unsigned char c)
{
	vec_clear(&b->behind);
	b->d->work += s->n;
	for (size_t i = 0; i < s->n; i++) {
		const struct nfa_state *n = &b->n->states.data[s->ids[i]];

		if (n->kind == NFA_SET && re_set_has(n->set, c))
			vec_push(b->scratch, &b->behind, n->out);
	}
	vec_push(b->scratch, &b->behind, b->n->start);
	return find_step(b);
}

bool dfa_build(struct automaton *d, struct nfa *n, struct arena *scratch)
{
	struct subsets b = { .d = d, .n = n, .scratch = scratch, .known.arena = scratch, .taken.arena = scratch };

	b.seen = ARENA_ARRAY(scratch, uint32_t, n->states.len);
	automaton_add(d, false);
	automaton_add(d, false);
	d->now.data[STATE_DONE] = d->at_end.data[STATE_DONE] = true;
	for (unsigned c = 0; c < d->ncolumns; c++)
		d->next.data[STATE_DONE * d->ncolumns + c] = STATE_DONE;
	vec_push(scratch, &b.sets, (struct subset){ 0 });
	vec_push(scratch, &b.sets, (struct subset){ 0 });
	begin_closure(&b);
	reach(&b, n->start);
	finish_closure(&b, true, false);
	d->start = find_state(&b, true);
	for (uint32_t s = STATE_DONE + 1; s < d->nstates; s++) {
		for (unsigned c = 0; c < d->ncolumns; c++) {
			uint32_t to = step(&b, &b.sets.data[s], n->sample[c]);

			d->next.data[s * d->ncolumns + c] = to;
			if (automaton_full(d))
				return false;
		}
	}
	return !automaton_full(d);
}
