/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preprocessor's stream: frames of tokens, script arguments, and which branch of
 * %( … %? … %: … %) is read. Branches that are not taken are only counted through. */
#include "translator/syntax/preproc_frame.h"
#include "translator/syntax/parse.h"

#include <stdarg.h>
#include <string.h>

/* A script that needs more is a bomb. */
enum { EXPANDED_MAX = 2000000 };

/* @-operators of the language: the library is not asked for macros of these names. */
static const char *const operators[] = {
	"avg", "cast", "choose_defined", "const", "count", "defined", "entry", "enum", "enumname", "errno",
	"hist_linear", "hist_log", "kderef", "kregister", "max", "min", "offsetof", "perf", "probewrite", "sizeof", "sum",
	"uderef", "uregister", "var", "variance",
};

struct token preproc_fail(struct preproc *pp, struct span at, const char *tag, const char *fmt, ...)
{
	struct token t = { .kind = TOK_ERROR, .span = at, .tag = tag };
	va_list ap;

	va_start(ap, fmt);
	t.text = arena_vprintf(&pp->session->arena, fmt, ap);
	va_end(ap);
	pp->failed = true;
	diag_error(&pp->session->diags, at, tag, "%s", t.text);
	return t;
}

struct preproc_frame *preproc_push(struct preproc *pp, const struct token *use)
{
	struct preproc_frame *f = ARENA_NEW(&pp->session->arena, struct preproc_frame);

	f->below = pp->top;
	f->use = use->span;
	f->space_before = use->space_before;
	pp->top = f;
	return f;
}

void preproc_init(struct preproc *pp, struct session *s, struct source *src)
{
	size_t n = strlen(src->name);

	*pp = (struct preproc){ .session = s };
	map_init(&pp->macros, &s->arena);
	pp->publish = n > 5 && !strcmp(src->name + n - 5, ".stpm");
	lex_init(&preproc_push(pp, &(struct token){ .span = { src->id, 0, 0 } })->lexer, s, src);
}

/* ---- tokens of one frame ---- */

static struct token frame_next(struct preproc_frame *f)
{
	struct token t;

	if (f->has_ahead) {
		f->has_ahead = false;
		return f->ahead;
	}
	if (!f->below || f->lexer.src) {
		t = lex_next(&f->lexer);
	} else if (f->pos == f->n) {
		return (struct token){ .kind = TOK_EOF, .span = f->use };
	} else {
		t = f->tokens[f->pos];
		t.space_before = f->pos++ ? t.space_before : f->space_before;
		if (f->expansion)
			t.span.src = f->expansion;
	}
	return t;
}

struct token preproc_raw(struct preproc *pp)
{
	return frame_next(pp->top);
}

void preproc_unread(struct preproc *pp, struct token t)
{
	pp->top->ahead = t;
	pp->top->has_ahead = true;
}

/* ---- expansion ---- */

/* $1: the argument's text as script text. */
static void push_script_argument(struct preproc *pp, const struct token *t, const char *text)
{
	struct session *s = pp->session;
	const char *name = arena_printf(&s->arena, "%d", (int)t->number);
	struct source *src = source_add(&s->sources, arena_printf(&s->arena, "<argument %s>", name), text, strlen(text));
	struct preproc_frame *f = preproc_push(pp, t);

	src->macro = name;
	src->expanded_at = t->span;
	f->argument = true;
	f->lexer = (struct lexer){ .session = s, .src = src };
}

/* $1 and @1. True when T is now the token itself. */
static bool take_script_argument(struct preproc *pp, struct token *t)
{
	struct string_vec *args = &pp->session->opt.args;

	if (t->number < 1 || (uint64_t)t->number > args->len || pp->top->argument) {
		if (pp->moot) {
			t->kind = *t->text == '$' ? TOK_NUMBER : TOK_STRING;
			t->text = "";
			t->number = 0;
			t->len = 0;
			return true;
		}
		*t = preproc_fail(pp, t->span, E(LEX_ARGUMENT), "the script was given %zu argument%s", args->len, args->len == 1 ? "" : "s");
		diag_note(&pp->session->diags, (struct span){ 0 }, "arguments stand behind the script: stap SCRIPT ARGUMENT…");
		return true;
	}
	if (*t->text == '$') {
		push_script_argument(pp, t, args->data[t->number - 1]);
		return false;
	}
	t->kind = TOK_STRING;
	t->text = intern(&pp->session->names, args->data[t->number - 1]);
	t->len = strlen(t->text);
	return true;
}

static bool is_operator(const char *name)
{
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (!strcmp(operators[i], name))
			return true;
	return false;
}

static struct macro *find_macro(struct preproc *pp, const char *name)
{
	const struct preproc_scope *sc = pp->top->scope;
	struct macro *m = sc && sc->macro->published ? NULL : map_get(&pp->macros, name);

	if (m || is_operator(name))
		return m;
	m = map_get(&pp->session->macros, name);
	if (!m && library_load_macro(pp->session, name))
		m = map_get(&pp->session->macros, name);
	return m;
}

/* The argument that @NAME means in the top frame, or NULL. */
static const struct token_vec *find_parameter(struct preproc *pp, const char *name)
{
	const struct preproc_scope *sc = pp->top->scope;

	for (size_t i = 0; sc && i < sc->macro->params.len; i++)
		if (sc->macro->params.data[i] == name)
			return &sc->args[i];
	return NULL;
}

