/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many function entries through one ftrace_ops, and the returns of those functions (hook.c): those of the kernel
 * itself, and another one for those of each module, for as long as it is loaded.
 *
 * A kprobe on a function's entry is armed through ftrace, one rewrite of the kernel's list of sites for
 * each; here all sites are armed by one.  A row that this cannot take (its function has no
 * site, the kernel lacks what it needs) is left to kprobes.
 *
 * The callback runs with no protection of ftrace's own against recursion: `busy` of rt_run
 * does that, and counts what it turns away, which ftrace would not.  Nothing before that test may
 * be a function that can be traced. */
#include "compat.h"
#include "rt.h"

#ifdef COMPAT_BULK_ATTACH

#include <linux/ftrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sort.h>

/* A function's site lies at its start, or behind a landing pad. */
enum { SITE_REACH = 16, LEAST_ROWS = 8 };
enum { PART = 8192 };			/* sites that ftrace is given at once */

struct entry { unsigned long addr; const struct stp_row_kprobe *row; };
struct rt_bulk {
	struct ftrace_ops ops;
	struct entry *entries;		/* by address */
	unsigned n;
	struct rt_hooks *hooks;		/* NULL: no returns */
	unsigned long (*site)(unsigned long addr);	/* of the function at ADDR, or 0; NULL: the kernel does not tell */
	bool registered;
};

/* The first entry of the function that IP is the site of; NULL: none. */
static struct entry *entry_of(struct rt_bulk *b, unsigned long ip)
{
	unsigned low = 0, high = b->n, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (b->entries[mid].addr <= ip)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || ip - b->entries[low - 1].addr >= SITE_REACH)
		return NULL;
	for (low--; low && b->entries[low - 1].addr == b->entries[low].addr; low--)
		;
	return &b->entries[low];
}

static void traced(unsigned long ip, unsigned long parent, struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rt_bulk *b = container_of(ops, struct rt_bulk, ops);
	struct pt_regs *regs = ftrace_get_regs(fregs);
	struct entry *e = entry_of(b, ip);
	unsigned long at, addr;

	if (!e || !regs)
		return;
	at = instruction_pointer(regs);
	instruction_pointer_set(regs, ip + 1);		/* as a breakpoint would leave it */
	for (addr = e->addr; e < b->entries + b->n && e->addr == addr; e++)
		if (e->row->callers && !rt_callers_match(e->row, regs, addr))
			continue;
		else if (e->row->flags & STP_KP_RETURN)
			rt_hooks_enter(b->hooks, e->row, addr, regs);
		else
			rt_run_traced(e->row->probe, regs, addr);
	instruction_pointer_set(regs, at);
}
NOKPROBE_SYMBOL(traced);

/* The rows that this may take. */
struct choice { rt_bulk_filter *wanted; void *data; };

static bool eligible(const struct choice *c, const struct stp_row_kprobe *r)
{
	/* ftrace would not forget the address of code that is there for a while only */
	return c->wanted(c->data, r) && rt_callers_known(r) && !(r->flags & (STP_KP_ABSOLUTE | STP_KP_START)) && r->symbol && !((r->flags & STP_KP_RETURN) && r->maxactive);
}

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Sites of the entries FROM … FROM + N that ftrace takes, half by half where it refuses a whole; the others' address becomes 0. */
static void set_part(struct rt_bulk *b, unsigned long *ips, unsigned from, unsigned n)
{
	unsigned i;

	if (!n)
		return;
	for (i = 0; i < n; i++)
		ips[i] = b->entries[from + i].addr;
	if (!rt_made_to_refuse() && !ftrace_set_filter_ips(&b->ops, ips, n, 0, 0))
		return;
	cond_resched();
	if (n == 1) {
		b->entries[from].addr = 0;
		return;
	}
	set_part(b, ips, from, n / 2);
	set_part(b, ips, from + n / 2, n - n / 2);
}

static void set_filter(struct rt_bulk *b, unsigned long *ips)
{
	unsigned from;

	for (from = 0; from < b->n && !rt_is_ending(); from += PART)
		set_part(b, ips, from, min_t(unsigned, PART, b->n - from));
}

/* Where ROW's function begins, if it can be had here; else 0.  A function that shares its name with another is so far
 * behind some symbol, as places inside functions are: which it is, the kernel tells. */
