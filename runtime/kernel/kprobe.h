/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of kprobes share: attach_kprobe.c registers, kprobe_many.c makes that quicker, kprobe_report.c tells what was refused,
 * kprobe_modules.c follows modules that come and go.
 *
 * A point of a module is attached only while the module is there; `lock` is held while points are attached and detached, but
 * for the end of the session, when nobody follows modules any more. */
#ifndef STP_KERNEL_KPROBE_H
#define STP_KERNEL_KPROBE_H

#include "rt.h"

#include <linux/kprobes.h>
#include <linux/notifier.h>

struct rt_kp_module {
	const char *name;
	struct rt_bulk *bulk;		/* its entries; NULL: none */
	bool loaded;
	bool starting;			/* its own code has not run yet, and its points with STP_KP_START can be had */
	bool stale;			/* another build than the script was made with: points with STP_KP_BUILD stay away */
};
struct rt_kp_point {
	struct kretprobe rp;		/* rp.kp alone when the row is no return */
	const struct stp_row_kprobe *row;
	struct rt_kp_module *module;	/* NULL: the kernel itself */
	char *symbol;			/* "module:name" */
	bool registered, in_bulk, told;
	int err;			/* why it is refused; optional ones aside */
};
/* So many points are unregistered by one call, which waits for every CPU and holds a lock of the
 * kernel's. */
enum { RT_KP_BATCH = 8192 };

struct rt_kprobes {
	const struct stp_group *group;
	struct mutex lock;
	struct notifier_block watch;
	bool watching, many;		/* many: more than a hundred points one by one */
	struct rt_bulk *bulk;		/* entries of the kernel itself */
	struct rt_kp_point *points;	/* by row */
	struct rt_kp_module *modules;
	u32 nmodules;
	void *batch[RT_KP_BATCH];	/* points on their way out */
	u32 in_bulk, attached, refused;	/* rows, optional ones aside */
	u32 waiting;			/* rows of modules that are not there */
};

/* attach_kprobe.c: the points of M (NULL: of the kernel itself), what can be had of them; process context, under `lock` */
void rt_kprobes_attach(struct rt_kprobes *k, struct rt_kp_module *m);
void rt_kprobes_detach(struct rt_kprobes *k, struct rt_kp_module *m);

/* kprobe_many.c: while many kprobes are registered, by this task, the kernel does less for each. NULL: it does all. Before they are
 * enabled it must have ended. */
struct rt_kp_many *rt_kp_many_begin(void);
void rt_kp_many_end(struct rt_kp_many *m);

/* text_end.c: registering a kprobe at ADDR (in a module, or anywhere) could make the kernel read behind mapped text */
bool rt_text_ends_behind(unsigned long addr);

/* kprobe_report.c: one message for each point of the script that was refused. A point that was named, and is nowhere now, is
 * an error: its number is returned. FATAL false: it is only warned of. */
int rt_kprobes_report(struct rt_kprobes *k, bool fatal);

/* kprobe_modules.c. Find out which modules the rows name, and follow them from now on; -ENOMEM. Then attach what is there. */
int rt_kprobes_follow(struct rt_kprobes *k);
void rt_kprobes_attach_modules(struct rt_kprobes *k);
void rt_kprobes_unfollow(struct rt_kprobes *k);

#endif
