/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places where registering a kprobe would end the machine.
 *
 * To see whether a kprobe can become a jump the kernel decodes all of the function around it, up to the next symbol
 * (can_optimize() in arch/x86/kernel/kprobes/opt.c; nothing that a caller can say prevents it). Behind the last function of a
 * module's text that is up to the end of the last page, through padding of zeros, each two of which are an instruction: when
 * their number is odd the decoder wants a byte of the next page. Where each kind of a module's memory is mapped by itself no
 * page follows, and the fault is fatal.
 *
 * The padding does not tell where the function ends, so the whole function is refused. Entries that are sites of ftrace are
 * not decoded. */
#include "kprobe.h"

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

enum { LONGEST_INSTRUCTION = 15 };

static unsigned long (*site_of)(unsigned long addr);

/* "helper_exit+0x4/0xf20 [helper]" */
static unsigned long symbol_end(unsigned long addr)
{
	char text[256];
	const char *plus;
	unsigned long offset, size;

	snprintf(text, sizeof text, "%pS", (void *)addr);
	plus = strchr(text, '+');
	if (!plus || sscanf(plus, "+0x%lx/0x%lx", &offset, &size) != 2)
		return 0;
	return addr - offset + size;
}

static bool is_site(unsigned long addr)
{
	if (!site_of)
		site_of = (void *)rt_symbol_address(NULL, "ftrace_location");
	return site_of && site_of(addr);
}

bool rt_text_ends_behind(unsigned long addr)
{
	unsigned long end = symbol_end(addr);
	char next[LONGEST_INSTRUCTION];

	return end && !is_site(addr) && copy_from_kernel_nofault(next, (const void *)end, sizeof next);
}
