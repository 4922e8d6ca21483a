/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that run for a probe: its handler, the entry half of a return probe, its arming condition.
 *
 * Each is made as a text that knows neither its name nor where the script has what it does (marks stand for
 * both), and probes for which the same text comes out share one function.  So equal handlers of several probe
 * declarations are one, and so are those of points whose $variables are in the same places.  What differs comes from
 * the record of the probe that runs: its point, and, for a handler with more than one place in the script, its
 * locations (STP_LOC_OWN).  Entry halves and conditions are shared by what has the same place only.
 *
 * A handler with embedded C of its own is never shared: it may have static variables. */
#include "translator/emit/emit.h"
#include "translator/limits.h"
#include "translator/syntax/pragma.h"

#include <stdlib.h>
#include <string.h>

/* In a text: MARK NAME is the function's name, MARK n MARK its location n. */
#define MARK '\1'
#define NAME "\1n"

struct probe_function {
	const char *name;
	const char *type;		/* of its frame; empty: it has none */
	const char *text;
	struct loc_vec *locs;		/* of the first probe; NULL: there are no marks */
	bool varied;			/* others have others */
	struct map others;		/* probe -> its locations */
};

/* A handler of so many actions pays for them, without loops, too, unless that is little of what it has. */
enum { ALWAYS_PAID = 64 };

const char *probe_function_name(const struct probe_function *f)
{
	return f->name;
}

/* ---- what may be shared ---- */

static bool keeps_apart(const char *code)
{
	return !pragma_says(code, "pure") || strchr(code, MARK);
}

static struct expr *find_embedded(struct visitor *v, struct expr *e)
{
	if (e->kind == EXPR_EMBEDDED && keeps_apart(e->embedded.code))
		*(bool *)v->data = true;
	return e;
}

static struct stmt *find_embedded_stmt(struct visitor *v, struct stmt *st)
{
	if (st->kind == STMT_EMBEDDED)
		*(bool *)v->data = true;
	return st;
}

static bool may_be_shared(struct probe *p)
{
	bool embedded = false;
	struct visitor v = { .pre_expr = find_embedded, .pre_stmt = find_embedded_stmt, .data = &embedded };

	walk_stmt(&v, p->body);
	if (p->condition)
		walk_expr(&v, p->condition);
	return !embedded;
}

/* ---- making one ---- */

struct making {
	struct emitter *e;
	struct probe *probe;
	struct body body;
	struct strbuf type, text;
	struct loc_vec *locs;
	const char *kind, *name;	/* "h", and what its text calls it */
};

static void begin(struct making *m, struct emitter *e, struct probe *p, const char *kind, struct variable_vec *locals, bool shared)
{
	*m = (struct making){ .e = e, .probe = p, .kind = kind, .type = STRBUF_INIT, .text = STRBUF_INIT };
	m->name = shared ? NAME : format_c(e, "%s_%u", kind, p->index);
	body_begin(&m->body, e, locals);
	m->body.types = &m->type;
	m->body.code = &m->text;
	m->body.probe = p;
	m->body.keeps_match = p->keeps_match;
	if (shared)
		m->body.locs = m->locs = ARENA_NEW(e->arena, struct loc_vec);
}

static const char *key_of(struct making *m, bool with_locs)
{
	struct strbuf key = STRBUF_INIT;
	const char *s;

	sb_printf(&key, "%s\n", m->kind);
	for (size_t i = 0; with_locs && i < m->locs->len; i++)
		sb_printf(&key, "%u ", m->locs->data[i]);
	sb_printf(&key, "\n%s%s", sb_str(&m->type), sb_str(&m->text));
	s = arena_strdup(m->e->arena, sb_str(&key));
	sb_free(&key);
	return s;
}

static bool same_locs(const struct loc_vec *a, const struct loc_vec *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len * sizeof *a->data));
}

/* The function that M made, or an equal one; it may be EVERYWHERE in the script. */
static const struct probe_function *take(struct making *m, bool everywhere)
{
	const char *key = m->locs ? key_of(m, !everywhere) : format_c(m->e, "%s_%u", m->kind, m->probe->index);
	struct probe_function *f = map_get(&m->e->probe_functions, key);

	if (!f) {
		f = ARENA_NEW(m->e->arena, struct probe_function);
		f->name = format_c(m->e, "%s_%u", m->kind, m->probe->index);
		f->type = arena_strdup(m->e->arena, sb_str(&m->type));
		f->text = arena_strdup(m->e->arena, sb_str(&m->text));
		f->locs = m->locs;
		f->others.arena = m->e->arena;
		map_put(&m->e->probe_functions, key, f);
	} else if (!same_locs(f->locs, m->locs)) {
		f->varied = true;
		umap_put(&f->others, (uint64_t)(uintptr_t)m->probe, m->locs);
	}
	sb_free(&m->type);
	sb_free(&m->text);
	return f;
}

