/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading symbol tables: an ELF .symtab (or .dynsym), or a System.map.
 *
 * Both become the same sorted array (elfsym.h), which the index file also holds, so
 * questions (symquery.c) do not know where symbols came from.  Kept are named code
 * and data symbols; file, section and compiler-local ones are not. */
#include "translator/debuginfo/elfsym.h"
#include "lib/map.h"
#include "lib/run.h"
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT_BASE 0x10000
#define MAX_SYMBOLS (1u << 24)
#define EXPORT_PREFIX "__ksymtab_"

struct loader {
	struct sym_rec *recs;
	size_t len, cap;
	struct strbuf strings;
};

static void add_symbol(struct loader *l, const char *name, uint64_t addr, uint64_t size, uint32_t section, uint32_t flags)
{
	if (l->len == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 4096;
		l->recs = xrealloc(l->recs, l->cap * sizeof *l->recs);
	}
	l->recs[l->len++] = (struct sym_rec){ addr, (uint32_t)l->strings.len, size > UINT32_MAX ? UINT32_MAX : (uint32_t)size,
					      section, flags };
	sb_add(&l->strings, name, strlen(name) + 1);
}

static int by_address(const void *a, const void *b)
{
	const struct sym_rec *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->name > y->name) - (x->name < y->name);
}

static uint32_t *hash_names(const struct loader *l, size_t *nslots)
{
	size_t size = 1024;
	uint32_t *slots;

	while (size < l->len * 2)
		size *= 2;
	slots = xcalloc(size, sizeof *slots);
	for (size_t i = 0; i < l->len; i++) {
		const char *name = l->strings.s + l->recs[i].name;
		size_t at = hash_bytes(name, strlen(name), 0) & (size - 1);

		while (slots[at])
			at = (at + 1) & (size - 1);
		slots[at] = (uint32_t)i + 1;
	}
	*nslots = size;
	return slots;
}

/* An exported symbol NAME has a companion __ksymtab_NAME. */
static void mark_exported(struct sym_source *s, struct sym_rec *recs)
{
	for (size_t i = 0; i < s->len; i++) {
		const char *name = s->strings + recs[i].name;
		size_t count;
		const struct sym_rec *r;

		if (strncmp(name, EXPORT_PREFIX, sizeof EXPORT_PREFIX - 1))
			continue;
		r = sym_by_name(s, name + sizeof EXPORT_PREFIX - 1, &count);
		if (r)
			recs[r - s->recs].flags |= SYM_EXPORTED;
	}
}

/* Code between the linker's marks for init and no-probe text. */
static void mark_range(struct sym_source *s, const char *from, const char *to, uint32_t flag)
{
	struct sym_rec *recs = (struct sym_rec *)(uintptr_t)s->recs;
	size_t n;
	const struct sym_rec *a = sym_by_name(s, from, &n), *b = sym_by_name(s, to, &n);

	for (size_t i = 0; a && b && i < s->len; i++)
		if (recs[i].addr >= a->addr && recs[i].addr < b->addr)
			recs[i].flags |= flag;
}

static const struct text_range { const char *from, *to; uint32_t flag; } text_ranges[] = {
	{ "_sinittext", "_einittext", SYM_INIT }, { "__kprobes_text_start", "__kprobes_text_end", SYM_NOPROBE },
	{ "__noinstr_text_start", "__noinstr_text_end", SYM_NOPROBE },
	{ "__entry_text_start", "__entry_text_end", SYM_NOPROBE },
	{ "__per_cpu_start", "__per_cpu_end", SYM_PERCPU },
};

static void mark_ranges(struct sym_source *s)
{
	for (size_t i = 0; i < sizeof text_ranges / sizeof *text_ranges; i++)
		mark_range(s, text_ranges[i].from, text_ranges[i].to, text_ranges[i].flag);
}

static struct sym_source *finish(struct loader *l)
{
	struct sym_source *s;

