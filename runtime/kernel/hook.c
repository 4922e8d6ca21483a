/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Returns of many functions through one kretprobe.
 *
 * Registering a kretprobe costs a walk over the kernel's tables and one rewrite of its code, for each
 * function.  Here one kretprobe, on a function that nobody calls, lends its pool of instances and its
 * handlers to all: bulk.c's ftrace_ops sees the entries, and rt_hooks_enter() does with each what a
 * kprobe on that entry would do, calls the kretprobe's pre_handler with the registers of the entry.
 * That function takes an instance and diverts the return address on the stack.
 *
 * What ftrace does not keep from us and kprobes would: functions on the kernel's blacklist (some of them run
 * while a diverted return is handled, and would divert it again, without end) and __switch_to, which
 * changes stacks.  rt_hooks_take() asks the kernel about each address; where it cannot be asked,
 * nothing is hooked and kretprobes serve one by one. */
#include "compat.h"
#include "rt.h"

#include <linux/rcupdate.h>

#ifdef COMPAT_BULK_RETURNS

/* Instances for functions that are all active at once, in all tasks: by function, but no more than POOL_MAX. */
enum { POOL_MAX = 8192 };

/* In a kretprobe's instance: whose return it is, and what its entry half saved. */
struct hooked {
	unsigned long addr;
	const struct stp_row_kprobe *row;
	u64 saved[];
};
struct rt_hooks {
	struct kretprobe carrier;
	bool (*is_blacklisted)(unsigned long addr);
	unsigned long switch_to;
	u64 wanted;			/* instances */
	bool registered;
};

static noinline void nobody_calls_this(void)
{
	barrier();
}

static void set_entry(struct stp_ctx *c, void *data)
{
	struct hooked *h = data;

	c->probe_addr = h->addr;
	c->saved = h->saved;
}

static void set_return(struct stp_ctx *c, void *data)
{
	set_entry(c, data);
	c->is_return = 1;
}

/* Not 0, as in attach_kprobe.c: the return is not wanted. */
static int hooked_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct rt_cpu *cpu = rt.cpus[raw_smp_processor_id()];
	struct hooked *h = (struct hooked *)ri->data;

	h->addr = cpu->hook_addr;
	h->row = cpu->hook_row;
	cpu->hook_done = 1;
	memset(h->saved, 0, h->row->saved_size);
	return h->row->probe->entry && !rt_run(h->row->probe, regs, h->row->probe->entry, set_entry, h);
}
NOKPROBE_SYMBOL(hooked_entry);

static int hooked_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct hooked *h = (struct hooked *)ri->data;

	rt_run(h->row->probe, regs, h->row->probe->handler, set_return, h);
	return 0;
}
NOKPROBE_SYMBOL(hooked_return);

struct rt_hooks *rt_hooks_new(void)
{
	struct rt_hooks *h = plat_alloc(sizeof *h);

	if (!h)
		return NULL;
	h->is_blacklisted = (void *)rt_symbol_address(NULL, "within_kprobe_blacklist");
	h->switch_to = rt_symbol_address(NULL, "__switch_to");
	if (h->is_blacklisted)
		return h;
	plat_free(h);
	return NULL;
}

bool rt_hooks_take(struct rt_hooks *h, const struct stp_row_kprobe *row, unsigned long addr)
{
	u32 active = stp_module.limits->ret_active;
	size_t size = sizeof(struct hooked) + row->saved_size;

	if (row->maxactive || size > KRETPROBE_MAX_DATA_SIZE || addr == h->switch_to || h->is_blacklisted(addr))
		return false;
	h->carrier.data_size = max(h->carrier.data_size, size);
	h->wanted += active ? active : max_t(u32, 64, 4 * num_possible_cpus());
	return true;
}

bool rt_hooks_arm(struct rt_hooks *h)
{
	h->carrier.kp.addr = (kprobe_opcode_t *)nobody_calls_this;
	h->carrier.handler = hooked_return;
	h->carrier.entry_handler = hooked_entry;
	h->carrier.maxactive = (int)min_t(u64, h->wanted, POOL_MAX);
	h->registered = !register_kretprobe(&h->carrier);
	return h->registered;
}

void rt_hooks_free(struct rt_hooks *h)
{
	if (!h)
		return;
	if (h->registered)
		unregister_kretprobe(&h->carrier);
	plat_free(h);
}

/* On this CPU, interrupts off. False: the hit is missed. */
static bool enter(struct rt_hooks *h, struct rt_cpu *cpu, const struct stp_row_kprobe *row, unsigned long addr, struct pt_regs *regs)
{
	if (READ_ONCE(cpu->hook_row) || READ_ONCE(cpu->busy) || !rcu_is_watching())
		return false;
	WRITE_ONCE(cpu->hook_row, row);
	barrier();
	cpu->hook_addr = addr;
	cpu->hook_done = 0;
	h->carrier.kp.pre_handler(&h->carrier.kp, regs);
	barrier();
	WRITE_ONCE(cpu->hook_row, NULL);
	return cpu->hook_done;
}

void rt_hooks_enter(struct rt_hooks *h, const struct stp_row_kprobe *row, unsigned long addr, struct pt_regs *regs)
{
	unsigned long flags;

	if (READ_ONCE(rt.state) != RT_RUNNING)
		return;
	raw_local_irq_save(flags);
	if (!enter(h, rt.cpus[raw_smp_processor_id()], row, addr, regs))
		rt_count_missed(row->probe, 1);
	raw_local_irq_restore(flags);
}
NOKPROBE_SYMBOL(rt_hooks_enter);

#else

struct rt_hooks *rt_hooks_new(void)
{
	return NULL;
}

bool rt_hooks_take(struct rt_hooks *h, const struct stp_row_kprobe *row, unsigned long addr)
{
	return false;
}

bool rt_hooks_arm(struct rt_hooks *h)
{
	return false;
}

void rt_hooks_free(struct rt_hooks *h)
{
}

void rt_hooks_enter(struct rt_hooks *h, const struct stp_row_kprobe *row, unsigned long addr, struct pt_regs *regs)
{
}

#endif
