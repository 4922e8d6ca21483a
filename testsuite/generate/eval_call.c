/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions: the script's, and those of the library that are known here. */
#include "testsuite/generate/eval.h"

#include <stdlib.h>
#include <string.h>

/* ---- the script's ---- */

static void run_body(struct eval *e, const struct function_decl *f, const struct value *args)
{
	struct slot *outer = e->locals;

	e->locals = NULL;
	for (size_t i = 0; i < f->params.len; i++)
		slot_new(e->arena, &e->locals, f->params.data[i].name)->value = args[i];
	e->result = unset_value(f->name);
	e->nesting++;
	eval_stmt(e, f->body);
	e->nesting--;
	e->locals = outer;
}

/* The function NAME of N parameters that is tried when TRIED of them have been. */
static const struct function_decl *candidate(const struct eval *e, const char *name, size_t n,
					     unsigned tried)
{
	for (size_t i = 0; i < e->file->functions.len; i++) {
		const struct function_decl *f = e->file->functions.data[i];

		if (f->name == name && f->params.len == n && !tried--)
			return f;
	}
	return NULL;
}

static struct value call_function(struct eval *e, const struct expr *x, const struct value *args)
{
	const struct function_decl *f;

	if (e->nesting >= e->max_nesting) {
		eval_give_up(e, "calls are nested too deep");
		return number_value(0);
	}
	for (unsigned tried = 0; (f = candidate(e, x->call.name, x->call.args.len, tried)) != NULL;
	     tried++) {
		run_body(e, f, args);
		if (e->flow == FLOW_RETURN)
			e->flow = FLOW_ON;
		if (e->flow != FLOW_NEXT)
			return e->result;
		e->flow = FLOW_ON;
	}
	eval_give_up(e, "every overload said next");
	return number_value(0);
}

/* ---- the library's ---- */

static struct value part(struct eval *e, const char *s, int64_t start, int64_t n)
{
	int64_t len = strlen(s);

	if (start < 0 || start >= len || n <= 0)
		return text_value("");
	return eval_text(e, s + start, n < len - start ? n : len - start);
}

static struct value matched(struct eval *e, int64_t n)
{
	regmatch_t m;

	if (!e->matched_text || n < 0 || n >= e->ngroups) {
		eval_fail(e, "no such match");
		return text_value("");
	}
	m = e->groups[n];
	return m.rm_so < 0 ? text_value("")
			   : eval_text(e, e->matched_text + m.rm_so, m.rm_eo - m.rm_so);
}

static struct value string_at(struct eval *e, const char *s, int64_t n)
{
	if (n < 0 || n >= (int64_t)strlen(s)) {
		eval_give_up(e, "stringat beyond the text");
		return number_value(0);
	}
	return number_value((unsigned char)s[n]);
}

static struct value replaced(struct eval *e, const char *s, const char *what, const char *with)
{
	struct strbuf b = STRBUF_INIT;
	struct value v;

	if (!*what)
		return eval_text(e, s, strlen(s));
	while (*s)
		if (!strncmp(s, what, strlen(what))) {
			sb_puts(&b, with);
			s += strlen(what);
		} else {
			sb_putc(&b, *s++);
		}
	v = eval_text(e, sb_str(&b), b.len);
	sb_free(&b);
	return v;
}

static struct value call_library(struct eval *e, const char *name, const struct value *a)
{
	if (!strcmp(name, "strlen"))
		return number_value(strlen(a[0].text));
	if (!strcmp(name, "substr"))
		return part(e, a[0].text, a[1].n, a[2].n);
	if (!strcmp(name, "isinstr"))
		return number_value(strstr(a[0].text, a[1].text) != NULL);
	if (!strcmp(name, "strpos"))
		return number_value(strstr(a[0].text, a[1].text)
					    ? strstr(a[0].text, a[1].text) - a[0].text
					    : -1);
	if (!strcmp(name, "stringat"))
		return string_at(e, a[0].text, a[1].n);
	if (!strcmp(name, "strtol"))
		return number_value(strtoll(a[0].text, NULL, a[1].n));
	if (!strcmp(name, "str_replace"))
		return replaced(e, a[0].text, a[1].text, a[2].text);
	if (!strcmp(name, "matched"))
		return matched(e, a[0].n);
	if (!strcmp(name, "error"))
		eval_fail(e, a[0].text);
	else if (!strcmp(name, "exit"))
		e->want_exit = true;
	else if (strcmp(name, "pid"))
		eval_give_up(e, name);
	return number_value(100);
}

struct value eval_call(struct eval *e, const struct expr *x)
{
	struct value args[MOST_KEYS] = { 0 };

	eval_keys(e, &x->call.args, args, NULL);
	if (e->flow)
		return unset_value(x->call.name);
	if (candidate(e, x->call.name, x->call.args.len, 0))
		return call_function(e, x, args);
	return call_library(e, x->call.name, args);
}

struct value eval_match(struct eval *e, const struct expr *x)
{
	struct value v = eval_expr(e, x->match.left);
	regex_t re;
	int no;

	if (e->flow)
		return v;
	if (regcomp(&re, x->match.regex->string.text, REG_EXTENDED)) {
		eval_give_up(e, "regular expression");
		return v;
	}
	no = regexec(&re, v.text, MOST_GROUPS, e->groups, 0);
	e->matched_text = no ? NULL : v.text;
	e->ngroups = re.re_nsub + 1;
	regfree(&re);
	return number_value(x->match.negate ? no != 0 : no == 0);
}
