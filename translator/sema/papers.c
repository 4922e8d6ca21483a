/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spellings of the founding papers, each rewritten to what they are called today:
 *
 *	kernel.syscall("read")			syscall.read
 *	perfcounter("tlbmiss").count(4000)	perf.type(3).config(0x10003).sample(4000)
 *
 *	$pname, $pid				execname(), pid()
 *
 * The last two where the probed function has no such variable of its own.  print(ARRAY, FORMAT) is
 * papers_table.c's.
 *
 * And one that scripts have from later years, when system calls were functions with parameters: at points without
 * target variables $return is returnval(), and $fd what the alias of the point calls fd. */
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/sema/sema.h"

#include <string.h>

static struct component plain(const char *name, struct span span)
{
	return (struct component){ .name = name, .span = span };
}

/* ---- kernel.syscall("NAME") ---- */

static bool is_component_name(const char *text)
{
	return *text && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*?[]{},!^-") == strlen(text);
}

static bool rewrite_syscall(struct session *s, struct point *p)
{
	struct component_vec parts = { 0 };
	const struct expr *arg = p->parts.data[1].arg;
	size_t i;

	if (!is_component_name(arg->string.text))
		return diag_error(&s->diags, arg->span, E(PROBE_ARGUMENT), "the name of a system call was expected");
	vec_push(&s->arena, &parts, plain(intern(&s->names, "syscall"), p->parts.data[0].span));
	vec_push(&s->arena, &parts, plain(intern(&s->names, arg->string.text), p->parts.data[1].span));
	for (i = 2; i < p->parts.len; i++)
		vec_push(&s->arena, &parts, p->parts.data[i]);
	p->parts = parts;
	return true;
}

/* ---- perfcounter("EVENT").count(N) ---- */

/* Types and numbers of linux/perf_event.h: 0 hardware, 3 caches (cache | operation << 8 | result << 16). */
static const struct { const char *name; int64_t type, config; } events[] = {
	{ "cycles", 0, 0 }, { "instructions", 0, 1 }, { "cachereferences", 0, 2 }, { "cachemiss", 0, 3 },
	{ "branches", 0, 4 }, { "branchmiss", 0, 5 }, { "buscycles", 0, 6 },
	{ "l1miss", 3, 0x10000 }, { "llcmiss", 3, 0x10002 }, { "tlbmiss", 3, 0x10003 }, { "itlbmiss", 3, 0x10004 },
};
#define NEVENTS (sizeof events / sizeof *events)

static struct component numbered(struct session *s, const char *name, int64_t n, struct span span)
{
	struct component c = plain(intern(&s->names, name), span);

	c.arg = expr_new(&s->arena, EXPR_NUMBER, span);
	c.arg->number.value = n;
	return c;
}

static bool rewrite_counter(struct session *s, struct point *p)
{
	const struct expr *event = p->parts.data[0].arg;
	struct component_vec parts = { 0 };
	const char *names[NEVENTS], *near;
	size_t i;

	for (i = 0; i < NEVENTS && strcmp(events[i].name, event->string.text); i++)
		names[i] = events[i].name;
	if (i == NEVENTS) {
		diag_error(&s->diags, event->span, E(PROBE_ARGUMENT), "there is no counter %s", event->string.text);
		near = nearest_name(event->string.text, names, NEVENTS);
		if (near)
			diag_note(&s->diags, event->span, "did you mean %s?", near);
		return false;
	}
	vec_push(&s->arena, &parts, plain(intern(&s->names, "perf"), p->parts.data[0].span));
	vec_push(&s->arena, &parts, numbered(s, "type", events[i].type, event->span));
	vec_push(&s->arena, &parts, numbered(s, "config", events[i].config, event->span));
	if (p->parts.len > 1)
		vec_push(&s->arena, &parts, numbered(s, "sample", p->parts.data[1].arg->number.value, p->parts.data[1].span));
	p->parts = parts;
	return true;
}

/* ---- points ---- */

static bool is_component(const struct point *p, size_t n, const char *name, enum expr_kind arg)
{
	return n < p->parts.len && !strcmp(p->parts.data[n].name, name) && p->parts.data[n].arg &&
	       p->parts.data[n].arg->kind == arg;
}

