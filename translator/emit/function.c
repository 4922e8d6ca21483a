/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of every emitted function: string storage, locals, the one exit. */
#include "translator/emit/emit.h"

void body_begin(struct body *b, struct emitter *e, struct variable_vec *locals)
{
	*b = (struct body){ .e = e, .types = &e->types, .code = &e->code, .depth = 1, .locals = locals, .fail = "out" };
	locals_place(b);
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
	if (b->keeps_match)
		emit_match_frame(b);
	temps_members(b, t);
	sb_puts(t, "};\n");
	if (!b->locs)
		map_put(&b->e->frames, c_name, b);
}

/* The frame is taken once it is sure that there is one: a recursive function has looked at its depth. */
static void take_frame(struct body *b)
{
	struct strbuf *o = b->code;

	sb_puts(o, "\tl = stp_frame_take(c, sizeof *l);\n");
	locals_clear(b);
	if (b->keeps_match)
		emit_match_begin(b);
}

void body_end(struct body *b, const char *head, const char *c_name, const char *prologue, const char *tail)
{
	struct strbuf *o = b->code;
	bool frame = b->needs_frame || b->keeps_match || temps_need_frame(b);

	if (frame)
		emit_frame_type(b, c_name);
	/* Embedded C is apart from what the translator made: the module checker has another list for it. */
	sb_printf(o, "%s%s\n{\n", b->embedded ? "STP_EMBEDDED_C " : "", head);
	locals_declare(b);
	if (frame)
		sb_printf(o, "\t%s *l = NULL;\n", frame_name(b->e, c_name));
	sb_puts(o, prologue);
	if (frame)
		take_frame(b);
	sb_add(o, sb_str(&b->out), b->out.len);
	sb_puts(o, "out: __attribute__((unused));\n");
	if (frame)
		sb_puts(o, "\tstp_frame_pop(c, l);\n");
	sb_printf(o, "%s}\n\n", tail);
	sb_free(&b->out);
}
