/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run-time addresses of symbols that the script's location programs use.
 *
 * kallsyms_lookup_name is not exported (kernel commit 0bd476e6c671); its own
 * address comes from registering, and at once removing, a kprobe on it.
 *
 * Symbols of a module are resolved when it is loaded, and are at address 0, where reading is a fault, while it is not. */
#include "compat.h"
#include "rt.h"

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>

typedef unsigned long lookup_fn(const char *name);

/* Disabled: the function's code is never touched. */
static unsigned long function_address(const char *name)
{
	struct kprobe kp = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	unsigned long addr;

	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
#if defined(CONFIG_X86_64) && defined(CONFIG_X86_KERNEL_IBT)
	/* the kprobe sits behind the landing pad, which an indirect call needs */
	if (*(u32 *)(addr - 4) == 0xfa1e0ff3u)
		addr -= 4;
#endif
	return addr;
}

static lookup_fn *lookup_function(void)
{
	static lookup_fn *lookup;

	if (!lookup)
		lookup = (lookup_fn *)function_address("kallsyms_lookup_name");
	return lookup;
}

static bool of_kernel(const char *module)
{
	return !module || !*module || !strcmp(module, "kernel");
}

unsigned long rt_symbol_address(const char *module, const char *symbol)
{
	lookup_fn *lookup = lookup_function();
	char name[256];

	snprintf(name, sizeof name, "%s%s%s", of_kernel(module) ? "" : module, of_kernel(module) ? "" : ":", symbol);
	return lookup ? lookup(name) : 0;
}

/* "vfs_read+0x0/0x2f0" */
static bool begins_symbol(unsigned long addr, const char *symbol)
{
	char text[256];
	size_t len = strlen(symbol);

	snprintf(text, sizeof text, "%pS", (void *)addr);
	return !strncmp(text, symbol, len) && !strncmp(text + len, "+0x0/", 5);
}

unsigned long rt_near_address(const struct stp_row_kprobe *row)
{
	static unsigned long start;

	if (!of_kernel(row->module) || !row->symbol)
		return 0;
	if (!start)
		start = rt_symbol_address(NULL, "_stext");
	if (!strcmp(row->symbol, "_stext"))
		return start;
	if (!start || !row->distance || !begins_symbol(start + row->distance, row->symbol))
		return 0;
	return start + row->distance;
}

/* Every module has an object in sysfs from early in its loading to late in its unloading, and symbols for a little longer. */
bool rt_module_loaded(const char *name, const char *symbol)
{
	struct kobject *o;
	const struct module *m;
	bool live;

	if (!lookup_function())
		return true;
#ifdef CONFIG_SYSFS
	o = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
	if (o) {
		m = container_of(o, struct module_kobject, kobj)->mod;
		live = m && READ_ONCE(m->state) != MODULE_STATE_GOING;
		kobject_put(o);
		return live;
	}
#endif
	return rt_symbol_address(name, symbol) != 0;
}

static int resolve(const struct stp_symref *r)
{
	if (!of_kernel(r->module) && rt_build_stale(r->module))
		return 0;
	*r->address = rt_symbol_address(r->module, r->symbol);
	if (*r->address || r->optional || (!of_kernel(r->module) && !rt_module_loaded(r->module, r->symbol)))
		return 0;
	rt_message(STP_MSG_ERROR, "%s has no symbol %s, which the script reads", of_kernel(r->module) ? "the kernel" : r->module, r->symbol);
	return -ENOENT;
}

/* ---- modules that come and go ---- */

static int module_changed(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *changed = data;
	u32 i;

	if (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	for (i = 0; i < stp_module.nsymrefs; i++) {
		const struct stp_symref *r = &stp_module.symrefs[i];

		if (!of_kernel(r->module) && !strcmp(r->module, changed->name))
			WRITE_ONCE(*r->address, state == MODULE_STATE_COMING && !rt_build_stale(r->module) ? rt_symbol_address(r->module, r->symbol) : 0);
	}
	return NOTIFY_DONE;
}

/* Before the points are attached that use them. */
static struct notifier_block watch = { .notifier_call = module_changed, .priority = 0 };
static bool watching;

static void follow_modules(void)
{
	u32 i;

	for (i = 0; i < stp_module.nsymrefs && !watching; i++)
		if (!of_kernel(stp_module.symrefs[i].module))
			watching = !register_module_notifier(&watch);
}

void rt_forget_symbols(void)
{
	if (watching)
		unregister_module_notifier(&watch);
	watching = false;
}

int rt_resolve_symbols(void)
{
	u32 i;
	int err = 0;

	if (!stp_module.nsymrefs)
		return 0;
	if (!lookup_function()) {
		rt_message(STP_MSG_ERROR, "the kernel's symbol table cannot be asked: the script's global variables have no addresses");
		return -ENOSYS;
	}
	follow_modules();
	for (i = 0; i < stp_module.nsymrefs && !err && !rt_was_cut(); i++)
		err = resolve(&stp_module.symrefs[i]);
	return err;
}
