/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF types as di_types.  Objects are made once an id; members on completion. */
#include "translator/debuginfo/btf.h"
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(struct di_module *m, uint32_t off)
{
	const char *s = off ? btf_text(m->btf, off) : "";

	return *s ? s : NULL;
}

static void fill_int(struct type_node *n, const struct btf_type *t)
{
	uint8_t enc = btf_int_encoding(t);

	n->t.is_signed = enc & BTF_INT_SIGNED;
	if (enc & BTF_INT_BOOL)
		n->t.kind = DI_BOOL;
	else if (n->t.name && strstr(n->t.name, "char") && t->size == 1)
		n->t.kind = DI_CHAR;
}

static void fill_array(struct di_module *m, struct type_node *n, const struct btf_type *t)
{
	const struct btf_array *a = btf_array(t);

	n->t.target = btf_type_get(m, a->type);
	n->t.count = a->nelems;
	if (__builtin_mul_overflow((uint64_t)a->nelems, n->t.target->size, &n->t.size))
		n->t.size = 0;
}

static void fill_reference(struct di_module *m, struct type_node *n, const struct btf_type *t)
{
	n->t.target = btf_type_get(m, t->type);
	n->t.size = n->t.target->size;
	n->t.is_signed = n->t.target->is_signed;
}

/* Type tags carry attributes such as "user"; they read as what they tag. */
static enum di_kind kind_of(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_INT: return DI_INT;
	case BTF_KIND_PTR: return DI_POINTER;
	case BTF_KIND_ARRAY: return DI_ARRAY;
	case BTF_KIND_STRUCT: return DI_STRUCT;
	case BTF_KIND_UNION: return DI_UNION;
	case BTF_KIND_FWD: return btf_kflag(t) ? DI_UNION : DI_STRUCT;
	case BTF_KIND_ENUM: case BTF_KIND_ENUM64: return DI_ENUM;
	case BTF_KIND_TYPEDEF: return DI_TYPEDEF;
	case BTF_KIND_FUNC_PROTO: return DI_FUNC;
	case BTF_KIND_FLOAT: return DI_FLOAT;
	case BTF_KIND_VOLATILE: case BTF_KIND_CONST: case BTF_KIND_RESTRICT: return DI_QUALIFIER;
	default: return DI_VOID;
	}
}

static void fill(struct di_module *m, struct type_node *n, const struct btf_type *t)
{
	n->t.name = name_of(m, t->name_off);
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		n->t.size = t->size;
		fill_int(n, t);
		break;
	case BTF_KIND_PTR:
		n->t.size = 8;
		n->t.target = btf_type_get(m, t->type);
		break;
	case BTF_KIND_ARRAY:
		fill_array(m, n, t);
		break;
	case BTF_KIND_FWD:
		n->t.is_declaration = true;
		break;
	case BTF_KIND_ENUM: case BTF_KIND_ENUM64:
		n->t.is_signed = btf_kflag(t);
		n->t.size = t->size;
		break;
	case BTF_KIND_STRUCT: case BTF_KIND_UNION: case BTF_KIND_FLOAT:
		n->t.size = t->size;
		break;
	case BTF_KIND_TYPEDEF:
		fill_reference(m, n, t);
		break;
	case BTF_KIND_FUNC_PROTO:
		n->t.target = btf_type_get(m, t->type);
		break;
	case BTF_KIND_VOLATILE: case BTF_KIND_CONST: case BTF_KIND_RESTRICT:
		n->t.qualifier = btf_kind(t) == BTF_KIND_CONST ? "const" :
				 btf_kind(t) == BTF_KIND_VOLATILE ? "volatile" : "restrict";
		fill_reference(m, n, t);
		break;
	default:
		break;
	}
}

const struct di_type *btf_type_get(struct di_module *m, uint32_t id)
{
	const struct btf_type *t;
	struct type_node *n;

	for (unsigned hops = 0; id; hops++) {
		t = btf_raw(m->btf, id);
		if (!t || hops > TYPE_MAX_CHAIN)
			return type_void(m);
		if (btf_kind(t) != BTF_KIND_TYPE_TAG && btf_kind(t) != BTF_KIND_FUNC && btf_kind(t) != BTF_KIND_VAR)
			break;
		id = t->type;
	}
	if (!id)
		return type_void(m);
	n = umap_get(&m->btf_types, id);
	if (n)
		return &n->t;
	if (m->btf->depth > TYPE_MAX_CHAIN)
		return type_void(m);
	n = type_new(m, DI_BTF, kind_of(t), id);
	umap_put(&m->btf_types, id, n);
	m->btf->depth++;
	fill(m, n, t);
	m->btf->depth--;
	return &n->t;
}

static void complete_members(struct type_node *n, const struct btf_type *t)
{
	struct di_module *m = n->t.module;
	const struct btf_member *bm = btf_members(t);
	size_t count = btf_vlen(t);

	n->t.members = ARENA_ARRAY(&m->di->arena, struct di_member, count + 1);
	n->t.nmembers = count;
	for (size_t i = 0; i < count; i++) {
		n->t.members[i].name = name_of(m, bm[i].name_off);
		n->t.members[i].type = btf_type_get(m, bm[i].type);
		n->t.members[i].bit_offset = btf_member_bit_offset(t, (uint32_t)i);
		n->t.members[i].bit_size = btf_member_bitfield_size(t, (uint32_t)i);
	}
}

