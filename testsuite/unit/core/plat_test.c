/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See plat_test.h.  Locks and atomics are real, so that threads may be used. */
#include "testsuite/unit/core/plat_test.h"

#include <sched.h>
#include <stdlib.h>

#define MOST ((size_t)1 << 30)	/* bytes of an allocation: limits.max_memory of the kernel's */

enum { MAX_SLOTS = 16, OUTPUT = 1 << 20, REGIONS = 8 };

struct output {
	char marked[OUTPUT], text[OUTPUT];
	size_t nmarked, ntext;
	char *reserved;
	size_t reserved_room;
	uint64_t lost;
	unsigned records_left;
};

struct region { uint64_t addr; char *bytes; size_t len; bool user; };

static struct {
	unsigned nslots;
	unsigned fail_alloc, fail_one, fail_lock, before_lock;
	void (*before)(void);
	unsigned live;
	uint32_t held;
	size_t room;
	struct region region[REGIONS];
	uint64_t stack[8];
	unsigned nstack;
	unsigned nregions;
	struct stp_ctx *context;
	bool sleeper;
	unsigned yields, overloaded;
} t;
static struct output *output[MAX_SLOTS];
static _Thread_local unsigned my_slot;

static void free_outputs(void)
{
	for (unsigned i = 0; i < MAX_SLOTS; i++) {
		if (output[i])
			free(output[i]->reserved);
		free(output[i]);
		output[i] = NULL;
	}
}

void plat_test_reset(unsigned nslots)
{
	unsigned live = t.live;

	free_outputs();
	memset(&t, 0, sizeof t);
	t.live = live;
	t.nslots = nslots;
	t.room = STP_MAXRECORD;
	my_slot = 0;
	for (unsigned i = 0; i < nslots; i++) {
		output[i] = calloc(1, sizeof *output[i]);
		output[i]->records_left = UINT32_MAX;
	}
}

__attribute__((destructor)) static void at_exit(void)
{
	free_outputs();
}

void plat_test_set_slot(unsigned slot) { my_slot = slot; }
void plat_test_fail_alloc(unsigned n) { t.fail_alloc = n; }
void plat_test_fail_one_alloc(unsigned n) { t.fail_one = n; }
bool plat_test_fails(void) { return t.fail_one; }
unsigned plat_test_live(void) { return t.live; }
void plat_test_fail_lock(unsigned n) { t.fail_lock = n; }
void plat_test_before_lock(unsigned n, void (*fn)(void))
{
	t.before = fn;
	t.before_lock = n;
}

bool plat_test_locks_held(void) { return __atomic_load_n(&t.held, __ATOMIC_SEQ_CST); }

/* ---- runs of handlers ---- */

void plat_test_context(struct stp_ctx *c) { t.context = c; }
struct stp_ctx *plat_context(void) { return t.context; }
void plat_test_sleeper(bool may) { t.sleeper = may; }
unsigned plat_test_yields(void) { return t.yields; }
void plat_test_overload(unsigned n) { t.overloaded = n; }

bool plat_yield(void)
{
	t.yields += t.sleeper;
	return t.sleeper;
}

bool plat_overloaded(const struct stp_ctx *c)
{
	(void)c;
	return t.overloaded && !--t.overloaded;
}

/* ---- memory ---- */

void *plat_alloc(size_t size)
{
	void *p;

	if (t.fail_alloc == 1 || size > MOST)
		return NULL;
	if (t.fail_alloc)
		t.fail_alloc--;
	if (t.fail_one && !--t.fail_one)
		return NULL;
	p = aligned_alloc(64, (size + 63) & ~(size_t)63);
	if (!p)
		return NULL;
	memset(p, 0, size);
	t.live++;
	return p;
}

void *plat_alloc_on_cpu(size_t size, unsigned cpu)
{
	return cpu < t.nslots ? plat_alloc(size) : NULL;
}

void plat_free(void *p)
{
	t.live -= p != NULL;
	free(p);
}

unsigned plat_nslots(void) { return t.nslots; }
unsigned plat_slot(void) { return my_slot; }

/* ---- locks and atomics ---- */

