/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for addresses, from the kernel's own symbol table and its modules', as printk has
 * them: %pS and its kin work in every context. */
#include "rt.h"

#include <linux/kernel.h>
#include <linux/string.h>

/* TEXT is "name+0x1/0x2" or "name+0x1/0x2 [module]" (with more behind a module where the kernel adds build
 * identifiers), or "0x123". */
static bool is_known(const char *text)
{
	return strchr(text, '+') != NULL;
}

static void cut_at(char *text, char c)
{
	char *at = strchr(text, c);

	if (at)
		*at = 0;
}

/* The module's name from TEXT to its front; "kernel" without one. */
static void take_module(char *text, size_t size)
{
	char *m = strchr(text, '[');

	if (!m) {
		strscpy(text, "kernel", size);
		return;
	}
	memmove(text, m + 1, strlen(m + 1) + 1);
	text[strcspn(text, " ]")] = 0;
}

bool plat_symbol(char *dst, size_t size, uint64_t addr, enum plat_symbol_form form)
{
	char text[256];
	bool known;

	snprintf(text, sizeof text, form == PLAT_SYMBOL_CALL ? "%pB" : "%pS", (void *)(unsigned long)addr);
	known = is_known(text);
	if (!known) {
		snprintf(text, sizeof text, "0x%llx", addr);
	} else if (form == PLAT_SYMBOL_NAME) {
		cut_at(text, '+');
	} else if (form == PLAT_SYMBOL_MODULE) {
		take_module(text, sizeof text);
	} else if (!strchr(text, '[')) {
		snprintf(dst, size, "%s [kernel]", text);
		return true;
	}
	stp_str_copy(dst, text, size);
	return known;
}
