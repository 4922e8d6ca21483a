/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tapset library as library.c and library_index.c see it.
 *
 * Directories are read at the first need; which file defines what comes from the
 * index; a file is parsed when a name needs it. */
#ifndef SEMA_LIBRARY_H
#define SEMA_LIBRARY_H

#include "translator/sema/points.h"

struct library_file {
	const char *path;
	uint64_t size, mtime_ns;
	unsigned rank;			/* of its directory: what stands in a lower one counts */
	struct source *source;		/* when it has been read */
	bool macros;			/* *.stpm */
	bool loaded;			/* or tried */
};

struct library_def { uint8_t kind; /* enum defined_kind, or LIBRARY_BROKEN */ uint32_t file; const char *name; };
#define LIBRARY_BROKEN 255

struct library_alias { struct shape shape; uint32_t file; };
VEC_OF(library_alias_vec, struct library_alias *);
VEC_OF(library_file_numbers, uint32_t);

struct library {
	struct session *session;
	VEC(struct library_file *) files;
	VEC(struct library_def) defs;	/* in order of files */
	struct map functions, globals, macros;	/* name -> struct library_file_numbers */
	struct map aliases;		/* first component -> struct library_alias_vec */
	VEC(struct file *) loaded;
};

/* Fill defs, from the cache or from the files; the other tables are library.c's. */
void library_index_read(struct library *lib);
/* Add one file's definitions to the tables. */
void library_index_def(struct library *lib, const struct library_def *d);
/* The text of file N; NULL after a warning. */
struct source *library_source(struct library *lib, uint32_t n);

#endif