const struct probe_function *probe_handler(struct emitter *e, struct probe *p)
{
	unsigned n = cost_of(p->body), most = (unsigned)limit_value(e->session, "MAXACTION");
	struct making m;

	begin(&m, e, p, "h", &p->locals, may_be_shared(p));
	if (e->time_limits && (n > most || (n > ALWAYS_PAID && n > most / 8)))
		line(&m.body, "STP_ACT(c, %u, STP_LOC_PROBE, out);", n);
	place_lock(&m.body, p->body);
	emit_stmt(&m.body, p->body);
	body_end(&m.body, format_c(e, "static void %s(struct stp_ctx *c)", m.name), m.name, "", "");
	return take(&m, true);
}

static bool saved_need_lock(struct emitter *e, struct probe *p)
{
	for (size_t i = 0; i < p->saved.len; i++)
		if (expr_needs_lock(e, p->saved.data[i]))
			return true;
	return false;
}

const struct probe_function *probe_entry(struct emitter *e, struct probe *p)
{
	struct variable_vec none = { 0 };
	struct making m;

	begin(&m, e, p, "entry", &none, may_be_shared(p));
	m.body.in_entry = true;
	if (saved_need_lock(e, p))
		emit_lock(&m.body);
	for (unsigned i = 0; i < p->saved.len; i++) {
		unsigned off = saved_offset(e, p, i, NULL);
		struct temps mark = temps_mark(&m.body);
		struct val v = emit_expr(&m.body, p->saved.data[i]);

		if (is_string(p->saved.data[i]))
			line(&m.body, "stp_str_copy((char *)c->saved + %u, %s, STP_STRING);", off, v.c);
		else
			line(&m.body, "*(int64_t *)((char *)c->saved + %u) = %s;", off, v.c);
		temps_release(&m.body, mark);
	}
	body_end(&m.body, format_c(e, "static void %s(struct stp_ctx *c)", m.name), m.name, "", "");
	return take(&m, false);
}

const struct probe_function *probe_condition(struct emitter *e, struct probe *p)
{
	struct variable_vec none = { 0 };
	struct making m;
	struct val v;

	begin(&m, e, p, "cond", &none, may_be_shared(p));
	v = emit_condition(&m.body, p->condition);
	line(&m.body, "r = !!(%s);", v.c);
	body_end(&m.body, format_c(e, "static int64_t %s(struct stp_ctx *c)", m.name), m.name, "\tint64_t r = 0;\n", "\treturn r;\n");
	return take(&m, false);
}

/* ---- writing them ---- */

static void write_text(struct strbuf *o, const char *text, const struct probe_function *f)
{
	const char *p;
	char *end;
	size_t n;

	for (; (p = strchr(text, MARK)); text = end) {
		sb_add(o, text, (size_t)(p - text));
		if (p[1] == NAME[1]) {
			sb_puts(o, f->name);
			end = (char *)p + 2;
			continue;
		}
		n = strtoul(p + 1, &end, 10);
		sb_printf(o, f->varied ? "STP_LOC_OWN(%zu)" : "%zu", f->varied ? n : (size_t)f->locs->data[n]);
		end++;
	}
	sb_puts(o, text);
}

void emit_probe_functions(struct emitter *e)
{
	for (size_t i = 0; i < e->probe_functions.len; i++) {
		const struct probe_function *f = e->probe_functions.entries[i].value;

		write_text(&e->types, f->type, f);
		write_text(&e->code, f->text, f);
		if (*f->type)
			map_put(&e->frames, f->name, (void *)f);
	}
}

const char *probe_function_locs(struct emitter *e, const struct probe_function *f, const struct probe *p)
{
	const struct loc_vec *locs = umap_get(&f->others, (uint64_t)(uintptr_t)p);
	struct strbuf t = STRBUF_INIT;
	const char *name;

	if (!f->varied)
		return NULL;
	locs = locs ? locs : f->locs;
	for (size_t i = 0; i < locs->len; i++)
		sb_printf(&t, "%u, ", locs->data[i]);
	name = map_get(&e->probe_locs, sb_str(&t));
	if (!name) {
		name = format_c(e, "locs_%zu", e->probe_locs.len);
		map_put(&e->probe_locs, arena_strdup(e->arena, sb_str(&t)), (void *)name);
		sb_printf(&e->types, "static const uint32_t %s[] = { %s};\n", name, sb_str(&t));
	}
	sb_free(&t);
	return name;
}
