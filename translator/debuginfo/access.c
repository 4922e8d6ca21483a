/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members, elements and dereferences of a variable, down to one value.
 *
 * Works on places (place.h) and types only, so DWARF, BTF and calling conventions
 * all end here.  A pointer is followed wherever a structure is needed, through
 * any number of levels, as scripts write `->` for both. */
#include "translator/debuginfo/place.h"
#include "translator/debuginfo/type.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MEMBER_DEPTH 16
#define MAX_POINTERS 8
#define MAX_SIMILAR 3
#define MAX_OBJECT (1u << 24)	/* bytes of one that is not in memory */

bool access_fail(struct access *x, int code, const char *fmt, ...)
{
	va_list ap;

	if (x->out->code != DI_OK)
		return false;
	va_start(ap, fmt);
	x->out->error = arena_vprintf(x->arena, fmt, ap);
	va_end(ap);
	x->out->code = code;
	return false;
}

static bool is_aggregate(const struct di_type *t)
{
	return t->kind == DI_STRUCT || t->kind == DI_UNION || t->kind == DI_CLASS;
}

static const char *text_of(struct access *x, const struct di_type *t)
{
	return di_type_text(x->arena, t, "");
}

/* The bits that P's object occupies; 0 when its size is unknown. */
static uint64_t place_bits(const struct place *p)
{
	return p->nbits ? p->nbits : di_type_complete(di_type_strip(p->type))->size * 8;
}

static bool is_signed(const struct di_type *t)
{
	t = di_type_strip(t);
	return t->is_signed && t->kind != DI_FLOAT;
}

/* The scalar value of P, extended to 64 bits. */
static bool place_value(struct access *x, const struct place *p, uint16_t *out)
{
	uint64_t nbits = place_bits(p);

	if (nbits > 64)
		return access_fail(x, DI_UNSUPPORTED, "%s is %" PRIu64 " bytes wide; values have 8", x->name, nbits / 8);
	if (!place_read(x, p, p->bit, (unsigned)nbits, out))
		return false;
	if (!is_signed(p->type))
		return true;
	if (nbits % 8 || (nbits & (nbits - 1)))
		*out = fetch_bits(x->f, *out, 0, (unsigned)nbits, true);
	else
		*out = fetch_extend(x->f, *out, (unsigned)nbits / 8, true);
	return true;
}

/* P moves on by BYTES, which may be the two's complement of a way back, and BITS. Addresses wrap as in C. */
static void place_advance(struct access *x, struct place *p, uint64_t bytes, uint64_t bits)
{
	p->bit += bits;
	if (p->kind == PLACE_MEMORY) {
		p->value = fetch_binary(x->f, FETCH_ADD, p->value, fetch_const(x->f, (int64_t)(bytes + p->bit / 8)));
		p->bit %= 8;
	} else {
		p->bit += bytes * 8;
	}
}

/* P becomes what the pointer in P points to. */
static bool place_follow(struct access *x, struct place *p)
{
	const struct di_type *to = di_type_strip(p->type)->target;
	uint16_t v;

	if (p->kind == PLACE_IMPLICIT && p->pointee) {
		int64_t off = p->pointee_offset;

		*p = *p->pointee;
		place_advance(x, p, (uint64_t)off, 0);
		if (to && di_type_strip(to)->kind != DI_VOID)
			p->type = to;
		return true;
	}
	if (!place_value(x, p, &v))
		return false;
	*p = (struct place){ .kind = PLACE_MEMORY, .value = v, .type = to ? to : type_void(x->m) };
	return true;
}

/* ---- members ---- */

struct found_member {
	const struct di_member *m;
	uint64_t bit_offset;
};

static bool find_member(const struct di_type *t, const char *name, uint64_t base, unsigned depth, struct found_member *out)
{
	t = di_type_complete(t);
	for (size_t i = 0; i < t->nmembers; i++) {
		const struct di_member *m = &t->members[i];
		const struct di_type *inner = di_type_strip(m->type);

		if (m->name && !strcmp(m->name, name)) {
			*out = (struct found_member){ m, base + m->bit_offset };
			return true;
		}
		if (!m->name && is_aggregate(inner) && depth < MAX_MEMBER_DEPTH &&
		    find_member(inner, name, base + m->bit_offset, depth + 1, out))
			return true;
	}
	return false;
}

