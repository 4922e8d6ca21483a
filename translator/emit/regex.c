/* SPDX-License-Identifier: GPL-2.0-or-later */
/* =~ and !~: tables of regular expressions, one for each different one, and calls of what walks them. */
#include "translator/emit/emit.h"
#include "translator/regex/regex.h"

static void emit_numbers(struct strbuf *t, const char *type, const char *name, const uint16_t *v, size_t n)
{
	sb_printf(t, "static const %s %s[] = {", type, name);
	for (size_t i = 0; i < n; i++)
		sb_printf(t, "%s%u,", i % 16 ? " " : "\n\t", v[i]);
	sb_puts(t, "\n};\n");
}

static void emit_columns(struct strbuf *t, const char *name, const uint8_t *columns)
{
	uint16_t wide[256];

	for (unsigned c = 0; c < 256; c++)
		wide[c] = columns[c];
	emit_numbers(t, "uint8_t", name, wide, 256);
}

static const char *emit_table(struct emitter *e, const struct regex *re)
{
	const struct stp_regex *r = &re->table;
	const char *name = umap_get(&e->regexes, (uint64_t)(uintptr_t)re);
	struct strbuf *t = &e->types;

	if (name)
		return name;
	name = format_c(e, "regex_%zu", e->regexes.len);
	umap_put(&e->regexes, (uint64_t)(uintptr_t)re, (void *)name);
	emit_columns(t, format_c(e, "%s_columns", name), r->columns);
	emit_numbers(t, "uint16_t", format_c(e, "%s_next", name), r->next, re->ncells);
	if (r->ops) {
		emit_numbers(t, "uint16_t", format_c(e, "%s_ops", name), r->ops, re->ncells);
		emit_numbers(t, "uint16_t", format_c(e, "%s_moves", name), r->moves, re->nmoves);
	}
	sb_printf(t, "static const struct stp_regex %s = {\n\t.columns = %s_columns, .next = %s_next,", name, name, name);
	if (r->ops)
		sb_printf(t, " .ops = %s_ops, .moves = %s_moves,", name, name);
	sb_printf(t, "\n\t.width = %u, .start = %u, .done = %u, .start_moves = %u, .nregs = %u, .ntags = %u, .ngroups = %u,\n};\n",
		  r->width, r->start, r->done, r->start_moves, r->nregs, r->ntags, r->ngroups);
	return name;
}

struct val emit_match(struct body *b, struct expr *e)
{
	struct val l = emit_expr(b, e->match.left), t;
	bool test = e->match.groups == REGEX_TEST;

	t = temp_long(b, format_c(b->e, "%s%s%s, %s)", e->match.negate ? "!" : "",
				  test ? "stp_regex_test(&" : "stp_regex_match(c, &", emit_table(b->e, e->match.table), l.c));
	if (b->e->max_string > STRINGS_PAID)
		check_error(b, e->span);
	return t;
}

void emit_match_frame(const struct body *b)
{
	sb_printf(b->types, "\tstruct stp_match match;\n\tuint32_t match_regs[%u], match_tags[%u];\n\tchar match_text[STP_STRING];\n",
		  b->e->program->match_regs + 1, b->e->program->match_tags + 1);
}

void emit_match_begin(const struct body *b)
{
	sb_puts(b->code, "\tl->match.state = STP_MATCH_NONE;\n\tl->match.regs = l->match_regs;\n"
		"\tl->match.tags = l->match_tags;\n\tl->match.text = l->match_text;\n\tc->match = &l->match;\n");
}
