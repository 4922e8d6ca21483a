/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF expressions (DWARF 5, sections 2.5 and 2.6) as location programs.
 *
 * The expression is run once, symbolically: its stack holds numbers of values of
 * the program that is being built.  A conditional branch runs both ways to the
 * end and joins the results with SELECT; a load on one way only is made harmless
 * on the other by giving it the stack pointer to read.  Integers of declared
 * types (DW_OP_convert and relatives) are kept extended to 64 bits, as their type
 * says.  Loops run while their conditions are constants.  Floats and address spaces
 * are refused. */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STACK 64
#define MAX_EXECUTED 2000
#define MAX_CALLS 8
#define MAX_PIECES 64
#define REG_RSP 7
#define MAX_INTEGER_REG 16

/* A stack entry; size 0: the generic type, 64 bits. */
struct entry {
	uint16_t v;
	uint8_t size;
	bool is_signed;
};

struct machine {
	struct location *l;
	struct fetch *f;
	Dwarf_Attribute *attr;
	Dwarf_Op *ops;
	size_t n;
	unsigned *executed;		/* shared by all ways */
};

/* One way through the expression. */
struct way {
	struct entry stack[MAX_STACK];
	unsigned len;
	size_t at;
	bool conditional;		/* taken only when `condition` is not 0 */
	uint16_t condition;
	struct place now;		/* what the operations since the last piece describe */
	bool described;			/* by a register, implicit value …; else by the stack */
	struct piece pieces[MAX_PIECES];
	size_t npieces;
	uint64_t piece_bits;
};

static bool refuse(struct machine *m, const char *what)
{
	return access_fail(m->l->x, DI_UNSUPPORTED, "the location of %s %s", m->l->x->name, what);
}

static bool push(struct machine *m, struct way *w, struct entry e)
{
	if (w->len == MAX_STACK)
		return refuse(m, "needs too deep a stack");
	w->stack[w->len++] = e;
	return true;
}

static bool push_value(struct machine *m, struct way *w, uint16_t v)
{
	return push(m, w, (struct entry){ .v = v });
}

static bool push_const(struct machine *m, struct way *w, uint64_t v)
{
	return push_value(m, w, fetch_const(m->f, (int64_t)v));
}

static bool pop(struct machine *m, struct way *w, struct entry *e)
{
	*e = (struct entry){ 0 };
	if (!w->len)
		return refuse(m, "takes from an empty stack");
	*e = w->stack[--w->len];
	return true;
}

static bool register_value(struct machine *m, uint64_t reg, uint16_t *out)
{
	*out = 0;
	if (reg > MAX_INTEGER_REG)
		return refuse(m, "is in a floating-point or special register, which probes cannot read");
	*out = fetch_leaf(m->f, FETCH_REG, (int64_t)reg);
	return true;
}

static bool push_register_plus(struct machine *m, struct way *w, uint64_t reg, uint64_t offset)
{
	uint16_t v;

	if (!register_value(m, reg, &v))
		return false;
	return push_value(m, w, fetch_binary(m->f, FETCH_ADD, v, fetch_const(m->f, (int64_t)offset)));
}

/* ---- typed integers ---- */

static struct entry typed(struct machine *m, uint16_t v, unsigned size, bool is_signed)
{
	return (struct entry){ fetch_extend(m->f, v, size, is_signed), (uint8_t)size, is_signed };
}

/* Size and sign of the base type that operand DIE of OP names. */
static bool base_type(struct machine *m, const Dwarf_Op *op, unsigned *size, bool *is_signed)
{
	Dwarf_Die die;
	const struct di_type *t;

	if (!m->attr || dwarf_getlocation_die(m->attr, op, &die))
		return refuse(m, "uses a type that cannot be read");
	t = dw_type_of(m->l->d, &die);
	if (t->kind == DI_FLOAT || (t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8))
		return refuse(m, "computes with floating-point or large numbers");
	*size = (unsigned)t->size;
	*is_signed = t->is_signed;
	return true;
}

static bool do_convert(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	struct entry e;
	unsigned size;
	bool is_signed;

	if (!pop(m, w, &e))
		return false;
	if (!op->number)
		return push(m, w, (struct entry){ .v = e.v });
	return base_type(m, op, &size, &is_signed) && push(m, w, typed(m, e.v, size, is_signed));
}

