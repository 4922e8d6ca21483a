/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tapset library: where its files are, and which of them a name needs.
 *
 * Directories in order: each -I, then the project's own tapset; below each also the
 * one named after the target's architecture.  A function, global or macro is taken from the first
 * directory that has it, so that a user's file replaces ours; aliases add up. */
#include "translator/sema/library.h"
#include "lib/wildcard.h"
#include "translator/errors.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- directories ---- */

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && !strcmp(name + n - m, suffix);
}

static int is_tapset(const struct dirent *e)
{
	return e->d_name[0] != '.' && (has_suffix(e->d_name, ".stp") || has_suffix(e->d_name, ".stpm"));
}

static void add_file(struct library *lib, const char *dir, const char *name, unsigned rank)
{
	struct arena *a = &lib->session->arena;
	const char *path = arena_printf(a, "%s/%s", dir, name);
	struct library_file *f;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	f = ARENA_NEW(a, struct library_file);
	f->path = path;
	f->size = (uint64_t)st.st_size;
	f->mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
	f->rank = rank;
	f->macros = has_suffix(name, ".stpm");
	vec_push(a, &lib->files, f);
}

static bool add_directory(struct library *lib, const char *dir, unsigned rank)
{
	struct dirent **names;
	int i, n = scandir(dir, &names, is_tapset, alphasort);

	if (n < 0)
		return false;
	for (i = 0; i < n; i++) {
		add_file(lib, dir, names[i]->d_name, rank);
		free(names[i]);
	}
	free(names);
	return true;
}

static void add_tree(struct library *lib, const char *dir, unsigned rank)
{
	struct session *s = lib->session;

	if (!add_directory(lib, dir, rank))
		diag_warning(&s->diags, (struct span){ 0 }, E(LIBRARY_DIR), "cannot read the tapset directory %s", dir);
	else if (s->target.arch)
		add_directory(lib, arena_printf(&s->arena, "%s/%s", dir, s->target.arch), rank);
}

/* ---- tables ---- */

static void add_name(struct library *lib, struct map *m, const struct library_def *d)
{
	struct arena *a = &lib->session->arena;
	struct library_file_numbers *v = map_get(m, d->name);

	if (!v) {
		v = ARENA_NEW(a, struct library_file_numbers);
		map_put(m, d->name, v);
	}
	if (v->len && lib->files.data[v->data[0]]->rank < lib->files.data[d->file]->rank)
		return;
	if (!v->len || vec_last(v) != d->file)
		vec_push(a, v, d->file);
}

static void add_alias(struct library *lib, const struct library_def *d)
{
	struct arena *a = &lib->session->arena;
	struct library_alias *alias = ARENA_NEW(a, struct library_alias);
	struct library_alias_vec *v;

	shape_of_pattern(a, &alias->shape, d->name);
	alias->file = d->file;
	if (!alias->shape.n)
		return;
	v = map_get(&lib->aliases, alias->shape.parts[0].name);
	if (!v) {
		v = ARENA_NEW(a, struct library_alias_vec);
		map_put(&lib->aliases, alias->shape.parts[0].name, v);
	}
	vec_push(a, v, alias);
}

static void warn_broken(struct library *lib, const struct library_def *d)
{
	diag_warning(&lib->session->diags, (struct span){ 0 }, E(LIBRARY_BROKEN),
		     "%s cannot be read as a tapset: what it defines is missing", lib->files.data[d->file]->path);
	diag_note(&lib->session->diags, (struct span){ 0 }, "stap -p1 -g %s shows what is wrong in it", lib->files.data[d->file]->path);
}

void library_index_def(struct library *lib, const struct library_def *d)
{
	switch (d->kind) {
	case DEFINES_FUNCTION: add_name(lib, &lib->functions, d); break;
	case DEFINES_GLOBAL: add_name(lib, &lib->globals, d); break;
	case DEFINES_MACRO: add_name(lib, &lib->macros, d); break;
	case DEFINES_ALIAS: add_alias(lib, d); break;
	case LIBRARY_BROKEN: warn_broken(lib, d); break;
	default: break;		/* probes and embedded C come with the file */
	}
}

