/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Globals that nothing reads are shown at the end, the largest elements first. Their names say that
 * they are such, in place of a search for what reads them: the second letter is u, and a third one
 * of a that they are arrays, of a number and a text. Numbers of theirs look like no addresses. */
#include "testsuite/generate/eval.h"

static void show_value(struct eval *e, struct value v)
{
	if (v.is_text)
		sb_printf(&e->out, "\"%s\"", v.text);
	else
		sb_printf(&e->out, "%lld", (long long)v.n);
}

static void show_scalar(struct eval *e, const struct slot *s)
{
	const struct samples *x = &s->samples;
	int64_t sum;

	sb_puts(&e->out, s->name);
	if (*s->name != 'x') {
		sb_putc(&e->out, '=');
		show_value(e, s->value);
	} else if (x->n) {
		sum = samples_sum(x);
		sb_printf(&e->out, " @count=%u @min=%lld @max=%lld @sum=%lld @avg=%lld", x->n,
			  (long long)samples_least(x), (long long)samples_most(x), (long long)sum,
			  (long long)(sum / x->n));
	}
	sb_putc(&e->out, '\n');
}

static void show_cell(struct eval *e, const struct slot *s, const struct cell *c)
{
	sb_printf(&e->out, "%s[", s->name);
	show_value(e, c->keys[0]);
	sb_putc(&e->out, ',');
	show_value(e, c->keys[1]);
	sb_puts(&e->out, "]=");
	show_value(e, c->value);
	sb_putc(&e->out, '\n');
}

/* The largest of those that are smaller than BELOW, or equal to it and behind it. */
static const struct cell *next_cell(const struct slot *s, const struct cell *below)
{
	const struct cell *found = NULL;
	bool behind = !below;

	for (const struct cell *c = s->cells; c; c = c->next) {
		int order = below ? value_compare(c->value, below->value) : -1;

		if ((order < 0 || (order == 0 && behind)) &&
		    (!found || value_compare(c->value, found->value) > 0))
			found = c;
		behind |= c == below;
	}
	return found;
}

void eval_display(struct eval *e)
{
	for (size_t i = 0; i < e->file->globals.len; i++) {
		const struct slot *s = slot_find(e->globals, e->file->globals.data[i]->name);

		if (s->name[1] != '_' || s->name[2] != 'u')
			continue;
		if (s->name[3] != 'a') {
			show_scalar(e, s);
			continue;
		}
		for (const struct cell *c = NULL; (c = next_cell(s, c)) != NULL;)
			show_cell(e, s, c);
	}
}
