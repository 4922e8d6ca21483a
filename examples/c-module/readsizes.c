/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module on the runtime, written by hand: no script, no translator.
 *
 * It keeps, for each process name, how many reads were asked for and how large they
 * were, and prints the five busiest with a histogram at the end, and a line for each read
 * of more than a megabyte as it comes.  What a script's translation would say is all here:
 * the globals and how they are described, handlers, where they attach, the limits.
 * See <stp/abi.h> for each name; the runtime does the rest, and stpd loads the module.
 *
 *	make && stpd readsizes.ko large=65536 */
#include <stp/abi.h>

enum { STRING = 64, LARGE = 1 << 20, TOP = 5 };

/* ---- globals ---- */

/* For each process name a statistic. Each CPU keeps its own: adding takes no lock. */
static struct stp_map *reads;
static struct stp_lock reads_lock;
static const struct stp_map_desc reads_desc = {
	.nkeys = 1, .key_type = { STP_STR }, .value_type = STP_STAT, .max_entries = 500,
	.hist = { .kind = 1, .buckets = STP_HIST_LOG_BUCKETS },
};

/* A number that the command line may set: stpd readsizes.ko large=N. */
static int64_t large = LARGE;

static const struct stp_global globals[] = {
	{ .name = "reads", .type = STP_STAT, .is_array = 1, .storage = &reads, .desc = &reads_desc },
	{ .name = "large", .type = STP_LONG, .storage = &large, .settable = 1 },
};

/* Handlers report errors by the number of a place. */
enum place { AT_READ, AT_END };
static const char *const places[] = { [AT_READ] = "readsizes.c:on_read", [AT_END] = "readsizes.c:on_end" };

/* ---- handlers ---- */

#if defined(__x86_64__)
enum { THIRD_PARAMETER = 1 };	/* rdx, by DWARF's number */
#elif defined(__aarch64__)
enum { THIRD_PARAMETER = 2 };
#endif

/* vfs_read(file, buf, count, pos) */
static void on_read(struct stp_ctx *c)
{
	int64_t count = (int64_t)stp_reg(c, THIRD_PARAMETER);
	char name[STRING];
	union stp_key key[1] = { { .s = name } };

	stp_execname(name, sizeof name);
	stp_map_add_stat(c, reads, key, count);
	STP_CHECK(c, AT_READ, out);
	if (count < large)
		return;
	stp_out_str(&c->out, name);
	stp_out_str(&c->out, " asks for ");
	stp_out_dec(&c->out, count);
	stp_out_str(&c->out, " bytes at once\n");
out:
	return;
}

static void print_one(struct stp_ctx *c, const struct stp_iter *it)
{
	static const struct stp_fmt column = { .conv = STP_CONV_DEC, .width = 10, .precision = -1 };
	const struct stp_stat *s = stp_iter_stat(it);

	stp_out_str(&c->out, stp_iter_key_str(it, 0));
	stp_out_str(&c->out, ": reads");
	stp_out_long(&c->out, &column, stp_stat_extract(c, s, STP_COUNT, 0));
	stp_out_str(&c->out, ", bytes");
	stp_out_long(&c->out, &column, stp_stat_extract(c, s, STP_SUM, 0));
	stp_out_str(&c->out, "\n");
	stp_out_hist(&c->out, s, &reads_desc.hist);
}

static void on_end(struct stp_ctx *c)
{
	struct stp_iter it;

	stp_iter_begin(c, &it, reads, 0, -1, STP_COUNT, TOP, NULL, 0);
	STP_CHECK(c, AT_END, out);
	while (stp_iter_next(&it)) {
		STP_ACT(c, 1, AT_END, out);
		print_one(c, &it);
		STP_CHECK(c, AT_END, out);
	}
out:
	return;
}

/* ---- what attaches where ---- */

/* Sorting and reading statistics needs the array to itself; the runtime takes the lock. */
static const struct stp_lockref end_locks[] = { { &reads_lock, 1, 0 } };

enum { READ, END };
static const struct stp_probe probes[] = {
	[READ] = { .handler = on_read, .point = "vfs_read", .alias = "vfs_read", .index = READ, .loc = AT_READ },
	[END] = {
		.handler = on_end, .point = "end", .alias = "end", .index = END, .loc = AT_END,
		.flags = STP_PROBE_INTERRUPTIBLE | STP_PROBE_DURING_END, .locks = end_locks, .nlocks = 1,
	},
};
static const struct stp_row_kprobe kprobes[] = { { .probe = &probes[READ], .symbol = "vfs_read" } };
static const struct stp_row_begin ends[] = { { .probe = &probes[END] } };
static const struct stp_group groups[] = {
	{ STP_FAMILY_KPROBE, 1, kprobes },
	{ STP_FAMILY_END, 1, ends },
};

static const struct stp_limits limits = {
	.max_action = 1000, .max_action_interruptible = 10000, .max_nesting = 1, .max_string = STRING,
	.max_skipped = 100, .max_trylock = 100, .trylock_delay_us = 10, .min_stack = 1024, .hist_elision = 2,
};

const struct stp_module stp_module = {
	.abi_version = STP_ABI_VERSION,
	.limits = &limits,
	.probes = probes, .nprobes = 2,
	.groups = groups, .ngroups = 2,
	.globals = globals, .nglobals = 2,
	.locs = places, .nlocs = 2,
};
