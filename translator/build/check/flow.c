/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks functions for their use of the stack: see flow.h.
 *
 * Each step that a branch leads to keeps the state that was met there; a walk goes on
 * from it only when the state changed.  States change at most a few times (a register
 * becomes unknown, the stack pointer goes deeper, MAX_RISES times), so a walk ends. */
#include "translator/build/check/flow.h"

#include <string.h>

#define UNKNOWN INT32_MIN
/* A distance beyond this is no frame of a kernel's function. */
#define MAX_DISTANCE (1 << 24)
#define MAX_RISES 4

/* Distances are from the stack pointer at entry; negative is deeper. */
struct state {
	int32_t reg[16];
	int32_t slot, kept;		/* the value that was stored last with a known distance, and where */
	uint32_t stamp;			/* walk that this state is of */
	uint32_t rises;
};

/* A way behind a trap. */
struct late {
	uint32_t step;
	struct state state;
};

struct mark {
	int32_t deepest;		/* stack pointer before the step */
	uint32_t stamp;
	uint32_t state;			/* index into states, 0: the step keeps none */
};

struct flow {
	struct arena *arena;
	const struct decoded *d;
	const struct flow_map *map;
	struct mark *marks;		/* by step */
	struct state *states;
	struct flow_steps work;
	VEC(struct late) late;
	uint32_t stamp, number;
	uint64_t budget;		/* of steps, over all walks */
	struct flow_result *out;
	int32_t deepest;
};

struct flow *flow_new(struct arena *a, const struct decoded *d, const struct flow_map *map)
{
	struct flow *f = ARENA_NEW(a, struct flow);
	uint32_t i, n = 1;

	*f = (struct flow){ .arena = a, .d = d, .map = map };
	f->budget = 64ull * d->nsteps + 4096;
	f->marks = ARENA_ARRAY(a, struct mark, d->nsteps + 1);
	for (i = 0; i < d->nsteps; i++)
		if (d->steps[i].target || map->is_replacement[i] || map->entry[i] ||
		    (i && d->steps[i - 1].kind == STEP_TRAP))
			f->marks[i].state = n++;
	f->states = ARENA_ARRAY(a, struct state, n);
	return f;
}

uint32_t flow_depth(const struct flow *f, uint32_t step)
{
	const struct mark *m = &f->marks[step];

	return m->stamp == f->stamp && m->deepest < 0 ? (uint32_t)-m->deepest : 0;
}

static void set_unbounded(struct flow *f, uint32_t step, const char *why)
{
	if (f->out->unbounded)
		return;
	f->out->unbounded = step + 1;
	f->out->why = why;
}

static void set_wrong(struct flow *f, uint32_t step, const char *what)
{
	if (f->out->wrong)
		return;
	f->out->wrong = step + 1;
	f->out->what = what;
}

/* ---- what a step does to a state ---- */

static int32_t moved(int32_t from, int64_t by)
{
	int64_t to = (int64_t)from + by;

	return from == UNKNOWN || to < -MAX_DISTANCE || to > MAX_DISTANCE ? UNKNOWN : (int32_t)to;
}

static void push_value(struct state *s, int32_t value, int32_t bytes)
{
	s->reg[REG_RSP] = moved(s->reg[REG_RSP], -bytes);
	if (value != UNKNOWN) {
		s->slot = s->reg[REG_RSP];
		s->kept = value;
	} else if (s->slot == s->reg[REG_RSP]) {
		s->kept = UNKNOWN;
	}
}

static int32_t loaded(const struct state *s, int32_t from)
{
	return from != UNKNOWN && from == s->slot ? s->kept : UNKNOWN;
}

static void stored(struct state *s, int32_t to, int32_t value)
{
	if (to == UNKNOWN || (value == UNKNOWN && to != s->slot))
		return;
	s->slot = to;
	s->kept = value;
}

static void pop_value(struct state *s, const struct step *p)
{
	int32_t value = loaded(s, s->reg[REG_RSP]);

	s->reg[REG_RSP] = moved(s->reg[REG_RSP], p->value);
	if (p->reg != REG_NONE)
		s->reg[p->reg] = value;
}

static int32_t aligned(int32_t from, int32_t to)
{
	/* The stack is a multiple of 8 at entry, and no more is known. */
	return to > 8 ? moved(from, -(to - 8)) : from;
}

/* What functions may change by the ABI: all but rbx, rsp, rbp and r12 to r15. */
static void forget_after_call(struct state *s)
{
	unsigned r;

	for (r = 0; r < 12; r++)
		if (r != REG_RBX && r != REG_RSP && r != REG_RBP)
			s->reg[r] = UNKNOWN;
}

