/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions of %( … %?: facts about the kernel, the architecture and the command line
 * compared with literals, && before ||. */
#include "translator/syntax/preproc_frame.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A side of a comparison. VERSION: ordered as versions are; NAME: only == and !=. */
enum operand_kind { OPERAND_NUMBER, OPERAND_STRING, OPERAND_VERSION, OPERAND_NAME };
struct operand {
	enum operand_kind kind;
	const char *text;
	int64_t number;
	const char *fact;	/* its name, or NULL: a literal */
};

/* ---- facts ---- */

static const char *kernel_base(struct session *s)
{
	const char *r = s->target.release ? s->target.release : "";

	return arena_strndup(&s->arena, r, strspn(r, "0123456789."));
}

/* As the kernel's build names architectures. */
static const char *arch_of(struct session *s)
{
	static const char *const names[][2] = {
		{ "i?86", "i386" }, { "aarch64*", "arm64" }, { "arm64", "arm64" }, { "arm*", "arm" }, { "ppc*", "powerpc" },
		{ "s390*", "s390" }, { "riscv*", "riscv" }, { "mips*", "mips" }, { "sh[234]*", "sh" },
	};
	const char *arch = s->target.arch ? s->target.arch : "";

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!fnmatch(names[i][0], arch, 0))
			return names[i][1];
	return arch;
}

static const char *config_of(struct session *s, const char *name)
{
	const char *v = s->target.config ? map_get(s->target.config, name) : NULL;

	return v && strcmp(v, "n") ? v : "";
}

static const char *privilege_of(struct session *s)
{
	return s->opt.privilege ? s->opt.privilege : "stapdev";
}

static bool is_fact(struct preproc *pp, const char *name, struct operand *o)
{
	struct session *s = pp->session;

	o->fact = name;
	o->kind = OPERAND_NAME;
	if (!strncmp(name, "CONFIG_", 7)) {
		o->text = config_of(s, name);
	} else if (!strcmp(name, "kernel_v")) {
		o->kind = OPERAND_VERSION;
		o->text = kernel_base(s);
	} else if (!strcmp(name, "kernel_vr")) {
		o->kind = OPERAND_VERSION;
		o->text = s->target.release ? s->target.release : "";
	} else if (!strcmp(name, "systemtap_v")) {
		o->kind = OPERAND_VERSION;
		o->text = s->opt.compatible ? s->opt.compatible : LANGUAGE_VERSION;
	} else if (!strcmp(name, "arch")) {
		o->text = arch_of(s);
	} else if (!strcmp(name, "systemtap_privilege")) {
		o->text = privilege_of(s);
	} else if (!strcmp(name, "runtime")) {
		o->text = "kernel";
	} else if (!strcmp(name, "guru_mode")) {
		o->kind = OPERAND_NUMBER;
		o->number = s->opt.guru;
	} else {
		return false;
	}
	return true;
}

/* ---- operands ---- */

static bool bad(struct preproc *pp, struct span at, struct token *error, const char *what)
{
	*error = preproc_fail(pp, at, E(PREPROC_CONDITION), "%s", what);
	return false;
}

static bool unknown_fact(struct preproc *pp, const struct token *t, struct token *error)
{
	static const char *const names[] = {
		"arch", "guru_mode", "kernel_v", "kernel_vr", "runtime", "systemtap_privilege", "systemtap_v",
	};
	const char *near = nearest_name(t->text, names, sizeof names / sizeof *names);

	*error = preproc_fail(pp, t->span, E(PREPROC_CONDITION), "the preprocessor does not know \"%s\"", t->text);
	if (near)
		diag_note(&pp->session->diags, (struct span){ 0 }, "did you mean %s?", near);
	else
		diag_note(&pp->session->diags, (struct span){ 0 }, "it knows kernel_v, kernel_vr, arch, CONFIG_…, systemtap_v, "
			  "systemtap_privilege, guru_mode, runtime, numbers and strings");
	return false;
}

static bool read_operand(struct preproc *pp, struct operand *o, struct token *error)
{
	struct token t = preproc_expanded(pp);
	bool minus = t.kind == TOK_MINUS;

	*o = (struct operand){ 0 };
	if (minus)
		t = preproc_expanded(pp);
	if (t.kind == TOK_NUMBER) {
		o->number = minus ? (int64_t)(0 - (uint64_t)t.number) : t.number;
		return true;
	}
	if (t.kind == TOK_STRING && !minus) {
		o->kind = OPERAND_STRING;
		o->text = t.text;
		return true;
	}
	if (t.kind == TOK_ERROR) {
		*error = t;
		return false;
	}
	if (token_is_word(&t) && !minus)
		return is_fact(pp, t.text, o) || unknown_fact(pp, &t, error);
	preproc_unread(pp, t);
	return bad(pp, t.span, error, "expected a number, a string in quotes, or a name such as kernel_v");
}

