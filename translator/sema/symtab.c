/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names to objects: each name in a body becomes a local, a parameter, a global or
 * a function.  Library files are parsed when a name is found nowhere nearer.
 *
 * Order of search: parameters and locals of the body; globals of the same file;
 * public globals of the script, then of the library; otherwise the name is a new
 * local.  Functions: the same file, the script, builtins, the library. */
#include "translator/builtin/builtin.h"
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/pragma.h"
#include "translator/syntax/print.h"

#include <string.h>

struct binder {
	struct session *session;
	struct probe *probe;
	struct function *function;
	struct variable_vec *locals;
	struct map names;		/* locals and parameters of the body */
	struct visitor visitor;
	bool ok;
};

static void bind_function(struct session *s, struct function *f);

/* ---- files ---- */

static struct source *origin(struct session *s, uint32_t id)
{
	struct source *src = source_get(&s->sources, id);

	while (src && src->base)
		src = src->base;
	return src;
}

struct variable *variable_of(const struct expr *e)
{
	const struct expr *base = e->kind == EXPR_INDEX ? e->index.base : e;

	return base->kind == EXPR_SYMBOL ? base->symbol.ref : NULL;
}

struct file *symbols_file_of(struct session *s, struct span at)
{
	struct source *src = source_get(&s->sources, at.src), *use = src;
	struct file *const *files;
	size_t n;

	/* a macro's text belongs to the file that uses the macro */
	while (use && use->macro && use->expanded_at.src)
		use = source_get(&s->sources, use->expanded_at.src);
	src = use ? origin(s, use->id) : NULL;
	files = library_files(s, &n);
	for (size_t i = 0; i < n; i++)
		if (files[i]->source == src)
			return files[i];
	return s->script;
}

/* ---- globals ---- */

static struct global_decl *global_in(struct file *f, const char *name, bool same_file)
{
	for (size_t i = 0; f && i < f->globals.len; i++)
		if (f->globals.data[i]->name == name && (same_file || !f->globals.data[i]->privat))
			return f->globals.data[i];
	return NULL;
}

static struct global_decl *find_global(struct session *s, struct file *from, const char *name)
{
	struct global_decl *g = global_in(from, name, true);
	struct file *const *files;
	size_t n;

	if (!g)
		g = global_in(s->script, name, false);
	if (!g) {
		library_need_global(s, name);
		files = library_files(s, &n);
		for (size_t i = 0; !g && i < n; i++)
			g = global_in(files[i], name, false);
	}
	return g;
}

static uint32_t declared_size(struct session *s, const struct global_decl *g)
{
	if (!g->size)
		return 0;
	if (g->size->kind != EXPR_NUMBER) {
		diag_error(&s->diags, g->size->span, E(GLOBAL_SIZE),
			   "the size of an array is written as a number, or as $1 or a macro that is one");
		return 1;
	}
	if (g->size->number.value < 1 || g->size->number.value > 1 << 26) {
		diag_error(&s->diags, g->size->span, E(GLOBAL_SIZE), "an array holds 1 to %d elements", 1 << 26);
		return 1;
	}
	return (uint32_t)g->size->number.value;
}

static struct variable *global_variable(struct session *s, struct global_decl *g)
{
	struct variable *v = g->resolved;

	if (v)
		return v;
	v = ARENA_NEW(&s->arena, struct variable);
	v->kind = VAR_GLOBAL;
	v->name = g->name;
	v->c_name = arena_printf(&s->arena, "g_%s_%zu", g->name, s->program->globals.len);
	v->span = g->span;
	v->decl = g;
	v->wrap = g->wrap;
	v->init = g->init;
	v->max_entries = declared_size(s, g);
	v->is_array = g->size != NULL;
	v->library = symbols_file_of(s, g->span) != s->script;
	if (g->init) {
		v->type = g->init->kind == EXPR_STRING ? TYPE_STRING : TYPE_LONG;
		v->type_from = g->init->span;
	}
	if (g->stat_hint) {
		v->type = TYPE_STATS;
		v->type_from = g->span;
	}
	v->index = s->program->globals.len;
	g->resolved = v;
	vec_push(&s->arena, &s->program->globals, v);
	return v;
}