	if (!l->len) {
		free(l->recs);
		sb_free(&l->strings);
		return NULL;
	}
	qsort(l->recs, l->len, sizeof *l->recs, by_address);
	s = xcalloc(1, sizeof *s);
	s->recs = l->recs;
	s->len = l->len;
	s->slots = hash_names(l, &s->nslots);
	s->strings_len = l->strings.len;
	s->strings = sb_steal(&l->strings);
	s->owned = true;
	mark_exported(s, l->recs);
	mark_ranges(s);
	return s;
}

void sym_close(struct sym_source *s)
{
	if (!s)
		return;
	if (s->owned) {
		free((void *)(uintptr_t)s->recs);
		free((void *)(uintptr_t)s->strings);
		free((void *)(uintptr_t)s->slots);
	}
	free(s);
}

/* ---- ELF ---- */

void elf_layout(Elf *e)
{
	uint64_t end = LAYOUT_BASE;
	Elf_Scn *scn = NULL;
	GElf_Ehdr eh;

	if (!gelf_getehdr(e, &eh) || eh.e_type != ET_REL)
		return;
	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		uint64_t align;

		if (!gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC))
			continue;
		align = sh.sh_addralign ? sh.sh_addralign : 1;
		sh.sh_addr = (end + align - 1) / align * align;
		end = sh.sh_addr + sh.sh_size;
		gelf_update_shdr(scn, &sh);
	}
}

const char *elf_build_id(Elf *e, struct arena *a)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		Elf_Data *d = gelf_getshdr(scn, &sh) && sh.sh_type == SHT_NOTE ? elf_getdata(scn, NULL) : NULL;
		size_t off = 0, next, name, desc;
		GElf_Nhdr n;

		for (; d && (next = gelf_getnote(d, off, &n, &name, &desc)) > 0; off = next) {
			char text[129];

			if (n.n_type != NT_GNU_BUILD_ID || n.n_namesz != 4 || !n.n_descsz || n.n_descsz > 64)
				continue;
			for (size_t i = 0; i < n.n_descsz; i++)
				snprintf(text + 2 * i, 3, "%02x", ((unsigned char *)d->d_buf)[desc + i]);
			return arena_strdup(a, text);
		}
	}
	return NULL;
}

/* What the name of a section says about the code in it. The kernel itself keeps no .exit.text; modules do, and their
 * .init.text while they start. */
static uint32_t section_flags(const char *name, bool rel)
{
	static const struct { const char *prefix; uint32_t flags; } table[] = {
		{ ".init", SYM_INIT }, { ".kprobes.text", SYM_NOPROBE },
		{ ".noinstr.text", SYM_NOPROBE }, { ".entry.text", SYM_NOPROBE }, { ".head.text", SYM_INIT },
		{ ".data..percpu", SYM_PERCPU },
	};

	if (!rel && !strcmp(name, ".exit.text"))
		return SYM_INIT;
	if (rel && !strcmp(name, ".init.text"))
		return SYM_START;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strncmp(name, table[i].prefix, strlen(table[i].prefix)))
			return table[i].flags;
	return 0;
}

/* Sections by number: address and flags. */
struct section { uint64_t addr; uint32_t flags; bool code; };

static struct section *read_sections(Elf *e, size_t *count)
{
	struct section *s;
	size_t names, n;
	Elf_Scn *scn = NULL;
	GElf_Ehdr eh;
	bool rel = gelf_getehdr(e, &eh) && eh.e_type == ET_REL;

	if (elf_getshdrnum(e, &n) || !n || elf_getshdrstrndx(e, &names))
		return NULL;
	s = xcalloc(n, sizeof *s);
	while ((scn = elf_nextscn(e, scn))) {
		GElf_Shdr sh;
		const char *name = gelf_getshdr(scn, &sh) ? elf_strptr(e, names, sh.sh_name) : NULL;

		if (!name || elf_ndxscn(scn) >= n)
			continue;
		s[elf_ndxscn(scn)] = (struct section){ sh.sh_addr, section_flags(name, rel), sh.sh_flags & SHF_EXECINSTR };
	}
	*count = n;
	return s;
}

