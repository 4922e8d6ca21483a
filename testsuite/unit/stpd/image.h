/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a module that the checks of stpd let pass, for tests that change them. */
#ifndef TESTSUITE_UNIT_STPD_IMAGE_H
#define TESTSUITE_UNIT_STPD_IMAGE_H

#include <elf.h>
#include <stdbool.h>

enum { NONE, NAMES, INFO, MODULE, TEXT, DATA, RELA, SYMBOLS, NSECTIONS };
/* Where the kernel has the module's name, in the section MODULE. */
enum { NAME_AT = 24, NAME_ROOM = 56 };

/* One of stap's, whose table of probes leads to the function f. */
struct image {
	Elf64_Ehdr head;
	Elf64_Shdr sections[NSECTIONS];
	char names[64], info[64], module[128];
	unsigned char text[8], data[8];
	Elf64_Rela rela[1];
	Elf64_Sym symbols[3];
};

/* Offsets in NAMES. */
enum { N_INFO = 1, N_MODULE = 10, N_TEXT = 36, N_DATA = 42, N_TABLE = 48, N_F = 59 };

struct image image_good(void);
/* The same with a function f that stops the CPU. */
struct image image_harmful(void);
/* A descriptor of a file in memory that holds F. */
int image_open(const struct image *f);
/* Whether the kernel that the test plays was given just F. */
bool image_was_loaded(const struct image *f);

#endif