static bool do_const_type(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	Dwarf_Attribute a;
	Dwarf_Block b;
	unsigned size;
	bool is_signed;
	uint64_t v = 0;

	if (!base_type(m, op, &size, &is_signed))
		return false;
	if (!m->attr || dwarf_getlocation_attr(m->attr, op, &a) || dwarf_formblock(&a, &b) || b.length > 8)
		return refuse(m, "has a constant that cannot be read");
	memcpy(&v, b.data, b.length);
	return push(m, w, typed(m, fetch_const(m->f, (int64_t)v), size, is_signed));
}

static bool do_regval_type(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	unsigned size;
	bool is_signed;
	uint16_t v;

	return base_type(m, op, &size, &is_signed) && register_value(m, op->number, &v) &&
	       push(m, w, typed(m, v, size, is_signed));
}

/* ---- memory ---- */

/* On a way that may not be taken, the address must be readable anyway. */
static uint16_t load(struct machine *m, struct way *w, uint16_t addr, unsigned size)
{
	if (w->conditional)
		addr = fetch_select(m->f, w->condition, addr, fetch_leaf(m->f, FETCH_REG, REG_RSP));
	return fetch_load(m->f, addr, size, m->l->x->user);
}

static bool do_deref(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	unsigned size = 8;
	bool is_signed = false, has_type = op->atom == DW_OP_deref_type || op->atom == DW_OP_GNU_deref_type;
	struct entry e;

	if (op->atom == DW_OP_deref_size)
		size = (unsigned)op->number;
	else if (has_type && !base_type(m, op, &size, &is_signed))
		return false;
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return refuse(m, "reads an odd number of bytes");
	if (!pop(m, w, &e))
		return false;
	e.v = load(m, w, e.v, size);
	return has_type ? push(m, w, typed(m, e.v, size, is_signed)) : push_value(m, w, e.v);
}

/* ---- arithmetic ---- */

static uint16_t flip_sign(struct machine *m, uint16_t v)
{
	return fetch_binary(m->f, FETCH_XOR, v, fetch_const(m->f, INT64_MIN));
}

static uint16_t compare(struct machine *m, enum fetch_op op, struct entry a, struct entry b)
{
	if (a.size == 8 && !a.is_signed && op != FETCH_EQ && op != FETCH_NE) {
		a.v = flip_sign(m, a.v);
		b.v = flip_sign(m, b.v);
	}
	return fetch_binary(m->f, op, a.v, b.v);
}

static uint16_t modulo(struct machine *m, struct entry a, struct entry b)
{
	uint16_t q;

	if (!a.size || !a.is_signed)
		return fetch_binary(m->f, FETCH_MOD, a.v, b.v);
	q = fetch_binary(m->f, FETCH_MUL, fetch_binary(m->f, FETCH_DIV, a.v, b.v), b.v);
	return fetch_binary(m->f, FETCH_SUB, a.v, q);
}

/* a / b of unsigned 64-bit numbers by signed division: half of a by b, doubled, is at most
 * one short; a divisor with its top bit set goes once or not at all. */
static uint16_t divide_unsigned(struct machine *m, uint16_t a, uint16_t b)
{
	struct entry wide = { .size = 8 }, x = wide, y = wide;
	uint16_t one = fetch_const(m->f, 1), q, rest;

	q = fetch_binary(m->f, FETCH_DIV, fetch_binary(m->f, FETCH_SHR, a, one), b);
	q = fetch_binary(m->f, FETCH_SHL, q, one);
	rest = fetch_binary(m->f, FETCH_SUB, a, fetch_binary(m->f, FETCH_MUL, q, b));
	x.v = rest;
	y.v = b;
	q = fetch_binary(m->f, FETCH_ADD, q, compare(m, FETCH_GE, x, y));
	x.v = a;
	q = fetch_select(m->f, fetch_binary(m->f, FETCH_LT, b, fetch_const(m->f, 0)), compare(m, FETCH_GE, x, y), q);
	return fetch_select(m->f, b, q, fetch_const(m->f, 0));
}