static void apply_kept(struct state *s, const struct step *p)
{
	int32_t value = p->from != REG_NONE ? s->reg[p->from] : UNKNOWN;

	switch ((enum step_kind)p->kind) {
	case STEP_ADD:
		s->reg[p->reg] = moved(value, p->value);
		break;
	case STEP_ALIGN:
		s->reg[p->reg] = aligned(value, p->value);
		break;
	case STEP_LOAD:
		s->reg[p->reg] = loaded(s, moved(value, p->value));
		break;
	case STEP_STORE:
		stored(s, moved(s->reg[p->reg], p->value), value);
		break;
	case STEP_PUSH:
		push_value(s, p->reg != REG_NONE ? s->reg[p->reg] : UNKNOWN, p->value);
		break;
	case STEP_POP:
		pop_value(s, p);
		break;
	case STEP_ENTER:
		push_value(s, s->reg[REG_RBP], 8);
		s->reg[REG_RBP] = s->reg[REG_RSP];
		s->reg[REG_RSP] = moved(s->reg[REG_RSP], -(int64_t)p->value);
		break;
	case STEP_LEAVE:
		s->reg[REG_RSP] = s->reg[REG_RBP];
		pop_value(s, &(struct step){ .reg = REG_RBP, .value = 8 });
		break;
	case STEP_CALL:
		forget_after_call(s);
		break;
	case STEP_PLAIN:
	case STEP_BAD:
	case STEP_JUMP:
	case STEP_BRANCH:
	case STEP_RETURN:
	case STEP_TRAP:
	case STEP_STOP:
		break;
	}
}

static void apply_plain(struct state *s, const struct step *p)
{
	unsigned r;

	for (r = 0; r < 16; r++)
		if (p->clobbers & 1u << r)
			s->reg[r] = UNKNOWN;
}

/* Where the stack pointer is lost, the walk goes on as if it had not moved. */
static void apply(struct flow *f, struct state *s, uint32_t step)
{
	const struct step *p = &f->d->steps[step];
	int32_t before = s->reg[REG_RSP];

	if (p->kind == STEP_STORE && s->reg[p->reg] != UNKNOWN &&
	    moved(s->reg[p->reg], p->value) > -8 && moved(s->reg[p->reg], p->value) < 8)
		set_wrong(f, step, "a write over the return address");
	if ((p->kind == STEP_PLAIN || p->kind == STEP_STORE) && p->clobbers)
		apply_plain(s, p);
	if (p->kind != STEP_PLAIN)
		apply_kept(s, p);
	if (s->reg[REG_RSP] == UNKNOWN) {
		set_unbounded(f, step, p->kind == STEP_LEAVE ? "a frame pointer that is lost" :
			      "a stack pointer that is computed");
		s->reg[REG_RSP] = before;
	}
	if (s->reg[REG_RSP] > 0)
		set_wrong(f, step, "a stack pointer above the function's frame");
	if (s->reg[REG_RSP] < f->deepest)
		f->deepest = s->reg[REG_RSP];
}

/* ---- ways ---- */

static bool merge(struct flow *f, struct state *into, const struct state *s, uint32_t step)
{
	bool changed = false;
	unsigned r;

	if (into->stamp != f->stamp) {
		*into = *s;
		into->stamp = f->stamp;
		into->rises = 0;
		return true;
	}
	for (r = 0; r < 16; r++) {
		if (r == REG_RSP || into->reg[r] == s->reg[r] || into->reg[r] == UNKNOWN)
			continue;
		into->reg[r] = UNKNOWN;
		changed = true;
	}
	if (into->kept != UNKNOWN && (into->kept != s->kept || into->slot != s->slot)) {
		into->kept = UNKNOWN;
		changed = true;
	}
	if (s->reg[REG_RSP] != into->reg[REG_RSP])
		set_wrong(f, step, "ways that meet with different stack pointers");
	if (s->reg[REG_RSP] >= into->reg[REG_RSP])
		return changed;
	if (into->rises++ >= MAX_RISES) {
		set_unbounded(f, step, "a loop that moves the stack pointer");
		return changed;
	}
	into->reg[REG_RSP] = s->reg[REG_RSP];
	return true;
}

/* A way leads to STEP, which keeps a state, with S. */
static void go(struct flow *f, uint32_t step, const struct state *s)
{
	if (merge(f, &f->states[f->marks[step].state], s, step))
		vec_push(f->arena, &f->work, step);
}

/* Behind a trap that may be the function's end: a state from there counts only if no other way
 * leads there. */
static void go_late(struct flow *f)
{
	struct late l = vec_pop(&f->late);

	if (f->states[f->marks[l.step].state].stamp != f->stamp)
		go(f, l.step, &l.state);
}

static void visit(struct flow *f, uint32_t step, const struct state *s)
{
	struct mark *m = &f->marks[step];
	const struct step *p = &f->d->steps[step];

	if (m->stamp == f->stamp) {
		if (s->reg[REG_RSP] < m->deepest)
			m->deepest = s->reg[REG_RSP];
		return;
	}
	m->stamp = f->stamp;
	m->deepest = s->reg[REG_RSP];
	if (p->kind == STEP_CALL || p->kind == STEP_JUMP || p->kind == STEP_BRANCH)
		vec_push(f->arena, &f->out->leaves, step);
}

