/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting and freeing the block of a slab; the rest is inline in slab.h. */
#include "slab.h"

bool stp_slab_init(struct stp_slab *s, uint32_t cap, size_t size)
{
	s->size = (size + 7) & ~(size_t)7;
	s->cap = cap;
	stp_slab_reset(s);
	if (s->size > SIZE_MAX / cap)
		return false;
	s->base = stp_core_alloc(s->size * cap, -1);
	return s->base;
}

void stp_slab_destroy(struct stp_slab *s)
{
	stp_core_free(s->base, s->size * s->cap);
	s->base = NULL;
}
