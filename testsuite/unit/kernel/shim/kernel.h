/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of the kernel's own headers as the runtime's session, contexts, messages and reports
 * need, so that they run in a test.
 *
 * Threads do not stand for CPUs here.  Each access to what CPUs share is a step, and at a step that a test chooses
 * (world.h) another CPU does all of its work: so every place where one could come in between is tried, one after
 * the other, and the same ones in each run.  What the processor may reorder is not seen. */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"	/* as where the files are built otherwise */

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef long long s64;

#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __aligned(n) __attribute__((aligned(n)))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define likely(x) STP_LIKELY(x)
#define unlikely(x) STP_UNLIKELY(x)
#define NOKPROBE_SYMBOL(fn) _Static_assert(sizeof(&(fn)) > 0, #fn)

/* ---- what CPUs share ---- */

void world_step(void);

#define READ_ONCE(x) (world_step(), *(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (world_step(), *(volatile __typeof__(x) *)&(x) = (v))
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#define cmpxchg(p, old, new) (world_step(), __sync_val_compare_and_swap(p, old, new))
#define barrier() __asm__ volatile("" : : : "memory")

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;

#define atomic_read(a) READ_ONCE((a)->counter)
#define atomic_add(n, a) (world_step(), (void)__sync_add_and_fetch(&(a)->counter, n))
#define atomic_inc(a) atomic_add(1, a)
#define atomic_dec(a) atomic_add(-1, a)
#define atomic_inc_return(a) (world_step(), __sync_add_and_fetch(&(a)->counter, 1))
#define atomic64_inc_return(a) atomic_inc_return(a)
#define atomic_xchg(a, n) (world_step(), __atomic_exchange_n(&(a)->counter, n, __ATOMIC_SEQ_CST))

/* A lock taken twice is a test that hangs: abort instead. */
struct mutex { bool held; };
#define __MUTEX_INITIALIZER(name) { false }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
static inline void mutex_lock(struct mutex *m)
{
	if (m->held)
		abort();
	m->held = true;
}
static inline void mutex_unlock(struct mutex *m) { m->held = false; }

/* ---- this CPU ---- */

struct task;
extern unsigned nr_cpu_ids;
extern struct task *current;
enum { THREAD_SIZE = 16384 };
#define PAGE_MASK (~4095ul)

unsigned raw_smp_processor_id(void);
bool in_nmi(void);
u64 get_cycles(void);
void *task_stack_page(struct task *t);
void synchronize_rcu(void);
bool rcu_is_watching(void);
void raw_irq_disable(unsigned long *flags);
void raw_irq_restore(unsigned long flags);
#define raw_local_irq_save(flags) raw_irq_disable(&(flags))
#define raw_local_irq_restore(flags) raw_irq_restore(flags)
void migrate_disable(void);
void migrate_enable(void);
void preempt_disable_notrace(void);
void preempt_enable_notrace(void);
static inline void local_bh_disable(void) { }
static inline void local_bh_enable(void) { }
static inline void cond_resched(void) { }
bool fatal_signal_pending(struct task *t);
#define task_struct task

enum { HZ = 100 };
extern unsigned long jiffies;
#define time_before(a, b) ((long)((a) - (b)) < 0)

/* ---- small things ---- */

#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define for_each_possible_cpu(i) for (i = 0; i < nr_cpu_ids; i++)
static inline u64 div64_u64(u64 a, u64 b) { return a / b; }

int vscnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

typedef struct { int unused; } wait_queue_head_t;
struct irq_work { int unused; };

/* ---- named in compat.h, and not used here ---- */

struct pt_regs;
struct inode;
struct hrtimer { int unused; };
enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode { HRTIMER_MODE_REL };
#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC 1
#endif
struct kprobe;
struct kretprobe;
struct kretprobe_instance;
struct perf_event_context;
void hrtimer_setup(struct hrtimer *t, enum hrtimer_restart (*fn)(struct hrtimer *), int clock, int mode);
void *pde_data(const struct inode *inode);
struct kretprobe *get_kretprobe(struct kretprobe_instance *ri);
long copy_to_kernel_nofault(void *dst, const void *src, size_t len);
struct task { struct perf_event_context *perf_event_ctxp; };

#endif
