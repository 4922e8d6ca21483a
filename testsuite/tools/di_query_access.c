/* SPDX-License-Identifier: GPL-2.0-or-later */
/* di-query's commands about variables: scopes, expressions, programs. */
#include "di_query.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STEPS 32

/* "$file->f_path.dentry[2]", "&$x", "$x=": what scripts write, taken apart. */
struct expression {
	char name[128];
	struct di_step steps[MAX_STEPS];
	struct di_access ac;
};

static const char *take_identifier(struct query *q, const char **p)
{
	size_t len = strspn(*p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *r = arena_strndup(&q->s.arena, *p, len);

	*p += len;
	return r;
}

static bool parse_index(struct di_step *s, const char **p)
{
	char *end;

	if (**p == '%') {
		s->kind = DI_STEP_INPUT_INDEX;
		++*p;
	} else {
		s->kind = DI_STEP_INDEX;
	}
	s->index = strtoll(*p, &end, 0);
	if (*end != ']')
		return false;
	*p = end + 1;
	return true;
}

static bool parse_step(struct query *q, struct di_step *s, const char **p)
{
	if (**p == '[') {
		++*p;
		return parse_index(s, p);
	}
	if (!strncmp(*p, "->", 2))
		*p += 2;
	else if (**p == '.')
		++*p;
	else
		return false;
	s->kind = DI_STEP_MEMBER;
	s->member = take_identifier(q, p);
	return *s->member;
}

static bool parse_expression(struct query *q, const char *text, struct expression *e)
{
	const char *p = text;

	memset(e, 0, sizeof *e);
	e->ac.steps = e->steps;
	if (*p == '&') {
		e->ac.address_of = true;
		p++;
	}
	p += *p == '$';
	snprintf(e->name, sizeof e->name, "%s", take_identifier(q, &p));
	while (*p && *p != '=' && e->ac.nsteps < MAX_STEPS)
		if (!parse_step(q, &e->steps[e->ac.nsteps++], &p)) {
			fprintf(stderr, "di-query: cannot read %s\n", text);
			return false;
		}
	e->ac.store = *p == '=';
	return true;
}

static int print_result(struct query *q, const char *text, bool ok, const struct di_result *r)
{
	struct strbuf b = STRBUF_INIT;

	if (!ok) {
		printf("%s: error %d: %s", text, (int)r->code, r->error);
		for (size_t i = 0; i < r->similar.len; i++)
			printf("%s%s", i ? ", " : "; near: ", r->similar.data[i]);
		printf("\n");
		return 1;
	}
	fetch_dump(&b, r->program);
	printf("%s: %s%s%s%s\n%s", text, di_type_text(&q->s.arena, r->type, ""), r->is_address ? " (address)" : "",
	       r->is_char_pointer ? " (string)" : "", r->user ? " (user)" : "", sb_str(&b));
	sb_free(&b);
	return 0;
}

static struct di_func *one_function(struct query *q, const char *name)
{
	struct di_func_vec v = { 0 };

	di_find_functions(q->m, name, NULL, 0, DI_FIND_CONCRETE, &v);
	if (!v.len)
		di_find_functions(q->m, name, NULL, 0, DI_FIND_INLINE, &v);
	if (!v.len)
		fprintf(stderr, "di-query: no function %s\n", name);
	return v.len ? v.data[0] : NULL;
}

bool query_scope(struct query *q, const char *text, struct di_scope *sc)
{
	size_t len = strcspn(text, "+@");

	*sc = (struct di_scope){ .module = q->m, .where = DI_AT_ENTRY };
	if (len)
		sc->func = one_function(q, arena_strndup(&q->s.arena, text, len));
	if (text[len] == '@') {
		sc->pc = strtoull(text + len + 1, NULL, 0);
		sc->where = DI_AT_PC;
		if (!len)
			sc->func = di_function_at(q->m, sc->pc);
	} else if (sc->func) {
		sc->pc = sc->func->pc;
		if (text[len] == '+') {
			sc->where = DI_AT_PC;
			sc->pc = sc->func->entry + strtoull(text + len + 1, NULL, 0);
		} else if (sc->func->is_inline) {
			sc->where = DI_AT_PC;
		}
	}
	return sc->func;
}

int query_vars(struct query *q, char **args)
{
	struct di_scope sc;
	struct di_var_vec v = { 0 };

	if (!query_scope(q, args[0], &sc))
		return 1;
	di_scope_vars(&sc, &v);
	for (size_t i = 0; i < v.len; i++)
		printf("%s%s%s%s%s\n", di_type_text(&q->s.arena, v.data[i]->type, v.data[i]->name),
		       v.data[i]->is_param ? " (parameter)" : v.data[i]->is_global ? " (global)" : "",
		       v.data[i]->optimized_out ? " (optimized out)" : "", v.data[i]->available ? " " : "",
		       v.data[i]->available ? v.data[i]->available : "");
	return 0;
}

static int fetch_all(struct query *q, struct di_scope *sc, char **args)
{
	int status = 0;

	for (; *args; args++) {
		struct expression e;
		struct di_result r;
		bool ok;

		if (!parse_expression(q, *args, &e))
			return 2;
		ok = di_compile_var(sc, e.name, &e.ac, &r);
		status |= print_result(q, *args, ok, &r);
	}
	return status;
}

int query_fetch(struct query *q, char **args)
{
	struct di_scope sc;

	return query_scope(q, args[0], &sc) ? fetch_all(q, &sc, args + 1) : 1;
}

int query_return(struct query *q, char **args)
{
	static char *plain[] = { (char *)"return", NULL };
	struct di_scope sc;

	if (!query_scope(q, args[0], &sc))
		return 1;
	sc.where = DI_AT_RETURN;
	return fetch_all(q, &sc, args[1] ? args + 1 : plain);
}

int query_tracearg(struct query *q, char **args)
{
	struct di_tracepoint_vec v = { 0 };
	struct di_scope sc = { .module = q->m };

	di_find_tracepoints(q->m, args[0], &v);
	if (!v.len)
		return 1;
	sc.tracepoint = v.data[0];
	return fetch_all(q, &sc, args + 1);
}

int query_global(struct query *q, char **args)
{
	struct expression e;
	struct di_result r;
	bool ok;

	if (!parse_expression(q, args[0], &e))
		return 2;
	ok = di_compile_global(q->m, e.name, args[1], &e.ac, &r);
	return print_result(q, args[0], ok, &r);
}

int query_cast(struct query *q, char **args)
{
	const struct di_type *t = di_type_find(q->m, args[0]);
	struct expression e;
	struct di_result r;
	bool ok;

	if (!t) {
		printf("no type %s\n", args[0]);
		return 1;
	}
	if (!parse_expression(q, args[1], &e))
		return 2;
	ok = di_compile_cast(q->m, t, &e.ac, &r);
	return print_result(q, args[1], ok, &r);
}
