/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See world.h. */
#include "testsuite/unit/kernel/world.h"

#include "shim/kernel.h"
#include "shim/asm/unwind.h"

struct world world;
unsigned nr_cpu_ids = WORLD_CPUS;
static struct task this_task;
struct task *current = &this_task;
unsigned long jiffies;

static struct {
	unsigned left;
	void (*fn)(void);
	bool came;
} other;

static struct stp_group groups[] = {
	{ STP_FAMILY_BEGIN, 1, world.begin },
	{ STP_FAMILY_END, 1, &world.end },
	{ STP_FAMILY_ERROR, 1, &world.error },
};
static const char *const locs[] = { "", "a.stp:1:1" };
/* an array, so that the core has memory to give back */
static const struct stp_map_desc desc = {
	.nkeys = 1, .value_type = STP_LONG, .key_type = { STP_LONG }, .max_entries = 3,
};
static struct stp_map *array;
static const struct stp_global global = {
	.name = "g", .type = STP_LONG, .is_array = 1, .storage = &array, .desc = &desc,
};
const struct stp_module stp_module = {
	.globals = &global, .nglobals = 1,
	.abi_version = STP_ABI_VERSION, .flags = STP_MODULE_TIMING, .limits = &world.limits, .probes = world.probes, .nprobes = WORLD_PROBES,
	.groups = groups, .ngroups = sizeof groups / sizeof *groups, .locs = locs, .nlocs = 2, .frame_size = 64,
};

static void nothing(struct stp_ctx *c)
{
	(void)c;
}

static void make_probes(void)
{
	static const char *const names[WORLD_PROBES] = { "p0", "p1", "p2", "p3" };
	static const uint32_t flags[WORLD_PROBES] = {
		0, STP_PROBE_DURING_BEGIN | STP_PROBE_INTERRUPTIBLE, STP_PROBE_DURING_END | STP_PROBE_INTERRUPTIBLE,
		STP_PROBE_DURING_END | STP_PROBE_INTERRUPTIBLE,
	};

	for (unsigned i = 0; i < WORLD_PROBES; i++)
		world.probes[i] = (struct stp_probe){ .handler = nothing, .point = names[i], .alias = names[i], .index = i, .flags = flags[i] };
	world.begin[0].probe = world.begin[1].probe = &world.probes[1];
	world.end.probe = &world.probes[2];
	world.error.probe = &world.probes[3];
}

void world_reset(void)
{
	char *payload = malloc(RT_MESSAGE_SIZE);
	struct stp_msg head;

	rt_contexts_exit();
	stp_core_unload();
	memset(&other, 0, sizeof other);
	memset(&world, 0, sizeof world);
	memset(&rt, 0, sizeof rt);
	while (rt_message_take(&head, payload))
		;
	free(payload);
	plat_test_reset(WORLD_CPUS);
	world.limits = (struct stp_limits){ .max_action = 1000, .max_action_interruptible = 1000, .max_string = 64, .max_nesting = 4,
		.max_skipped = 100, .max_trylock = 5, .trylock_delay_us = 10 };
	world_begin_rows(1);
	world.lockrefs[0].lock = &world.locks[0];
	world.lockrefs[1] = (struct stp_lockref){ .lock = &world.locks[1], .write = 1 };
	make_probes();
}

void world_load(void)
{
	CHECK_EQ(stp_core_load(&stp_module), 0);
	CHECK_EQ(rt_contexts_init(), 0);
	rt.state = RT_RUNNING;
}

__attribute__((destructor)) static void at_exit(void)
{
	rt_contexts_exit();
	stp_core_unload();
}

void world_begin_rows(unsigned n) { groups[0].nrows = n; }

void world_note(const char *what)
{
	size_t n = strlen(world.notes);

	snprintf(world.notes + n, sizeof world.notes - n, "%s ", what);
}

void world_cpu(unsigned cpu) { plat_test_set_slot(cpu); }

unsigned world_skips(unsigned probe, enum rt_skip why)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WORLD_CPUS; i++)
		n += (unsigned)rt.cpus[i]->stats[probe].skips[why].counter;
	return n;
}

/* ---- the other CPU ---- */

