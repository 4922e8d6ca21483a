/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variant bits of procfs points in family.def. */
#ifndef FAMILY_PROCFS_H
#define FAMILY_PROCFS_H

enum { PROCFS_WRITE = 1 };

#endif
