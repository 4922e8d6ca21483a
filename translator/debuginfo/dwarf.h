/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: DWARF, through libdw and the index of bet 3. */
#ifndef DEBUGINFO_DWARF_H
#define DEBUGINFO_DWARF_H

#include "translator/debuginfo/place.h"
#include "translator/debuginfo/type.h"

/* NULL and *why when the module has no DWARF. */
struct dw_source *dw_open(struct di_module *m, const char **why);
void dw_close(struct dw_source *d);

const struct di_type *dw_type_find(struct di_module *m, enum type_space space, const char *name);
void dw_type_complete(struct type_node *n);
bool dw_enum_value(struct di_module *m, const char *name, int64_t *value);

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
void dw_scope_vars(const struct di_scope *sc, struct di_var_vec *out);

#endif