static bool do_binary(struct machine *m, struct way *w, enum fetch_op op)
{
	struct entry a, b;
	uint16_t v;

	if (!pop(m, w, &b) || !pop(m, w, &a))
		return false;
	if (op >= FETCH_EQ && op <= FETCH_GE)
		return push_value(m, w, compare(m, op, a, b));
	if (op == FETCH_DIV && a.size == 8 && !a.is_signed)
		v = divide_unsigned(m, a.v, b.v);
	else if (op == FETCH_MOD)
		v = modulo(m, a, b);
	else if (op == FETCH_SHR && a.size)
		v = fetch_binary(m->f, op, fetch_extend(m->f, a.v, a.size, false), b.v);
	else
		v = fetch_binary(m->f, op, a.v, b.v);
	return push(m, w, a.size ? typed(m, v, a.size, a.is_signed) : (struct entry){ .v = v });
}

static bool do_unary(struct machine *m, struct way *w, enum fetch_op op)
{
	struct entry a;
	uint16_t v;

	if (!pop(m, w, &a))
		return false;
	v = fetch_unary(m->f, op, a.v);
	return push(m, w, a.size ? typed(m, v, a.size, a.is_signed) : (struct entry){ .v = v });
}

static bool do_plus_const(struct machine *m, struct way *w, uint64_t k)
{
	struct entry a;

	return pop(m, w, &a) && push_value(m, w, fetch_binary(m->f, FETCH_ADD, a.v, fetch_const(m->f, (int64_t)k)));
}

/* ---- stack ---- */

static bool do_pick(struct machine *m, struct way *w, uint64_t index)
{
	if (index >= w->len)
		return refuse(m, "takes from an empty stack");
	return push(m, w, w->stack[w->len - 1 - index]);
}

static bool do_rotate(struct machine *m, struct way *w, unsigned n)
{
	struct entry top;

	if (w->len < n)
		return refuse(m, "takes from an empty stack");
	top = w->stack[w->len - 1];
	for (unsigned i = 0; i + 1 < n; i++)
		w->stack[w->len - 1 - i] = w->stack[w->len - 2 - i];
	w->stack[w->len - n] = top;
	return true;
}

/* ---- descriptions that are not addresses ---- */

static bool describe(struct machine *m, struct way *w, struct place p)
{
	if (w->described)
		return refuse(m, "is described twice");
	w->now = p;
	w->described = true;
	return true;
}

static bool do_register(struct machine *m, struct way *w, uint64_t reg)
{
	uint16_t v;

	return register_value(m, reg, &v) &&
	       describe(m, w, (struct place){ .kind = PLACE_REGISTER, .reg = (uint16_t)reg, .value = v });
}

static bool do_stack_value(struct machine *m, struct way *w)
{
	struct entry e;

	return pop(m, w, &e) && describe(m, w, (struct place){ .kind = PLACE_VALUE, .value = e.v });
}

static bool do_implicit_value(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	struct place p = { 0 };
	Dwarf_Block b;

	if (!m->attr || dwarf_getlocation_implicit_value(m->attr, op, &b))
		return refuse(m, "has a constant that cannot be read");
	return dw_place_block(m->l, &b, &p) && describe(m, w, p);
}

/* A pointer to an object that has no address; the object itself has a location. */
static bool do_implicit_pointer(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	struct place p = { .kind = PLACE_IMPLICIT, .pointee_offset = (int64_t)op->number2 };
	Dwarf_Die die;
	enum dw_found found;

	if (!m->attr || dwarf_getlocation_die(m->attr, op, &die))
		return refuse(m, "points to something that cannot be read");
	if (m->l->d->calls >= MAX_CALLS)
		return refuse(m, "refers to itself");
	p.pointee = ARENA_NEW(m->l->x->arena, struct place);
	m->l->d->calls++;
	found = dw_locate(m->l, &die, p.pointee);
	m->l->d->calls--;
	return found != DW_FAILED && describe(m, w, p);
}

