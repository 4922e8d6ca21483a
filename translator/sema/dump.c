/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -p2: the resolved program as a script: globals with their types in comments,
 * functions that are reached, one probe for each place that has a name of its own.
 *
 * A function may have copies for its probes (context.c), and what is private to a file may be called like something else.
 * The first of a name keeps it, the others are NAME__2 and so on here, so that the text means what the program does. */
#include "translator/program.h"
#include "translator/session.h"
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

static void dump_global(struct strbuf *b, const struct variable *v, const char *name)
{
	sb_printf(b, "global %s", name);
	if (v->is_array && v->max_entries)
		sb_printf(b, "[%u]", v->max_entries);
	if (v->wrap)
		sb_puts(b, "%");
	if (v->init) {
		sb_puts(b, " = ");
		print_expr(b, v->init);
	}
	sb_printf(b, "\t# %s", type_name(v->type));
	for (unsigned i = 0; i < v->nkeys; i++)
		sb_printf(b, "%s%s", i ? ", " : " [", type_name(v->key_type[i]));
	sb_puts(b, v->nkeys ? "]\n" : "\n");
}

static void dump_function(struct strbuf *b, const struct function *f, const char *name)
{
	sb_printf(b, "function %s", name);
	if (f->result == TYPE_LONG || f->result == TYPE_STRING)
		sb_printf(b, ":%s", type_name(f->result));
	sb_puts(b, " (");
	for (size_t i = 0; i < f->params.len; i++)
		sb_printf(b, "%s%s:%s", i ? ", " : "", f->params.data[i]->name, type_name(f->params.data[i]->type));
	sb_puts(b, ")");
	if (f->context)
		sb_printf(b, " /* in %s */", f->context->text);
	if (f->decl->priority >= 0)
		sb_printf(b, ":%d", f->decl->priority);
	if (f->code) {
		sb_printf(b, "\n%%{%s%%}\n", f->code);
	} else {
		sb_putc(b, '\n');
		print_stmt(b, f->body, 0);
	}
}

static void dump_locals(struct strbuf *b, const struct variable_vec *locals)
{
	for (size_t i = 0; i < locals->len; i++)
		sb_printf(b, "  # local %s:%s\n", locals->data[i]->name, type_name(locals->data[i]->type));
}

/* What stands behind the name of probe P and its comments. */
static void dump_handler(struct strbuf *b, const struct probe *p)
{
	const struct probe *root = p->same_as ? p->same_as : p;

	dump_locals(b, &root->locals);
	print_stmt(b, root->body, 0);
}

struct place_group {
	const struct probe *first;
	const char *handler;		/* as dump_handler writes it */
	unsigned nplaces;
};

static void dump_probe(struct strbuf *b, const struct place_group *g)
{
	const struct probe *p = g->first;

	sb_printf(b, "probe %s", p->text);
	if (p->condition) {
		sb_puts(b, " if (");
		print_expr(b, p->condition);
		sb_putc(b, ')');
	}
	if (g->nplaces > 1)
		sb_printf(b, " /* %u places */", g->nplaces);
	if (p->alias_text && p->alias_text != p->text)
		sb_printf(b, " /* <- %s */", p->alias_text);
	sb_putc(b, '\n');
	sb_puts(b, g->handler);
}

/* Places that one point stands for, such as the copies of an inline function, have one text, which stands for all of them
 * again: they are told once, where they do the same. */
static void dump_probes(struct strbuf *b, struct program *p)
{
	struct map groups = { .arena = p->arena };
	struct strbuf key = STRBUF_INIT;
	VEC(struct place_group *) all = { 0 };
	struct place_group *g;
	size_t head;

	for (size_t i = 0; i < p->probes.len; i++) {
		const struct probe *probe = p->probes.data[i];

		sb_clear(&key);
		sb_printf(&key, "%u %s\n", probe->resolution, probe->text);
		head = key.len;
		dump_handler(&key, probe);
		g = map_get(&groups, sb_str(&key));
		if (!g) {
			g = ARENA_NEW(p->arena, struct place_group);
			*g = (struct place_group){ .first = probe, .handler = arena_strdup(p->arena, sb_str(&key) + head) };
			vec_push(p->arena, &all, g);
			map_put(&groups, sb_str(&key), g);
		}
		g->nplaces++;
	}
	for (size_t i = 0; i < all.len; i++)
		dump_probe(b, all.data[i]);
	sb_free(&key);
}

