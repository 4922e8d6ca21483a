/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An index file whose header's sum is right, and whose sections are not where they can be. */
#include "testsuite/unit/unit.h"
#include "lib/map.h"
#include "translator/debuginfo/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 256 };	/* behind the header */

struct image { struct index_header h; char body[ROOM]; };

/* All sections empty, but for the strings: 8 bytes. */
static struct image *good(void)
{
	struct image *m = calloc(1, sizeof *m);

	CHECK(m);
	memcpy(m->h.magic, "stapdwx", 8);
	m->h.version = INDEX_VERSION;
	m->h.nsections = INDEX_NSECTIONS;
	m->h.file_size = sizeof *m;
	for (int s = 0; s < INDEX_NSECTIONS; s++)
		m->h.sections[s].off = sizeof m->h;
	m->h.sections[INDEX_STRINGS].count = 8;
	return m;
}

/* Makes the sums right, and leaves the size that the header tells. */
static void seal(struct image *m)
{
	uint64_t told = m->h.file_size;

	index_seal(&m->h, sizeof *m);
	m->h.file_size = told;
	m->h.sum = 0;
	m->h.sum = hash_bytes(&m->h, sizeof m->h, INDEX_VERSION);
}

/* Whether M, with its sum made right, is taken. M is gone. */
static bool taken(struct image *m, size_t size)
{
	struct index *x = NULL;
	int r;

	seal(m);
	r = index_open_memory((char *)m, size, &x);
	if (!r) {
		index_close(x);
		return true;
	}
	CHECK_EQ(r, -EBADMSG);
	free(m);
	return false;
}

static bool taken_with(enum index_section s, uint64_t off, uint64_t count)
{
	struct image *m = good();

	m->h.sections[s].off = off;
	m->h.sections[s].count = count;
	return taken(m, sizeof *m);
}

TEST(index_sections_lie_within_the_file)
{
	const uint64_t end = sizeof(struct image), funcs = ROOM / sizeof(struct idx_func);

	CHECK(taken(good(), sizeof(struct image)));
	CHECK(taken_with(INDEX_FUNCS, end, 0));
	CHECK(!taken_with(INDEX_FUNCS, end + 8, 0));
	CHECK(!taken_with(INDEX_FUNCS, end, 1));
	CHECK(!taken_with(INDEX_FUNCS, (uint64_t)-8, 1));
	CHECK(taken_with(INDEX_FUNCS, sizeof(struct index_header), funcs));
	CHECK(!taken_with(INDEX_FUNCS, sizeof(struct index_header), funcs + 1));
	CHECK(taken_with(INDEX_RANGES, end - sizeof(struct idx_range), 1));
	CHECK(!taken_with(INDEX_RANGES, end - sizeof(struct idx_range) + 8, 1));
}

TEST(index_sections_do_not_overflow)
{
	const uint64_t size = sizeof(struct idx_func);

	CHECK(!taken_with(INDEX_FUNCS, sizeof(struct index_header), UINT64_MAX / size + 1));
	CHECK(!taken_with(INDEX_FUNCS, sizeof(struct index_header), UINT64_MAX / size + 2));
	CHECK(!taken_with(INDEX_SYM_SLOTS, 8, UINT64_MAX / 4 + 1));
}

TEST(index_sections_are_aligned)
{
	for (unsigned by = 1; by < 8; by++)
		CHECK(!taken_with(INDEX_TYPES, sizeof(struct index_header) + by, 1));
	CHECK(taken_with(INDEX_TYPES, sizeof(struct index_header) + 8, 1));
}

TEST(index_texts_end)
{
	struct image *m = good();

	m->body[7] = 'x';
	CHECK(!taken(m, sizeof *m));
	m = good();
	m->h.sections[INDEX_SYM_STRINGS].count = 8;
	CHECK(taken(m, sizeof *m));
	m = good();
	m->h.sections[INDEX_SYM_STRINGS].off += 8;
	m->h.sections[INDEX_SYM_STRINGS].count = 8;
	m->body[15] = 'x';
	CHECK(!taken(m, sizeof *m));
	CHECK(!taken_with(INDEX_STRINGS, sizeof(struct index_header), 0));
}

TEST(index_header_fits_the_file)
{
	struct image *m = good();

	CHECK(!taken(m, sizeof *m - 1));
	m = good();
	m->h.file_size++;
	CHECK(!taken(m, sizeof *m));
	m = good();
	CHECK(!taken(m, sizeof m->h - 1));
	m = good();
	m->h.version++;
	CHECK(!taken(m, sizeof *m));
	m = good();
	m->h.nsections--;
	CHECK(!taken(m, sizeof *m));
	m = good();
	m->h.magic[7] = '1';
	CHECK(!taken(m, sizeof *m));
}

TEST(index_text_bounds)
{
	struct image *m = good();
	struct index *x;

	memcpy(m->body, "ab\0cdef", 8);
	index_seal(&m->h, sizeof *m);
	CHECK_EQ(index_open_memory((char *)m, sizeof *m, &x), 0);
	CHECK_STR(index_text(x, 0), "ab");
	CHECK_STR(index_text(x, 3), "cdef");
	CHECK_STR(index_text(x, 7), "");
	CHECK_STR(index_text(x, 8), "");
	CHECK_STR(index_text(x, UINT32_MAX), "");
	index_close(x);
}
