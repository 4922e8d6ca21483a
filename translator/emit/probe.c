/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes: their table, with the functions that probe_function.c has made for them, and the attach rows. */
#include "translator/emit/emit.h"
#include "translator/family/family.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What runs for each probe, by its index. */
struct parts {
	const struct probe_function *handler, *entry, *condition;
	const char *locks;		/* or NULL */
	unsigned nlocks;
};

static struct probe *root(struct probe *p)
{
	return p->same_as ? p->same_as : p;
}

/* What pn() says: the alias, or the point, in which nothing stands for many. */
static const char *own_name(const struct probe *p)
{
	bool pattern = p->alias_text && !p->aliases.len && strpbrk(p->alias_text, "*?[");

	return p->alias_text && !pattern ? p->alias_text : p->text;
}

static void emit_probe_row(struct emitter *e, struct probe *p, const struct parts *part)
{
	const char *name = own_name(p);
	struct strbuf *c = &e->code;
	const char *locs = probe_function_locs(e, part->handler, root(p));

	sb_printf(c, "\t{ .handler = %s, ", probe_function_name(part->handler));
	if (part->condition)
		sb_printf(c, ".condition = %s, ", probe_function_name(part->condition));
	if (part->entry)
		sb_printf(c, ".entry = %s, ", probe_function_name(part->entry));
	sb_printf(c, ".point = %s, .alias = %s, ", c_string(e, p->text, strlen(p->text)), c_string(e, name, strlen(name)));
	if (part->locks)
		sb_printf(c, ".locks = %s, .nlocks = %u, ", part->locks, part->nlocks);
	if (locs)
		sb_printf(c, ".locs = %s, ", locs);
	sb_printf(c, ".flags = %u%s, .index = %u, .loc = %u },\n", p->flags,
		  runs_soft(e, root(p)) ? " | STP_PROBE_SOFT | STP_PROBE_INTERRUPTIBLE" : "", p->index, loc_number(e, p->span));
}

/* The list of P's locks, which is one with that of others that take the same. */
static void emit_probe_locks(struct emitter *e, struct probe *p, struct map *lists, struct parts *part)
{
	struct strbuf t = STRBUF_INIT;

	part->nlocks = emit_locks(e, p, &t);
	part->locks = t.len ? map_get(lists, sb_str(&t)) : NULL;
	if (t.len && !part->locks) {
		part->locks = format_c(e, "locks_%zu", lists->len);
		map_put(lists, arena_strdup(e->arena, sb_str(&t)), (void *)part->locks);
		sb_printf(&e->code, "static const struct stp_lockref %s[] = {\n%s};\n", part->locks, sb_str(&t));
	}
	sb_free(&t);
}

static void emit_probe_table(struct emitter *e, struct parts *parts)
{
	struct probe_vec *ps = &e->program->probes;
	struct map lists = { .arena = e->arena };
	size_t i;

	for (i = 0; i < ps->len; i++)
		if (!ps->data[i]->same_as)
			emit_probe_locks(e, ps->data[i], &lists, &parts[i]);
	for (i = 0; i < ps->len; i++) {
		parts[i].locks = parts[root(ps->data[i])->index].locks;
		parts[i].nlocks = parts[root(ps->data[i])->index].nlocks;
	}
	sb_puts(&e->code, "static const struct stp_probe probes[] = {\n");
	for (i = 0; i < ps->len; i++)
		emit_probe_row(e, ps->data[i], &parts[i]);
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
		sb_printf(&e->code, ", .saved_size = %u", size);
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
	struct parts *parts = ARENA_ARRAY(e->arena, struct parts, ps->len + 1);

	for (size_t i = 0; i < ps->len; i++) {
		struct probe *p = ps->data[i];

		if (p->condition)
			parts[i].condition = probe_condition(e, p);
		if (!p->same_as && p->saved.len)
			parts[i].entry = probe_entry(e, p);
		if (!p->same_as)
			parts[i].handler = probe_handler(e, p);
	}
	for (size_t i = 0; i < ps->len; i++) {
		parts[i].entry = parts[root(ps->data[i])->index].entry;
		parts[i].handler = parts[root(ps->data[i])->index].handler;
	}
	emit_probe_functions(e);
	emit_probe_table(e, parts);
	emit_groups(e);
}
