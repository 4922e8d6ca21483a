/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library's index: which file defines which names, kept in the cache.
 *
 * One file for each set of directories and kernel, CACHE/tapset/HASH:
 *
 *	stap-index 1 KEY		KEY: hash of all that the contents depend on
 *	f12 NAME			a function NAME in file 12 of the directories' list
 *	end HASH			of all the lines before
 *
 * with g global, a alias, m macro, p probe, e embedded C, x a file that does not
 * parse.  A file with another key or a wrong last line is made anew.  What the
 * preprocessor may look at (the kernel's release and configuration, the
 * architecture, options) is in the key, as it decides what a file defines. */
#include "lib/run.h"
#include "translator/sema/library.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INDEX_VERSION "1"

static const char kind_letters[] = {
	[DEFINES_FUNCTION] = 'f', [DEFINES_GLOBAL] = 'g', [DEFINES_ALIAS] = 'a',
	[DEFINES_MACRO] = 'm', [DEFINES_PROBE] = 'p', [DEFINES_EMBEDDED] = 'e',
};
#define BROKEN_LETTER 'x'

/* ---- keys ---- */

static uint64_t hash_text(const char *s, uint64_t h)
{
	return s ? hash_bytes(s, strlen(s) + 1, h) : hash_bytes("\1", 1, h);
}

static uint64_t hash_number(uint64_t n, uint64_t h)
{
	return hash_bytes(&n, sizeof n, h);
}

/* What the index is for. */
static uint64_t identity(const struct library *lib)
{
	const struct session *s = lib->session;
	uint64_t h = hash_text(INDEX_VERSION, 0);
	size_t i;

	for (i = 0; i < s->opt.include_dirs.len; i++)
		h = hash_text(s->opt.include_dirs.data[i], h);
	h = hash_text(s->tapset_dir, h);
	h = hash_text(s->target.release, h);
	return hash_text(s->target.arch, h);
}

/* What it was made of. */
static uint64_t contents(const struct library *lib)
{
	const struct session *s = lib->session;
	uint64_t h = identity(lib);
	struct stat st;
	size_t i;

	for (i = 0; i < lib->files.len; i++) {
		h = hash_text(lib->files.data[i]->path, h);
		h = hash_number(lib->files.data[i]->size, h);
		h = hash_number(lib->files.data[i]->mtime_ns, h);
	}
	h = hash_number(s->opt.guru, h);
	h = hash_text(s->opt.privilege, h);
	h = hash_text(s->opt.compatible, h);
	h = hash_text(s->target.build_dir, h);
	if (s->target.build_dir) {
		const char *config = arena_printf(&lib->session->arena, "%s/.config", s->target.build_dir);

		if (!stat(config, &st))
			h = hash_number((uint64_t)st.st_mtim.tv_sec, hash_number((uint64_t)st.st_size, h));
	}
	return h;
}

static const char *index_path(struct library *lib)
{
	struct session *s = lib->session;

	return s->cache_dir ? arena_printf(&s->arena, "%s/tapset/%016" PRIx64, s->cache_dir, identity(lib)) : NULL;
}

/* ---- reading ---- */

static int kind_of_letter(char c)
{
	size_t i;

	for (i = 0; i < sizeof kind_letters; i++)
		if (kind_letters[i] == c)
			return (int)i;
	return c == BROKEN_LETTER ? LIBRARY_BROKEN : -1;
}

/* "f12 NAME" without its end of line. */
static bool read_def(struct library *lib, const char *line, size_t len)
{
	int kind = kind_of_letter(*line);
	char *end;
	unsigned long file = strtoul(line + 1, &end, 10);
	struct library_def d;

	if (kind < 0 || file >= lib->files.len || *end != ' ' || end >= line + len)
		return false;
	end++;
	d = (struct library_def){ (uint8_t)kind, (uint32_t)file,
				  intern_n(&lib->session->names, end, (size_t)(line + len - end)) };
	vec_push(&lib->session->arena, &lib->defs, d);
	return true;
}

/* Where the last line of TEXT begins, if that is the sum of all before; else NULL. */
static const char *sum_line(const char *text, size_t len)
{
	const char *last = len > 1 ? memrchr(text, '\n', len - 1) : NULL;
	char foot[64];

	if (!last || memchr(text, 0, len))
		return NULL;
	last++;
	snprintf(foot, sizeof foot, "end %016" PRIx64 "\n", hash_bytes(text, (size_t)(last - text), 0));
	return strcmp(last, foot) ? NULL : last;
}

