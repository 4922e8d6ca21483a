/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stpd reads in a module's file before the kernel does (stpd/load.c): names, versions, and
 * files that are none. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *base_name(const char *path)
{
	static char name[256];

	module_base_name(path, name, sizeof name);
	return name;
}

TEST(module_names_of_files)
{
	char small[4];

	CHECK_STR(base_name("/a/b.c/my-mod.ko"), "my_mod");
	CHECK_STR(base_name("x.ko"), "x");
	CHECK_STR(base_name(".ko"), ".ko");
	CHECK_STR(base_name("-a-"), "_a_");
	CHECK_STR(base_name("m.ko.ko"), "m.ko");
	CHECK_STR(base_name("ko"), "ko");
	CHECK_STR(base_name("dir/"), "");
	module_base_name("long.ko", small, sizeof small);
	CHECK_STR(small, "lon");
}

TEST(module_new_names)
{
	char name[256];

	module_new_name("own", 12, name, sizeof name);
	CHECK_STR(name, "own_12");
	module_new_name("x123456789012345678901234567890123456789ABC", 4194304, name, sizeof name);
	CHECK_STR(name, "x123456789012345678901234567890123456789_4194304");
}

/* An ELF file of two sections: names, and .modinfo, which comes last. */
struct file { Elf64_Ehdr head; Elf64_Shdr sections[2]; char names[24], info[64]; };

static struct file good(void)
{
	struct file f = { 0 };

	memcpy(f.head.e_ident, ELFMAG, SELFMAG);
	f.head.e_ident[EI_CLASS] = ELFCLASS64;
	f.head.e_shoff = offsetof(struct file, sections);
	f.head.e_shnum = 2;
	memcpy(f.names, "\0.modinfo", 10);
	f.sections[0] = (Elf64_Shdr){ .sh_offset = offsetof(struct file, names),
				      .sh_size = sizeof f.names };
	f.sections[1] = (Elf64_Shdr){ .sh_name = 1,
				      .sh_offset = offsetof(struct file, info),
				      .sh_size = sizeof f.info };
	memcpy(f.info, "license=GPL\0name=from_within\0stp_wire=", 38);
	snprintf(f.info + 38, 20, "%d", STP_WIRE_VERSION);
	return f;
}

static char place[] = "/tmp/my-module.ko";

/* The name of the module whose file is the first SIZE bytes of F, or what stpd says, by
 * module_open. */
static const char *opened(const struct file *f, size_t size)
{
	static char name[256];
	int keep = dup(2), null = open("/dev/null", O_WRONLY),
	    fd = open(place, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, f, size) == (ssize_t)size);
	close(fd);
	dup2(null, 2);
	fd = module_open(place, name, sizeof name);
	dup2(keep, 2);
	close(keep);
	close(null);
	unlink(place);
	if (fd < 0)
		return fd == -EPERM ? "not permitted" : fd == -ENOEXEC ? "no module" : "?";
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	return name;
}

static void need_root(void)
{
	if (getuid())
		SKIP("needs root");
	CHECK(privilege_start());
}

TEST(module_file_says_its_name)
{
	struct file f = good();

	need_root();
	CHECK_STR(opened(&f, sizeof f), "from_within");
	memcpy(f.info + 17, "with space", 10);
	CHECK_STR(opened(&f, sizeof f), "not permitted");
	memcpy(f.info, "named=x", 7);
	memset(f.info + 11, 'y', 6);
	CHECK_STR(opened(&f, sizeof f), "my_module");
}

TEST(module_file_says_its_version)
{
	struct file f = good();

	need_root();
	snprintf(f.info + 38, 20, "%d", STP_WIRE_VERSION + 1);
	CHECK_STR(opened(&f, sizeof f), "not permitted");
	snprintf(f.info + 38, 20, "%d", 0);
	CHECK_STR(opened(&f, sizeof f), "not permitted");
	memcpy(f.info + 29, "stp_wirx", 8);
	CHECK_STR(opened(&f, sizeof f), "from_within");
}

