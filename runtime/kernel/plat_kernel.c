/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plat.h for the kernel: memory, locks, atomics, reads that cannot fault. */
#include "compat.h"
#include "rt.h"

#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

static u32 hash_seed;
static atomic64_t allocated;

/* What each allocation begins with: a cache line, so that what follows keeps its alignment. */
struct block { size_t size; } __aligned(64);

static bool within_limit(size_t size)
{
	u64 most = stp_module.limits->max_memory;

	return !most || (u64)atomic64_read(&allocated) + size <= most;
}

#ifdef STP_FAIL_ALLOC
static int fail_at;

void rt_fail_allocation(int n)
{
	fail_at = n;
}

static bool made_to_fail(void)
{
	static int count;

	if (++count != fail_at)
		return false;
	rt_message(STP_MSG_WARN, "allocation %d fails", count);
	return true;
}
#else
static bool made_to_fail(void)
{
	return false;
}
#endif

bool rt_memory_is_short(u64 size)
{
	long pages = si_mem_available();

	return pages <= 0 || size >> PAGE_SHIFT > (u64)pages / 4 * 3;
}

/* The machine's other work comes first: no call here may start the OOM killer. */
void *plat_alloc_on_cpu(size_t size, unsigned cpu)
{
	int node = cpu_to_node(cpu);
	struct block *b;

	if (made_to_fail() || size > INT_MAX - sizeof *b || !within_limit(size) || rt_memory_is_short(size))
		return NULL;
	if (node != NUMA_NO_NODE && !node_online(node))
		node = NUMA_NO_NODE;
	b = kvmalloc_node(sizeof *b + size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN | __GFP_RETRY_MAYFAIL, node);
	if (!b)
		return NULL;
	b->size = size;
	atomic64_add((s64)size, &allocated);
	return b + 1;
}

void *plat_alloc(size_t size)
{
	return plat_alloc_on_cpu(size, raw_smp_processor_id());
}

void plat_free(void *p)
{
	struct block *b = p;

	if (!p)
		return;
	atomic64_sub((s64)(--b)->size, &allocated);
	kvfree(b);
}

unsigned plat_nslots(void)
{
	return nr_cpu_ids;
}

unsigned plat_slot(void)
{
	return raw_smp_processor_id();
}

/* ---- locks: word is 0 free, 0xffffffff written, else the number of readers ---- */

#define WRITER 0xffffffffu

static bool try_lock(struct stp_lock *l, bool write)
{
	u32 old = READ_ONCE(l->word);

	if (write)
		return !old && cmpxchg(&l->word, 0, WRITER) == 0;
	return old < WRITER - 1 && cmpxchg(&l->word, old, old + 1) == old;
}

/* By the clock: what one look at the lock takes depends on the machine. */
static noinline bool lock_patiently(struct stp_lock *l, bool write, struct plat_wait *w)
{
	unsigned spins;

	WRITE_ONCE(l->contended, l->contended + 1);
	if (!w->us && !w->endless)
		return false;
	if (!w->until)
		w->until = ktime_get_mono_fast_ns() + w->us * 1000ull;
	do {
		for (spins = 0; spins < 16; spins++) {
			cpu_relax();
			if (try_lock(l, write))
				return true;
		}
	} while (w->endless || ktime_get_mono_fast_ns() < w->until);
	return false;
}

bool plat_read_lock(struct stp_lock *l, struct plat_wait *w)
{
	return likely(try_lock(l, false)) || lock_patiently(l, false, w);
}

bool plat_write_lock(struct stp_lock *l, struct plat_wait *w)
{
	return likely(try_lock(l, true)) || lock_patiently(l, true, w);
}

void plat_read_unlock(struct stp_lock *l)
{
	u32 old;

	do
		old = READ_ONCE(l->word);
	while (cmpxchg(&l->word, old, old - 1) != old);
}

void plat_write_unlock(struct stp_lock *l)
{
	smp_store_release(&l->word, 0);
}

/* A shard is held for some hundred instructions, at most for as long as it takes to clear what CLEARED_AT_ONCE (core/map.c) says. */
#define SHARD_WAIT_NS 300000

