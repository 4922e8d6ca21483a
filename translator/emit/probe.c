/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes: handlers, entry halves of return probes, arming conditions, attach rows. */
#include "translator/emit/emit.h"
#include "translator/emit/limits.h"
#include "translator/family/family.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void emit_handler(struct emitter *e, struct probe *p)
{
	struct body b;
	const char *name = format_c(e, "h_%u", p->index);
	unsigned n = count_statements(p->body);

	body_begin(&b, e, &p->locals);
	b.probe = p;
	b.keeps_match = p->keeps_match;
	if (e->time_limits && n > (unsigned)limit_value(e->session, "MAXACTION"))
		line(&b, "STP_ACT(c, %u, %u, out);", n, loc_number(e, p->span));
	emit_stmt(&b, p->body);
	body_end(&b, format_c(e, "static void %s(struct stp_ctx *c)", name), name, "", "");
}

static void emit_condition_function(struct emitter *e, struct probe *p)
{
	struct body b;
	struct variable_vec none = { 0 };
	const char *name = format_c(e, "cond_%u", p->index);
	struct val v;

	body_begin(&b, e, &none);
	b.probe = p;
	b.keeps_match = p->keeps_match;
	v = emit_condition(&b, p->condition);
	line(&b, "r = !!(%s);", v.c);
	body_end(&b, format_c(e, "static int64_t %s(struct stp_ctx *c)", name), name, "\tint64_t r = 0;\n", "\treturn r;\n");
}

static void emit_entry(struct emitter *e, struct probe *p)
{
	struct body b;
	struct variable_vec none = { 0 };
	const char *name = format_c(e, "entry_%u", p->index);

	body_begin(&b, e, &none);
	b.probe = p;
	b.keeps_match = p->keeps_match;
	b.in_entry = true;
	for (unsigned i = 0; i < p->saved.len; i++) {
		unsigned off = saved_offset(e, p, i, NULL);
		struct val v = emit_expr(&b, p->saved.data[i]);

		if (is_string(p->saved.data[i]))
			line(&b, "stp_str_copy((char *)c->saved + %u, %s, STP_STRING);", off, v.c);
		else
			line(&b, "*(int64_t *)((char *)c->saved + %u) = %s;", off, v.c);
	}
	body_end(&b, format_c(e, "static void %s(struct stp_ctx *c)", name), name, "", "");
}

static struct probe *root(struct probe *p)
{
	return p->same_as ? p->same_as : p;
}

static void emit_probe_row(struct emitter *e, struct probe *p, unsigned nlocks)
{
	struct strbuf *c = &e->code;

	sb_printf(c, "\t{ .handler = h_%u, ", root(p)->index);
	if (p->condition)
		sb_printf(c, ".condition = cond_%u, ", p->index);
	sb_printf(c, ".point = %s, .alias = %s, ", c_string(e, p->text, strlen(p->text)),
		  c_string(e, p->alias_text ? p->alias_text : p->text, strlen(p->alias_text ? p->alias_text : p->text)));
	if (nlocks)
		sb_printf(c, ".locks = locks_%u, .nlocks = %u, ", root(p)->index, nlocks);
	sb_printf(c, ".flags = %u, .index = %u, .loc = %u },\n", p->flags, p->index, loc_number(e, p->span));
}

static void emit_probe_table(struct emitter *e)
{
	struct probe_vec *ps = &e->program->probes;
	unsigned *nlocks = ARENA_ARRAY(e->arena, unsigned, ps->len + 1);

	for (size_t i = 0; i < ps->len; i++) {
		struct strbuf t = STRBUF_INIT;

		if (!ps->data[i]->same_as)
			nlocks[i] = emit_locks(e, ps->data[i], &t);
		if (t.len)
			sb_printf(&e->code, "static const struct stp_lockref locks_%zu[] = {\n%s};\n", i, sb_str(&t));
		sb_free(&t);
	}
	sb_puts(&e->code, "static const struct stp_probe probes[] = {\n");
	for (size_t i = 0; i < ps->len; i++)
		emit_probe_row(e, ps->data[i], nlocks[root(ps->data[i])->index]);
	sb_puts(&e->code, "};\n\n");
}

/* ---- attach rows, one table a family ---- */

static const char *attach_name(const struct probe *p)
{
	return p->attach ? p->attach : p->family->attach;
}

static void sort_rows(struct probe **v, size_t n, int (*compare)(const struct probe *a, const struct probe *b))
{
	/* stable insertion into sorted order: tables that need it (begin, end) are short */
	for (size_t i = 1; i < n && compare; i++)
		for (size_t j = i; j > 0 && compare(v[j - 1], v[j]) > 0; j--) {
			struct probe *t = v[j];

			v[j] = v[j - 1];
			v[j - 1] = t;
		}
}

static void emit_row(struct emitter *e, struct probe *p)
{
	struct strbuf t = STRBUF_INIT;
	unsigned size;

	if (p->family->attach_row)
		p->family->attach_row(e->session, p, &t);
	sb_printf(&e->code, "\t{ .probe = &probes[%u]%s%s", p->index, t.len ? ", " : "", sb_str(&t));
	if (p->saved.len) {
		saved_offset(e, p, 0, &size);
		sb_printf(&e->code, ", .entry = entry_%u, .saved_size = %u", root(p)->index, size);
	}
	sb_puts(&e->code, " },\n");
	sb_free(&t);
}

static unsigned emit_group(struct emitter *e, const char *attach, const char *row_struct, unsigned number)
{
	struct probe_vec *ps = &e->program->probes;
	VEC(struct probe *) rows = { 0 };
	int (*compare)(const struct probe *, const struct probe *) = NULL;

	for (size_t i = 0; i < ps->len; i++) {
		const char *a = attach_name(ps->data[i]);

		if (!a || strcmp(a, attach))
			continue;
		vec_push(e->arena, &rows, ps->data[i]);
		compare = ps->data[i]->family->compare;
	}
	sort_rows(rows.data, rows.len, compare);
	sb_printf(&e->code, "static const %s rows_%u[] = {\n", row_struct, number);
	for (size_t i = 0; i < rows.len; i++)
		emit_row(e, rows.data[i]);
	sb_puts(&e->code, "};\n\n");
	return rows.len;
}

static void emit_groups(struct emitter *e)
{
	struct probe_vec *ps = &e->program->probes;
	struct strbuf table = STRBUF_INIT;
	struct map seen = { .arena = e->arena };
	unsigned n;

	for (size_t i = 0; i < ps->len; i++) {
		const char *attach = attach_name(ps->data[i]);

		if (!attach || map_has(&seen, attach))
			continue;
		n = emit_group(e, attach, ps->data[i]->family->row_struct, seen.len);
		sb_printf(&table, "\t{ .family = STP_FAMILY_%s, .nrows = %u, .rows = rows_%zu },\n", attach, n, seen.len);
		map_put(&seen, attach, ps->data[i]);
	}
	sb_printf(&e->code, "static const struct stp_group groups[] = {\n%s\t{ .nrows = 0 }\n};\n\n", sb_str(&table));
	sb_printf(&e->types, "enum { STP_NGROUPS = %zu };\n", seen.len);
	sb_free(&table);
}

void emit_probes(struct emitter *e)
{
	struct probe_vec *ps = &e->program->probes;

	for (size_t i = 0; i < ps->len; i++) {
		struct probe *p = ps->data[i];

		if (p->condition)
			emit_condition_function(e, p);
		if (p->same_as)
			continue;
		if (p->saved.len)
			emit_entry(e, p);
		emit_handler(e, p);
	}
	emit_probe_table(e);
	emit_groups(e);
}