/* Each leaves the name of the file: nothing else is known. */
TEST(module_file_is_damaged)
{
	struct file f = good();

	need_root();
	f.head.e_ident[0] = 0;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.head.e_ident[EI_CLASS] = ELFCLASS32;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	CHECK_STR(opened(&f, sizeof f.head - 1), "my_module");
	f.head.e_shoff = 4;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f.head.e_shoff = sizeof f + 8;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f.head.e_shoff = (uint64_t)-8;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.head.e_shnum = 4;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.head.e_shstrndx = 2;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.sections[0].sh_offset = sizeof f;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.sections[1].sh_offset = sizeof f + 1;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.sections[1].sh_size++;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.sections[0].sh_offset = (uint64_t)-1;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	f = good();
	f.sections[1].sh_name = (uint32_t)-1;
	CHECK_STR(opened(&f, sizeof f), "my_module");
	CHECK_STR(opened(&f, 0), "no module");
}

/* A text that nothing ends is not read on into what lies behind. */
TEST(module_file_ends_in_a_text)
{
	struct file f = good();

	need_root();
	memset(f.info, 'x', sizeof f.info);
	memcpy(f.info + sizeof f.info - 8, "name=abc", 8);
	memcpy(f.info, "a=b", 4);
	CHECK_STR(opened(&f, sizeof f), "my_module");
}

TEST(module_file_is_no_file)
{
	char name[256];

	need_root();
	CHECK_EQ(module_open("/tmp", name, sizeof name), -ENOEXEC);
	CHECK_EQ(module_open("/none/such.ko", name, sizeof name), -ENOENT);
}

static void below_modules(void)
{
	struct utsname u;
	char path[300];
	struct file f = good();
	int fd;

	uname(&u);
	snprintf(path, sizeof path, "/lib/modules/%s/systemtap/given.ko", u.release);
	as_user_file(path, 0, 0644);
	fd = open(path, O_WRONLY);
	if (write(fd, &f, sizeof f) != sizeof f)
		_exit(96);
	close(fd);
}

/* By its name alone, when no file here has it. */
static int by_name(void)
{
	char name[256] = "";
	int fd = module_open("given", name, sizeof name);

	TRY(fd >= 0 && !strcmp(name, "from_within"));
	close(fd);
	TRY(module_open("given.ko", name, sizeof name) == -ENOENT);
	TRY(module_open("./given", name, sizeof name) == -ENOENT);
	TRY(module_open("other", name, sizeof name) == -ENOENT);
	as_user_file("/given", 0, 0644);
	TRY(module_open("given", name, sizeof name) == -ENOEXEC);
	return 0;
}

TEST(module_by_name)
{
	int r = as_user_run(
		&(struct as_user){ .as_root = true, .prepare = below_modules, .run = by_name });

	CHECK_MSG(!r, "%s", as_user_said);
}

static void running(const char *name, const char *state, uid_t owner)
{
	char path[512];
	int fd;

	ctl_path(path, sizeof path, name, "state");
	as_user_file(path, 0, 0600);
	fd = open(path, O_WRONLY);
	if (write(fd, state, strlen(state)) < 0)
		_exit(96);
	close(fd);
	ctl_path(path, sizeof path, name, "ctl");
	as_user_file(path, owner, 0600);
}

static void some_run(void)
{
	fake_kernel.on = true;
	running("his", "2\n", SOMEBODY);
	running("roots", "3\n", 0);
	running("silent", "", SOMEBODY);
}

/* Modules of others are neither taken over nor removed; what state they have may be seen. */
static int whose(void)
{
	TRY(module_state("his") == 2 && module_state("roots") == 3);
	TRY(module_state("silent") == -ENOENT && module_state("none") == -ENOENT);
	TRY(trust_running("his") && trust_silently("his"));
	TRY(!trust_silently("roots") && !trust_silently("none"));
	return trust_running("roots") || trust_running("none");
}

static int of_anybody(void)
{
	TRY(trust_running("his") && trust_running("roots"));
	return trust_running("none");
}

TEST(module_is_somebodys)
{
	CHECK_EQ(as_user_run(&(struct as_user){
			 .groups = { STAPUSR }, .prepare = some_run, .run = whose }),
		 0);
	CHECK(strstr(as_user_said, "roots was not loaded by you") &&
	      strstr(as_user_said, "no module none of stap's"));
	CHECK_EQ(as_user_run(&(struct as_user){
			 .groups = { STAPUSR, STAPDEV }, .prepare = some_run, .run = of_anybody }),
		 0);
	CHECK_EQ(as_user_run(&(struct as_user){
			 .as_root = true, .prepare = some_run, .run = of_anybody }),
		 0);
}
