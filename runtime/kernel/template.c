/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A smallest script, as the translator would emit it.  kbuild makes one module of
 * it and the runtime for each kernel; what it records on the way is replayed for
 * real scripts, with this file's place taken by theirs.  What a script may import
 * beside the runtime's entry points is the business of imports.c. */
#include <stp/abi.h>

static int64_t count;
static const char *const locs[] = { "template:1:1", NULL };
static const struct stp_limits limits = { .max_action = 1000, .max_action_interruptible = 1000, .max_nesting = 1, .max_string = 64 };

static void handler(struct stp_ctx *c)
{
	char text[32];

	STP_ACT(c, 1, 0, out);
	stp_str_copy(text, stp_module_name(), sizeof text);
	count += stp_cpu(c);
	stp_out_str(&c->out, text);
	STP_CHECK(c, 0, out);
out:
	return;
}

static const struct stp_probe probes[] = {
	{ .handler = handler, .point = "begin", .alias = "begin", .flags = STP_PROBE_DURING_BEGIN },
};
static const struct stp_row_begin begins[] = { { &probes[0], 0 } };
static const struct stp_group groups[] = { { STP_FAMILY_BEGIN, 1, begins } };

const struct stp_module stp_module = {
	.abi_version = STP_ABI_VERSION,
	.limits = &limits,
	.probes = probes, .nprobes = 1, .ngroups = 1,
	.groups = groups,
	.locs = locs, .nlocs = 1,
};
