/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the text to the table: the stages in order. */
#include "translator/errors.h"
#include "translator/regex/nfa.h"

#include <string.h>

void automaton_init(struct automaton *d, struct arena *a, const struct nfa *n)
{
	*d = (struct automaton){ .arena = a, .ncolumns = n->ncolumns };
}

uint32_t automaton_add(struct automaton *d, bool with_ops)
{
	for (unsigned c = 0; c < d->ncolumns; c++) {
		vec_push(d->arena, &d->next, STATE_DEAD);
		if (with_ops)
			vec_push(d->arena, &d->ops, 0);
	}
	vec_push(d->arena, &d->now, 0);
	vec_push(d->arena, &d->at_end, 0);
	return d->nstates++;
}

/* States become offsets of rows. */
static void pack_rows(struct regex *r, const struct automaton *d, struct arena *a)
{
	unsigned w = d->ncolumns + 2;
	uint16_t *next, *ops = NULL;

	r->ncells = (size_t)d->nstates * w;
	next = ARENA_ARRAY(a, uint16_t, r->ncells);
	if (d->ops.len)
		ops = ARENA_ARRAY(a, uint16_t, r->ncells);
	for (uint32_t s = 0; s < d->nstates; s++) {
		for (unsigned c = 0; c < d->ncolumns; c++) {
			next[s * w + c] = (uint16_t)(d->next.data[s * d->ncolumns + c] * w);
			if (ops)
				ops[s * w + c] = (uint16_t)d->ops.data[s * d->ncolumns + c];
		}
		next[s * w + w - 2] = (uint16_t)d->now.data[s];
		next[s * w + w - 1] = (uint16_t)d->at_end.data[s];
	}
	r->table.next = next;
	r->table.ops = ops;
	r->table.start = (uint16_t)(d->start * w);
	r->table.done = (uint16_t)w;
	r->table.width = (uint16_t)d->ncolumns;
}

static struct regex *pack(const struct automaton *d, const struct nfa *n, unsigned ngroups, struct arena *a)
{
	struct regex *r = ARENA_NEW(a, struct regex);
	uint8_t *columns = ARENA_ARRAY(a, uint8_t, 256);
	uint16_t *moves = ARENA_ARRAY(a, uint16_t, d->moves.len + 1);

	pack_rows(r, d, a);
	memcpy(columns, n->column, 256);
	r->nmoves = d->moves.len;
	if (r->nmoves)
		memcpy(moves, d->moves.data, r->nmoves * sizeof *moves);
	r->table.columns = columns;
	r->table.moves = moves;
	r->table.start_moves = (uint16_t)d->start_ops;
	r->table.nregs = (uint16_t)d->nregs;
	r->table.ntags = (uint16_t)d->ntags;
	r->table.ngroups = (uint16_t)(ngroups + 1);
	return r;
}

static struct regex *determine(struct arena *a, struct nfa *n, bool test, unsigned ngroups)
{
	struct arena scratch = ARENA_INIT;
	struct automaton d;
	struct regex *r = NULL;

	nfa_classify(n);
	automaton_init(&d, n->arena, n);
	if (test ? dfa_build(&d, n, &scratch) : tdfa_build(&d, n, &scratch)) {
		automaton_minimise(&d, &scratch);
		r = pack(&d, n, ngroups, a);
	}
	arena_free(&scratch);
	return r;
}

struct regex *regex_compile(struct arena *a, const char *pattern, size_t len, int groups, struct regex_error *err)
{
	struct arena scratch = ARENA_INIT;
	struct regex *r = NULL;
	struct re_node *root;
	struct nfa n;
	unsigned ngroups;

	*err = (struct regex_error){ 0 };
	root = re_parse(a, pattern, len, &ngroups, err);
	if (!root)
		return NULL;
	nfa_build(&n, &scratch, root, groups > (int)ngroups ? (int)ngroups : groups);
	if (!n.full)
		r = determine(a, &n, groups == REGEX_TEST, ngroups);
	arena_free(&scratch);
	if (!r)
		*err = (struct regex_error){ E(REGEX_SIZE), groups > 0 && ngroups ?
			"this regular expression needs too large a table, with the places of its groups" :
			"this regular expression needs too large a table", 0, len };
	return r;
}
