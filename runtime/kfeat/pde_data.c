/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/proc_fs.h>

void *stp_kfeat(const struct inode *inode);
void *stp_kfeat(const struct inode *inode)
{
	return pde_data(inode);
}