static void complete_enum(struct type_node *n, const struct btf_type *t)
{
	struct di_module *m = n->t.module;
	size_t count = btf_vlen(t);

	n->t.enumerators = ARENA_ARRAY(&m->di->arena, struct di_enumerator, count + 1);
	n->t.nenumerators = count;
	for (size_t i = 0; i < count; i++) {
		struct di_enumerator *e = &n->t.enumerators[i];

		if (btf_kind(t) == BTF_KIND_ENUM64) {
			const struct btf_enum64 *v = btf_enum64(t) + i;

			e->name = name_of(m, v->name_off);
			e->value = (int64_t)btf_enum64_value(v);
		} else {
			const struct btf_enum *v = btf_enum(t) + i;

			e->name = name_of(m, v->name_off);
			e->value = btf_kflag(t) ? v->val : (int64_t)(uint32_t)v->val;
		}
	}
}

static void complete_params(struct type_node *n, const struct btf_type *t)
{
	struct di_module *m = n->t.module;
	const struct btf_param *p = btf_params(t);
	size_t count = btf_vlen(t);

	if (count && !p[count - 1].type) {
		n->t.variadic = true;
		count--;
	}
	n->t.params = ARENA_ARRAY(&m->di->arena, struct di_param, count + 1);
	n->t.nparams = count;
	for (size_t i = 0; i < count; i++) {
		n->t.params[i].name = name_of(m, p[i].name_off);
		n->t.params[i].type = btf_type_get(m, p[i].type);
	}
}

void btf_type_complete(struct type_node *n)
{
	const struct btf_type *t = btf_raw(n->t.module->btf, (uint32_t)n->t.handle);

	if (!t)
		return;
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT: case BTF_KIND_UNION:
		complete_members(n, t);
		break;
	case BTF_KIND_ENUM: case BTF_KIND_ENUM64:
		complete_enum(n, t);
		break;
	case BTF_KIND_FUNC_PROTO:
		complete_params(n, t);
		break;
	default:
		break;
	}
}

/* How well type T answers a bare name: typedefs first, as in C. */
static unsigned rank(const struct btf_type *t, enum type_space space)
{
	unsigned kind = btf_kind(t);

	if (kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC || kind == BTF_KIND_DECL_TAG ||
	    kind == BTF_KIND_TYPE_TAG)
		return 0;
	if (space != TYPE_ANY)
		return !type_space_fits(space, kind_of(t)) ? 0 : kind == BTF_KIND_TYPEDEF ? 0 : kind == BTF_KIND_FWD ? 1 : 2;
	switch (kind) {
	case BTF_KIND_TYPEDEF: return 6;
	case BTF_KIND_INT: case BTF_KIND_FLOAT: return 5;
	case BTF_KIND_STRUCT: return 4;
	case BTF_KIND_UNION: return 3;
	case BTF_KIND_ENUM: case BTF_KIND_ENUM64: return 2;
	default: return 1;
	}
}

const struct di_type *btf_type_find(struct di_module *m, enum type_space space, const char *name)
{
	uint32_t cursor = 0, id, best = 0;
	unsigned best_rank = 0;

	while ((id = btf_next_named(m->btf, name, &cursor))) {
		unsigned r = rank(btf_raw(m->btf, id), space);

		if (r > best_rank) {
			best = id;
			best_rank = r;
		}
	}
	return best ? btf_type_get(m, best) : NULL;
}

static bool enum_has(struct di_module *m, const struct btf_type *t, const char *name, int64_t *value)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		bool wide = btf_kind(t) == BTF_KIND_ENUM64;
		uint32_t off = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if (strcmp(btf_text(m->btf, off), name))
			continue;
		if (wide)
			*value = (int64_t)btf_enum64_value(btf_enum64(t) + i);
		else
			*value = btf_kflag(t) ? btf_enum(t)[i].val : (int64_t)(uint32_t)btf_enum(t)[i].val;
		return true;
	}
	return false;
}

bool btf_enum_value(struct di_module *m, const char *name, int64_t *value)
{
	for (uint32_t id = m->btf->first; id < m->btf->end; id++) {
		const struct btf_type *t = btf_raw(m->btf, id);

		if (t && (btf_kind(t) == BTF_KIND_ENUM || btf_kind(t) == BTF_KIND_ENUM64) && enum_has(m, t, name, value))
			return true;
	}
	return false;
}

void btf_similar_types(struct di_module *m, enum type_space space, struct nearest *n)
{
	for (uint32_t id = m->btf->first; id < m->btf->end; id++) {
		const struct btf_type *t = btf_raw(m->btf, id);

		if (t && t->name_off && rank(t, space) > (space == TYPE_ANY))
			nearest_offer(n, btf_text(m->btf, t->name_off));
	}
}

void btf_similar_enumerators(struct di_module *m, struct nearest *n)
{
	for (uint32_t id = m->btf->first; id < m->btf->end; id++) {
		const struct btf_type *t = btf_raw(m->btf, id);
		bool wide = t && btf_kind(t) == BTF_KIND_ENUM64;

		for (uint32_t i = 0; t && (wide || btf_kind(t) == BTF_KIND_ENUM) && i < btf_vlen(t); i++)
			nearest_offer(n, btf_text(m->btf, wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off));
	}
}
