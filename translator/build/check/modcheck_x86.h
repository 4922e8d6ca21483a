/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module checker's view of a section of x86-64 code. */
#ifndef CHECK_MODCHECK_X86_H
#define CHECK_MODCHECK_X86_H

#include "translator/build/check/modcheck.h"

/* What the linker will put into the code at OFFSET, resolved as far as it is known now. */
struct code_reloc {
	uint64_t offset;
	const char *symbol;		/* imported, or NULL: the object's own */
	uint32_t section;		/* of its own symbols: where it leads */
	int64_t value;			/* symbol's value in that section, plus the addend */
};

struct code {
	const unsigned char *bytes;
	uint64_t size;
	uint64_t from, to;		/* the part that is looked at, which branches may leave; to 0: all */
	uint32_t section;
	const struct code_reloc *relocs;	/* by offset */
	size_t nrelocs;
	const uint64_t *sizes;		/* of the object's sections, 0 for those without code */
	uint32_t nsections;
	bool guru;			/* embedded C: more instructions, any call and write */
	/* NULL, or why code must not write at VALUE of the object's own SECTION (indexed: from there on) */
	const char *(*unwritable)(const void *arg, uint32_t section, int64_t value, bool indexed);
	/* may a branch go to this imported symbol? */
	bool (*callable)(const void *arg, const char *symbol);
	const void *arg;
};

/* Does a compiler use that symbol of the kernel unasked? */
bool modcheck_is_compilers(const char *name);
/* NULL, or what is wrong as a clause; *at is the offset of the instruction. */
const char *modcheck_x86(struct arena *a, const struct code *code, uint64_t *at);

#endif
