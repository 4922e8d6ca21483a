/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a module by another name than its own (stpd/load.c), with a kernel that a test plays. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/image.h"
#include "testsuite/unit/stpd/played_modules.h"
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

/* The name that a module gets whose own is in use or not, or NULL: it was refused. */
static const char *name_beside(bool in_use, enum stp_state state, bool may_rename)
{
	static char name[256];
	struct image f = image_good();
	int fd = image_open(&f), err;

	strcpy(name, "m");
	fake_kernel.inserted = fake_kernel.deleted = 0;
	memset(fake_kernel.insert_errors, 0, sizeof fake_kernel.insert_errors);
	fake_kernel.insert_errors[0] = in_use ? EEXIST : 0;
	played_load("m", state, 0);
	err = module_load(fd, &(struct options){ .module = "m.ko", .rename_used = may_rename, .unchecked = true }, name);
	close(fd);
	return err ? NULL : name;
}

static int renamed_where_used(void)
{
	char another[256];

	module_new_name("m", getpid(), another, sizeof another);
	fake_kernel.on = true;
	TRY(!strcmp(name_beside(false, STP_STATE_RUNNING, true), "m"));
	TRY(!strcmp(name_beside(true, STP_STATE_RUNNING, true), another) && fake_kernel.deleted == 0);
	TRY(!strcmp(fake_kernel.image + offsetof(struct image, module) + NAME_AT, another));
	TRY(!strcmp(name_beside(true, STP_STATE_NEW, true), another) && fake_kernel.deleted == 0);
	TRY(!name_beside(true, STP_STATE_RUNNING, false));
	/* what a killed daemon left makes room */
	TRY(!strcmp(name_beside(true, STP_STATE_STOPPED, true), "m") && fake_kernel.deleted == 1);
	return 0;
}

TEST(renaming_where_the_name_is_used)
{
	as_user_must(true, renamed_where_used);
}
