/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growable arrays whose storage lives in an arena:
 *
 *	VEC(struct expr *) args = {0};
 *	vec_push(arena, &args, e);
 *	for (size_t i = 0; i < args.len; i++) use(args.data[i]);
 *
 * Growth copies inside the arena, so a pointer into `data` is valid only until
 * the next push.  A zeroed vector is an empty one. */
#ifndef LIB_VEC_H
#define LIB_VEC_H

#include "lib/arena.h"

#define VEC(type) struct { type *data; size_t len, cap; }

#define vec_reserve(a, v, n) do { \
	size_t vec_n_ = (n); \
	if (vec_n_ > (v)->cap) { \
		size_t vec_c_ = (v)->cap ? (v)->cap * 2 : 8; \
		if (vec_c_ < vec_n_) vec_c_ = vec_n_; \
		(v)->data = arena_grow((a), (v)->data, (v)->len * sizeof *(v)->data, \
				       vec_c_ * sizeof *(v)->data); \
		(v)->cap = vec_c_; \
	} \
} while (0)

#define vec_push(a, v, x) do { \
	vec_reserve((a), (v), (v)->len + 1); \
	(v)->data[(v)->len++] = (x); \
} while (0)

#define vec_pop(v) ((v)->data[--(v)->len])
#define vec_last(v) ((v)->data[(v)->len - 1])
#define vec_clear(v) ((v)->len = 0)

/* A named vector type, for headers: VEC_OF(expr_vec, struct expr *); */
#define VEC_OF(name, type) struct name { type *data; size_t len, cap; }

#endif
