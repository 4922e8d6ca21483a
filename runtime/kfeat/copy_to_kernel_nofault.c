/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/uaccess.h>

long stp_kfeat(void *dst, const void *src, size_t n);
long stp_kfeat(void *dst, const void *src, size_t n)
{
	return copy_to_kernel_nofault(dst, src, n);
}
