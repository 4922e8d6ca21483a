/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handle and its modules: which file stands behind a name, and which sources it has. */
#include "translator/debuginfo/module.h"
#include "lib/diag.h"
#include "lib/run.h"
#include "translator/debuginfo/btf.h"
#include "translator/debuginfo/dwarf.h"
#include "translator/debuginfo/elfsym.h"
#include "translator/session.h"
#include <bpf/libbpf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct di *di_open(struct session *s)
{
	struct di *d = xcalloc(1, sizeof *d);

	d->s = s;
	map_init(&d->modules, &d->arena);
	map_init(&d->ko_paths, &d->arena);
	libbpf_set_print(NULL);
	return d;
}

/* Modules' BTF refers to the kernel's, so the kernel goes last. */
void di_close(struct di *d)
{
	struct di_module *m;

	if (!d)
		return;
	for (size_t i = d->modules.len; i-- > 0;) {
		m = d->modules.entries[i].value;
		events_close(m->events);
		if (m->kind == MODULE_KERNEL)
			continue;
		btf_close(m->btf);
		dw_close(m->dw);
		sym_close(m->syms);
	}
	m = map_get(&d->modules, "kernel");
	if (m) {
		btf_close(m->btf);
		dw_close(m->dw);
		sym_close(m->syms);
	}
	sb_free(&d->symvers);
	arena_free(&d->arena);
	free(d);
}

static struct di_module *module_new(struct di *d, const char *name, enum module_kind kind, const char *path)
{
	struct di_module *m = ARENA_NEW(&d->arena, struct di_module);

	m->di = d;
	m->name = arena_strdup(&d->arena, name);
	m->kind = kind;
	m->path = path ? arena_strdup(&d->arena, path) : NULL;
	map_init(&m->btf_types, &d->arena);
	map_init(&m->dw_types, &d->arena);
	map_init(&m->builtin_types, &d->arena);
	return m;
}

struct di_module *module_kernel(struct di *d)
{
	struct di_module *m = map_get(&d->modules, "kernel");

	if (!m) {
		m = module_new(d, "kernel", MODULE_KERNEL, NULL);
		map_put(&d->modules, "kernel", m);
	}
	return m;
}

struct btf_source *module_btf(struct di_module *m)
{
	if (!m->btf_tried) {
		m->btf_tried = true;
		m->btf = btf_open(m, &m->btf_why);
	}
	return m->btf;
}

struct dw_source *module_dwarf(struct di_module *m)
{
	if (!m->dw_tried) {
		m->dw_tried = true;
		m->dw_remote_tried = m->kind == MODULE_USER || m->kind == MODULE_TYPES;
		m->dw = dw_open(m, m->dw_remote_tried, &m->dw_why);
	}
	return m->dw;
}

struct dw_source *module_dwarf_needed(struct di_module *m)
{
	if (!module_dwarf(m) && !m->dw_remote_tried) {
		m->dw_remote_tried = true;
		m->dw = dw_open(m, true, &m->dw_why);
	}
	return m->dw;
}

struct sym_source *module_symbols(struct di_module *m)
{
	if (!m->syms_tried) {
		m->syms_tried = true;
		m->syms = sym_open(m);
	}
	return m->syms;
}

/* ---- which modules there are ---- */

bool module_name_equal(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}

