/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers about the depth of a module's functions, from its call graph: see stackdepth.h. */
#include "translator/build/check/stackdepth.h"

#include "lib/strbuf.h"
#include "translator/build/check/callgraph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The return address. */
#define ENTRY 8

struct stackdepth {
	struct arena *arena;
	struct object object;
	struct decoded decoded;
	struct functions functions;
	struct callgraph graph;
	int64_t *bases;			/* by function, for stackdepth_calls: depth at its entry, or -1 */
};

int stackdepth_read(struct arena *a, const void *bytes, size_t size, struct stackdepth **out)
{
	struct stackdepth *s = ARENA_NEW(a, struct stackdepth);
	int err = object_read(a, bytes, size, &s->object);

	*out = NULL;
	if (!err)
		err = decode_object(a, &s->object, &s->decoded);
	if (err)
		return err;
	s->arena = a;
	functions_find(a, &s->decoded, &s->functions);
	callgraph_make(a, &s->decoded, &s->functions, &s->graph);
	s->bases = ARENA_ARRAY(a, int64_t, s->functions.n + 1);
	*out = s;
	return 0;
}

static const struct circle *circle_of(const struct stackdepth *s, uint32_t function)
{
	return &s->graph.circles.data[s->graph.nodes[function].circle];
}

/* The deepest function of that name, or NO_FUNCTION. */
static uint32_t find_function(const struct stackdepth *s, const char *name)
{
	const struct function_name *row = functions_named(&s->functions, name);
	const struct function_name *end = s->functions.names + s->functions.nnames;
	uint32_t best = NO_FUNCTION;

	for (; row && row < end && !strcmp(row->name, name); row++)
		if (best == NO_FUNCTION || circle_of(s, row->function)->deepest[0].bytes >
		    circle_of(s, best)->deepest[0].bytes)
			best = row->function;
	return best;
}

static const char *why_unbounded(struct stackdepth *s, uint32_t function)
{
	const struct node *n = &s->graph.nodes[function];
	const struct function *f = &s->functions.data[function];
	uint32_t step = n->unbounded - 1, owner = s->functions.map.owner[step];
	const char *by = "";

	/* The instruction may lie in a part of the function. */
	if (owner)
		f = &s->functions.data[owner - 1];
	if (s->decoded.steps[step].kind != STEP_BAD)
		by = arena_printf(s->arena, " by `%s`", decoded_text(s->arena, &s->decoded, step));
	return arena_printf(s->arena, "%s%s in %s+%#" PRIx32, n->why, by, f->name,
			    s->decoded.steps[step].at - f->at);
}

static void add_name(struct stackdepth *s, struct strbuf *text, uint32_t function)
{
	sb_printf(text, "%s%s", text->len ? " > " : "", s->functions.data[function].name);
}

/* The way through a circle: the function first, the one that the way leaves it by last. */
static void add_circle(struct stackdepth *s, struct strbuf *text, uint32_t function)
{
	const struct circle *c = circle_of(s, function);
	uint32_t i, v, last = c->deepest[DEEPEST_FRAME].last;

	add_name(s, text, function);
	for (i = 0; i < c->n; i++) {
		v = s->graph.order[c->first + i];
		if (v != function && v != last)
			add_name(s, text, v);
	}
	if (last != function)
		add_name(s, text, last);
	if (c->turn)
		sb_printf(text, " (recursive)");
}

static const char *path_text(struct stackdepth *s, uint32_t function, uint32_t bytes)
{
	struct strbuf text = STRBUF_INIT;
	const char *copy;
	uint32_t f;

	for (f = function; f != NO_FUNCTION; f = circle_of(s, f)->deepest[DEEPEST_FRAME].next)
		add_circle(s, &text, f);
	sb_printf(&text, ": %" PRIu32 " bytes", bytes);
	copy = arena_strdup(s->arena, sb_str(&text));
	sb_free(&text);
	return copy;
}

static uint32_t way(const struct circle *c, int kind)
{
	return c->deepest[kind].bytes < 0 ? 0 : (uint32_t)c->deepest[kind].bytes + ENTRY;
}

bool stackdepth_of(struct stackdepth *s, const char *function, struct stackdepth_path *out)
{
	uint32_t f = find_function(s, function);
	const struct circle *c;

	*out = (struct stackdepth_path){ 0 };
	if (f == NO_FUNCTION)
		return false;
	c = circle_of(s, f);
	out->bytes = way(c, DEEPEST_FRAME);
	out->outside = way(c, DEEPEST_OUTSIDE);
	out->indirect = way(c, DEEPEST_INDIRECT);
	out->cycle = (uint32_t)c->largest_turn;
	if (c->unbounded != NO_FUNCTION)
		out->unbounded = why_unbounded(s, c->unbounded);
	out->text = path_text(s, f, out->bytes);
	return true;
}