/* ---- locals ---- */

static struct variable *new_local(struct binder *b, const char *name, struct span at)
{
	struct variable *v = ARENA_NEW(&b->session->arena, struct variable);

	v->kind = VAR_LOCAL;
	v->name = name;
	v->c_name = arena_printf(&b->session->arena, "l_%s", name);
	v->span = at;
	vec_push(&b->session->arena, b->locals, v);
	map_put(&b->names, name, v);
	return v;
}

static struct variable *find_variable(struct binder *b, const char *name, struct span at)
{
	struct variable *v = map_get(&b->names, name);
	struct global_decl *g;

	if (v)
		return v;
	g = find_global(b->session, symbols_file_of(b->session, at), name);
	return g ? global_variable(b->session, g) : NULL;
}

static void bind_symbol(struct binder *b, struct expr *e)
{
	if (e->symbol.ref)
		return;
	e->symbol.ref = find_variable(b, e->symbol.name, e->span);
	if (!e->symbol.ref)
		e->symbol.ref = new_local(b, e->symbol.name, e->span);
}

static void similar_globals(struct binder *b, const char *name)
{
	struct string_vec all = { 0 };
	const char *near;

	for (size_t i = 0; i < b->session->script->globals.len; i++)
		vec_push(&b->session->arena, &all, b->session->script->globals.data[i]->name);
	near = nearest_name(name, all.data, all.len);
	if (near)
		diag_note(&b->session->diags, (struct span){ 0 }, "did you mean \"%s\"?", near);
	else
		diag_note(&b->session->diags, (struct span){ 0 }, "declare it at top level: global %s", name);
}

/* Elements have no value to begin with, so that one which is given would be lost. */
static bool has_initial_value(struct binder *b, const struct variable *v, struct span at)
{
	if (!v->init)
		return false;
	b->ok = diag_error(&b->session->diags, at, E(ARRAY_UNKNOWN),
			   "\"%s\" is no array: it begins with a value", v->name);
	diag_note(&b->session->diags, v->init->span,
		  "only scalars do; leave the value out, and set elements in a begin probe");
	return true;
}

/* NAME must be a global array with NKEYS keys. */
static bool bind_array(struct binder *b, struct expr *e, size_t nkeys, struct span at)
{
	struct session *s = b->session;
	struct variable *v = map_get(&b->names, e->symbol.name);

	if (e->symbol.ref)
		v = e->symbol.ref;
	else if (!v)
		v = find_variable(b, e->symbol.name, e->span);
	if (!v || v->kind != VAR_GLOBAL) {
		b->ok = diag_error(&s->diags, e->span, E(ARRAY_UNKNOWN), v ? "\"%s\" is a local variable: only a global can be an array"
				   : "no global array \"%s\"", e->symbol.name);
		similar_globals(b, e->symbol.name);
		return false;
	}
	e->symbol.ref = v;
	if (has_initial_value(b, v, at))
		return false;
	if (nkeys > MAX_KEYS)
		return b->ok = diag_error(&s->diags, at, E(ARRAY_KEYS), "an array has at most %d keys", MAX_KEYS);
	if (v->is_array && v->nkeys && v->nkeys != nkeys) {
		b->ok = diag_error(&s->diags, at, E(ARRAY_KEYS), "\"%s\" has %u key%s, here it has %zu", v->name, v->nkeys,
				   v->nkeys == 1 ? "" : "s", nkeys);
		diag_note(&s->diags, v->key_from[0], "first used with %u key%s here", v->nkeys, v->nkeys == 1 ? "" : "s");
		return false;
	}
	if (!v->nkeys)
		v->key_from[0] = at;
	v->is_array = true;
	v->nkeys = nkeys;
	return true;
}

/* ---- functions ---- */

static bool says_next(struct stmt *body);
static bool returns_value(struct stmt *body);

static struct function *function_object(struct session *s, struct function_decl *d, bool library)
{
	struct function *f = d->resolved;
	unsigned serial = s->program->functions.len;

