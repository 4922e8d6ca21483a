/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says on standard error (stpd/message.c), and of modules that the kernel refuses
 * (stpd/refusal.c). */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static char said[2000];

/* What SPEAK says. */
static const char *hear(void (*speak)(void))
{
	int keep = dup(2), p[2];
	ssize_t n;

	CHECK(!pipe(p) && dup2(p[1], 2) == 2);
	speak();
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	close(p[1]);
	n = read(p[0], said, sizeof said - 1);
	said[n > 0 ? n : 0] = 0;
	close(p[0]);
	return said;
}

static void error(void) { say_error("no %s", "way"); }
static void warning(void) { say_warning(&(struct options){ .verbose = 1 }, "%d left", 3); }
static void quiet_warning(void) { say_warning(&(struct options){ .quiet = true }, "%d left", 3); }
static void debug(void) { say_debug(&(struct options){ .verbose = 1 }, "at %d", 4); }
static void no_debug(void) { say_debug(&(struct options){ .quiet = true }, "at %d", 4); }

TEST(says_plainly)
{
	unsetenv("SYSTEMTAP_COLORS");
	CHECK(say_in_color("auto"));	/* the pipe is no terminal */
	CHECK_STR(hear(error), "ERROR: no way\n");
	CHECK_STR(hear(warning), "WARNING: 3 left\n");
	CHECK_STR(hear(quiet_warning), "");
	CHECK_STR(hear(debug), "stpd: at 4\n");
	CHECK_STR(hear(no_debug), "");
}

TEST(says_in_color)
{
	CHECK(!say_in_color("sometimes") && !say_in_color("") && !say_in_color("alway"));
	CHECK(say_in_color("always"));
	unsetenv("SYSTEMTAP_COLORS");
	CHECK_STR(hear(error), "\033[01;31mERROR:\033[0m no way\n");
	CHECK_STR(hear(warning), "\033[00;33mWARNING:\033[0m 3 left\n");
	CHECK(say_in_color("never"));
	CHECK_STR(hear(error), "ERROR: no way\n");
	CHECK(say_in_color("auto"));
}

static const char *with_colors(const char *colors)
{
	setenv("SYSTEMTAP_COLORS", colors, 1);
	hear(error);
	unsetenv("SYSTEMTAP_COLORS");
	return said;
}

TEST(says_in_chosen_colors)
{
	static const char usual[] = "\033[01;31mERROR:\033[0m no way\n";

	CHECK(say_in_color("always"));
	CHECK_STR(with_colors("error=32"), "\033[32mERROR:\033[0m no way\n");
	CHECK_STR(with_colors("warning=35:error=04;36"), "\033[04;36mERROR:\033[0m no way\n");
	CHECK_STR(with_colors("error=4:warning=35"), "\033[4mERROR:\033[0m no way\n");
	CHECK_STR(with_colors("error="), "ERROR: no way\n");
	CHECK_STR(with_colors("error"), usual);
	CHECK_STR(with_colors("errors=32"), usual);
	CHECK_STR(with_colors("terror=32"), usual);
	CHECK_STR(with_colors("error=red"), usual);
	CHECK_STR(with_colors("error=3m"), usual);
	CHECK_STR(with_colors("::error=32:"), "\033[32mERROR:\033[0m no way\n");
	CHECK_STR(with_colors(""), usual);
	CHECK(say_in_color("auto"));
}

/* ---- refusals: without a kernel's log, for there is no module of this name ---- */

static int refused_with;

static void refusal(void) { module_explain("/tmp/m.ko", "no_such_module_1", refused_with); }

static const char *explained(int err)
{
	refused_with = err;
	return hear(refusal);
}

TEST(says_why_a_module_is_refused)
{
	CHECK(strstr(explained(ENOEXEC), "/tmp/m.ko: it is damaged"));
	CHECK(strstr(explained(EKEYREJECTED), "signed modules: sign /tmp/m.ko"));
	CHECK(strstr(explained(ENOKEY), "Secure Boot"));
	CHECK(strstr(explained(EEXIST), "loaded already"));
	CHECK(strstr(explained(ENOENT),
		     "a symbol that the running kernel does not have (dmesg has the reason)"));
	CHECK(strstr(explained(EINVAL), "does not fit the running kernel (dmesg has the reason)"));
	CHECK(strstr(explained(ENOMEM), "cannot load /tmp/m.ko: Cannot allocate memory"));
}

/* The kernel's own files, as the test says; /proc is this root directory's alone. */
static void write_file(const char *path, const char *text)
{
	int fd;

	as_user_file(path, 0, 0600);
	fd = open(path, O_WRONLY);
	if (write(fd, text, strlen(text)) < 0)
		_exit(96);
	close(fd);
}

static int not_permitted(void)
{
	module_explain("m.ko", "no_such_module_1", EPERM);
	return 0;
}

static void own_proc(void)
{
	if (umount2("/proc", MNT_DETACH))
		_exit(96);
}

static void locked_down(void)
{
	own_proc();
	write_file("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
}

static void turned_off(void)
{
	own_proc();
	write_file("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	write_file("/proc/sys/kernel/modules_disabled", "1\n");
}

static void not_turned_off(void)
{
	own_proc();
	write_file("/proc/sys/kernel/modules_disabled", "0\n");
}

static const char *not_permitted_where(void (*prepare)(void))
{
	CHECK_EQ(as_user_run(&(struct as_user){
			 .as_root = true, .prepare = prepare, .run = not_permitted }),
		 0);
	return as_user_said;
}

TEST(says_why_loading_is_not_permitted)
{
	CHECK(strstr(not_permitted_where(locked_down), "locked down"));
	CHECK(strstr(not_permitted_where(turned_off), "kernel.modules_disabled=1"));
	CHECK(strstr(not_permitted_where(not_turned_off), "CAP_SYS_MODULE"));
	CHECK(strstr(not_permitted_where(own_proc), "no permission to load m.ko"));
}
