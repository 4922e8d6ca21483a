/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session: globals, then the begin probes, the timers until somebody wants to exit, the end
 * probes. */
#include "testsuite/generate/eval.h"

#include <string.h>

static void declare(struct eval *e, const struct global_decl *g)
{
	struct slot *s = slot_new(e->arena, &e->globals, g->name);

	if (g->init)
		s->value = eval_expr(e, g->init);
	if (g->size)
		s->limit = (unsigned)g->size->number.value;
	s->wraps = g->wrap;
}

static bool begins_with(const struct point *p, const char *name)
{
	return !strcmp(p->parts.data[0].name, name);
}

static const struct alias_decl *find_alias(const struct eval *e, const struct point *p)
{
	for (size_t i = 0; i < e->file->aliases.len; i++) {
		const struct alias_decl *a = e->file->aliases.data[i];

		if (p->parts.len == 1 && begins_with(p, a->names.data[0]->parts.data[0].name))
			return a;
	}
	return NULL;
}

static void run_handler(struct eval *e, const struct alias_decl *a, const struct stmt *body)
{
	e->locals = NULL;
	e->flow = FLOW_ON;
	e->matched_text = NULL;
	e->nesting = 0;
	if (a && !a->epilogue)
		eval_stmt(e, a->probe.body);
	eval_stmt(e, body);
	if (a && a->epilogue)
		eval_stmt(e, a->probe.body);
	if (a && a->second)
		eval_stmt(e, a->second);
	if (e->flow == FLOW_ERROR && !e->gave_up)
		e->errors++;
}

static int64_t argument(const struct point *p)
{
	const struct expr *arg = vec_last(&p->parts).arg;

	return arg ? arg->number.value : 0;
}

/* Run P's body for each of its points that is called NAME and has the argument N; none is 0. */
static void run_points(struct eval *e, const struct probe_decl *p, const char *name, int64_t n)
{
	for (size_t i = 0; i < p->points.len && !e->gave_up; i++) {
		const struct point *at = p->points.data[i];
		const struct alias_decl *a = find_alias(e, at);
		const struct point *real = a ? a->probe.points.data[0] : at;

		if (begins_with(real, name) && argument(real) == n)
			run_handler(e, a, p->body);
	}
}

static void run_all(struct eval *e, const char *name, int64_t n)
{
	for (size_t i = 0; i < e->file->probes.len; i++)
		run_points(e, e->file->probes.data[i], name, n);
}

static void run_sequence(struct eval *e, const char *name)
{
	for (int64_t n = -MOST_SEQUENCE; n <= MOST_SEQUENCE; n++)
		run_all(e, name, n);
}

/* Timers are of milliseconds, and each number of them stands in the script once. */
static void run_timers(struct eval *e)
{
	for (int64_t now = 1; now < 1000 && !e->want_exit && !e->gave_up; now++)
		run_all(e, "timer", now);
}

void eval_program(struct eval *e)
{
	for (size_t i = 0; i < e->file->globals.len; i++)
		declare(e, e->file->globals.data[i]);
	run_sequence(e, "begin");
	run_timers(e);
	run_sequence(e, "end");
	eval_display(e);
}