	if (f)
		return f;
	f = ARENA_NEW(&s->arena, struct function);
	d->resolved = f;
	f->name = d->name;
	f->decl = d;
	f->c_name = arena_printf(&s->arena, "f_%s_%u", d->name, serial);
	f->nparams = d->params.len;
	f->library = library;
	f->result = d->result;
	f->result_from = d->name_span;
	f->index = serial;
	if (d->body->kind == STMT_EMBEDDED)
		f->code = d->body->embedded.code;
	else
		f->body = d->body;
	for (size_t i = 0; i < d->params.len; i++) {
		struct variable *p = ARENA_NEW(&s->arena, struct variable);

		p->kind = VAR_PARAM;
		p->name = d->params.data[i].name;
		p->c_name = arena_printf(&s->arena, "a_%s", p->name);
		p->span = p->type_from = d->params.data[i].span;
		p->type = d->params.data[i].type;
		vec_push(&s->arena, &f->params, p);
	}
	vec_push(&s->arena, &s->program->functions, f);
	f->returns = f->body && returns_value(f->body);
	f->has_next = f->body ? says_next(f->body) : strstr(f->code, "STAP_NEXT") != NULL;
	if (f->code && f->result == TYPE_UNKNOWN && !f->has_next && !pragma_returns_value(f->code))
		f->result = TYPE_VOID;
	return f;
}

struct function *symbols_builtin(struct session *s, const struct builtin *bi)
{
	struct function *f;

	for (size_t i = 0; i < s->program->functions.len; i++)
		if (s->program->functions.data[i]->builtin == bi)
			return s->program->functions.data[i];
	f = ARENA_NEW(&s->arena, struct function);
	f->name = bi->name;
	f->c_name = arena_printf(&s->arena, "b_%s", bi->name);
	f->builtin = bi;
	f->nparams = strlen(bi->params);
	f->library = true;
	f->result = *bi->result == 's' ? TYPE_STRING : *bi->result == 'v' ? TYPE_VOID : TYPE_LONG;
	f->gives_stack = *bi->result == 'k';
	f->pure = bi->flags & (BI_PURE | BI_CONTEXT);
	for (const char *t = bi->params; *t; t++) {
		struct variable *p = ARENA_NEW(&s->arena, struct variable);

		p->kind = VAR_PARAM;
		p->name = "argument";
		p->type = *t == 's' ? TYPE_STRING : TYPE_LONG;
		vec_push(&s->arena, &f->params, p);
	}
	f->index = s->program->functions.len;
	vec_push(&s->arena, &s->program->functions, f);
	return f;
}

VEC_OF(decl_vec, struct function_decl *);

/* Overloads of NAME with NARGS parameters in F, by priority. */
static void overloads_in(struct session *s, struct file *f, const char *name, size_t nargs, bool same_file, struct decl_vec *out)
{
	for (size_t i = 0; f && i < f->functions.len; i++) {
		struct function_decl *d = f->functions.data[i];

		if (d->name != name || d->params.len != nargs || (d->privat && !same_file))
			continue;
		vec_push(&s->arena, out, d);
		for (size_t j = out->len - 1; j > 0 && out->data[j - 1]->priority > out->data[j]->priority; j--) {
			struct function_decl *t = out->data[j];

			out->data[j] = out->data[j - 1];
			out->data[j - 1] = t;
		}
	}
}

static void find_overloads(struct session *s, struct file *from, const char *name, size_t nargs, struct decl_vec *out)
{
	struct file *const *files;
	size_t n;

	overloads_in(s, from, name, nargs, true, out);
	if (out->len)
		return;
	if (from != s->script)
		overloads_in(s, s->script, name, nargs, false, out);
	if (out->len || builtin_find(name, nargs))
		return;
	library_need_function(s, name);
	files = library_files(s, &n);
	for (size_t i = 0; i < n && !out->len; i++)
		overloads_in(s, files[i], name, nargs, false, out);
}

