/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of header files for pass 2, by build/. */
#include "translator/driver.h"
#include "translator/build/headers.h"

void driver_types(struct session *s, const char *headers, struct header_types *out)
{
	unsigned verbose = s->opt.verbose + s->opt.verbose_pass[2];
	struct build_job job = {
		.arena = &s->arena, .release = s->target.release, .arch = s->target.arch, .build_dir = s->target.build_dir,
		.runtime_dir = s->runtime_dir, .cache_dir = s->cache_dir, .no_module_lookup = s->opt.poison_cache,
		.keep = s->opt.keep, .verbose = verbose, .log = verbose ? stderr : NULL,
	};

	*out = (struct header_types){ .why = "there is no temporary directory" };
	if (!tmpdir_make(s))
		return;
	job.tmpdir = s->tmpdir;
	if (!build_headers(&job, headers, &out->path, &out->id))
		out->why = job.error;
}
