/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source texts: reading them, and turning offsets into lines.  Text and tables
 * live in the arena that the collection was made with. */
#include "lib/source.h"

#include "lib/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* More is no script: an endless device, or the wrong file. */
#define SOURCE_MAX ((size_t)256 << 20)

void sources_init(struct sources *ss, struct arena *a)
{
	*ss = (struct sources){ .arena = a };
}

static struct source *source_new(struct sources *ss)
{
	struct source *s = ARENA_NEW(ss->arena, struct source);

	s->arena = ss->arena;
	if (ss->len + 1 >= ss->cap) {
		size_t cap = ss->cap ? ss->cap * 2 : 64;

		ss->data = arena_grow(ss->arena, ss->data, ss->len * sizeof *ss->data, cap * sizeof *ss->data);
		ss->cap = cap;
	}
	if (!ss->len)
		ss->data[ss->len++] = NULL;	/* id 0: nowhere */
	s->id = (uint32_t)ss->len;
	ss->data[ss->len++] = s;
	return s;
}

struct source *source_add(struct sources *ss, const char *name, const char *text, size_t len)
{
	struct source *s = source_new(ss);

	if (len > UINT32_MAX)
		die_oom();	/* offsets are 32 bits; source_read stays far below */
	s->name = arena_strdup(ss->arena, name);
	s->text = arena_strndup(ss->arena, text, len);
	s->len = len;
	return s;
}

/* All that can be read from FD; -EFBIG beyond SOURCE_MAX. */
static int read_whole(int fd, struct strbuf *out)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (out->len + (size_t)n > SOURCE_MAX)
			return -EFBIG;
		sb_add(out, buf, (size_t)n);
	}
	return 0;
}

/* The mark of UTF-8 that some editors put before the text. */
static bool has_mark(const struct strbuf *text)
{
	return text->len >= 3 && !memcmp(text->s, "\357\273\277", 3);
}

int source_read(struct sources *ss, const char *path, struct source **out)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct strbuf text = STRBUF_INIT;
	size_t mark;
	int err;

	if (fd < 0)
		return -errno;
	err = read_whole(fd, &text);
	mark = has_mark(&text) ? 3 : 0;
	if (!err)
		*out = source_add(ss, standard ? "<stdin>" : path, sb_str(&text) + mark, text.len - mark);
	sb_free(&text);
	if (!standard)
		close(fd);
	return err;
}

struct source *source_expansion(struct sources *ss, struct source *base, const char *macro, struct span at)
{
	struct source *s = source_new(ss);

	while (base->base)
		base = base->base;
	s->name = base->name;
	s->text = base->text;
	s->len = base->len;
	s->library = base->library;
	s->base = base;
	s->expanded_at = at;
	s->macro = arena_strdup(ss->arena, macro);
	return s;
}

struct source *source_get(const struct sources *ss, uint32_t id)
{
	return id < ss->len ? ss->data[id] : NULL;
}

static void lines_index(struct source *s)
{
	const char *end = s->text + s->len, *p;
	size_t n = 1;

	for (p = s->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		n++;
	s->lines = arena_alloc(s->arena, n * sizeof *s->lines);
	s->lines[0] = 0;
	n = 1;
	for (p = s->text; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		s->lines[n++] = (uint32_t)(p + 1 - s->text);
	s->nlines = n;
}

/* The source that has the table of lines for S: an expansion uses its origin's. */
static struct source *source_indexed(struct source *s)
{
	if (s->base)
		s = s->base;
	if (!s->lines)
		lines_index(s);
	return s;
}

void source_position(struct source *s, uint32_t off, unsigned *line, unsigned *col)
{
	size_t lo = 0, hi, mid;

	s = source_indexed(s);
	if (off > s->len)
		off = (uint32_t)s->len;
	hi = s->nlines;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (s->lines[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	*line = (unsigned)lo + 1;
	*col = off - s->lines[lo] + 1;
}

const char *source_line(struct source *s, unsigned line, size_t *len)
{
	const char *beg;

	s = source_indexed(s);
	if (line < 1 || line > s->nlines) {
		*len = 0;
		return s->text + s->len;
	}
	beg = s->text + s->lines[line - 1];
	*len = (line < s->nlines ? s->lines[line] - 1 : s->len) - s->lines[line - 1];
	return beg;
}
