/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a target, for --doctor: each source, what it brings, and what
 * would bring a missing one. */
#include "lib/strbuf.h"
#include "translator/debuginfo/btf.h"
#include "translator/debuginfo/debugfile.h"
#include "translator/debuginfo/elfsym.h"
#include "translator/session.h"
#include <string.h>

static void row(struct strbuf *out, const char *what, const char *found, const char *brings, const char *how)
{
	sb_printf(out, "%-14s ", what);
	if (found)
		sb_printf(out, "%s\n", found);
	else
		sb_printf(out, "missing: without it %s; %s\n", brings, how);
}

static const char *package(struct arena *a, const struct target *t, const char *debian)
{
	return arena_printf(a, "install it (Debian: %s) or run `stap-prep %s`", arena_printf(a, debian, t->release), t->release);
}

void di_describe(struct di *d, struct strbuf *out)
{
	const struct target *t = &d->s->target;
	struct arena *a = &d->arena;
	struct di_module *kernel = module_kernel(d);
	const char *btf = module_btf(kernel) ? t->btf_file ? t->btf_file : t->image : NULL;

	sb_printf(out, "%-14s %s%s\n", "kernel", t->release ? t->release : "unknown", t->running ? " (running)" : "");
	row(out, "build-id", di_build_id(kernel), "a module cannot be checked against the kernel it is for",
	    "it comes with the boot image or the debug package");
	row(out, "image", t->image, "its BTF must come from elsewhere", package(a, t, "linux-image-%s"));
	row(out, "headers", t->build_dir, "no module can be built", package(a, t, "linux-headers-%s"));
	row(out, "DWARF", t->vmlinux, "there are no locals, inlined functions, statements or lines",
	    package(a, t, "linux-image-%s-dbg"));
	row(out, "BTF", btf, "there are no parameters or types unless DWARF has them", kernel->btf_why ? kernel->btf_why : "");
	row(out, "symbols", t->vmlinux ? t->vmlinux : t->system_map,
	    "addresses are known only when the module is loaded (which is enough for most probes)",
	    package(a, t, "linux-image-%s-dbg"));
	row(out, "modules", t->module_dir, "module(…) probes find nothing", package(a, t, "linux-image-%s"));
	row(out, "modules' DWARF", t->debug_dir, "modules have BTF detail only", package(a, t, "linux-image-%s-dbg"));
}
