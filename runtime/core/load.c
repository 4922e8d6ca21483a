/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load time: making a module's maps and statistics, and taking them away again. */
#include "map.h"

struct stp_core stp_core;

void *stp_core_alloc(size_t size, int cpu)
{
	void *p = cpu < 0 ? plat_alloc(size) : plat_alloc_on_cpu(size, (unsigned)cpu);

	if (p)
		stp_core.memory += size;
	return p;
}

void stp_core_free(void *p, size_t size)
{
	if (!p)
		return;
	stp_core.memory -= size;
	plat_free(p);
}

static bool is_type(unsigned t)
{
	return t == STP_LONG || t == STP_STR;
}

static bool check_hist(const struct stp_hist *h)
{
	switch (h->kind) {
	case 0:
		return true;
	case 1:
		return h->buckets == STP_HIST_LOG_BUCKETS;
	case 2:
		return h->step > 0 && h->high >= h->low &&
		       ((uint64_t)h->high - (uint64_t)h->low) / (uint64_t)h->step + 3 == h->buckets;
	default:
		return false;
	}
}

/* A description that the rest of the core may trust. */
static bool check_desc(const struct stp_global *g)
{
	const struct stp_map_desc *d = g->desc;
	unsigned i;

	if (!d || !check_hist(&d->hist) || d->bit_shift > 62)
		return false;
	if (!g->is_array)
		return true;
	if (!d->nkeys || d->nkeys > STP_MAXKEYS || !d->max_entries || d->max_entries > 1u << 30)
		return false;
	if (d->value_type != STP_STAT && (!is_type(d->value_type) || d->hist.kind))
		return false;
	for (i = 0; i < d->nkeys; i++)
		if (!is_type(d->key_type[i]))
			return false;
	return true;
}

static int load_global(const struct stp_global *g)
{
	if (!g->is_array && g->type != STP_STAT)
		return 0;
	if (!check_desc(g))
		return -EINVAL;
	if (g->is_array) {
		struct stp_map **m = g->storage;

		*m = stp_map_new(g->desc, g->name);
		return *m ? 0 : -ENOMEM;
	} else {
		struct stp_pstat **p = g->storage;

		*p = stp_pstat_new(g->desc);
		return *p ? 0 : -ENOMEM;
	}
}

static void unload_global(const struct stp_global *g)
{
	if (g->is_array) {
		stp_map_destroy(*(struct stp_map **)g->storage);
		*(struct stp_map **)g->storage = NULL;
	} else if (g->type == STP_STAT) {
		stp_pstat_destroy(*(struct stp_pstat **)g->storage);
		*(struct stp_pstat **)g->storage = NULL;
	}
}

/* C lets an array begin with as many bytes as it has, and no NUL. */
static void end_string(const struct stp_global *g)
{
	if (!g->is_array && g->type == STP_STR)
		((char *)g->storage)[stp_core.max_string - 1] = 0;
}

int stp_core_load(const struct stp_module *m)
{
	uint32_t i;
	int err = 0;

	if (m->abi_version != STP_ABI_VERSION || m->limits->max_string < 2 || m->limits->max_string > 1u << 20 || stp_core.module)
		return -EINVAL;
	memset(&stp_core, 0, sizeof stp_core);
	stp_core.module = m;
	stp_core.max_string = m->limits->max_string;
	stp_actions_prepare(m->limits);
	for (i = 0; i < m->nglobals && !err; i++) {
		end_string(&m->globals[i]);
		err = load_global(&m->globals[i]);
	}
	if (!err)
		err = stp_stacks_load();
	if (!err)
		return 0;
	stp_stacks_unload();
	while (i-- > 0)
		unload_global(&m->globals[i]);
	stp_core.module = NULL;
	return err;
}

void stp_core_unload(void)
{
	const struct stp_module *m = stp_core.module;
	uint32_t i;

	for (i = 0; m && i < m->nglobals; i++)
		unload_global(&m->globals[i]);
	stp_stacks_unload();
	stp_core.module = NULL;
}

const struct stp_module *stp_core_module(void)
{
	return stp_core.module;
}

uint64_t stp_core_memory(void)
{
	return stp_core.memory;
}

/* ---- NAME=VALUE ---- */

static int digit_of(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return 16;
}

/* Unsigned, in base 10, or 16 with 0x, or 8 with 0. */
static int parse_unsigned(const char *s, uint64_t *v)
{
	unsigned base = 10;
	uint64_t n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	} else if (s[0] == '0' && s[1]) {
		base = 8;
		s++;
	}
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned d = (unsigned)digit_of(*s);

		if (d >= base)
			return -EINVAL;
		if (n > (UINT64_MAX - d) / base)
			return -ERANGE;
		n = n * base + d;
	}
	*v = n;
	return 0;
}

/* Numbers wrap above 2^63 as they do in scripts; only what needs more than 64 bits is refused. */
static int parse_long(const char *s, int64_t *to)
{
	bool negative = *s == '-';
	uint64_t v = 0;
	int err = parse_unsigned(s + (*s == '-' || *s == '+'), &v);

	if (err)
		return err;
	if (negative && v > (uint64_t)INT64_MAX + 1)
		return -ERANGE;
	*to = (int64_t)(negative ? -v : v);
	return 0;
}

static int set_value(const struct stp_global *g, const char *text)
{
	size_t len = strlen(text);

	if (!g->settable || g->is_array || g->type == STP_STAT)
		return -EPERM;
	if (g->type == STP_LONG)
		return parse_long(text, g->storage);
	if (len >= stp_core.max_string)
		return -E2BIG;
	memcpy(g->storage, text, len + 1);
	return 0;
}

int stp_core_set_global(const char *name, const char *text)
{
	const struct stp_module *m = stp_core.module;
	int err = -ENOENT;
	uint32_t i;

	for (i = 0; m && i < m->nglobals && (err == -ENOENT || err == -EPERM); i++)
		if (!stp_str_cmp(m->globals[i].name, name))
			err = set_value(&m->globals[i], text);
	return err;
}

/* ---- what was given up ---- */

void stp_core_count_truncated(void)
{
	plat_fetch_add(&stp_core.truncated, 1);
}

void stp_core_count_lost_sample(void)
{
	plat_fetch_add(&stp_core.lost_samples, 1);
}

uint64_t stp_core_truncated(void)
{
	return plat_load_acquire(&stp_core.truncated);
}

uint64_t stp_core_lost_samples(void)
{
	return plat_load_acquire(&stp_core.lost_samples);
}
