/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel object's own tables say about its functions: addresses that kprobes
 * must not touch (_kprobe_blacklist: NOKPROBE_SYMBOL), and ftrace's call sites
 * (__mcount_loc).
 *
 * In vmlinux both are arrays of addresses between symbols; in a module they are sections
 * whose words the relocations fill. */
#include "translator/debuginfo/elfsym.h"
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/* An entry's call to ftrace is its first or, behind an ENDBR, its second instruction. */
#define MAX_FTRACE_OFFSET 16

typedef void mark_fn(struct sym_source *s, uint64_t addr);

static struct sym_rec *record_at(struct sym_source *s, uint64_t addr)
{
	const struct sym_rec *r = sym_at(s, addr);

	return r ? (struct sym_rec *)(uintptr_t)r : NULL;
}

/* All symbols at the address of R. */
static void flag_all(struct sym_source *s, const struct sym_rec *r, uint32_t flag)
{
	struct sym_rec *recs = (struct sym_rec *)(uintptr_t)s->recs;
	size_t at = (size_t)(r - s->recs);

	for (size_t i = at; i < s->len && recs[i].addr == r->addr; i++)
		recs[i].flags |= flag;
	for (size_t i = at; i-- > 0 && recs[i].addr == r->addr;)
		recs[i].flags |= flag;
}

static void mark_blacklisted(struct sym_source *s, uint64_t addr)
{
	struct sym_rec *r = record_at(s, addr);

	if (r && r->addr == addr)
		flag_all(s, r, SYM_NOPROBE);
}

static void mark_ftrace(struct sym_source *s, uint64_t addr)
{
	struct sym_rec *r = record_at(s, addr);

	if (r && addr - r->addr <= MAX_FTRACE_OFFSET)
		flag_all(s, r, SYM_FTRACE);
}

/* ---- vmlinux: between two symbols ---- */

const unsigned char *elf_bytes_at(Elf *e, uint64_t addr, size_t *len)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		Elf_Data *d;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS || addr < sh.sh_addr || addr - sh.sh_addr >= sh.sh_size ||
		    !(sh.sh_flags & SHF_ALLOC) || !(d = elf_rawdata(scn, NULL)) || !d->d_buf || addr - sh.sh_addr >= d->d_size)
			continue;
		if (*len > d->d_size - (addr - sh.sh_addr))
			*len = d->d_size - (addr - sh.sh_addr);
		return (const unsigned char *)d->d_buf + (addr - sh.sh_addr);
	}
	return NULL;
}

static void mark_array(struct sym_source *s, Elf *e, const char *from, const char *to, mark_fn *mark)
{
	size_t n, len;
	const struct sym_rec *a = sym_by_name(s, from, &n), *b = sym_by_name(s, to, &n);
	const unsigned char *p;

	if (!a || !b || a->addr >= b->addr)
		return;
	len = b->addr - a->addr;
	p = elf_bytes_at(e, a->addr, &len);
	for (; p && len >= 8; p += 8, len -= 8) {
		uint64_t addr;

		memcpy(&addr, p, sizeof addr);
		mark(s, addr);
	}
}

/* ---- modules: the relocations of a section ---- */

static void mark_relocations(struct sym_source *s, Elf *e, Elf_Scn *rela, const GElf_Shdr *sh, mark_fn *mark)
{
	Elf_Data *d = elf_getdata(rela, NULL);
	Elf_Scn *symtab = elf_getscn(e, sh->sh_link), *target;
	Elf_Data *syms = symtab ? elf_getdata(symtab, NULL) : NULL;
	GElf_Rela r;
	GElf_Sym y;
	GElf_Shdr in;

	for (int i = 0; d && syms && gelf_getrela(d, i, &r); i++) {
		if (!gelf_getsym(syms, (int)GELF_R_SYM(r.r_info), &y))
			continue;
		target = elf_getscn(e, y.st_shndx);
		if (target && gelf_getshdr(target, &in))
			mark(s, in.sh_addr + y.st_value + (uint64_t)r.r_addend);
	}
}

static void mark_module(struct sym_source *s, Elf *e)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(e, &names))
		return;
	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		const char *name = gelf_getshdr(scn, &sh) ? elf_strptr(e, names, sh.sh_name) : NULL;

		if (!name || sh.sh_type != SHT_RELA)
			continue;
		if (!strcmp(name, ".rela_kprobe_blacklist"))
			mark_relocations(s, e, scn, &sh, mark_blacklisted);
		else if (!strcmp(name, ".rela__mcount_loc") || !strcmp(name, ".rela__patchable_function_entries"))
			mark_relocations(s, e, scn, &sh, mark_ftrace);
	}
}

void sym_mark_tables(struct sym_source *s, Elf *e)
{
	GElf_Ehdr eh;

	if (!gelf_getehdr(e, &eh))
		return;
	if (eh.e_type == ET_REL) {
		mark_module(s, e);
	} else {
		mark_array(s, e, "__start_kprobe_blacklist", "__stop_kprobe_blacklist", mark_blacklisted);
		mark_array(s, e, "__start_mcount_loc", "__stop_mcount_loc", mark_ftrace);
	}
}
