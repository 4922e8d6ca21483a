/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The places that a kprobe point stands for: functions, inlined copies, labels,
 * statements, as debug information has them. */
#include "translator/family/kprobe.h"
#include "lib/wildcard.h"
#include "translator/session.h"

#include <string.h>

struct kprobe_site kprobe_site_of_function(const struct match *m, struct di_func *f)
{
	struct kprobe_site s = { .module = f->module, .func = f, .pc = f->pc, .where = DI_AT_ENTRY };

	if (m->row->variant & KP_RETURN) {
		s.where = DI_AT_RETURN;
		s.pc = f->entry;
	} else if (f->is_inline || f->pc != f->entry) {
		s.where = DI_AT_PC;
	}
	return s;
}

bool kprobe_is_wanted(const struct match *m, const struct di_func *f, const char **why)
{
	struct arena *a = &m->session->arena;

	if ((m->row->variant & KP_EXPORTED) && !f->exported) {
		*why = arena_printf(a, "%s is not exported", f->name);
		return false;
	}
	if (f->unprobeable) {
		*why = arena_printf(a, "%s cannot be probed: %s", f->name, f->reason ? f->reason : "the kernel forbids it");
		return false;
	}
	return true;
}

void kprobe_explain_missing(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern)
{
	struct di_name_vec near = { 0 };
	const char *where = pattern->file ? arena_printf(&m->session->arena, " in %s", pattern->file) : "";

	if (!wildcard_is(pattern->function) && !(m->row->variant & KP_INLINE))
		di_similar_functions(module, pattern->function, 1, &near);
	if (near.len && strcmp(near.data[0], pattern->function))
		match_explain(m, "%s has no function %s%s; did you mean %s?", di_module_name(module), pattern->function,
			      where, near.data[0]);
	else
		match_explain(m, "%s has no %sfunction %s%s", di_module_name(module),
			      m->row->variant & KP_INLINE ? "inlined copy of a " : "", pattern->function, where);
}

static unsigned what_to_find(const struct match *m)
{
	unsigned variant = m->row->variant;
	/* a list of points names a function once, however many copies it has (of which one may be exported, or have labels) */
	unsigned unique = m->session->opt.list == LIST_POINTS && !(variant & (KP_LABEL | KP_EXPORTED)) ? DI_FIND_UNIQUE : 0;

	if (variant & KP_INLINE)
		return DI_FIND_INLINE | unique;
	if (variant & (KP_CALL | KP_RETURN | KP_EXPORTED | KP_LABEL | KP_STATEMENT))
		return DI_FIND_CONCRETE | unique;
	return DI_FIND_CONCRETE | DI_FIND_INLINE | unique;
}

/* LINE, if not 0, is that of the function or of the label: the latter is what a point's text has. */
static void add_labels(const struct match *m, struct di_module *module, struct di_func *f, unsigned line, struct kprobe_site_vec *out)
{
	struct di_site_vec sites = { 0 };
	size_t i;

	di_find_labels(module, f, match_string(m, "label"), &sites);
	for (i = 0; i < sites.len; i++) {
		struct kprobe_site s = { .module = module, .func = f, .where = DI_AT_PC, .pc = sites.data[i].pc,
					 .file = sites.data[i].file, .line = sites.data[i].line,
					 .label = sites.data[i].label };

		if (!line || f->line == line || s.line == line)
			vec_push(&m->session->arena, out, s);
	}
}

/* sys_read, as scripts have always called it, is no symbol where system calls get their arguments in a structure of registers.
 * The kernel calls __x64_sys_read. Behind that __do_sys_read has the arguments and the code, and is mostly inlined: without
 * DWARF, only the few that are not would be found. */
static void find_syscall(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
			 struct di_func_vec *out)
{
	static const char *const prefixes[] = { "__do_", "__x64_", "__arm64_" };
	size_t before = out->len;

	if ((m->row->variant & KP_MODULE) || strncmp(pattern->function, "sys_", 4))
		return;
	for (size_t i = di_sources(module) & DI_DWARF ? 0 : 1; i < sizeof prefixes / sizeof *prefixes && out->len == before; i++)
		di_find_functions(module, arena_printf(&m->session->arena, "%s%s", prefixes[i], pattern->function),
				  pattern->file, 0, what_to_find(m), out);
}

