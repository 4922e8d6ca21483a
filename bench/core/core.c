/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core's operations cost, in nanoseconds, in user space: medians of ROUNDS
 * rounds.  The platform here is as thin as a kernel's: a compare-and-swap for a
 * shard's lock, a buffer that is always there for output. */
#include "runtime/core/core.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, OPS = 200000, ENTRIES = 2048, CPUS = 4 };

/* ---- platform ---- */

static _Thread_local unsigned my_slot;
static _Thread_local char record[STP_MAXRECORD];
static _Thread_local uint64_t bytes_out;

void *plat_alloc(size_t size)
{
	void *p = aligned_alloc(64, (size + 63) & ~(size_t)63);

	return p ? memset(p, 0, size) : NULL;
}

void *plat_alloc_on_cpu(size_t size, unsigned cpu) { (void)cpu; return plat_alloc(size); }
void plat_free(void *p) { free(p); }
unsigned plat_nslots(void) { return CPUS; }
unsigned plat_slot(void) { return my_slot; }

bool plat_shard_lock(uint32_t *word)
{
	uint32_t zero = 0;

	while (!__atomic_compare_exchange_n(word, &zero, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		zero = 0;
		sched_yield();
	}
	return true;
}

struct stp_ctx *plat_context(void);
bool plat_yield(void) { return false; }
bool plat_overloaded(const struct stp_ctx *c) { (void)c; return false; }
int plat_format(char *dst, size_t size, const char *fmt, va_list ap) { return vsnprintf(dst, size, fmt, ap); }
void plat_store_release(uint64_t *p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
void plat_shard_unlock(uint32_t *word) { __atomic_store_n(word, 0, __ATOMIC_RELEASE); }
uint64_t plat_fetch_add(uint64_t *p, uint64_t v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }
uint64_t plat_load_acquire(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
int plat_read_kernel(void *dst, uint64_t addr, size_t len) { (void)dst; (void)addr; (void)len; return -EFAULT; }
int plat_read_user(void *dst, uint64_t addr, size_t len) { (void)dst; (void)addr; (void)len; return -EFAULT; }
int plat_write_kernel(uint64_t addr, const void *src, size_t len) { (void)addr; (void)src; (void)len; return -EFAULT; }
int plat_write_user(uint64_t addr, const void *src, size_t len) { (void)addr; (void)src; (void)len; return -EFAULT; }
long plat_string_kernel(char *dst, uint64_t addr, size_t size) { (void)dst; (void)addr; (void)size; return -EFAULT; }
long plat_string_user(char *dst, uint64_t addr, size_t size) { (void)dst; (void)addr; (void)size; return -EFAULT; }
char *plat_out_reserve(size_t need, size_t *room) { (void)need; *room = sizeof record; return record; }
void plat_out_commit(size_t len, unsigned flags) { (void)flags; bytes_out += len; }
void plat_out_lost(size_t bytes) { (void)bytes; }
unsigned plat_backtrace(struct stp_ctx *c, uint64_t *addrs, unsigned most) { (void)c; (void)addrs; (void)most; return 0; }
bool plat_symbol(char *dst, size_t size, uint64_t addr, enum plat_symbol_form form) { (void)size; (void)addr; (void)form; dst[0] = 0; return false; }
uint32_t plat_hash_seed(void) { return 12345; }

/* ---- the module: maps as a script would have them ---- */

enum { LONGS, STRINGS, STATS, WRAPPING, PAIRS, SCALAR, SCALAR_HIST, SCALAR_VARIANCE, GLOBALS };

#define MAP(value, ...) { .nkeys = sizeof((uint8_t[]){ __VA_ARGS__ }), .value_type = (value), .key_type = { __VA_ARGS__ }, .max_entries = ENTRIES }
static const struct stp_map_desc descs[GLOBALS] = {
	[LONGS] = MAP(STP_LONG, STP_LONG), [STRINGS] = MAP(STP_LONG, STP_STR), [STATS] = MAP(STP_STAT, STP_STR),
	[WRAPPING] = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = ENTRIES, .wrap = 1 },
	[PAIRS] = MAP(STP_LONG, STP_STR, STP_LONG),
	[SCALAR] = { .value_type = STP_STAT },
	[SCALAR_HIST] = { .value_type = STP_STAT, .hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } },
	[SCALAR_VARIANCE] = { .value_type = STP_STAT, .variance = 1 },
};
static void *storage[GLOBALS];
static const struct stp_limits limits = { .max_action = 1000, .max_action_interruptible = 10000, .max_string = 512,
	.suppress_time_limits = 1 };
static struct stp_global globals[GLOBALS];
static struct stp_module module = { .abi_version = STP_ABI_VERSION, .limits = &limits, .globals = globals, .nglobals = GLOBALS };
static const struct stp_probe probe = { .point = "begin" };
static struct stp_ctx ctx[CPUS];
static const char *const names[8] = { "bash", "sshd", "systemd", "kworker/0:1-eve", "python3", "gcc", "cc1", "ld" };
static char files[ENTRIES][40];

struct stp_ctx *plat_context(void) { return &ctx[my_slot]; }

static bool load(void)
{
	for (unsigned i = 0; i < GLOBALS; i++)
		globals[i] = (struct stp_global){ .name = "g", .type = descs[i].value_type, .is_array = descs[i].nkeys > 0, .storage = &storage[i],
			.desc = &descs[i] };
	if (stp_core_load(&module))
		return false;
	for (unsigned i = 0; i < CPUS; i++) {
		stp_ctx_init(&ctx[i], i, NULL, 0);
		stp_ctx_begin(&ctx[i], &probe, NULL);
	}
	for (unsigned i = 0; i < ENTRIES; i++)
		snprintf(files[i], sizeof files[i], "/usr/lib/x86_64-linux-gnu/file%u.so", i);
	return true;
}

/* ---- what is measured: each runs N times ---- */

#define KEY(...) ((union stp_key[]){ __VA_ARGS__ })
static uint32_t scatter(unsigned i) { return (uint32_t)(i * 2654435761u) % ENTRIES; }

static void count_one_long(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		++*stp_map_ref_long(&ctx[my_slot], storage[LONGS], KEY({ .l = 1 }));
}

static void count_longs(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		++*stp_map_ref_long(&ctx[my_slot], storage[LONGS], KEY({ .l = scatter(i) }));
}

static void count_names(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		++*stp_map_ref_long(&ctx[my_slot], storage[STRINGS], KEY({ .s = names[i & 7] }));
}

static void count_files(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		++*stp_map_ref_long(&ctx[my_slot], storage[STRINGS], KEY({ .s = files[scatter(i) % (ENTRIES - 8)] }));
}

static void count_pairs(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		++*stp_map_ref_long(&ctx[my_slot], storage[PAIRS], KEY({ .s = names[i & 7] }, { .l = i & 127 }));
}

static void add_names(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		stp_map_add_stat(&ctx[my_slot], storage[STATS], KEY({ .s = names[i & 7] }), i);
}

static void add_wrapping(unsigned n)
{
	static _Thread_local int64_t key;

	for (unsigned i = 0; i < n; i++)
		stp_map_add_stat(&ctx[my_slot], storage[WRAPPING], KEY({ .l = key++ }), i);
}

static void read_names(unsigned n)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += stp_map_get_stat(storage[STATS], KEY({ .s = names[i & 7] }))->count;
	bytes_out += (uint64_t)sum & 1;
}

