/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading makes the control channel and nothing else; the daemon's START does the rest. */
#include "rt.h"

#include <linux/module.h>
#include <linux/stringify.h>

static int __init stp_init(void)
{
	return rt_ctl_init();
}

static void __exit stp_cleanup(void)
{
	rt_ctl_close();
	rt_unload();
	rt_ctl_exit();
}

module_init(stp_init);
module_exit(stp_cleanup);
MODULE_LICENSE("GPL");
MODULE_INFO(stp_wire, __stringify(STP_WIRE_VERSION));	/* stpd looks before it loads */
MODULE_DESCRIPTION("instrumentation built from a probe script");
