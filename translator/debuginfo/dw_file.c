/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening a module's DWARF: the index from the cache or made now, and the libdw handle.
 *
 * libdw finds a DIE by offset through a list of units that it reads from the
 * start of the file.  On a mapped vmlinux that touches pages all over half a
 * gigabyte, so the mapping is dropped behind the reader: resident memory stays small. */
#include "lib/run.h"
#include "translator/debuginfo/debugfile.h"
#include "translator/debuginfo/dw.h"
#include "translator/debuginfo/keep.h"
#include "translator/session.h"
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNITS_PER_DROP 64
#define INDEX_DIR "index"

/* ---- the handle ---- */

static void forget_pages(Elf *e)
{
	size_t size;
	char *raw = elf_rawfile(e, &size);

	if (raw && !((uintptr_t)raw % (uintptr_t)sysconf(_SC_PAGESIZE)))
		madvise(raw, size, MADV_DONTNEED);
}

static void read_units(struct dw_source *d)
{
	Dwarf_CU *cu = NULL;

	for (unsigned n = 1; !dwarf_get_units(d->dbg, cu, &cu, NULL, NULL, NULL, NULL); n++)
		if (!(n % UNITS_PER_DROP))
			forget_pages(d->elf);
}

static int find_elf_nowhere(Dwfl_Module *mod, void **user, const char *name, Dwarf_Addr base, char **file, Elf **elf)
{
	(void)mod;
	(void)user;
	(void)name;
	(void)base;
	(void)file;
	(void)elf;
	return -1;
}

static int find_debuginfo_nowhere(Dwfl_Module *mod, void **user, const char *name, Dwarf_Addr base, const char *file,
				  const char *link, GElf_Word crc, char **debug)
{
	(void)mod;
	(void)user;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)crc;
	(void)debug;
	return -1;
}

static const Dwfl_Callbacks relocatable_callbacks = {
	.find_elf = find_elf_nowhere,
	.find_debuginfo = find_debuginfo_nowhere,
	.section_address = dwfl_offline_section_address,
};

/* Objects, such as kernel modules: libdwfl lays the sections out and relocates a private copy. */
static bool open_relocatable(struct dw_source *d)
{
	Dwfl_Module *mod;
	Dwarf_Addr bias;

	d->dwfl = dwfl_begin(&relocatable_callbacks);
	if (!d->dwfl)
		return false;
	dwfl_report_begin(d->dwfl);
	mod = dwfl_report_offline(d->dwfl, d->m->name, d->path, -1);
	dwfl_report_end(d->dwfl, NULL, NULL);
	if (!mod)
		return false;
	d->dbg = dwfl_module_getdwarf(mod, &bias);
	d->elf = d->dbg ? dwarf_getelf(d->dbg) : NULL;
	return d->dbg && !bias;
}

static bool open_linked(struct dw_source *d)
{
	d->fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0)
		return false;
	d->elf = elf_begin(d->fd, ELF_C_READ_MMAP, NULL);
	d->dbg = d->elf ? dwarf_begin_elf(d->elf, DWARF_C_READ, NULL) : NULL;
	return d->dbg;
}

bool dw_open_handle(struct dw_source *d)
{
	elf_version(EV_CURRENT);
	return d->m->kind == MODULE_KO || d->m->kind == MODULE_TYPES ? open_relocatable(d) : open_linked(d);
}

void dw_close_handle(struct dw_source *d)
{
	if (d->dwfl) {
		dwfl_end(d->dwfl);
	} else {
		dwarf_end(d->dbg);
		elf_end(d->elf);
	}
	if (d->fd >= 0)
		close(d->fd);
	d->dwfl = NULL;
	d->dbg = NULL;
	d->elf = NULL;
	d->fd = -1;
}

Dwarf *dw_handle(struct dw_source *d)
{
	if (!d->opened) {
		d->opened = true;
		if (!dw_open_handle(d))
			dw_close_handle(d);
		else if (!d->dwfl)
			read_units(d);
	}
	return d->dbg;
}

bool dw_die(struct dw_source *d, uint64_t offset, Dwarf_Die *out)
{
	Dwarf *dbg = dw_handle(d);

	if (dbg && (offset & INDEX_ALT))
		dbg = dwarf_getalt(dbg);
	return dbg && dwarf_offdie(dbg, offset & ~INDEX_ALT, out);
}

uint64_t dw_offset(struct dw_source *d, Dwarf_Die *die)
{
	return index_offset(dw_handle(d) ? dwarf_getalt(d->dbg) : NULL, die);
}

/* ---- the index ---- */

