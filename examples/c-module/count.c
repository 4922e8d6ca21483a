/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel module in C on the runtime: who reads how much.
 *
 * What a script would say in six lines is written out here, as an example for C
 * programmers of what <stp/abi.h> offers: tables that describe probes, globals and
 * points, and handlers that the runtime calls.  No code here allocates, attaches,
 * releases or cleans up: the runtime does.
 *
 *	make && stpd count.ko seconds=2 */
#include <stp/abi.h>

/* No kernel header is needed; a module that wants some may include them. */

enum { STRING = 64 };
enum { L_READ, L_END };

static const char *const locs[] = { "count.c: read", "count.c: end", NULL };

/* ---- globals: storage, description, lock ---- */

static int64_t seconds = 5;
static int64_t elapsed;
static struct stp_pstat *sizes;		/* scalar statistic: no lock, one accumulator a CPU */
static struct stp_map *reads;		/* by process name and process */
static struct stp_lock reads_lock;

static const struct stp_map_desc sizes_desc = {
	.value_type = STP_STAT, .hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS },
};
static const struct stp_map_desc reads_desc = {
	.nkeys = 2, .key_type = { STP_STR, STP_LONG }, .value_type = STP_STAT, .max_entries = 1000, .wrap = 1,
};
static const struct stp_global globals[] = {
	{ .name = "seconds", .type = STP_LONG, .storage = &seconds, .settable = 1 },
	{ .name = "sizes", .type = STP_STAT, .storage = &sizes, .desc = &sizes_desc },
	{ .name = "reads", .type = STP_STAT, .is_array = 1, .storage = &reads, .desc = &reads_desc },
};

/* ---- handlers ---- */

struct frame { char name[STRING]; };

static void at_begin(struct stp_ctx *c)
{
	stp_out_str(&c->out, stp_module_name());
	stp_out_str(&c->out, ": counting for ");
	stp_out_dec(&c->out, seconds);
	stp_out_str(&c->out, " s\n");
}

/* vfs_read(file, buf, count, pos): the third parameter is the size asked for. */
static void at_read(struct stp_ctx *c)
{
	struct frame *f = stp_frame_push(c, sizeof *f);
	int64_t size;

	if (!f)
		return;
#if defined(__x86_64__)
	size = (int64_t)stp_reg(c, 1);	/* rdx by its DWARF number */
#else
	size = (int64_t)stp_reg(c, 2);	/* x2 */
#endif
	stp_execname(f->name, sizeof f->name);
	stp_map_add_stat(c, reads, (const union stp_key[]){ { .s = f->name }, { .l = stp_pid() } }, size);
	STP_CHECK(c, L_READ, out);
	stp_pstat_add(sizes, size);
out:
	stp_frame_pop(c, f);
}

static void at_second(struct stp_ctx *c)
{
	if (++elapsed >= seconds)
		stp_exit(c);
}

/* NAME(PID) READS BYTES, the ten that asked for most bytes first */
static void at_end(struct stp_ctx *c)
{
	static const struct stp_fmt left = { .conv = STP_CONV_STR, .flags = STP_FMT_MINUS, .width = 16, .precision = -1 };
	static const struct stp_fmt right = { .conv = STP_CONV_DEC, .size = 8, .width = 10, .precision = -1 };
	const struct stp_stat *s;
	struct stp_iter it;

	if (!stp_lock(c))
		return;
	stp_iter_begin(c, &it, reads, 0, -1, STP_SUM, 10, NULL, 0);
	STP_CHECK(c, L_END, out);
	while (stp_iter_next(&it)) {
		STP_ACT(c, 4, L_END, out);
		s = stp_iter_stat(&it);
		stp_out_fmt_str(&c->out, &left, stp_iter_key_str(&it, 0));
		stp_out_long(&c->out, &right, stp_iter_key_long(&it, 1));
		stp_out_long(&c->out, &right, stp_stat_extract(c, s, STP_COUNT, 0));
		stp_out_long(&c->out, &right, stp_stat_extract(c, s, STP_SUM, 0));
		stp_out_str(&c->out, "\n");
	}
	s = stp_pstat_get(sizes);
	if (s)
		stp_out_hist(&c->out, s, &sizes_desc.hist);
out:
	return;
}

/* ---- probes and where they attach ---- */

static const struct stp_lockref end_locks[] = { { .lock = &reads_lock, .write = 1, .global = 2 } };

enum { P_BEGIN, P_READ, P_SECOND, P_END, PROBES };
static const struct stp_probe probes[PROBES] = {
	[P_BEGIN] = { .handler = at_begin, .point = "begin", .alias = "begin", .index = P_BEGIN,
		      .flags = STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_BEGIN },
	[P_READ] = { .handler = at_read, .point = "kernel.function(\"vfs_read\")", .alias = "read", .index = P_READ },
	[P_SECOND] = { .handler = at_second, .point = "timer.s(1)", .alias = "timer.s(1)", .index = P_SECOND },
	[P_END] = { .handler = at_end, .point = "end", .alias = "end", .index = P_END, .locks = end_locks, .nlocks = 1,
		    .flags = STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_END },
};

static const struct stp_row_begin begins[] = { { .probe = &probes[P_BEGIN] } };
static const struct stp_row_begin ends[] = { { .probe = &probes[P_END] } };
static const struct stp_row_timer timers[] = { { .probe = &probes[P_SECOND], .interval_ns = 1000000000 } };
static const struct stp_row_kprobe kprobes[] = { { .probe = &probes[P_READ], .symbol = "vfs_read" } };

static const struct stp_group groups[] = {
	{ STP_FAMILY_BEGIN, 1, begins },
	{ STP_FAMILY_KPROBE, 1, kprobes },
	{ STP_FAMILY_TIMER, 1, timers },
	{ STP_FAMILY_END, 1, ends },
};

static const struct stp_limits limits = {
	.max_action = 1000, .max_action_interruptible = 10000, .max_nesting = 1, .max_string = STRING,
	.max_skipped = 100, .max_trylock = 1000, .trylock_delay_us = 10, .min_stack = 1024,
	.overload_threshold = 500000000, .overload_interval = 1000000000,
	.hist_elision = 2,
};

const struct stp_module stp_module = {
	.abi_version = STP_ABI_VERSION,
	.limits = &limits,
	.probes = probes, .nprobes = PROBES,
	.groups = groups, .ngroups = sizeof groups / sizeof groups[0],
	.globals = globals, .nglobals = sizeof globals / sizeof globals[0],
	.locs = locs, .nlocs = 2,
	.frame_size = sizeof(struct frame) + 16,
};
