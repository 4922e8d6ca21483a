/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what runs here the build that the script's debug information describes?
 *
 * The kernel and each module carry an ELF note with their build-id among the data that is only read.  sysfs shows a module's
 * later than its points have to be attached, so the note is looked for in the module's memory, by its head.  Where there is none,
 * nothing is known and the code is taken for what it should be.
 *
 * This hears of modules before all others of the session. */
#include "compat.h"
#include "rt.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/uaccess.h>

enum { ID_MAX = 32, FIRST = 1000, BUILD_ID_TYPE = 3 };	/* NT_GNU_BUILD_ID */
struct note { u32 namesz, descsz, type; char name[4]; u8 id[ID_MAX]; };

static bool *stale;			/* by number of stp_module.builds */
static struct notifier_block watch;
static bool watching;

static bool of_kernel(const struct stp_build *b)
{
	return !strcmp(b->module, "kernel");
}

/* Is a build-id at P, with all of it before END? N becomes a copy.  What lies between the variables of a module is read, too, which
 * a kernel that guards them (KASAN) must not take for a mistake: so nothing is read as data of this program. */
static bool build_id_at(struct note *n, const char *p, const char *end)
{
	const size_t head = offsetof(struct note, id);
	union { unsigned long word; u32 namesz; } first = { .word = READ_ONCE_NOCHECK(*(const unsigned long *)p) };

	if (first.namesz != 4 || copy_from_kernel_nofault(n, p, head) || n->type != BUILD_ID_TYPE || memcmp(n->name, "GNU", 4))
		return false;
	if (!n->descsz || n->descsz > ID_MAX || n->descsz > (size_t)(end - p) - head)
		return false;
	return !copy_from_kernel_nofault(n->id, p + head, n->descsz);
}

/* Is a note between FROM and END that has another identifier than B, and none that has its own? TEXT becomes the other one. */
static bool differs(const struct stp_build *b, const char *from, const char *end, char text[2 * ID_MAX + 1])
{
	bool other = false;
	struct note n;
	const char *p;

	for (p = from; from && p + offsetof(struct note, id) <= end; p += 4) {
		if (!build_id_at(&n, p, end))
			continue;
		snprintf(text, 2 * ID_MAX + 1, "%*phN", (int)n.descsz, n.id);
		if (!strcmp(text, b->id))
			return false;
		other = true;
	}
	return other;
}

static void check_module(u32 i, const struct module *m)
{
	const struct stp_build *b = &stp_module.builds[i];
	char text[2 * ID_MAX + 1];
	const char *from, *end;

	from = COMPAT_MODULE_RODATA(m);
	end = from + COMPAT_MODULE_RODATA_SIZE(m);
	stale[i] = differs(b, from, end, text);
	if (stale[i])
		rt_message(STP_MSG_WARN, "module %s is another build (%s) than the one whose debug information the script was made with (%s): its points are not attached", b->module, text, b->id);
}

static int module_changed(struct notifier_block *nb, unsigned long state, void *data)
{
	const struct module *m = data;
	u32 i;

	for (i = 0; i < stp_module.nbuilds; i++) {
		if (strcmp(stp_module.builds[i].module, m->name))
			continue;
		if (state == MODULE_STATE_COMING)
			check_module(i, m);
		else if (state == MODULE_STATE_GOING)
			stale[i] = false;
	}
	return NOTIFY_DONE;
}

/* A module that is loaded already; the notifier may have seen it, too. */
static void check_loaded(u32 i)
{
#ifdef CONFIG_SYSFS
	struct kobject *o = stale[i] ? NULL : kset_find_obj(THIS_MODULE->mkobj.kobj.kset, stp_module.builds[i].module);
	const struct module *m;

	if (!o)
		return;
	m = container_of(o, struct module_kobject, kobj)->mod;
	if (m && READ_ONCE(m->state) == MODULE_STATE_LIVE)
		check_module(i, m);
	kobject_put(o);
#endif
}

static int check_kernel(const struct stp_build *b)
{
	const char *from = (const char *)rt_symbol_address(NULL, "__start_notes"), *end = (const char *)rt_symbol_address(NULL, "__stop_notes");
	char text[2 * ID_MAX + 1];

	if (!from || !differs(b, from, end, text))
		return 0;
	rt_message(STP_MSG_ERROR, "this kernel is another build (%s) than the one whose debug information the script was made with (%s): build the module here", text, b->id);
	return -ESTALE;
}

int rt_builds_check(void)
{
	u32 i;
	int err = 0;

	if (!stp_module.nbuilds)
		return 0;
	stale = plat_alloc(sizeof *stale * stp_module.nbuilds);
	if (!stale)
		return -ENOMEM;
	watch = (struct notifier_block){ .notifier_call = module_changed, .priority = FIRST };
	watching = !register_module_notifier(&watch);
	for (i = 0; i < stp_module.nbuilds && !err && !rt_was_cut(); i++)
		if (of_kernel(&stp_module.builds[i]))
			err = check_kernel(&stp_module.builds[i]);
		else
			check_loaded(i);
	return err;
}

void rt_builds_forget(void)
{
	if (watching)
		unregister_module_notifier(&watch);
	watching = false;
	plat_free(stale);
	stale = NULL;
}

bool rt_build_stale(const char *module)
{
	u32 i;

	for (i = 0; stale && i < stp_module.nbuilds; i++)
		if (!strcmp(stp_module.builds[i].module, module))
			return stale[i];
	return false;
}
