/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user types, byte by byte or line by line, as $value.  The library makes
 * input.char and input.line of these points, with variables of their own names. */
#include "translator/family/input.h"
#include "translator/errors.h"
#include "translator/family/family.h"
#include "translator/session.h"

#include <stp/abi.h>

static bool input_resolve(const struct match *m)
{
	match_add(m, m->row->pattern);
	return true;
}

static struct expr *input_context_var(struct session *s, struct probe *p, struct expr *e)
{
	(void)p;
	return family_is_plain(e, "$value") ? family_context(s, e, TYPE_STRING, "stp_text_get(c, $0, $S)", NULL) : NULL;
}

static struct expr *input_context_store(struct session *s, struct probe *p, struct expr *e, enum op op, struct expr *value)
{
	(void)p;
	(void)op;
	(void)value;
	if (!family_is_plain(e, "$value"))
		return NULL;
	diag_error(&s->diags, e->span, E(TARGET_READONLY), "$value is what was typed: it cannot be changed");
	return e;
}

static void input_attach_row(struct session *s, const struct probe *p, struct strbuf *out)
{
	(void)s;
	sb_puts(out, p->row->variant == INPUT_LINE ? ".lines = 1" : ".lines = 0");
}

extern const struct family family_input;
const struct family family_input = {
	.name = "input", .attach = "INPUT", .row_struct = "struct stp_row_input",
	.resolve = input_resolve, .context_var = input_context_var, .context_store = input_context_store,
	.attach_row = input_attach_row,
};
