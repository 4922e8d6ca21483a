/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building location programs.
 *
 * The builder keeps programs short by itself, so that the location compilers can
 * translate operation by operation: constants fold, neutral operations vanish,
 * chains of constant offsets join, and a step that was made before is reused.
 * fetch_finish() removes what nothing needs.  No other optimisation is done. */
#include "translator/debuginfo/fetch.h"
#include "translator/debuginfo/fetch_ops.h"
#include <stdlib.h>
#include <string.h>

struct fetch *fetch_new(struct arena *a)
{
	struct fetch *f = ARENA_NEW(a, struct fetch);

	f->arena = a;
	return f;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_step(const struct fetch_step *x, const struct fetch_step *y)
{
	return x->op == y->op && x->size == y->size && x->bit == y->bit && x->nbits == y->nbits &&
	       x->is_signed == y->is_signed && x->user == y->user && x->a == y->a && x->b == y->b &&
	       x->c == y->c && x->imm == y->imm && same_text(x->symbol, y->symbol) &&
	       same_text(x->module, y->module);
}

/* An equal step made before, as long as no write came between that could change it. */
static bool find_equal(const struct fetch *f, const struct fetch_step *s, uint16_t *out)
{
	const struct fetch_op_info *info = &fetch_op_infos[s->op];

	if (info->writes)
		return false;
	for (unsigned i = f->len; i-- > 0;) {
		if (fetch_op_infos[f->steps[i].op].writes && info->reads)
			return false;
		if (same_step(&f->steps[i], s)) {
			*out = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static uint16_t append(struct fetch *f, const struct fetch_step *s)
{
	uint16_t at;

	if (find_equal(f, s, &at))
		return at;
	if (f->len >= FETCH_MAX_STEPS) {
		f->overflow = true;
		return 0;
	}
	if (f->len == f->cap) {
		unsigned cap = f->cap ? f->cap * 2u : 16;

		f->steps = arena_grow(f->arena, f->steps, f->len * sizeof *s, cap * sizeof *s);
		f->cap = (uint16_t)cap;
	}
	f->steps[f->len] = *s;
	f->writes |= fetch_op_infos[s->op].writes;
	f->result = f->len;
	return f->len++;
}

bool fetch_is_const(const struct fetch *f, uint16_t v, int64_t *out)
{
	if (v >= f->len || f->steps[v].op != FETCH_CONST)
		return false;
	*out = f->steps[v].imm;
	return true;
}

uint16_t fetch_const(struct fetch *f, int64_t v)
{
	return append(f, &(struct fetch_step){ .op = FETCH_CONST, .imm = v });
}

/* Append S, a pure operation, or its value when all operands are known. */
static uint16_t append_pure(struct fetch *f, const struct fetch_step *s)
{
	unsigned n = fetch_op_infos[s->op].operands;
	int64_t a = 0, b = 0, c = 0;

	if (fetch_is_const(f, s->a, &a) && (n < 2 || fetch_is_const(f, s->b, &b)) &&
	    (n < 3 || fetch_is_const(f, s->c, &c)))
		return fetch_const(f, (int64_t)fetch_compute(s, (uint64_t)a, (uint64_t)b, (uint64_t)c));
	return append(f, s);
}

uint16_t fetch_unary(struct fetch *f, enum fetch_op op, uint16_t a)
{
	return append_pure(f, &(struct fetch_step){ .op = op, .a = a });
}

static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* a + k, joined with an addition or a symbol that a already is. */
static uint16_t add_constant(struct fetch *f, uint16_t a, int64_t k)
{
	const struct fetch_step s = f->steps[a];
	int64_t k0;

	if (!k)
		return a;
	if (s.op == FETCH_SYMBOL)
		return fetch_symbol(f, s.module, s.symbol, wrap_add(s.imm, k));
	if (s.op == FETCH_ADD && fetch_is_const(f, s.b, &k0))
		return fetch_binary(f, FETCH_ADD, s.a, fetch_const(f, wrap_add(k0, k)));
	return append(f, &(struct fetch_step){ .op = FETCH_ADD, .a = a, .b = fetch_const(f, k) });
}

/* Is K, as the right operand, an operation that changes nothing? */
static bool is_neutral(enum fetch_op op, int64_t k)
{
	switch ((int)op) {
	case FETCH_ADD: case FETCH_SUB: case FETCH_OR: case FETCH_XOR:
	case FETCH_SHL: case FETCH_SHR: case FETCH_SAR:
		return k == 0;
	case FETCH_MUL: case FETCH_DIV:
		return k == 1;
	case FETCH_AND:
		return k == -1;
	default:
		return false;
	}
}

static bool is_commutative(enum fetch_op op)
{
	return op == FETCH_ADD || op == FETCH_MUL || op == FETCH_AND || op == FETCH_OR || op == FETCH_XOR ||
	       op == FETCH_EQ || op == FETCH_NE;
}

uint16_t fetch_binary(struct fetch *f, enum fetch_op op, uint16_t a, uint16_t b)
{
	int64_t ka, kb;
	bool const_a = fetch_is_const(f, a, &ka), const_b = fetch_is_const(f, b, &kb);

	if (f->overflow)
		return 0;
	if (const_a && !const_b && is_commutative(op))
		return fetch_binary(f, op, b, a);
	if (const_b && !const_a) {
		if (op == FETCH_NE && !kb && f->steps[a].op >= FETCH_EQ && f->steps[a].op <= FETCH_GE)
			return a;
		if (is_neutral(op, kb))
			return a;
		if (op == FETCH_ADD)
			return add_constant(f, a, kb);
		if (op == FETCH_SUB)
			return add_constant(f, a, (int64_t)(0 - (uint64_t)kb));
	}
	return append_pure(f, &(struct fetch_step){ .op = op, .a = a, .b = b });
}

uint16_t fetch_leaf(struct fetch *f, enum fetch_op op, int64_t imm)
{
	return append(f, &(struct fetch_step){ .op = op, .imm = imm });
}

uint16_t fetch_symbol(struct fetch *f, const char *module, const char *symbol, int64_t addend)
{
	return append(f, &(struct fetch_step){ .op = FETCH_SYMBOL, .imm = addend, .symbol = symbol, .module = module });
}

uint16_t fetch_tls(struct fetch *f, const char *module, int64_t offset)
{
	return append(f, &(struct fetch_step){ .op = FETCH_TLS, .imm = offset, .module = module });
}

uint16_t fetch_percpu(struct fetch *f, uint16_t addr)
{
	return append(f, &(struct fetch_step){ .op = FETCH_PERCPU, .a = addr });
}

uint16_t fetch_load(struct fetch *f, uint16_t addr, unsigned size, bool user)
{
	return append(f, &(struct fetch_step){ .op = FETCH_LOAD, .a = addr, .size = (uint8_t)size, .user = user });
}

/* Does value V already have SIZE significant bytes only, extended by IS_SIGNED? */
static bool is_extended(const struct fetch *f, uint16_t v, unsigned size, bool is_signed)
{
	const struct fetch_step *s = &f->steps[v];

	if (v >= f->len)
		return false;
	switch (s->op) {
	case FETCH_LOAD: case FETCH_ZEXT:
		return is_signed ? s->size < size : s->size <= size;
	case FETCH_SEXT:
		return is_signed && s->size <= size;
	case FETCH_BITS:
		return s->is_signed == is_signed && s->nbits <= size * 8;
	default:
		return false;
	}
}

uint16_t fetch_extend(struct fetch *f, uint16_t a, unsigned size, bool is_signed)
{
	while (a < f->len && (f->steps[a].op == FETCH_ZEXT || f->steps[a].op == FETCH_SEXT) && f->steps[a].size >= size &&
	       !is_extended(f, a, size, is_signed))
		a = f->steps[a].a;
	if (size >= 8 || is_extended(f, a, size, is_signed))
		return a;
	return append_pure(f, &(struct fetch_step){ .op = is_signed ? FETCH_SEXT : FETCH_ZEXT, .a = a,
						    .size = (uint8_t)size });
}

uint16_t fetch_bits(struct fetch *f, uint16_t a, unsigned bit, unsigned nbits, bool is_signed)
{
	if (!bit && (nbits >= 64 || nbits == 32 || nbits == 16 || nbits == 8))
		return fetch_extend(f, a, nbits / 8, is_signed);
	return append_pure(f, &(struct fetch_step){ .op = FETCH_BITS, .a = a, .bit = (uint8_t)bit,
						    .nbits = (uint8_t)nbits, .is_signed = is_signed });
}

uint16_t fetch_insert(struct fetch *f, uint16_t a, uint16_t b, unsigned bit, unsigned nbits)
{
	if (!bit && nbits >= 64)
		return b;
	return append_pure(f, &(struct fetch_step){ .op = FETCH_INSERT, .a = a, .b = b, .bit = (uint8_t)bit,
						    .nbits = (uint8_t)nbits });
}

uint16_t fetch_select(struct fetch *f, uint16_t cond, uint16_t yes, uint16_t no)
{
	int64_t k;

	if (yes == no)
		return yes;
	if (fetch_is_const(f, cond, &k))
		return k ? yes : no;
	return append(f, &(struct fetch_step){ .op = FETCH_SELECT, .a = cond, .b = yes, .c = no });
}

void fetch_store(struct fetch *f, uint16_t addr, uint16_t value, unsigned size, bool user)
{
	append(f, &(struct fetch_step){ .op = FETCH_STORE, .a = addr, .b = value, .size = (uint8_t)size, .user = user });
}

void fetch_set_register(struct fetch *f, unsigned reg, uint16_t value)
{
	append(f, &(struct fetch_step){ .op = FETCH_SETREG, .imm = reg, .a = value });
}

/* Steps in their final order. */
struct order {
	const struct fetch_step *from;
	struct fetch_step to[FETCH_MAX_STEPS];
	uint16_t number[FETCH_MAX_STEPS];	/* 1 + the new number, 0 not placed yet */
	uint16_t len;
};

/* Step V behind all that it needs; each step is placed once, so the depth is bounded by their number. */
static uint16_t place(struct order *o, uint16_t v)
{
	struct fetch_step s = o->from[v];
	unsigned n = fetch_op_infos[s.op].operands;

	if (o->number[v])
		return o->number[v] - 1;
	s.a = n > 0 ? place(o, s.a) : 0;
	s.b = n > 1 ? place(o, s.b) : 0;
	s.c = n > 2 ? place(o, s.c) : 0;
	o->to[o->len] = s;
	o->number[v] = ++o->len;
	return o->len - 1;
}

static void place_operands(struct order *o, const struct fetch_step *s)
{
	unsigned n = fetch_op_infos[s->op].operands;

	if (n > 0)
		place(o, s->a);
	if (n > 1)
		place(o, s->b);
	if (n > 2)
		place(o, s->c);
}

/* Writes in their order; what reads the world stays on its side of each. */
static void place_writes(struct order *o, const struct fetch *f, uint16_t result)
{
	bool live[FETCH_MAX_STEPS] = { false };

	live[result] = true;
	for (unsigned i = f->len; i-- > 0;) {
		const struct fetch_step *s = &f->steps[i];
		unsigned n = fetch_op_infos[s->op].operands;

		live[i] |= fetch_op_infos[s->op].writes;
		if (live[i] && n > 0)
			live[s->a] = true;
		if (live[i] && n > 1)
			live[s->b] = true;
		if (live[i] && n > 2)
			live[s->c] = true;
	}
	for (unsigned i = 0; i < f->len; i++) {
		if (!fetch_op_infos[f->steps[i].op].writes)
			continue;
		place_operands(o, &f->steps[i]);
		for (unsigned k = 0; k < i; k++)
			if (live[k] && fetch_op_infos[f->steps[k].op].reads)
				place(o, (uint16_t)k);
		place(o, (uint16_t)i);
	}
}

/* Operands first, left to right: the text of a program does not depend on the order in
 * which its builder's arguments were evaluated. */
void fetch_finish(struct fetch *f, uint16_t result)
{
	struct order *o;

	if (f->overflow || result >= f->len)
		return;
	o = xcalloc(1, sizeof *o);
	o->from = f->steps;
	if (f->writes)
		place_writes(o, f, result);
	f->result = place(o, result);
	memcpy(f->steps, o->to, o->len * sizeof *o->to);
	f->len = o->len;
	free(o);
}