static uint32_t symbol_flags(const GElf_Sym *y, const struct section *s)
{
	unsigned type = GELF_ST_TYPE(y->st_info), bind = GELF_ST_BIND(y->st_info);
	uint32_t f = s ? s->flags : SYM_ABSOLUTE;

	if (type == STT_FUNC || type == STT_GNU_IFUNC || (type == STT_NOTYPE && s && s->code))
		f |= SYM_FUNC;
	if (bind == STB_GLOBAL)
		f |= SYM_GLOBAL;
	else if (bind == STB_WEAK)
		f |= SYM_WEAK;
	return f;
}

/* Names that stand for no function or object: labels of the assembler, prefix padding, marks of the build. */
static bool is_noise(const char *name)
{
	return !*name || *name == '.' || *name == '$' || !strncmp(name, "__pfx_", 6) || !strncmp(name, "__cfi_", 6);
}

static void read_symbols(struct loader *l, Elf *e, Elf_Scn *scn, const GElf_Shdr *sh, const struct section *secs, size_t nsecs)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	size_t n = d && sh->sh_entsize ? d->d_size / sh->sh_entsize : 0;
	GElf_Ehdr eh;
	bool rel = gelf_getehdr(e, &eh) && eh.e_type == ET_REL;

	for (size_t i = 1; i < n && i < MAX_SYMBOLS; i++) {
		GElf_Sym y;
		const char *name;
		const struct section *s;
		unsigned type;

		if (!gelf_getsym(d, (int)i, &y) || y.st_shndx == SHN_UNDEF || y.st_shndx == SHN_COMMON)
			continue;
		type = GELF_ST_TYPE(y.st_info);
		name = elf_strptr(e, sh->sh_link, y.st_name);
		if (!name || type == STT_FILE || type == STT_SECTION || type == STT_TLS || is_noise(name))
			continue;
		s = y.st_shndx < nsecs && y.st_shndx < SHN_LORESERVE ? &secs[y.st_shndx] : NULL;
		add_symbol(l, name, y.st_value + (rel && s ? s->addr : 0), y.st_size, s ? y.st_shndx : 0, symbol_flags(&y, s));
	}
}

static Elf_Scn *find_table(Elf *e, uint32_t type, GElf_Shdr *sh)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e, scn)))
		if (gelf_getshdr(scn, sh) && sh->sh_type == type)
			return scn;
	return NULL;
}

struct sym_source *sym_from_elf(Elf *e)
{
	struct loader l = { 0 };
	struct sym_source *s;
	size_t nsecs;
	struct section *secs = read_sections(e, &nsecs);
	GElf_Shdr sh;
	Elf_Scn *scn;

	if (!secs)
		return NULL;
	scn = find_table(e, SHT_SYMTAB, &sh);
	if (!scn)
		scn = find_table(e, SHT_DYNSYM, &sh);
	if (scn)
		read_symbols(&l, e, scn, &sh, secs, nsecs);
	free(secs);
	s = finish(&l);
	if (s)
		sym_mark_tables(s, e);
	return s;
}

/* ---- System.map: "ADDRESS TYPE NAME" lines ---- */

static void map_line(struct loader *l, char *line)
{
	char *end, *name;
	uint64_t addr = strtoull(line, &end, 16);
	uint32_t flags = 0;
	char type;

	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return;
	type = end[1];
	name = end + 3;
	if (is_noise(name))
		return;
	if (strchr("tTwW", type))
		flags |= SYM_FUNC;
	if (type >= 'A' && type <= 'Z' && type != 'W' && type != 'V')
		flags |= SYM_GLOBAL;
	if (type == 'A' || type == 'a')
		flags |= SYM_ABSOLUTE;
	add_symbol(l, name, addr, 0, 0, flags);
}

struct sym_source *sym_from_map(const char *path)
{
	struct strbuf b = STRBUF_INIT;
	struct loader l = { 0 };

	if (read_file(path, &b))
		return NULL;
	for (char *save, *p = b.s ? strtok_r(b.s, "\n", &save) : NULL; p; p = strtok_r(NULL, "\n", &save))
		map_line(&l, p);
	sb_free(&b);
	return finish(&l);
}
