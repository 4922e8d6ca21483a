/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries lie in one array in the order of insertion; a second array of slots,
 * at most three quarters full, finds them.  Nothing is ever removed.  Arrays
 * that growth leaves behind stay in the arena: together less than the live
 * ones.  Text and number tables differ only in how a key is hashed and
 * compared; one table must not be used as both. */
#include "lib/map.h"

#include <string.h>

struct key {
	const char *text;	/* NULL: a number */
	uint64_t num;
	uint64_t hash;
};

static struct key key_text(const char *s)
{
	return (struct key){ s, 0, hash_bytes(s, strlen(s), 0) };
}

static struct key key_num(uint64_t n)
{
	return (struct key){ NULL, n, hash_bytes(&n, sizeof n, 0) };
}

void map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
}

static bool key_is(const struct key *k, const struct map_entry *e)
{
	return k->text ? !strcmp(k->text, e->key) : k->num == e->num;
}

/* The slot of K: one whose entry has this key, or the free one where it goes. */
static size_t slot_of(const struct map *m, const struct key *k)
{
	size_t i = k->hash & (m->nslots - 1);

	while (m->slots[i] && !key_is(k, &m->entries[m->slots[i] - 1]))
		i = (i + 1) & (m->nslots - 1);
	return i;
}

static struct map_entry *entry_find(const struct map *m, struct key k)
{
	uint32_t at = m->nslots ? m->slots[slot_of(m, &k)] : 0;

	return at ? &m->entries[at - 1] : NULL;
}

static void map_resize(struct map *m)
{
	size_t i, j;

	m->nslots = m->nslots ? m->nslots * 2 : 16;
	m->slots = ARENA_ARRAY(m->arena, uint32_t, m->nslots);
	for (i = 0; i < m->len; i++) {
		const struct map_entry *e = &m->entries[i];
		struct key k = e->key ? key_text(e->key) : key_num(e->num);

		for (j = k.hash & (m->nslots - 1); m->slots[j];)
			j = (j + 1) & (m->nslots - 1);
		m->slots[j] = (uint32_t)i + 1;
	}
	m->cap = m->nslots / 4 * 3;
	if (m->cap > UINT32_MAX)
		die_oom();
	m->entries = arena_grow(m->arena, m->entries, m->len * sizeof *m->entries, m->cap * sizeof *m->entries);
}

static void entry_put(struct map *m, struct key k, void *value)
{
	struct map_entry *e = entry_find(m, k);

	if (e) {
		e->value = value;
		return;
	}
	if (m->len == m->cap)
		map_resize(m);
	m->entries[m->len] = (struct map_entry){ k.text ? arena_strdup(m->arena, k.text) : NULL, k.num, value };
	m->slots[slot_of(m, &k)] = (uint32_t)++m->len;
}

void *map_get(const struct map *m, const char *key)
{
	const struct map_entry *e = entry_find(m, key_text(key));

	return e ? e->value : NULL;
}

bool map_has(const struct map *m, const char *key)
{
	return entry_find(m, key_text(key)) != NULL;
}

void map_put(struct map *m, const char *key, void *value)
{
	entry_put(m, key_text(key), value);
}

void *umap_get(const struct map *m, uint64_t key)
{
	const struct map_entry *e = entry_find(m, key_num(key));

	return e ? e->value : NULL;
}

bool umap_has(const struct map *m, uint64_t key)
{
	return entry_find(m, key_num(key)) != NULL;
}

void umap_put(struct map *m, uint64_t key, void *value)
{
	entry_put(m, key_num(key), value);
}
