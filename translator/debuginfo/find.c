/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding functions, tracepoints and symbols: which source answers. */
#include "translator/debuginfo/btf.h"
#include "translator/debuginfo/dwarf.h"
#include "translator/debuginfo/elfsym.h"
#include <stdlib.h>
#include <string.h>

void di_find_functions(struct di_module *m, const char *name, const char *file, unsigned line, unsigned what,
		       struct di_func_vec *out)
{
	size_t from = out->len;
	bool anywhere = !file && !line;

	if (module_dwarf(m))
		dw_find_functions(m, name, file, line, what, out);
	if (out->len > from)
		return;
	if (!anywhere || !(what & DI_FIND_CONCRETE)) {
		if (!module_dwarf(m) && module_dwarf_needed(m))
			dw_find_functions(m, name, file, line, what, out);
		return;
	}
	if (module_btf(m))
		btf_find_functions(m, name, out);
	if (out->len == from && module_symbols(m))
		sym_find_functions(m, name, out);
}

void di_similar_functions(struct di_module *m, const char *name, size_t max, struct di_name_vec *out)
{
	struct nearest n;

	nearest_init(&n, name, max);
	if (module_dwarf(m))
		dw_similar_functions(m, &n);
	else if (module_btf(m))
		btf_similar_functions(m, &n);
	else if (module_symbols(m))
		sym_similar_functions(m, &n);
	nearest_take(&n, &m->di->arena, out);
}

void di_find_tracepoints(struct di_module *m, const char *glob, struct di_tracepoint_vec *out)
{
	size_t from = out->len;

	if (module_dwarf(m))
		dw_find_tracepoints(m, glob, out);
	if (out->len == from && module_btf(m))
		btf_find_tracepoints(m, glob, out);
}

void di_similar_tracepoints(struct di_module *m, const char *name, size_t max, struct di_name_vec *out)
{
	struct di_tracepoint_vec all = { 0 };
	struct nearest n;

	nearest_init(&n, name, max);
	di_find_tracepoints(m, "*", &all);
	for (size_t i = 0; i < all.len; i++)
		nearest_offer(&n, all.data[i]->name);
	nearest_take(&n, &m->di->arena, out);
}

struct di_func *di_function_at(struct di_module *m, uint64_t pc)
{
	struct di_func *f = module_dwarf(m) ? dw_function_at(m, pc) : NULL;

	return f || !module_symbols(m) ? f : sym_function_at(m, pc);
}

void di_find_lines(struct di_module *m, const char *func, const char *file, enum di_line_kind kind, unsigned first,
		   unsigned last, struct di_site_vec *out)
{
	if (module_dwarf_needed(m))
		dw_find_lines(m, func, file, kind, first, last, out);
}

void di_find_labels(struct di_module *m, struct di_func *f, const char *glob, struct di_site_vec *out)
{
	if (module_dwarf_needed(m))
		dw_find_labels(m, f, glob, out);
}

void di_find_callees(struct di_module *m, struct di_func *f, const char *glob, unsigned depth, struct di_func_vec *out)
{
	if (module_dwarf_needed(m))
		dw_find_callees(m, f, glob, depth, out);
}

void di_func_ranges(struct di_module *m, const struct di_func *f, struct di_range_vec *out)
{
	if (f->source == DI_DWARF && module_dwarf(m))
		dw_func_ranges(m, f, out);
}

bool di_file_matches(const char *pattern, const char *file)
{
	return dw_file_matches(pattern, file);
}
