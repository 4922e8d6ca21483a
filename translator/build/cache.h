/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The build cache:
 *
 *	CACHE/keys/STAT		remembered keys (key.c)
 *	CACHE/runtime/KEY/	a built runtime (runtime.c); KEY.lock guards it, KEY.new is one being built
 *	CACHE/types/KEY		the types of header files (headers.c)
 *	CACHE/modules/KEY	a finished module: a line "stap-module 1 SIZE HASH", then the module
 *
 * Files appear whole, by rename.  A runtime is built under an exclusive lock and
 * used under a shared one; a module needs no lock, for a reader has it open.
 * The time of last change of an entry is that of its last use. */
#ifndef BUILD_CACHE_H
#define BUILD_CACHE_H

#include "translator/build/build.h"

/* The job's directories become absolute; a cache that cannot be used is none, after a warning in the log. */
void cache_open(struct build_job *job);

/* Lock the file PATH, made if need be.  A descriptor to close, or -errno
 * (-EWOULDBLOCK: another has it, and WAIT is false). */
int cache_lock(const char *path, bool exclusive, bool wait);
/* PATH (a file or directory) was used now. */
void cache_touch(const char *path);

/* The module of key HEX as the file KO.  False: not there, or damaged (then it is removed). */
bool cache_get_module(const struct build_job *job, const char *hex, const char *ko);
/* Keep the file KO as the module of key HEX. 0 or -errno. */
int cache_put_module(const struct build_job *job, const char *hex, const char *ko);
/* After something was added: keep to the job's limit. */
void cache_trim(const struct build_job *job);

#endif
