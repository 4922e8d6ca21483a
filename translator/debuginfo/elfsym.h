/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: bare symbols, from an ELF file or a System.map. */
#ifndef DEBUGINFO_ELFSYM_H
#define DEBUGINFO_ELFSYM_H

#include "translator/debuginfo/module.h"
#include <libelf.h>

enum sym_flag {
	SYM_FUNC = 1,		/* code: a probe can sit in it */
	SYM_GLOBAL = 2,
	SYM_WEAK = 4,
	SYM_INIT = 8,		/* in a section that is freed or never probed (see SYM_NOPROBE) */
	SYM_NOPROBE = 16,	/* .kprobes.text, .noinstr.text, .entry.text */
	SYM_EXPORTED = 32,
	SYM_ABSOLUTE = 64,
	SYM_PERCPU = 128,	/* link-time address of a per-CPU variable */
	SYM_FTRACE = 256,	/* its entry is an ftrace site */
	SYM_START = 512,	/* of a module, and there only while the module starts */
};

/* One symbol; also the record of the index file. */
struct sym_rec {
	uint64_t addr;
	uint32_t name;		/* offset in strings */
	uint32_t size;
	uint32_t section;	/* ELF section index, 0 unknown */
	uint32_t flags;
};
_Static_assert(sizeof(struct sym_rec) == 24, "file format");

/* Symbols sorted by address, with a hash of names (1 + record number, 0 empty,
 * linear probing, a power of two of slots). */
struct sym_source {
	const struct sym_rec *recs;
	size_t len;
	const char *strings;
	size_t strings_len;
	const uint32_t *slots;
	size_t nslots;
	bool owned;		/* the arrays are ours to free */
};

/* NULL when there is no symbol table of any kind. */
struct sym_source *sym_open(struct di_module *m);
void sym_close(struct sym_source *s);
/* The symbols of an ELF file (relocatable files: in the layout of elf_layout()); NULL when it has none. */
struct sym_source *sym_from_elf(Elf *e);
struct sym_source *sym_from_map(const char *path);
/* Flags from the tables of a kernel or module: kprobes blacklist, ftrace sites. */
void sym_mark_tables(struct sym_source *s, Elf *e);
const char *sym_name(const struct sym_source *s, const struct sym_rec *r);
/* The best symbol named NAME (functions, then globals first); *count how many have the name. */
const struct sym_rec *sym_by_name(const struct sym_source *s, const char *name, size_t *count);
/* The symbol NAME at address ADDR, or NULL. */
const struct sym_rec *sym_named_at(const struct sym_source *s, uint64_t addr, const char *name);
/* Nearest at or below ADDR whose extent or section may hold it; NULL when there is none. */
const struct sym_rec *sym_at(const struct sym_source *s, uint64_t addr);

/* Addresses of the sections of a relocatable file, laid out one behind the other in
 * the way libdwfl does, so that DWARF and symbols agree. Updates the headers in memory. */
void elf_layout(Elf *e);
/* The bytes at link-time address ADDR, at most *LEN of them: the file's own, of E. NULL: the file has none there. */
const unsigned char *elf_bytes_at(Elf *e, uint64_t addr, size_t *len);
/* The GNU build-id as text, or NULL; in A. */
const char *elf_build_id(Elf *e, struct arena *a);

void sym_find_functions(struct di_module *m, const char *name, struct di_func_vec *out);
void sym_similar_functions(struct di_module *m, struct nearest *n);
struct di_func *sym_function_at(struct di_module *m, uint64_t pc);
/* Why code at R cannot be probed, or NULL. */
const char *sym_unprobeable(const struct sym_rec *r);

#endif
