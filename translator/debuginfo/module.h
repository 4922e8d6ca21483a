/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: the handle, its modules, and what the sources give each other.
 *
 * A module asks its sources lazily: nothing is opened before a question needs
 * it, and a source that failed to open is not tried twice.  Objects handed out
 * live in the handle's arena. */
#ifndef DEBUGINFO_MODULE_H
#define DEBUGINFO_MODULE_H

#include "lib/map.h"
#include "translator/debuginfo/di.h"

#define UNPROBEABLE_BLACKLISTED "it is on the kernel's kprobes blacklist"

struct btf_source;
struct dw_source;
struct sym_source;

enum module_kind { MODULE_KERNEL, MODULE_KO, MODULE_USER, MODULE_TYPES };

struct di {
	struct session *s;
	struct arena arena;
	struct map modules;		/* name or path -> struct di_module */
	struct map ko_paths;		/* module name -> path below the module directory, made on first need */
	bool ko_listed;
	bool symvers_read, blacklist_read;
	struct map blacklist;		/* names that the running kernel refuses to probe */
	struct strbuf symvers;		/* Module.symvers of the build tree */
};

struct di_module {
	struct di *di;
	const char *name;
	enum module_kind kind;
	const char *path;		/* all but MODULE_KERNEL: its file */
	const char *build_id;
	struct btf_source *btf;
	struct dw_source *dw;
	struct sym_source *syms;
	bool btf_tried, dw_tried, dw_remote_tried, syms_tried, id_tried;
	const char *btf_why, *dw_why;	/* why a source is missing, one sentence */
	struct map btf_types, dw_types;	/* type id or DIE offset -> struct type_node */
	struct event_source *events;	/* event_system.c; NULL: not tried */
	struct map *syscalls;		/* syscall.c: name -> struct syscall; NULL: not tried */
	bool syscalls_listed;		/* in full; else each is asked for */
	struct map builtin_types;	/* base types that no source has */
};

/* Each returns NULL when the module has no such source. */
struct btf_source *module_btf(struct di_module *m);
struct dw_source *module_dwarf(struct di_module *m);
/* DWARF for a question that nothing else answers: asks debuginfod servers, where some are set. */
struct dw_source *module_dwarf_needed(struct di_module *m);
struct sym_source *module_symbols(struct di_module *m);
struct di_module *module_kernel(struct di *d);
void events_close(struct event_source *e);	/* may be NULL */

/* Does the running kernel list NAME as unprobeable? False when it is another kernel or cannot be read. */
bool blacklist_has(struct di *d, const char *name);
/* Is NAME exported by M? From the build tree. Before, its whole text. */
bool symvers_has(struct di_module *m, const char *name);
/* Is the field behind the tab at P module M? A module is named by the path of its object. */
bool symvers_has_module(const struct di_module *m, const char *p);
const char *symvers_text(struct di *d, size_t *len);
/* Names as users write modules: - and _ are the same. */
bool module_name_equal(const char *a, const char *b);
/* NAME against a glob; patterns without *, ?, [ compare as text. */
bool glob_match(const char *pattern, const char *text);
bool glob_is_plain(const char *pattern);

/* The nearest names to WORD so far, at most MAX, nearest first. */
struct nearest {
	const char *word;
	size_t max, len;
	struct { const char *name; unsigned distance; } best[8];
};
void nearest_init(struct nearest *n, const char *word, size_t max);
void nearest_offer(struct nearest *n, const char *name);
void nearest_take(struct nearest *n, struct arena *a, struct di_name_vec *out);

#endif