static bool do_entry_value(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	Dwarf_Attribute a;
	Dwarf_Op *ops;
	size_t n;
	struct place p = { 0 };
	uint16_t v;

	if (!m->attr || dwarf_getlocation_attr(m->attr, op, &a) || dwarf_getlocation(&a, &ops, &n) || !n)
		return refuse(m, "cannot be read");
	if (n == 1 && ((ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31) || ops[0].atom == DW_OP_regx)) {
		unsigned reg = ops[0].atom == DW_OP_regx ? (unsigned)ops[0].number : (unsigned)(ops[0].atom - DW_OP_reg0);

		if (reg <= MAX_INTEGER_REG && dw_entry_register(m->l, reg, &v))
			return push_value(m, w, v);
	} else if (m->l->at_entry && dw_compile_ops(m->l, &a, ops, n, &p)) {
		v = p.kind == PLACE_MEMORY ? load(m, w, p.value, 8) : p.value;
		return push_value(m, w, v);
	}
	return access_fail(m->l->x, DI_OPTIMIZED_OUT,
			   "%s is not kept here; only its value at the function's entry is known: read it there (@entry)",
			   m->l->x->name);
}

/* ---- other locations ---- */

static bool run_nested(struct machine *m, struct way *w, const Dwarf_Op *op);

static bool do_variable_value(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	Dwarf_Die die;
	struct place p;
	uint16_t v;
	enum dw_found found;

	if (!m->attr || dwarf_getlocation_die(m->attr, op, &die) || m->l->d->calls >= MAX_CALLS)
		return refuse(m, "refers to a variable that cannot be read");
	m->l->d->calls++;
	found = dw_locate(m->l, &die, &p);
	m->l->d->calls--;
	if (found != DW_FOUND)
		return found != DW_FAILED && refuse(m, "refers to a variable that cannot be read");
	return place_read(m->l->x, &p, 0, (unsigned)(p.type->size && p.type->size <= 8 ? p.type->size * 8 : 64), &v) &&
	       push_value(m, w, v);
}

static bool do_tls(struct machine *m, struct way *w)
{
	struct entry e;
	int64_t off;

	if (!pop(m, w, &e))
		return false;
	if (m->l->d->m->kind != MODULE_USER || !fetch_is_const(m->f, e.v, &off))
		return refuse(m, "is thread-local in a way that is not supported");
	return push_value(m, w, fetch_tls(m->f, m->l->d->m->name, off));
}

static bool do_address(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	uint64_t addr = op->number;
	Dwarf_Attribute a;
	uint16_t v;
	size_t next = w->at;

	if (op->atom != DW_OP_addr && (!m->attr || dwarf_getlocation_attr(m->attr, op, &a) || dwarf_formaddr(&a, &addr)))
		return refuse(m, "has an address that cannot be read");
	/* an offset into thread-local storage is written as an address */
	if (next < m->n && (m->ops[next].atom == DW_OP_GNU_push_tls_address || m->ops[next].atom == DW_OP_form_tls_address))
		return push_const(m, w, addr);
	return dw_address(m->l, addr, &v) && push_value(m, w, v);
}

static bool do_constx(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	Dwarf_Attribute a;
	Dwarf_Word v;

	if (!m->attr || dwarf_getlocation_attr(m->attr, op, &a) || dwarf_formudata(&a, &v))
		return refuse(m, "has a constant that cannot be read");
	return push_const(m, w, v);
}

static bool do_frame(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	uint16_t v;

	if (op->atom == DW_OP_call_frame_cfa)
		return dw_frame_cfa(m->l, &v) && push_value(m, w, v);
	return dw_frame_base(m->l, &v) &&
	       push_value(m, w, fetch_binary(m->f, FETCH_ADD, v, fetch_const(m->f, (int64_t)op->number)));
}

/* ---- pieces and ends ---- */

/* What this way describes since the last piece. */
static bool way_place(struct machine *m, struct way *w, struct place *out)
{
	struct entry e;

	if (w->described) {
		*out = w->now;
		return true;
	}
	if (!w->len) {
		*out = (struct place){ .kind = PLACE_NOWHERE };
		return true;
	}
	if (!pop(m, w, &e))
		return false;
	*out = (struct place){ .kind = PLACE_MEMORY, .value = e.v };
	return true;
}

