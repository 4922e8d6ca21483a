/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the script's part of a module: see script.h. */
#include "translator/build/check/script.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <stp/abi.h>
#include <string.h>

#define GURU_SECTION ".text.guru"
#define TABLE "stp_module"

struct search {
	struct script *s;
	bool *seen;			/* by symbol: its data was looked at */
	VEC(uint32_t) data;		/* symbols to look at */
	VEC(uint32_t) strict, guru;	/* functions to look at */
	const char *bad;
};

static const struct object_symbol *symbol(const struct script *s, uint32_t i)
{
	return &s->object->symbols[i];
}

/* ---- symbols of data ---- */

struct place {
	uint32_t section, symbol;
	uint64_t value;
};

static int compare_places(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->value != b->value ? (a->value < b->value ? -1 : 1) : (a->symbol < b->symbol ? -1 : 1);
}

static void index_data(struct script *s)
{
	const struct object *o = s->object;
	struct place *places = ARENA_ARRAY(s->arena, struct place, o->nsymbols + 1);
	uint32_t i, file = 0;

	s->files = ARENA_ARRAY(s->arena, uint32_t, o->nsymbols + 1);
	for (i = 1; i < o->nsymbols; i++) {
		file = o->symbols[i].type == STT_FILE ? i : file;
		s->files[i] = o->symbols[i].bind == STB_LOCAL ? file : 0;
		if (o->symbols[i].type == STT_OBJECT && object_section_of(o, &o->symbols[i]))
			places[s->ndata++] = (struct place){ o->symbols[i].section, i, o->symbols[i].value };
	}
	if (s->ndata)
		qsort(places, s->ndata, sizeof *places, compare_places);
	s->data = ARENA_ARRAY(s->arena, uint32_t, s->ndata + 1);
	for (i = 0; i < s->ndata; i++)
		s->data[i] = places[i].symbol;
}

static bool is_behind(const struct object_symbol *a, uint32_t section, uint64_t value)
{
	return a->section != section ? a->section > section : a->value > value;
}

uint32_t script_data_at(const struct script *s, uint32_t section, uint64_t value)
{
	uint32_t low = 0, high = s->ndata, mid;
	const struct object_symbol *sym;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (is_behind(symbol(s, s->data[mid]), section, value))
			high = mid;
		else
			low = mid + 1;
	}
	if (!low)
		return 0;
	sym = symbol(s, s->data[low - 1]);
	if (sym->section != section || (value - sym->value >= sym->size && value != sym->value))
		return 0;
	return s->data[low - 1];
}

/* ---- functions ---- */

bool script_is_entry(const struct script *s, uint32_t function)
{
	const struct function *f = &s->functions->data[function];

	return !strncmp(f->name, "stp_", 4) && s->functions->global[function];
}

static bool is_guru(const struct script *s, uint32_t function)
{
	return !strcmp(s->object->sections[s->functions->data[function].section].name, GURU_SECTION);
}

static void reach(struct search *q, uint32_t function, enum script_role role, uint32_t caller)
{
	struct script *s = q->s;

	if (script_is_entry(s, function))
		return;
	if (is_guru(s, function))
		role = ROLE_GURU;
	if (s->roles[function] >= role)
		return;
	s->roles[function] = (uint8_t)role;
	if (caller != function + 1 && !s->callers[function])
		s->callers[function] = caller;
	if (role == ROLE_STRICT)
		vec_push(s->arena, &q->strict, function);
	else
		vec_push(s->arena, &q->guru, function);
}

/* Something leads to an offset of a section of code. */
static void reach_code(struct search *q, uint32_t section, uint64_t offset, enum script_role role,
		       uint32_t caller)
{
	const struct script *s = q->s;
	uint32_t step = decoded_step(s->decoded, section, offset), owner;

	owner = step == UINT32_MAX ? 0 : s->functions->map.owner[step];
	if (owner)
		reach(q, owner - 1, role, caller);
	else if (!q->bad)
		q->bad = arena_printf(s->arena, "a pointer to %s+%#" PRIx64 ", which is in no function",
				      s->object->sections[section].name, offset);
}

