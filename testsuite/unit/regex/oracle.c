/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A matcher for comparison that shares nothing with the translator's: it tries all ways to match, and keeps the best by
 * POSIX's words alone. A way is the list of the extents of those parts of the expression that take part, from
 * the left and from the outside; of two, the one is better that has the longer part where they first differ, or a part that
 * the other has not. For small expressions and strings: letters, `.`, ^ $, | ( ) * + ? {m,n}. A repetition takes an
 * empty round only as its first or to reach its least number. */
#include "testsuite/unit/regex/walk.h"

#include <ctype.h>
#include <string.h>

enum { MOST_NODES = 64, MOST_STEPS = 200, MOST_PATH = 32, MOST_WAYS = 60000 };

enum kind { LETTER, ANY, BOL, EOL, CAT, ALT, REPEAT, GROUP };

struct node {
	enum kind kind;
	char letter;
	int sub[8], nsub, min, max, group;
};

/* A part's extent, and where the part is: numbers of children and of rounds from the root on. */
struct extent { int start, length, node; unsigned char path[MOST_PATH]; };

struct oracle {
	struct node nodes[MOST_NODES];
	int nnodes, ngroups;
	const char *pattern, *text;
	int len, ways;
	bool beyond;
	struct extent now[MOST_STEPS], best[MOST_STEPS];
	int nnow, nbest, end;
	unsigned char path[MOST_PATH];
};

/* ---- parsing; what it does not know sets `beyond` ---- */

static int parse_alternatives(struct oracle *o);

static int new_node(struct oracle *o, enum kind kind)
{
	if (o->nnodes == MOST_NODES) {
		o->beyond = true;
		return 0;
	}
	o->nodes[o->nnodes] = (struct node){ .kind = kind };
	return o->nnodes++;
}

static void add(struct oracle *o, int n, int sub)
{
	if (o->nodes[n].nsub == 8)
		o->beyond = true;
	else
		o->nodes[n].sub[o->nodes[n].nsub++] = sub;
}

static int parse_atom(struct oracle *o)
{
	char c = *o->pattern++;
	int n = new_node(o, c == '.' ? ANY : c == '^' ? BOL : c == '$' ? EOL : c == '(' ? GROUP : LETTER);

	o->nodes[n].letter = c;
	if (c == '(') {
		o->nodes[n].group = ++o->ngroups;
		add(o, n, parse_alternatives(o));
		o->beyond |= *o->pattern != ')';
		o->pattern += *o->pattern == ')';
	} else if (!isalpha((unsigned char)c) && !strchr(".^$", c)) {
		o->beyond = true;
	}
	return n;
}

static void parse_bounds(struct oracle *o, int n)
{
	struct node *r = &o->nodes[n];
	char c = *o->pattern++;

	r->min = c == '+';
	r->max = c == '?' ? 1 : 1000;
	if (c != '{')
		return;
	r->min = r->max = *o->pattern++ - '0';
	if (*o->pattern == ',') {
		o->pattern++;
		r->max = *o->pattern == '}' ? 1000 : *o->pattern++ - '0';
	}
	o->beyond |= *o->pattern++ != '}' || r->min < 0 || r->min > 9;
}

static int parse_sequence(struct oracle *o)
{
	int n = new_node(o, CAT), part, r;

	while (*o->pattern && !strchr("|)", *o->pattern) && !o->beyond) {
		part = parse_atom(o);
		while (*o->pattern && strchr("*+?{", *o->pattern) && !o->beyond) {
			r = new_node(o, REPEAT);
			parse_bounds(o, r);
			add(o, r, part);
			part = r;
		}
		add(o, n, part);
	}
	return n;
}

static int parse_alternatives(struct oracle *o)
{
	int n = new_node(o, ALT);

	for (;;) {
		add(o, n, parse_sequence(o));
		if (*o->pattern != '|' || o->beyond)
			return n;
		o->pattern++;
	}
}

/* ---- all ways ---- */

/* What comes behind: a node to match, as number CHILD in its parent at depth DEPTH of the path, the end of one (its
 * extent), or a round of a repetition. */
struct then {
	enum { THEN_NODE, THEN_CLOSE, THEN_ROUND } kind;
	int node, child, depth;
	int slot, from, round;
	const struct then *next;
};

static void go(struct oracle *o, const struct then *t, int pos);

static bool better(const struct oracle *o)
{
	int order;

	for (int i = 0; i < o->nnow && i < o->nbest; i++) {
		order = memcmp(o->now[i].path, o->best[i].path, MOST_PATH);
		if (order)
			return order < 0;
		if (o->now[i].length != o->best[i].length)
			return o->now[i].length > o->best[i].length;
	}
	return o->nnow > o->nbest;
}

static void arrive(struct oracle *o, int pos)
{
	if (++o->ways > MOST_WAYS)
		o->beyond = true;
	if (pos < o->end || (pos == o->end && !better(o)))
		return;
	memcpy(o->best, o->now, sizeof o->now);
	o->nbest = o->nnow;
	o->end = pos;
}

