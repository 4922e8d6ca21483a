/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.*, module().*, kprobe.*: code of the kernel, at entries, returns and in the middle.
 *
 * A place is handed to the module as symbol + offset, as it knows no link-time
 * addresses: the function's own symbol when no other has its name, else the start
 * of the kernel's text.  kprobe.* points are symbols and nothing else; whether
 * they exist is found out when the module is loaded. */
#include "translator/family/kprobe.h"
#include "lib/wildcard.h"
#include "translator/errors.h"
#include "translator/session.h"

#include <inttypes.h>
#include <string.h>

/* probe->data: the row. */
struct kprobe {
	const char *module;		/* NULL: the kernel itself */
	const char *symbol;		/* NULL with STP_KP_ABSOLUTE */
	uint64_t offset;
	uint64_t distance;		/* of the kernel's own symbol from the start of its text; 0: not known */
	unsigned flags;
	int64_t maxactive;
	const struct kprobe_callers *callers;
};

#define MAXACTIVE_MAX 1000000

/* ---- symbol and offset ---- */

static void locate(struct kprobe *k, const struct kprobe_site *site)
{
	const struct di_func *f = site->func;
	uint64_t base = 0, text = 0;

	k->symbol = f ? f->link_name ? f->link_name : f->name : NULL;
	if (k->symbol && !site->pc)
		return;		/* debug information without addresses: the name must do */
	if (kprobe_unique_symbol(site->module, k->symbol, &base) && base <= site->pc) {
		k->offset = site->pc - base;
		if (!k->module && kprobe_unique_symbol(site->module, "_stext", &text) && text <= base)
			k->distance = base - text;
	} else {
		kprobe_place(site->module, k->module, site->pc, &k->symbol, &k->offset);
	}
}

/* ---- text ---- */

static const char *where_text(const struct match *m, const char *module)
{
	const char *family = m->row->variant & KP_BARE ? "kprobe" : "kernel";

	if (!(m->row->variant & KP_MODULE))
		return family;
	return arena_printf(&m->session->arena, m->row->variant & KP_BARE ? "kprobe.module(\"%s\")" : "module(\"%s\")", module);
}

static const char *suffix_text(const struct match *m, int64_t maxactive)
{
	unsigned v = m->row->variant;

	if (v & KP_RETURN)
		return maxactive ? arena_printf(&m->session->arena, ".return.maxactive(%" PRId64 ")", maxactive) : ".return";
	return v & KP_CALL ? ".call" : v & KP_INLINE ? ".inline" : v & KP_EXPORTED ? ".exported" :
	       v & KP_NEAREST ? ".nearest" : "";
}

/* vfs_read@fs/read_write.c:450 */
static const char *code_text(const struct match *m, const char *name, const char *file, unsigned line)
{
	struct arena *a = &m->session->arena;

	if (!file)
		return name;
	return line ? arena_printf(a, "%s@%s:%u", name, file, line) : arena_printf(a, "%s@%s", name, file);
}

/* kernel.function("vfs_read@fs/read_write.c:450").return */
static const char *site_text(const struct match *m, const struct kprobe_site *s, int64_t maxactive)
{
	struct arena *a = &m->session->arena;
	const char *file = s->file ? s->file : s->func ? s->func->file : NULL, *text;
	unsigned line = s->file ? s->line : s->func ? s->func->line : 0;
	const struct di_func *c = s->caller;

	text = code_text(m, s->func ? s->func->name : arena_printf(a, "0x%" PRIx64, s->pc), file, line);
	if (c && s->depth > 1)
		text = arena_printf(a, "%s\").callees(%u).callee(\"%s", code_text(m, c->name, c->file, c->line), s->depth, text);
	else if (c)
		text = arena_printf(a, "%s\").callee(\"%s", code_text(m, c->name, c->file, c->line), text);
	text = arena_printf(a, "%s.%s(\"%s\")%s", where_text(m, di_module_name(s->module)),
			    m->row->variant & KP_STATEMENT ? "statement" : "function", text, suffix_text(m, maxactive));
	return s->label ? arena_printf(a, "%s.label(\"%s\")", text, s->label) : text;
}

/* ---- resolve ---- */

/* What shall happen when a place cannot be had: see abi.h. A module may be loaded later. */
static unsigned failure_flags(const struct match *m, bool is_member, bool in_module)
{
	return (m->optional ? STP_KP_OPTIONAL : 0) | (is_member ? STP_KP_MEMBER : 0) | (in_module ? STP_KP_WAIT : 0);
}

