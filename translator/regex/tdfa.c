/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the first longest match is, and its groups: subsets as in dfa.c whose members, threads, know in which registers
 * the positions are that they have seen (Laurikari, "NFAs with tagged transitions", 2000).
 *
 * A state is a list of threads, by automaton state, with their registers and their order (closure.h). Registers are
 * numbered as they come in that list, so that equal states have equal keys; what this costs is moves between registers
 * on the way, put in such an order here that one after another does what all at once should.
 *
 * What would accept if the string ended here is found by a closure of its own, which passes $, and kept as one more set of
 * registers: done later, from the threads that wait for the end, it would take them for longer than those that do not.
 *
 * Once a thread has accepted, those that began later are dropped and none begins any more. Each state that holds an
 * accepting thread tells where its positions are: the last that was passed is the result. */
#include "lib/map.h"
#include "translator/regex/closure.h"

#include <stdlib.h>
#include <string.h>

struct state_key { size_t len; uint16_t *words; };

/* A set of threads. */
struct threads {
	struct precedence order;
	uint32_t *states;		/* of the automaton; sorted */
	uint16_t *sources;		/* [thread * ntags + tag]: where the position is; row order.n: of what accepts at the end */
	bool accepted, waits;		/* something accepts at the end only: that row is there */
};

/* What a closure begins with: ways without marks, from FROM (NULL: the start). */
struct seeds {
	const struct threads *from;
	const struct precedence *order;
	VEC(struct way) ways;
	bool at_start;
};

struct same_key { struct state_key key; uint32_t state, moves; struct same_key *next; };

struct tdfa {
	struct automaton *d;
	const struct nfa *n;
	struct arena *scratch;
	struct closure closure;
	VEC(struct threads) sets;
	struct map known, lists, taken;	/* hash -> states with it; moves -> index; steps -> where they lead */
};

/* ---- registers ---- */

/* Where tag TAG of way W is after its marks: a register of FROM's, the position at hand, or nowhere. */
static uint16_t source_of(const struct tdfa *t, const struct threads *from, const struct way *w, unsigned tag)
{
	unsigned group = (tag + 1) / 2;

	for (uint32_t m = w->marks; tag && m != NO_MARK; m = t->closure.marks.data[m].before) {
		const struct nfa_state *s = &t->n->states.data[t->closure.marks.data[m].state];

		t->d->work++;
		if (s->group != group)
			continue;
		if (s->mark == MARK_NIL || (s->mark == MARK_OPEN && tag % 2 == 0))
			return STP_REGEX_NOWHERE;
		if (s->mark == (tag % 2 ? MARK_OPEN : MARK_CLOSE))
			return STP_REGEX_HERE;
	}
	if (!from || w->origin == from->order.n)
		return tag ? STP_REGEX_NOWHERE : STP_REGEX_HERE;
	return from->sources[w->origin * t->d->ntags + tag];
}

/* The list of MOVES; equal ones are kept once. The empty one is 0. */
static uint32_t keep_moves(struct tdfa *t, const uint16_t *words, size_t n)
{
	struct same_key *k, *first;
	uint64_t hash = hash_bytes(words, n * sizeof *words, 0);

	if (!n)
		return 0;
	first = umap_get(&t->lists, hash);
	for (k = first; k; k = k->next)
		if (k->key.len == n && !memcmp(k->key.words, words, n * sizeof *words))
			return k->state;
	k = ARENA_NEW(t->scratch, struct same_key);
	*k = (struct same_key){ { n, arena_grow(t->scratch, words, n * sizeof *words, n * sizeof *words) }, (uint32_t)t->d->moves.len, 0, first };
	umap_put(&t->lists, hash, k);
	for (size_t i = 0; i < n; i++)
		vec_push(t->d->arena, &t->d->moves, words[i]);
	return k->state;
}