/* @name. True when T is now a token for the reader. */
static bool take_atop(struct preproc *pp, struct token *t)
{
	const struct token_vec *arg = find_parameter(pp, t->text);
	struct macro *m;

	if (arg) {
		preproc_push_argument(pp, t, arg);
		return false;
	}
	if (!strcmp(t->text, "define"))
		return !preproc_define(pp, t->span, t);
	m = find_macro(pp, t->text);
	return !m || !preproc_call(pp, t, m, t);
}

/* The top frame is at its end; the lowest one stays. */
static bool leave_frame(struct preproc *pp)
{
	struct preproc_frame *f = pp->top;

	if (f->open.len) {
		preproc_fail(pp, vec_last(&f->open).at, E(PREPROC_BALANCE), "%%( without %%)");
		vec_clear(&f->open);
	}
	if (!f->below)
		return false;
	pp->top = f->below;
	return true;
}

/* Long texts count for several: they can double, too. */
bool preproc_count(struct preproc *pp, const struct token *t)
{
	pp->expanded += 1 + (t->kind == TOK_STRING ? t->len / 16 : 0);
	return pp->expanded <= EXPANDED_MAX;
}

struct token preproc_give_up(struct preproc *pp, struct span at)
{
	struct token t = preproc_fail(pp, at, E(MACRO_SIZE), "macros expand to more than %d tokens", EXPANDED_MAX);

	while (pp->top->below)
		pp->top = pp->top->below;
	pp->top->has_ahead = false;
	vec_clear(&pp->top->open);
	pp->top->lexer.pos = pp->top->lexer.src->len;
	return t;
}

static void report_token(struct preproc *pp, const struct token *t)
{
	diag_error(&pp->session->diags, t->span, t->tag, "%s", t->text);
	if (t->note)
		diag_note(&pp->session->diags, (struct span){ 0 }, "%s", t->note);
}

struct token preproc_expanded(struct preproc *pp)
{
	struct token t;

	for (;;) {
		t = preproc_raw(pp);
		if (pp->top->below && !preproc_count(pp, &t))
			return preproc_give_up(pp, pp->top->use);
		if (t.kind == TOK_EOF) {
			if (!leave_frame(pp))
				return t;
		} else if (t.kind == TOK_ERROR) {
			pp->failed = true;
			report_token(pp, &t);
			return t;
		} else if (t.kind == TOK_ARGUMENT) {
			if (take_script_argument(pp, &t))
				return t;
		} else if (t.kind != TOK_ATOP || take_atop(pp, &t)) {
			return t;
		}
	}
}

/* ---- conditions ---- */

enum skip { SKIP_TO_ELSE, SKIP_ELSE, SKIP_ALL };

/* To the %) that belongs to the %( at AT, or to its %: with SKIP_TO_ELSE. */
static struct token skip_branch(struct preproc *pp, struct span at, enum skip how)
{
	unsigned depth = 0;
	struct token t;

	for (;;) {
		t = preproc_raw(pp);
		if (t.kind == TOK_EOF) {
			preproc_unread(pp, t);
			return preproc_fail(pp, at, E(PREPROC_BALANCE), "%%( without %%)");
		}
		if (t.kind == TOK_PP_IF)
			depth++;
		else if (t.kind == TOK_PP_END && !depth--)
			return t;
		else if (t.kind == TOK_PP_ELSE && !depth && how == SKIP_TO_ELSE)
			return t;
		else if (t.kind == TOK_PP_ELSE && !depth && how == SKIP_ELSE)
			preproc_fail(pp, t.span, E(PREPROC_BALANCE), "a second %%:");
	}
}

static void open_branch(struct preproc *pp, struct span at, bool in_else)
{
	struct preproc_condition c = { at, in_else };

	vec_push(&pp->session->arena, &pp->top->open, c);
}

/* %( was read: go to where the branch that counts begins. False with *T an error. */
static bool take_condition(struct preproc *pp, struct token *t)
{
	struct preproc_frame *f = pp->top;
	struct span at = t->span;
	bool yes = false;

	if (!preproc_decide(pp, at, &yes, t)) {
		while (pp->top != f && pp->top->below)
			pp->top = pp->top->below;
		skip_branch(pp, at, SKIP_ALL);
		return false;
	}
	if (yes) {
		open_branch(pp, at, false);
	} else {
		*t = skip_branch(pp, at, SKIP_TO_ELSE);
		if (t->kind == TOK_PP_ELSE)
			open_branch(pp, at, true);
	}
	return t->kind != TOK_ERROR;
}

/* %: or %) was read: the branch ends. False with *T an error. */
static bool take_branch_end(struct preproc *pp, struct token *t)
{
	struct preproc_frame *f = pp->top;
	struct preproc_condition c;

	if (!f->open.len || (t->kind == TOK_PP_ELSE && vec_last(&f->open).in_else)) {
		*t = preproc_fail(pp, t->span, E(PREPROC_BALANCE), t->kind == TOK_PP_ELSE ? "%%: without %%( … %%? before it" : "%%) without %%(");
		return false;
	}
	c = vec_pop(&f->open);
	if (t->kind == TOK_PP_ELSE)
		*t = skip_branch(pp, c.at, SKIP_ELSE);
	return t->kind != TOK_ERROR;
}

struct token preproc_next(struct preproc *pp)
{
	struct token t;

	for (;;) {
		t = preproc_expanded(pp);
		if (t.kind == TOK_PP_IF) {
			if (!take_condition(pp, &t))
				return t;
		} else if (t.kind == TOK_PP_ELSE || t.kind == TOK_PP_END) {
			if (!take_branch_end(pp, &t))
				return t;
		} else if (t.kind == TOK_PP_THEN) {
			return preproc_fail(pp, t.span, E(PREPROC_BALANCE), "%%? without %%(");
		} else {
			return t;
		}
	}
}