/* Does the point find places by a pattern, and not by one name? */
static bool is_glob(const struct match *m)
{
	static const char *const parts[] = { "module", "function", "statement", "label", "callee" };
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *text = match_string(m, parts[i]);

		if (text && wildcard_is(text))
			return true;
	}
	return match_has(m, "callees") && !match_has(m, "callee");
}

static bool add_site(const struct match *m, const struct kprobe_site *site)
{
	struct kprobe *k = ARENA_NEW(&m->session->arena, struct kprobe);
	struct probe *p;

	k->maxactive = match_number(m, "maxactive", 0);
	k->module = m->row->variant & KP_MODULE ? di_module_name(site->module) : NULL;
	k->flags = (m->row->variant & KP_RETURN ? STP_KP_RETURN : 0) | failure_flags(m, is_glob(m), k->module) | STP_KP_BUILD;
	if (site->func && site->func->at_start)
		k->flags |= STP_KP_START;
	locate(k, site);
	if (!k->symbol)
		return false;
	k->callers = kprobe_callers_of(m, site);
	p = match_add(m, site_text(m, site, k->maxactive));
	p->data = k;
	p->is_return = m->row->variant & KP_RETURN;
	p->scope = (struct di_scope){ .module = site->module, .func = site->func, .where = site->where, .pc = site->pc };
	return true;
}

static void resolve_in(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern)
{
	const char *which = m->row->variant & KP_STATEMENT ? "statement" : "function";
	struct kprobe_site_vec sites = { 0 };
	struct kprobe_site one;
	size_t i;

	if (pattern->function)
		kprobe_find(m, module, pattern, &sites);
	else if (pattern->callee)
		kprobe_find_callees_at(m, module, (uint64_t)match_number(m, which, 0), pattern->callee, &sites);
	else if (kprobe_find_address(m, module, (uint64_t)match_number(m, which, 0), &one))
		vec_push(&m->session->arena, &sites, one);
	for (i = 0; i < sites.len; i++)
		if (!add_site(m, &sites.data[i]))
			match_explain(m, "no symbol is known near 0x%" PRIx64 " of %s", sites.data[i].pc, di_module_name(module));
}

static void resolve_module(const struct match *m, const char *name, const struct kprobe_pattern *pattern)
{
	const char *why = NULL;
	struct di_module *module = di_module(session_di(m->session), name, &why);

	if (module)
		resolve_in(m, module, pattern);
	else
		match_explain(m, "%s", why ? why : arena_printf(&m->session->arena, "nothing is known of %s", name));
}

static void resolve_modules(const struct match *m, const struct kprobe_pattern *pattern)
{
	const char *name = match_string(m, "module");
	struct di_name_vec names = { 0 };
	size_t i;

	if (!(m->row->variant & KP_MODULE)) {
		resolve_module(m, "kernel", pattern);
		return;
	}
	if (!wildcard_is(name)) {
		resolve_module(m, name, pattern);
		return;
	}
	di_list_modules(session_di(m->session), name, &names);
	if (!names.len)
		match_explain(m, "no module's name fits %s", name);
	for (i = 0; i < names.len; i++)
		resolve_module(m, names.data[i], pattern);
}

static bool pattern_of(const struct match *m, const char *part, struct kprobe_pattern *out)
{
	const char *text = match_string(m, part), *error;
	struct span at = match_span(m, part);
	size_t off;

	error = kprobe_pattern_parse(&m->session->arena, text, out, &off);
	if (!error)
		return true;
	/* the literal as written, if it has no escapes: mark the place in it */
	if (at.end - at.beg == strlen(text) + 2)
		at.beg += (uint32_t)off + 1;
	return diag_error(&m->session->diags, at, E(KPROBE_PATTERN), "%s", error);
}

/* ---- kprobe.*: symbols ---- */

static void add_bare(const struct match *m, const char *module, const char *symbol, uint64_t address)
{
	struct arena *a = &m->session->arena;
	struct kprobe *k = ARENA_NEW(a, struct kprobe);
	const char *text;
	struct probe *p;

	k->maxactive = match_number(m, "maxactive", 0);
	k->module = module;
	k->symbol = symbol;
	k->offset = address;
	k->flags = (m->row->variant & KP_RETURN ? STP_KP_RETURN : 0) |
		   failure_flags(m, is_glob(m), module) | (symbol ? 0 : STP_KP_ABSOLUTE);
	if (symbol)
		text = arena_printf(a, "%s.function(\"%s\")%s", where_text(m, module), symbol, suffix_text(m, k->maxactive));
	else
		text = arena_printf(a, "%s.statement(0x%" PRIx64 ").absolute", where_text(m, NULL), address);
	p = match_add(m, text);
	p->data = k;
	p->is_return = m->row->variant & KP_RETURN;
}

