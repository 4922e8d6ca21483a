/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions of the module build about object files: paths in, names out. */
#ifndef CHECK_ELFCHECK_H
#define CHECK_ELFCHECK_H

#include "lib/arena.h"
#include "lib/vec.h"
#include <stdbool.h>
#include <stdint.h>

/* Sorted, each once; in the arena of the call that made it. */
VEC_OF(elf_names, const char *);

struct elf_symbols {
	struct elf_names undefined;	/* what the object imports */
	struct elf_names defined;	/* global and weak symbols that it defines */
};

/* All functions: 0, -errno from opening, or -ENOEXEC: not a relocatable
 * file of this machine's byte order, or damaged. */
int elf_symbols_read(struct arena *a, const char *path, struct elf_symbols *out);
/* Where SECTION's bytes lie in the file. -ENOENT: it has no such section. */
int elf_section_find(const char *path, const char *section, uint64_t *offset, uint64_t *size);

bool elf_names_have(const struct elf_names *v, const char *name);
/* The first of NAMES that is in neither A nor B (NULL: empty), or NULL. */
const char *elf_names_missing(const struct elf_names *names, const struct elf_names *a, const struct elf_names *b);

#endif
