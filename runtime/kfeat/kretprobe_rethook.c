/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/kprobes.h>

/* return probes share the kernel's return hooks, which need no lock of their own */
struct rethook *stp_kfeat(struct kretprobe *rp);
struct rethook *stp_kfeat(struct kretprobe *rp)
{
	return rp->rh;
}