bool plat_shard_lock(uint32_t *word)
{
	u64 until = 0;
	unsigned i;

	for (;;) {
		for (i = 0; i < 64; i++) {
			if (!READ_ONCE(*word) && cmpxchg(word, 0, 1) == 0)
				return true;
			cpu_relax();
		}
		if (!until)
			until = ktime_get_mono_fast_ns() + SHARD_WAIT_NS;
		else if (ktime_get_mono_fast_ns() >= until)
			return false;
	}
}

void plat_shard_unlock(uint32_t *word)
{
	smp_store_release(word, 0);
}

uint64_t plat_fetch_add(uint64_t *p, uint64_t v)
{
	return (u64)atomic64_fetch_add((s64)v, (atomic64_t *)p);
}

uint64_t plat_load_acquire(const uint64_t *p)
{
	return smp_load_acquire(p);
}

void plat_store_release(uint64_t *p, uint64_t v)
{
	smp_store_release(p, v);
}

/* ---- the probed world ---- */

int plat_read_kernel(void *dst, uint64_t addr, size_t len)
{
	return copy_from_kernel_nofault(dst, (const void *)(unsigned long)addr, len) ? -EFAULT : 0;
}

int plat_read_user(void *dst, uint64_t addr, size_t len)
{
	return copy_from_user_nofault(dst, (const void __user *)(unsigned long)addr, len) ? -EFAULT : 0;
}

int plat_write_kernel(uint64_t addr, const void *src, size_t len)
{
	/* a write is checked by reading first: a fault on a mapped but read-only page would be an oops */
	char old[8];

	if (len > sizeof old || copy_from_kernel_nofault(old, (const void *)(unsigned long)addr, len))
		return -EFAULT;
	return compat_put_kernel((void *)(unsigned long)addr, src, len);
}

int plat_write_user(uint64_t addr, const void *src, size_t len)
{
	long left;

	/* an NMI may come while the address space is being switched */
	if (in_nmi() || !access_ok((void __user *)(unsigned long)addr, len))
		return -EFAULT;
	pagefault_disable();
	left = __copy_to_user_inatomic((void __user *)(unsigned long)addr, src, len);
	pagefault_enable();
	return left ? -EFAULT : 0;
}

/* Text by pieces that do not cross a page (the kernel's own strncpy_from_*_nofault are not exported). */
static long copy_string(char *dst, u64 addr, size_t size, int (*read)(void *dst, uint64_t addr, size_t len))
{
	size_t done = 0, part, end;
	char *nul;

	if (!size)
		return 0;
	while (done < size - 1) {
		part = min_t(size_t, size - 1 - done, PAGE_SIZE - ((addr + done) & ~PAGE_MASK));
		part = min_t(size_t, part, 32);
		if (read(dst + done, addr + done, part)) {
			dst[0] = 0;
			return -EFAULT;
		}
		end = done + part;
		nul = memchr(dst + done, 0, part);
		if (nul)
			return nul - dst;
		done = end;
	}
	dst[size - 1] = 0;
	return (long)(size - 1);
}

long plat_string_kernel(char *dst, uint64_t addr, size_t size)
{
	return copy_string(dst, addr, size, plat_read_kernel);
}

long plat_string_user(char *dst, uint64_t addr, size_t size)
{
	return copy_string(dst, addr, size, plat_read_user);
}

/* ---- the rest ---- */

int plat_format(char *dst, size_t size, const char *fmt, va_list ap)
{
	return vsnprintf(dst, size, fmt, ap);
}

uint64_t plat_random(void)
{
	struct rt_cpu *c = rt.cpus ? rt.cpus[raw_smp_processor_id()] : NULL;
	u64 x = c ? c->random : 88172645463325252ull;

	if (!x)
		x = (u64)get_cycles() | 1;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	if (c)
		c->random = x;
	return x;
}

uint32_t plat_hash_seed(void)
{
	while (!hash_seed)
		get_random_bytes(&hash_seed, sizeof hash_seed);
	return hash_seed;
}
