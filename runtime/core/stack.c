/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks of addresses: walked once a run, kept by identifier, named when printed.
 *
 * The kept ones are an open hash table that only grows.  A slot is claimed by one
 * compare-and-swap of its identifier from EMPTY to FILLING, and published by storing the
 * identifier; nobody waits: who meets FILLING goes on to the next slot, so that a stack may be
 * kept twice, under one identifier.  When there is no room within reach the identifier is still
 * right as a key, and only its names are lost. */
#include "work.h"

enum { EMPTY, FILLING, FIRST_ID };
enum { REACH = 64, NAME = 256, OTHERS = 8 };

struct slot { uint64_t id; uint32_t depth, pad; uint64_t addr[]; };
struct stp_stacks {
	uint32_t slots, most;		/* slots: a power of two */
	size_t stride, table_size, traces_size;
	char *table;
	uint64_t *traces;		/* `most` addresses for each CPU */
};

/* ---- load time ---- */

int stp_stacks_load(void)
{
	const struct stp_limits *l = stp_core.module->limits;
	struct stp_stacks *s;

	if (!(stp_core.module->flags & STP_MODULE_STACKS))
		return 0;
	if (!l->max_backtrace || l->max_backtrace > 1024 || !l->max_stacks || l->max_stacks > 1u << 20)
		return -EINVAL;
	s = stp_core.stacks = stp_core_alloc(sizeof *s, -1);
	if (!s)
		return -ENOMEM;
	s->most = l->max_backtrace;
	for (s->slots = 1; s->slots < l->max_stacks; s->slots *= 2)
		;
	s->stride = sizeof(struct slot) + s->most * sizeof(uint64_t);
	s->table_size = s->slots * s->stride;
	s->traces_size = plat_nslots() * s->most * sizeof(uint64_t);
	s->table = stp_core_alloc(s->table_size, -1);
	s->traces = stp_core_alloc(s->traces_size, -1);
	return s->table && s->traces ? 0 : -ENOMEM;
}

void stp_stacks_unload(void)
{
	struct stp_stacks *s = stp_core.stacks;

	if (!s)
		return;
	stp_core_free(s->table, s->table_size);
	stp_core_free(s->traces, s->traces_size);
	stp_core_free(s, sizeof *s);
	stp_core.stacks = NULL;
}

/* ---- the stack of this run ---- */

static const uint64_t *trace(struct stp_ctx *c, unsigned *n)
{
	struct stp_stacks *s = stp_core.stacks;
	uint64_t *addrs;

	*n = 0;
	if (!s)
		return NULL;
	addrs = s->traces + (size_t)c->cpu * s->most;
	if (c->ntrace == STP_NO_TRACE) {
		c->ntrace = plat_backtrace(c, addrs, s->most);
		stp_charge(c, c->ntrace / STP_FRAMES);
	}
	*n = c->ntrace;
	return addrs;
}

/* ---- kept stacks ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static uint64_t valid_id(uint64_t h)
{
	h &= INT64_MAX;
	return h < FIRST_ID ? h + FIRST_ID : h;
}

static struct slot *slot_at(const struct stp_stacks *s, uint64_t n)
{
	return (struct slot *)(s->table + (n & (s->slots - 1)) * s->stride);
}

static bool is_same(const struct slot *k, const uint64_t *addrs, unsigned n)
{
	return k->depth == n && !memcmp(k->addr, addrs, n * sizeof *addrs);
}

enum outcome { KEPT, NO_ROOM, OTHER_STACK };

static enum outcome keep_as(struct stp_stacks *s, uint64_t id, const uint64_t *addrs, unsigned n)
{
	uint64_t i, have;

	for (i = 0; i < REACH && i < s->slots; i++) {
		struct slot *k = slot_at(s, id + i);

		have = __atomic_load_n(&k->id, __ATOMIC_ACQUIRE);
		if (have == id)
			return is_same(k, addrs, n) ? KEPT : OTHER_STACK;
		if (have != EMPTY || !__atomic_compare_exchange_n(&k->id, &have, FILLING, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		k->depth = n;
		memcpy(k->addr, addrs, n * sizeof *addrs);
		__atomic_store_n(&k->id, id, __ATOMIC_RELEASE);
		return KEPT;
	}
	return NO_ROOM;
}

int64_t stp_stack_id(struct stp_ctx *c)
{
	unsigned n, i;
	const uint64_t *addrs = trace(c, &n);
	uint64_t h = n;
	enum outcome o;

	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		h = mix(h, addrs[i]);
	for (i = 0; (o = keep_as(stp_core.stacks, valid_id(h), addrs, n)) == OTHER_STACK && i < OTHERS; i++)
		h = mix(h, n);
	if (o != KEPT)
		plat_fetch_add(&stp_core.lost_stacks, 1);
	return (int64_t)valid_id(h);
}

static const struct slot *find(uint64_t id)
{
	const struct stp_stacks *s = stp_core.stacks;
	uint64_t i;

	for (i = 0; s && i < REACH && i < s->slots; i++)
		if (__atomic_load_n(&slot_at(s, id + i)->id, __ATOMIC_ACQUIRE) == id)
			return slot_at(s, id + i);
	return NULL;
}

uint64_t stp_core_lost_stacks(void)
{
	return plat_load_acquire(&stp_core.lost_stacks);
}

/* ---- text ---- */

int64_t stp_stack_at(struct stp_ctx *c, int64_t n)
{
	unsigned have;
	const uint64_t *addrs = trace(c, &have);

	return n >= 0 && n < have ? (int64_t)addrs[n] : 0;
}

static void put_hex(struct stp_out *o, uint64_t v)
{
	static const struct stp_fmt hex = { .conv = STP_CONV_HEX, .flags = STP_FMT_ALT, .size = 8, .width = -1, .precision = -1 };

	stp_out_long(o, &hex, (int64_t)v);
}

