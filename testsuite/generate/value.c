/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testsuite/generate/value.h"

#include <string.h>

struct value number_value(int64_t n)
{
	return (struct value){ .n = n, .text = "" };
}

struct value text_value(const char *text)
{
	return (struct value){ .is_text = true, .text = text };
}

struct value unset_value(const char *name)
{
	return *name == 's' ? text_value("") : number_value(0);
}

int value_compare(struct value a, struct value b)
{
	if (a.is_text)
		return strcmp(a.text, b.text);
	return a.n < b.n ? -1 : a.n > b.n;
}

bool value_true(struct value v)
{
	return v.is_text ? *v.text : v.n;
}

struct slot *slot_new(struct arena *a, struct slot **list, const char *name)
{
	struct slot *s = ARENA_NEW(a, struct slot);

	*s = (struct slot){
		.name = name, .value = unset_value(name), .limit = 2048, .next = *list
	};
	return *list = s;
}

struct slot *slot_find(struct slot *list, const char *name)
{
	while (list && list->name != name)
		list = list->next;
	return list;
}

bool cell_matches(const struct cell *c, const struct value *keys, const bool *skip, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!(skip && skip[i]) && value_compare(c->keys[i], keys[i]))
			return false;
	return true;
}

struct cell *cell_find(const struct slot *s, const struct value *keys, unsigned n)
{
	struct cell *c = s->cells;

	while (c && !cell_matches(c, keys, NULL, n))
		c = c->next;
	return c;
}

struct cell *cell_make(struct arena *a, struct slot *s, const struct value *keys, unsigned n)
{
	struct cell *c = cell_find(s, keys, n), **end = &s->cells;

	if (c)
		return c;
	if (s->ncells == s->limit) {
		if (!s->wraps)
			return NULL;
		s->cells = s->cells->next;
		s->ncells--;
	}
	c = ARENA_NEW(a, struct cell);
	for (unsigned i = 0; i < n; i++)
		c->keys[i] = keys[i];
	c->value = unset_value(s->name);
	while (*end)
		end = &(*end)->next;
	*end = c;
	s->ncells++;
	return c;
}

void cells_delete(struct slot *s, const struct value *keys, const bool *skip, unsigned n)
{
	struct cell **at = &s->cells;

	while (*at)
		if (cell_matches(*at, keys, skip, n)) {
			*at = (*at)->next;
			s->ncells--;
		} else {
			at = &(*at)->next;
		}
}

void samples_add(struct arena *a, struct samples *s, int64_t n)
{
	int64_t *data = ARENA_ARRAY(a, int64_t, s->n + 1);

	if (s->n)
		memcpy(data, s->data, s->n * sizeof *data);
	data[s->n++] = n;
	s->data = data;
}

int64_t samples_sum(const struct samples *s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->n; i++)
		sum += (uint64_t)s->data[i];
	return (int64_t)sum;
}

int64_t samples_least(const struct samples *s)
{
	int64_t least = s->data[0];

	for (unsigned i = 1; i < s->n; i++)
		if (s->data[i] < least)
			least = s->data[i];
	return least;
}

int64_t samples_most(const struct samples *s)
{
	int64_t most = s->data[0];

	for (unsigned i = 1; i < s->n; i++)
		if (s->data[i] > most)
			most = s->data[i];
	return most;
}

int64_t samples_between(const struct samples *s, int64_t low, int64_t high)
{
	int64_t n = 0;

	for (unsigned i = 0; i < s->n; i++)
		n += s->data[i] >= low && s->data[i] < high;
	return n;
}