static struct function *find_function(struct session *s, struct file *from, const char *name, size_t nargs)
{
	struct decl_vec found = { 0 };
	struct function *f, *first = NULL, *last = NULL;
	const struct builtin *bi;

	find_overloads(s, from, name, nargs, &found);
	if (!found.len) {
		bi = builtin_find(name, nargs);
		return bi ? symbols_builtin(s, bi) : NULL;
	}
	if (found.data[0]->resolved)
		return found.data[0]->resolved;
	for (size_t i = 0; i < found.len; i++) {
		f = function_object(s, found.data[i], symbols_file_of(s, found.data[i]->span) != s->script);
		if (last)
			last->next_overload = f;
		first = first ? first : f;
		last = f;
		if (!f->has_next)
			break;		/* what follows is never tried */
	}
	for (f = first; f; f = f->next_overload)
		bind_function(s, f);
	return first;
}

static void unknown_function(struct binder *b, struct expr *e)
{
	struct session *s = b->session;
	/* what else stands before a parenthesis */
	static const char *const words[] = { "print", "println", "printf", "printd", "printdln", "sprint", "sprintln", "sprintf", "sprintd", "sprintdln",
					     "if", "while", "for", "foreach", "return" };
	struct string_vec names = { 0 };
	const char *near;

	b->ok = diag_error(&s->diags, e->span, E(FUNCTION_UNKNOWN), "no function \"%s\" with %zu argument%s", e->call.name,
			   e->call.args.len, e->call.args.len == 1 ? "" : "s");
	for (size_t n = 0; n < 10; n++)
		if (n != e->call.args.len && (find_function(s, symbols_file_of(s, e->span), e->call.name, n) != NULL)) {
			diag_note(&s->diags, (struct span){ 0 }, "\"%s\" takes %zu argument%s", e->call.name, n, n == 1 ? "" : "s");
			return;
		}
	for (size_t i = 0; i < s->script->functions.len; i++)
		vec_push(&s->arena, &names, s->script->functions.data[i]->name);
	for (size_t i = 0; i < nbuiltins; i++)
		vec_push(&s->arena, &names, builtins[i].name);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		vec_push(&s->arena, &names, words[i]);
	library_names(s, 0, &names);
	near = nearest_name(e->call.name, names.data, names.len);
	if (near)
		diag_note(&s->diags, (struct span){ 0 }, "did you mean \"%s\"?", near);
}

/* ---- the walk ---- */

static struct expr *next_probe(struct visitor *v, struct expr *e)
{
	(void)v;
	return e;
}

static struct stmt *next_visit(struct visitor *v, struct stmt *st)
{
	if (st->kind == STMT_NEXT)
		*(bool *)v->data = true;
	return st;
}

static bool says_next(struct stmt *body)
{
	bool found = false;
	struct visitor v = { .pre_expr = next_probe, .pre_stmt = next_visit, .data = &found };

	walk_stmt(&v, body);
	return found;
}

/* The globals that the markers in CODE name. */
static bool bind_embedded(struct session *s, const char *code, struct span at, struct embedded_use_vec *uses)
{
	static const char *const what[] = { "read", "write" };

	uses->len = 0;
	for (size_t w = 0; w < 2; w++) {
		const char *rest = code, *name;

		while ((name = pragma_next_global(&s->arena, &rest, what[w])) != NULL) {
			struct global_decl *g = find_global(s, symbols_file_of(s, at), intern(&s->names, name));

			if (!g)
				return diag_error(&s->diags, at, E(EMBEDDED_GLOBAL), "no global \"%s\", which pragma:%s names", name, what[w]);
			vec_push(&s->arena, uses, ((struct embedded_use){ global_variable(s, g), w }));
		}
	}
	return true;
}

static struct stmt *return_visit(struct visitor *v, struct stmt *st)
{
	if (st->kind == STMT_RETURN && st->return_.value)
		*(bool *)v->data = true;
	return st;
}

static bool returns_value(struct stmt *body)
{
	bool found = false;
	struct visitor v = { .pre_expr = next_probe, .pre_stmt = return_visit, .data = &found };

	walk_stmt(&v, body);
	return found;
}