static bool is_code(const struct script *s, uint32_t section)
{
	return section < s->object->nsections &&
	       s->decoded->sections[section].first != s->decoded->sections[section].end;
}

static void reach_data(struct search *q, uint32_t section, uint64_t offset)
{
	uint32_t i = script_data_at(q->s, section, offset);

	if (!i || q->seen[i])
		return;
	q->seen[i] = true;
	vec_push(q->s->arena, &q->data, i);
}

/* ---- the search ---- */

/* What the relocation R leads to. */
static void follow(struct search *q, const struct object_reloc *r, int64_t more, enum script_role role,
		   uint32_t caller)
{
	struct script *s = q->s;
	const struct object_symbol *to = symbol(s, r->symbol);
	uint64_t offset = to->value + (uint64_t)(r->addend + more);

	if (!to->section && role != ROLE_GURU && !q->bad && !s->importable(s->arg, to->name))
		q->bad = arena_printf(s->arena, "a use of %s", to->name);
	if (!object_section_of(s->object, to))
		return;
	if (is_code(s, to->section))
		reach_code(q, to->section, offset, role, caller);
	else if (to->bind == STB_LOCAL)
		reach_data(q, to->section, offset);
}

/* Relocations of a section from offset FROM on: index of the first. */
static size_t first_reloc(const struct object_section *c, uint64_t from)
{
	size_t low = 0, high = c->nrelocs, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->relocs[mid].offset < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A handler's name in the table of probes. */
static void note_site(struct search *q, const struct object_symbol *in, const struct object_reloc *r)
{
	struct script *s = q->s;
	const struct object_symbol *to = symbol(s, r->symbol);
	uint32_t step = decoded_step(s->decoded, to->section, to->value + (uint64_t)r->addend);

	if (strcmp(in->name, "probes") || step == UINT32_MAX || !s->functions->map.entry[step])
		return;
	if (!s->sites[s->functions->map.entry[step] - 1])
		s->sites[s->functions->map.entry[step] - 1] = r->offset + 1;
}

static void scan_data(struct search *q, uint32_t i)
{
	const struct object_symbol *in = symbol(q->s, i);
	const struct object_section *c = object_section_of(q->s->object, in);
	size_t k;

	for (k = first_reloc(c, in->value); k < c->nrelocs; k++) {
		if (c->relocs[k].offset - in->value >= in->size)
			break;
		note_site(q, in, &c->relocs[k]);
		follow(q, &c->relocs[k], 0, ROLE_STRICT, 0);
		if (!q->s->file)
			q->s->file = q->s->files[i];
	}
}

uint64_t script_end(const struct script *s, uint32_t function)
{
	const struct function *f = &s->functions->data[function];
	uint64_t end = s->object->sections[f->section].size;

	if (function + 1 < s->functions->n && f[1].section == f->section)
		end = f[1].at;
	return f->end < end ? f->end : end;
}

/* What one instruction leads to: its relocations from K on, and a branch without one. */
static size_t scan_step(struct search *q, const struct object_section *c, const struct step *p, size_t k,
			enum script_role role, uint32_t caller)
{
	const struct object_reloc *r;

	for (; k < c->nrelocs && c->relocs[k].offset < p->at + p->length; k++) {
		r = &c->relocs[k];
		/* Distances count from the end of the instruction. */
		follow(q, r, r->type == R_X86_64_PC32 || r->type == R_X86_64_PLT32 ?
		       (int64_t)(p->at + p->length - r->offset) : 0, role, caller);
	}
	if (p->section)
		reach_code(q, p->section, p->to, role, caller);
	return k;
}

static void scan_function(struct search *q, uint32_t function, enum script_role role)
{
	const struct script *s = q->s;
	const struct function *f = &s->functions->data[function];
	const struct object_section *c = &s->object->sections[f->section];
	size_t k = first_reloc(c, f->at);
	uint64_t end = script_end(s, function);
	uint32_t i;

	for (i = f->entry; i < s->decoded->sections[f->section].end; i++) {
		if (s->decoded->steps[i].at >= end)
			break;
		k = scan_step(q, c, &s->decoded->steps[i], k, role, function + 1);
	}
}

static bool find_table(struct search *q)
{
	const struct script *s = q->s;
	uint32_t i;

	for (i = 1; i < s->object->nsymbols; i++) {
		if (strcmp(symbol(s, i)->name, TABLE) || symbol(s, i)->type != STT_OBJECT ||
		    !object_section_of(s->object, symbol(s, i)))
			continue;
		q->seen[i] = true;
		vec_push(s->arena, &q->data, i);
		return true;
	}
	return false;
}

const char *script_find(struct script *s)
{
	struct search q = { .s = s };
	uint32_t n = s->functions->n;

	s->roles = ARENA_ARRAY(s->arena, uint8_t, n + 1);
	s->callers = ARENA_ARRAY(s->arena, uint32_t, n + 1);
	s->sites = ARENA_ARRAY(s->arena, uint64_t, n + 1);
	q.seen = ARENA_ARRAY(s->arena, bool, s->object->nsymbols + 1);
	index_data(s);
	if (!find_table(&q))
		return "no table of probes (the symbol " TABLE ")";
	/* Guru functions come last: what a strict one reaches, too, is strict. */
	while (!q.bad && (q.data.len || q.strict.len || q.guru.len)) {
		if (q.data.len)
			scan_data(&q, vec_pop(&q.data));
		else if (q.strict.len)
			scan_function(&q, vec_pop(&q.strict), ROLE_STRICT);
		else
			scan_function(&q, vec_pop(&q.guru), ROLE_GURU);
	}
	return q.bad;
}

/* ---- names for people ---- */

/* The text that the pointer at OFFSET of SECTION leads to, or NULL. */
static const char *text_at(const struct script *s, uint32_t section, uint64_t offset)
{
	const struct object_section *c = &s->object->sections[section], *to;
	size_t k = first_reloc(c, offset);
	uint64_t at;

	if (k >= c->nrelocs || c->relocs[k].offset != offset)
		return NULL;
	to = object_section_of(s->object, symbol(s, c->relocs[k].symbol));
	at = symbol(s, c->relocs[k].symbol)->value + (uint64_t)c->relocs[k].addend;
	if (!to || !to->bytes || at >= to->size || !memchr(to->bytes + at, 0, to->size - at))
		return NULL;
	return (const char *)to->bytes + at;
}

static const char *location(const struct script *s, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < s->ndata; i++)
		if (!strcmp(symbol(s, s->data[i])->name, "locs") && s->files[s->data[i]] == s->file)
			return text_at(s, symbol(s, s->data[i])->section,
				       symbol(s, s->data[i])->value + 8ull * number);
	return NULL;
}

