/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values, arrays and statistics of the evaluator, kept as plainly as can be: an array is a list in
 * order of insertion that is searched from its start, a statistic keeps each of its samples. */
#ifndef TESTSUITE_GENERATE_VALUE_H
#define TESTSUITE_GENERATE_VALUE_H

#include "lib/arena.h"
#include <stdbool.h>
#include <stdint.h>

struct value { bool is_text; int64_t n; const char *text; };

struct samples { int64_t *data; unsigned n; };

enum { MOST_KEYS = 8 };
struct cell {
	struct cell *next;
	struct value keys[MOST_KEYS];
	struct value value;
	struct samples samples;
};

/* What a name stands for. Which of the members are used follows from how scripts use the name. */
struct slot {
	const char *name;
	struct value value;
	struct samples samples;
	struct cell *cells;		/* the oldest first */
	unsigned ncells, limit;		/* elements; most of them */
	bool wraps;
	struct slot *next;
};

struct value number_value(int64_t n);
struct value text_value(const char *text);
/* What the variable NAME holds that was given nothing: 0 or "", as its first letter says. */
struct value unset_value(const char *name);
int value_compare(struct value a, struct value b);
bool value_true(struct value v);

struct slot *slot_new(struct arena *a, struct slot **list, const char *name);
struct slot *slot_find(struct slot *list, const char *name);

/* The element of the N keys, or NULL. */
struct cell *cell_find(const struct slot *s, const struct value *keys, unsigned n);
/* The element, made when it is not there; NULL: the array is full. */
struct cell *cell_make(struct arena *a, struct slot *s, const struct value *keys, unsigned n);
/* Remove the elements that have the keys; those of which SKIP is true count as equal. */
void cells_delete(struct slot *s, const struct value *keys, const bool *skip, unsigned n);
bool cell_matches(const struct cell *c, const struct value *keys, const bool *skip, unsigned n);

void samples_add(struct arena *a, struct samples *s, int64_t n);
int64_t samples_sum(const struct samples *s);
int64_t samples_least(const struct samples *s);
int64_t samples_most(const struct samples *s);
/* How many samples are in [LOW, HIGH). */
int64_t samples_between(const struct samples *s, int64_t low, int64_t high);

#endif
