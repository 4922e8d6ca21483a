/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A smallest script, as the translator would emit it.  kbuild makes one module of
 * it and the runtime for each kernel; what it records on the way is replayed for
 * real scripts, with this file's place taken by theirs.
 *
 * modpost makes symbol versions for what this module imports, and a script may
 * import no more.  Besides the runtime's, those are the functions that compilers
 * call unasked (copies, the stack protector): each is used here on purpose. */
#include <stp/abi.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *p, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

static int64_t count;
static const char *const locs[] = { "template:1:1", NULL };
static const struct stp_limits limits = { .max_action = 1000, .max_action_interruptible = 1000, .max_nesting = 1, .max_string = 64 };

static void use_compiler_support(char *buf, size_t n)
{
	char copy[64];

	memset(copy, 0, n);
	memcpy(copy, buf, n);
	memmove(copy + 1, copy, n);
	if (memcmp(copy, buf, n))
		count++;
}

static void handler(struct stp_ctx *c)
{
	char text[32];

	STP_ACT(c, 1, 0, out);
	stp_str_copy(text, stp_module_name(), sizeof text);
	use_compiler_support(text, (size_t)(stp_cpu(c) & 15));
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
