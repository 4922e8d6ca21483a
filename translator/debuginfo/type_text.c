/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C declarations of types.  A declarator is built inside out: each pointer, array
 * and function wraps the text it has so far, and the base name comes last. */
#include "translator/debuginfo/type.h"
#include <inttypes.h>
#include <string.h>

#define MAX_DEPTH 24

static const char *declare(struct arena *a, const struct di_type *t, const char *inner, unsigned depth);

static const char *prefix(const struct di_type *t)
{
	switch ((int)t->kind) {
	case DI_STRUCT: return "struct ";
	case DI_UNION: return "union ";
	case DI_CLASS: return "class ";
	case DI_ENUM: return "enum ";
	default: return "";
	}
}

static const char *declare_named(struct arena *a, const struct di_type *t, const char *inner)
{
	const char *name = t->name ? t->name : t->kind == DI_VOID ? "void" : *prefix(t) ? "{...}" : "?";

	return arena_printf(a, "%s%s%s%s", prefix(t), name, *inner ? " " : "", inner);
}

static const char *declare_pointer(struct arena *a, const struct di_type *t, const char *inner, unsigned depth)
{
	const struct di_type *to = t->target;
	bool wrap = to && (to->kind == DI_ARRAY || to->kind == DI_FUNC);

	inner = arena_printf(a, wrap ? "(*%s)" : "*%s", inner);
	return to ? declare(a, to, inner, depth) : arena_printf(a, "void %s", inner);
}

static const char *declare_array(struct arena *a, const struct di_type *t, const char *inner, unsigned depth)
{
	inner = t->count ? arena_printf(a, "%s[%" PRIu64 "]", inner, t->count) : arena_printf(a, "%s[]", inner);
	return declare(a, t->target, inner, depth);
}

static const char *declare_function(struct arena *a, const struct di_type *t, const char *inner, unsigned depth)
{
	struct strbuf b = STRBUF_INIT;
	const char *r;

	t = di_type_complete(t);
	sb_printf(&b, "%s(", inner);
	for (size_t i = 0; i < t->nparams; i++)
		sb_printf(&b, "%s%s", i ? ", " : "",
			  declare(a, t->params[i].type, t->params[i].name ? t->params[i].name : "", depth));
	if (t->variadic)
		sb_puts(&b, t->nparams ? ", ..." : "...");
	else if (!t->nparams)
		sb_puts(&b, "void");
	sb_putc(&b, ')');
	r = declare(a, t->target, arena_strdup(a, b.s), depth);
	sb_free(&b);
	return r;
}

static const char *declare_qualifier(struct arena *a, const struct di_type *t, const char *inner, unsigned depth)
{
	const struct di_type *element = t->target;

	/* "const const char [4]": DWARF says it of the array and of its elements */
	while (element && element->kind == DI_ARRAY)
		element = element->target;
	if (element != t->target && element && element->kind == DI_QUALIFIER && !strcmp(element->qualifier, t->qualifier))
		return declare(a, t->target, inner, depth);
	if (t->target && t->target->kind == DI_POINTER)
		return declare(a, t->target, arena_printf(a, "%s%s%s", t->qualifier, *inner ? " " : "", inner), depth);
	return arena_printf(a, "%s %s", t->qualifier, t->target ? declare(a, t->target, inner, depth) : "void");
}

static const char *declare(struct arena *a, const struct di_type *t, const char *inner, unsigned depth)
{
	if (!t || depth >= MAX_DEPTH)
		return arena_printf(a, "?%s%s", *inner ? " " : "", inner);
	switch (t->kind) {
	case DI_POINTER: return declare_pointer(a, t, inner, depth + 1);
	case DI_ARRAY: return declare_array(a, t, inner, depth + 1);
	case DI_FUNC: return declare_function(a, t, inner, depth + 1);
	case DI_QUALIFIER: return declare_qualifier(a, t, inner, depth + 1);
	case DI_VOID: case DI_INT: case DI_BOOL: case DI_CHAR: case DI_FLOAT: case DI_STRUCT: case DI_UNION:
	case DI_CLASS: case DI_ENUM: case DI_TYPEDEF:
		return declare_named(a, t, inner);
	}
	return "?";
}

const char *di_type_text(struct arena *a, const struct di_type *t, const char *name)
{
	return declare(a, t, name ? name : "", 0);
}