static void offer_members(const struct di_type *t, struct nearest *n, unsigned depth)
{
	t = di_type_complete(t);
	for (size_t i = 0; i < t->nmembers; i++) {
		const struct di_type *inner = di_type_strip(t->members[i].type);

		if (t->members[i].name)
			nearest_offer(n, t->members[i].name);
		else if (is_aggregate(inner) && depth < MAX_MEMBER_DEPTH)
			offer_members(inner, n, depth + 1);
	}
}

void di_similar_members(const struct di_type *t, const char *name, size_t max, struct di_name_vec *out)
{
	struct nearest n;

	t = di_type_strip(t);
	nearest_init(&n, name, max);
	if (is_aggregate(t))
		offer_members(t, &n, 0);
	nearest_take(&n, &t->module->di->arena, out);
}

static bool no_member(struct access *x, const struct di_type *t, const char *name)
{
	struct nearest n;

	if (di_type_complete(t)->is_declaration)
		return access_fail(x, DI_NO_MEMBER, "%s is declared but nowhere defined, so it has no member %s",
				   text_of(x, t), name);
	nearest_init(&n, name, MAX_SIMILAR);
	offer_members(t, &n, 0);
	nearest_take(&n, x->arena, &x->out->similar);
	return access_fail(x, DI_NO_MEMBER, "%s has no member %s", text_of(x, t), name);
}

static bool step_member(struct access *x, struct place *p, const char *name)
{
	const struct di_type *t = di_type_strip(p->type);
	struct found_member found;

	for (unsigned i = 0; t->kind == DI_POINTER && i < MAX_POINTERS; i++) {
		if (!place_follow(x, p))
			return false;
		t = di_type_strip(p->type);
	}
	if (!is_aggregate(t))
		return access_fail(x, DI_BAD_ACCESS, "%s has type %s, which has no members (asked for %s)", x->name,
				   text_of(x, p->type), name);
	if (!find_member(t, name, 0, 0, &found))
		return no_member(x, t, name);
	place_advance(x, p, 0, found.bit_offset);
	p->type = found.m->type;
	p->nbits = found.m->bit_size;
	return true;
}

/* ---- elements ---- */

/* Size of the elements behind pointer or array P, with P moved to the first; 0 after an error. */
static uint64_t open_elements(struct access *x, struct place *p)
{
	const struct di_type *t = di_type_strip(p->type);
	uint64_t size;

	if (t->kind == DI_POINTER) {
		if (!place_follow(x, p))
			return 0;
	} else if (t->kind == DI_ARRAY) {
		p->type = t->target;
	} else {
		access_fail(x, DI_BAD_ACCESS, "%s has type %s, which has no elements", x->name, text_of(x, p->type));
		return 0;
	}
	size = di_type_complete(di_type_strip(p->type))->size;
	if (!size && di_type_strip(p->type)->kind == DI_VOID)
		access_fail(x, DI_BAD_ACCESS, "%s is a pointer to void: cast it before indexing", x->name);
	else if (!size)
		access_fail(x, DI_BAD_ACCESS, "the size of %s is not known", text_of(x, p->type));
	return size;
}

static bool step_index(struct access *x, struct place *p, const struct di_step *s)
{
	uint64_t size = open_elements(x, p);
	uint16_t n;

	if (!size)
		return false;
	if (s->kind == DI_STEP_INDEX) {
		if (p->kind != PLACE_MEMORY && (s->index < 0 || (uint64_t)s->index > MAX_OBJECT / size))
			return access_fail(x, DI_BAD_ACCESS, "element %" PRId64 " of %s is outside of it", s->index, x->name);
		place_advance(x, p, (uint64_t)s->index * size, 0);
		return true;
	}
	if (p->kind != PLACE_MEMORY)
		return access_fail(x, DI_UNSUPPORTED, "%s is not in memory here: only a constant index can select an element",
				   x->name);
	n = fetch_leaf(x->f, FETCH_INPUT, s->index);
	n = fetch_binary(x->f, FETCH_MUL, n, fetch_const(x->f, (int64_t)size));
	p->value = fetch_binary(x->f, FETCH_ADD, p->value, n);
	return true;
}

