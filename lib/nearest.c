/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Did you mean …?  The distance is that of Damerau and Levenshtein in its
 * restricted form: one insertion, deletion, replacement or exchange of two
 * neighbours costs 1, and no part is edited twice. */
#include "lib/diag.h"

#include <string.h>

/* Longer words are never near: no misspelt name is this long. */
#define WORD_MAX 128

static unsigned min2(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned edit_distance(const char *a, const char *b, unsigned max)
{
	size_t la = strlen(a), lb = strlen(b), i, j;
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	unsigned least, least_before = 0;

	if ((la > lb ? la - lb : lb - la) > max)
		return max + 1;
	if (la > WORD_MAX || lb > WORD_MAX)
		return strcmp(a, b) ? max + 1 : 0;
	for (j = 0; j <= lb; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= la; i++) {
		least = now[0] = (unsigned)i;
		for (j = 1; j <= lb; j++) {
			now[j] = min2(min2(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min2(now[j], before[j - 2] + 1);
			least = min2(least, now[j]);
		}
		/* a row depends on the two before it */
		if (least > max && least_before > max)
			return max + 1;
		least_before = least;
		spare = before, before = last, last = now, now = spare;
	}
	return min2(last[lb], max + 1);
}

const char *nearest_name(const char *word, const char *const *names, size_t n)
{
	size_t len = strlen(word);
	unsigned max = (unsigned)(len < WORD_MAX ? len : WORD_MAX) / 3, d;
	const char *best = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		d = edit_distance(word, names[i], max);
		if (d > max)
			continue;
		best = names[i];
		if (!d)
			break;
		max = d - 1;
	}
	return best;
}
