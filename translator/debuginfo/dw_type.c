/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF types as di_types: the shell of each is made once a DIE, members on completion. */
#include "translator/debuginfo/dw.h"
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIMENSIONS 8

const char *dw_die_name(Dwarf_Die *die)
{
	Dwarf_Attribute a;

	return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &a));
}

static bool attr_number(Dwarf_Die *die, unsigned at, uint64_t *out)
{
	Dwarf_Attribute a;
	Dwarf_Word v;

	if (!dwarf_attr_integrate(die, at, &a) || dwarf_formudata(&a, &v))
		return false;
	*out = v;
	return true;
}

static bool attr_flag(Dwarf_Die *die, unsigned at)
{
	Dwarf_Attribute a;
	bool v = false;

	return dwarf_attr(die, at, &a) && !dwarf_formflag(&a, &v) && v;
}

const struct di_type *dw_type_attr(struct dw_source *d, Dwarf_Die *die)
{
	Dwarf_Attribute a;
	Dwarf_Die type;

	if (!dwarf_attr_integrate(die, DW_AT_type, &a) || !dwarf_formref_die(&a, &type))
		return type_void(d->m);
	return dw_type_of(d, &type);
}

static enum di_kind kind_of(int tag)
{
	switch (tag) {
	case DW_TAG_base_type: return DI_INT;
	case DW_TAG_pointer_type: case DW_TAG_reference_type: case DW_TAG_rvalue_reference_type:
		return DI_POINTER;
	case DW_TAG_array_type: return DI_ARRAY;
	case DW_TAG_structure_type: return DI_STRUCT;
	case DW_TAG_union_type: return DI_UNION;
	case DW_TAG_class_type: case DW_TAG_interface_type: return DI_CLASS;
	case DW_TAG_enumeration_type: return DI_ENUM;
	case DW_TAG_subroutine_type: case DW_TAG_subprogram: return DI_FUNC;
	case DW_TAG_typedef: return DI_TYPEDEF;
	case DW_TAG_const_type: case DW_TAG_volatile_type: case DW_TAG_restrict_type: case DW_TAG_atomic_type:
		return DI_QUALIFIER;
	default: return DI_VOID;
	}
}

static void fill_base(struct type_node *n, Dwarf_Die *die)
{
	uint64_t enc = 0;

	attr_number(die, DW_AT_encoding, &enc);
	switch (enc) {
	case DW_ATE_boolean: n->t.kind = DI_BOOL; break;
	case DW_ATE_signed: n->t.is_signed = true; break;
	case DW_ATE_signed_char: n->t.is_signed = true; /* fall through */
	case DW_ATE_unsigned_char: case DW_ATE_UTF: n->t.kind = DI_CHAR; break;
	case DW_ATE_float: case DW_ATE_complex_float: case DW_ATE_imaginary_float: case DW_ATE_decimal_float:
		n->t.kind = DI_FLOAT;
		n->t.is_signed = true;
		break;
	default: break;
	}
}

/* Elements of one dimension; 0 unknown. */
static uint64_t dimension(Dwarf_Die *range)
{
	uint64_t v;
	Dwarf_Attribute a;
	Dwarf_Sword upper;

	if (attr_number(range, DW_AT_count, &v))
		return v;
	if (dwarf_attr(range, DW_AT_upper_bound, &a) && !dwarf_formsdata(&a, &upper) && upper >= 0 && upper < INT64_MAX)
		return (uint64_t)upper + 1;
	return 0;
}

/* int a[2][3] is one DIE with two ranges; here it is an array of arrays. */
static void fill_array(struct dw_source *d, struct type_node *n, Dwarf_Die *die)
{
	const struct di_type *t = dw_type_attr(d, die);
	uint64_t dims[MAX_DIMENSIONS] = { 0 };
	unsigned count = 0;
	Dwarf_Die child;

	if (!dwarf_child(die, &child))
		do {
			if (dwarf_tag(&child) == DW_TAG_subrange_type && count < MAX_DIMENSIONS)
				dims[count++] = dimension(&child);
		} while (!dwarf_siblingof(&child, &child));
	for (unsigned i = count; i > 1; i--) {
		struct type_node *inner = type_new(d->m, DI_NONE, DI_ARRAY, 0);

		inner->t.target = t;
		inner->t.count = dims[i - 1];
		inner->t.complete = true;
		if (__builtin_mul_overflow(dims[i - 1], t->size, &inner->t.size))
			inner->t.size = 0;
		t = &inner->t;
	}
	n->t.target = t;
	n->t.count = dims[0];
	if (__builtin_mul_overflow(dims[0], t->size, &n->t.size))
		n->t.size = 0;
}

static const char *qualifier(int tag)
{
	switch (tag) {
	case DW_TAG_const_type: return "const";
	case DW_TAG_volatile_type: return "volatile";
	case DW_TAG_restrict_type: return "restrict";
	default: return "_Atomic";
	}
}