/* ---- names ---- */

/* The function that E calls, be it in what the script said in place of what is there now. */
static struct function *called(const struct expr *e)
{
	struct function *f = e->kind == EXPR_CALL ? e->call.ref : NULL;

	while (f && f->same_as)
		f = f->same_as;
	return f;
}

/* What is printed of E where sema has put something else (print.c). */
static void walk_origin(struct visitor *v, struct expr *e)
{
	if (e->origin)
		walk_expr(v, (struct expr *)(uintptr_t)e->origin);
}

struct naming {
	struct program *program;
	struct map taken;		/* names */
	struct map chains;		/* "NAME PROBE" -> the name of that copy with its overloads */
	struct map copies;		/* copy -> name */
	struct map privates;		/* global or function that cannot have its own name -> name */
	bool restore;
};

static const char *new_name(struct naming *n, const char *base)
{
	const char *name = base;

	for (unsigned i = 2; map_has(&n->taken, name); i++)
		name = arena_printf(n->program->arena, "%s__%u", base, i);
	map_put(&n->taken, name, (void *)name);
	return name;
}

/* F, of which another copy may be there already, and what it goes on to. */
static void name_copy(struct naming *n, const struct function *f)
{
	const char *chain = arena_printf(n->program->arena, "%s %u", f->name, f->context->index), *name = map_get(&n->chains, chain);

	if (!name) {
		name = new_name(n, f->name);
		map_put(&n->chains, chain, (void *)name);
	}
	for (; f; f = f->next_overload)
		if (!umap_get(&n->copies, (uint64_t)(uintptr_t)f))
			umap_put(&n->copies, (uint64_t)(uintptr_t)f, (void *)name);
}

/* What WHAT, a global or function of that NAME, is called here. */
static const char *name_of(const struct naming *n, const void *what, const char *name)
{
	const char *other = umap_get(&n->copies, (uint64_t)(uintptr_t)what);

	if (!other)
		other = umap_get(&n->privates, (uint64_t)(uintptr_t)what);
	return other ? other : name;
}

/* Private to file SRC: overloads of one file share a name. */
static void name_private(struct naming *n, const void *what, const char *name, uint32_t src)
{
	const char *chain = arena_printf(n->program->arena, "%s in %u", name, src), *own = map_get(&n->chains, chain);

	if (!own) {
		own = new_name(n, name);
		map_put(&n->chains, chain, (void *)own);
	}
	if (own != name)
		umap_put(&n->privates, (uint64_t)(uintptr_t)what, (void *)own);
}

/* Embedded C has names in its text. */
static bool named_in_c(const struct program *p, const struct variable *v)
{
	for (size_t i = 0; i < p->functions.len; i++) {
		const struct embedded_use_vec *uses = &p->functions.data[i]->uses;

		for (size_t u = 0; u < uses->len; u++)
			if (uses->data[u].ref == v)
				return true;
	}
	return false;
}

static bool is_private_global(const struct program *p, const struct variable *v)
{
	return v->decl && v->decl->privat && !named_in_c(p, v);
}

static bool is_private_function(const struct function *f)
{
	return !f->context && f->decl && f->decl->privat;
}

static void take_public_names(struct naming *n, const struct function_vec *functions)
{
	const struct variable_vec *globals = &n->program->globals;

	for (size_t i = 0; i < globals->len; i++)
		if (!is_private_global(n->program, globals->data[i]))
			map_put(&n->taken, globals->data[i]->name, n);
	for (size_t i = 0; i < functions->len; i++)
		if (!functions->data[i]->context && !is_private_function(functions->data[i]))
			map_put(&n->taken, functions->data[i]->name, n);
}

static void name_privates(struct naming *n, const struct function_vec *functions)
{
	const struct variable_vec *globals = &n->program->globals;

	for (size_t i = 0; i < globals->len; i++)
		if (is_private_global(n->program, globals->data[i]))
			name_private(n, globals->data[i], globals->data[i]->name, globals->data[i]->span.src);
	for (size_t i = 0; i < functions->len; i++)
		if (is_private_function(functions->data[i]))
			name_private(n, functions->data[i], functions->data[i]->name, functions->data[i]->decl->span.src);
}

