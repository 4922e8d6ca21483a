/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See played_modules.h. */
#include "testsuite/unit/stpd/played_modules.h"

#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
	int fd;

	as_user_file(path, 0, 0600);
	fd = open(path, O_WRONLY | O_TRUNC);
	if (write(fd, text, strlen(text)) < 0)
		_exit(96);
	close(fd);
}

const char *played_file(const char *name, const char *file)
{
	static char path[512];

	ctl_path(path, sizeof path, name, file);
	return path;
}

void played_exists(const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "/sys/module/%s/refcnt", name);
	as_user_file(path, 0, 0444);
	fake_kernel.on = true;
}

/* The directory keeps its number, so that the next one has another. */
void played_is_gone(void)
{
	if (rename("/sys/module/m", "/sys/m_before"))
		_exit(96);
}

void played_is_replaced(void)
{
	played_is_gone();
	played_exists("m");
}

void played_load(const char *name, enum stp_state state, uid_t owner)
{
	char text[8];

	snprintf(text, sizeof text, "%d\n", state);
	write_file(played_file(name, "state"), text);
	as_user_file(played_file(name, "ctl"), owner, 0600);
	played_exists(name);
}
