/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Privilege levels (--privilege): what a script may not do when it is for users that
 * are not trusted with the machine.
 *
 *	stapsys   anything but guru mode and what needs it (options.c, embedded.c see to that)
 *	stapusr   besides: begin, end, error, never and timers only; no kernel memory, no
 *		  registers; no function that tells more than a process can ask about itself
 *
 * Said of a function that the library writes in C: it has the marker unprivileged.
 * The check is made on the code that is reached, after dead code has gone. */
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/sema/sema.h"
#include "translator/syntax/format.h"
#include "translator/syntax/pragma.h"

#include <string.h>

static bool refuse(struct session *s, struct span at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(struct session *s, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_error(&s->diags, at, E(PRIVILEGE), "%s", arena_vprintf(&s->arena, fmt, ap));
	va_end(ap);
	diag_note(&s->diags, (struct span){ 0 }, "the script is translated for the privilege level %s", s->opt.privilege);
	return false;
}

/* ---- probe points ---- */

static bool is_open_point(const struct probe *p)
{
	static const char *const open[] = { "begin", "end", "error", "never", "timer.j", "timer.s", "timer.m", "timer.u", "timer.n", "timer.hz" };
	size_t i;

	for (i = 0; i < sizeof open / sizeof *open; i++)
		if (!strncmp(p->row->pattern, open[i], strlen(open[i])))
			return true;
	return false;
}

/* ---- functions ---- */

enum clearance { REFUSED, EVERYONE, OWN };

static enum clearance builtin_clearance(const struct builtin *b)
{
#define EVERYONE(name) { name, EVERYONE },
#define OWN(name) { name, OWN },
	static const struct { const char *name; enum clearance clearance; } rows[] = {
#include "translator/sema/privilege.def"
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].name, b->name))
			return rows[i].clearance;
	return b->flags & BI_PURE ? EVERYONE : REFUSED;
}

static enum clearance code_clearance(const char *code)
{
	if (pragma_says(code, "unprivileged"))
		return EVERYONE;
	return pragma_says(code, "myproc-unprivileged") ? OWN : REFUSED;
}

static void check_call(struct session *s, const struct expr *e)
{
	for (const struct function *f = e->call.ref; f; f = f->next_overload) {
		enum clearance c = f->builtin ? builtin_clearance(f->builtin) : f->code ? code_clearance(f->code) : EVERYONE;

		if (c == REFUSED)
			refuse(s, e->span, "%s() may not be used: it tells more than a process can learn about itself", f->name);
		else if (c == OWN)
			refuse(s, e->span, "%s() may only be used in a probe in one of the user's own processes", f->name);
	}
}

/* ---- memory ---- */

static bool touches_kernel(const struct fetch *f)
{
	for (uint16_t i = 0; i < f->len; i++)
		switch ((int)f->steps[i].op) {
		case FETCH_LOAD: case FETCH_STORE: case FETCH_REG: case FETCH_STACK_ARG: case FETCH_RETVAL: case FETCH_SYMBOL: case FETCH_PERCPU:
		case FETCH_SETREG:
			return true;
		}
	return false;
}

static bool prints_memory(const struct expr *e)
{
	const struct format *f = e->print.kind == PRINT_PRINTF ? e->print.format : NULL;

	return f && format_reads_memory(f);
}

static struct expr *check_expr(struct visitor *v, struct expr *e)
{
	struct session *s = v->data;

	switch ((int)e->kind) {
	case EXPR_CALL:
		check_call(s, e);
		break;
	case EXPR_FETCH:
		if (touches_kernel(e->fetch.program))
			refuse(s, e->span, "the kernel's memory and registers may not be read or written");
		break;
	case EXPR_CONTEXT:
		refuse(s, e->span, "the kernel's memory and registers may not be read or written");
		break;
	case EXPR_PRINT:
		if (prints_memory(e))
			refuse(s, e->span, "%%m and %%M print memory, which may not be read");
		break;
	case EXPR_EMBEDDED:
		if (code_clearance(e->embedded.code) != EVERYONE)
			refuse(s, e->span, "embedded C may not be used");
		break;
	}
	return e;
}

static struct stmt *check_stmt(struct visitor *v, struct stmt *st)
{
	if (st->kind == STMT_EMBEDDED && code_clearance(st->embedded.code) != EVERYONE)
		refuse(v->data, st->span, "embedded C may not be used");
	return st;
}

static void check_probe(struct visitor *v, struct session *s, struct probe *p)
{
	if (!is_open_point(p))
		refuse(s, p->span, "%s may not be probed: only begin, end, error, never and timers may", p->text);
	if (p->condition)
		walk_expr(v, p->condition);
	if (!p->same_as)
		walk_stmt(v, p->body);
	for (size_t i = 0; i < p->saved.len; i++)
		walk_expr(v, p->saved.data[i]);
}

bool sema_privilege(struct session *s)
{
	struct visitor v = { .pre_expr = check_expr, .pre_stmt = check_stmt, .data = s };
	struct program *p = s->program;
	unsigned before = s->diags.nerrors;

	if (!s->opt.privilege || strcmp(s->opt.privilege, "stapusr"))
		return true;
	for (size_t i = 0; i < p->probes.len; i++)
		check_probe(&v, s, p->probes.data[i]);
	program_walk_functions(&v, p);
	return s->diags.nerrors == before;
}
