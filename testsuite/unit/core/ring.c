/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings: what is committed arrives whole, once and in order, or is counted. */
#include "testsuite/unit/core/ring_pieces.h"

enum { SIZE = 256 };

static struct stp_ring ring;
static struct pieces pieces;

static void begin(unsigned count, bool overwrite)
{
	plat_test_reset(1);
	memset(&pieces, 0, sizeof pieces);
	CHECK(stp_ring_init(&ring, SIZE, count, overwrite, 0));
}

static void end(void)
{
	stp_ring_destroy(&ring);
	CHECK_EQ(plat_test_live(), 0);
}

TEST(ring_empty)
{
	const char *data;

	begin(2, false);
	CHECK_EQ(stp_ring_peek(&ring, &data), 0);
	CHECK(stp_ring_intact(&ring));
	CHECK_EQ(pieces_read(&pieces, &ring, SIZE), 0);
	end();
}

TEST(ring_takes_sizes)
{
	plat_test_reset(1);
	CHECK(stp_ring_init(&ring, 1000, 1, false, 0));
	CHECK_EQ(ring.size, 1024);
	CHECK_EQ(ring.count, 2);
	end();
	CHECK(!stp_ring_init(&ring, 1 << 20, 1 << 20, false, 0));
	CHECK_EQ(plat_test_live(), 0);
}

TEST(ring_out_of_memory)
{
	plat_test_reset(1);
	for (unsigned n = 1; n <= 2; n++) {
		plat_test_fail_alloc(n);
		CHECK(!stp_ring_init(&ring, SIZE, 4, false, 0));
		CHECK_EQ(plat_test_live(), 0);
	}
}

TEST(ring_room_to_the_end_of_a_part)
{
	size_t room;

	begin(2, false);
	CHECK(stp_ring_reserve(&ring, 16, &room) != NULL);
	CHECK_EQ(room, SIZE);
	CHECK(stp_ring_reserve(&ring, SIZE, &room) != NULL);	/* given up: the next one takes its place */
	CHECK_EQ(room, SIZE);
	CHECK(pieces_write(&pieces, &ring, 64));
	CHECK(stp_ring_reserve(&ring, 192, &room) != NULL);
	CHECK_EQ(room, 192);
	CHECK(stp_ring_reserve(&ring, 200, &room) != NULL);
	CHECK_EQ(room, SIZE);
	CHECK(!stp_ring_reserve(&ring, SIZE + 8, &room));
	end();
}

/* Pieces that fill a part exactly, or leave 8 bytes, or nearly all of it. */
TEST(ring_piece_sizes)
{
	for (size_t size = 16; size <= SIZE; size += 8) {
		begin(3, false);
		for (int i = 0; i < 100; i++) {
			CHECK(pieces_write(&pieces, &ring, size));
			if (i % 2)
				while (pieces_read(&pieces, &ring, SIZE))
					;
		}
		CHECK_EQ(pieces.read, 100);
		end();
	}
}

TEST(ring_full_keeps_what_it_has)
{
	unsigned n;

	begin(4, false);
	for (n = 0; pieces_write(&pieces, &ring, 64); n++)
		;
	CHECK_EQ(n, 16);
	CHECK(!pieces_write(&pieces, &ring, 16));
	CHECK_EQ(pieces_read(&pieces, &ring, 64), 64);
	CHECK(!pieces_write(&pieces, &ring, 16));	/* a part becomes free as a whole */
	while (pieces.read < 4)
		CHECK_EQ(pieces_read(&pieces, &ring, 64), 64);
	CHECK(pieces_write(&pieces, &ring, 16));
	while (pieces_read(&pieces, &ring, SIZE))
		;
	CHECK_EQ(pieces.read, n + 1);
	CHECK_EQ(ring.overwritten, 0);
	end();
}

TEST(ring_overwrites_the_oldest)
{
	begin(4, true);
	for (unsigned i = 0; i < 21; i++)
		CHECK(pieces_write(&pieces, &ring, 64));
	CHECK_EQ(ring.overwritten, 8);	/* two parts of four */
	pieces.skips = true;
	while (pieces_read(&pieces, &ring, SIZE))
		;
	CHECK_EQ(pieces.read, 13);
	CHECK_EQ(pieces.skipped, 8);
	end();
}

/* Each piece is counted once, however often its part is used again. */
TEST(ring_counts_what_it_overwrites)
{
	begin(4, true);
	for (unsigned i = 0; i < 10 * 16 + 5; i++)
		CHECK(pieces_write(&pieces, &ring, 64));
	CHECK_EQ(ring.overwritten, 10 * 16 + 5 - 13);
	end();
}

TEST(ring_overwritten_under_the_reader)
{
	const char *data;

	begin(2, true);
	CHECK(pieces_write(&pieces, &ring, 64));
	CHECK_EQ(stp_ring_peek(&ring, &data), 64);
	CHECK(stp_ring_intact(&ring));
	for (unsigned i = 0; i < 7; i++)
		CHECK(pieces_write(&pieces, &ring, 64));
	CHECK(stp_ring_intact(&ring));
	CHECK(pieces_write(&pieces, &ring, 64));
	CHECK(!stp_ring_intact(&ring));
	pieces.skips = true;
	CHECK_EQ(pieces_read(&pieces, &ring, SIZE), SIZE);
	CHECK_EQ(pieces.skipped, 4);
	/* a part that was read in part is not counted */
	CHECK_EQ(ring.overwritten, 4);
	end();
}

/* Any order of writes and reads of any size. */
TEST(ring_random)
{
	for (unsigned seed = 0; seed < 200; seed++) {
		uint64_t x = seed;
		unsigned written = 0, refused = 0;

		begin(2 + seed % 5, seed & 1);
		pieces.skips = ring.overwrite;
		for (unsigned i = 0; i < 2000; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			if (x >> 40 & 1)
				pieces_read(&pieces, &ring, (size_t)(x >> 48) % 600);
			else if (pieces_write(&pieces, &ring, 16 + ((size_t)(x >> 50) % (SIZE - 15) & ~(size_t)7)))
				written++;
			else
				refused++;
		}
		while (pieces_read(&pieces, &ring, SIZE))
			;
		CHECK_EQ(pieces.read + pieces.skipped, written);
		CHECK(refused == 0 || !ring.overwrite);
		CHECK(pieces.skipped == 0 || ring.overwrite);
		end();
	}
}
