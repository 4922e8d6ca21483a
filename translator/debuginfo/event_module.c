/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The systems of a module's trace events: where event_system.c follows pointers through a vmlinux, the file of a module has
 * relocations, from event_NAME to its class, from the class to the text. */
#include "translator/debuginfo/event_module.h"
#include "translator/debuginfo/image.h"

#include <ctype.h>
#include <gelf.h>
#include <string.h>

#define EVENT_PREFIX "event_"
enum { CLASS_OFFSET = 16, SYSTEM_MAX = 64 };

/* A place in the file: a section and an offset in it. */
struct spot { size_t section; uint64_t offset; };

static bool find_relocation(Elf_Data *d, const GElf_Shdr *sh, uint64_t offset, GElf_Rela *r)
{
	size_t n = sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

	for (size_t i = 0; i < n && gelf_getrela(d, (int)i, r); i++)
		if (r->r_offset == offset)
			return true;
	return false;
}

/* What the pointer at *S will point to. */
static bool follow(Elf *e, struct spot *s)
{
	Elf_Scn *scn = NULL;
	Elf_Data *d, *symbols;
	GElf_Shdr sh;
	GElf_Rela r;
	GElf_Sym y;

	while ((scn = elf_nextscn(e, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_RELA || sh.sh_info != s->section || !(d = elf_getdata(scn, NULL)) ||
		    !find_relocation(d, &sh, s->offset, &r))
			continue;
		symbols = elf_getdata(elf_getscn(e, sh.sh_link), NULL);
		if (!symbols || !gelf_getsym(symbols, (int)GELF_R_SYM(r.r_info), &y))
			return false;
		*s = (struct spot){ y.st_shndx, y.st_value + (uint64_t)r.r_addend };
		return true;
	}
	return false;
}

/* A system's name, or NULL. */
static const char *text_at(Elf *e, const struct spot *s)
{
	Elf_Scn *scn = elf_getscn(e, s->section);
	Elf_Data *d = scn ? elf_rawdata(scn, NULL) : NULL;
	const char *p;
	size_t len;

	if (!d || !d->d_buf || s->offset >= d->d_size)
		return NULL;
	p = (const char *)d->d_buf + s->offset;
	for (len = 0; s->offset + len < d->d_size && len < SYSTEM_MAX && (isalnum((unsigned char)p[len]) || strchr("_-", p[len] ? p[len] : 1)); len++)
		;
	return len && len < SYSTEM_MAX && s->offset + len < d->d_size && !p[len] ? p : NULL;
}

static const char *system_of(Elf *e, const GElf_Sym *event)
{
	struct spot s = { event->st_shndx, event->st_value + CLASS_OFFSET };

	return follow(e, &s) && follow(e, &s) ? text_at(e, &s) : NULL;
}

static void take_symbols(Elf *e, Elf_Scn *scn, const GElf_Shdr *sh, struct arena *a, struct map *out)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	const char *name, *system;
	GElf_Sym y;

	for (int i = 1; d && gelf_getsym(d, i, &y); i++) {
		name = GELF_ST_TYPE(y.st_info) == STT_OBJECT ? elf_strptr(e, sh->sh_link, y.st_name) : NULL;
		if (!name || strncmp(name, EVENT_PREFIX, sizeof EVENT_PREFIX - 1))
			continue;
		system = system_of(e, &y);
		if (system)
			map_put(out, arena_strdup(a, name + sizeof EVENT_PREFIX - 1), arena_strdup(a, system));
	}
}

void event_module_systems(const char *path, struct arena *a, struct map *out)
{
	struct strbuf file = STRBUF_INIT;
	Elf_Scn *scn = NULL;
	GElf_Ehdr eh;
	GElf_Shdr sh;
	Elf *e = NULL;

	elf_version(EV_CURRENT);
	if (!read_maybe_compressed(path, &file) && file.len)
		e = elf_memory(file.s, file.len);
	if (e && elf_kind(e) == ELF_K_ELF && gelf_getehdr(e, &eh) && eh.e_type == ET_REL)
		while ((scn = elf_nextscn(e, scn)))
			if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB)
				take_symbols(e, scn, &sh, a, out);
	if (e)
		elf_end(e);
	sb_free(&file);
}