static void resolve_bare_glob(const struct match *m, const char *name, const char *glob)
{
	const char *why = NULL;
	struct di_module *module = di_module(session_di(m->session), name ? name : "kernel", &why);
	struct di_func_vec funcs = { 0 };
	size_t i;

	if (!module) {
		match_explain(m, "%s", why ? why : "nothing is known of this module");
		return;
	}
	di_find_functions(module, glob, NULL, 0, DI_FIND_CONCRETE, &funcs);
	for (i = 0; i < funcs.len; i++)
		if (!funcs.data[i]->unprobeable)
			add_bare(m, name, funcs.data[i]->link_name ? funcs.data[i]->link_name : funcs.data[i]->name, 0);
	if (!funcs.len)
		match_explain(m, "%s has no function %s", di_module_name(module), glob);
}

static bool resolve_bare(const struct match *m)
{
	const char *symbol = match_string(m, "function"), *module = match_string(m, "module");

	if (wildcard_is(symbol))
		resolve_bare_glob(m, module, symbol);
	else
		add_bare(m, module, symbol, 0);
	return true;
}

/* An address of the running kernel, which nothing can check. */
static bool resolve_absolute(const struct match *m)
{
	if (!m->session->opt.guru)
		return diag_error(&m->session->diags, match_span(m, "absolute"), E(KPROBE_ABSOLUTE),
				  "a probe at an absolute address can break the kernel: it needs guru mode (-g)");
	add_bare(m, NULL, NULL, (uint64_t)match_number(m, "statement", 0));
	return true;
}

static bool check_maxactive(const struct match *m)
{
	int64_t n = match_number(m, "maxactive", 1);

	if (n >= 1 && n <= MAXACTIVE_MAX)
		return true;
	return diag_error(&m->session->diags, match_span(m, "maxactive"), E(PROBE_RANGE),
			  "maxactive takes a number from 1 to %d", MAXACTIVE_MAX);
}

static bool check_depth(const struct match *m)
{
	int64_t n = match_number(m, "callees", 1);

	if (n >= 1 && n <= KPROBE_MAX_DEPTH)
		return true;
	return diag_error(&m->session->diags, match_span(m, "callees"), E(PROBE_RANGE),
			  "callees takes a number from 1 to %d", KPROBE_MAX_DEPTH);
}

/* What is called: .callee("…"), or all, at any of the levels asked for. */
static bool callee_of(const struct match *m, struct kprobe_pattern *out)
{
	*out = (struct kprobe_pattern){ .function = "*" };
	return check_depth(m) && (!match_string(m, "callee") || pattern_of(m, "callee", out));
}

static bool kprobe_resolve(const struct match *m)
{
	const char *which = m->row->variant & KP_STATEMENT ? "statement" : "function";
	struct kprobe_pattern pattern = { 0 }, callee;

	if (!check_maxactive(m))
		return false;
	if (m->row->variant & KP_ABSOLUTE)
		return resolve_absolute(m);
	if (m->row->variant & KP_BARE)
		return resolve_bare(m);
	/* else an address */
	if (match_string(m, which) && !pattern_of(m, which, &pattern))
		return false;
	if (m->row->variant & KP_CALLEE) {
		if (!callee_of(m, &callee))
			return false;
		pattern.callee = &callee;
	}
	resolve_modules(m, &pattern);
	return true;
}

/* ---- attach ---- */

static void kprobe_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct kprobe *k = p->data;

	(void)s;
	if (k->module) {
		sb_puts(out, ".module = ");
		sb_c_quote(out, k->module, strlen(k->module));
		sb_puts(out, ", ");
	}
	if (k->symbol) {
		sb_puts(out, ".symbol = ");
		sb_c_quote(out, k->symbol, strlen(k->symbol));
		sb_puts(out, ", ");
	}
	sb_printf(out, ".offset = 0x%" PRIx64 "u, .flags = %u, .maxactive = %" PRId64, k->offset, k->flags, k->maxactive);
	if (k->distance)
		sb_printf(out, ", .distance = 0x%" PRIx64 "u", k->distance);
	if (k->callers) {
		sb_puts(out, ", .callers = ");
		kprobe_callers_emit(k->callers, out);
	}
}

extern const struct family family_kprobe;
const struct family family_kprobe = {
	.name = "kprobe", .attach = "KPROBE", .row_struct = "struct stp_row_kprobe",
	.resolve = kprobe_resolve, .attach_row = kprobe_attach_row,
};