static void add_to(unsigned g, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		stp_pstat_add(storage[g], i);
}

static void add_scalar(unsigned n) { add_to(SCALAR, n); }
static void add_hist(unsigned n) { add_to(SCALAR_HIST, n); }
static void add_variance(unsigned n) { add_to(SCALAR_VARIANCE, n); }

static void print_line(unsigned n)
{
	static const struct stp_fmt width = { .conv = STP_CONV_DEC, .width = 8, .precision = -1 };
	struct stp_ctx *c = &ctx[my_slot];

	for (unsigned i = 0; i < n; i++) {
		stp_out_str(&c->out, names[i & 7]);
		stp_out_text(&c->out, " ", 1);
		stp_out_dec(&c->out, i);
		stp_out_text(&c->out, " ", 1);
		stp_out_long(&c->out, &width, i);
		stp_out_text(&c->out, "\n", 1);
		stp_out_flush(c);
	}
}

static void concatenate(unsigned n)
{
	char s[512];

	for (unsigned i = 0; i < n; i++) {
		stp_str_copy(s, names[i & 7], sizeof s);
		stp_str_cat(s, ":", sizeof s);
		stp_str_cat(s, names[i >> 3 & 7], sizeof s);
	}
	bytes_out += (uint64_t)s[0] & 1;
}

