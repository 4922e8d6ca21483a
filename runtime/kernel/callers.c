/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of kprobes that count only when given code called the probed function.
 *
 * The test is made before anything else is done with a hit: at the function's entry (returns of
 * calls by others are then not even diverted) or at an inlined copy.  It walks the stack with the kernel's
 * unwinder, which also finds return addresses that another return probe has diverted. */
#include "rt.h"
#include "core/core.h"

#include <linux/kprobes.h>
#include <linux/rcupdate.h>

void rt_callers_resolve(const struct stp_row_kprobe *row, struct rt_base *last)
{
	u32 i;

	for (i = 0; row->callers && i < row->callers->nranges; i++) {
		struct stp_code_range *r = &row->callers->ranges[i];

		if (!last->symbol || strcmp(last->symbol, r->symbol))
			last->addr = rt_symbol_address(row->module, r->symbol);
		last->symbol = r->symbol;
		r->start = last->addr ? last->addr + r->offset : 0;
	}
}

bool rt_callers_known(const struct stp_row_kprobe *row)
{
	u32 i;

	if (!row->callers)
		return true;
	for (i = 0; i < row->callers->nranges; i++)
		if (row->callers->ranges[i].start)
			return true;
	return false;
}

/* A call may be a function's last instruction: its return address is then the range's end. */
static bool holds(const struct stp_callers *c, u64 addr)
{
	u32 i;

	for (i = 0; i < c->nranges; i++)
		if (c->ranges[i].start && addr - c->ranges[i].start - 1 < c->ranges[i].size)
			return true;
	return false;
}

static bool called_from(struct rt_cpu *cpu, const struct stp_row_kprobe *row, struct pt_regs *regs, unsigned long addr)
{
	unsigned n, i;

	stp_ctx_begin(&cpu->ctx, row->probe, regs);
	cpu->ctx.probe_addr = addr;
	n = plat_backtrace(&cpu->ctx, cpu->callers, row->callers->depth + 1);
	for (i = 1; i < n; i++)
		if (holds(row->callers, cpu->callers[i]))
			return true;
	return false;
}

bool rt_callers_match(const struct stp_row_kprobe *row, struct pt_regs *regs, unsigned long addr)
{
	struct rt_cpu *cpu;
	unsigned long flags;
	bool found = false;

	if (READ_ONCE(rt.state) != RT_RUNNING)
		return false;
	raw_local_irq_save(flags);
	cpu = rt.cpus[raw_smp_processor_id()];
	if (READ_ONCE(cpu->busy) || !rcu_is_watching()) {
		rt_count_missed(row->probe, 1);
	} else {
		WRITE_ONCE(cpu->busy, 1);
		barrier();
		found = called_from(cpu, row, regs, addr);
		barrier();
		WRITE_ONCE(cpu->busy, 0);
	}
	raw_local_irq_restore(flags);
	return found;
}
NOKPROBE_SYMBOL(rt_callers_match);
