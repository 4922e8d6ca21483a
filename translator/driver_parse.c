/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pass 1: the script and those of -E become one file, and -p1 prints it. */
#include "translator/driver.h"
#include "translator/errors.h"
#include "translator/syntax/parse.h"
#include "translator/syntax/print.h"

#include <string.h>

static struct source *script_source(struct session *s)
{
	const struct options *o = &s->opt;
	struct source *src = NULL;
	int err;

	if (!o->script_file)
		return source_add(&s->sources, "<input>", o->script_text ? o->script_text : "",
				  o->script_text ? strlen(o->script_text) : 0);
	err = source_read(&s->sources, o->script_file, &src);
	if (err)
		diag_error(&s->diags, (struct span){ 0 }, E(FILE_ACCESS), "cannot read %s: %s",
			   strcmp(o->script_file, "-") ? o->script_file : "standard input", strerror(-err));
	return src;
}

#define APPEND(s, to, from, field) do { \
	for (size_t i_ = 0; i_ < (from)->field.len; i_++) \
		vec_push(&(s)->arena, &(to)->field, (from)->field.data[i_]); \
} while (0)

/* All that FROM declares goes into TO. */
static void append_file(struct session *s, struct file *to, const struct file *from)
{
	APPEND(s, to, from, probes);
	APPEND(s, to, from, aliases);
	APPEND(s, to, from, functions);
	APPEND(s, to, from, globals);
	APPEND(s, to, from, embedded);
	APPEND(s, to, from, embedded_at);
	APPEND(s, to, from, order);
	APPEND(s, to, from, order_kind);
}

static void warn_of_unused(struct session *s)
{
	for (size_t i = 0; i < s->opt.args.len; i++)
		if (!s->args_used[i])
			diag_warning(&s->diags, (struct span){ 0 }, E(ARGUMENT_UNUSED), "the script does not use its argument %zu, \"%s\" ($%zu, @%zu)",
				     i + 1, s->opt.args.data[i], i + 1, i + 1);
}

bool driver_parse(struct session *s)
{
	struct source *src = script_source(s);
	struct file *extra;
	bool ok = true;
	size_t i;

	if (!src)
		return false;
	s->script = parse_file(s, src, false);
	for (i = 0; i < s->opt.extra_scripts.len; i++) {
		const char *text = s->opt.extra_scripts.data[i];

		extra = parse_file(s, source_add(&s->sources, "<input -E>", text, strlen(text)), false);
		ok &= extra != NULL;
		if (extra && s->script)
			append_file(s, s->script, extra);
	}
	if (ok && s->script)
		warn_of_unused(s);
	return ok && s->script;
}

void driver_print_script(struct session *s)
{
	struct strbuf b = STRBUF_INIT;

	print_file(&b, s->script);
	fwrite(sb_str(&b), 1, b.len, stdout);
	sb_free(&b);
}
