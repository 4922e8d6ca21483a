/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structures, unions and arrays of them are no values: where the script uses one as such, what it can take instead is
 * said. Arrays of numbers, pointers and characters are their addresses. */
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/print.h"

static const struct di_type *element_of(const struct di_type *t)
{
	for (t = di_type_strip(t); t->kind == DI_ARRAY && t->target;)
		t = di_type_strip(t->target);
	return t;
}

bool object_is_no_value(const struct di_type *t)
{
	enum di_kind kind = element_of(t)->kind;

	return kind == DI_STRUCT || kind == DI_UNION || kind == DI_CLASS;
}

/* The name of T's first member, be it in an anonymous structure; or NULL. */
static const char *first_member(const struct di_type *t)
{
	const char *name = NULL;

	t = di_type_complete(di_type_strip(t));
	for (size_t i = 0; !name && i < t->nmembers; i++)
		name = t->members[i].name ? t->members[i].name : first_member(t->members[i].type);
	return name;
}

static const char *text_of(struct session *s, const struct expr *e)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	print_expr(&b, e);
	text = arena_strdup(&s->arena, sb_str(&b));
	sb_free(&b);
	return text;
}

/* The structure, or array of some, whose address E is without having been asked for it; or NULL. */
static const struct di_type *object_of(const struct expr *e)
{
	if (e->kind == EXPR_SAVED)
		e = e->saved.entry_expr;
	return e->kind == EXPR_FETCH ? e->fetch.object : NULL;
}

struct expr *lower_no_object(struct lowering *l, struct expr *e)
{
	struct arena *a = &l->session->arena;
	const struct di_type *t = object_of(e);
	bool array = t && di_type_strip(t)->kind == DI_ARRAY;
	const char *text, *member, *take;

	if (!t)
		return e;
	text = text_of(l->session, e);
	member = first_member(element_of(t));
	take = !member ? "" : array ? arena_printf(a, "a member of an element, such as [0]->%s, or ", member) :
	       arena_printf(a, "a member, such as ->%s, or ", member);
	e = e->origin ? expr_clone(a, e->origin) : e;
	return lower_pend(l, e, E(TARGET_STRUCTURE), arena_printf(a, "take %sits address, &%s", take, text), "%s is %s (%s), which is no value", text,
			  array ? "an array of structures" : di_type_strip(t)->kind == DI_UNION ? "a union" : "a structure", di_type_text(a, t, ""));
}

static bool leads_to_char(const struct di_type *t)
{
	t = di_type_strip(t);
	if ((t->kind != DI_POINTER && t->kind != DI_ARRAY) || !t->target)
		return false;
	t = di_type_strip(t->target);
	return t->size == 1 && (t->kind == DI_CHAR || t->kind == DI_INT);
}

const char *object_text_note(struct session *s, const struct expr *e)
{
	const char *text;

	if (!e->ctype || !leads_to_char(e->ctype))
		return NULL;
	text = text_of(s, e);
	return arena_printf(&s->arena, "%s_string(%s) reads the text there%s", di_in_user_space(di_type_strip(e->ctype)->module) ? "user" : "kernel",
			    text, e->kind == EXPR_FETCH ? arena_printf(&s->arena, ", %s$ shows it in quotes", text) : "");
}
