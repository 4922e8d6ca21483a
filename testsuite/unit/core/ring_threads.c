/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A writer and a reader of one ring at once; testsuite/core/tsan.test runs this under the thread sanitizer. */
#include "testsuite/unit/core/ring_pieces.h"

#include <pthread.h>
#include <sched.h>

enum { WRITES = 300000, LEAST = 100, SIZE = 256 };

static struct stp_ring ring;
static struct pieces written, got;
static unsigned done;

static void *writer(void *unused)
{
	uint64_t x = 1;
	unsigned i;

	(void)unused;
	/* a reader that has no processor lets nearly all be lost: not before it had its turn */
	for (i = 0; i < WRITES || written.next <= LEAST; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		pieces_write(&written, &ring, 16 + ((size_t)(x >> 50) % (SIZE - 15) & ~(size_t)7));
		if (!(x >> 40 & 1023))
			sched_yield();
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	return NULL;
}

TEST(threads_ring)
{
	pthread_t t;

	plat_test_reset(1);
	memset(&written, 0, sizeof written);
	memset(&got, 0, sizeof got);
	done = 0;
	CHECK(stp_ring_init(&ring, SIZE, 4, false, 0));
	CHECK(!pthread_create(&t, NULL, writer, NULL));
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		if (!pieces_read(&got, &ring, SIZE))
			sched_yield();
	pthread_join(t, NULL);
	while (pieces_read(&got, &ring, SIZE))
		;
	CHECK_EQ(got.read, written.next);
	CHECK(written.next > LEAST);
	stp_ring_destroy(&ring);
}
