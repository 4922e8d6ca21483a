/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A CPU's output channel in memory: one writer, who never waits, and one reader.
 *
 * Shape.  The memory is a ring of sub-buffers of one size (a power of two).  What is
 * written at a time, a piece, lies whole in one sub-buffer: `reserve` gives memory
 * for it and `commit` shows it to the reader.  Positions count bytes from the
 * beginning of time and never wrap; position P lies in sub-buffer P / size modulo their
 * number.  A piece that does not fit behind the last one begins the next sub-buffer,
 * and `used` tells the reader how much of the one before counts.
 *
 * Order.  `head` is stored with release after the piece (and after `used` of the
 * sub-buffers before), and read with acquire before it; `tail` likewise the other way
 * round.  So all below head is there to read, and all that is a ring below tail
 * is free to write.
 *
 * When the ring is full, the writer either gives up (nothing that was committed is
 * lost), or, if the ring overwrites, takes the oldest sub-buffer: it moves `oldest` behind it
 * first, then writes.  A reader of such a ring copies, then looks at `oldest` again: what
 * now lies below it may have changed under the copy and is thrown away.
 *
 * Who calls reserve and commit, and who reads, sees to it that he is alone. */
#ifndef STP_CORE_RING_H
#define STP_CORE_RING_H

#include <stp/plat.h>

struct stp_ring_part { uint32_t used, pieces; };	/* of a sub-buffer */

struct stp_ring {
	char *data;
	struct stp_ring_part *parts;
	uint32_t size, count;		/* of a sub-buffer, in bytes; of sub-buffers */
	bool overwrite;
	/* the writer's */
	uint64_t head __attribute__((aligned(64)));	/* behind what is committed */
	uint64_t write, end;		/* where the next piece begins if it fits; where its sub-buffer ends */
	char *place;			/* of `write` in memory */
	struct stp_ring_part *part;
	uint64_t oldest;
	uint64_t overwritten;		/* pieces that nobody had read */
	/* the reader's */
	uint64_t tail __attribute__((aligned(64)));
};

/* Load time. SIZE is made a power of two; COUNT at least 2. False: out of memory (nothing is allocated), or too large. */
bool stp_ring_init(struct stp_ring *r, uint32_t size, uint32_t count, bool overwrite, unsigned cpu);
void stp_ring_destroy(struct stp_ring *r);

/* Memory for a piece of NEED bytes (a multiple of 8, at most r->size); *room is what there is in this
 * sub-buffer. NULL: the ring is full. Any context. */
char *stp_ring_reserve(struct stp_ring *r, size_t need, size_t *room);
/* Show LEN bytes (a multiple of 8, not 0) of what was reserved last. Any context. */
void stp_ring_commit(struct stp_ring *r, size_t len);
/* What there is to read, as far as it lies in one sub-buffer: its length, 0 for nothing. It begins and ends with whole pieces
 * if what is consumed does. */
size_t stp_ring_peek(struct stp_ring *r, const char **data);
/* Is what was peeked still what was written? Only overwriting rings say no: peek again. */
bool stp_ring_intact(struct stp_ring *r);
void stp_ring_consume(struct stp_ring *r, size_t len);

#endif
