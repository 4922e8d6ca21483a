/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module checker's look at symbols and sections; code goes to modcheck_x86.c. */
#include "translator/build/check/modcheck.h"

#include "translator/build/check/modcheck_x86.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sections that go into memory and mean no more than code or data: their names, or what they begin with. */
static const char *const plain_sections[] = {
	".text", ".rodata", ".data", ".bss", ".data.rel", ".note.gnu.property", ".eh_frame", "__patchable_function_entries",
};
/* … made by objtool and the compiler for the kernel's own patching of thunks, unwinding and branch tracking. */
static const char *const tool_sections[] = {
	".orc_unwind", ".orc_header", ".return_sites", ".retpoline_sites", ".call_sites", ".ibt_endbr_seal", ".static_call_sites",
};
/* Init code and the like, for guru mode: what kernel headers leave behind inline. */
static const char *const guru_sections[] = {
	"__ex_table", ".altinstructions", ".altinstr_replacement", ".altinstr_aux", "__jump_table", "__bug_table", ".smp_locks",
	".parainstructions", "__mcount_loc", ".fixup", "__dyndbg", ".init.", ".exit.", "__param", ".modinfo",
	"___ksymtab", "__ksymtab", "__tracepoints", ".discard", "__kcrctab", ".printk_index", ".static_call", ".ref",
};

#define COUNT(a) (sizeof (a) / sizeof *(a))

struct checker {
	struct arena *arena;
	const struct modcheck *m;
	Elf *elf;
	size_t strings;			/* section of section names */
	size_t nsections;
	Elf_Scn *symtab;
	GElf_Shdr symtab_head;
	Elf_Data *symbols;
	uint64_t *code_sizes;		/* by section */
	bool x86;
};

/* NAME is on the list, or begins with a name on it and a dot (or that ends in one). */
static bool is_below(const char *const *list, size_t n, const char *name)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		k = strlen(list[i]);
		if (!strncmp(name, list[i], k) && (!name[k] || name[k] == '.' || name[k] == '_' || list[i][k - 1] == '.'))
			return true;
	}
	return false;
}

static bool is_allowed_import(const void *arg, const char *name)
{
	const struct checker *c = arg;

	if (c->m->guru || modcheck_is_compilers(name))
		return true;
	if (strncmp(name, "stp_", 4))
		return false;
	return !c->m->runtime.len || elf_names_have(&c->m->runtime, name);
}

static const char *symbol_name(struct checker *c, const GElf_Sym *sym)
{
	const char *s = elf_strptr(c->elf, c->symtab_head.sh_link, sym->st_name);

	return s ? s : "?";
}

static bool is_allowed_section(struct checker *c, const char *name)
{
	return is_below(plain_sections, COUNT(plain_sections), name) || is_below(tool_sections, COUNT(tool_sections), name) ||
	       (c->m->guru && is_below(guru_sections, COUNT(guru_sections), name));
}

/* Note code sections; refuse those that should not be there. */
static const char *check_sections(struct checker *c)
{
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(c->elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			return "a damaged section";
		name = elf_strptr(c->elf, c->strings, sh.sh_name);
		if (!name)
			return "a section without a name";
		if (sh.sh_type == SHT_SYMTAB) {
			c->symtab = scn;
			c->symtab_head = sh;
			c->symbols = elf_getdata(scn, NULL);
		}
		if (!(sh.sh_flags & SHF_ALLOC))
			continue;
		if (!is_allowed_section(c, name))
			return arena_printf(c->arena, "the section %s", name);
		if (sh.sh_flags & SHF_EXECINSTR)
			c->code_sizes[elf_ndxscn(scn)] = sh.sh_size;
	}
	return c->symbols ? NULL : "an object without symbols";
}

static const char *check_symbols(struct checker *c)
{
	const char *name;
	GElf_Sym sym;
	int i;

	for (i = 1; gelf_getsym(c->symbols, i, &sym); i++) {
		if (sym.st_shndx != SHN_UNDEF)
			continue;
		name = symbol_name(c, &sym);
		if (!is_allowed_import(c, name))
			return arena_printf(c->arena, "the import of %s", name);
	}
	return NULL;
}