/* FROM[r] is what register r gets, of N; REG_SPARE is free. Their number first, then pairs of target and source. */
static uint32_t order_moves(struct tdfa *t, uint16_t *from, uint16_t n)
{
	VEC(uint16_t) out = { 0 };
	uint16_t spare = n, left;
	bool moved = true;

	vec_push(t->scratch, &out, 0);
	while (moved) {
		moved = false;
		left = n;
		for (uint16_t r = 0; r < n; r++) {
			bool needed = false;

			if (from[r] == r)
				continue;
			for (uint16_t q = 0; q < n && !needed; q++)
				needed = q != r && from[q] == r;
			left = r;
			if (needed)
				continue;
			vec_push(t->scratch, &out, r);
			vec_push(t->scratch, &out, from[r]);
			from[r] = r;
			moved = true;
		}
		if (moved || left == n)
			continue;
		/* a ring: its register LEFT is saved, so that it can be overwritten */
		vec_push(t->scratch, &out, spare);
		vec_push(t->scratch, &out, left);
		for (uint16_t q = 0; q < n; q++)
			if (from[q] == left)
				from[q] = spare;
		moved = true;
		if (t->d->nregs <= spare)
			t->d->nregs = spare + 1u;
	}
	out.data[0] = (uint16_t)(out.len / 2);
	return out.len > 1 ? keep_moves(t, out.data, out.len) : 0;
}

/* Numbers the registers of THREADS as they come; the moves that fill them from their sources. With more than are allowed it
 * stops early: that is the end of the attempt (too_much). */
static uint32_t number_registers(struct tdfa *t, struct threads *threads)
{
	size_t all = (size_t)(threads->order.n + threads->waits) * t->d->ntags;
	uint16_t *from = ARENA_ARRAY(t->scratch, uint16_t, all + 1), n = 0, r;

	for (size_t i = 0; i < all; i++) {
		if (threads->sources[i] == STP_REGEX_NOWHERE)
			continue;
		for (r = 0; r < n && from[r] != threads->sources[i];)
			r++;
		if (r == n && n > STP_REGEX_MOST_REGS)
			break;
		if (r == n)
			from[n++] = threads->sources[i];
		threads->sources[i] = r;
	}
	if (t->d->nregs < n)
		t->d->nregs = n;
	t->d->work += all * n + (size_t)n * n;
	if (n > STP_REGEX_MOST_REGS)
		return 0;
	return order_moves(t, from, n);
}

/* ---- threads ---- */

/* Each with each; with too much work there are none any more. */
static void compare_all(struct tdfa *t, struct way_vec *ways, struct precedence *p)
{
	int la, lb;

	p->n = (uint32_t)ways->len;
	p->least = ARENA_ARRAY(t->scratch, int16_t, ways->len * ways->len + 1);
	p->order = ARENA_ARRAY(t->scratch, int8_t, ways->len * ways->len + 1);
	for (size_t i = 0; i < ways->len && t->d->work <= REGEX_MOST_WORK; i++)
		for (size_t j = 0; j < i; j++) {
			int order = closure_compare(&t->closure, &ways->data[i], &ways->data[j], &la, &lb);

			p->least[i * p->n + j] = (int16_t)la;
			p->least[j * p->n + i] = (int16_t)lb;
			p->order[i * p->n + j] = (int8_t)order;
			p->order[j * p->n + i] = (int8_t)-order;
		}
	if (t->d->work > REGEX_MOST_WORK) {
		vec_clear(ways);
		p->n = 0;
	}
}

/* The way that accepts, or NULL. */
static const struct way *final_way(const struct tdfa *t, const struct way_vec *ways)
{
	for (size_t i = 0; i < ways->len; i++)
		if (t->n->states.data[ways->data[i].state].kind == NFA_FINAL)
			return &ways->data[i];
	return NULL;
}

/* Without the ways that began after the accepting one. */
static void drop_later(struct tdfa *t, struct way_vec *ways)
{
	const struct way *accepting = final_way(t, ways);
	struct way f;
	size_t n = 0;
	int la, lb;

	if (!accepting)
		return;
	f = *accepting;
	for (size_t i = 0; i < ways->len; i++) {
		closure_compare(&t->closure, &ways->data[i], &f, &la, &lb);
		if (la != LEVEL_LATER)
			ways->data[n++] = ways->data[i];
	}
	ways->len = n;
}

static void run_closure(struct tdfa *t, const struct seeds *seeds, bool at_end)
{
	closure_begin(&t->closure, seeds->order, seeds->at_start, at_end);
	for (size_t i = 0; i < seeds->ways.len; i++)
		closure_reach(&t->closure, seeds->ways.data[i].state, seeds->ways.data[i].origin);
	closure_finish(&t->closure);
	/* what follows compares each with each, and keeps that */
	t->d->work += 3 * t->closure.found.len * t->closure.found.len;
	if (t->d->work > REGEX_MOST_WORK)
		vec_clear(&t->closure.found);
}