static bool step_deref(struct access *x, struct place *p)
{
	const struct di_type *t = di_type_strip(p->type);

	if (t->kind == DI_ARRAY) {
		p->type = t->target;
		return true;
	}
	if (t->kind != DI_POINTER)
		return access_fail(x, DI_BAD_ACCESS, "%s has type %s, which is not a pointer", x->name, text_of(x, p->type));
	return place_follow(x, p);
}

static bool walk(struct access *x, struct place *p, const struct di_access *ac)
{
	for (size_t i = 0; i < ac->nsteps; i++) {
		const struct di_step *s = &ac->steps[i];
		bool ok = false;

		p->nbits = 0;
		switch (s->kind) {
		case DI_STEP_MEMBER: ok = step_member(x, p, s->member); break;
		case DI_STEP_INDEX: case DI_STEP_INPUT_INDEX: ok = step_index(x, p, s); break;
		case DI_STEP_DEREF: ok = step_deref(x, p); break;
		}
		if (!ok)
			return false;
	}
	return true;
}

/* ---- what is done at the end ---- */

static bool finish_address(struct access *x, struct place *p, uint16_t *value)
{
	if (p->kind != PLACE_MEMORY)
		return access_fail(x, DI_BAD_ACCESS, "%s has no address: it is in a register or has no home here", x->name);
	if (p->nbits || p->bit)
		return access_fail(x, DI_BAD_ACCESS, "%s is a bit-field, which has no address", x->name);
	*value = p->value;
	return true;
}

static bool finish_store(struct access *x, struct place *p, unsigned input, uint16_t *value)
{
	const struct di_type *t = di_type_strip(p->type);
	uint64_t nbits = place_bits(p);

	if (is_aggregate(t) || t->kind == DI_ARRAY || t->kind == DI_VOID || t->kind == DI_FUNC || nbits > 64)
		return access_fail(x, DI_BAD_ACCESS, "%s has type %s, which cannot be assigned", x->name, text_of(x, p->type));
	*value = fetch_leaf(x->f, FETCH_INPUT, input);
	return place_write(x, p, p->bit, (unsigned)nbits, *value);
}

static bool finish_value(struct access *x, struct place *p, uint16_t *value)
{
	const struct di_type *t = di_type_strip(p->type);

	switch (t->kind) {
	case DI_STRUCT: case DI_UNION: case DI_CLASS: case DI_ARRAY: case DI_FUNC:
		x->out->is_address = true;
		return finish_address(x, p, value);
	case DI_VOID:
		return access_fail(x, DI_BAD_ACCESS, "%s has type void", x->name);
	case DI_INT: case DI_BOOL: case DI_CHAR: case DI_FLOAT: case DI_POINTER: case DI_ENUM: case DI_TYPEDEF:
	case DI_QUALIFIER:
		break;
	}
	return place_value(x, p, value);
}

static bool points_to_char(const struct di_type *t)
{
	t = di_type_strip(t);
	if (t->kind != DI_POINTER && t->kind != DI_ARRAY)
		return false;
	t = t->target ? di_type_strip(t->target) : NULL;
	return t && t->kind == DI_CHAR;
}

bool access_compile(struct access *x, struct place *p, const struct di_access *ac)
{
	const char *wrong;
	uint16_t value = 0;
	bool ok;

	if (!walk(x, p, ac))
		return false;
	x->out->type = p->type;
	x->out->user = x->user;
	if (ac->store)
		ok = finish_store(x, p, ac->store_input, &value);
	else if (ac->address_of)
		ok = finish_address(x, p, &value);
	else
		ok = finish_value(x, p, &value);
	if (!ok)
		return false;
	if (ac->address_of)
		x->out->type = di_pointer_to(x->m, p->type);
	x->out->is_char_pointer = points_to_char(x->out->type);
	fetch_finish(x->f, value);
	x->out->program = x->f;
	wrong = fetch_verify(x->f);
	return !wrong || access_fail(x, DI_UNSUPPORTED, "%s cannot be computed: %s", x->name, wrong);
}
