/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/module.h>

/* a module's memory by its use, not one layout for all */
unsigned int stp_kfeat(const struct module *m);
unsigned int stp_kfeat(const struct module *m)
{
	return m->mem[MOD_RODATA].size;
}
