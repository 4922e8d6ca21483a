/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Globals that the script fills and never reads are printed when it ends, by an error, too: an end
 * and error probe written as script text and resolved like the user's own. */
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/parse.h"
#include <stdio.h>

/* Numbers that look like addresses of the kernel, in its maps of memory or in its text and modules: these are shown in
 * hexadecimal, all others in decimal. */
#define LOOKS_LIKE_ADDRESS "(%s >= -0x1000000000000 && %s < -0x8000000000) || (%s >= -0x80000000 && %s < -0x20000000)"

static void display_text(struct strbuf *b, const char *text)
{
	sb_printf(b, "print(\"%s\") ", text);
}

static void display_value(struct strbuf *b, const char *place, enum value_type type, bool stack)
{
	if (type == TYPE_STRING)
		sb_printf(b, "printf(\"\\\"%%s\\\"\", %s) ", place);
	else if (stack)
		sb_printf(b, "printf(\"\\n%%s\", %s) ", place);
	else
		sb_printf(b, "if (" LOOKS_LIKE_ADDRESS ") printf(\"%%#x\", %s) else print(%s) ", place, place, place, place,
			  place, place);
}

static void display_statistic(struct strbuf *b, const char *place)
{
	sb_printf(b, "if (!@count(%s)) print(\" @count=0\") else printf(\" @count=%%d @min=%%d @max=%%d @sum=%%d @avg=%%d\", "
		  "@count(%s), @min(%s), @max(%s), @sum(%s), @avg(%s)) ", place, place, place, place, place, place);
}

/* What stands behind a global's name: PLACE, of V's values. */
static void display_content(struct strbuf *b, const char *place, const struct variable *v)
{
	if (v->type == TYPE_STATS) {
		display_statistic(b, place);
	} else {
		display_text(b, "=");
		display_value(b, place, v->type, v->holds_stack);
	}
	display_text(b, "\\n");
}

static void loop_variable(char *name, size_t size, const struct variable *v, const char *what, unsigned n)
{
	snprintf(name, size, "__%s%u_of_%u", what, n, v->index);
}

/* The loop variables have the array's number in their names, for arrays differ in their types. */
static void display_array(struct strbuf *b, const struct variable *v)
{
	char value[48], key[48];

	loop_variable(value, sizeof value, v, "v", 0);
	sb_printf(b, "  foreach (%s = [", value);
	for (unsigned i = 0; i < v->nkeys; i++) {
		loop_variable(key, sizeof key, v, "k", i);
		sb_printf(b, "%s%s", i ? ", " : "", key);
	}
	sb_printf(b, "] in %s-) { ", v->name);
	for (unsigned i = 0; i < v->nkeys; i++) {
		loop_variable(key, sizeof key, v, "k", i);
		sb_printf(b, "print(\"%s%s\") ", i ? "" : v->name, i ? "," : "[");
		display_value(b, key, v->key_type[i], v->stack_keys & 1u << i);
	}
	display_text(b, "]");
	display_content(b, value, v);
	sb_puts(b, "}\n");
}

static void display_global(struct strbuf *b, const struct variable *v)
{
	if (v->is_array) {
		display_array(b, v);
		return;
	}
	sb_printf(b, "  print(\"%s\") ", v->name);
	display_content(b, v->name, v);
	sb_putc(b, '\n');
}

bool sema_display_globals(struct session *s)
{
	struct program *p = s->program;
	struct strbuf text = STRBUF_INIT;
	struct source *src;
	struct file *f, *user = s->script;
	size_t first = p->probes.len;
	bool ok = true, shown = false;

	sb_puts(&text, "probe end(9223372036854775807), error(9223372036854775807) {\n");
	for (size_t i = 0; i < p->globals.len; i++) {
		struct variable *v = p->globals.data[i];

		if (v->written && !v->read && !v->library && !v->internal)
			display_global(&text, v), shown = true;
	}
	sb_puts(&text, "}\n");
	if (!shown)
		goto out;
	src = source_add(&s->sources, "<globals at end>", arena_strndup(&s->arena, sb_str(&text), text.len), text.len);
	f = parse_file(s, src, true);
	if (!f)
		goto out;
	for (size_t i = 0; i < f->probes.data[0]->points.len; i++)
		ok &= points_resolve(s, f->probes.data[0]->points.data[i], f->probes.data[0]->body, false);
	for (size_t i = first; ok && i < p->probes.len; i++) {
		ok = symbols_bind_probe(s, p->probes.data[i]);
		p->probes.data[i]->alias_text = *p->probes.data[i]->text == 'e' && p->probes.data[i]->text[1] == 'n' ? "end" : "error";
	}
out:
	s->script = user;
	sb_free(&text);
	return ok;
}