static void find_sources(struct tdfa *t, const struct seeds *seeds, const struct way *w, uint16_t *sources)
{
	for (unsigned tag = 0; tag < t->d->ntags; tag++)
		sources[tag] = source_of(t, seeds->from, w, tag);
}

static struct threads make_threads(struct tdfa *t, const struct seeds *seeds)
{
	struct way_vec *ways = &t->closure.found;
	unsigned ntags = t->d->ntags;
	struct threads x = { .accepted = seeds->from && seeds->from->accepted };
	const struct way *at_end;

	run_closure(t, seeds, false);
	drop_later(t, ways);
	x.accepted |= final_way(t, ways) != NULL;
	x.states = ARENA_ARRAY(t->scratch, uint32_t, ways->len + 1);
	x.sources = ARENA_ARRAY(t->scratch, uint16_t, (ways->len + 1) * ntags);
	compare_all(t, ways, &x.order);
	for (uint32_t i = 0; i < x.order.n; i++) {
		x.states[i] = ways->data[i].state;
		x.waits |= t->n->states.data[x.states[i]].kind == NFA_EOL;
		find_sources(t, seeds, &ways->data[i], x.sources + i * ntags);
	}
	if (!x.waits)
		return x;
	run_closure(t, seeds, true);
	at_end = final_way(t, ways);
	x.waits = at_end != NULL;
	if (at_end)
		find_sources(t, seeds, at_end, x.sources + x.order.n * ntags);
	return x;
}

/* ---- states ---- */

static struct state_key make_key(struct tdfa *t, const struct threads *x)
{
	size_t n = x->order.n, tags = (n + x->waits) * t->d->ntags, at = 0;
	struct state_key k = { 0 };

	k.words = ARENA_ARRAY(t->scratch, uint16_t, 2 + n + tags + 2 * n * n);
	k.words[at++] = (uint16_t)(x->waits * 2 + x->accepted);
	for (size_t i = 0; i < n; i++)
		k.words[at++] = (uint16_t)x->states[i];
	for (size_t i = 0; i < tags; i++)
		k.words[at++] = x->sources[i];
	for (size_t i = 0; i < n * n; i++) {
		k.words[at++] = (uint16_t)x->order.least[i];
		k.words[at++] = (uint16_t)x->order.order[i];
	}
	k.len = at;
	return k;
}

/* What accepts in state ID, and what at the end. */
static void keep_results(struct tdfa *t, uint32_t id, const struct threads *x)
{
	unsigned ntags = t->d->ntags;

	for (uint32_t i = 0; i < x->order.n; i++)
		if (t->n->states.data[x->states[i]].kind == NFA_FINAL)
			t->d->now.data[id] = keep_moves(t, x->sources + i * ntags, ntags);
	if (x->waits)
		t->d->at_end.data[id] = keep_moves(t, x->sources + x->order.n * ntags, ntags);
}

/* The state of what SEEDS reach, and the moves on the way to it. */
static uint32_t find_state(struct tdfa *t, const struct seeds *seeds, uint32_t *moves)
{
	struct threads x = make_threads(t, seeds);
	struct state_key key;
	struct same_key *k, *first;
	uint64_t hash;
	uint32_t id;

	*moves = 0;
	if (!x.order.n)
		return STATE_DEAD;
	*moves = number_registers(t, &x);
	key = make_key(t, &x);
	hash = hash_bytes(key.words, key.len * sizeof *key.words, 0);
	first = umap_get(&t->known, hash);
	for (k = first; k; k = k->next)
		if (k->key.len == key.len && !memcmp(k->key.words, key.words, key.len * sizeof *key.words))
			return k->state;
	id = automaton_add(t->d, true);
	vec_push(t->scratch, &t->sets, x);
	k = ARENA_NEW(t->scratch, struct same_key);
	*k = (struct same_key){ key, id, 0, first };
	umap_put(&t->known, hash, k);
	keep_results(t, id, &x);
	return id;
}

/* X's order, and behind all the thread that begins now. */
static struct precedence with_newcomer(struct tdfa *t, const struct threads *x)
{
	uint32_t n = x->order.n, m = n + 1;
	struct precedence p = { .n = m };

	p.least = ARENA_ARRAY(t->scratch, int16_t, (size_t)m * m);
	p.order = ARENA_ARRAY(t->scratch, int8_t, (size_t)m * m);
	for (uint32_t i = 0; i < n; i++) {
		memcpy(p.least + (size_t)i * m, x->order.least + (size_t)i * n, n * sizeof *p.least);
		memcpy(p.order + (size_t)i * m, x->order.order + (size_t)i * n, n * sizeof *p.order);
		p.least[i * m + n] = LEVEL_INSIDE;
		p.order[i * m + n] = -1;
		p.least[n * m + i] = LEVEL_LATER;
		p.order[n * m + i] = 1;
	}
	return p;
}

