/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arenas are lists of chunks.  Small blocks are cut from the newest chunk, whose
 * size doubles up to CHUNK_MAX; a block that would waste most of a chunk gets
 * one of its own, put behind the newest so that cutting goes on there.
 *
 * Under AddressSanitizer the part of a chunk that is not handed out is
 * poisoned, with a gap after each block, so that an overrun is found here as
 * it would be with malloc. */
#include "lib/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define GAP 16
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define GAP 0
#endif

#define ALIGN 16
#define CHUNK_MIN ((size_t)16 << 10)
#define CHUNK_MAX ((size_t)1 << 20)

struct arena_chunk {
	struct arena_chunk *next;	/* older */
	size_t size, used;		/* bytes of `data` */
	_Alignas(ALIGN) char data[];
};

static struct arena_chunk *chunk_new(size_t size)
{
	struct arena_chunk *c;

	if (size > SIZE_MAX - sizeof *c)
		die_oom();
	c = xmalloc(sizeof *c + size);
	c->next = NULL;
	c->size = size;
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->data, size);
	return c;
}

/* A chunk with room for NEED bytes: the newest one, or a new one. */
static struct arena_chunk *chunk_for(struct arena *a, size_t need)
{
	struct arena_chunk *head = a->head, *c;
	size_t size;

	if (head && head->size - head->used >= need)
		return head;
	size = head ? head->size * 2 : CHUNK_MIN;
	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (head && need > size / 4) {
		c = chunk_new(need);
		c->next = head->next;
		head->next = c;
		return c;
	}
	c = chunk_new(need > size ? need : size);
	c->next = head;
	a->head = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c;
	size_t need;
	char *p;

	if (size > SIZE_MAX - ALIGN - GAP)
		die_oom();
	need = ((size ? size : 1) + ALIGN - 1 + GAP) & ~(size_t)(ALIGN - 1);
	c = chunk_for(a, need);
	p = c->data + c->used;
	c->used += need;
	a->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
	void *p = arena_alloc(a, size);

	memset(p, 0, size);
	return p;
}

void *arena_grow(struct arena *a, const void *old, size_t oldsize, size_t newsize)
{
	void *p = arena_alloc(a, newsize);

	if (oldsize)
		memcpy(p, old, oldsize < newsize ? oldsize : newsize);
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		die_oom();
	p = arena_alloc(a, len + 1);
	if (len)
		memcpy(p, s, len);
	p[len] = 0;
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char small[256], *p;
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(small, sizeof small, fmt, again);
	va_end(again);
	if (len < 0)
		die_oom();
	if ((size_t)len < sizeof small)
		return arena_strndup(a, small, (size_t)len);
	p = arena_alloc(a, (size_t)len + 1);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

void arena_free(struct arena *a)
{
	struct arena_chunk *c, *next;

	for (c = a->head; c; c = next) {
		next = c->next;
		ASAN_UNPOISON_MEMORY_REGION(c->data, c->size);
		free(c);
	}
	*a = ARENA_INIT;
}