bool plat_shard_lock(uint32_t *word)
{
	uint32_t zero;

	if (t.before_lock && --t.before_lock == 0)
		t.before();
	if (__atomic_load_n(&t.fail_lock, __ATOMIC_RELAXED) && __atomic_sub_fetch(&t.fail_lock, 1, __ATOMIC_RELAXED) == 0)
		return false;
	for (;;) {
		zero = 0;
		if (__atomic_compare_exchange_n(word, &zero, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			break;
		sched_yield();
	}
	__atomic_fetch_add(&t.held, 1, __ATOMIC_RELAXED);
	return true;
}

void plat_shard_unlock(uint32_t *word)
{
	__atomic_fetch_sub(&t.held, 1, __ATOMIC_RELAXED);
	__atomic_store_n(word, 0, __ATOMIC_RELEASE);
}

uint64_t plat_fetch_add(uint64_t *p, uint64_t v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }
uint64_t plat_load_acquire(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
void plat_store_release(uint64_t *p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

/* ---- the probed world ---- */

void plat_test_memory(bool user, uint64_t addr, void *bytes, size_t len)
{
	t.region[t.nregions++] = (struct region){ addr, bytes, len, user };
}

static char *find(bool user, uint64_t addr, size_t len)
{
	for (unsigned i = 0; i < t.nregions; i++) {
		struct region *r = &t.region[i];

		if (r->user == user && addr >= r->addr && addr - r->addr <= r->len && len <= r->len - (addr - r->addr))
			return r->bytes + (addr - r->addr);
	}
	return NULL;
}

static int copy_from(bool user, void *dst, uint64_t addr, size_t len)
{
	const char *p = find(user, addr, len);

	if (!p)
		return -EFAULT;
	memcpy(dst, p, len);
	return 0;
}

static int copy_to(bool user, uint64_t addr, const void *src, size_t len)
{
	char *p = find(user, addr, len);

	if (!p)
		return -EFAULT;
	memcpy(p, src, len);
	return 0;
}

static long copy_string(bool user, char *dst, uint64_t addr, size_t size)
{
	size_t n = 0;

	for (; n + 1 < size; n++) {
		if (copy_from(user, dst + n, addr + n, 1)) {
			dst[n] = 0;
			return -EFAULT;
		}
		if (!dst[n])
			return (long)n;
	}
	dst[n] = 0;
	return (long)n;
}

int plat_read_kernel(void *dst, uint64_t addr, size_t len) { return copy_from(false, dst, addr, len); }
int plat_read_user(void *dst, uint64_t addr, size_t len) { return copy_from(true, dst, addr, len); }
int plat_write_kernel(uint64_t addr, const void *src, size_t len) { return copy_to(false, addr, src, len); }
int plat_write_user(uint64_t addr, const void *src, size_t len) { return copy_to(true, addr, src, len); }
long plat_string_kernel(char *dst, uint64_t addr, size_t size) { return copy_string(false, dst, addr, size); }
long plat_string_user(char *dst, uint64_t addr, size_t size) { return copy_string(true, dst, addr, size); }

/* ---- output: each record is memory of exactly its room, so that a byte too many is found ---- */

void plat_test_room(size_t room, unsigned count)
{
	t.room = room;
	output[my_slot]->records_left = count;
}

char *plat_out_reserve(size_t need, size_t *room)
{
	struct output *o = output[my_slot];

	if (o->reserved || !need || need > STP_MAXRECORD)
		abort();
	if (!o->records_left)
		return NULL;
	o->records_left--;
	o->reserved_room = *room = need > t.room ? need : t.room;
	return o->reserved = malloc(*room);
}

void plat_out_commit(size_t len, unsigned flags)
{
	struct output *o = output[my_slot];

	if (!o->reserved || len > o->reserved_room || o->ntext + len + 1 >= OUTPUT || o->nmarked + len + 2 >= OUTPUT)
		abort();
	memcpy(o->text + o->ntext, o->reserved, len);
	memcpy(o->marked + o->nmarked, o->reserved, len);
	o->ntext += len;
	o->nmarked += len;
	if (len)
		o->marked[o->nmarked++] = flags & STP_REC_CONTINUES ? '|' : '$';
	free(o->reserved);
	o->reserved = NULL;
}

void plat_out_lost(size_t bytes) { output[my_slot]->lost += bytes; }

const char *plat_test_output(void)
{
	output[my_slot]->marked[output[my_slot]->nmarked] = 0;
	return output[my_slot]->marked;
}

const char *plat_test_text(void)
{
	output[my_slot]->text[output[my_slot]->ntext] = 0;
	return output[my_slot]->text;
}

uint64_t plat_test_lost(void) { return output[my_slot]->lost; }

void plat_test_clear_output(void)
{
	output[my_slot]->ntext = output[my_slot]->nmarked = 0;
	output[my_slot]->lost = 0;
}

void plat_test_write(FILE *f)
{
	fwrite(output[my_slot]->text, 1, output[my_slot]->ntext, f);
	plat_test_clear_output();
}

/* ---- the rest ---- */

int plat_format(char *dst, size_t size, const char *fmt, va_list ap) { return vsnprintf(dst, size, fmt, ap); }

uint64_t plat_random(void) { return 4; }
uint32_t plat_hash_seed(void) { return 0x5eed; }

/* ---- stacks and names ---- */

void plat_test_stack(const uint64_t *addrs, unsigned n)
{
	t.nstack = n;
	for (unsigned i = 0; i < n; i++)
		t.stack[i] = addrs[i];
}

unsigned plat_backtrace(struct stp_ctx *c, uint64_t *addrs, unsigned most)
{
	unsigned n = t.nstack < most ? t.nstack : most;

	(void)c;
	for (unsigned i = 0; i < n; i++)
		addrs[i] = t.stack[i];
	return n;
}

bool plat_symbol(char *dst, size_t size, uint64_t addr, enum plat_symbol_form form)
{
	unsigned long page = (unsigned long)addr >> 12, offset = addr & 0xfff;

	if (!page)
		snprintf(dst, size, "0x%lx", offset);
	else if (form == PLAT_SYMBOL_MODULE)
		snprintf(dst, size, "kernel");
	else if (form == PLAT_SYMBOL_NAME)
		snprintf(dst, size, "f%lx", page);
	else
		snprintf(dst, size, "f%lx+0x%lx/0x1000 [kernel]", page, offset);
	return page;
}
