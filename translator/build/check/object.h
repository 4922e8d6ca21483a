/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A relocatable ELF file in memory: sections, symbols, relocations, as a kernel's
 * module loader sees them.
 *
 * The reader trusts nothing: whatever it hands out lies within the bytes that it
 * was given, names end with a NUL, and each relocation's symbol exists.  It takes
 * what modules are (64 bits, this machine's byte order, one symbol table, RELA
 * relocations) and refuses all other files. */
#ifndef CHECK_OBJECT_H
#define CHECK_OBJECT_H

#include "lib/arena.h"
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

struct object_reloc {
	uint64_t offset;		/* in the section that it changes */
	int64_t addend;
	uint32_t symbol, type;
};

struct object_section {
	const char *name;
	const unsigned char *bytes;	/* NULL: the file has none (SHT_NOBITS, or empty) */
	uint64_t offset, size, flags;	/* offset: in the file */
	uint32_t type, link, info;
	struct object_reloc *relocs;	/* of all relocation sections for it, by offset */
	size_t nrelocs;
};

struct object_symbol {
	const char *name;		/* that of the section for a section's symbol */
	uint64_t value, size;
	uint32_t section;		/* 0: undefined; SHN_LORESERVE and more: none of the file's */
	uint8_t type, bind;
};

struct object {
	const unsigned char *bytes;
	uint64_t size;
	uint16_t machine;
	struct object_section *sections;	/* by index; 0 is none */
	uint32_t nsections;
	struct object_symbol *symbols;	/* by index; 0 is none */
	uint32_t nsymbols;
};

/* 0, or -ENOEXEC: no such file, or damaged.  BYTES must outlive OUT. */
int object_read(struct arena *a, const void *bytes, size_t size, struct object *out);
/* The symbol's section, or NULL: imported, absolute, common. */
const struct object_section *object_section_of(const struct object *o,
					       const struct object_symbol *s);

#endif