bool library_open(struct session *s)
{
	struct library *lib = s->library;
	size_t i;

	if (lib)
		return true;
	lib = s->library = ARENA_NEW(&s->arena, struct library);
	lib->session = s;
	map_init(&lib->functions, &s->arena);
	map_init(&lib->globals, &s->arena);
	map_init(&lib->macros, &s->arena);
	map_init(&lib->aliases, &s->arena);
	for (i = 0; i < s->opt.include_dirs.len; i++)
		add_tree(lib, s->opt.include_dirs.data[i], (unsigned)i);
	if (s->tapset_dir)
		add_tree(lib, s->tapset_dir, (unsigned)i);
	library_index_read(lib);
	return true;
}

static struct library *library_of(struct session *s)
{
	library_open(s);
	return s->library;
}

/* ---- loading ---- */

struct source *library_source(struct library *lib, uint32_t n)
{
	struct library_file *f = lib->files.data[n];
	struct session *s = lib->session;
	int err;

	if (f->source)
		return f->source;
	err = source_read(&s->sources, f->path, &f->source);
	if (err) {
		diag_warning(&s->diags, (struct span){ 0 }, E(LIBRARY_BROKEN), "cannot read %s: %s", f->path, strerror(-err));
		return NULL;
	}
	f->source->library = true;
	f->source->given = f->rank < s->opt.include_dirs.len;
	return f->source;
}

static bool load(struct library *lib, uint32_t n)
{
	struct library_file *f = lib->files.data[n];
	struct source *src;
	struct file *file;

	if (f->loaded)
		return true;
	f->loaded = true;
	src = library_source(lib, n);
	if (!src)
		return false;
	file = parse_file(lib->session, src, true);
	if (file && !f->macros)
		vec_push(&lib->session->arena, &lib->loaded, file);
	return file != NULL;
}

static bool load_all(struct library *lib, const struct map *m, const char *name)
{
	const struct library_file_numbers *v = map_get(m, name);
	bool ok = v != NULL;
	size_t i;

	for (i = 0; v && i < v->len; i++)
		ok &= load(lib, v->data[i]);
	return ok;
}

bool library_need_function(struct session *s, const char *name)
{
	struct library *lib = library_of(s);

	return load_all(lib, &lib->functions, name);
}

bool library_need_global(struct session *s, const char *name)
{
	struct library *lib = library_of(s);

	return load_all(lib, &lib->globals, name);
}

bool library_load_macro(struct session *s, const char *name)
{
	struct library *lib = library_of(s);

	return load_all(lib, &lib->macros, name);
}

static void load_aliases(struct library *lib, const struct library_alias_vec *v, const struct point *p)
{
	size_t i;

	for (i = 0; v && i < v->len; i++)
		if (!lib->files.data[v->data[i]->file]->loaded && match_may_fit(&lib->session->arena, p, &v->data[i]->shape))
			load(lib, v->data[i]->file);
}

void library_need_aliases(struct session *s, const struct point *p)
{
	struct library *lib = library_of(s);
	size_t i;

	if (!p->parts.len)
		return;
	if (!wildcard_is(p->parts.data[0].name)) {
		load_aliases(lib, map_get(&lib->aliases, p->parts.data[0].name), p);
		return;
	}
	for (i = 0; i < lib->aliases.len; i++)
		load_aliases(lib, lib->aliases.entries[i].value, p);
}

struct file *const *library_files(struct session *s, size_t *n)
{
	struct library *lib = library_of(s);

	*n = lib->loaded.len;
	return lib->loaded.data;
}

void library_names(struct session *s, int kind, struct string_vec *out)
{
	struct library *lib = library_of(s);
	size_t i;

	for (i = 0; i < lib->defs.len; i++)
		if (lib->defs.data[i].kind == kind)
			vec_push(&s->arena, out, lib->defs.data[i].name);
}