static void sort_by(unsigned g, int column, unsigned n)
{
	struct stp_iter it;

	for (unsigned i = 0; i < n; i++) {
		stp_iter_begin(&ctx[my_slot], &it, storage[g], column, -1, STP_AVG, 10, NULL, 0);
		while (stp_iter_next(&it))
			bytes_out++;
		stp_ctx_end(&ctx[my_slot]);
	}
}

static void sort_longs(unsigned n) { sort_by(LONGS, 0, n); }
static void sort_files(unsigned n) { sort_by(STRINGS, 1, n); }
static void sort_stats(unsigned n) { sort_by(WRAPPING, 0, n); }

static const struct { const char *what; void (*run)(unsigned n); unsigned n, threads; } cases[] = {
	{ "n[tid]++, one key", count_one_long, OPS, 1 },
	{ "n[k]++, 2048 keys, full", count_longs, OPS, 1 },
	{ "n[execname()]++, 8 names", count_names, OPS, 1 },
	{ "n[path]++, 2040 paths", count_files, OPS, 1 },
	{ "n[execname(), k]++", count_pairs, OPS, 1 },
	{ "a[execname()] <<< x", add_names, OPS, 1 },
	{ "a[execname()] <<< x, two CPUs", add_names, OPS, 2 },
	{ "a%[new key] <<< x, full", add_wrapping, OPS, 1 },
	{ "@count(a[execname()]), 4 CPUs merged", read_names, OPS, 1 },
	{ "s <<< x", add_scalar, OPS, 1 },
	{ "s <<< x, two CPUs", add_scalar, OPS, 2 },
	{ "s <<< x with @hist_log", add_hist, OPS, 1 },
	{ "s <<< x with @variance", add_variance, OPS, 1 },
	{ "printf(\"%s %d %8d\\n\")", print_line, OPS, 1 },
	{ "s = a . \":\" . b", concatenate, OPS, 1 },
	{ "foreach by value limit 10, 2048 longs", sort_longs, 20, 1 },
	{ "foreach by key limit 10, 2048 paths", sort_files, 20, 1 },
	{ "foreach by @avg limit 10, 2048 entries", sort_stats, 20, 1 },
};

struct thread { pthread_t id; unsigned slot; void (*run)(unsigned n); unsigned n; double ns; };

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *enter(void *arg)
{
	struct thread *t = arg;
	cpu_set_t cpus;
	double start;

	CPU_ZERO(&cpus);
	CPU_SET(t->slot, &cpus);
	pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
	my_slot = t->slot;
	start = cpu_ns();
	t->run(t->n);
	t->ns = cpu_ns() - start;
	return NULL;
}

/* Nanoseconds of CPU time an operation. Two threads run ten times as long, so that they do run at the same time. */
static double measure(void (*run)(unsigned n), unsigned n, unsigned threads)
{
	struct thread t[CPUS];
	double start = cpu_ns(), sum = 0;

	if (threads == 1) {
		run(n);
		return (cpu_ns() - start) / n;
	}
	for (unsigned i = 0; i < threads; i++) {
		t[i] = (struct thread){ .slot = i, .run = run, .n = 10 * n };
		if (pthread_create(&t[i].id, NULL, enter, &t[i]))
			exit(1);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(t[i].id, NULL);
		sum += t[i].ns;
	}
	return sum / threads / (10 * n);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	double ns[ROUNDS];

	if (!load())
		return 1;
	printf("%-44s %12s\n", "operation", "ns");
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (unsigned r = 0; r < ROUNDS; r++)
			ns[r] = measure(cases[i].run, cases[i].n, cases[i].threads);
		qsort(ns, ROUNDS, sizeof *ns, compare);
		printf("%-44s %12.1f\n", cases[i].what, ns[ROUNDS / 2]);
	}
	printf("%-44s %12llu\n", "memory of these maps, bytes", (unsigned long long)stp_core_memory());
	stp_core_unload();
	return 0;
}
