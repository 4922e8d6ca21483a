/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: keeping CACHE/index and CACHE/btf small. */
#ifndef DEBUGINFO_KEEP_H
#define DEBUGINFO_KEEP_H

/* PATH was used now (its time of last change says when it last was). */
void keep_touch(const char *path);
/* After PATH was written: remove other versions of it (its name up to the last dot, or nothing when it
 * has none), leftovers of killed writers, and what was not used for longest beyond the directory's limit. */
void keep_trim(const char *path);

#endif
