/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -p2: the resolved program as a script: globals with their types in comments,
 * functions that are reached, one probe for each place. */
#include "translator/program.h"
#include "translator/session.h"
#include "translator/syntax/print.h"

static void dump_global(struct strbuf *b, const struct variable *v)
{
	sb_printf(b, "global %s", v->name);
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

static void dump_function(struct strbuf *b, const struct function *f)
{
	sb_printf(b, "function %s", f->name);
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

static void dump_probe(struct strbuf *b, const struct probe *p)
{
	const struct probe *root = p->same_as ? p->same_as : p;

	sb_printf(b, "probe %s", p->text);
	if (p->condition) {
		sb_puts(b, " if (");
		print_expr(b, p->condition);
		sb_putc(b, ')');
	}
	if (p->alias_text && p->alias_text != p->text)
		sb_printf(b, " /* <- %s */", p->alias_text);
	sb_putc(b, '\n');
	dump_locals(b, &root->locals);
	print_stmt(b, root->body, 0);
}

void program_dump(struct strbuf *b, struct program *p)
{
	size_t script_functions = 0;

	if (p->globals.len)
		sb_puts(b, "# globals\n");
	for (size_t i = 0; i < p->globals.len; i++)
		dump_global(b, p->globals.data[i]);
	for (size_t i = 0; i < p->functions.len; i++)
		script_functions += !p->functions.data[i]->builtin;
	if (script_functions)
		sb_puts(b, "# functions\n");
	for (size_t i = 0; i < p->functions.len; i++)
		if (!p->functions.data[i]->builtin)
			dump_function(b, p->functions.data[i]);
	sb_puts(b, "# probes\n");
	for (size_t i = 0; i < p->probes.len; i++)
		dump_probe(b, p->probes.data[i]);
}
