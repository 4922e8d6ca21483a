/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From "$name in this scope" to a program: which source answers.
 *
 * DWARF first, for it knows locations; at a function's entry the calling
 * convention stands in where DWARF has no location, with types from DWARF or BTF;
 * "argN" needs nothing at all. */
#include "translator/debuginfo/btf.h"
#include "translator/debuginfo/dwarf.h"
#include "translator/debuginfo/elfsym.h"
#include "translator/debuginfo/place.h"
#include "translator/debuginfo/syscall.h"
#include "translator/session.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIMILAR 3
#define MAX_ARG 64

static struct access access_begin(struct di_module *m, const char *name, struct di_result *out)
{
	memset(out, 0, sizeof *out);
	return (struct access){ .m = m, .out = out, .arena = &m->di->s->arena, .name = name,
				.f = fetch_new(&m->di->s->arena) };
}

/* The prototype of a scope's function, by whoever knows it. */
static const struct di_type *func_type(const struct di_scope *sc)
{
	const struct di_type *t = NULL;

	if (!sc->func)
		return NULL;
	if (sc->func->source == DI_DWARF)
		t = dw_func_type(sc->module, sc->func);
	if (!t && sc->module->kind != MODULE_USER && module_btf(sc->module))
		t = btf_func_type(sc->module, sc->func->name);
	return t ? di_type_complete(t) : NULL;
}

static bool at_entry(const struct di_scope *sc)
{
	const struct di_func *f = sc->func;

	return sc->where != DI_AT_RETURN && f && !f->is_inline && (sc->pc ? sc->pc : f->pc) == f->entry;
}

static int param_index(const struct di_type *func, const char *name)
{
	for (size_t i = 0; func && i < func->nparams; i++)
		if (func->params[i].name && !strcmp(func->params[i].name, name))
			return (int)i;
	return -1;
}

/* N of "argN", counted from 1; 0 when NAME is something else. */
static unsigned arg_number(const char *name)
{
	char *end;
	unsigned long n;

	if (strncmp(name, "arg", 3) || name[3] < '1' || name[3] > '9')
		return 0;
	n = strtoul(name + 3, &end, 10);
	return *end || n > MAX_ARG ? 0 : (unsigned)n;
}

static bool place_arg(struct access *x, const struct di_scope *sc, const struct di_type *func, unsigned n, struct place *p)
{
	if (!at_entry(sc))
		return access_fail(x, DI_NO_VARIABLE, "$%s is known only where its function begins", x->name);
	if (!func)
		return callconv_word(x, n - 1, p);
	if (n > func->nparams)
		return access_fail(x, DI_NO_VARIABLE, "%s has %zu parameters, so there is no $%s", sc->func->name,
				   func->nparams, x->name);
	return callconv_param(x, func, n - 1, p);
}

static bool place_result(struct access *x, const struct di_scope *sc, const struct di_type *func, struct place *p)
{
	if (sc->where != DI_AT_RETURN)
		return access_fail(x, DI_NO_VARIABLE, "$return is known only in a .return probe");
	return callconv_result(x, func && func->target ? func->target : type_builtin(x->m, "long int"), p);
}

static bool unknown_variable(struct access *x, const struct di_scope *sc)
{
	struct di_var_vec vars = { 0 };
	const char *elsewhere;
	struct nearest n;

	nearest_init(&n, x->name, MAX_SIMILAR);
	di_scope_vars(sc, &vars);
	for (size_t i = 0; i < vars.len; i++)
		nearest_offer(&n, vars.data[i]->name);
	nearest_take(&n, x->arena, &x->out->similar);
	if (module_dwarf(sc->module) && (elsewhere = dw_elsewhere(sc, x->name)))
		return access_fail(x, DI_NO_VARIABLE, "%s is not visible here; it is %s", x->name, elsewhere);
	if (sc->tracepoint)
		return access_fail(x, DI_NO_VARIABLE, "tracepoint %s has no argument %s", sc->tracepoint->name, x->name);
	if (!sc->func)
		return access_fail(x, DI_NO_VARIABLE, "there is no $%s here", x->name);
	return access_fail(x, DI_NO_VARIABLE, "%s has no parameter%s %s here", sc->func->name,
			   sc->func->source == DI_DWARF ? " or variable" : "", x->name);
}

