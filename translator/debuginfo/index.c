/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening an index file: mapping and the checks that make its tables safe to walk. */
#include "translator/debuginfo/index.h"
#include "lib/arena.h"
#include "lib/map.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t record_sizes[INDEX_NSECTIONS] = {
#define SECTION_SIZE(name, type) [INDEX_##name] = sizeof(type),
	INDEX_SECTIONS(SECTION_SIZE)
#undef SECTION_SIZE
};

static uint64_t body_sum(const struct index_header *h, size_t size)
{
	return hash_long(h + 1, size - sizeof *h, INDEX_VERSION);
}

static uint64_t header_sum(const struct index_header *h)
{
	struct index_header copy = *h;

	copy.sum = 0;
	return hash_bytes(&copy, sizeof copy, INDEX_VERSION);
}

void index_seal(struct index_header *h, size_t size)
{
	h->file_size = size;
	h->body_sum = body_sum(h, size);
	h->sum = header_sum(h);
}

static bool section_fits(const struct index_header *h, enum index_section s, size_t size)
{
	uint64_t off = h->sections[s].off, bytes;

	return !(off % 8) && off <= size && !__builtin_mul_overflow(h->sections[s].count, (uint64_t)record_sizes[s], &bytes) &&
	       bytes <= size - off;
}

static bool last_is_nul(const struct index_header *h, const char *base, enum index_section s)
{
	uint64_t n = h->sections[s].count;

	return !n || !base[h->sections[s].off + n - 1];
}

static bool check(const char *base, size_t size)
{
	const struct index_header *h = (const struct index_header *)(const void *)base;

	if (size < sizeof *h || memcmp(h->magic, "stapdwx", 8) || h->version != INDEX_VERSION ||
	    h->nsections != INDEX_NSECTIONS || h->file_size != size || h->sum != header_sum(h))
		return false;
	for (int s = 0; s < INDEX_NSECTIONS; s++)
		if (!section_fits(h, s, size))
			return false;
	return h->sections[INDEX_STRINGS].count && last_is_nul(h, base, INDEX_STRINGS) &&
	       last_is_nul(h, base, INDEX_SYM_STRINGS) && h->body_sum == body_sum(h, size);
}

static int adopt(char *base, size_t size, bool mapped, struct index **out)
{
	struct index *x;

	if (!check(base, size))
		return -EBADMSG;
	x = xcalloc(1, sizeof *x);
	*x = (struct index){ (const struct index_header *)(const void *)base, base, size, mapped };
	*out = x;
	return 0;
}

int index_open_memory(char *image, size_t size, struct index **out)
{
	return adopt(image, size, false, out);
}

int index_open(const char *name, uint64_t source_size, struct index **out)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC), r;
	struct stat st;
	char *base;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || st.st_size < (off_t)sizeof(struct index_header)) {
		close(fd);
		return -EBADMSG;
	}
	base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	r = base == MAP_FAILED ? -errno : 0;
	close(fd);
	if (r)
		return r;
	r = adopt(base, (size_t)st.st_size, true, out);
	if (!r && (*out)->h->source_size != source_size) {
		index_close(*out);
		return -EBADMSG;
	}
	if (r)
		munmap(base, (size_t)st.st_size);
	return r;
}

void index_close(struct index *x)
{
	if (!x)
		return;
	if (x->mapped)
		munmap((void *)(uintptr_t)x->base, x->size);
	else
		free((void *)(uintptr_t)x->base);
	free(x);
}

const char *index_text(const struct index *x, uint32_t off)
{
	if (off >= x->h->sections[INDEX_STRINGS].count)
		return "";
	return x->base + x->h->sections[INDEX_STRINGS].off + off;
}