uint32_t stackdepth_frame(struct stackdepth *s, const char *function)
{
	uint32_t f = find_function(s, function);

	return f == NO_FUNCTION ? 0 : s->graph.nodes[f].own + ENTRY;
}

const char *stackdepth_function(const struct stackdepth *s, uint32_t i)
{
	return i < s->functions.n ? s->functions.data[i].name : NULL;
}

/* ---- calls that leave the module ---- */

VEC_OF(call_rows, struct stackdepth_call);

/* FUNCTION is entered at depth BASE: where its callees are, and what leaves the module. */
static void spread(struct stackdepth *s, uint32_t function, int64_t base, struct call_rows *rows)
{
	const struct node *n = &s->graph.nodes[function];
	const struct edge *e;
	int64_t depth;
	uint32_t i;

	for (i = n->first; i < n->end; i++) {
		e = &s->graph.edges.data[i];
		depth = base + e->depth;
		if (e->kind != EDGE_INSIDE)
			vec_push(s->arena, rows, ((struct stackdepth_call){
				e->to ? s->object.symbols[e->to].name : NULL,
				s->functions.data[function].name, (uint32_t)depth,
				e->kind == EDGE_INDIRECT }));
		else if (s->graph.nodes[e->to].circle != n->circle && depth > s->bases[e->to])
			s->bases[e->to] = depth;
	}
}

/* Each member of a circle may be the last one that a way through it comes to. */
static void spread_circle(struct stackdepth *s, const struct circle *c, struct call_rows *rows)
{
	int64_t base = -1, inner;
	uint32_t i, v;

	for (i = 0; i < c->n; i++)
		if (s->bases[s->graph.order[c->first + i]] > base)
			base = s->bases[s->graph.order[c->first + i]];
	for (i = 0; i < c->n && base >= 0; i++) {
		v = s->graph.order[c->first + i];
		inner = s->graph.nodes[v].inner > 0 ? s->graph.nodes[v].inner : 0;
		spread(s, v, base + c->sum - inner, rows);
	}
}

static int compare_calls(const void *x, const void *y)
{
	const struct stackdepth_call *a = x, *b = y;
	int c = strcmp(a->name ? a->name : "", b->name ? b->name : "");

	return c ? c : a->depth > b->depth ? -1 : a->depth < b->depth;
}

static int compare_depths(const void *x, const void *y)
{
	const struct stackdepth_call *a = x, *b = y;

	return a->depth != b->depth ? (a->depth > b->depth ? -1 : 1) : compare_calls(x, y);
}

static void keep_deepest(struct call_rows *rows)
{
	size_t i, n = 0;

	if (!rows->len)
		return;
	qsort(rows->data, rows->len, sizeof *rows->data, compare_calls);
	for (i = 0; i < rows->len; i++)
		if (!i || strcmp(rows->data[i].name ? rows->data[i].name : "",
				 rows->data[n - 1].name ? rows->data[n - 1].name : ""))
			rows->data[n++] = rows->data[i];
	rows->len = n;
	qsort(rows->data, rows->len, sizeof *rows->data, compare_depths);
}

const struct stackdepth_call *stackdepth_calls(struct stackdepth *s, const char *function,
					       size_t *n)
{
	uint32_t f = find_function(s, function), i;
	struct call_rows rows = { 0 };

	*n = 0;
	if (f == NO_FUNCTION)
		return NULL;
	for (i = 0; i < s->functions.n; i++)
		s->bases[i] = -1;
	s->bases[f] = ENTRY;
	for (i = s->graph.nodes[f].circle + 1; i-- > 0;)
		spread_circle(s, &s->graph.circles.data[i], &rows);
	keep_deepest(&rows);
	*n = rows.len;
	vec_reserve(s->arena, &rows, 1);
	return rows.data;
}

bool stackdepth_symbol(const struct stackdepth *s, const char *symbol, uint64_t *file_offset,
		       uint64_t *size)
{
	const struct object_symbol *sym;
	const struct object_section *in;
	uint32_t i;

	for (i = 1; i < s->object.nsymbols; i++) {
		sym = &s->object.symbols[i];
		in = strcmp(sym->name, symbol) ? NULL : object_section_of(&s->object, sym);
		if (!in || !in->bytes || sym->type == STT_SECTION || sym->value > in->size ||
		    sym->size > in->size - sym->value)
			continue;
		*file_offset = in->offset + sym->value;
		*size = sym->size;
		return true;
	}
	return false;
}