static void bind_keys(struct binder *b, struct expr_vec *keys)
{
	for (size_t i = 0; i < keys->len; i++)
		if (keys->data[i])
			keys->data[i] = walk_expr(&b->visitor, keys->data[i]);
}

static bool has_slice(const struct expr_vec *keys)
{
	for (size_t i = 0; i < keys->len; i++)
		if (!keys->data[i])
			return true;
	return false;
}

/* TO stands for what an alias or a function has read: a store would be lost. */
static bool check_stand_in(struct binder *b, const struct expr *to)
{
	struct expr *same = expr_clone(&b->session->arena, to);

	if (b->probe)
		papers_variable(b->session, b->probe, same);
	if (same->kind == to->kind)
		return true;
	b->ok = diag_error(&b->session->diags, to->span, E(TARGET_READONLY), "%s is only read here: %s has no target variables to write", to->target.name,
			   b->probe->text);
	diag_note(&b->session->diags, (struct span){ 0 }, "$variables of a probe kernel.function(…) with debug information can be written");
	return false;
}

/* What is assigned to, counted up or down must be a place: before folding makes one of `(1 ? a : b)`. */
static void check_place(struct binder *b, struct expr *e)
{
	const struct expr *to = e->kind == EXPR_ASSIGN ? e->assign.left : e->kind == EXPR_INCDEC ? e->incdec.arg : NULL;

	if (!to || (to->kind == EXPR_TARGET && !check_stand_in(b, to)))
		return;
	if (to->kind == EXPR_SYMBOL || to->kind == EXPR_TARGET || to->kind == EXPR_CAST || to->kind == EXPR_ATOP ||
	    (to->kind == EXPR_INDEX && to->index.base->kind == EXPR_SYMBOL))
		return;
	b->ok = diag_error(&b->session->diags, to->span, E(ASSIGN_TARGET), "this cannot be %s: a variable, an element of an array or a $variable can",
			   e->kind == EXPR_ASSIGN ? "assigned to" : "counted up or down");
	if (e->kind == EXPR_ASSIGN && e->assign.op == OP_NONE)
		diag_note(&b->session->diags, (struct span){ 0 }, "= assigns, == compares");
}

static struct expr *bind_expr(struct visitor *v, struct expr *e)
{
	struct binder *b = v->data;

	if (b->probe)
		papers_variable(b->session, b->probe, e);
	check_place(b, e);
	if (e->kind == EXPR_SYMBOL) {
		bind_symbol(b, e);
	} else if (e->kind == EXPR_INDEX && e->index.base->kind == EXPR_SYMBOL) {
		if (has_slice(&e->index.keys))
			b->ok = diag_error(&b->session->diags, e->span, E(ARRAY_KEYS), "\"*\" as a key stands for many elements: not for one that is read or set");
		bind_array(b, e->index.base, e->index.keys.len, e->span);
		bind_keys(b, &e->index.keys);
		return NULL;
	} else if (e->kind == EXPR_IN) {
		bind_array(b, e->in.array, e->in.keys.len, e->span);
		bind_keys(b, &e->in.keys);
		return NULL;
	} else if (e->kind == EXPR_CALL && !e->call.ref) {
		e->call.ref = find_function(b->session, symbols_file_of(b->session, e->span), e->call.name, e->call.args.len);
		if (!e->call.ref)
			unknown_function(b, e);
	} else if (e->kind == EXPR_EMBEDDED) {
		b->ok &= bind_embedded(b->session, e->embedded.code, e->span, &e->embedded.uses);
	}
	return e;
}

static void bind_foreach(struct binder *b, struct stmt *st)
{
	struct expr *base = st->foreach.base;
	struct variable *v;

	for (size_t i = 0; i < st->foreach.keys.len; i++)
		bind_symbol(b, st->foreach.keys.data[i]);
	if (st->foreach.value)
		bind_symbol(b, st->foreach.value);
	if (base->kind != EXPR_SYMBOL) {
		walk_expr(&b->visitor, base);
	} else if (bind_array(b, base, st->foreach.slice.len ? st->foreach.slice.len : st->foreach.keys.len, base->span)) {
		v = base->symbol.ref;
		if (st->foreach.value && st->foreach.value->symbol.ref->kind == VAR_LOCAL)
			st->foreach.value->symbol.ref->stat_origin = v;
	}
	bind_keys(b, &st->foreach.slice);
	if (st->foreach.limit)
		st->foreach.limit = walk_expr(&b->visitor, st->foreach.limit);
	st->foreach.body = walk_stmt(&b->visitor, st->foreach.body);
}