static unsigned long address_of(struct rt_bulk *b, const struct stp_row_kprobe *row)
{
	unsigned long addr = rt_near_address(row);

	if (!addr)
		addr = rt_symbol_address(row->module, row->symbol);
	if (!addr || (row->offset && !b->site))
		return 0;
	addr += row->offset;
	if (b->site && !b->site(addr))
		return 0;
	if (row->flags & STP_KP_RETURN)
		return b->hooks && rt_hooks_take(b->hooks, row, addr) ? addr : 0;
	return addr;
}

static void collect(struct rt_bulk *b, const struct stp_group *g, const struct choice *c)
{
	const struct stp_row_kprobe *rows = g->rows;
	unsigned i;

	b->site = (void *)rt_symbol_address(NULL, "ftrace_location");
	for (i = 0; i < g->nrows && !rt_is_ending(); i++) {
		if (!eligible(c, &rows[i]))
			continue;
		if ((rows[i].flags & STP_KP_RETURN) && !b->hooks)
			b->hooks = rt_hooks_new();
		b->entries[b->n].addr = address_of(b, &rows[i]);
		b->entries[b->n].row = &rows[i];
		if (b->entries[b->n].addr) {
			b->n++;
			rt_progress();
		}
		cond_resched();
	}
	sort(b->entries, b->n, sizeof *b->entries, by_address, NULL);
}

static void drop_refused(struct rt_bulk *b)
{
	unsigned i, n = 0;

	for (i = 0; i < b->n; i++)
		if (b->entries[i].addr)
			b->entries[n++] = b->entries[i];
	b->n = n;
}

static void drop_returns(struct rt_bulk *b)
{
	unsigned i;

	for (i = 0; i < b->n; i++)
		if (b->entries[i].row->flags & STP_KP_RETURN)
			b->entries[i].addr = 0;
	drop_refused(b);
}

static bool arm(struct rt_bulk *b)
{
	unsigned long *ips;

	if (b->hooks && !rt_hooks_arm(b->hooks))
		drop_returns(b);
	ips = plat_alloc(sizeof *ips * PART);
	if (!ips)
		return false;
	b->ops.func = traced;
	b->ops.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_PERMANENT;
	set_filter(b, ips);
	plat_free(ips);
	drop_refused(b);
	if (b->n && !rt_is_ending() && !rt_made_to_refuse())
		b->registered = !register_ftrace_function(&b->ops);
	return b->registered;
}

struct rt_bulk *rt_bulk_attach(const struct stp_group *g, rt_bulk_filter *wanted, void *data)
{
	const struct choice c = { wanted, data };
	const struct stp_row_kprobe *rows = g->rows;
	struct rt_bulk *b;
	unsigned i, n = 0;

	for (i = 0; i < g->nrows; i++)
		n += eligible(&c, &rows[i]);
	if (n < LEAST_ROWS)
		return NULL;
	b = plat_alloc(sizeof *b);
	if (!b)
		return NULL;
	b->entries = plat_alloc(sizeof *b->entries * (n + 1));
	if (b->entries)
		collect(b, g, &c);
	if (!b->n || rt_is_ending() || !arm(b)) {
		rt_bulk_detach(b);
		return NULL;
	}
	return b;
}

unsigned rt_bulk_rows(const struct rt_bulk *b, void (*mark)(void *data, const struct stp_row_kprobe *row), void *data)
{
	unsigned i;

	for (i = 0; b && i < b->n; i++)
		mark(data, b->entries[i].row);
	return b ? b->n : 0;
}

void rt_bulk_detach(struct rt_bulk *b)
{
	if (!b)
		return;
	if (b->registered)
		unregister_ftrace_function(&b->ops);
	if (b->ops.func)
		ftrace_free_filter(&b->ops);
	rt_hooks_free(b->hooks);
	plat_free(b->entries);
	plat_free(b);
}

#else

struct rt_bulk *rt_bulk_attach(const struct stp_group *g, rt_bulk_filter *wanted, void *data)
{
	return NULL;
}

unsigned rt_bulk_rows(const struct rt_bulk *b, void (*mark)(void *data, const struct stp_row_kprobe *row), void *data)
{
	return 0;
}

void rt_bulk_detach(struct rt_bulk *b)
{
}

#endif
