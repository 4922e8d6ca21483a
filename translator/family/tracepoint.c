/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.trace("SYSTEM:NAME"), kernel.tracepoint("NAME") and the same of modules: the
 * places that the kernel's authors marked, with arguments that have names.
 *
 * Names and arguments come from debug information, which does not know systems
 * ("sched" in sched:sched_switch): those are tracefs's, where it can be read, else a vmlinux's.  Where
 * neither can, a system is taken on trust with a plain name, and refused with a wildcard. */
#include "lib/wildcard.h"
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/family/tracepoint.h"
#include "translator/session.h"

#include <dirent.h>
#include <stp/abi.h>
#include <string.h>
#include <unistd.h>

/* probe->data */
struct tracepoint { const char *name, *module; unsigned flags; };

/* ---- systems ---- */

static const char *tracefs(const struct session *s)
{
	static const char *const places[] = { "/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events" };
	size_t i;

	for (i = 0; s->target.running && i < sizeof places / sizeof *places; i++)
		if (!access(places[i], R_OK | X_OK))
			return places[i];
	return NULL;
}

/* The system that has event NAME and fits GLOB, or NULL. */
static const char *system_of(struct session *s, const char *dir, const char *glob, const char *name)
{
	const char *found = NULL;
	struct dirent *e;
	DIR *d = opendir(dir);

	while (d && !found && (e = readdir(d)))
		if (e->d_name[0] != '.' && wildcard_match(glob, e->d_name) &&
		    !access(arena_printf(&s->arena, "%s/%s/%s", dir, e->d_name, name), F_OK))
			found = arena_strdup(&s->arena, e->d_name);
	if (d)
		closedir(d);
	return found;
}

struct pattern { const char *system, *name; };

static struct pattern pattern_of(struct arena *a, const char *text)
{
	const char *colon = strchr(text, ':');

	if (!colon)
		return (struct pattern){ NULL, text };
	return (struct pattern){ arena_strndup(a, text, (size_t)(colon - text)), colon + 1 };
}

/* ---- resolve ---- */

/* Does the point find tracepoints by a pattern, and not by one name? */
static bool is_glob(const struct match *m)
{
	static const char *const parts[] = { "module", "trace", "tracepoint" };
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *text = match_string(m, parts[i]);

		if (text && wildcard_is(text))
			return true;
	}
	return false;
}

static void add(const struct match *m, struct di_module *module, struct di_tracepoint *t, const char *system)
{
	struct arena *a = &m->session->arena;
	struct tracepoint *data = ARENA_NEW(a, struct tracepoint);
	const char *what = m->row->variant & TRACE_BARE ? "tracepoint" : "trace", *where = "kernel";
	struct probe *p;

	data->name = t->name;
	data->module = strcmp(di_module_name(module), "kernel") ? di_module_name(module) : NULL;
	data->flags = (m->optional ? STP_KP_OPTIONAL : 0) | (is_glob(m) ? STP_KP_MEMBER : 0) | (data->module ? STP_KP_WAIT | STP_KP_BUILD : 0);
	if (m->row->variant & TRACE_MODULE)
		where = arena_printf(a, "module(\"%s\")", data->module);
	p = match_add(m, arena_printf(a, "%s.%s(\"%s%s%s\")", where, what, system ? system : "", system ? ":" : "", t->name));
	p->data = data;
	p->scope = (struct di_scope){ .module = module, .where = DI_AT_ENTRY, .tracepoint = t };
}

static void explain_none(const struct match *m, struct di_module *module, const struct pattern *want)
{
	struct di_name_vec near = { 0 };
	const char *hint = "";

	if (!wildcard_is(want->name))
		di_similar_tracepoints(module, want->name, 1, &near);
	if (near.len)
		hint = arena_printf(&m->session->arena, "; did you mean %s?", near.data[0]);
	else if (want->system && !strcmp(want->system, "syscalls"))
		hint = "; system calls are probed by syscall.NAME and syscall.NAME.return, all of them by kernel.trace(\"raw_syscalls:sys_enter\")";
	else if (want->system && !strcmp(di_module_name(module), "kernel"))
		hint = "; module(\"NAME\").trace(…) finds those of a module";
	match_explain(m, "%s has no tracepoint %s%s%s%s", di_module_name(module), want->system ? want->system : "", want->system ? ":" : "", want->name, hint);
}