void world_at(unsigned n, void (*fn)(void))
{
	other.left = n;
	other.fn = fn;
	other.came = false;
}

bool world_came(void) { return other.came; }

void world_step(void)
{
	if (!other.left || --other.left)
		return;
	other.came = true;
	other.fn();
}

const char *world_messages(void)
{
	static char text[1 << 16];
	static char payload[RT_MESSAGE_SIZE + 1];
	struct stp_msg head;
	size_t n = 0;

	text[0] = 0;
	while (n < sizeof text - sizeof payload - 20 && rt_message_take(&head, payload))
		n += (size_t)snprintf(text + n, sizeof text - n, "%s %.*s\n", head.kind == STP_MSG_ERROR ? "ERROR" : "WARN", (int)head.len, payload);
	return text;
}

/* ---- the kernel ---- */

unsigned raw_smp_processor_id(void) { return plat_slot(); }
bool in_nmi(void) { return world.nmi; }
u64 get_cycles(void) { return world.cycles; }
void synchronize_rcu(void) { world_note("wait"); }
bool fatal_signal_pending(struct task *t) { return t == current && world.killed; }
bool rcu_is_watching(void) { return !world.blind; }

void *task_stack_page(struct task *t)
{
	(void)t;
	return world.stack ? world.stack : (char *)__builtin_frame_address(0) - THREAD_SIZE + 1024;
}

void unwind_start(struct unwind_state *s, struct task *t, struct pt_regs *regs, unsigned long *first)
{
	(void)t, (void)regs, (void)first;
	world.unwinds++;
	s->stack_info.begin = world.other_stack;
	s->stack_info.end = world.other_end;
}

void raw_irq_disable(unsigned long *flags)
{
	*flags = world.irqs_off;
	world.irqs_off = true;
}

void raw_irq_restore(unsigned long flags) { world.irqs_off = flags; }
void migrate_disable(void) { world.pinned = true; }
void migrate_enable(void) { world.pinned = false; }
void preempt_disable_notrace(void) { world.unpreempted = true; }
void preempt_enable_notrace(void) { world.unpreempted = false; }

int vscnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(buf, size, fmt, ap);

	return n < (int)size ? n : (int)size - 1;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vscnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

/* ---- the rest of the platform ---- */

static bool take_lock(struct stp_lock *l, const struct plat_wait *w, uint32_t how)
{
	world.wait = *w;
	if (l->word || world.busy[l - world.locks])
		return false;
	l->word = how;
	return true;
}

bool plat_read_lock(struct stp_lock *l, struct plat_wait *w)
{
	return take_lock(l, w, 1);
}

bool plat_write_lock(struct stp_lock *l, struct plat_wait *w)
{
	return take_lock(l, w, 2);
}

void plat_read_unlock(struct stp_lock *l)
{
	if (l->word != 1)
		abort();
	l->word = 0;
}

void plat_write_unlock(struct stp_lock *l)
{
	if (l->word != 2)
		abort();
	l->word = 0;
}

/* ---- the rest of the runtime ---- */

void rt_wake(void) { world.wakes++; }
void rt_hotplug_begin(void) { }
void rt_hotplug_end(void) { }
int rt_builds_check(void) { return 0; }
void rt_builds_forget(void) { }
int rt_namespaces_default(void) { return 0; }
void rt_namespaces_forget(void) { }
int rt_resolve_symbols(void) { return 0; }
void rt_forget_symbols(void) { }
void rt_stacks_check(void) { }
u32 rt_input_wanted(void) { return 0; }
void rt_relay_close(void) { }
bool rt_relay_is_open(void) { return !world.no_channels; }
u64 rt_relay_read_records(void) { return 0; }
void rt_detach_all(void) { world_note("detach"); }

int rt_relay_open(u32 subbuf_size, u32 subbufs)
{
	(void)subbuf_size;
	(void)subbufs;
	return 0;
}

int rt_attach_all(void)
{
	world_note("attach");
	if (world.attach_error)
		rt_message(STP_MSG_ERROR, "nowhere to attach");
	rt_progress_set(0, world.points);
	for (unsigned i = 0; i < world.points && !rt_is_ending(); i++) {
		world.attached++;
		jiffies += HZ;
		rt_progress();
	}
	return world.attach_error;
}