/* Where the index of a file is kept: by build-id, else by the file's identity. NULL: no cache. */
static const char *index_name(struct dw_source *d, const struct stat *st)
{
	struct di_module *m = d->m;
	const char *id = di_build_id(m), *cache = m->di->s->cache_dir;
	char real[PATH_MAX], key[PATH_MAX + 64];

	if (!cache)
		return NULL;
	if (!id) {
		snprintf(key, sizeof key, "%s %jd %jd.%09ld", realpath(d->path, real) ? real : d->path, (intmax_t)st->st_size,
			 (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
		id = arena_printf(&m->di->arena, "%016llx", (unsigned long long)hash_bytes(key, strlen(key), 1));
	}
	return arena_printf(&m->di->arena, "%s/" INDEX_DIR "/%s.%d", cache, id, INDEX_VERSION);
}

/* Only one process makes an index; others wait for it. -1: go on without (a lock saves work, nothing else). */
static int lock_index(struct dw_source *d, const char *name)
{
	struct arena *a = &d->m->di->arena;
	int fd;

	if (make_dirs(arena_printf(a, "%s/" INDEX_DIR, d->m->di->s->cache_dir), 0755))
		return -1;
	fd = open(arena_printf(a, "%s.lock", name), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0 && flock(fd, LOCK_EX)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void unlock_index(struct dw_source *d, const char *name, int fd)
{
	if (fd < 0)
		return;
	unlink(arena_printf(&d->m->di->arena, "%s.lock", name));
	close(fd);
}

static int build_index(struct dw_source *d, const struct stat *st, const char *name)
{
	struct index_request rq = { .source_size = (uint64_t)st->st_size, .build_id = di_build_id(d->m),
				    .label = d->m->name, .kernel = d->m->kind != MODULE_USER };
	char *image = NULL;
	size_t size = 0;
	int r;

	d->opened = true;
	if (!dw_open_handle(d)) {
		dw_close_handle(d);
		d->opened = false;
		return -EIO;
	}
	rq.dbg = d->dbg;
	rq.path = d->dwfl ? NULL : d->path;
	rq.syms = sym_from_elf(d->elf);
	r = index_build(&rq, &image, &size);
	sym_close(rq.syms);
	dw_close_handle(d);
	d->opened = false;
	if (r)
		return r;
	if (name && !write_file_atomic(name, image, size, 0644) && !index_open(name, rq.source_size, &d->idx)) {
		keep_trim(name);
		free(image);
		return 0;
	}
	return index_open_memory(image, size, &d->idx);
}

/* Damaged, or of another file. */
static void note_damaged(const struct dw_source *d, const char *name)
{
	const struct session *s = d->m->di->s;

	if (s->opt.verbose + s->opt.verbose_pass[2])
		fprintf(stderr, "the index %s is damaged: it is made anew\n", name);
}

static int open_index(struct dw_source *d)
{
	struct stat st;
	const char *name;
	int r, lock;

	if (stat(d->path, &st))
		return -errno;
	name = index_name(d, &st);
	if (name && !index_open(name, (uint64_t)st.st_size, &d->idx)) {
		keep_touch(name);
		return 0;
	}
	lock = name ? lock_index(d, name) : -1;
	r = lock >= 0 ? index_open(name, (uint64_t)st.st_size, &d->idx) : -ENOENT;
	if (r == -EBADMSG)
		note_damaged(d, name);
	if (r)
		r = build_index(d, &st, name);
	unlock_index(d, name, lock);
	return r;
}

static struct dw_source *open_at(struct di_module *m, const char *path, const char **why)
{
	struct dw_source *d = xcalloc(1, sizeof *d);
	int r;

	d->m = m;
	d->path = path;
	d->fd = d->main_fd = -1;
	map_init(&d->funcs, &m->di->arena);
	r = open_index(d);
	if (!r)
		return d;
	*why = arena_printf(&m->di->arena, "the debug information in %s cannot be read: %s", path, strerror(-r));
	free(d);
	return NULL;
}

struct dw_source *dw_open(struct di_module *m, bool remote, const char **why)
{
	const char *path = debugfile_find(m, remote, why);

	return path ? open_at(m, path, why) : NULL;
}

void dw_close(struct dw_source *d)
{
	if (!d)
		return;
	dw_close_cfi(d);
	dw_close_handle(d);
	index_close(d->idx);
	free(d);
}

struct sym_source *dw_symbols(struct di_module *m)
{
	const struct index *x = m->dw->idx;
	struct sym_source *s = xcalloc(1, sizeof *s);

	s->recs = index_table(x, INDEX_SYMS, &s->len);
	s->strings = index_table(x, INDEX_SYM_STRINGS, &s->strings_len);
	s->slots = index_table(x, INDEX_SYM_SLOTS, &s->nslots);
	if (!s->len || !s->nslots || s->nslots & (s->nslots - 1)) {
		free(s);
		return NULL;
	}
	return s;
}