/* ---- comparisons ---- */

static bool holds(enum token_kind op, int order)
{
	switch ((int)op) {
	case TOK_EQ: return order == 0;
	case TOK_NE: return order != 0;
	case TOK_LT: return order < 0;
	case TOK_GT: return order > 0;
	case TOK_LE: return order <= 0;
	case TOK_GE: return order >= 0;
	}
	return false;
}

/* How A and B compare, < 0, 0 or > 0. */
static int order_of(const struct operand *a, const struct operand *b, bool equality)
{
	if (a->kind == OPERAND_NUMBER)
		return (a->number > b->number) - (a->number < b->number);
	if (equality && a->fact && strpbrk(b->text, "*?["))
		return fnmatch(b->text, a->text, 0);
	if (equality && !a->fact && b->fact && strpbrk(a->text, "*?["))
		return fnmatch(a->text, b->text, 0);
	if (a->kind == OPERAND_VERSION || b->kind == OPERAND_VERSION)
		return strverscmp(a->text, b->text);
	return strcmp(a->text, b->text);
}

static bool is_config(const struct operand *o)
{
	return o->fact && !strncmp(o->fact, "CONFIG_", 7);
}

/* A configuration option next to a number is one: CONFIG_HZ > 100; so are two whose order is asked for. 0 when it is not set,
 * or no number. */
static void take_number(struct operand *o, const struct operand *other, bool equality)
{
	if (o->kind == OPERAND_NUMBER || !is_config(o) || (other->kind != OPERAND_NUMBER && (equality || !is_config(other))))
		return;
	o->kind = OPERAND_NUMBER;
	o->number = strtoll(o->text, NULL, 0);
}

static bool compare(struct preproc *pp, const struct token *op, struct operand *a, struct operand *b, bool *yes, struct token *error)
{
	bool equality = op->kind == TOK_EQ || op->kind == TOK_NE;
	const char *fact = a->fact ? a->fact : b->fact;

	if (pp->moot) {
		*yes = false;
		return true;
	}
	take_number(a, b, equality);
	take_number(b, a, equality);
	if ((a->kind == OPERAND_NUMBER) != (b->kind == OPERAND_NUMBER)) {
		if (fact)
			*error = preproc_fail(pp, op->span, E(PREPROC_CONDITION), "%s is compared with a %s", fact,
					      !strcmp(fact, "guru_mode") ? "number" : "string in quotes");
		else
			*error = preproc_fail(pp, op->span, E(PREPROC_CONDITION), "a number is compared with a string");
		return false;
	}
	if (!equality && (a->kind == OPERAND_NAME || b->kind == OPERAND_NAME)) {
		*error = preproc_fail(pp, op->span, E(PREPROC_CONDITION), "%s is compared by == and != only", fact);
		return false;
	}
	*yes = holds(op->kind, order_of(a, b, equality));
	return true;
}

static bool read_comparison(struct preproc *pp, bool *yes, struct token *error)
{
	struct operand a, b;
	struct token op;

	if (!read_operand(pp, &a, error))
		return false;
	op = preproc_expanded(pp);
	switch ((int)op.kind) {
	case TOK_EQ: case TOK_NE: case TOK_LT: case TOK_GT: case TOK_LE: case TOK_GE:
		return read_operand(pp, &b, error) && compare(pp, &op, &a, &b, yes, error);
	case TOK_ERROR:
		*error = op;
		return false;
	}
	preproc_unread(pp, op);
	return bad(pp, op.span, error, "expected ==, !=, <, <=, > or >= in the condition");
}

/* `$# > 1 && $2 == 5`: where the first decides, the second need not make sense. */
static bool read_condition(struct preproc *pp, bool *yes, struct token *error)
{
	bool all = true, any = false, one = false;
	struct token t;

	for (;;) {
		pp->moot = any || !all;
		if (!read_comparison(pp, &one, error))
			return false;
		all &= one;
		t = preproc_expanded(pp);
		if (t.kind == TOK_ANDAND)
			continue;
		any |= all;
		all = true;
		if (t.kind == TOK_OROR)
			continue;
		if (t.kind == TOK_PP_THEN)
			break;
		preproc_unread(pp, t);
		return bad(pp, t.span, error, "expected %?, && or || after the comparison");
	}
	*yes = any;
	return true;
}

bool preproc_decide(struct preproc *pp, struct span at, bool *yes, struct token *error)
{
	bool ok = read_condition(pp, yes, error);

	(void)at;
	pp->moot = false;
	return ok;
}
