/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel differences, and nothing else: each macro stands for a capability that a
 * file of kfeat/ probed on this very kernel (stp_kfeat.h). Call sites stay unconditional. */
#ifndef STP_KERNEL_COMPAT_H
#define STP_KERNEL_COMPAT_H

#include <stp_kfeat.h>

#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/preempt.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>

/* function entries in bulk (bulk.c) need to give ftrace a set of addresses */
#ifdef STP_HAVE_FTRACE_SET_FILTER_IPS
#define COMPAT_BULK_ATTACH 1
#endif

/* the unwinder's steps (unwind.c), else whole traces from here; and those of other tasks */
#ifdef STP_HAVE_UNWIND_NEXT_FRAME
#define COMPAT_UNWINDER 1
#endif
#ifdef STP_HAVE_STACK_TRACE_SAVE
#define COMPAT_STACK_TRACE 1
#endif
#ifdef STP_HAVE_STACK_TRACE_SAVE_TSK
#define COMPAT_TASK_TRACE 1
#endif

/* function returns in bulk (hook.c) need return probes that take no lock of their own: ftrace has no rule against
 * tracing that lock */
#if defined(COMPAT_BULK_ATTACH) && defined(STP_HAVE_KRETPROBE_RETHOOK)
#define COMPAT_BULK_RETURNS 1
#endif

/* hrtimer_setup replaced hrtimer_init and the assignment of the function */
static inline void compat_hrtimer_setup(struct hrtimer *t, enum hrtimer_restart (*fn)(struct hrtimer *), enum hrtimer_mode mode)
{
#ifdef STP_HAVE_HRTIMER_SETUP
	hrtimer_setup(t, fn, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(t, CLOCK_MONOTONIC, mode);
	t->function = fn;
#endif
}

/* a module's data that is only read (macros: struct module is known to those who ask) */
#ifdef STP_HAVE_MODULE_MEM
#define COMPAT_MODULE_RODATA(m) ((const char *)(m)->mem[MOD_RODATA].base)
#define COMPAT_MODULE_RODATA_SIZE(m) ((m)->mem[MOD_RODATA].size)
#else
#define COMPAT_MODULE_RODATA(m) ((const char *)(m)->core_layout.base + (m)->core_layout.text_size)
#define COMPAT_MODULE_RODATA_SIZE(m) ((m)->core_layout.ro_size - (m)->core_layout.text_size)
#endif

/* the data of a file of procfs: a macro of capitals before */
static inline void *compat_pde_data(const struct inode *inode)
{
#ifdef STP_HAVE_PDE_DATA
	return pde_data(inode);
#else
	return PDE_DATA(inode);
#endif
}

/* The current task stays on this CPU, and may sleep.  Where the kernel has no word for that, it may run on this CPU
 * alone, and no CPU goes; with no memory to keep where it could run, it is not preempted, and must not sleep: false. */
#ifdef STP_HAVE_MIGRATE_DISABLE
struct compat_pin { };

static inline bool compat_pin(struct compat_pin *p)
{
	migrate_disable();
	return true;
}

static inline void compat_unpin(struct compat_pin *p)
{
	migrate_enable();
}
#else
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/sched.h>

struct compat_pin { cpumask_var_t allowed; bool sleeps; };

static inline bool compat_pin(struct compat_pin *p)
{
	cpus_read_lock();
	p->sleeps = alloc_cpumask_var(&p->allowed, GFP_KERNEL);
	if (p->sleeps) {
		cpumask_copy(p->allowed, &current->cpus_mask);
		p->sleeps = !set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
		if (!p->sleeps)
			free_cpumask_var(p->allowed);
	}
	if (!p->sleeps)
		preempt_disable();
	return p->sleeps;
}

static inline void compat_unpin(struct compat_pin *p)
{
	if (p->sleeps) {
		set_cpus_allowed_ptr(current, p->allowed);
		free_cpumask_var(p->allowed);
	} else {
		preempt_enable();
	}
	cpus_read_unlock();
}
#endif

/* the kretprobe of an instance was a member before return hooks were shared */
static inline struct kretprobe *compat_kretprobe(struct kretprobe_instance *ri)
{
#ifdef STP_HAVE_GET_KRETPROBE
	return get_kretprobe(ri);
#else
	return ri->rp;
#endif
}

/* the perf events of this thread: in one context, or in one for each kind of events. NULL: none. */
#ifdef STP_HAVE_TASK_PERF_EVENT_CTX
#define COMPAT_PERF_CONTEXTS 1
static inline struct perf_event_context *compat_perf_context(unsigned n)
{
	return READ_ONCE(current->perf_event_ctxp);
}
#else
#define COMPAT_PERF_CONTEXTS perf_nr_task_contexts
static inline struct perf_event_context *compat_perf_context(unsigned n)
{
	return READ_ONCE(current->perf_event_ctxp[n]);
}
#endif

/* copy_to_kernel_nofault is not exported everywhere; __put_kernel_nofault is a macro of each architecture. LEN 1 2 4 8. */
static inline int compat_put_kernel(void *dst, const void *src, size_t len)
{
#ifdef STP_HAVE_COPY_TO_KERNEL_NOFAULT
	return copy_to_kernel_nofault(dst, src, len) ? -EFAULT : 0;
#else
#define PUT(type) do { if (len == sizeof(type)) { __put_kernel_nofault(dst, (type *)src, type, fault); return 0; } } while (0)
	PUT(u8);
	PUT(u16);
	PUT(u32);
	PUT(u64);
#undef PUT
fault:
	return -EFAULT;
#endif
}

#endif