/* "function+0x1c" */
static const char *place_name(struct checker *c, uint32_t section, uint64_t at)
{
	const char *best = NULL;
	uint64_t from = 0;
	GElf_Sym sym;
	int i;

	for (i = 1; gelf_getsym(c->symbols, i, &sym); i++) {
		if (sym.st_shndx != section || GELF_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_value > at || sym.st_value < from)
			continue;
		best = symbol_name(c, &sym);
		from = sym.st_value;
	}
	if (!best)
		return arena_printf(c->arena, "section %" PRIu32 "+%#" PRIx64, section, at);
	return arena_printf(c->arena, "%s+%#" PRIx64, best, at - from);
}

static int compare_relocs(const void *x, const void *y)
{
	const struct code_reloc *a = x, *b = y;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static int read_relocs(struct checker *c, Elf_Scn *scn, const GElf_Shdr *sh, struct code *code)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	size_t n = d && sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0, i;
	struct code_reloc *r = ARENA_ARRAY(c->arena, struct code_reloc, n + 1);
	GElf_Rela rela;
	GElf_Sym sym;

	for (i = 0; i < n; i++) {
		if (!gelf_getrela(d, (int)i, &rela) || !gelf_getsym(c->symbols, (int)GELF_R_SYM(rela.r_info), &sym))
			return -ENOEXEC;
		r[i] = (struct code_reloc){ .offset = rela.r_offset, .value = (int64_t)sym.st_value + rela.r_addend,
					    .section = sym.st_shndx };
		if (sym.st_shndx == SHN_UNDEF)
			r[i].symbol = symbol_name(c, &sym);
	}
	qsort(r, n, sizeof *r, compare_relocs);
	code->relocs = r;
	code->nrelocs = n;
	return 0;
}

/* The relocations that apply to section INDEX. */
static int find_relocs(struct checker *c, uint32_t index, struct code *code)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	int err = 0;

	while (!err && (scn = elf_nextscn(c->elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_RELA && sh.sh_info == index)
			err = read_relocs(c, scn, &sh, code);
	return err;
}

static int check_code(struct checker *c, uint32_t index, const char **refusal)
{
	Elf_Data *d = elf_getdata(elf_getscn(c->elf, index), NULL);
	struct code code = {
		.section = index, .sizes = c->code_sizes, .nsections = (uint32_t)c->nsections, .guru = c->m->guru,
		.callable = is_allowed_import, .arg = c,
	};
	uint64_t at = 0;
	const char *bad;
	int err;

	if (!d || d->d_size != c->code_sizes[index] || (d->d_size && !d->d_buf))
		return -ENOEXEC;
	code.bytes = d->d_buf;
	code.size = d->d_size;
	err = find_relocs(c, index, &code);
	if (err)
		return err;
	bad = modcheck_x86(c->arena, &code, &at);
	if (bad)
		*refusal = arena_printf(c->arena, "%s in %s", bad, place_name(c, index, at));
	return 0;
}

static int check(struct checker *c, const char **refusal)
{
	uint32_t i;
	int err = 0;

	*refusal = check_sections(c);
	if (!*refusal)
		*refusal = check_symbols(c);
	for (i = 1; i < c->nsections && !err && !*refusal && c->x86; i++)
		if (c->code_sizes[i])
			err = check_code(c, i, refusal);
	return err;
}

int modcheck_object(struct arena *a, const struct modcheck *m, const char **refusal)
{
	struct checker c = { .arena = a, .m = m };
	int fd = open(m->object, O_RDONLY | O_CLOEXEC), err = -ENOEXEC;
	GElf_Ehdr eh;

	*refusal = NULL;
	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	c.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (c.elf && elf_kind(c.elf) == ELF_K_ELF && gelf_getehdr(c.elf, &eh) && eh.e_type == ET_REL &&
	    !elf_getshdrnum(c.elf, &c.nsections) && !elf_getshdrstrndx(c.elf, &c.strings)) {
		c.x86 = eh.e_machine == EM_X86_64;
		c.code_sizes = ARENA_ARRAY(a, uint64_t, c.nsections);
		err = check(&c, refusal);
	}
	elf_end(c.elf);
	close(fd);
	return err;
}