static bool do_piece(struct machine *m, struct way *w, uint64_t nbits, uint64_t offset)
{
	struct place p;

	if (w->npieces == MAX_PIECES || !nbits)
		return refuse(m, "is scattered too far");
	if (!way_place(m, w, &p))
		return false;
	p.bit = offset;
	w->pieces[w->npieces++] = (struct piece){ p, nbits };
	w->described = false;
	w->len = 0;
	return true;
}

static bool way_end(struct machine *m, struct way *w, struct place *out)
{
	if (!w->npieces)
		return way_place(m, w, out);
	if (w->described || w->len)
		return refuse(m, "ends in the middle of a piece");
	out->kind = PLACE_PIECES;
	out->npieces = w->npieces;
	out->pieces = ARENA_ARRAY(m->l->x->arena, struct piece, w->npieces);
	memcpy(out->pieces, w->pieces, w->npieces * sizeof *w->pieces);
	return true;
}

/* ---- control ---- */

/* Index of the operation that a jump at OP goes to. */
static bool jump_target(struct machine *m, const Dwarf_Op *op, size_t *at)
{
	int64_t target = (int64_t)op->offset + 3 + (int16_t)op->number;

	for (size_t i = 0; i < m->n; i++)
		if ((int64_t)m->ops[i].offset == target) {
			*at = i;
			return true;
		}
	*at = m->n;
	return target > (int64_t)m->ops[m->n - 1].offset || refuse(m, "jumps to nowhere");
}

static bool run(struct machine *m, struct way *w, struct place *out);

static bool join(struct machine *m, uint16_t cond, const struct place *yes, const struct place *no, struct place *out);

static bool join_pieces(struct machine *m, uint16_t cond, const struct place *yes, const struct place *no, struct place *out)
{
	*out = *yes;
	out->pieces = ARENA_ARRAY(m->l->x->arena, struct piece, yes->npieces);
	for (size_t i = 0; i < yes->npieces; i++) {
		const struct piece *a = &yes->pieces[i], *b = &no->pieces[i];

		out->pieces[i] = *a;
		if (a->nbits != b->nbits || a->at.bit != b->at.bit || !join(m, cond, &a->at, &b->at, &out->pieces[i].at))
			return refuse(m, "is scattered differently from case to case");
	}
	return true;
}

/* Both ends of a branch must be of one kind, to be one place. */
static bool join(struct machine *m, uint16_t cond, const struct place *yes, const struct place *no, struct place *out)
{
	struct place a = *yes, b = *no;

	if (a.kind == PLACE_PIECES && b.kind == PLACE_PIECES && a.npieces == b.npieces)
		return join_pieces(m, cond, yes, no, out);
	if (a.kind == PLACE_NOWHERE && b.kind == PLACE_NOWHERE) {
		*out = a;
		return true;
	}
	if (a.kind == PLACE_REGISTER)
		a.kind = PLACE_VALUE;
	if (b.kind == PLACE_REGISTER)
		b.kind = PLACE_VALUE;
	if (a.kind != b.kind || (a.kind != PLACE_MEMORY && a.kind != PLACE_VALUE))
		return refuse(m, "is of another kind from case to case");
	*out = a;
	out->value = fetch_select(m->f, cond, a.value, b.value);
	return true;
}

static uint16_t both(struct machine *m, const struct way *w, uint16_t cond)
{
	if (!w->conditional)
		return cond;
	return fetch_binary(m->f, FETCH_AND, fetch_binary(m->f, FETCH_NE, w->condition, fetch_const(m->f, 0)), cond);
}

static bool do_branch(struct machine *m, struct way *w, const Dwarf_Op *op, struct place *out)
{
	struct place yes = { 0 }, no = { 0 };
	struct way *other;
	struct entry e;
	uint16_t taken, passed;
	size_t target;
	int64_t known;
	bool ok;

	if (!pop(m, w, &e) || !jump_target(m, op, &target))
		return false;
	if (fetch_is_const(m->f, e.v, &known)) {
		w->at = known ? target : w->at;
		return run(m, w, out);
	}
	if (target <= (size_t)(op - m->ops))
		return refuse(m, "has a loop whose length is not known");
	taken = fetch_binary(m->f, FETCH_NE, e.v, fetch_const(m->f, 0));
	passed = fetch_binary(m->f, FETCH_EQ, e.v, fetch_const(m->f, 0));
	other = xmalloc(sizeof *other);
	*other = *w;
	other->at = target;
	other->condition = both(m, w, taken);
	other->conditional = true;
	ok = run(m, other, &yes);
	if (ok) {
		w->condition = both(m, w, passed);
		w->conditional = true;
		ok = run(m, w, &no);
	}
	free(other);
	return ok && join(m, taken, &yes, &no, out);
}

