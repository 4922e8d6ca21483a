/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removing modules (stpd/load.c), with a kernel that a test plays: a module as long as it is the
 * one that was meant, and those that nobody serves. */
#include "stpd/instance.h"
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/played_modules.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What module_unload says of the module m that is loaded now. */
static int unload(void)
{
	const struct instance m = instance_of("m");

	return module_unload("m", &m);
}

static int unloads(void)
{
	played_exists("m");
	fake_kernel.delete_errors[0] = EAGAIN;
	fake_kernel.delete_errors[1] = EBUSY;
	TRY(unload() == 0 && fake_kernel.deleted == 3);
	TRY(!strcmp(fake_kernel.removed, "m m m ") && fake_kernel.delete_flags == O_NONBLOCK);
	fake_kernel.delete_errors[3] = EPERM;
	TRY(unload() == -EPERM && fake_kernel.deleted == 4);
	fake_kernel.delete_errors[4] = ENOENT;
	TRY(unload() == -ENOENT && fake_kernel.deleted == 5);
	return 0;
}

static int nothing_to_unload(void)
{
	struct instance m;

	fake_kernel.on = true;
	TRY(unload() == -ENOENT && !fake_kernel.deleted);
	played_exists("m");
	m = instance_of("m");
	played_is_gone();
	TRY(module_unload("m", &m) == -ENOENT && !fake_kernel.deleted);
	return 0;
}

TEST(unloading)
{
	as_user_must(true, unloads);
	CHECK_STR(as_user_said, "ERROR: cannot unload m: Operation not permitted\n"
				"ERROR: cannot unload m: it is not loaded\n");
	as_user_must(true, nothing_to_unload);
	CHECK_STR(as_user_said, "ERROR: cannot unload m: it is not loaded\n"
				"ERROR: cannot unload m: it is not loaded\n");
}

static int replaced_before(void)
{
	struct instance m;

	played_exists("m");
	m = instance_of("m");
	played_is_replaced();
	TRY(module_unload("m", &m) == -ESTALE && !fake_kernel.deleted);
	return 0;
}

static int replaced_meanwhile(void)
{
	played_exists("m");
	fake_kernel.delete_errors[0] = EAGAIN;
	fake_kernel.at_delete = played_is_replaced;
	TRY(unload() == -ESTALE && fake_kernel.deleted == 1);
	return 0;
}

TEST(unloading_leaves_another_of_that_name)
{
	static const char want[] = "ERROR: cannot unload m: it was removed already, and another module"
				   " of that name, which stays, was loaded\n";

	as_user_must(true, replaced_before);
	CHECK_STR(as_user_said, want);
	as_user_must(true, replaced_meanwhile);
	CHECK_STR(as_user_said, want);
}

static void four_are_loaded(void)
{
	played_load("his1", STP_STATE_STOPPED, SOMEBODY);
	played_load("his2", STP_STATE_RUNNING, SOMEBODY);
	played_load("roots1", STP_STATE_STOPPED, 0);
	played_load("roots2", STP_STATE_STOPPED, 0);
}

static bool was_removed(const char *name) { return strstr(fake_kernel.removed, name); }

static int unused_of_his(void)
{
	fake_kernel.on = true;
	TRY(module_unload_unused() == 0);
	TRY(was_removed("his1") && was_removed("his2") && !was_removed("roots") &&
	    fake_kernel.deleted == 2);
	TRY(geteuid() == SOMEBODY);
	return 0;
}

static int unused_of_all(void)
{
	fake_kernel.on = true;
	TRY(module_unload_unused() == 0);
	TRY(fake_kernel.deleted == 4);
	return 0;
}

static int unused_of_unknown(void)
{
	fake_kernel.on = fake_kernel.without_debugfs = true;
	TRY(module_unload_unused() == -EPERM && !fake_kernel.deleted);
	return 0;
}

TEST(unloading_what_nobody_serves)
{
	CHECK_EQ(as_user_run(&(struct as_user){
			 .groups = { STAPUSR }, .prepare = four_are_loaded, .run = unused_of_his }),
		 0);
	CHECK_STR(as_user_said, "");
	CHECK_EQ(as_user_run(&(struct as_user){
			 .as_root = true, .prepare = four_are_loaded, .run = unused_of_all }),
		 0);
	CHECK_EQ(as_user_run(&(struct as_user){
			 .as_root = true, .prepare = four_are_loaded, .run = unused_of_unknown }),
		 0);
	CHECK(strstr(as_user_said, "debugfs is not mounted on /sys/kernel/debug"));
}