/* Enumerations without DW_AT_type: signed when an enumerator is negative. */
static void fill_enum(struct dw_source *d, struct type_node *n, Dwarf_Die *die)
{
	const struct di_type *base = dw_type_attr(d, die);

	n->t.is_signed = base->kind != DI_VOID && di_type_strip(base)->is_signed;
	if (!n->t.size)
		n->t.size = base->size;
}

static void fill(struct dw_source *d, struct type_node *n, Dwarf_Die *die)
{
	int tag = dwarf_tag(die);
	uint64_t size = 0;

	n->t.name = tag == DW_TAG_subprogram ? NULL : dw_die_name(die);
	n->t.is_declaration = tag != DW_TAG_subprogram && attr_flag(die, DW_AT_declaration);
	if (attr_number(die, DW_AT_byte_size, &size))
		n->t.size = size;
	switch (tag) {
	case DW_TAG_base_type:
		fill_base(n, die);
		break;
	case DW_TAG_pointer_type: case DW_TAG_reference_type: case DW_TAG_rvalue_reference_type:
		n->t.size = size ? size : 8;
		n->t.target = dw_type_attr(d, die);
		break;
	case DW_TAG_array_type:
		fill_array(d, n, die);
		break;
	case DW_TAG_enumeration_type:
		fill_enum(d, n, die);
		break;
	case DW_TAG_subroutine_type: case DW_TAG_subprogram:
		n->t.size = 0;
		n->t.target = dw_type_attr(d, die);
		break;
	case DW_TAG_typedef: case DW_TAG_const_type: case DW_TAG_volatile_type: case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
		n->t.qualifier = n->t.kind == DI_QUALIFIER ? qualifier(tag) : NULL;
		n->t.target = dw_type_attr(d, die);
		n->t.size = n->t.target->size;
		n->t.is_signed = n->t.target->is_signed;
		break;
	default:
		break;
	}
}

const struct di_type *dw_type_of(struct dw_source *d, Dwarf_Die *die)
{
	uint64_t off = dw_offset(d, die);
	struct type_node *n = umap_get(&d->m->dw_types, off);
	enum di_kind kind = kind_of(dwarf_tag(die));

	if (n)
		return &n->t;
	if (kind == DI_VOID || d->depth > TYPE_MAX_CHAIN)
		return type_void(d->m);
	n = type_new(d->m, DI_DWARF, kind, off);
	umap_put(&d->m->dw_types, off, n);
	d->depth++;
	fill(d, n, die);
	d->depth--;
	return &n->t;
}

/* ---- completion ---- */

/* DWARF 2 writes the offset of a member as "DW_OP_plus_uconst N". */
static bool member_byte_offset(Dwarf_Die *die, uint64_t *out)
{
	Dwarf_Attribute a;
	Dwarf_Op *ops;
	size_t n;
	Dwarf_Word v;

	*out = 0;
	if (!dwarf_attr_integrate(die, DW_AT_data_member_location, &a))
		return true;
	if (!dwarf_formudata(&a, &v)) {
		*out = v;
		return true;
	}
	if (dwarf_getlocation(&a, &ops, &n) || n != 1 || ops[0].atom != DW_OP_plus_uconst)
		return false;
	*out = ops[0].number;
	return true;
}

/* DW_AT_bit_offset (DWARF 2, 3) counts from the most significant bit of the storage unit. */
static void bit_field(Dwarf_Die *die, struct di_member *m, uint64_t byte)
{
	uint64_t v, size = 0;

	m->bit_offset = byte * 8;
	if (!attr_number(die, DW_AT_bit_size, &v))
		return;
	m->bit_size = (unsigned)v;
	if (attr_number(die, DW_AT_data_bit_offset, &v)) {
		m->bit_offset = v;
	} else if (attr_number(die, DW_AT_bit_offset, &v)) {
		if (!attr_number(die, DW_AT_byte_size, &size))
			size = m->type->size;
		m->bit_offset = byte * 8 + size * 8 - v - m->bit_size;
	}
}

struct collector {
	struct dw_source *d;
	struct type_node *n;
	VEC(struct di_member) members;
	VEC(struct di_enumerator) enumerators;
	VEC(struct di_param) params;
};

static void collect_member(struct collector *c, Dwarf_Die *die)
{
	struct di_member m = { .name = dw_die_name(die), .type = dw_type_attr(c->d, die) };
	uint64_t byte;

	if (attr_flag(die, DW_AT_external) || attr_flag(die, DW_AT_declaration) || !member_byte_offset(die, &byte))
		return;
	if (m.name && !*m.name)
		m.name = NULL;
	bit_field(die, &m, byte);
	vec_push(&c->d->m->di->arena, &c->members, m);
}

static void collect_enumerator(struct collector *c, Dwarf_Die *die)
{
	Dwarf_Attribute a;
	Dwarf_Sword v;
	struct di_enumerator e = { .name = dw_die_name(die) };

	if (!e.name || !dwarf_attr(die, DW_AT_const_value, &a) || dwarf_formsdata(&a, &v))
		return;
	e.value = v;
	vec_push(&c->d->m->di->arena, &c->enumerators, e);
}