bool symbols_bare_function(struct session *s, const struct expr *e)
{
	struct file *from = symbols_file_of(s, e->span);

	return e->kind == EXPR_SYMBOL && e->symbol.ref && e->symbol.ref->kind == VAR_LOCAL && find_function(s, from, e->symbol.name, 0);
}

static struct stmt *bind_stmt(struct visitor *v, struct stmt *st)
{
	struct binder *b = v->data;

	if (st->kind == STMT_FOREACH) {
		bind_foreach(b, st);
		return NULL;
	}
	if (st->kind == STMT_DELETE && st->delete_.target->kind == EXPR_SYMBOL) {
		bind_symbol(b, st->delete_.target);
		return NULL;
	}
	if (st->kind == STMT_EMBEDDED)
		b->ok &= bind_embedded(b->session, st->embedded.code, st->span, &st->embedded.uses);
	if (st->kind == STMT_DELETE && st->delete_.target->kind == EXPR_INDEX && st->delete_.target->index.base->kind == EXPR_SYMBOL) {
		bind_array(b, st->delete_.target->index.base, st->delete_.target->index.keys.len, st->delete_.target->span);
		bind_keys(b, &st->delete_.target->index.keys);
		return NULL;
	}
	if (st->kind == STMT_RETURN && !b->function)
		b->ok = diag_error(&b->session->diags, st->span, E(RETURN_OUTSIDE), "return outside of a function; \"next\" ends a probe handler");
	return st;
}

static bool bind(struct binder *b, struct stmt **body, struct expr **condition)
{
	b->names.arena = &b->session->arena;
	b->visitor = (struct visitor){ .pre_expr = bind_expr, .pre_stmt = bind_stmt, .data = b };
	b->ok = true;
	if (*body)
		*body = walk_stmt(&b->visitor, *body);
	if (condition && *condition)
		*condition = walk_expr(&b->visitor, *condition);
	return b->ok;
}

static void bind_function(struct session *s, struct function *f)
{
	struct binder b = { .session = s, .function = f, .locals = &f->locals };

	if (f->code)
		bind_embedded(s, f->code, f->decl->name_span, &f->uses);
	if (!f->body)
		return;
	b.names.arena = &s->arena;
	for (size_t i = 0; i < f->params.len; i++)
		map_put(&b.names, f->params.data[i]->name, f->params.data[i]);
	bind(&b, &f->body, NULL);
}

bool symbols_bind_copy(struct session *s, struct function *copy)
{
	struct binder b = { .session = s, .function = copy, .probe = copy->context, .locals = &copy->locals };

	b.names.arena = &s->arena;
	for (size_t i = 0; i < copy->params.len; i++)
		map_put(&b.names, copy->params.data[i]->name, copy->params.data[i]);
	for (size_t i = 0; i < copy->locals.len; i++)
		map_put(&b.names, copy->locals.data[i]->name, copy->locals.data[i]);
	return bind(&b, &copy->body, NULL);
}

bool symbols_bind_probe(struct session *s, struct probe *p)
{
	struct binder b = { .session = s, .probe = p, .locals = &p->locals };
	struct stmt *none = NULL;
	struct variable_vec unused = { 0 };

	if (p->same_as) {
		b.locals = &unused;
		return bind(&b, &none, &p->condition);
	}
	return bind(&b, &p->body, &p->condition);
}

bool sema_symbols(struct session *s)
{
	bool ok = true;

	for (size_t i = 0; i < s->program->probes.len; i++)
		ok &= symbols_bind_probe(s, s->program->probes.data[i]);
	return ok;
}
