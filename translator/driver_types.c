/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of header files for pass 2, by build/. */
#include "translator/driver.h"
#include "translator/build/headers.h"

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