void stp_addresses_text(char *dst, size_t size, const uint64_t *addrs, unsigned n)
{
	struct stp_out o;
	unsigned i;

	stp_out_string(&o, dst, size);
	for (i = 0; i < n; i++) {
		if ((size_t)(o.end - o.pos) <= sizeof "0x0123456789abcdef ") {
			stp_core_count_truncated();
			break;
		}
		if (i)
			stp_out_text(&o, " ", 1);
		put_hex(&o, addrs[i]);
	}
	stp_out_end(&o);
}

void stp_stack_text(struct stp_ctx *c, char *dst, size_t size, unsigned from, int64_t n)
{
	unsigned have;
	const uint64_t *addrs = trace(c, &have);

	have -= from < have ? from : have;
	if (n >= 0 && n < have)
		have = (unsigned)n;
	stp_charge(c, have / 64);
	stp_addresses_text(dst, size, have ? addrs + from : NULL, have);
}

/* One line; behind the first address stand those that calls return to. */
static void put_line(struct stp_out *o, uint64_t addr, bool caller, enum stp_stack_form form)
{
	if (!stp_charge_here(STP_NAMED))
		return;
	if (form == STP_STACK_LONG) {
		stp_out_text(o, " ", 1);
		put_hex(o, addr);
		stp_out_text(o, " : ", 3);
	}
	/* straight into the output: this may be a probed task's stack, with little room */
	if (o->ctx && o->end - o->pos < NAME && !stp_out_more(o, NAME))
		return;
	if (o->end > o->pos) {
		plat_symbol(o->pos, (size_t)(o->end - o->pos), addr, caller ? PLAT_SYMBOL_CALL : PLAT_SYMBOL_FULL);
		o->pos += strlen(o->pos);
	}
	stp_out_text(o, "\n", 1);
}

void stp_out_backtrace(struct stp_out *o, struct stp_ctx *c, enum stp_stack_form form)
{
	unsigned n, i;
	const uint64_t *addrs = trace(c, &n);

	if (!n && form == STP_STACK_LONG) {
		stp_out_str(o, "<no kernel stack at ");
		stp_out_str(o, c->probe->point);
		stp_out_str(o, ">\n");
	}
	for (i = 0; i < n; i++) {
		if (c->is_return && form == STP_STACK_LONG && i < 2)
			stp_out_str(o, i ? "Returning to  : " : "Returning from: ");
		put_line(o, addrs[i], i, form);
	}
}

void stp_backtrace_text(struct stp_ctx *c, char *dst, size_t size)
{
	struct stp_out o;

	stp_out_string(&o, dst, size);
	stp_out_backtrace(&o, c, STP_STACK_SHORT);
	stp_out_end(&o);
}

void stp_out_stack(struct stp_out *o, int64_t id, enum stp_stack_form form)
{
	const struct slot *k = find((uint64_t)id);
	unsigned i;

	if (!id)
		return;
	if (!k || id < FIRST_ID) {
		stp_out_str(o, "<stack ");
		put_hex(o, (uint64_t)id);
		stp_out_str(o, " was not kept>\n");
		return;
	}
	for (i = 0; i < k->depth; i++)
		put_line(o, k->addr[i], i, form);
}

void stp_stack_lines(char *dst, size_t size, int64_t id)
{
	struct stp_out o;

	stp_out_string(&o, dst, size);
	stp_out_stack(&o, id, STP_STACK_SHORT);
	stp_out_end(&o);
}

/* The next number of *TEXT, which moves behind it; false: there is none. */
static bool next_address(const char **text, uint64_t *addr)
{
	const char *s = *text, *from;

	while (*s == ' ' || *s == '\n' || *s == '\t')
		s++;
	if (s[0] == '0' && s[1] == 'x')
		s += 2;
	*addr = 0;
	for (from = s; (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'f'); s++)
		*addr = *addr << 4 | (uint64_t)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
	*text = s;
	return s > from;
}

void stp_out_addresses(struct stp_out *o, const char *text, enum stp_stack_form form)
{
	uint64_t addr;
	bool caller = false;

	for (; next_address(&text, &addr); caller = true)
		put_line(o, addr, caller, form);
}

void stp_address_lines(char *dst, size_t size, const char *text)
{
	struct stp_out o;

	stp_out_string(&o, dst, size);
	stp_out_addresses(&o, text, STP_STACK_SHORT);
	stp_out_end(&o);
}

/* ---- names ---- */

void stp_symbol_name(char *dst, size_t size, uint64_t addr)
{
	plat_symbol(dst, size, addr, PLAT_SYMBOL_NAME);
}

void stp_symbol_data(char *dst, size_t size, uint64_t addr)
{
	plat_symbol(dst, size, addr, PLAT_SYMBOL_FULL);
}

void stp_symbol_module(struct stp_ctx *c, char *dst, size_t size, uint64_t addr)
{
	if (plat_symbol(dst, size, addr, PLAT_SYMBOL_MODULE))
		return;
	stp_error_s(c, STP_ERR_FAULT, "0x%x is in no module", NULL, (int64_t)addr);
	dst[0] = 0;
}

void stp_probe_func(struct stp_ctx *c, char *dst, size_t size)
{
	uint64_t addr = (uint64_t)stp_addr(c);

	dst[0] = 0;
	if (addr)
		plat_symbol(dst, size, addr, PLAT_SYMBOL_NAME);
}

void stp_probe_mod(struct stp_ctx *c, char *dst, size_t size)
{
	uint64_t addr = (uint64_t)stp_addr(c);

	if (!addr || !plat_symbol(dst, size, addr, PLAT_SYMBOL_MODULE))
		dst[0] = 0;
}