/* All that a step depends on: threads that go on, where their positions are and how they stand to each other. */
static struct state_key make_step_key(struct tdfa *t, const struct seeds *s)
{
	size_t n = s->ways.len, m = s->order->n, ntags = t->d->ntags;
	struct state_key k = { 0 };

	k.words = ARENA_ARRAY(t->scratch, uint16_t, 1 + n * (1 + ntags) + 2 * n * n);
	t->d->work += n * (ntags + n);
	k.words[k.len++] = s->from->accepted;
	for (size_t i = 0; i < n; i++) {
		const struct way *w = &s->ways.data[i];

		k.words[k.len++] = (uint16_t)w->state;
		for (size_t tag = 0; tag < ntags && w->origin < s->from->order.n; tag++)
			k.words[k.len++] = s->from->sources[w->origin * ntags + tag];
		for (size_t j = 0; j < n; j++) {
			k.words[k.len++] = (uint16_t)s->order->least[w->origin * m + s->ways.data[j].origin];
			k.words[k.len++] = (uint16_t)s->order->order[w->origin * m + s->ways.data[j].origin];
		}
	}
	return k;
}

/* Most bytes of most states lead to what others lead to. */
static uint32_t find_step(struct tdfa *t, const struct seeds *seeds, uint32_t *moves)
{
	struct state_key key = make_step_key(t, seeds);
	uint64_t hash = hash_bytes(key.words, key.len * sizeof *key.words, 0);
	struct same_key *first = umap_get(&t->taken, hash), *k;

	for (k = first; k; k = k->next)
		if (k->key.len == key.len && !memcmp(k->key.words, key.words, key.len * sizeof *key.words)) {
			*moves = k->moves;
			return k->state;
		}
	k = ARENA_NEW(t->scratch, struct same_key);
	*k = (struct same_key){ .key = key, .state = find_state(t, seeds, moves), .next = first };
	k->moves = *moves;
	umap_put(&t->taken, hash, k);
	return k->state;
}

static uint32_t step(struct tdfa *t, const struct threads *x, const struct precedence *p, unsigned char c, uint32_t *moves)
{
	struct seeds seeds = { .from = x, .order = p };

	for (uint32_t i = 0; i < x->order.n; i++) {
		const struct nfa_state *s = &t->n->states.data[x->states[i]];

		if (s->kind == NFA_SET && re_set_has(s->set, c))
			vec_push(t->scratch, &seeds.ways, ((struct way){ s->out, i, NO_MARK }));
	}
	if (!x->accepted)
		vec_push(t->scratch, &seeds.ways, ((struct way){ t->n->start, x->order.n, NO_MARK }));
	return find_step(t, &seeds, moves);
}

static bool too_much(const struct tdfa *t)
{
	return automaton_full(t->d) || t->d->nregs > STP_REGEX_MOST_REGS ||
	       t->scratch->used > REGEX_MOST_SCRATCH;
}

bool tdfa_build(struct automaton *d, struct nfa *n, struct arena *scratch)
{
	struct tdfa t = { .d = d, .n = n, .scratch = scratch, .known.arena = scratch, .lists.arena = scratch, .taken.arena = scratch };

	struct seeds first = { .at_start = true };

	d->ntags = 1 + 2 * n->ngroups;
	vec_push(d->arena, &d->moves, 0);
	automaton_add(d, true);
	vec_push(scratch, &t.sets, (struct threads){ 0 });
	closure_init(&t.closure, n, scratch, &d->work);
	vec_push(scratch, &first.ways, ((struct way){ n->start, 0, NO_MARK }));
	d->start = find_state(&t, &first, &d->start_ops);
	for (uint32_t s = 1; s < d->nstates; s++) {
		struct threads x = t.sets.data[s];
		struct precedence p = with_newcomer(&t, &x);

		for (unsigned c = 0; c < d->ncolumns; c++) {
			uint32_t moves, to = step(&t, &x, &p, n->sample[c], &moves);

			d->next.data[s * d->ncolumns + c] = to;
			d->ops.data[s * d->ncolumns + c] = moves;
			if (too_much(&t))
				return false;
		}
	}
	return !too_much(&t);
}