/* The number of parameter NAME of the system call that the scope's function takes from a structure of registers; -1: none. */
static int syscall_index(const struct di_scope *sc, const char *name)
{
	size_t n = 0;
	const struct di_param *p = sc->func ? syscall_params(sc->module, sc->func->name, &n) : NULL;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(p[i].name, name))
			return (int)i;
	return -1;
}

/* Without locations: parameters at the entry only. */
static bool place_by_convention(struct access *x, const struct di_scope *sc, const struct di_type *func, struct place *p)
{
	int i = syscall_index(sc, x->name);
	struct di_module *m = sc->module;

	if (i >= 0 && at_entry(sc))
		return syscall_place(x, sc->func->name, (size_t)i, p);
	i = i >= 0 ? i : param_index(func, x->name);
	if (i >= 0 && at_entry(sc) && !dw_is_clone(sc->func))
		return callconv_param(x, func, (unsigned)i, p);
	if (i >= 0 && sc->where == DI_AT_RETURN)
		return access_fail(x, DI_NO_VARIABLE, "parameter %s is gone when %s returns: use @entry($%s)", x->name,
				   sc->func->name, x->name);
	if (sc->func && sc->func->source != DI_DWARF && (!func || sc->where == DI_AT_PC))
		return access_fail(x, DI_NO_DEBUGINFO, "$%s needs debug information: %s", x->name,
				   m->dw_why ? m->dw_why : "there is none of this function");
	return unknown_variable(x, sc);
}

static bool place_tracepoint(struct access *x, const struct di_scope *sc, struct place *p)
{
	const struct di_tracepoint *tp = sc->tracepoint;

	for (size_t i = 0; i < tp->nparams; i++) {
		if (strcmp(tp->params[i].name, x->name) && arg_number(x->name) != i + 1)
			continue;
		*p = (struct place){ .kind = PLACE_VALUE, .value = fetch_leaf(x->f, FETCH_INPUT, (int64_t)i),
				     .type = tp->params[i].type };
		return true;
	}
	return unknown_variable(x, sc);
}

/* At a function's entry the ABI knows where parameters are. DWARF may not (no location
 * yet), or may give the stack slot that the prologue has still to fill. */
static bool prefer_convention(struct access *x, const struct di_scope *sc, struct place *p)
{
	const struct di_type *func;
	struct place by_abi;
	int i;

	if (!at_entry(sc) || dw_is_clone(sc->func) || (p->kind != PLACE_NOWHERE && p->kind != PLACE_MEMORY))
		return true;
	func = func_type(sc);
	i = param_index(func, x->name);
	if (i < 0 || (p->kind == PLACE_MEMORY && p->type != func->params[i].type))
		return true;
	if (!callconv_param(x, func, (unsigned)i, &by_abi))
		return p->kind == PLACE_MEMORY;
	if (p->kind == PLACE_NOWHERE || by_abi.kind == PLACE_REGISTER)
		*p = by_abi;
	return true;
}

static bool place_variable(struct access *x, const struct di_scope *sc, struct place *p)
{
	const struct di_type *func;

	if (sc->tracepoint)
		return place_tracepoint(x, sc, p);
	if (!strcmp(x->name, "return"))
		return place_result(x, sc, func_type(sc), p);
	if (module_dwarf(sc->module)) {
		enum dw_found found = dw_var_place(x, sc, p);

		if (found == DW_FAILED)
			return false;
		if (found == DW_FOUND)
			return prefer_convention(x, sc, p);
	}
	func = func_type(sc);
	if (arg_number(x->name) && param_index(func, x->name) < 0)
		return place_arg(x, sc, func, arg_number(x->name), p);
	return place_by_convention(x, sc, func, p);
}

