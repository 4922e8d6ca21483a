/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Globals that the script fills and never reads are printed when it ends, by an error, too: an end
 * and error probe written as script text and resolved like the user's own. */
#include "translator/errors.h"
#include "translator/sema/sema.h"
#include "translator/syntax/parse.h"

static void display_statistic(struct strbuf *b, const char *place, const char *label, const char *label_args)
{
	sb_printf(b, "printf(\"%s @count=%%d @min=%%d @max=%%d @sum=%%d @avg=%%d\\n\"%s, @count(%s), @min(%s), @max(%s), @sum(%s), @avg(%s))",
		  label, label_args, place, place, place, place, place);
}

static const char *value_format(const struct variable *v)
{
	return v->type == TYPE_STRING ? "\\\"%s\\\"" : v->holds_stack ? "\\n%s" : "%#x";
}

static void display_array(struct strbuf *b, const struct variable *v)
{
	struct strbuf keys = STRBUF_INIT, label = STRBUF_INIT, args = STRBUF_INIT;

	sb_printf(&label, "%s[", v->name);
	for (unsigned i = 0; i < v->nkeys; i++) {
		sb_printf(&keys, "%s__k%u", i ? ", " : "", i);
		sb_printf(&args, ", __k%u", i);
		sb_printf(&label, "%s%s", i ? "," : "", v->key_type[i] == TYPE_STRING ? "\\\"%s\\\"" : v->stack_keys & 1u << i ? "\\n%s" : "%#d");
	}
	sb_puts(&label, "]");
	sb_printf(b, "  foreach (__v = [%s] in %s-)\n    ", sb_str(&keys), v->name);
	if (v->type == TYPE_STATS)
		display_statistic(b, "__v", sb_str(&label), sb_str(&args));
	else
		sb_printf(b, "printf(\"%s=%s\\n\"%s, __v)", sb_str(&label), value_format(v), sb_str(&args));
	sb_putc(b, '\n');
	sb_free(&keys);
	sb_free(&label);
	sb_free(&args);
}

static void display_global(struct strbuf *b, const struct variable *v)
{
	if (v->is_array) {
		display_array(b, v);
	} else if (v->type == TYPE_STATS) {
		sb_printf(b, "  if (@count(%s)) ", v->name);
		display_statistic(b, v->name, v->name, "");
		sb_putc(b, '\n');
	} else {
		sb_printf(b, "  printf(\"%s=%s\\n\", %s)\n", v->name, value_format(v), v->name);
	}
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