static void go_round(struct oracle *o, const struct then *t, int pos)
{
	const struct node *r = &o->nodes[t->node];
	int mark = o->nnow;
	struct then next = *t;

	if (t->round && pos == t->from && t->round > r->min && t->round > 1)
		return;	/* an empty round that was not needed */
	if (t->round < r->max) {
		next.round++;
		next.from = pos;
		go(o, &(struct then){ THEN_NODE, r->sub[0], next.round, t->depth, 0, 0, 0, &next }, pos);
		o->nnow = mark;
	}
	if (t->round >= r->min)
		go(o, t->next, pos);
	o->nnow = mark;
}

static void go_inside(struct oracle *o, int n, int depth, const struct then *close, int pos)
{
	const struct node *x = &o->nodes[n];
	struct then parts[8];
	int mark = o->nnow;

	switch (x->kind) {
	case LETTER: case ANY:
		if (pos < o->len && (x->kind == ANY || o->text[pos] == x->letter))
			go(o, close, pos + 1);
		break;
	case BOL: case EOL:
		if (pos == (x->kind == BOL ? 0 : o->len))
			go(o, close, pos);
		break;
	case REPEAT: go(o, &(struct then){ THEN_ROUND, n, 0, depth, 0, pos, 0, close }, pos); break;
	case ALT:
		for (int i = 0; i < x->nsub; i++, o->nnow = mark)
			go(o, &(struct then){ THEN_NODE, x->sub[i], i + 1, depth, 0, 0, 0, close }, pos);
		break;
	case CAT: case GROUP:
		for (int i = x->nsub; i-- > 0;)
			parts[i] = (struct then){ THEN_NODE, x->sub[i], i + 1, depth, 0, 0, 0, i + 1 < x->nsub ? &parts[i + 1] : close };
		go(o, x->nsub ? &parts[0] : close, pos);
		break;
	}
}

static void go_node(struct oracle *o, const struct then *t, int pos)
{
	struct then close = { THEN_CLOSE, t->node, 0, 0, o->nnow, pos, 0, t->next };
	unsigned char was[MOST_PATH];
	int mark = o->nnow;

	if (mark == MOST_STEPS || t->depth >= MOST_PATH) {
		o->beyond = true;
		return;
	}
	memcpy(was, o->path, sizeof was);
	memset(o->path + t->depth, 0, (size_t)(MOST_PATH - t->depth));
	o->path[t->depth] = (unsigned char)t->child;
	o->now[o->nnow] = (struct extent){ .start = pos, .node = t->node };
	memcpy(o->now[o->nnow++].path, o->path, MOST_PATH);
	go_inside(o, t->node, t->depth + 1, &close, pos);
	memcpy(o->path, was, sizeof was);
	o->nnow = mark;
}

/* The path when a later part is entered is that of its parent: what is deeper is wiped there. */
static void go(struct oracle *o, const struct then *t, int pos)
{
	int was;

	if (o->beyond)
		return;
	if (!t) {
		arrive(o, pos);
		return;
	}
	switch (t->kind) {
	case THEN_NODE: go_node(o, t, pos); break;
	case THEN_ROUND: go_round(o, t, pos); break;
	case THEN_CLOSE:
		was = o->now[t->slot].length;
		o->now[t->slot].length = pos - t->from;
		go(o, t->next, pos);
		o->now[t->slot].length = was;
		break;
	}
}

/* ---- the result ---- */

static void forget_groups(const struct oracle *o, int n, struct places *out)
{
	const struct node *x = &o->nodes[n];

	if (x->kind == GROUP)
		out->at[x->group].start = out->at[x->group].end = -1;
	for (int i = 0; i < x->nsub; i++)
		forget_groups(o, x->sub[i], out);
}

static void tell(const struct oracle *o, int root, int start, struct places *out)
{
	out->n = o->ngroups + 1;
	forget_groups(o, root, out);
	for (int i = 0; i < o->nbest; i++) {
		const struct extent *e = &o->best[i];

		forget_groups(o, e->node, out);	/* of an earlier round */
		if (o->nodes[e->node].kind != GROUP)
			continue;
		out->at[o->nodes[e->node].group].start = e->start;
		out->at[o->nodes[e->node].group].end = e->start + e->length;
	}
	out->at[0].start = start;
	out->at[0].end = o->end;
}

bool oracle_match(const char *pattern, const char *text, struct places *out)
{
	struct oracle o = { .pattern = pattern, .text = text, .len = (int)strlen(text), .end = -1 };
	int root = parse_alternatives(&o);

	*out = (struct places){ 0 };
	o.beyond |= *o.pattern != 0 || o.ngroups >= WALK_GROUPS;
	for (int pos = 0; pos <= o.len && !o.beyond; pos++) {
		o.nnow = 0;
		go(&o, &(struct then){ THEN_NODE, root, 1, 0, 0, 0, 0, NULL }, pos);
		if (o.end >= 0) {
			tell(&o, root, pos, out);
			break;
		}
	}
	return !o.beyond;
}