/* The number of tracepoints found. */
static size_t resolve_in(const struct match *m, struct di_module *module, const struct pattern *want)
{
	const char *dir = want->system ? tracefs(m->session) : NULL, *system = want->system;
	struct di_tracepoint_vec found = { 0 };
	size_t i, n = 0;
	bool known = system && di_knows_systems(module);

	if (system && !dir && !known && (wildcard_is(want->name) || wildcard_is(system))) {
		match_explain(m, "which tracepoints belong to %s is known where tracefs can be read, or from the debug information of %s "
			      "(a file with symbols and contents); give a plain name", system, di_module_name(module));
		return 0;
	}
	di_find_tracepoints(module, want->name, &found);
	for (i = 0; i < found.len; i++) {
		if (dir)
			system = system_of(m->session, dir, want->system, found.data[i]->name);
		if (known && (!dir || !system))
			system = di_tracepoint_system(module, found.data[i]->name);
		if ((dir || known) && (!system || !wildcard_match(want->system, system)))
			continue;
		add(m, module, found.data[i], system);
		n++;
	}
	if (!n)
		explain_none(m, module, want);
	return n;
}

static size_t resolve_module(const struct match *m, const char *name, const struct pattern *want)
{
	const char *why = NULL;
	struct di_module *module = di_module(session_di(m->session), name, &why);

	if (module)
		return resolve_in(m, module, want);
	match_explain(m, "%s", why ? why : "nothing is known of this module");
	return 0;
}

static void resolve_modules(const struct match *m, const char *glob, const struct pattern *want)
{
	struct di_name_vec names = { 0 };
	size_t i;

	di_list_modules(session_di(m->session), glob, &names);
	for (i = 0; i < names.len; i++)
		resolve_module(m, names.data[i], want);
	if (!names.len)
		match_explain(m, "no module's name fits %s", glob);
}

/* Modules whose name the name of SYSTEM begins with (kvmmmu:…, in kvm). */
static void list_beginnings(const struct match *m, const char *system, struct di_name_vec *out)
{
	enum { LEAST = 3 };

	for (size_t len = strlen(system) - 1; !out->len && len >= LEAST; len--)
		di_list_modules(session_di(m->session), arena_strndup(&m->session->arena, system, len), out);
}

/* A tracepoint that the kernel itself does not have: one of the modules that are called as the system is (ext4:…, in ext4;
 * l2tp:…, in l2tp_core; mac80211_msg:…, in mac80211)? All modules are too many to look into. */
static void resolve_by_system(const struct match *m, const struct pattern *want)
{
	struct arena *a = &m->session->arena;
	struct di_name_vec names = { 0 };
	size_t i;

	di_list_modules(session_di(m->session), want->system, &names);
	if (!names.len)
		di_list_modules(session_di(m->session), arena_printf(a, "%s[-_]*", want->system), &names);
	if (!names.len)
		list_beginnings(m, want->system, &names);
	for (i = 0; i < names.len; i++)
		resolve_module(m, names.data[i], want);
}

static bool tracepoint_resolve(const struct match *m)
{
	const char *text = match_string(m, m->row->variant & TRACE_BARE ? "tracepoint" : "trace");
	struct pattern want = pattern_of(&m->session->arena, text);
	const char *name = match_string(m, "module");
	bool found;

	if (m->row->variant & TRACE_BARE)
		want = (struct pattern){ NULL, text };
	if (name && wildcard_is(name)) {
		resolve_modules(m, name, &want);
		return true;
	}
	found = resolve_module(m, name ? name : "kernel", &want);
	if (!found && !name && want.system && !wildcard_is(want.system))
		resolve_by_system(m, &want);
	return true;
}

/* $$name: the tracepoint's. */
static struct expr *tracepoint_context_var(struct session *s, struct probe *p, struct expr *e)
{
	const struct tracepoint *data = p->data;
	struct expr *text;

	if (e->kind != EXPR_TARGET || strcmp(e->target.name, "$$name") || e->target.path.len)
		return NULL;
	text = expr_new(&s->arena, EXPR_STRING, e->span);
	text->string = (struct expr_string){ data->name, strlen(data->name) };
	text->type = TYPE_STRING;
	return text;
}

static void tracepoint_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	const struct tracepoint *data = p->data;

	(void)s;
	sb_puts(out, ".name = ");
	sb_c_quote(out, data->name, strlen(data->name));
	if (data->module) {
		sb_puts(out, ", .module = ");
		sb_c_quote(out, data->module, strlen(data->module));
	}
	sb_printf(out, ", .nargs = %zu, .flags = %u", p->scope.tracepoint->nparams, data->flags);
}

extern const struct family family_tracepoint;
const struct family family_tracepoint = {
	.name = "tracepoint", .attach = "TRACEPOINT", .row_struct = "struct stp_row_tracepoint",
	.resolve = tracepoint_resolve, .context_var = tracepoint_context_var, .attach_row = tracepoint_attach_row,
};
