/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of every emitted function: string storage, locals, the one exit. */
#include "translator/emit/emit.h"

void body_begin(struct body *b, struct emitter *e, struct variable_vec *locals)
{
	*b = (struct body){ .e = e, .types = &e->types, .code = &e->code, .depth = 1, .locals = locals, .fail = "out" };
	for (size_t i = 0; i < locals->len; i++)
		b->str_locals += locals->data[i]->type == TYPE_STRING;
}

const char *frame_name(struct emitter *e, const char *c_name)
{
	return format_c(e, "struct frame_%s", c_name);
}

static void emit_frame_type(struct body *b, const char *c_name)
{
	struct strbuf *t = b->types;

	sb_printf(t, "%s {\n", frame_name(b->e, c_name));
	if (b->function)
		for (size_t i = 0; i < b->function->params.len; i++)
			if (b->function->params.data[i]->type == TYPE_STRING && b->function->params.data[i]->written)
				sb_printf(t, "\tchar %s[STP_STRING];\n", b->function->params.data[i]->c_name);
	for (size_t i = 0; i < b->locals->len; i++)
		if (b->locals->data[i]->type == TYPE_STRING)
			sb_printf(t, "\tchar %s[STP_STRING];\n", b->locals->data[i]->c_name);
	if (b->keeps_match)
		emit_match_frame(b);
	for (unsigned i = 0; i < b->maxstr; i++)
		sb_printf(t, "\tchar t%u[STP_STRING];\n", i);
	sb_puts(t, "};\n");
	if (!b->locs)
		map_put(&b->e->frames, c_name, b);
}

static void declare_locals(struct body *b)
{
	struct strbuf *o = b->code;

	for (size_t i = 0; i < b->locals->len; i++) {
		const struct variable *v = b->locals->data[i];

		if (v->type == TYPE_STATS)
			sb_printf(o, "\tconst struct stp_stat *%s = NULL;\n", v->c_name);
		else if (v->type != TYPE_STRING)
			sb_printf(o, "\tint64_t %s = 0;\n", v->c_name);
	}
}

static void clear_strings(struct body *b)
{
	for (size_t i = 0; i < b->locals->len; i++)
		if (b->locals->data[i]->type == TYPE_STRING)
			sb_printf(b->code, "\tl->%s[0] = 0;\n", b->locals->data[i]->c_name);
}

void body_end(struct body *b, const char *head, const char *c_name, const char *prologue, const char *tail)
{
	struct strbuf *o = b->code;
	bool frame = b->str_locals || b->maxstr || b->keeps_match;

	if (frame)
		emit_frame_type(b, c_name);
	sb_printf(o, "%s\n{\n", head);
	declare_locals(b);
	if (frame)
		sb_printf(o, "\t%s *l = stp_frame_push(c, sizeof *l);\n", frame_name(b->e, c_name));
	sb_puts(o, prologue);
	if (frame) {
		sb_printf(o, "\tif (STP_UNLIKELY(!l)) {\n\t\tstp_fail(c, %s);\n\t\tgoto out;\n\t}\n",
			  b->function ? loc_c(b, b->function->decl->name_span) : "STP_LOC_PROBE");
		clear_strings(b);
		if (b->keeps_match)
			emit_match_begin(b);
	}
	sb_add(o, sb_str(&b->out), b->out.len);
	sb_puts(o, "out: __attribute__((unused));\n");
	if (frame)
		sb_puts(o, "\tstp_frame_pop(c, l);\n");
	sb_printf(o, "%s}\n\n", tail);
	sb_free(&b->out);
}
