/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding separate debug files: the places distributions use, by build-id, by
 * .gnu_debuglink.  A file that is found must carry the module's build-id (or, for a
 * debuglink without one, the right checksum). */
#include "translator/debuginfo/debugfile.h"
#include "translator/debuginfo/elfsym.h"
#include "translator/session.h"
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define DEBUG_ROOT "/usr/lib/debug"

struct elf_file {
	int fd;
	Elf *elf;
};

static bool open_elf(const char *path, struct elf_file *f)
{
	f->elf = NULL;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return false;
	elf_version(EV_CURRENT);
	f->elf = elf_begin(f->fd, ELF_C_READ_MMAP, NULL);
	return f->elf && elf_kind(f->elf) == ELF_K_ELF;
}

static void close_elf(struct elf_file *f)
{
	elf_end(f->elf);
	if (f->fd >= 0)
		close(f->fd);
}

static Elf_Scn *section_named(Elf *e, const char *name, GElf_Shdr *sh)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(e, &names))
		return NULL;
	while ((scn = elf_nextscn(e, scn))) {
		const char *n = gelf_getshdr(scn, sh) ? elf_strptr(e, names, sh->sh_name) : NULL;

		if (n && !strcmp(n, name) && sh->sh_type != SHT_NOBITS)
			return scn;
	}
	return NULL;
}

bool debugfile_has_section(const char *path, const char *name)
{
	struct elf_file f;
	GElf_Shdr sh;
	bool ok = open_elf(path, &f) && section_named(f.elf, name, &sh);

	close_elf(&f);
	return ok;
}

bool debugfile_has_dwarf(const char *path, struct arena *a, const char **build_id)
{
	struct elf_file f;
	GElf_Shdr sh;
	bool ok = open_elf(path, &f);

	if (ok && build_id)
		*build_id = elf_build_id(f.elf, a);
	ok = ok && (section_named(f.elf, ".debug_info", &sh) || section_named(f.elf, ".zdebug_info", &sh));
	close_elf(&f);
	return ok;
}

/* PATH when it has DWARF of the same build as M. */
static const char *accept(struct di_module *m, const char *path)
{
	const char *id = NULL, *own = di_build_id(m);

	if (access(path, R_OK) || !debugfile_has_dwarf(path, &m->di->arena, &id))
		return NULL;
	return own && id && strcmp(own, id) ? NULL : path;
}

static const char *by_build_id(struct di_module *m)
{
	const char *id = di_build_id(m), *path;
	struct arena *a = &m->di->arena;

	if (!id || strlen(id) < 3)
		return NULL;
	path = accept(m, arena_printf(a, DEBUG_ROOT "/.build-id/%.2s/%s.debug", id, id + 2));
	if (path || !m->di->s->target.debug_dir)
		return path;
	/* debug_dir is ROOT/lib/modules/RELEASE */
	return accept(m, arena_printf(a, "%s/../../../.build-id/%.2s/%s.debug", m->di->s->target.debug_dir, id, id + 2));
}

/* ---- modules ---- */

static const char *module_debug(struct di_module *m)
{
	const struct target *t = &m->di->s->target;
	struct arena *a = &m->di->arena;
	const char *path = m->path, *rel, *dot, *found;
	size_t len = t->module_dir ? strlen(t->module_dir) : 0;

	if (!path)
		return NULL;
	if (t->debug_dir && len && !strncmp(path, t->module_dir, len) && path[len] == '/') {
		rel = path + len + 1;
		dot = strstr(rel, ".ko");
		if (dot) {
			rel = arena_strndup(a, rel, (size_t)(dot - rel));
			if ((found = accept(m, arena_printf(a, "%s/%s.ko", t->debug_dir, rel))) ||
			    (found = accept(m, arena_printf(a, "%s/%s.ko.debug", t->debug_dir, rel))))
				return found;
		}
	}
	found = accept(m, path);
	return found ? found : by_build_id(m);
}

/* ---- programs ---- */

static bool checksum_is(const char *path, uint32_t want)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char buf[65536];
	uLong sum = crc32(0, Z_NULL, 0);
	ssize_t n = -1;

	if (fd < 0)
		return false;
	while ((n = read(fd, buf, sizeof buf)) > 0)
		sum = crc32(sum, buf, (uInt)n);
	close(fd);
	return !n && sum == want;
}

/* .gnu_debuglink: a name, padding to four bytes, a CRC32 of the file. */
static const char *by_debuglink(struct di_module *m)
{
	static const char *const patterns[] = { "%s/%s", "%s/.debug/%s", DEBUG_ROOT "%s/%s", NULL };
	struct arena *a = &m->di->arena;
	struct elf_file f;
	GElf_Shdr sh;
	Elf_Scn *scn;
	Elf_Data *d = NULL;
	const char *found = NULL, *name, *dir;
	char real[PATH_MAX];
	uint32_t crc;
	size_t len;

	if (!open_elf(m->path, &f) || !(scn = section_named(f.elf, ".gnu_debuglink", &sh)) || !(d = elf_getdata(scn, NULL)))
		goto out;
	name = d->d_buf;
	len = d->d_size ? strnlen(name, d->d_size) : 0;
	if (!len || ((len + 4) & ~(size_t)3) + 4 > d->d_size || !realpath(m->path, real) || !strrchr(real, '/'))
		goto out;
	memcpy(&crc, (char *)d->d_buf + ((len + 4) & ~(size_t)3), 4);
	*strrchr(real, '/') = '\0';
	dir = real;
	for (unsigned i = 0; patterns[i] && !found; i++) {
		struct strbuf b = STRBUF_INIT;
		const char *p = patterns[i];

		for (unsigned arg = 0; *p; p++)
			if (p[0] == '%' && p[1] == 's') {
				sb_puts(&b, arg++ ? name : dir);
				p++;
			} else {
				sb_putc(&b, *p);
			}
		if (!access(sb_str(&b), R_OK) && checksum_is(b.s, crc) && debugfile_has_dwarf(b.s, a, NULL))
			found = arena_strdup(a, b.s);
		sb_free(&b);
	}
out:
	close_elf(&f);
	return found;
}

static const char *program_debug(struct di_module *m)
{
	const char *path = accept(m, m->path);

	if (!path)
		path = by_build_id(m);
	return path ? path : by_debuglink(m);
}

/* What would bring the missing file. */
static const char *missing(struct di_module *m)
{
	const struct target *t = &m->di->s->target;
	struct arena *a = &m->di->arena;

	if (m->kind == MODULE_USER)
		return arena_printf(a, "%s has no debug information: install its debug symbol package, compile it with -g, or set DEBUGINFOD_URLS",
				    m->path);
	return arena_printf(a, "the debug information of kernel %s is not here: install its debug package (Debian: linux-image-%s-dbg), run `stap-prep %s`, or set DEBUGINFOD_URLS",
			    t->release, t->release, t->release);
}

const char *debugfile_find(struct di_module *m, bool remote, const char **why)
{
	const struct target *t = &m->di->s->target;
	const char *path = NULL, *id;

	switch (m->kind) {
	case MODULE_KERNEL: path = t->vmlinux; break;
	case MODULE_KO: path = module_debug(m); break;
	case MODULE_USER: path = program_debug(m); break;
	case MODULE_TYPES: path = m->path; break;
	}
	if (path)
		return path;
	*why = missing(m);
	if (remote && (id = di_build_id(m)))
		path = debuginfod_fetch(m, id, why);
	return path;
}