/* The probe whose record names a handler at SITE. */
static const char *describe_probe(const struct script *s, uint64_t site)
{
	uint32_t i, number = 0;
	const struct object_symbol *t;
	const char *point, *where;
	uint64_t row;

	for (i = 0; i < s->ndata; i++)
		if (!strcmp(symbol(s, s->data[i])->name, "probes") && s->files[s->data[i]] == s->file)
			break;
	if (i == s->ndata)
		return "";
	t = symbol(s, s->data[i]);
	row = t->value + (site - t->value) / sizeof(struct stp_probe) * sizeof(struct stp_probe);
	point = text_at(s, t->section, row + offsetof(struct stp_probe, alias));
	if (s->object->sections[t->section].bytes &&
	    row + sizeof(struct stp_probe) <= s->object->sections[t->section].size)
		memcpy(&number, s->object->sections[t->section].bytes + row +
		       offsetof(struct stp_probe, loc), sizeof number);
	where = location(s, number);
	if (!point)
		return "";
	return arena_printf(s->arena, "probe %s%s%s", point, where ? " at " : "", where ? where : "");
}

const char *script_describe(const struct script *s, uint32_t function)
{
	uint32_t i, f = function;

	for (i = 0; i < s->functions->n && !s->sites[f] && s->callers[f]; i++)
		f = s->callers[f] - 1;
	return s->sites[f] ? describe_probe(s, s->sites[f] - 1) : "";
}
