/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of arrays: layout, hash, comparison, copy.
 *
 * A hash folds eight bytes a step by one widening multiplication, from a seed that
 * is drawn at load, so that who names processes or files cannot choose collisions.
 * Strings are hashed and measured in one pass, for most are short (execname() has at
 * most 15 bytes), by words where they are aligned: a word that is aligned is on one page, and what
 * lies behind a string's end in it is read but does not count.  They are stored with zeroes behind them up
 * to a whole word, and compared by words.  One long and one string have paths of their own. */
#include "map.h"

#define K0 0x9e3779b97f4a7c15u
#define K1 0xd6e8feb86659fd93u

__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
	wide p = (wide)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline uint32_t finish(uint64_t h)
{
	return (uint32_t)(h ^ h >> 32);
}

size_t stp_key_layout(struct stp_map *m)
{
	const struct stp_map_desc *d = m->desc;
	size_t off = sizeof(struct stp_entry), str = (m->max_string + 7) & ~(size_t)7;
	unsigned i;

	if (d->value_type == STP_LONG) {
		m->value_off = (uint32_t)off;
		off += sizeof(int64_t);
	}
	for (i = 0; i < d->nkeys; i++) {
		m->key_off[i] = (uint32_t)off;
		off += d->key_type[i] == STP_STR ? str : sizeof(int64_t);
	}
	if (d->value_type == STP_STR) {
		m->value_off = (uint32_t)off;
		off += str;
	}
	m->key_kind = d->nkeys != 1 ? STP_KEY_MANY : d->key_type[0] == STP_STR ? STP_KEY_STR1 : STP_KEY_LONG1;
	return off;
}

static inline uint64_t hash_long(uint64_t h, int64_t v)
{
	return fold(h ^ (uint64_t)v ^ K0, K1);
}

typedef uint64_t __attribute__((__may_alias__)) word;

/* By sanitizers: it reads behind the end of strings, on purpose. */
#define NOT_WATCHED __attribute__((__no_sanitize__("address"), __no_sanitize__("thread")))

/* W, whose lowest byte is the first, as it lies in memory. */
static inline uint64_t to_memory(uint64_t w)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? w : __builtin_bswap64(w);
}

/* The first eight bytes of S, the lowest first, or those before its end or MAX and zeroes behind; their number. */
NOT_WATCHED static inline unsigned first_bytes(const char *s, uint32_t max, uint64_t *w)
{
	unsigned n;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t zeroes;

	if (max >= 8 && !((uintptr_t)s & 7)) {
		*w = *(const word *)(const void *)s;
		zeroes = (*w - ~0ull / 255) & ~*w & (~0ull / 255 << 7);
		if (!zeroes)
			return 8;
		n = (unsigned)__builtin_ctzll(zeroes) / 8;
		*w &= (1ull << 8 * n) - 1;
		return n;
	}
#endif
	*w = 0;
	for (n = 0; n < 8 && n < max && s[n]; n++)
		*w |= (uint64_t)(unsigned char)s[n] << 8 * n;
	return n;
}

/* Of at most MAX bytes of S, which is key number I. */
static inline uint64_t hash_string(uint64_t h, const char *s, uint32_t max, struct stp_hashed *to, unsigned i)
{
	uint32_t n = 0, got;
	uint64_t w;

	while ((got = first_bytes(s + n, max - n, &w)) == 8) {
		h = fold(h ^ w, K1);
		n += 8;
	}
	n += got;
	stp_pay_bytes(n, STP_COPIED);
	to->len[i] = n;
	to->rest[i] = to_memory(w);
	return fold(h ^ w ^ (uint64_t)n << 56, K0);
}

