/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a relocatable ELF file: see object.h. */
#include "translator/build/check/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct arena *arena;
	struct object *o;
	uint32_t symtab;		/* section of the symbols, 0: none was seen */
	uint64_t total;			/* bytes of all sections */
};

/* SIZE bytes at OFFSET, or NULL: not in the file. */
static const void *file_bytes(const struct object *o, uint64_t offset, uint64_t size)
{
	return offset <= o->size && size <= o->size - offset ? o->bytes + offset : NULL;
}

/* The text at OFFSET of the table of strings in section INDEX, or NULL. */
static const char *string_at(const struct object *o, uint32_t index, uint64_t offset)
{
	const struct object_section *s = index < o->nsections ? &o->sections[index] : NULL;

	if (!s || !s->bytes || s->type != SHT_STRTAB || s->bytes[s->size - 1] || offset >= s->size)
		return NULL;
	return (const char *)s->bytes + offset;
}

static bool is_our_kind(const Elf64_Ehdr *h)
{
	const uint16_t one = 1;
	const unsigned char order = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;

	return !memcmp(h->e_ident, ELFMAG, SELFMAG) && h->e_ident[EI_CLASS] == ELFCLASS64 &&
	       h->e_ident[EI_DATA] == order && h->e_type == ET_REL &&
	       h->e_shentsize == sizeof(Elf64_Shdr) && h->e_shstrndx < h->e_shnum;
}

/* Sections that share bytes are refused when they are more than the file: a reader's work
 * stays in proportion to the file's size. */
static int read_section(struct reader *r, const Elf64_Shdr *sh, struct object_section *s)
{
	struct object *o = r->o;

	*s = (struct object_section){ .offset = sh->sh_offset, .size = sh->sh_size,
				      .flags = sh->sh_flags, .type = sh->sh_type,
				      .link = sh->sh_link, .info = sh->sh_info };
	if (s->type == SHT_NULL)
		s->size = 0;
	if (s->type == SHT_NOBITS || !s->size)
		return 0;
	s->bytes = file_bytes(o, s->offset, s->size);
	r->total += s->size;
	return s->bytes && r->total <= o->size ? 0 : -ENOEXEC;
}

static int read_sections(struct reader *r, const Elf64_Ehdr *h)
{
	struct object *o = r->o;
	const unsigned char *at = file_bytes(o, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr));
	Elf64_Shdr sh;
	uint32_t i;
	int err = at ? 0 : -ENOEXEC;

	o->nsections = h->e_shnum;
	o->sections = ARENA_ARRAY(r->arena, struct object_section, o->nsections);
	for (i = 0; i < o->nsections && !err; i++) {
		memcpy(&sh, at + i * sizeof sh, sizeof sh);
		err = read_section(r, &sh, &o->sections[i]);
	}
	for (i = 0; i < o->nsections && !err; i++) {
		memcpy(&sh, at + i * sizeof sh, sizeof sh);
		o->sections[i].name = string_at(o, h->e_shstrndx, sh.sh_name);
		if (!o->sections[i].name)
			err = -ENOEXEC;
		if (o->sections[i].type == SHT_SYMTAB && r->symtab)
			err = -ENOEXEC;
		if (o->sections[i].type == SHT_SYMTAB)
			r->symtab = i;
	}
	return err;
}

static bool read_symbol(struct object *o, uint32_t strings, const Elf64_Sym *sym,
			struct object_symbol *s)
{
	*s = (struct object_symbol){
		.name = string_at(o, strings, sym->st_name), .value = sym->st_value,
		.size = sym->st_size, .section = sym->st_shndx,
		.type = ELF64_ST_TYPE(sym->st_info), .bind = ELF64_ST_BIND(sym->st_info),
	};
	if (s->type == STT_SECTION && s->section < o->nsections)
		s->name = o->sections[s->section].name;
	return s->name && s->section != SHN_XINDEX &&
	       (s->section < o->nsections || s->section >= SHN_LORESERVE);
}

