/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of all points, and what families ask of a match. */
#include "translator/family/family.h"
#include "translator/family/input.h"
#include "translator/family/kprobe.h"
#include "translator/family/perf.h"
#include "translator/family/procfs.h"
#include "translator/family/timer.h"
#include "translator/family/tracepoint.h"
#include "translator/session.h"

#include <stp/abi.h>
#include <string.h>

#define FAMILY(name) extern const struct family family_##name;
#include "translator/family/family.def"

const struct point_row point_rows[] = {
#define POINT(name, pattern, variant) { pattern, &family_##name, (variant) },
#include "translator/family/family.def"
};
const size_t npoint_rows = sizeof point_rows / sizeof *point_rows;

struct expr *family_context(struct session *s, const struct expr *e, enum value_type type, const char *accessor, struct expr *store)
{
	struct expr *c = expr_new(&s->arena, EXPR_CONTEXT, e->span);

	c->type = type;
	c->origin = e;
	c->context.accessor = accessor;
	c->context.store = store != NULL;
	if (store)
		vec_push(&s->arena, &c->context.args, store);
	return c;
}

bool family_is_plain(const struct expr *e, const char *name)
{
	return e->kind == EXPR_TARGET && !strcmp(e->target.name, name) && !e->target.path.len && !e->target.address_of;
}

/* The match's component that fits NAME of the row, or NULL. */
static const struct component *part_named(const struct match *m, const char *name)
{
	const char *p = m->row->pattern;
	size_t i, len, want = strlen(name);

	for (i = 0; i < m->nparts && *p; i++) {
		len = strcspn(p, ".(");
		if (len == want && !memcmp(p, name, len))
			return m->parts[i];
		p += strcspn(p, ".");
		p += *p == '.';
	}
	return NULL;
}

const char *match_string(const struct match *m, const char *name)
{
	const struct component *c = part_named(m, name);

	return c && c->arg && c->arg->kind == EXPR_STRING ? c->arg->string.text : NULL;
}

bool match_has(const struct match *m, const char *name)
{
	return part_named(m, name) != NULL;
}

int64_t match_number(const struct match *m, const char *name, int64_t missing)
{
	const struct component *c = part_named(m, name);

	return c && c->arg && c->arg->kind == EXPR_NUMBER ? c->arg->number.value : missing;
}

struct span match_span(const struct match *m, const char *name)
{
	const struct component *c = part_named(m, name);

	if (!c)
		return m->point->span;
	return c->arg ? c->arg->span : c->span;
}
