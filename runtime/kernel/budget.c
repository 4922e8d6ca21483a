/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core asks while a handler runs: whose run it is, whether others may have the CPU for a while, and
 * whether it has lasted too long (core/work.h). */
#include "compat.h"
#include "rt.h"

#include <linux/sched.h>
#include <linux/timex.h>

static struct rt_cpu *this_cpu_state(void)
{
	return rt.cpus ? rt.cpus[raw_smp_processor_id()] : NULL;
}

struct stp_ctx *plat_context(void)
{
	struct rt_cpu *cpu = this_cpu_state();

	return cpu && READ_ONCE(cpu->busy) ? &cpu->ctx : NULL;
}

bool plat_yield(void)
{
	struct rt_cpu *cpu = this_cpu_state();

	if (!cpu || !cpu->may_sleep)
		return false;
	cond_resched();
	return true;
}

bool plat_overloaded(const struct stp_ctx *c)
{
	const struct rt_cpu *cpu = container_of(c, struct rt_cpu, ctx);
	u64 most = stp_module.limits->overload_threshold;

	if (!most || c->probe->flags & (STP_PROBE_DURING_BEGIN | STP_PROBE_DURING_END))
		return false;
	return get_cycles() - cpu->started > most;
}
