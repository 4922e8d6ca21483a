/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading, taking the place of what a killed daemon left, and removing (stpd/load.c), with a kernel
 * that a test plays. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
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

static const char *file_of(const char *name, const char *file)
{
	static char path[512];

	ctl_path(path, sizeof path, name, file);
	return path;
}

/* Module NAME is loaded, in STATE, by OWNER. */
static void loaded(const char *name, enum stp_state state, uid_t owner)
{
	char text[8];

	snprintf(text, sizeof text, "%d\n", state);
	write_file(file_of(name, "state"), text);
	as_user_file(file_of(name, "ctl"), owner, 0600);
	fake_kernel.on = true;
}

static bool run_as(bool root, int (*run)(void))
{
	int r = as_user_run(
		&(struct as_user){ .as_root = root, .groups = { root ? 0 : STAPUSR }, .run = run });

	CHECK_MSG(!r, "%s", as_user_said);
	return true;
}

static int load(void) { return module_load(-1, "m.ko", "m"); }

static int at_once(void)
{
	fake_kernel.on = true;
	TRY(load() == 0 && fake_kernel.inserted == 1 && !fake_kernel.deleted);
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
	fake_kernel.on = true;
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	return 0;
}

static int a_stopped_one(void)
{
	loaded("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == 0 && fake_kernel.inserted == 2 && !strcmp(fake_kernel.removed, "m "));
	TRY(fake_kernel.delete_flags == O_NONBLOCK);
	return 0;
}

static int a_fresh_one(void)
{
	loaded("m", STP_STATE_NEW, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == 0 && fake_kernel.inserted == 2 && fake_kernel.deleted == 1);
	return 0;
}

static int a_running_one(void)
{
	loaded("m", STP_STATE_RUNNING, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && !fake_kernel.deleted);
	return 0;
}

static void goes(void) { unlink(file_of("m", "state")); }

static int one_that_goes(void)
{
	loaded("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	fake_kernel.delete_errors[0] = EBUSY;
	fake_kernel.at_delete = goes;
	TRY(load() == -EEXIST && fake_kernel.inserted == 1 && fake_kernel.deleted == 1);
	return 0;
}

static int a_busy_one(void)
{
	loaded("m", STP_STATE_STOPPED, 0);
	fake_kernel.insert_errors[0] = EEXIST;
	fake_kernel.delete_errors[0] = fake_kernel.delete_errors[1] = EBUSY;
	TRY(load() == 0 && fake_kernel.inserted == 2 && fake_kernel.deleted == 3);
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

static void roots_is_stopped(void) { loaded("m", STP_STATE_STOPPED, 0); }

TEST(loading_at_once) { run_as(true, at_once); }

TEST(loading_refused)
{
	run_as(true, refused);
	CHECK(strstr(as_user_said, "cannot load m.ko"));
	run_as(true, not_ours);
	CHECK(strstr(as_user_said, "loaded already"));
}

TEST(loading_instead_of_what_was_left)
{
	run_as(true, a_stopped_one);
	run_as(true, a_busy_one);
	run_as(true, a_fresh_one);
	run_as(true, a_running_one);
	run_as(true, one_that_goes);
}

TEST(loading_instead_of_anothers)
{
	CHECK_EQ(as_user_run(&(struct as_user){
			 .groups = { STAPUSR }, .prepare = roots_is_stopped, .run = of_another }),
		 0);
}

/* ---- removing ---- */

static int unloads(void)
{
	fake_kernel.on = true;
	fake_kernel.delete_errors[0] = EAGAIN;
	fake_kernel.delete_errors[1] = EBUSY;
	TRY(module_unload("m", false) == 0 && fake_kernel.deleted == 3);
	fake_kernel.delete_errors[3] = EPERM;
	TRY(module_unload("m", true) == -EPERM && fake_kernel.deleted == 4);
	fake_kernel.delete_errors[4] = ENOENT;
	TRY(module_unload("m", false) == -ENOENT && fake_kernel.deleted == 5);
	return 0;
}

TEST(unloading)
{
	run_as(true, unloads);
	CHECK_STR(as_user_said, "ERROR: cannot unload m: it is not loaded\n");
}

static void four_are_loaded(void)
{
	loaded("his1", STP_STATE_STOPPED, SOMEBODY);
	loaded("his2", STP_STATE_RUNNING, SOMEBODY);
	loaded("roots1", STP_STATE_STOPPED, 0);
	loaded("roots2", STP_STATE_STOPPED, 0);
}

static bool was_removed(const char *name) { return strstr(fake_kernel.removed, name); }

static int unused_of_his(void)
{
	fake_kernel.on = true;
	module_unload_unused();
	TRY(was_removed("his1") && was_removed("his2") && !was_removed("roots") &&
	    fake_kernel.deleted == 2);
	TRY(geteuid() == SOMEBODY);
	return 0;
}

static int unused_of_all(void)
{
	fake_kernel.on = true;
	module_unload_unused();
	TRY(fake_kernel.deleted == 4);
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
}

/* ---- another name ---- */

enum { NAME_AT = 24, NAME_ROOM = 56 };
struct file { Elf64_Ehdr head; Elf64_Shdr sections[3]; char names[48], info[64], module[128]; };

static struct file good(void)
{
	struct file f = { 0 };

	memcpy(f.head.e_ident, ELFMAG, SELFMAG);
	f.head.e_ident[EI_CLASS] = ELFCLASS64;
	f.head.e_shoff = offsetof(struct file, sections);
	f.head.e_shnum = 3;
	memcpy(f.names, "\0.modinfo\0.gnu.linkonce.this_module", 36);
	f.sections[0] = (Elf64_Shdr){ .sh_offset = offsetof(struct file, names),
				      .sh_size = sizeof f.names };
	f.sections[1] = (Elf64_Shdr){ .sh_name = 1,
				      .sh_offset = offsetof(struct file, info),
				      .sh_size = sizeof f.info };
	f.sections[2] = (Elf64_Shdr){ .sh_name = 10,
				      .sh_offset = offsetof(struct file, module),
				      .sh_size = sizeof f.module };
	memcpy(f.info, "name=own_name", 14);
	memset(f.module, 0x55, sizeof f.module);
	memset(f.module + NAME_AT, 0, NAME_ROOM);
	strcpy(f.module + NAME_AT, "own_name");
	return f;
}

/* What module_load_as says of F, called NAME. */
static int load_as(const struct file *f, const char *name)
{
	int fd, r;

	as_user_file("/m.ko", 0, 0600);
	fd = open("/m.ko", O_RDWR | O_TRUNC);
	if (write(fd, f, sizeof *f) != sizeof *f)
		_exit(96);
	r = module_load_as(fd, "m.ko", name);
	close(fd);
	return r;
}

static int renamed(void)
{
	struct file f = good(), want = good();
	char longest[NAME_ROOM] = "", now[sizeof f];
	int fd;

	fake_kernel.on = true;
	strcpy(want.module + NAME_AT, "new");
	memset(want.module + NAME_AT + 3, 0, NAME_ROOM - 3);
	TRY(!load_as(&f, "new") && fake_kernel.image_size == sizeof f &&
	    !memcmp(fake_kernel.image, &want, sizeof f));
	fd = open("/m.ko", O_RDONLY);
	TRY(read(fd, now, sizeof now) == sizeof now && !memcmp(now, &f, sizeof f));
	close(fd);
	memset(longest, 'x', sizeof longest - 1);
	TRY(!load_as(&f, longest) &&
	    !memcmp(fake_kernel.image + offsetof(struct file, module) + NAME_AT, longest,
		    NAME_ROOM));
	TRY(fake_kernel.inserted == 2);
	return 0;
}

static int not_renamed(void)
{
	struct file f = good();
	char too_long[NAME_ROOM + 1] = "";

	fake_kernel.on = true;
	memset(too_long, 'x', sizeof too_long - 1);
	TRY(load_as(&f, too_long) == -ENOEXEC);
	f.sections[2].sh_size = NAME_AT + NAME_ROOM;
	TRY(!load_as(&f, "new"));
	f.sections[2].sh_size--;
	TRY(load_as(&f, "new") == -ENOEXEC);	/* the name's room ends beyond the section */
	f = good();
	f.names[10] = 'x';
	TRY(load_as(&f, "new") == -ENOEXEC);
	f = good();
	f.info[0] = 'x';
	TRY(load_as(&f, "new") == -ENOEXEC);
	f = good();
	f.module[NAME_AT] = 'x';
	TRY(load_as(&f, "new") == -ENOEXEC);
	TRY(fake_kernel.inserted == 1);
	f = good();
	fake_kernel.insert_errors[1] = EINVAL;
	TRY(load_as(&f, "new") == -EINVAL);
	return 0;
}

TEST(loading_by_another_name)
{
	run_as(true, renamed);
	run_as(true, not_renamed);
}
