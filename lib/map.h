/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash tables from text or 64-bit numbers to pointers.  Iteration is in
 * insertion order, so that every dump and every emitted file is stable.
 * Keys given as text are copied into the table's arena.  Values may be NULL:
 * tell "absent" from "present, NULL" with map_has/umap_has. */
#ifndef LIB_MAP_H
#define LIB_MAP_H

#include "lib/arena.h"
#include <stdbool.h>
#include <stdint.h>

struct map_entry {
	const char *key;	/* text tables */
	uint64_t num;		/* number tables */
	void *value;
};

struct map {
	struct arena *arena;
	struct map_entry *entries;	/* insertion order */
	size_t len, cap;
	uint32_t *slots;		/* index + 1 into entries, 0 empty */
	size_t nslots;
};

/* A zeroed map with .arena set is valid and empty. */
void map_init(struct map *m, struct arena *a);
void *map_get(const struct map *m, const char *key);		/* NULL when absent */
bool map_has(const struct map *m, const char *key);
void map_put(struct map *m, const char *key, void *value);	/* replaces */
void *umap_get(const struct map *m, uint64_t key);
bool umap_has(const struct map *m, uint64_t key);
void umap_put(struct map *m, uint64_t key, void *value);

/* for (size_t i = 0; i < m->len; i++) use(m->entries[i].key, m->entries[i].value); */

uint64_t hash_bytes(const void *p, size_t len, uint64_t seed);
/* The same purpose for megabytes: four sums side by side, so that none waits for another.  Other values than hash_bytes(). */
uint64_t hash_long(const void *p, size_t len, uint64_t seed);

#endif
