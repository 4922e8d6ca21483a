/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF source: answers that there is none until the index is in place. */
#include "translator/debuginfo/dwarf.h"
#include "translator/debuginfo/elfsym.h"
struct dw_source *dw_open(struct di_module *m, const char **why){(void)m;*why="no DWARF";return NULL;}
void dw_close(struct dw_source *d){(void)d;}
const struct di_type *dw_type_find(struct di_module *m, enum type_space space, const char *name){(void)m;(void)space;(void)name;return NULL;}
void dw_type_complete(struct type_node *n){(void)n;}
bool dw_enum_value(struct di_module *m, const char *name, int64_t *value){(void)m;(void)name;(void)value;return false;}
void dw_find_functions(struct di_module *m, const char *name, const char *file, unsigned line, unsigned what, struct di_func_vec *out){(void)m;(void)name;(void)file;(void)line;(void)what;(void)out;}
void dw_similar_functions(struct di_module *m, struct nearest *n){(void)m;(void)n;}
void dw_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out){(void)m;(void)glob;(void)out;}
const struct di_type *dw_func_type(struct di_module *m, const struct di_func *f){(void)m;(void)f;return NULL;}
enum dw_found dw_var_place(struct access *x, const struct di_scope *sc, struct place *out){(void)x;(void)sc;(void)out;return DW_MISSING;}
enum dw_found dw_global_place(struct access *x, const char *file, struct place *out){(void)x;(void)file;(void)out;return DW_MISSING;}
void dw_scope_vars(const struct di_scope *sc, struct di_var_vec *out){(void)sc;(void)out;}
struct sym_source *dw_symbols(struct di_module *m){(void)m;return 0;}
struct di_func *di_function_at(struct di_module *m, uint64_t pc){(void)m;(void)pc;return 0;}
void di_find_lines(struct di_module *m, const char *func, const char *file, enum di_line_kind kind, unsigned first, unsigned last, struct di_site_vec *out){(void)m;(void)func;(void)file;(void)kind;(void)first;(void)last;(void)out;}
void di_find_labels(struct di_module *m, struct di_func *f, const char *glob, struct di_site_vec *out){(void)m;(void)f;(void)glob;(void)out;}
void di_find_callees(struct di_module *m, struct di_func *f, const char *glob, unsigned depth, struct di_func_vec *out){(void)m;(void)f;(void)glob;(void)depth;(void)out;}
void di_describe(struct di *d, struct strbuf *out){(void)d;(void)out;}
