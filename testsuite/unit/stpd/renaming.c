/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a module by another name than its own (stpd/load.c), with a kernel that a test plays. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/image.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* What module_load_as says of what FD is open on, called NAME. */
static int load_open(int fd, const char *name)
{
	return module_load_as(fd, &(struct options){ .module = "m.ko" }, name);
}

static int load_as(const struct image *f, const char *name)
{
	int fd = image_open(f), r = load_open(fd, name);

	close(fd);
	return r;
}

static int renamed(void)
{
	struct image f = image_good(), want = image_good();
	char longest[NAME_ROOM] = "", now[sizeof f];
	int fd = image_open(&f);

	fake_kernel.on = true;
	strcpy(want.module + NAME_AT, "new");
	memset(want.module + NAME_AT + 3, 0, NAME_ROOM - 3);
	TRY(!load_open(fd, "new") && image_was_loaded(&want));
	TRY(pread(fd, now, sizeof now, 0) == sizeof now && !memcmp(now, &f, sizeof f));
	close(fd);
	memset(longest, 'x', sizeof longest - 1);
	TRY(!load_as(&f, longest) &&
	    !memcmp(fake_kernel.image + offsetof(struct image, module) + NAME_AT, longest,
		    NAME_ROOM));
	TRY(fake_kernel.inserted == 2);
	return 0;
}

static int not_renamed(void)
{
	struct image f = image_good();
	char too_long[NAME_ROOM + 1] = "";

	fake_kernel.on = true;
	memset(too_long, 'x', sizeof too_long - 1);
	TRY(load_as(&f, too_long) == -ENOEXEC);
	f.sections[MODULE].sh_size = NAME_AT + NAME_ROOM;
	TRY(!load_as(&f, "new"));
	f.sections[MODULE].sh_size--;
	TRY(load_as(&f, "new") == -ENOEXEC);	/* the name's room ends beyond the section */
	f = image_good();
	f.names[N_MODULE] = 'x';
	TRY(load_as(&f, "new") == -ENOEXEC);
	f = image_good();
	f.info[0] = 'x';
	TRY(load_as(&f, "new") == -ENOEXEC);
	f = image_good();
	f.module[NAME_AT] = 'x';
	TRY(load_as(&f, "new") == -ENOEXEC);
	TRY(fake_kernel.inserted == 1);
	f = image_good();
	fake_kernel.insert_errors[1] = EINVAL;
	TRY(load_as(&f, "new") == -EINVAL);
	return 0;
}

TEST(loading_by_another_name)
{
	as_user_must(true, renamed);
	as_user_must(true, not_renamed);
}