bool di_compile_var(const struct di_scope *sc, const char *name, const struct di_access *ac, struct di_result *out)
{
	struct access x = access_begin(sc->module, name, out);
	struct place p = { 0 };

	x.user = sc->user;
	if (!place_variable(&x, sc, &p))
		return false;
	return access_compile(&x, &p, ac);
}

bool di_compile_global(struct di_module *m, const char *name, const char *file, const struct di_access *ac,
		       struct di_result *out)
{
	struct access x = access_begin(m, name, out);
	struct place p = { 0 };
	const struct di_type *t = NULL;
	enum dw_found found;

	x.user = m->kind == MODULE_USER;
	found = module_dwarf(m) ? dw_global_place(&x, file, &p) : DW_MISSING;

	if (found == DW_FAILED)
		return false;
	if (found == DW_MISSING && !file && module_btf(m) && (t = btf_var_type(m, name)))
		p = (struct place){ .kind = PLACE_MEMORY, .type = t,
				    .value = fetch_percpu(x.f, fetch_symbol(x.f, m->name, name, 0)) };
	else if (found == DW_MISSING)
		return access_fail(&x, module_dwarf(m) ? DI_NO_VARIABLE : DI_NO_DEBUGINFO,
				   "%s has no global variable %s%s%s%s%s", m->name, name, file ? " in a file " : "",
				   file ? file : "", m->dw_why ? ": " : "", m->dw_why ? m->dw_why : "");
	return access_compile(&x, &p, ac);
}

bool di_compile_cast(struct di_module *m, const struct di_type *t, const struct di_access *ac, struct di_result *out)
{
	struct access x = access_begin(m, "the cast value", out);
	const struct di_type *bare = di_type_strip(t);
	struct place p = { .kind = PLACE_VALUE, .type = t, .value = fetch_leaf(x.f, FETCH_INPUT, 0) };
	bool index = ac->nsteps && ac->steps[0].kind != DI_STEP_MEMBER;

	x.user = di_in_user_space(m);
	if (bare->kind != DI_POINTER && index && bare->kind != DI_ARRAY)
		p.type = di_pointer_to(m, t);
	else if (bare->kind != DI_POINTER)
		p.kind = PLACE_MEMORY;
	return access_compile(&x, &p, ac);
}

/* ---- listing ---- */

static void add_var(const struct di_scope *sc, const char *name, const struct di_type *t, bool param, struct di_var_vec *out)
{
	struct arena *a = &sc->module->di->arena;
	struct di_var *v = ARENA_NEW(a, struct di_var);

	v->name = name;
	v->type = t;
	v->is_param = param;
	vec_push(a, out, v);
}

void di_scope_vars(const struct di_scope *sc, struct di_var_vec *out)
{
	const struct di_tracepoint *tp = sc->tracepoint;
	const struct di_type *func = func_type(sc);
	const struct di_param *params;
	size_t n = 0;

	for (size_t i = 0; tp && i < tp->nparams; i++)
		add_var(sc, tp->params[i].name, tp->params[i].type, true, out);
	if (sc->where == DI_AT_RETURN && func && func->target && di_type_strip(func->target)->kind != DI_VOID)
		add_var(sc, "return", func->target, false, out);
	if (sc->func && sc->func->source == DI_DWARF && module_dwarf(sc->module)) {
		dw_scope_vars(sc, out);
		return;
	}
	if (sc->where == DI_AT_PC)
		return;
	params = sc->func ? syscall_params(sc->module, sc->func->name, &n) : NULL;
	if (!params && func) {
		params = func->params;
		n = func->nparams;
	}
	for (size_t i = 0; i < n; i++)
		if (params[i].name)
			add_var(sc, params[i].name, params[i].type, true, out);
}
