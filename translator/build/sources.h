/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runtime's source files: which there are, and a copy of them for kbuild. */
#ifndef BUILD_SOURCES_H
#define BUILD_SOURCES_H

#include "translator/build/cmdline.h"

/* Paths relative to DIR of what makes up the runtime (sources, headers, tables,
 * Kbuild files in include, core, kernel, kfeat), sorted.  0 or -errno
 * (-ENOENT: DIR holds no runtime). */
int sources_list(struct arena *a, const char *dir, struct arg_vec *out);
/* Copy those of FILES whose path begins with PREFIX ("" all) from FROM to TO. 0 or -errno. */
int sources_copy(struct arena *a, const char *from, const struct arg_vec *files, const char *prefix, const char *to);
/* Copy one file's bytes; made anew, mode 0644. 0 or -errno. */
int file_copy(const char *from, const char *to);
/* As above, through an open descriptor, from its start. */
int file_copy_fd(int from, const char *to);

#endif
