/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Less of the kernel's own work for each kprobe, while many are registered.
 *
 * Nearly all the time of registering goes into two functions.  jump_label_text_reserved(), called once or twice for each kprobe,
 * walks over all jump labels of the kernel and decodes the instruction of half of them.  arch_prepare_optimized_kprobe() decodes
 * the probed function and prepares the jump that the kprobe could become, which it never does where there are many.
 *
 * For the task that registers, and for nobody else, both are cut short through ftrace, as livepatch replaces functions.  The
 * first one only where a table, made once and sorted, has no label near the place: the answer is no.  Near a label the kernel's
 * function answers.  The second one says that the kprobe cannot become a jump.  Where that is not to be had (the functions have
 * no site, or another one's code replaces them), and with -D STP_QUICK_ATTACH=0, the kernel does all its work. */
#include "compat.h"
#include "kprobe.h"

#include <linux/kernel.h>

#if defined(COMPAT_BULK_ATTACH) && defined(CONFIG_JUMP_LABEL) && defined(CONFIG_X86_64)

#include <linux/ftrace.h>
#include <linux/jump_label.h>
#include <linux/sched.h>
#include <linux/sort.h>

enum { SITE_REACH = 16, LABEL_REACH = 16 };	/* behind a function's address; around a label, more than its instruction */

struct rt_kp_many {
	struct ftrace_ops ops;
	struct task_struct *task;
	unsigned long reserved, prepare;	/* the two functions; 0: not there */
	unsigned long text, text_end;		/* of the kernel itself */
	unsigned long *labels;			/* by address */
	size_t n;
	bool registered;
};

static noinline int no_label(void)
{
	barrier();
	return 0;
}

static noinline int no_jump(void)
{
	barrier();
	return -EILSEQ;
}

/* Is a label near START to END? */
static bool is_near_label(const struct rt_kp_many *m, unsigned long start, unsigned long end)
{
	size_t low = 0, high = m->n, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (m->labels[mid] + LABEL_REACH < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n && m->labels[low] <= end + LABEL_REACH;
}

static bool is_plain_text(const struct rt_kp_many *m, unsigned long start, unsigned long end)
{
	return start >= m->text && start <= end && end < m->text_end && !is_near_label(m, start, end);
}

static void cut_short(unsigned long ip, unsigned long parent, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct rt_kp_many *m = container_of(ops, struct rt_kp_many, ops);
	struct pt_regs *regs = ftrace_get_regs(fregs);

	if (current != m->task || !regs)
		return;
	if (m->prepare && ip - m->prepare < SITE_REACH)
		instruction_pointer_set(regs, (unsigned long)no_jump);
	else if (m->reserved && ip - m->reserved < SITE_REACH && is_plain_text(m, regs->di, regs->si))
		instruction_pointer_set(regs, (unsigned long)no_label);
}
NOKPROBE_SYMBOL(cut_short);

static int by_address(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

static bool list_labels(struct rt_kp_many *m)
{
	const struct jump_entry *e = (void *)rt_symbol_address(NULL, "__start___jump_table");
	const struct jump_entry *end = (void *)rt_symbol_address(NULL, "__stop___jump_table");

	m->text = rt_symbol_address(NULL, "_stext");
	m->text_end = rt_symbol_address(NULL, "_etext");
	if (!e || !end || !m->text || !m->text_end)
		return false;
	m->labels = plat_alloc(sizeof *m->labels * (size_t)(end - e + 1));
	if (!m->labels)
		return false;
	for (; e < end; e++)
		m->labels[m->n++] = jump_entry_code(e);
	sort(m->labels, m->n, sizeof *m->labels, by_address, NULL);
	return true;
}

/* NAME's address, once it is among those that OPS is called for. */
static unsigned long add_site(struct rt_kp_many *m, const char *name)
{
	unsigned long addr = rt_symbol_address(NULL, name);

	return addr && !ftrace_set_filter_ips(&m->ops, &addr, 1, 0, 0) ? addr : 0;
}

struct rt_kp_many *rt_kp_many_begin(void)
{
	struct rt_kp_many *m = plat_alloc(sizeof *m);

	if (!m)
		return NULL;
	m->task = current;
	m->ops.func = cut_short;
	m->ops.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	m->prepare = add_site(m, "arch_prepare_optimized_kprobe");
	if (list_labels(m))
		m->reserved = add_site(m, "jump_label_text_reserved");
	m->registered = (m->prepare || m->reserved) && !register_ftrace_function(&m->ops);
	return m;
}

void rt_kp_many_end(struct rt_kp_many *m)
{
	if (!m)
		return;
	if (m->registered)
		unregister_ftrace_function(&m->ops);
	ftrace_free_filter(&m->ops);
	plat_free(m->labels);
	plat_free(m);
}

#else

struct rt_kp_many *rt_kp_many_begin(void)
{
	return NULL;
}

void rt_kp_many_end(struct rt_kp_many *m)
{
}

#endif