void stp_key_hash(const struct stp_map *m, const union stp_key *key, struct stp_hashed *h)
{
	const struct stp_map_desc *d = m->desc;
	uint64_t v = m->seed * K0;
	unsigned i;

	h->key = key;
	switch (m->key_kind) {
	case STP_KEY_LONG1:
		v = hash_long(v, key->l);
		break;
	case STP_KEY_STR1:
		v = hash_string(v, key->s, m->max_string - 1, h, 0);
		break;
	case STP_KEY_MANY:
		for (i = 0; i < d->nkeys; i++)
			v = d->key_type[i] == STP_STR ? hash_string(v, key[i].s, m->max_string - 1, h, i)
						      : hash_long(v, key[i].l);
		break;
	}
	h->hash = finish(v);
}

/* Is the stored string A H's key number I? */
static inline bool same_string(const char *a, const struct stp_hashed *h, unsigned i)
{
	const char *b = h->key[i].s, *end = b + (h->len[i] & ~7u);
	uint64_t y;

	for (; b != end; a += sizeof y, b += sizeof y) {
		memcpy(&y, b, sizeof y);
		if (*(const word *)(const void *)a != y)
			return false;
	}
	return *(const word *)(const void *)a == h->rest[i];
}

static bool same_many(const struct stp_map *m, const struct stp_entry *e, const struct stp_hashed *h)
{
	unsigned i;

	for (i = 0; i < m->desc->nkeys; i++)
		if (m->desc->key_type[i] == STP_STR ? !same_string(stp_map_key_str(m, e, i), h, i)
						    : stp_map_key_long(m, e, i) != h->key[i].l)
			return false;
	return true;
}

static inline bool same_keys(const struct stp_map *m, const struct stp_entry *e, const struct stp_hashed *h)
{
	switch (m->key_kind) {
	case STP_KEY_LONG1:
		return stp_map_key_long(m, e, 0) == h->key->l;
	case STP_KEY_STR1:
		return same_string(stp_map_key_str(m, e, 0), h, 0);
	case STP_KEY_MANY:
		break;
	}
	return same_many(m, e, h);
}

uint32_t stp_key_find(const struct stp_map *m, const struct stp_hashed *h)
{
	uint32_t n = __atomic_load_n(&m->buckets[h->hash & m->bucket_mask], __ATOMIC_ACQUIRE);
	uint32_t bound = m->slab.cap;

	while (n && bound--) {
		const struct stp_entry *e = stp_map_entry(m, n);

		if (e->hash == h->hash && same_keys(m, e, h))
			return n;
		n = e->chain;
	}
	return 0;
}

void stp_key_store(const struct stp_map *m, struct stp_entry *e, const struct stp_hashed *h)
{
	unsigned i;

	e->hash = h->hash;
	for (i = 0; i < m->desc->nkeys; i++) {
		char *to = (char *)e + m->key_off[i];

		if (m->desc->key_type[i] == STP_STR) {
			memcpy(to, h->key[i].s, h->len[i] & ~7u);
			*(word *)(void *)(to + (h->len[i] & ~7u)) = h->rest[i];
		} else {
			*(int64_t *)(void *)to = h->key[i].l;
		}
	}
}

/* As strcmp() == 0, but B ends at max_string - 1 bytes, as it would in the map. */
static bool equal_cut(const char *a, const char *b, uint32_t max, struct stp_work *w)
{
	uint32_t i;

	for (i = 0; i + 1 < max && a[i] == b[i] && a[i]; i++)
		;
	w->steps += i / 4;
	return i + 1 >= max || a[i] == b[i];
}

bool stp_key_matches(const struct stp_map *m, const struct stp_entry *e, const union stp_key *key, uint32_t mask,
		     struct stp_work *w)
{
	unsigned i;

	for (i = 0; i < m->desc->nkeys; i++) {
		if (!(mask >> i & 1))
			continue;
		if (m->desc->key_type[i] == STP_STR ? !equal_cut(stp_map_key_str(m, e, i), key[i].s, m->max_string, w)
						    : stp_map_key_long(m, e, i) != key[i].l)
			return false;
	}
	return true;
}