/* "ext4" of "kernel/fs/ext4/ext4.ko.xz", with _ for -; NULL when it is no module. */
static const char *name_of_path(struct arena *a, const char *path, size_t len)
{
	const char *base = memrchr(path, '/', len), *end;
	char *name;

	base = base ? base + 1 : path;
	end = memmem(base, len - (size_t)(base - path), ".ko", 3);
	if (!end || end == base)
		return NULL;
	name = arena_strndup(a, base, (size_t)(end - base));
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

/* modules.dep: "PATH: PATHS it needs" lines, paths below the module directory. */
static void list_modules(struct di *d)
{
	const char *dir = d->s->target.module_dir;
	struct strbuf b = STRBUF_INIT;

	if (d->ko_listed || !dir)
		return;
	d->ko_listed = true;
	if (read_file(arena_printf(&d->arena, "%s/modules.dep", dir), &b))
		return;
	for (const char *p = sb_str(&b), *eol; *p; p = *eol ? eol + 1 : eol) {
		const char *colon, *name;

		eol = strchrnul(p, '\n');
		colon = memchr(p, ':', (size_t)(eol - p));
		name = colon ? name_of_path(&d->arena, p, (size_t)(colon - p)) : NULL;
		if (!name)
			continue;
		map_put(&d->ko_paths, name, *p == '/' ? arena_strndup(&d->arena, p, (size_t)(colon - p))
			: arena_printf(&d->arena, "%s/%.*s", dir, (int)(colon - p), p));
	}
	sb_free(&b);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void di_list_modules(struct di *d, const char *glob, struct di_name_vec *out)
{
	size_t from = out->len;

	list_modules(d);
	for (size_t i = 0; i < d->ko_paths.len; i++)
		if (glob_match(glob, d->ko_paths.entries[i].key))
			vec_push(&d->arena, out, d->ko_paths.entries[i].key);
	if (out->len > from)
		qsort(out->data + from, out->len - from, sizeof *out->data, by_text);
}

static const char *find_ko(struct di *d, const char *name)
{
	list_modules(d);
	for (size_t i = 0; i < d->ko_paths.len; i++)
		if (module_name_equal(d->ko_paths.entries[i].key, name))
			return d->ko_paths.entries[i].value;
	return NULL;
}

static bool is_builtin(struct di *d, const char *name)
{
	const char *dir = d->s->target.module_dir;
	struct arena scratch = ARENA_INIT;
	struct strbuf b = STRBUF_INIT;
	bool found = false;

	if (dir && !read_file(arena_printf(&scratch, "%s/modules.builtin", dir), &b))
		for (char *save, *l = strtok_r(b.s, "\n", &save); l && !found; l = strtok_r(NULL, "\n", &save)) {
			const char *n = name_of_path(&scratch, l, strlen(l));

			found = n && module_name_equal(n, name);
		}
	sb_free(&b);
	arena_free(&scratch);
	return found;
}

static const char *missing_module(struct di *d, const char *name)
{
	const struct target *t = &d->s->target;
	struct arena *a = &d->s->arena;
	struct nearest n;
	struct di_name_vec near = { 0 };

	if (is_builtin(d, name))
		return arena_printf(a, "%s is built into this kernel and not a module: use kernel.function(…)", name);
	if (!t->module_dir)
		return arena_printf(a, "the modules of kernel %s are not on this machine: install its image package or run `stap-prep %s`",
				    t->release, t->release);
	list_modules(d);
	nearest_init(&n, name, 1);
	for (size_t i = 0; i < d->ko_paths.len; i++)
		nearest_offer(&n, d->ko_paths.entries[i].key);
	nearest_take(&n, a, &near);
	if (near.len)
		return arena_printf(a, "kernel %s has no module %s (did you mean %s?)", t->release, name, near.data[0]);
	return arena_printf(a, "kernel %s has no module %s", t->release, name);
}

/* A module that is loaded here and has no file that we can find. */
static bool is_loaded_only(struct di *d, const char *name)
{
	return d->s->target.running && !access(arena_printf(&d->arena, "/sys/kernel/btf/%s", name), R_OK);
}

static struct di_module *open_path(struct di *d, const char *path, const char **why)
{
	const char *ko = name_of_path(&d->arena, path, strlen(path));

	if (access(path, R_OK)) {
		*why = arena_printf(&d->s->arena, "%s cannot be read", path);
		return NULL;
	}
	return module_new(d, ko ? ko : path, ko ? MODULE_KO : MODULE_USER, path);
}

struct di_module *di_module(struct di *d, const char *name, const char **why)
{
	struct di_module *m = map_get(&d->modules, name);
	const char *path = NULL;

	if (m)
		return m;
	if (!strcmp(name, "kernel") || !strcmp(name, "vmlinux"))
		return module_kernel(d);
	if (strchr(name, '/')) {
		m = open_path(d, name, why);
	} else if ((path = find_ko(d, name))) {
		m = module_new(d, name_of_path(&d->arena, path, strlen(path)), MODULE_KO, path);
	} else if (is_loaded_only(d, name)) {
		m = module_new(d, name, MODULE_KO, NULL);
	} else {
		*why = missing_module(d, name);
	}
	if (m)
		map_put(&d->modules, name, m);
	return m;
}

struct di_module *di_types(struct di *d, const char *name, const char *path, const char *id)
{
	struct di_module *m = map_get(&d->modules, name);

	if (m)
		return m;
	m = module_new(d, name, MODULE_TYPES, path);
	m->build_id = id ? arena_strdup(&d->arena, id) : NULL;
	m->id_tried = true;
	map_put(&d->modules, m->name, m);
	return m;
}

const char *di_module_name(const struct di_module *m)
{
	return m->name;
}

bool di_in_user_space(const struct di_module *m)
{
	return m->kind == MODULE_USER || (m->kind == MODULE_TYPES && *m->name == '<');
}

unsigned di_sources(struct di_module *m)
{
	return (module_dwarf(m) ? DI_DWARF : 0) | (module_btf(m) ? DI_BTF : 0) | (module_symbols(m) ? DI_SYMBOLS : 0);
}
