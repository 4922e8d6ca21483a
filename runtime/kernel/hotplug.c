/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs that come up while a session runs: a worker gives them what each CPU has.
 *
 * Not in the way up itself, where locks are held that making a perf event may need.  What a
 * CPU's handlers print until the worker was there is lost, and counted.  A CPU that goes down takes
 * nothing with it: its contexts and channels stay, timers move, and perf events are the kernel's to
 * take off. */
#include "perf.h"
#include "rt.h"

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/workqueue.h>

static struct cpumask fresh;
static int state;

static void serve(struct work_struct *w)
{
	unsigned cpu;

	for_each_possible_cpu(cpu) {
		if (!cpumask_test_and_clear_cpu(cpu, &fresh))
			continue;
		rt_relay_cpu(cpu);
		rt_cpu_event_revive(cpu);
	}
}
static DECLARE_WORK(work, serve);

static int came_up(unsigned cpu)
{
	cpumask_set_cpu(cpu, &fresh);
	schedule_work(&work);
	return 0;
}

void rt_hotplug_begin(void)
{
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "stap:online", came_up, NULL);
	if (state < 0)
		rt_message(STP_MSG_WARN, "CPUs that come up from now on are not seen (error %d)", state);
}

void rt_hotplug_end(void)
{
	if (state > 0)
		cpuhp_remove_state_nocalls(state);
	state = 0;
	cancel_work_sync(&work);
}
