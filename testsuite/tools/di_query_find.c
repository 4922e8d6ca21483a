/* SPDX-License-Identifier: GPL-2.0-or-later */
/* di-query's commands about functions, lines, symbols, types, tracepoints. */
#include "di_query.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_function(const struct di_func *f)
{
	printf("%s", f->name);
	if (f->file)
		printf("@%s:%u", f->file, f->line);
	if (f->entry)
		printf(" 0x%" PRIx64 "-0x%" PRIx64, f->entry, f->high);
	if (f->pc != f->entry)
		printf(" pc 0x%" PRIx64, f->pc);
	printf("%s%s%s", f->is_inline ? " inline" : "", f->exported ? " exported" : "", f->is_declared_static ? " static" : "");
	printf("%s", f->ftrace_site ? " ftrace" : "");
	if (f->link_name && strcmp(f->link_name, f->name))
		printf(" symbol %s", f->link_name);
	if (f->unprobeable)
		printf(" unprobeable: %s", f->reason);
	printf(" %s\n", f->source == DI_DWARF ? "dwarf" : f->source == DI_BTF ? "btf" : "symbols");
}

static int print_functions(struct query *q, char **args, unsigned what)
{
	struct di_func_vec v = { 0 };
	const char *file = args[1] && strcmp(args[1], "-") ? args[1] : NULL;

	di_find_functions(q->m, args[0], file, args[1] && args[2] ? (unsigned)atoi(args[2]) : 0, what, &v);
	for (size_t i = 0; i < v.len; i++)
		print_function(v.data[i]);
	return v.len ? 0 : 1;
}

int query_functions(struct query *q, char **args)
{
	return print_functions(q, args, DI_FIND_CONCRETE);
}

int query_inlines(struct query *q, char **args)
{
	return print_functions(q, args, DI_FIND_INLINE);
}

int query_at(struct query *q, char **args)
{
	struct di_func *f = di_function_at(q->m, strtoull(args[0], NULL, 0));

	if (f)
		print_function(f);
	return f ? 0 : 1;
}

int query_similar(struct query *q, char **args)
{
	struct di_name_vec v = { 0 };

	di_similar_functions(q->m, args[0], 5, &v);
	for (size_t i = 0; i < v.len; i++)
		printf("%s\n", v.data[i]);
	return 0;
}

int query_modules(struct query *q, char **args)
{
	struct di_name_vec v = { 0 };

	di_list_modules(q->s.di, args[0], &v);
	for (size_t i = 0; i < v.len; i++)
		printf("%s\n", v.data[i]);
	return 0;
}

int query_enum(struct query *q, char **args)
{
	int64_t v;

	if (!di_enum_value(q->m, args[0], &v))
		return 1;
	printf("%" PRId64 "\n", v);
	return 0;
}

static void print_members(struct query *q, const struct di_type *t)
{
	for (size_t i = 0; i < t->nmembers; i++) {
		const struct di_member *m = &t->members[i];

		printf("  %" PRIu64 ".%u %s", m->bit_offset / 8, (unsigned)(m->bit_offset % 8),
		       di_type_text(&q->s.arena, m->type, m->name));
		if (m->bit_size)
			printf(" : %u", m->bit_size);
		printf("\n");
	}
	for (size_t i = 0; i < t->nenumerators; i++)
		printf("  %s = %" PRId64 "\n", t->enumerators[i].name, t->enumerators[i].value);
}

int query_type(struct query *q, char **args)
{
	const struct di_type *t = di_type_find(q->m, args[0]), *bare;

	if (!t)
		return 1;
	bare = di_type_complete(di_type_strip(t));
	printf("%s size %" PRIu64 "%s%s", di_type_text(&q->s.arena, t, ""), bare->size, bare->is_signed ? " signed" : "",
	       bare->is_declaration ? " declaration" : "");
	if (bare != t)
		printf(" = %s", di_type_text(&q->s.arena, bare, ""));
	printf("\n");
	print_members(q, bare);
	return 0;
}

int query_tracepoints(struct query *q, char **args)
{
	struct di_tracepoint_vec v = { 0 };

	di_find_tracepoints(q->m, args[0], &v);
	for (size_t i = 0; i < v.len; i++) {
		printf("%s", v.data[i]->name);
		for (size_t k = 0; k < v.data[i]->nparams; k++)
			printf(" %s;", di_type_text(&q->s.arena, v.data[i]->params[k].type, v.data[i]->params[k].name));
		printf("\n");
	}
	return v.len ? 0 : 1;
}

int query_symbol(struct query *q, char **args)
{
	uint64_t addr, off;
	const char *name;
	bool unique;

	if (!strncmp(args[0], "0x", 2)) {
		if (!di_symbol_at(q->m, strtoull(args[0], NULL, 16), &name, &off))
			return 1;
		printf("%s+0x%" PRIx64 "\n", name, off);
		return 0;
	}
	if (!di_symbol_address(q->m, args[0], &addr, &unique))
		return 1;
	printf("0x%" PRIx64 "%s\n", addr, unique ? "" : " (one of several)");
	return 0;
}

static void print_sites(const struct di_site_vec *v)
{
	for (size_t i = 0; i < v->len; i++)
		printf("0x%" PRIx64 " %s:%u %s\n", v->data[i].pc, v->data[i].file ? v->data[i].file : "?", v->data[i].line,
		       v->data[i].func ? v->data[i].func->name : "?");
}

int query_lines(struct query *q, char **args)
{
	struct di_site_vec v = { 0 };
	const char *file = strcmp(args[1], "-") ? args[1] : NULL, *spec = args[2] ? args[2] : "*", *dash;
	unsigned first, last;
	enum di_line_kind kind = DI_LINE_EXACT;

	if (*spec == '*')
		kind = DI_LINE_ALL;
	else if (*spec == '+')
		kind = DI_LINE_RELATIVE;
	else if (*spec == '~')
		kind = DI_LINE_NEAREST;
	else if (strchr(spec, '-'))
		kind = DI_LINE_RANGE;
	first = last = (unsigned)strtoul(spec + (kind == DI_LINE_RELATIVE || kind == DI_LINE_NEAREST), NULL, 10);
	dash = strchr(spec, '-');
	if (dash)
		last = (unsigned)strtoul(dash + 1, NULL, 10);
	di_find_lines(q->m, args[0], file, kind, first, last, &v);
	print_sites(&v);
	return v.len ? 0 : 1;
}

int query_labels(struct query *q, char **args)
{
	struct di_scope sc;
	struct di_site_vec v = { 0 };

	if (!query_scope(q, args[0], &sc))
		return 1;
	di_find_labels(q->m, sc.func, args[1] ? args[1] : "*", &v);
	print_sites(&v);
	return v.len ? 0 : 1;
}

int query_callees(struct query *q, char **args)
{
	struct di_scope sc;
	struct di_func_vec v = { 0 };

	if (!query_scope(q, args[0], &sc))
		return 1;
	di_find_callees(q->m, sc.func, args[1] ? args[1] : "*", args[1] && args[2] ? (unsigned)atoi(args[2]) : 1, &v);
	for (size_t i = 0; i < v.len; i++)
		print_function(v.data[i]);
	return v.len ? 0 : 1;
}

int query_describe(struct query *q, char **args)
{
	struct strbuf b = STRBUF_INIT;

	(void)args;
	di_describe(q->s.di, &b);
	fputs(sb_str(&b), stdout);
	sb_free(&b);
	return 0;
}
