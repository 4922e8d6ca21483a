/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ELF file contains, by a few reads of its headers. */
#ifndef BUILD_ELFPEEK_H
#define BUILD_ELFPEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUILD_ID_HEX 65		/* 32 bytes as text, with the NUL */

struct elf_peek {
	bool dwarf;		/* .debug_info, compressed or not */
	bool btf;		/* .BTF */
	bool symtab;		/* .symtab */
	char build_id[BUILD_ID_HEX];	/* hexadecimal, "" when there is none */
};

/* 0, or -errno (-ENOEXEC: not a 64-bit little-endian ELF file, or damaged). */
int elf_peek(const char *path, struct elf_peek *out);
/* The GNU build-id among the ELF notes at P (as in /sys/kernel/notes); false when there is none. */
bool notes_build_id(const unsigned char *p, size_t len, char out[BUILD_ID_HEX]);

#endif