static void note_damaged(const struct library *lib, const char *path)
{
	if (lib->session->opt.verbose + lib->session->opt.verbose_pass[2])
		fprintf(stderr, "the index %s is damaged: it is made anew\n", path);
}

/* The lines of TEXT up to LAST, if it has this KEY. */
static bool read_text(struct library *lib, const char *text, const char *last, uint64_t key)
{
	const char *p = text, *end;
	char head[64];

	snprintf(head, sizeof head, "stap-index " INDEX_VERSION " %016" PRIx64 "\n", key);
	if (strncmp(text, head, strlen(head)))
		return false;
	for (p += strlen(head); p < last; p = end + 1) {
		end = strchr(p, '\n');
		if (!read_def(lib, p, (size_t)(end - p)))
			return false;
	}
	return true;
}

static bool read_cached(struct library *lib, const char *path, uint64_t key)
{
	struct strbuf text = STRBUF_INIT;
	bool there = path && !read_file(path, &text), ok;
	const char *last = there ? sum_line(sb_str(&text), text.len) : NULL;

	if (there && !last)
		note_damaged(lib, path);
	ok = last && read_text(lib, sb_str(&text), last, key);
	sb_free(&text);
	if (!ok)
		vec_clear(&lib->defs);
	return ok;
}

/* ---- making ---- */

struct making { struct library *lib; uint32_t file; };

static void take_definition(void *data, enum defined_kind kind, const char *name)
{
	struct making *m = data;
	struct library_def d = { (uint8_t)kind, m->file, intern(&m->lib->session->names, name ? name : "") };

	vec_push(&m->lib->session->arena, &m->lib->defs, d);
	if (kind == DEFINES_MACRO)
		library_index_def(m->lib, &d);	/* the files behind may use it */
}

static void make_file(struct library *lib, uint32_t n)
{
	struct making m = { lib, n };
	size_t before = lib->defs.len;
	struct source *src = library_source(lib, n);

	if (src && parse_definitions(lib->session, src, take_definition, &m))
		return;
	lib->defs.len = before;
	take_definition(&m, DEFINES_PROBE, "");
	vec_last(&lib->defs).kind = LIBRARY_BROKEN;
}

/* Macros first: the other files use them. */
static void make(struct library *lib)
{
	struct diags *d = &lib->session->diags;
	unsigned muted = d->muted_errors;
	uint32_t i;

	d->muted++;
	for (i = 0; i < lib->files.len; i++)
		if (lib->files.data[i]->macros)
			make_file(lib, i);
	for (i = 0; i < lib->files.len; i++)
		if (!lib->files.data[i]->macros)
			make_file(lib, i);
	d->muted--;
	d->muted_errors = muted;
}

static char letter_of(uint8_t kind)
{
	return kind == LIBRARY_BROKEN ? BROKEN_LETTER : kind_letters[kind];
}

/* A cache that cannot be written costs time only. */
static void store(struct library *lib, const char *path, uint64_t key)
{
	struct strbuf b = STRBUF_INIT, dir = STRBUF_INIT;
	size_t i;

	sb_printf(&b, "stap-index " INDEX_VERSION " %016" PRIx64 "\n", key);
	for (i = 0; i < lib->defs.len; i++)
		sb_printf(&b, "%c%u %s\n", letter_of(lib->defs.data[i].kind), lib->defs.data[i].file, lib->defs.data[i].name);
	sb_printf(&b, "end %016" PRIx64 "\n", hash_bytes(b.s, b.len, 0));
	sb_printf(&dir, "%s/tapset", lib->session->cache_dir);
	if (!make_dirs(dir.s, 0755))
		write_file_atomic(path, b.s, b.len, 0644);
	sb_free(&dir);
	sb_free(&b);
}

void library_index_read(struct library *lib)
{
	const char *path = index_path(lib);
	uint64_t key = contents(lib);
	size_t i;

	if (read_cached(lib, path, key)) {
		for (i = 0; i < lib->defs.len; i++)
			library_index_def(lib, &lib->defs.data[i]);
		return;
	}
	make(lib);
	for (i = 0; i < lib->defs.len; i++)
		if (lib->defs.data[i].kind != DEFINES_MACRO)
			library_index_def(lib, &lib->defs.data[i]);
	if (path && lib->files.len)
		store(lib, path, key);
}