static void name_copies(struct naming *n, const struct function_vec *functions)
{
	for (size_t i = 0; i < functions->len; i++)
		if (functions->data[i]->context)
			name_copy(n, functions->data[i]);
}

static struct expr *name_use(struct visitor *v, struct expr *e)
{
	struct naming *n = v->data;
	struct function *f = called(e);

	if (f)
		e->call.name = n->restore ? f->name : name_of(n, f, f->name);
	else if (e->kind == EXPR_SYMBOL && e->symbol.ref && e->symbol.ref->kind == VAR_GLOBAL)
		e->symbol.name = n->restore ? e->symbol.ref->name : name_of(n, e->symbol.ref, e->symbol.ref->name);
	walk_origin(v, e);
	return e;
}

static void name_uses(struct naming *n, bool restore)
{
	struct visitor v = { .pre_expr = name_use, .data = n };

	n->restore = restore;
	program_walk_probes(&v, n->program);
	program_walk_functions(&v, n->program);
}

/* ---- functions ---- */

/* Functions in the order in which a script that has just these comes to them. */
struct telling {
	struct program *program;
	struct map seen;
	struct function_vec told;
};

static void tell(struct telling *t, struct function *f);

static struct expr *tell_call(struct visitor *v, struct expr *e)
{
	struct function *f = called(e);

	if (f && !f->builtin)
		tell(v->data, f);
	walk_origin(v, e);
	return e;
}

/* A copy stands for those that it goes on to, too. */
static void tell(struct telling *t, struct function *f)
{
	struct visitor v = { .pre_expr = tell_call, .data = t };
	struct function *first = f;

	if (umap_has(&t->seen, (uint64_t)(uintptr_t)f))
		return;
	umap_put(&t->seen, (uint64_t)(uintptr_t)f, f);
	vec_push(t->program->arena, &t->told, f);
	for (f = f->next_overload; f; f = f->next_overload) {
		if (!first->context && !umap_has(&t->seen, (uint64_t)(uintptr_t)f))
			vec_push(t->program->arena, &t->told, f);
		umap_put(&t->seen, (uint64_t)(uintptr_t)f, f);
	}
	for (f = first; f; f = f->next_overload)
		if (f->body)
			walk_stmt(&v, f->body);
}

static struct function_vec told_functions(struct program *p)
{
	struct telling t = { .program = p, .seen = { .arena = p->arena } };
	struct visitor v = { .pre_expr = tell_call, .data = &t };

	program_walk_probes(&v, p);
	for (size_t i = 0; i < p->functions.len; i++)
		if (!p->functions.data[i]->builtin)
			tell(&t, p->functions.data[i]);
	return t.told;
}

static void dump_functions(struct strbuf *b, struct naming *n, const struct function_vec *functions)
{
	if (functions->len)
		sb_puts(b, "# functions\n");
	for (size_t i = 0; i < functions->len; i++) {
		const struct function *f = functions->data[i];
		const char *name = umap_get(&n->copies, (uint64_t)(uintptr_t)f);

		if (!name)
			dump_function(b, f, name_of(n, f, f->name));
		for (; name && f; f = f->next_overload)
			dump_function(b, f, name);
	}
}

void program_dump(struct strbuf *b, struct program *p)
{
	struct naming n = { .program = p, .taken = { .arena = p->arena }, .chains = { .arena = p->arena }, .copies = { .arena = p->arena },
			    .privates = { .arena = p->arena } };
	struct function_vec functions = told_functions(p);

	take_public_names(&n, &functions);
	name_privates(&n, &functions);
	name_copies(&n, &functions);
	name_uses(&n, false);
	if (p->globals.len)
		sb_puts(b, "# globals\n");
	for (size_t i = 0; i < p->globals.len; i++)
		dump_global(b, p->globals.data[i], name_of(&n, p->globals.data[i], p->globals.data[i]->name));
	dump_functions(b, &n, &functions);
	sb_puts(b, "# probes\n");
	dump_probes(b, p);
	name_uses(&n, true);
}
