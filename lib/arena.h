/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Region allocation: everything that lives as long as a session, a program or
 * one pass is cut from an arena and given back in one piece.
 *
 * Invariants: blocks are aligned to 16 bytes; memory from arena_zalloc and
 * ARENA_NEW is zero; an allocation never fails (out of memory ends the process
 * through die_oom()).  Not thread-safe: one arena belongs to one thread. */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;
struct arena {
	struct arena_chunk *head;	/* newest chunk */
	size_t used;			/* bytes handed out, for -v */
};

#define ARENA_INIT ((struct arena){ NULL, 0 })

void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* Copy of OLD's first OLDSIZE bytes in a block of NEWSIZE; OLD stays valid. */
void *arena_grow(struct arena *a, const void *old, size_t oldsize, size_t newsize);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);	/* NUL added; copies NULs inside */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
/* Give everything back; A may be used again. */
void arena_free(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

/* malloc family that ends the process when memory is out. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
_Noreturn void die_oom(void);

#endif
