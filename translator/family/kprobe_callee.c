/* SPDX-License-Identifier: GPL-2.0-or-later */
/* function("…").callee("…"): functions, and inlined copies of functions, when a given function calls them.
 *
 * What it calls is known from call sites in debug information.  Who called is found out at each hit: one of
 * the nearest N return addresses (N: the levels asked for) has to lie in the caller's code; the row
 * has the ranges of that code, as symbols and offsets.  So a function that is reached on several ways has one
 * probe, and the levels between may be any.  An inlined copy inside the caller needs no check. */
#include "translator/family/kprobe.h"
#include "translator/limits.h"
#include "translator/session.h"

#include <inttypes.h>
#include <string.h>

struct code { const char *symbol; uint64_t offset, size; };
struct kprobe_callers {
	VEC(struct code) ranges;
	unsigned depth;
};

/* -D STAP_CALLEE_MATCHALL: whoever calls */
static bool is_anybody(const struct match *m)
{
	return switch_is_on(m->session, "STAP_CALLEE_MATCHALL");
}

/* ---- find ---- */

static bool fits(const struct match *m, const struct kprobe_pattern *callee, const struct di_func *f)
{
	if (f->is_inline && (m->row->variant & (KP_CALL | KP_RETURN)))
		return false;
	return di_file_matches(callee->file, f->file) && (!callee->lines.len || callee->lines.data[0].first == f->line);
}

/* Without a check of the caller, a place is one, however many copies of the caller there are. */
static bool is_double(const struct match *m, const struct kprobe_site_vec *sites, const struct di_func *f)
{
	for (size_t i = 0; is_anybody(m) && i < sites->len; i++)
		if (sites->data[i].func == f)
			return true;
	return false;
}

static void add_callees(const struct match *m, struct di_func *caller, const struct kprobe_pattern *callee, const char **why,
			struct kprobe_site_vec *out)
{
	unsigned depth = (unsigned)match_number(m, "callees", 1);
	struct di_func_vec called = { 0 };
	size_t i;

	di_find_callees(caller->module, caller, callee->function, depth, &called);
	for (i = 0; i < called.len; i++) {
		struct kprobe_site s;

		if (!fits(m, callee, called.data[i]) || is_double(m, out, called.data[i]) ||
		    !kprobe_is_wanted(m, called.data[i], why))
			continue;
		s = kprobe_site_of_function(m, called.data[i]);
		s.caller = caller;
		s.depth = depth;
		vec_push(&m->session->arena, out, s);
	}
}

static void explain_no_callee(const struct match *m, struct di_module *module, const char *caller, const char *callee, const char *why)
{
	if (!(di_sources(module) & DI_DWARF))
		match_explain(m, "what functions of %s call is told by its DWARF debug information only", di_module_name(module));
	else if (why)
		match_explain(m, "%s", why);
	else
		match_explain(m, "%s has no call of a function %s (calls through pointers and by jumps are not known)", caller, callee);
}

void kprobe_find_callees(const struct match *m, struct di_module *module, const struct kprobe_pattern *pattern,
			 struct kprobe_site_vec *out)
{
	unsigned line = pattern->lines.len ? pattern->lines.data[0].first : 0;
	struct di_func_vec callers = { 0 };
	size_t i, before = out->len;
	const char *why = NULL;

	di_find_functions(module, pattern->function, pattern->file, line, DI_FIND_CONCRETE | DI_FIND_INLINE, &callers);
	for (i = 0; i < callers.len; i++)
		add_callees(m, callers.data[i], pattern->callee, &why, out);
	if (out->len > before)
		return;
	if (!callers.len)
		kprobe_explain_missing(m, module, pattern);
	else
		explain_no_callee(m, module, pattern->function, pattern->callee->function, why);
}

void kprobe_find_callees_at(const struct match *m, struct di_module *module, uint64_t addr, const struct kprobe_pattern *callee,
			    struct kprobe_site_vec *out)
{
	struct di_func *caller = di_function_at(module, addr);
	size_t before = out->len;
	const char *why = NULL;

	if (!caller) {
		match_explain(m, "%s has no function at 0x%llx", di_module_name(module), (unsigned long long)addr);
		return;
	}
	add_callees(m, caller, callee, &why, out);
	if (out->len == before)
		explain_no_callee(m, module, caller->name, callee->function, why);
}

/* ---- who calls ---- */

static bool holds(const struct di_range_vec *ranges, uint64_t pc)
{
	for (size_t i = 0; i < ranges->len; i++)
		if (pc >= ranges->data[i].low && pc < ranges->data[i].high)
			return true;
	return false;
}

const struct kprobe_callers *kprobe_callers_of(const struct match *m, const struct kprobe_site *site)
{
	struct kprobe_callers *c;
	struct di_range_vec ranges = { 0 };
	struct code code;

	if (!site->caller || is_anybody(m))
		return NULL;
	di_func_ranges(site->module, site->caller, &ranges);
	if (site->func->is_inline && holds(&ranges, site->pc))
		return NULL;
	c = ARENA_NEW(&m->session->arena, struct kprobe_callers);
	c->depth = site->depth;
	for (size_t i = 0; i < ranges.len; i++) {
		code.size = ranges.data[i].high - ranges.data[i].low;
		if (kprobe_place(site->module, m->row->variant & KP_MODULE, ranges.data[i].low, &code.symbol, &code.offset))
			vec_push(&m->session->arena, &c->ranges, code);
	}
	return c;
}

void kprobe_callers_emit(const struct kprobe_callers *c, struct strbuf *out)
{
	sb_puts(out, "&(const struct stp_callers){ .ranges = (struct stp_code_range[]){ ");
	for (size_t i = 0; i < c->ranges.len; i++) {
		const struct code *r = &c->ranges.data[i];

		sb_puts(out, "{ .symbol = ");
		sb_c_quote(out, r->symbol, strlen(r->symbol));
		sb_printf(out, ", .offset = 0x%" PRIx64 "u, .size = 0x%" PRIx64 "u }, ", r->offset, r->size);
	}
	sb_printf(out, "}, .nranges = %zu, .depth = %u }", c->ranges.len, c->depth);
}
