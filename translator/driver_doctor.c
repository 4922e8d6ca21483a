/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --doctor: what is there for a kernel, what each missing thing would add, and what brings it.
 *
 * debuginfo/ tells of the sources of names and types; here stand the rest: what the kernel was
 * configured for, where its tracing is mounted, whether a module may be loaded.  Nothing is fetched or changed. */
#include "translator/driver.h"
#include "translator/build/target.h"
#include "translator/debuginfo/di.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void row(struct strbuf *out, const char *what, const char *found)
{
	sb_printf(out, "%-14s %s\n", what, found);
}

static const struct config_need { const char *name, *without; bool must; } config_needs[] = {
	{ "CONFIG_MODULES", "no script can run", true },
	{ "CONFIG_KPROBES", "there are no kernel.function, kernel.statement and kprobe points", false },
	{ "CONFIG_KRETPROBES", "there are no .return points", false },
	{ "CONFIG_DYNAMIC_FTRACE_WITH_REGS", "functions attach one by one, which takes long for thousands", false },
	{ "CONFIG_KALLSYMS", "symbols have no addresses: few functions can be probed", false },
	{ "CONFIG_TRACEPOINTS", "there are no kernel.trace points", false },
	{ "CONFIG_PERF_EVENTS", "there are no perf and timer.profile points", false },
	{ "CONFIG_DEBUG_INFO_BTF", "there are no parameters and types without DWARF", false },
	{ "CONFIG_DEBUG_INFO_BTF_MODULES", "modules have no parameters and types without DWARF", false },
};

/* False: the kernel was built without what every script needs. */
static bool describe_config(struct session *s, struct strbuf *out)
{
	const struct target *t = &s->target;
	bool ok = true, complete = true;
	size_t i;

	if (!t->config) {
		row(out, "configuration", arena_printf(&s->arena, "missing: what the kernel was built with is not known; it comes with the "
						       "headers or the boot image"));
		return true;
	}
	for (i = 0; i < sizeof config_needs / sizeof *config_needs; i++) {
		if (target_config(t, config_needs[i].name))
			continue;
		row(out, "configuration", arena_printf(&s->arena, "without %s: %s", config_needs[i].name, config_needs[i].without));
		complete = false;
		ok &= !config_needs[i].must;
	}
	if (complete)
		row(out, "configuration", "has all that probes use");
	return ok;
}

static void describe_tracing(struct strbuf *out)
{
	if (!access("/sys/kernel/tracing/events", F_OK) || !access("/sys/kernel/debug/tracing/events", F_OK))
		row(out, "tracefs", "mounted");
	else
		row(out, "tracefs", "missing, or not for this user: other tracers' events are not seen; mount -t tracefs tracefs /sys/kernel/tracing");
	if (!access("/sys/kernel/debug/kprobes/blacklist", R_OK))
		row(out, "blacklist", "/sys/kernel/debug/kprobes/blacklist");
	else
		row(out, "blacklist", "not readable: without DWARF, functions that the kernel does not let be probed are found out when a "
				      "script starts; mount -t debugfs debugfs /sys/kernel/debug, and be root");
}

static void describe_servers(struct session *s, struct strbuf *out)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	if (urls && *urls)
		row(out, "debuginfod", urls);
	else if (s->target.vmlinux)
		row(out, "debuginfod", "not set; not needed for this kernel");
	else
		row(out, "debuginfod", "not set: DEBUGINFOD_URLS may name servers that have the kernel's DWARF");
}

int driver_doctor(struct session *s)
{
	const struct target *t = &s->target;
	struct strbuf out = STRBUF_INIT;
	bool ok;

	di_describe(session_di(s), &out);
	ok = describe_config(s, &out) && t->build_dir;
	describe_servers(s, &out);
	if (t->running)
		describe_tracing(&out);
	fputs(sb_str(&out), stdout);
	sb_clear(&out);
	if (t->running && !driver_check_kernel(s))	/* its message says why */
		ok = false;
	printf("%-14s %s\n", "scripts", !ok ? t->running ? "cannot run" : "cannot be built" :
	       t->running ? "can run" : "can be built (-p4), and run where this kernel does");
	sb_free(&out);
	return !ok;
}
