/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that no set of the automaton tells apart are one column of the table. Sets split the columns one by one; NUL,
 * which ends a string and never is in one, goes with whichever it falls to. */
#include "translator/regex/nfa.h"

#include <string.h>

static void split(struct nfa *n, const struct re_set *set)
{
	int other[256];		/* where a column's bytes that the set has go */
	unsigned in[256] = { 0 }, all[256] = { 0 };

	memset(other, -1, sizeof other);
	for (unsigned c = 1; c < 256; c++) {
		all[n->column[c]]++;
		in[n->column[c]] += re_set_has(set, (unsigned char)c);
	}
	for (unsigned c = 1; c < 256; c++) {
		unsigned k = n->column[c];

		if (!re_set_has(set, (unsigned char)c) || in[k] == all[k])
			continue;
		if (other[k] < 0)
			other[k] = (int)n->ncolumns++;
		n->column[c] = (uint8_t)other[k];
	}
}

void nfa_classify(struct nfa *n)
{
	const struct re_set *last = NULL;

	n->ncolumns = 1;
	for (size_t i = 0; i < n->states.len; i++)
		if (n->states.data[i].kind == NFA_SET && n->states.data[i].set != last)
			split(n, last = n->states.data[i].set);
	for (unsigned c = 255; c > 0; c--)
		n->sample[n->column[c]] = (uint8_t)c;
}