static bool is_syscall(const struct point *p)
{
	return p->parts.len > 1 && !strcmp(p->parts.data[0].name, "kernel") && is_component(p, 1, "syscall", EXPR_STRING);
}

/* export kernel.syscall("read") = …: what the script itself says of it counts. */
static bool is_exported(const struct file *f, const struct point *p)
{
	const char *name = p->parts.data[1].arg->string.text;

	for (size_t i = 0; f && i < f->aliases.len; i++)
		for (size_t j = 0; j < f->aliases.data[i]->names.len; j++) {
			const struct point *alias = f->aliases.data[i]->names.data[j];

			if (is_syscall(alias) && !strcmp(alias->parts.data[1].arg->string.text, name))
				return true;
		}
	return false;
}

static bool rewrite_point(struct session *s, struct point *p)
{
	if (is_syscall(p))
		return is_exported(s->script, p) || rewrite_syscall(s, p);
	if (is_component(p, 0, "perfcounter", EXPR_STRING) &&
	    (p->parts.len == 1 || (p->parts.len == 2 && is_component(p, 1, "count", EXPR_NUMBER))))
		return rewrite_counter(s, p);
	return true;
}

bool papers_points(struct session *s, struct point_vec *v)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < v->len; i++)
		ok &= rewrite_point(s, v->data[i]);
	return ok;
}

bool sema_papers(struct session *s, struct file *f)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < f->probes.len; i++)
		ok &= papers_points(s, &f->probes.data[i]->points);
	for (i = 0; i < f->aliases.len; i++)
		ok &= papers_points(s, &f->aliases.data[i]->probe.points);
	return ok;
}

/* ---- variables ---- */

static const char *const variables[][2] = { { "$pname", "execname" }, { "$pid", "pid" } };

static bool has_variable(const struct probe *p, const char *name)
{
	struct di_access plain = { 0 };
	struct di_result r = { 0 };

	return p->scope.module && (di_compile_var(&p->scope, name, &plain, &r) || r.code != DI_NO_VARIABLE);
}

static void make_call(struct expr *e, const char *function)
{
	e->kind = EXPR_CALL;
	e->call = (struct expr_call){ .name = function };
}

/* Does E set the local that V looks for? */
struct assigned { const char *name; bool found; };

static struct expr *see_assigned(struct visitor *v, struct expr *e)
{
	struct assigned *a = v->data;

	if (e->kind == EXPR_ASSIGN && e->assign.left->kind == EXPR_SYMBOL && !strcmp(e->assign.left->symbol.name, a->name))
		a->found = true;
	return e;
}

static bool alias_sets(const struct probe *p, const char *name)
{
	struct assigned a = { .name = name };
	struct visitor v = { .pre_expr = see_assigned, .data = &a };

	for (size_t i = 0; i < p->aliases.len && !a.found; i++)
		if (p->aliases.data[i]->probe.body && !p->aliases.data[i]->epilogue)
			walk_stmt(&v, p->aliases.data[i]->probe.body);
	return a.found;
}

/* The parameter of a system call: its address where the plain name is the text at it. */
static void make_parameter(struct session *s, const struct probe *p, struct expr *e)
{
	const char *name = e->target.name + 1, *address = arena_printf(&s->arena, "%s_uaddr", name);

	if (alias_sets(p, address))
		name = address;
	else if (!alias_sets(p, name))
		return;
	e->kind = EXPR_SYMBOL;
	e->symbol = (struct expr_symbol){ .name = intern(&s->names, name) };
}

void papers_variable(struct session *s, const struct probe *p, struct expr *e)
{
	size_t i;

	if (e->kind != EXPR_TARGET || e->target.path.len || e->target.address_of || e->target.args.len)
		return;
	for (i = 0; i < sizeof variables / sizeof *variables; i++)
		if (!strcmp(e->target.name, variables[i][0]) && !has_variable(p, e->target.name + 1)) {
			make_call(e, variables[i][1]);
			return;
		}
	if (p->scope.module || strcmp(p->family->name, "kprobe") || e->target.name[0] != '$' || e->target.name[1] == '$')
		return;
	if (p->is_return && !strcmp(e->target.name, "$return"))
		make_call(e, "returnval");
	else
		make_parameter(s, p, e);
}
