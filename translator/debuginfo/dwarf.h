/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: DWARF, through libdw and the index of bet 3. */
#ifndef DEBUGINFO_DWARF_H
#define DEBUGINFO_DWARF_H

#include "translator/debuginfo/place.h"
#include "translator/debuginfo/type.h"
#include <string.h>

/* NULL and *why when the module has no DWARF; REMOTE: ask debuginfod servers too. */
struct dw_source *dw_open(struct di_module *m, bool remote, const char **why);
void dw_close(struct dw_source *d);

const struct di_type *dw_type_find(struct di_module *m, enum type_space space, const char *name);
void dw_type_complete(struct type_node *n);
bool dw_enum_value(struct di_module *m, const char *name, int64_t *value);
void dw_similar_types(struct di_module *m, enum type_space space, struct nearest *n);
void dw_similar_enumerators(struct di_module *m, struct nearest *n);

void dw_find_functions(struct di_module *m, const char *name, const char *file, unsigned line, unsigned what,
		       struct di_func_vec *out);
void dw_similar_functions(struct di_module *m, struct nearest *n);
void dw_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out);
/* The DI_FUNC type of F, with names of parameters; NULL when its DIE cannot be read. */
const struct di_type *dw_func_type(struct di_module *m, const struct di_func *f);

/* The symbols that the index of M holds; NULL when it has none. A new object a call, without arrays of its own. */
struct sym_source *dw_symbols(struct di_module *m);

/* Places of variables. DW_FAILED: the error is in x->out. DW_FOUND with
 * PLACE_NOWHERE: it exists, without a location at the scope's address. */
enum dw_found { DW_MISSING, DW_FOUND, DW_FAILED };
enum dw_found dw_var_place(struct access *x, const struct di_scope *sc, struct place *out);
enum dw_found dw_global_place(struct access *x, const char *file, struct place *out);
/* Where a variable that is not visible in SC is, or NULL. */
const char *dw_elsewhere(const struct di_scope *sc, const char *name);
void dw_scope_vars(const struct di_scope *sc, struct di_var_vec *out);


/* A copy that the compiler changed (foo.isra.0, foo.constprop.1): its calling convention is its own. */
static inline bool dw_is_clone(const struct di_func *f)
{
	return f->link_name && strchr(f->link_name, '.');
}

struct di_func *dw_function_at(struct di_module *m, uint64_t pc);
void dw_find_lines(struct di_module *m, const char *func, const char *file, enum di_line_kind kind, unsigned first,
		   unsigned last, struct di_site_vec *out);
void dw_find_labels(struct di_module *m, struct di_func *f, const char *glob, struct di_site_vec *out);
/* Match of a file against a user's pattern: the whole, or from a directory boundary on. NULL matches all. */
bool dw_file_matches(const char *pattern, const char *file);
void dw_find_callees(struct di_module *m, struct di_func *f, const char *glob, unsigned depth, struct di_func_vec *out);
void dw_func_ranges(struct di_module *m, const struct di_func *f, struct di_range_vec *out);

#endif
