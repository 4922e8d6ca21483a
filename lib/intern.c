/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of text, open addressing with linear probing.  Entries are never
 * removed.  A slot keeps hash and length, so that growing reads no text and a
 * probe compares bytes only when both agree. */
#include "lib/intern.h"

#include "lib/map.h"

#include <stdlib.h>
#include <string.h>

struct intern_slot {
	const char *text;	/* NULL: free */
	size_t len;
	uint64_t hash;
};

#define SLOTS_MIN 256

void intern_init(struct intern *in, struct arena *arena)
{
	*in = (struct intern){ .arena = arena };
}

/* The slot that holds the text, or the free one where it belongs. */
static struct intern_slot *slot_find(const struct intern *in, uint64_t hash, const char *s, size_t len)
{
	size_t i = hash & (in->nslots - 1);

	for (;; i = (i + 1) & (in->nslots - 1)) {
		struct intern_slot *sl = &in->slots[i];

		if (!sl->text || (sl->hash == hash && sl->len == len && !memcmp(sl->text, s, len)))
			return sl;
	}
}

static void intern_resize(struct intern *in)
{
	struct intern_slot *old = in->slots;
	size_t n = in->nslots, i, j;

	in->nslots = n ? n * 2 : SLOTS_MIN;
	in->slots = xcalloc(in->nslots, sizeof *in->slots);
	for (i = 0; i < n; i++) {
		if (!old[i].text)
			continue;
		for (j = old[i].hash & (in->nslots - 1); in->slots[j].text;)
			j = (j + 1) & (in->nslots - 1);
		in->slots[j] = old[i];
	}
	free(old);
}

const char *intern_n(struct intern *in, const char *s, size_t len)
{
	uint64_t hash = hash_bytes(s, len, 0);
	struct intern_slot *sl;

	if (in->used * 4 >= in->nslots * 3)
		intern_resize(in);
	sl = slot_find(in, hash, s, len);
	if (!sl->text) {
		*sl = (struct intern_slot){ arena_strndup(in->arena, s, len), len, hash };
		in->used++;
	}
	return sl->text;
}

const char *intern(struct intern *in, const char *s)
{
	return intern_n(in, s, strlen(s));
}

void intern_free(struct intern *in)
{
	free(in->slots);
	*in = (struct intern){ .arena = in->arena };
}
