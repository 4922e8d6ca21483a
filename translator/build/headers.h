/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types that header files declare. */
#ifndef BUILD_HEADERS_H
#define BUILD_HEADERS_H

#include "translator/build/build.h"

/* An object file with debug information of everything that HEADERS declare: "<a.h><b.h>" by this
 * machine's C compiler, "kernel<a.h><b.h>" by kbuild for the job's kernel.  *object is its path, in the cache or,
 * without one, in tmpdir; *id tells its contents from others'.  Uses of `job` only what does not concern
 * a script.  False: job->failure and error (which has the compiler's first message) say why. */
bool build_headers(struct build_job *job, const char *headers, const char **object, const char **id);

#endif
