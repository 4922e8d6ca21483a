/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A perf event on each CPU (perf.h).
 *
 * When a CPU goes down the kernel takes its events off it, for good; when it comes
 * back, hotplug.c's worker has them replaced here.  Nothing is done in the CPU's way
 * down or up itself: to create or release an event may wait for the lock that is held then.
 *
 * A slot is emptied before its event is released, and the kernel frees events after a grace
 * period: a handler, which runs with interrupts off, can use what it found in one. */
#include "perf.h"
#include "rt.h"

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/rcupdate.h>

static LIST_HEAD(opened);
static DEFINE_MUTEX(mutex);		/* of the list and of slots; inside of rt.mutex */

u64 rt_perf_event_here(struct perf_event *e)
{
	if (READ_ONCE(e->oncpu) == raw_smp_processor_id() && e->state == PERF_EVENT_STATE_ACTIVE)
		e->pmu->read(e);
	return (u64)local64_read(&e->count);
}

u64 rt_perf_event_total(struct perf_event *e)
{
	u64 enabled, running;

	return perf_event_read_value(e, &enabled, &running);
}

static int create(struct rt_cpu_event *v, unsigned cpu)
{
	struct perf_event *e = perf_event_create_kernel_counter(&v->attr, (int)cpu, NULL, v->overflow, v->context);

	if (IS_ERR(e))
		return cpu_online(cpu) ? (int)PTR_ERR(e) : 0;
	if (e->state == PERF_EVENT_STATE_ERROR) {
		perf_event_release_kernel(e);
		return -EBUSY;
	}
	smp_store_release(&v->slots[cpu].event, e);
	return 0;
}

static void destroy(struct rt_cpu_event *v, unsigned cpu)
{
	struct cpu_event_slot *s = &v->slots[cpu];
	struct perf_event *e = s->event;

	if (!e)
		return;
	WRITE_ONCE(s->event, NULL);
	s->before += (u64)local64_read(&e->count);
	perf_event_release_kernel(e);
}

int rt_cpu_event_open(struct rt_cpu_event *v)
{
	unsigned cpu;
	int err = 0;

	v->slots = plat_alloc(sizeof *v->slots * nr_cpu_ids);
	if (!v->slots)
		return -ENOMEM;
	mutex_lock(&mutex);
	list_add(&v->link, &opened);
	for_each_online_cpu(cpu) {
		err = create(v, cpu);
		if (err)
			break;
	}
	mutex_unlock(&mutex);
	if (err)
		rt_cpu_event_close(v);
	return err;
}

void rt_cpu_event_close(struct rt_cpu_event *v)
{
	unsigned cpu;

	if (!v->slots)
		return;
	mutex_lock(&mutex);
	list_del(&v->link);
	for_each_possible_cpu(cpu)
		destroy(v, cpu);
	mutex_unlock(&mutex);
	synchronize_rcu();
	plat_free(v->slots);
	v->slots = NULL;
}

u64 rt_cpu_event_total(struct rt_cpu_event *v)
{
	u64 n = 0;
	unsigned cpu;

	mutex_lock(&mutex);
	for_each_possible_cpu(cpu) {
		n += v->slots[cpu].before;
		if (v->slots[cpu].event)
			n += rt_perf_event_total(v->slots[cpu].event);
	}
	mutex_unlock(&mutex);
	return n;
}

u64 rt_cpu_event_here(const struct rt_cpu_event *v)
{
	const struct cpu_event_slot *s = &v->slots[raw_smp_processor_id()];
	struct perf_event *e = smp_load_acquire(&s->event);

	return s->before + (e ? rt_perf_event_here(e) : 0);
}

void rt_cpu_event_revive(unsigned cpu)
{
	struct rt_cpu_event *v;
	int err;

	mutex_lock(&mutex);
	list_for_each_entry(v, &opened, link) {
		destroy(v, cpu);
		err = create(v, cpu);
		if (err)
			rt_message(STP_MSG_WARN, "%s does not go on on CPU %u, which came up: error %d", v->point, cpu, err);
	}
	mutex_unlock(&mutex);
}
