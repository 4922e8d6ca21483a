/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: which file holds a module's DWARF. */
#ifndef DEBUGINFO_DEBUGFILE_H
#define DEBUGINFO_DEBUGFILE_H

#include "translator/debuginfo/module.h"
#include <libelf.h>

/* Path of a file with DWARF for M: its own, or a separate one by build-id or
 * debuglink; with REMOTE also from debuginfod servers. NULL and *why without. */
const char *debugfile_find(struct di_module *m, bool remote, const char **why);
/* Does the ELF file at PATH have .debug_info? *build_id (may be NULL) gets its id or NULL, in A. */
bool debugfile_has_dwarf(const char *path, struct arena *a, const char **build_id);
/* Does the ELF file at PATH have a section NAME with content? */
bool debugfile_has_section(const char *path, const char *name);
/* Ask debuginfod servers for the debug information of BUILD_ID (hexadecimal); a path, or NULL and *why. */
const char *debuginfod_fetch(struct di_module *m, const char *build_id, const char **why);

#endif
