/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One loading of a module.
 *
 * The kernel removes modules by name alone.  When the one that this process loaded is gone, by
 * force or because its control channel was closed, another may have its name, somebody
 * else's; that one must stay.  The directories of sysfs have numbers that are not used again:
 * the upper half of a number counts how often the lower half began anew. */
#include "stpd/instance.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

struct instance instance_of(const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof path, "/sys/module/%s", name);
	if (stat(path, &st))
		return (struct instance){ .number = 0 };
	return (struct instance){ .device = st.st_dev, .number = st.st_ino };
}

bool instance_is(const struct instance *one, const char *name)
{
	struct instance now = instance_of(name);

	return one->number && now.number == one->number && now.device == one->device;
}
