/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listings for people and scripts: one line each, sorted, no line twice.
 *
 *	-l POINT	probe points
 *	-L POINT	with the variables: the alias's own NAME:TYPE, then $NAME:C-TYPE
 *	--dump-…	what the library and the families offer */
#include "translator/driver.h"
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

struct lines {
	struct arena *arena;
	VEC(const char *) all;
};

static void add_line(struct lines *l, struct strbuf *b)
{
	vec_push(l->arena, &l->all, arena_strdup(l->arena, sb_str(b)));
	sb_clear(b);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_lines(struct lines *l)
{
	size_t i;

	if (l->all.len)
		qsort(l->all.data, l->all.len, sizeof *l->all.data, compare_lines);
	for (i = 0; i < l->all.len; i++)
		if (!i || strcmp(l->all.data[i - 1], l->all.data[i]))
			puts(l->all.data[i]);
}

/* ---- -l, -L ---- */

static const char *point_text(const struct probe *p)
{
	return p->aliases.len ? p->alias_text : p->text;
}

static void add_locals(struct strbuf *b, const struct probe *p)
{
	const struct variable_vec *v = &(p->same_as ? p->same_as : p)->locals;
	size_t i;

	for (i = 0; i < v->len; i++)
		sb_printf(b, " %s:%s", v->data[i]->name, type_name(v->data[i]->type));
}

static void add_scope(struct session *s, struct strbuf *b, const struct probe *p)
{
	struct di_var_vec vars = { 0 };
	size_t i;

	if (!p->scope.module)
		return;
	di_scope_vars(&p->scope, &vars);
	for (i = 0; i < vars.len; i++)
		if (!vars.data[i]->optimized_out)
			sb_printf(b, " $%s:%s", vars.data[i]->name, di_type_text(&s->arena, vars.data[i]->type, ""));
}

static void add_family(struct session *s, struct strbuf *b, struct probe *p)
{
	struct point_var_vec vars = { 0 };
	size_t i;

	if (p->family->list_vars)
		p->family->list_vars(s, p, &vars);
	for (i = 0; i < vars.len; i++)
		sb_printf(b, " $%s:%s", vars.data[i].name, vars.data[i].type_text);
}

static void add_probes(struct session *s, struct lines *l, const struct point *point)
{
	struct strbuf b = STRBUF_INIT;
	size_t i;

	for (i = 0; i < s->program->probes.len; i++) {
		struct probe *p = s->program->probes.data[i];

		if (p->span.src != point->span.src)	/* a probe of the library */
			continue;
		sb_puts(&b, point_text(p));
		if (s->opt.list == LIST_VARS) {
			add_locals(&b, p);
			add_scope(s, &b, p);
			add_family(s, &b, p);
		}
		add_line(l, &b);
	}
	sb_free(&b);
}

/* All of pass 2, for the types of what aliases set. */
static bool resolve_variables(struct session *s, struct point *point, struct stmt *body)
{
	struct probe_decl *d = ARENA_NEW(&s->arena, struct probe_decl);

	vec_push(&s->arena, &d->points, point);
	d->body = body;
	d->span = point->span;
	vec_push(&s->arena, &s->script->probes, d);
	s->opt.unoptimized = s->opt.skip_badvars = s->opt.no_global_display = true;
	return sema_run(s);
}

int driver_list(struct session *s)
{
	struct lines l = { .arena = &s->arena };
	struct point_vec points = { 0 };
	struct point *point;
	struct stmt *body;
	bool ok;

	point = driver_parse(s) ? parse_point_text(s, s->opt.list_pattern) : NULL;
	if (!point)
		return 1;
	vec_push(&s->arena, &points, point);
	if (!papers_points(s, &points))
		return 1;
	body = stmt_new(&s->arena, STMT_BLOCK, point->span);
	ok = s->opt.list == LIST_POINTS ? points_resolve(s, point, body, false) : resolve_variables(s, point, body);
	if (!ok)
		return 1;
	add_probes(s, &l, point);
	print_lines(&l);
	return l.all.len ? 0 : 1;
}

/* ---- --dump-… ---- */

static void dump_types(struct session *s, struct lines *l)
{
	struct strbuf b = STRBUF_INIT;
	const char *p;
	size_t i;

	(void)s;
	for (i = 0; i < npoint_rows; i++) {
		if (*point_rows[i].pattern == '_')	/* what the library makes points of */
			continue;
		for (p = point_rows[i].pattern; *p; p++) {
			if (p[0] == '(' && p[2] == ')') {
				sb_puts(&b, p[1] == 's' ? "(string)" : "(number)");
				p += 2;
			} else {
				sb_putc(&b, *p);
			}
		}
		add_line(l, &b);
	}
	sb_free(&b);
}

static void load_everything(struct session *s)
{
	struct string_vec names = { 0 };
	size_t i;

	library_names(s, DEFINES_FUNCTION, &names);
	for (i = 0; i < names.len; i++)
		library_need_function(s, names.data[i]);
	names.len = 0;
	library_names(s, DEFINES_ALIAS, &names);
	for (i = 0; i < names.len; i++) {
		struct point *p = parse_point_text(s, names.data[i]);

		if (p)
			library_need_aliases(s, p);
	}
}

static void dump_builtins(struct lines *l)
{
	struct strbuf b = STRBUF_INIT;
	const char *p;
	size_t i;

	for (i = 0; i < nbuiltins; i++) {
		sb_puts(&b, builtins[i].name);
		if (*builtins[i].result != 'v')
			sb_puts(&b, *builtins[i].result == 's' ? ":string" : ":long");
		sb_puts(&b, " (");
		for (p = builtins[i].params; *p; p++)
			sb_printf(&b, "%sarg%d:%s", p == builtins[i].params ? "" : ", ", (int)(p - builtins[i].params) + 1,
				  *p == 's' ? "string" : "long");
		sb_puts(&b, ")");
		add_line(l, &b);
	}
	sb_free(&b);
}

static void dump_functions(struct session *s, struct lines *l)
{
	struct file *const *files;
	struct strbuf b = STRBUF_INIT;
	size_t i, j, n;
	const char *head;

	load_everything(s);
	files = library_files(s, &n);
	for (i = 0; i < n; i++)
		for (j = 0; j < files[i]->functions.len; j++) {
			if (files[i]->functions.data[j]->privat)
				continue;
			print_function_head(&b, files[i]->functions.data[j]);
			head = sb_str(&b) + (strncmp(sb_str(&b), "function ", 9) ? 0 : 9);
			vec_push(l->arena, &l->all, arena_strdup(l->arena, head));
			sb_clear(&b);
		}
	sb_free(&b);
	dump_builtins(l);
}

static void dump_alias(struct lines *l, const struct alias_decl *d)
{
	struct strbuf b = STRBUF_INIT;
	size_t i, j;

	for (i = 0; i < d->names.len; i++) {
		print_component_list(&b, &d->names.data[i]->parts);
		sb_puts(&b, d->epilogue ? " += " : " = ");
		for (j = 0; j < d->probe.points.len; j++) {
			sb_puts(&b, j ? ", " : "");
			print_point(&b, d->probe.points.data[j]);
		}
		if (*sb_str(&b) == '_')
			sb_clear(&b);
		else
			add_line(l, &b);
	}
	sb_free(&b);
}

static void dump_aliases(struct session *s, struct lines *l)
{
	struct file *const *files;
	size_t i, j, n;

	load_everything(s);
	files = library_files(s, &n);
	for (i = 0; i < n; i++)
		for (j = 0; j < files[i]->aliases.len; j++)
			dump_alias(l, files[i]->aliases.data[j]);
}

int driver_dump(struct session *s)
{
	struct lines l = { .arena = &s->arena };

	if (!driver_parse(s))
		return 1;
	if (!strcmp(s->opt.dump_what, "functions"))
		dump_functions(s, &l);
	else if (!strcmp(s->opt.dump_what, "probe-types"))
		dump_types(s, &l);
	else
		dump_aliases(s, &l);
	print_lines(&l);
	return s->diags.nerrors ? 1 : 0;
}
