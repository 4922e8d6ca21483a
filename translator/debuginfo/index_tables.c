/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collecting, merging and sorting the tables of an index. */
#include "translator/debuginfo/index_build.h"
#include <stdlib.h>
#include <string.h>

void tables_init(struct index_tables *t)
{
	memset(t, 0, sizeof *t);
	map_init(&t->seen_types, &t->arena);
	map_init(&t->seen_enums, &t->arena);
	map_init(&t->seen_declared, &t->arena);
	pool_add(&t->strings, "");
}

void tables_free(struct index_tables *t)
{
	sb_free(&t->strings.text);
	free(t->strings.by_address);
	free(t->strings.by_content);
	free(t->units.data);
	free(t->funcs.data);
	free(t->ranges.data);
	free(t->abstracts.data);
	free(t->raw_copies.data);
	free(t->copies.data);
	free(t->types.data);
	free(t->enums.data);
	free(t->vars.data);
	free(t->files.data);
	arena_free(&t->arena);
}

/* ---- strings ---- */

static void grow_addresses(struct string_pool *p)
{
	size_t old = p->naddresses, size = old ? old * 2 : 65536;
	typeof(p->by_address) from = p->by_address;

	p->by_address = xcalloc(size, sizeof *p->by_address);
	p->naddresses = size;
	for (size_t i = 0; i < old; i++) {
		size_t at;

		if (!from[i].key)
			continue;
		at = ((uintptr_t)from[i].key * 0x9e3779b97f4a7c15u) >> 20 & (size - 1);
		while (p->by_address[at].key)
			at = (at + 1) & (size - 1);
		p->by_address[at] = from[i];
	}
	free(from);
}

static void grow_contents(struct string_pool *p)
{
	size_t size = p->ncontents ? p->ncontents * 2 : 65536, old = p->ncontents;
	uint32_t *from = p->by_content;

	p->by_content = xcalloc(size, sizeof *p->by_content);
	p->ncontents = size;
	for (size_t i = 0; i < old; i++) {
		const char *s;
		size_t at;

		if (!from[i])
			continue;
		s = pool_text(p, from[i] - 1);
		at = hash_bytes(s, strlen(s), 0) & (size - 1);
		while (p->by_content[at])
			at = (at + 1) & (size - 1);
		p->by_content[at] = from[i];
	}
	free(from);
}

static uint32_t add_content(struct string_pool *p, const char *s)
{
	size_t len = strlen(s), at;

	if (p->nstrings * 2 >= p->ncontents)
		grow_contents(p);
	at = hash_bytes(s, len, 0) & (p->ncontents - 1);
	for (; p->by_content[at]; at = (at + 1) & (p->ncontents - 1))
		if (!strcmp(pool_text(p, p->by_content[at] - 1), s))
			return p->by_content[at] - 1;
	if (p->text.len + len >= UINT32_MAX - 1)
		return 0;
	p->by_content[at] = (uint32_t)p->text.len + 1;
	p->nstrings++;
	sb_add(&p->text, s, len + 1);
	return p->by_content[at] - 1;
}

uint32_t pool_add(struct string_pool *p, const char *s)
{
	return add_content(p, s);
}

uint32_t pool_add_stable(struct string_pool *p, const char *s)
{
	size_t at;

	if (p->used * 2 >= p->naddresses)
		grow_addresses(p);
	at = ((uintptr_t)s * 0x9e3779b97f4a7c15u) >> 20 & (p->naddresses - 1);
	for (; p->by_address[at].key; at = (at + 1) & (p->naddresses - 1))
		if (p->by_address[at].key == s)
			return p->by_address[at].off;
	p->used++;
	p->by_address[at].key = s;
	p->by_address[at].off = add_content(p, s);
	return p->by_address[at].off;
}

/* ---- merging ---- */

/* Types and enumerations that both halves have: the first definition stays. */
static void merge_types(struct index_tables *to, const struct index_tables *from)
{
	for (size_t i = 0; i < from->types.len; i++) {
		struct idx_type r = from->types.data[i];
		uint64_t key;
		size_t at;

		r.name = pool_add(&to->strings, pool_text(&from->strings, r.name));
		key = (uint64_t)r.name << 16 | r.tag;
		at = (size_t)(uintptr_t)umap_get(&to->seen_types, key);
		if (!at)
			table_push(&to->types, r);
		else if ((to->types.data[at - 1].flags & IDX_DECLARATION) && !(r.flags & IDX_DECLARATION))
			to->types.data[at - 1] = r;
	}
	for (size_t i = 0; i < from->enums.len; i++) {
		struct idx_enum r = from->enums.data[i];

		r.name = pool_add(&to->strings, pool_text(&from->strings, r.name));
		table_push(&to->enums, r);
	}
}

static void merge_functions(struct index_tables *to, const struct index_tables *from, uint32_t units, uint32_t funcs)
{
#define TEXT(off) pool_add(&to->strings, pool_text(&from->strings, (off)))
	for (size_t i = 0; i < from->funcs.len; i++) {
		struct idx_func r = from->funcs.data[i];

		r.name = TEXT(r.name);
		r.file = TEXT(r.file);
		r.unit += units;
		table_push(&to->funcs, r);
	}
	for (size_t i = 0; i < from->ranges.len; i++) {
		struct idx_range r = from->ranges.data[i];

		r.func += funcs;
		table_push(&to->ranges, r);
	}
	for (size_t i = 0; i < from->abstracts.len; i++) {
		struct idx_abstract r = from->abstracts.data[i];

		r.name = TEXT(r.name);
		r.file = TEXT(r.file);
		r.unit += units;
		table_push(&to->abstracts, r);
	}
	for (size_t i = 0; i < from->raw_copies.len; i++) {
		struct raw_copy r = from->raw_copies.data[i];

		r.func += funcs;
		table_push(&to->raw_copies, r);
	}
}

void tables_merge(struct index_tables *to, const struct index_tables *from)
{
	uint32_t units = (uint32_t)to->units.len, funcs = (uint32_t)to->funcs.len;

	for (size_t i = 0; i < from->units.len; i++) {
		struct idx_unit r = from->units.data[i];

		r.name = TEXT(r.name);
		r.comp_dir = TEXT(r.comp_dir);
		table_push(&to->units, r);
	}
	merge_functions(to, from, units, funcs);
	merge_types(to, from);
	for (size_t i = 0; i < from->vars.len; i++) {
		struct idx_var r = from->vars.data[i];

		r.name = TEXT(r.name);
		r.file = TEXT(r.file);
		r.unit += units;
		table_push(&to->vars, r);
	}
	for (size_t i = 0; i < from->files.len; i++) {
		struct idx_file r = from->files.data[i];

		r.name = TEXT(r.name);
		r.unit += units;
		table_push(&to->files, r);
	}
#undef TEXT
}
