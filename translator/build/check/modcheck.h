/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module checker: a mistake of the translator (or of embedded C) is to be an
 * error message, and not a panic.
 *
 * It reads the object that was compiled from a script, after the compiler and
 * before anything is loaded, and refuses it when
 * - it imports a symbol that is neither an entry point of the runtime (stp_…) nor
 *   one of the few functions that compilers call unasked;
 * - it has a section that kernel or linker treat specially (init code, exception
 *   table, alternatives, …);
 * - an instruction in it is not on the list of those that handlers are made of
 *   (modcheck_x86.def): privileged ones, input and output, floating point;
 * - a branch goes elsewhere than to an instruction of the same object or to one
 *   of the symbols above, or its target cannot be known.
 * In guru mode the lists are longer; they do not go away.
 *
 * Instructions are checked on x86-64; elsewhere, symbols and sections alone. */
#ifndef CHECK_MODCHECK_H
#define CHECK_MODCHECK_H

#include "translator/build/check/elfcheck.h"

struct modcheck {
	const char *object;		/* path of the script's object file */
	struct elf_names runtime;	/* sorted: global symbols of the runtime; empty: all that start with stp_ */
	bool guru;
};

/* 0: *refusal is NULL, or says in one clause what was refused and where ("the
 * instruction `hlt` in probe_3+0x1c"); or -errno: the object could not be read. */
int modcheck_object(struct arena *a, const struct modcheck *m, const char **refusal);

/* The same for the script's part of a linked module (or of an object) in memory, told from the runtime's
 * as script.h says; stpd asks this of the bytes that it loads.  What code of the script must not do
 * besides: move the stack pointer unknowably, return or jump out of a function with a moved stack pointer
 * or over a changed return address, write at an address that the code itself says unless that is data of
 * the script, be changed by the kernel (alternatives, static calls, exception tables).  Functions with embedded C
 * (in .text.guru) have the longer lists, and may write where they like.
 * 0: *refusal is NULL, or says what is wrong and where, with the probe that leads there; -ENOEXEC: it is no module;
 * -ENOTSUP: of a machine whose code is not checked. */
int modcheck_module(struct arena *a, const void *bytes, size_t size, const char **refusal);

#endif