/* Operators that are a row: DW_OP -> operation and operands. */
static const struct { uint8_t atom, op, operands; } arithmetic[] = {
	{ DW_OP_abs, FETCH_ABS, 1 }, { DW_OP_neg, FETCH_NEG, 1 }, { DW_OP_not, FETCH_NOT, 1 },
	{ DW_OP_and, FETCH_AND, 2 }, { DW_OP_div, FETCH_DIV, 2 }, { DW_OP_minus, FETCH_SUB, 2 },
	{ DW_OP_mod, FETCH_MOD, 2 }, { DW_OP_mul, FETCH_MUL, 2 }, { DW_OP_or, FETCH_OR, 2 },
	{ DW_OP_plus, FETCH_ADD, 2 }, { DW_OP_shl, FETCH_SHL, 2 }, { DW_OP_shr, FETCH_SHR, 2 },
	{ DW_OP_shra, FETCH_SAR, 2 }, { DW_OP_xor, FETCH_XOR, 2 }, { DW_OP_eq, FETCH_EQ, 2 },
	{ DW_OP_ge, FETCH_GE, 2 }, { DW_OP_gt, FETCH_GT, 2 }, { DW_OP_le, FETCH_LE, 2 },
	{ DW_OP_lt, FETCH_LT, 2 }, { DW_OP_ne, FETCH_NE, 2 },
};

static bool do_arithmetic(struct machine *m, struct way *w, const Dwarf_Op *op, bool *known)
{
	for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++)
		if (arithmetic[i].atom == op->atom) {
			*known = true;
			return arithmetic[i].operands == 1 ? do_unary(m, w, arithmetic[i].op) : do_binary(m, w, arithmetic[i].op);
		}
	*known = false;
	return true;
}

/* Families of operations that are numbered in a row. */
static bool do_numbered(struct machine *m, struct way *w, const Dwarf_Op *op, bool *known)
{
	*known = true;
	if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
		return push_const(m, w, op->atom - DW_OP_lit0);
	if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31)
		return do_register(m, w, op->atom - DW_OP_reg0);
	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
		return push_register_plus(m, w, op->atom - DW_OP_breg0, op->number);
	return do_arithmetic(m, w, op, known);
}

