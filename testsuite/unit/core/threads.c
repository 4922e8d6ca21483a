/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several CPUs at once; testsuite/core/tsan.test runs these under the thread sanitizer.
 * The globals' locks are taken as the emitter has them taken: none for `<<<`, for
 * writing around deletes and every read of a statistic. */
#include "testsuite/unit/core/fixture.h"

#include <pthread.h>
#include <stdio.h>

enum { CPUS = 4, ADDS = 30000 };

static const struct stp_map_desc scalar = { .value_type = STP_STAT, .variance = 1, .hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS } };
static const struct stp_map_desc by_str = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_STR }, .max_entries = 64 };
static const struct stp_map_desc wrapping = { .nkeys = 1, .value_type = STP_STAT, .key_type = { STP_LONG }, .max_entries = 16, .wrap = 1 };
static const struct stp_map_desc longs = { .nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 16 };

static pthread_rwlock_t global_lock = PTHREAD_RWLOCK_INITIALIZER;
static unsigned done;

struct cpu { pthread_t thread; unsigned slot; void (*body)(unsigned slot); uint64_t seed; };

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void *enter(void *arg)
{
	struct cpu *c = arg;

	plat_test_set_slot(c->slot);
	c->body(c->slot);
	__atomic_add_fetch(&done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Slots 0…CPUS-1 run ADDER; slot CPUS, on this thread, runs READER again and again until they are done. */
static void together(void (*adder)(unsigned), void (*reader)(void))
{
	struct cpu cpu[CPUS];

	done = 0;
	for (unsigned i = 0; i < CPUS; i++) {
		cpu[i] = (struct cpu){ .slot = i, .body = adder };
		CHECK_EQ(pthread_create(&cpu[i].thread, NULL, enter, &cpu[i]), 0);
	}
	plat_test_set_slot(CPUS);
	while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < CPUS)
		reader();
	for (unsigned i = 0; i < CPUS; i++)
		pthread_join(cpu[i].thread, NULL);
	reader();
}

/* ---- a scalar ---- */

static void add_scalar(unsigned slot)
{
	for (int i = 0; i < ADDS; i++)
		stp_pstat_add(fx.storage[0], i % 1000 + slot);
}

static void read_scalar(void)
{
	static int64_t before;
	const struct stp_stat *s = stp_pstat_get(fx.storage[0]);
	int64_t in_buckets = 0;

	if (!s) {
		before = 0;
		return;
	}
	CHECK(s->count >= before);
	before = s->count;
	for (unsigned i = 0; i < STP_HIST_LOG_BUCKETS; i++)
		in_buckets += (int64_t)s->hist[i];
	CHECK_EQ(in_buckets, s->count);
}

TEST(threads_scalar_statistic)
{
	fixture_one_pstat(&scalar, CPUS + 1);
	together(add_scalar, read_scalar);
	CHECK_EQ(stp_pstat_get(fx.storage[0])->count, CPUS * ADDS);
	CHECK_EQ(stp_core_lost_samples(), 0);
}

/* ---- an array, nothing removed ---- */

static void add_array(unsigned slot)
{
	uint64_t seed = slot;
	char name[16];

	for (int i = 0; i < ADDS; i++) {
		snprintf(name, sizeof name, "cpu%u", (unsigned)next(&seed) % 64);
		stp_map_add_stat(&fx.ctx[slot], fx.storage[0], KEY(KS(name)), 1);
	}
}

static int64_t total(int order)
{
	struct stp_ctx *c = &fx.ctx[CPUS];
	int64_t sum = 0, last = -1;
	struct stp_iter it;

	stp_ctx_begin(c, &fx.probe, NULL);
	stp_iter_begin(c, &it, fx.storage[0], 0, order, STP_SUM, -1, NULL, 0);
	while (stp_iter_next(&it)) {
		const struct stp_stat *s = stp_iter_stat(&it);

		CHECK(s->count > 0);
		CHECK(order != 1 || s->sum >= last);
		last = s->sum;
		sum += s->sum;
	}
	stp_ctx_end(c);
	return sum;
}

static void read_array(void)
{
	int64_t a, b;

	pthread_rwlock_wrlock(&global_lock);
	a = total(1);
	b = total(0);
	CHECK(b >= a);
	stp_map_get_stat(fx.storage[0], KEY(KS("cpu3")));
	stp_map_has(fx.storage[0], KEY(KS("cpu4")));
	stp_map_has_slice(&fx.ctx[CPUS], fx.storage[0], KEY(KS("cpu5")), 1);
	pthread_rwlock_unlock(&global_lock);
}

TEST(threads_array_of_statistics)
{
	fixture_one_map(&by_str, CPUS + 1);
	together(add_array, read_array);
	CHECK_EQ(total(0), CPUS * ADDS);
	CHECK_EQ(stp_map_size(fx.storage[0]), 64);
	CHECK_EQ(stp_core_lost_samples(), 0);
	CHECK(!plat_test_locks_held());
}

/* ---- the same with deletes: each sample is either in the array or was deleted with its element ---- */

static int64_t deleted;

static void read_and_delete(void)
{
	const struct stp_stat *s;
	static unsigned n;
	char name[16];

	pthread_rwlock_wrlock(&global_lock);
	snprintf(name, sizeof name, "cpu%u", n++ % 64);
	/* between this read and the delete more samples come: only what no longer grows can be told */
	s = stp_map_get_stat(fx.storage[0], KEY(KS(name)));
	deleted += s ? s->count : 0;
	stp_map_del(fx.storage[0], KEY(KS(name)));
	if (n % 100 == 0)
		stp_map_del_slice(&fx.ctx[CPUS], fx.storage[0], KEY(KS(name)), 1);
	if (n % 500 == 0)
		stp_map_clear(&fx.ctx[CPUS], fx.storage[0]);
	total(-1);
	pthread_rwlock_unlock(&global_lock);
}

TEST(threads_array_with_deletes)
{
	fixture_one_map(&by_str, CPUS + 1);
	deleted = 0;
	together(add_array, read_and_delete);
	CHECK(total(0) + deleted <= CPUS * ADDS);
	CHECK(deleted > 0);
	CHECK_EQ(stp_core_lost_samples(), 0);
	CHECK(!plat_test_locks_held());
	for (unsigned i = 0; i < CPUS; i++)
		CHECK(!fx.ctx[i].error);
}

/* ---- a wrapping array: keys come and go under the walker ---- */

static void add_wrapping(unsigned slot)
{
	uint64_t seed = slot;

	for (int i = 0; i < ADDS; i++) {
		int64_t key = (int64_t)(next(&seed) % 40);

		stp_map_add_stat(&fx.ctx[slot], fx.storage[0], KEY(KL(key)), key);
	}
}

/* An element's samples all are its key: so its keys and its figures belong together. */
static void read_wrapping(void)
{
	struct stp_ctx *c = &fx.ctx[CPUS];
	const struct stp_stat *s;
	struct stp_iter it;
	unsigned n = 0;

	pthread_rwlock_wrlock(&global_lock);
	stp_ctx_begin(c, &fx.probe, NULL);
	stp_iter_begin(c, &it, fx.storage[0], 1, 1, STP_COUNT, -1, NULL, 0);
	for (; stp_iter_next(&it); n++) {
		s = stp_iter_stat(&it);
		CHECK_EQ(s->min, stp_iter_key_long(&it, 0));
		CHECK_EQ(s->max, stp_iter_key_long(&it, 0));
	}
	CHECK(n <= 16);
	stp_ctx_end(c);
	s = stp_map_get_stat(fx.storage[0], KEY(KL(7)));
	CHECK(!s || (s->min == 7 && s->max == 7));
	CHECK(!stp_map_has_slice(c, fx.storage[0], KEY(KL(99)), 1));
	stp_map_del_slice(c, fx.storage[0], KEY(KL(7)), 1);
	pthread_rwlock_unlock(&global_lock);
}

TEST(threads_wrapping_array)
{
	fixture_one_map(&wrapping, CPUS + 1);
	together(add_wrapping, read_wrapping);
	CHECK(stp_map_size(fx.storage[0]) >= 15);
	CHECK(!plat_test_locks_held());
}

/* ---- longs: the global's lock is all the protection ---- */

static void count_longs(unsigned slot)
{
	uint64_t seed = slot;

	for (int i = 0; i < ADDS; i++) {
		pthread_rwlock_wrlock(&global_lock);
		++*stp_map_ref_long(&fx.ctx[slot], fx.storage[0], KEY(KL((int64_t)(next(&seed) % 16))));
		pthread_rwlock_unlock(&global_lock);
	}
}

static void read_longs(void)
{
	pthread_rwlock_rdlock(&global_lock);
	stp_map_get_long(fx.storage[0], KEY(KL(3)));
	stp_map_size(fx.storage[0]);
	pthread_rwlock_unlock(&global_lock);
}

TEST(threads_array_of_longs)
{
	int64_t sum = 0;

	fixture_one_map(&longs, CPUS + 1);
	together(count_longs, read_longs);
	for (int i = 0; i < 16; i++)
		sum += stp_map_get_long(fx.storage[0], KEY(KL(i)));
	CHECK_EQ(sum, CPUS * ADDS);
}

/* ---- output: each CPU its own records ---- */

static void print_lines(unsigned slot)
{
	struct stp_ctx *c = &fx.ctx[slot];

	for (int i = 0; i < 2000; i++) {
		stp_ctx_begin(c, &fx.probe, NULL);
		stp_out_dec(&c->out, slot);
		stp_out_text(&c->out, ":", 1);
		stp_out_dec(&c->out, i);
		stp_out_text(&c->out, "\n", 1);
		stp_ctx_end(c);
	}
}

static void nothing(void) { }

TEST(threads_output)
{
	char want[40000];

	fixture_reset(CPUS + 1);
	fixture_load();
	together(print_lines, nothing);
	for (unsigned slot = 0; slot < CPUS; slot++) {
		char *p = want;

		for (int i = 0; i < 2000; i++)
			p += sprintf(p, "%u:%d\n", slot, i);
		plat_test_set_slot(slot);
		CHECK_STR(plat_test_text(), want);
	}
}