static int read_symbols(struct reader *r)
{
	const struct object_section *table = &r->o->sections[r->symtab];
	struct object *o = r->o;
	Elf64_Sym sym;
	uint32_t i;

	if (!r->symtab || table->size % sizeof sym || table->size / sizeof sym > UINT32_MAX / 2)
		return -ENOEXEC;
	o->nsymbols = (uint32_t)(table->size / sizeof sym);
	o->symbols = ARENA_ARRAY(r->arena, struct object_symbol, o->nsymbols + 1);
	for (i = 0; i < o->nsymbols; i++) {
		memcpy(&sym, table->bytes + i * sizeof sym, sizeof sym);
		if (!read_symbol(o, table->link, &sym, &o->symbols[i]))
			return -ENOEXEC;
	}
	return 0;
}

static int compare_relocs(const void *x, const void *y)
{
	const struct object_reloc *a = x, *b = y;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* The section that the relocations in S change, or NULL: S is damaged. */
static struct object_section *reloc_target(struct object *o, const struct object_section *s)
{
	if (s->link >= o->nsections || o->sections[s->link].type != SHT_SYMTAB ||
	    s->info >= o->nsections || s->size % sizeof(Elf64_Rela))
		return NULL;
	return &o->sections[s->info];
}

static int read_relocs(struct object *o, const struct object_section *s, struct object_section *to)
{
	size_t n = s->size / sizeof(Elf64_Rela), i;
	Elf64_Rela rela;

	for (i = 0; i < n; i++) {
		memcpy(&rela, s->bytes + i * sizeof rela, sizeof rela);
		if (ELF64_R_SYM(rela.r_info) >= o->nsymbols || rela.r_offset >= to->size)
			return -ENOEXEC;
		to->relocs[to->nrelocs++] = (struct object_reloc){
			.offset = rela.r_offset, .addend = rela.r_addend,
			.symbol = (uint32_t)ELF64_R_SYM(rela.r_info),
			.type = (uint32_t)ELF64_R_TYPE(rela.r_info),
		};
	}
	return 0;
}

/* Room for the relocations of each section; nrelocs counts them, and then is 0 again. */
static int make_room_for_relocs(struct reader *r)
{
	struct object *o = r->o;
	struct object_section *s, *to;
	uint32_t i;

	for (i = 1; i < o->nsections; i++) {
		s = &o->sections[i];
		to = s->type == SHT_RELA ? reloc_target(o, s) : NULL;
		if (s->type == SHT_REL || (s->type == SHT_RELA && !to))
			return -ENOEXEC;
		if (to)
			to->nrelocs += s->size / sizeof(Elf64_Rela);
	}
	for (i = 1; i < o->nsections; i++) {
		s = &o->sections[i];
		if (s->nrelocs)
			s->relocs = ARENA_ARRAY(r->arena, struct object_reloc, s->nrelocs);
		s->nrelocs = 0;
	}
	return 0;
}

static void sort_relocs(struct object_section *s)
{
	size_t k;

	for (k = 1; k < s->nrelocs; k++) {
		if (s->relocs[k - 1].offset > s->relocs[k].offset) {
			qsort(s->relocs, s->nrelocs, sizeof *s->relocs, compare_relocs);
			return;
		}
	}
}

static int read_all_relocs(struct reader *r)
{
	struct object *o = r->o;
	int err = make_room_for_relocs(r);
	uint32_t i;

	for (i = 1; i < o->nsections && !err; i++)
		if (o->sections[i].type == SHT_RELA)
			err = read_relocs(o, &o->sections[i], &o->sections[o->sections[i].info]);
	for (i = 1; i < o->nsections && !err; i++)
		sort_relocs(&o->sections[i]);
	return err;
}

int object_read(struct arena *a, const void *bytes, size_t size, struct object *out)
{
	struct reader r = { .arena = a, .o = out };
	Elf64_Ehdr h;
	int err;

	*out = (struct object){ .bytes = bytes, .size = size };
	if (size < sizeof h)
		return -ENOEXEC;
	memcpy(&h, bytes, sizeof h);
	if (!is_our_kind(&h))
		return -ENOEXEC;
	out->machine = h.e_machine;
	err = read_sections(&r, &h);
	if (!err)
		err = read_symbols(&r);
	return err ? err : read_all_relocs(&r);
}

const struct object_section *object_section_of(const struct object *o,
					       const struct object_symbol *s)
{
	return s->section && s->section < o->nsections ? &o->sections[s->section] : NULL;
}