static bool step(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	struct entry e;
	bool known, ok = do_numbered(m, w, op, &known);

	if (known)
		return ok;
	switch (op->atom) {
	case DW_OP_addr: case DW_OP_addrx: case DW_OP_GNU_addr_index:
		return do_address(m, w, op);
	case DW_OP_constx: case DW_OP_GNU_const_index:
		return do_constx(m, w, op);
	case DW_OP_const1u: case DW_OP_const1s: case DW_OP_const2u: case DW_OP_const2s: case DW_OP_const4u:
	case DW_OP_const4s: case DW_OP_const8u: case DW_OP_const8s: case DW_OP_constu: case DW_OP_consts:
		return push_const(m, w, op->number);
	case DW_OP_dup: return do_pick(m, w, 0);
	case DW_OP_over: return do_pick(m, w, 1);
	case DW_OP_pick: return do_pick(m, w, op->number);
	case DW_OP_drop: return pop(m, w, &e);
	case DW_OP_swap: return do_rotate(m, w, 2);
	case DW_OP_rot: return do_rotate(m, w, 3);
	case DW_OP_deref: case DW_OP_deref_size: case DW_OP_deref_type: case DW_OP_GNU_deref_type:
		return do_deref(m, w, op);
	case DW_OP_plus_uconst: return do_plus_const(m, w, op->number);
	case DW_OP_regx: return do_register(m, w, op->number);
	case DW_OP_bregx: return push_register_plus(m, w, op->number, op->number2);
	case DW_OP_fbreg: case DW_OP_call_frame_cfa: return do_frame(m, w, op);
	case DW_OP_piece: return do_piece(m, w, op->number * 8, 0);
	case DW_OP_bit_piece: return do_piece(m, w, op->number, op->number2);
	case DW_OP_stack_value: return do_stack_value(m, w);
	case DW_OP_implicit_value: return do_implicit_value(m, w, op);
	case DW_OP_implicit_pointer: case DW_OP_GNU_implicit_pointer: return do_implicit_pointer(m, w, op);
	case DW_OP_entry_value: case DW_OP_GNU_entry_value: return do_entry_value(m, w, op);
	case DW_OP_form_tls_address: case DW_OP_GNU_push_tls_address: return do_tls(m, w);
	case DW_OP_call2: case DW_OP_call4: case DW_OP_call_ref: return run_nested(m, w, op);
	case DW_OP_GNU_variable_value: return do_variable_value(m, w, op);
	case DW_OP_convert: case DW_OP_GNU_convert: case DW_OP_reinterpret: case DW_OP_GNU_reinterpret:
		return do_convert(m, w, op);
	case DW_OP_const_type: case DW_OP_GNU_const_type: return do_const_type(m, w, op);
	case DW_OP_regval_type: case DW_OP_GNU_regval_type: return do_regval_type(m, w, op);
	case DW_OP_nop: case DW_OP_GNU_uninit:
		return true;
	case DW_OP_GNU_parameter_ref:
		return access_fail(m->l->x, DI_OPTIMIZED_OUT, "%s depends on an argument that the compiler removed",
				   m->l->x->name);
	default:
		return access_fail(m->l->x, DI_UNSUPPORTED, "the location of %s uses DWARF operation %#x, which is not supported",
				   m->l->x->name, op->atom);
	}
}

static bool run(struct machine *m, struct way *w, struct place *out)
{
	while (w->at < m->n) {
		const Dwarf_Op *op = &m->ops[w->at++];

		if (++*m->executed > MAX_EXECUTED)
			return refuse(m, "is too long");
		if (op->atom == DW_OP_bra)
			return do_branch(m, w, op, out);
		if (op->atom == DW_OP_skip) {
			if (!jump_target(m, op, &w->at))
				return false;
		} else if (!step(m, w, op)) {
			return false;
		}
	}
	return way_end(m, w, out);
}

/* DW_OP_call*: the operations of another DIE's location, on the same stack. */
static bool run_nested(struct machine *m, struct way *w, const Dwarf_Op *op)
{
	struct machine inner = *m;
	Dwarf_Attribute a;
	size_t at = w->at;
	bool ok = true;

	if (!m->attr || dwarf_getlocation_attr(m->attr, op, &a))
		return true;	/* a DIE without a location: the call does nothing */
	if (m->l->d->calls >= MAX_CALLS)
		return refuse(m, "refers to itself");
	if (dwarf_getlocation_addr(&a, m->l->pc, &inner.ops, &inner.n, 1) != 1)
		return true;
	inner.attr = &a;
	m->l->d->calls++;
	for (w->at = 0; ok && w->at < inner.n;) {
		const Dwarf_Op *o = &inner.ops[w->at++];

		if (++*m->executed > MAX_EXECUTED || o->atom == DW_OP_bra)
			ok = refuse(m, "is too long");
		else if (o->atom == DW_OP_skip)
			ok = jump_target(&inner, o, &w->at);
		else
			ok = step(&inner, w, o);
	}
	m->l->d->calls--;
	w->at = at;
	return ok;
}

bool dw_compile_ops(struct location *l, Dwarf_Attribute *attr, Dwarf_Op *ops, size_t n, struct place *out)
{
	unsigned executed = 0;
	struct machine m = { .l = l, .f = l->x->f, .attr = attr, .ops = ops, .n = n, .executed = &executed };
	const struct di_type *type = out->type;
	struct way *w = xcalloc(1, sizeof *w);
	bool ok = l->d->calls < MAX_CALLS;

	l->d->calls++;
	ok = ok ? run(&m, w, out) : refuse(&m, "refers to itself");
	l->d->calls--;
	free(w);
	out->type = type;
	return ok;
}
