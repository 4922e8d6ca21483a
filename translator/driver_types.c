/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of header files for pass 2, by build/. */
#include "translator/driver.h"
#include "translator/build/headers.h"

struct build_job driver_job(struct session *s, unsigned pass)
{
	return (struct build_job){
		.arena = &s->arena, .release = s->target.release, .arch = s->target.arch, .build_dir = s->target.build_dir,
		.runtime_dir = s->runtime_dir, .cache_dir = s->cache_dir, .tmpdir = s->tmpdir, .no_module_lookup = s->opt.poison_cache,
		.keep = s->opt.keep, .verbose = s->opt.verbose + s->opt.verbose_pass[pass],
	};
}

void driver_types(struct session *s, const char *headers, struct header_types *out)
{
	struct build_job job;

	*out = (struct header_types){ .why = "there is no temporary directory" };
	if (!tmpdir_make(s))
		return;
	job = driver_job(s, 2);
	job.log = job.verbose ? stderr : NULL;
	if (!build_headers(&job, headers, &out->path, &out->id))
		out->why = job.error;
}
