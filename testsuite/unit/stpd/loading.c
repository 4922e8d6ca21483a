/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading, and taking the place of what a killed daemon left (stpd/load.c), with a kernel that a
 * test plays. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/image.h"
#include "testsuite/unit/stpd/played_modules.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What module_load says of F. */
static int load_file(const struct image *f, bool unchecked)
{
	const struct options o = { .module = "m.ko", .unchecked = unchecked };
	int fd = image_open(f), r = module_load(fd, &o, (char[256]){ "m" });

	close(fd);
	return r;
}

static int load(void)
{
	struct image f = image_good();

	return load_file(&f, false);
}

static int at_once(void)
{
	struct image f = image_good();

	fake_kernel.on = true;
	TRY(load() == 0 && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	TRY(image_was_loaded(&f));
	return 0;
}

static int unreadable(void)
{
	fake_kernel.on = true;
	TRY(module_load(-1, &(struct options){ .module = "m.ko" }, (char[256]){ "m" }) == -EBADF);
	TRY(!fake_kernel.inserted && !fake_kernel.deleted);
	return 0;
}

static int refused(void)
{
	fake_kernel.on = true;
	fake_kernel.insert_errors[0] = ENOMEM;
	TRY(load() == -ENOMEM && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	return 0;
}

/* There is one of this name, not of stap's. */
static int not_ours(void)
{
	played_exists("m");
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	return 0;
}

static int a_stopped_one(void)
{
	played_load("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == 0 && fake_kernel.inserted == 2 && !strcmp(fake_kernel.removed, "m "));
	TRY(fake_kernel.delete_flags == O_NONBLOCK);
	return 0;
}

static int a_fresh_one(void)
{
	played_load("m", STP_STATE_NEW, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == 0 && fake_kernel.inserted == 2 && fake_kernel.deleted == 1);
	return 0;
}

static int a_running_one(void)
{
	played_load("m", STP_STATE_RUNNING, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	return 0;
}

static void goes(void) { unlink(played_file("m", "state")); }

static int one_that_goes(void)
{
	played_load("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	fake_kernel.delete_errors[0] = EBUSY;
	fake_kernel.at_delete = goes;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && fake_kernel.deleted == 1);
	return 0;
}

static int a_busy_one(void)
{
	played_load("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	fake_kernel.delete_errors[0] = fake_kernel.delete_errors[1] = EBUSY;
	TRY(load() == 0 && fake_kernel.inserted == 2 && fake_kernel.deleted == 3);
	return 0;
}

/* Another daemon puts one in its place while it is removed. */
static int one_that_is_replaced(void)
{
	played_load("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	fake_kernel.delete_errors[0] = EBUSY;
	fake_kernel.at_delete = played_is_replaced;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && fake_kernel.deleted == 1);
	TRY(module_state("m") == STP_STATE_STOPPED);
	return 0;
}

static int one_of_unknown_state(void)
{
	played_load("m", STP_STATE_STOPPED, 0);
	fake_kernel.without_debugfs = true;
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	return 0;
}

static int of_another(void)
{
	fake_kernel.insert_errors[0] = EEXIST;
	fake_kernel.on = true;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	TRY(geteuid() == SOMEBODY);
	return 0;
}

static void roots_is_stopped(void) { played_load("m", STP_STATE_STOPPED, 0); }

TEST(loading_at_once) { as_user_must(true, at_once); }

TEST(loading_refused)
{
	as_user_must(true, refused);
	CHECK(strstr(as_user_said, "cannot load m.ko"));
	as_user_must(true, not_ours);
	CHECK(strstr(as_user_said, "loaded already"));
	as_user_must(true, unreadable);
	CHECK(strstr(as_user_said, "cannot load m.ko"));
}

TEST(loading_instead_of_what_was_left)
{
	as_user_must(true, a_stopped_one);
	as_user_must(true, a_busy_one);
	as_user_must(true, a_fresh_one);
	as_user_must(true, a_running_one);
	as_user_must(true, one_that_goes);
	as_user_must(true, one_that_is_replaced);
	as_user_must(true, one_of_unknown_state);
}

TEST(loading_instead_of_anothers)
{
	CHECK_EQ(as_user_run(&(struct as_user){
			 .groups = { STAPUSR }, .prepare = roots_is_stopped, .run = of_another }),
		 0);
}

/* ---- the check ---- */

static int refused_by_check(void)
{
	struct image f = image_harmful();

	fake_kernel.on = true;
	TRY(load_file(&f, false) == -EPERM);
	TRY(!fake_kernel.inserted && !fake_kernel.deleted);
	return 0;
}

static int damaged(void)
{
	struct image f = image_good();

	fake_kernel.on = true;
	f.head.e_type = ET_EXEC;
	TRY(load_file(&f, false) == -EPERM && !fake_kernel.inserted);
	return 0;
}

static int unchecked(void)
{
	struct image f = image_harmful();

	fake_kernel.on = true;
	TRY(load_file(&f, true) == 0 && fake_kernel.inserted == 1 && image_was_loaded(&f));
	return 0;
}

TEST(loading_what_the_check_refuses)
{
	static const char want[] = "ERROR: m.ko is refused: it has the instruction `hlt` in f+0"
				   " (root may load it with --unchecked)\n";

	as_user_must(true, refused_by_check);
	CHECK_STR(as_user_said, want);
	as_user_must(false, refused_by_check);
	CHECK_STR(as_user_said, want);
	as_user_must(true, damaged);
	CHECK_STR(as_user_said, "ERROR: m.ko is refused: it is damaged, or no module\n");
}

TEST(loading_unchecked)
{
	as_user_must(true, unchecked);
	CHECK_STR(as_user_said, "");
}