static void collect_child(struct collector *c, Dwarf_Die *die)
{
	struct di_param p;

	switch (dwarf_tag(die)) {
	case DW_TAG_member:
		collect_member(c, die);
		break;
	case DW_TAG_inheritance: {
		/* a base class reads like an anonymous member */
		struct di_member m = { .type = dw_type_attr(c->d, die) };
		uint64_t byte;

		if (member_byte_offset(die, &byte)) {
			m.bit_offset = byte * 8;
			vec_push(&c->d->m->di->arena, &c->members, m);
		}
		break;
	}
	case DW_TAG_enumerator:
		collect_enumerator(c, die);
		break;
	case DW_TAG_formal_parameter:
		p = (struct di_param){ dw_die_name(die), dw_type_attr(c->d, die) };
		vec_push(&c->d->m->di->arena, &c->params, p);
		break;
	case DW_TAG_unspecified_parameters:
		c->n->t.variadic = true;
		break;
	default:
		break;
	}
}

void dw_type_complete(struct type_node *n)
{
	struct collector c = { .d = n->t.module->dw, .n = n };
	Dwarf_Die die, child;

	if (n->t.kind != DI_STRUCT && n->t.kind != DI_UNION && n->t.kind != DI_CLASS && n->t.kind != DI_ENUM &&
	    n->t.kind != DI_FUNC)
		return;
	if (!dw_die(c.d, n->t.handle, &die) || dwarf_child(&die, &child))
		return;
	do {
		collect_child(&c, &child);
	} while (!dwarf_siblingof(&child, &child));
	n->t.members = c.members.data;
	n->t.nmembers = c.members.len;
	n->t.enumerators = c.enumerators.data;
	n->t.nenumerators = c.enumerators.len;
	n->t.params = c.params.data;
	n->t.nparams = c.params.len;
}

const struct di_type *dw_func_type(struct di_module *m, const struct di_func *f)
{
	Dwarf_Die die, origin;
	Dwarf_Attribute a;

	if (!dw_die(m->dw, f->handle, &die))
		return NULL;
	/* an instance of an abstract function lists what is left of its parameters; the abstract one has all */
	if (dwarf_attr(&die, DW_AT_abstract_origin, &a) && dwarf_formref_die(&a, &origin))
		die = origin;
	if (dwarf_tag(&die) == DW_TAG_inlined_subroutine)
		return NULL;
	return dw_type_of(m->dw, &die);
}

/* ---- by name ---- */

static unsigned rank(int tag, bool declaration, enum type_space space)
{
	unsigned r = 0;

	if (space != TYPE_ANY)
		return tag == DW_TAG_typedef || tag == DW_TAG_base_type || !type_space_fits(space, kind_of(tag))
			       ? 0 : declaration ? 1 : 2;
	switch (tag) {
	case DW_TAG_typedef: r = 7; break;
	case DW_TAG_base_type: r = 6; break;
	case DW_TAG_structure_type: case DW_TAG_class_type: r = 5; break;
	case DW_TAG_union_type: r = 4; break;
	case DW_TAG_enumeration_type: r = 3; break;
	default: return 0;
	}
	return declaration ? 1 : r;
}

const struct di_type *dw_type_find(struct di_module *m, enum type_space space, const char *name)
{
	struct dw_source *d = m->dw;
	size_t n, first, last;
	const struct idx_type *t = index_table(d->idx, INDEX_TYPES, &n), *best = NULL;
	unsigned best_rank = 0;
	Dwarf_Die die;

	dw_plain_range(d, name, t, n, sizeof *t, offsetof(struct idx_type, name), &first, &last);
	for (size_t i = first; i < last; i++) {
		unsigned r = rank(t[i].tag, t[i].flags & IDX_DECLARATION, space);

		if (r > best_rank) {
			best_rank = r;
			best = &t[i];
		}
	}
	return best && dw_die(d, best->die, &die) ? dw_type_of(d, &die) : NULL;
}

bool dw_enum_value(struct di_module *m, const char *name, int64_t *value)
{
	struct dw_source *d = m->dw;
	size_t n, first, last;
	const struct idx_enum *t = index_table(d->idx, INDEX_ENUMS, &n);

	dw_plain_range(d, name, t, n, sizeof *t, offsetof(struct idx_enum, name), &first, &last);
	if (first == last)
		return false;
	*value = t[first].value;
	return true;
}

void dw_similar_types(struct di_module *m, enum type_space space, struct nearest *n)
{
	size_t count;
	const struct idx_type *t = index_table(m->dw->idx, INDEX_TYPES, &count);

	for (size_t i = 0; i < count; i++)
		if (rank(t[i].tag, t[i].flags & IDX_DECLARATION, space))
			nearest_offer(n, index_text(m->dw->idx, t[i].name));
}

void dw_similar_enumerators(struct di_module *m, struct nearest *n)
{
	size_t count;
	const struct idx_enum *t = index_table(m->dw->idx, INDEX_ENUMS, &count);

	for (size_t i = 0; i < count; i++)
		nearest_offer(n, index_text(m->dw->idx, t[i].name));
}