static void find_functions(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
			   struct kprobe_site_vec *out)
{
	unsigned line = pattern->lines.len ? pattern->lines.data[0].first : 0;
	struct di_func_vec funcs = { 0 };
	const char *why = NULL;
	size_t i, before = out->len;

	di_find_functions(module, pattern->function, pattern->file, m->row->variant & KP_LABEL ? 0 : line, what_to_find(m), &funcs);
	if (!funcs.len || wildcard_is(pattern->function))
		find_syscall(m, module, pattern, &funcs);
	if (!funcs.len) {
		kprobe_explain_missing(m, module, pattern);
		return;
	}
	for (i = 0; i < funcs.len; i++) {
		if (!kprobe_is_wanted(m, funcs.data[i], &why))
			continue;
		if (m->row->variant & KP_LABEL)
			add_labels(m, module, funcs.data[i], line, out);
		else
			vec_push(&m->session->arena, out, kprobe_site_of_function(m, funcs.data[i]));
	}
	if (out->len > before)
		return;
	if (why)
		match_explain(m, "%s", why);
	else
		match_explain(m, "%s has no label %s", pattern->function, match_string(m, "label"));
}

/* The lines nearest to +N, counted from where each function is declared. */
static void find_nearest_behind(struct di_module *module, const struct kprobe_pattern *pattern, unsigned n, struct di_site_vec *out)
{
	struct di_func_vec funcs = { 0 };
	size_t i;

	di_find_functions(module, pattern->function, pattern->file, 0, DI_FIND_CONCRETE | DI_FIND_INLINE | DI_FIND_UNIQUE, &funcs);
	for (i = 0; i < funcs.len; i++) {
		const struct di_func *f = funcs.data[i];

		if (f->line)
			di_find_lines(module, f->name, f->file, DI_LINE_NEAREST, f->line + n, f->line + n, out);
	}
}

static void find_statements(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
			    struct kprobe_site_vec *out)
{
	struct di_site_vec sites = { 0 };
	size_t i;

	for (i = 0; i < pattern->lines.len; i++) {
		const struct kprobe_lines *l = &pattern->lines.data[i];
		enum di_line_kind kind = l->kind;

		if (kind == DI_LINE_EXACT && (m->row->variant & KP_NEAREST))
			kind = DI_LINE_NEAREST;
		if (kind == DI_LINE_RELATIVE && (m->row->variant & KP_NEAREST))
			find_nearest_behind(module, pattern, l->first, &sites);
		else
			di_find_lines(module, pattern->function, pattern->file, kind, l->first, l->last, &sites);
	}
	for (i = 0; i < sites.len; i++) {
		const struct di_site *d = &sites.data[i];
		struct kprobe_site s = { .module = module, .func = d->func, .where = DI_AT_PC, .pc = d->pc,
					 .file = d->file, .line = d->line };

		if (d->func && d->pc == d->func->entry)
			s.where = DI_AT_ENTRY;
		vec_push(&m->session->arena, out, s);
	}
	if (!sites.len && !(di_sources(module) & DI_DWARF))
		match_explain(m, "line numbers of %s need its DWARF debug information", di_module_name(module));
	else if (!sites.len)
		match_explain(m, "no statement of a function %s begins on that line of %s%s", pattern->function, pattern->file,
			      m->row->variant & KP_NEAREST ? "" : "; .nearest takes the next one that does");
}

void kprobe_find(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
		 struct kprobe_site_vec *out)
{
	if (m->row->variant & KP_CALLEE)
		kprobe_find_callees(m, module, pattern, out);
	else if ((m->row->variant & KP_STATEMENT) && pattern->lines.len)
		find_statements(m, module, pattern, out);
	else
		find_functions(m, module, pattern, out);
}

bool kprobe_find_address(const struct match *m, struct di_module *module, uint64_t addr, struct kprobe_site *out)
{
	struct di_func *f = di_function_at(module, addr);
	const char *why = NULL;

	if (!f) {
		match_explain(m, "%s has no function at 0x%llx", di_module_name(module), (unsigned long long)addr);
		return false;
	}
	if (!kprobe_is_wanted(m, f, &why)) {
		match_explain(m, "%s", why);
		return false;
	}
	*out = kprobe_site_of_function(m, f);
	if (m->row->variant & KP_STATEMENT) {
		out->pc = addr;
		out->where = addr == f->entry ? DI_AT_ENTRY : DI_AT_PC;
	}
	return true;
}