uint32_t flow_inner_target(const struct decoded *d, const struct flow_map *map, uint32_t number,
			   const struct step *p)
{
	uint32_t to = p->section ? decoded_step(d, p->section, p->to) : UINT32_MAX;
	uint32_t entry = to != UINT32_MAX ? map->entry[to] : 0;

	return entry && entry - 1 != number && !map->is_part[entry - 1] ? UINT32_MAX : to;
}

/* Does the step go on with the next one? */
static bool goes_on(const struct flow *f, uint32_t step)
{
	const struct step *p = &f->d->steps[step];

	switch ((enum step_kind)p->kind) {
	case STEP_JUMP:
	case STEP_RETURN:
	case STEP_STOP:
	case STEP_BAD:
		return false;
	case STEP_CALL:
		return p->section || p->indirect || !f->map->never_returns[p->to];
	case STEP_PLAIN:
	case STEP_PUSH:
	case STEP_POP:
	case STEP_ADD:
	case STEP_ALIGN:
	case STEP_LOAD:
	case STEP_STORE:
	case STEP_ENTER:
	case STEP_LEAVE:
	case STEP_BRANCH:
	case STEP_TRAP:
		break;
	}
	return true;
}

/* Behind STEP, in the order of the code: the next step, or UINT32_MAX. */
static uint32_t next_step(const struct flow *f, uint32_t step)
{
	const struct code_section *c = &f->d->sections[f->d->section_of[step]];

	if (!goes_on(f, step) || step + 1 >= c->end || f->map->is_replacement[step + 1])
		return UINT32_MAX;
	return f->map->owner[step + 1] == f->map->owner[step] ? step + 1 : UINT32_MAX;
}

/* Off the end of a function and into the next one, as assembler does.  Behind a call or a trap
 * this is no way: compilers end functions with those that do not come back. */
static bool falls_off(const struct flow *f, uint32_t step)
{
	const struct step *p = &f->d->steps[step];

	return goes_on(f, step) && p->kind != STEP_CALL && p->kind != STEP_TRAP &&
	       step + 1 < f->d->sections[f->d->section_of[step]].end && f->map->entry[step + 1];
}

static void go_alternatives(struct flow *f, uint32_t step, const struct state *s)
{
	const struct flow_map *m = f->map;
	uint32_t i = m->first_alternative[step];

	for (; i && i <= m->nalternatives && m->alternatives[i - 1].site == step; i++)
		go(f, m->alternatives[i - 1].replacement, s);
}

/* Where a function is left, the stack pointer stands where it stood. */
static void check_exit(struct flow *f, uint32_t step, const struct state *s, bool stays)
{
	const struct step *p = &f->d->steps[step];

	if (p->kind == STEP_RETURN && p->value)
		set_wrong(f, step, "a return that takes more off the stack");
	else if (p->kind == STEP_RETURN && s->reg[REG_RSP])
		set_wrong(f, step, "a return with a moved stack pointer");
	else if ((p->kind == STEP_JUMP || p->kind == STEP_BRANCH) && !stays && s->reg[REG_RSP])
		set_wrong(f, step, "a jump out of the function with a moved stack pointer");
}

/* From STEP to where the ways part or one is known already. */
static void run(struct flow *f, uint32_t step)
{
	struct state s = f->states[f->marks[step].state];
	const struct step *p;
	uint32_t next, to;

	for (;; step = next) {
		p = &f->d->steps[step];
		visit(f, step, &s);
		go_alternatives(f, step, &s);
		if (!f->budget) {
			set_unbounded(f, step, "ways that are too many to follow");
			return;
		}
		f->budget--;
		apply(f, &s, step);
		if (p->kind == STEP_BAD)
			set_unbounded(f, step, "bytes that are no instruction");
		to = p->kind == STEP_JUMP || p->kind == STEP_BRANCH ?
		     flow_inner_target(f->d, f->map, f->number, p) : UINT32_MAX;
		check_exit(f, step, &s, to != UINT32_MAX);
		if (to != UINT32_MAX)
			go(f, to, &s);
		next = next_step(f, step);
		if (next == UINT32_MAX && falls_off(f, step))
			vec_push(f->arena, &f->out->falls, step + 1);
		if (next == UINT32_MAX)
			return;
		if (p->kind == STEP_TRAP) {
			vec_push(f->arena, &f->late, ((struct late){ next, s }));
			return;
		}
		if (f->marks[next].state) {
			go(f, next, &s);
			return;
		}
	}
}

void flow_walk(struct flow *f, uint32_t number, uint32_t entry, struct flow_result *out)
{
	struct state first = { .slot = UNKNOWN, .kept = UNKNOWN };
	unsigned r;

	*out = (struct flow_result){ 0 };
	for (r = 0; r < 16; r++)
		first.reg[r] = r == REG_RSP ? 0 : UNKNOWN;
	f->out = out;
	f->number = number;
	f->deepest = 0;
	f->stamp++;
	vec_clear(&f->work);
	vec_clear(&f->late);
	go(f, entry, &first);
	while (f->work.len || f->late.len) {
		if (f->work.len)
			run(f, vec_pop(&f->work));
		else
			go_late(f);
	}
	out->own = (uint32_t)-f->deepest;
}
