/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a module recorded while nobody read, and a daemon that takes it over (stpd/session.c): it
 * is written, or the module keeps it. */
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/played_session.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static struct played_session recording(const char *output)
{
	return (struct played_session){ .options = { .attach = true, .output = output, .timeout_ms = 1 },
					.prints = "recorded\n" };
}

static bool holds(const char *name, const char *want)
{
	char got[100] = "";
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, got, sizeof got - 1);

	close(fd);
	return n >= 0 && !strcmp(got, want);
}

static int is_written(void)
{
	struct played_session p = recording("/out");

	TRY(played_session_run(&p) == 0);
	TRY(!strcmp(played_told, "STOP ") && !strcmp(fake_kernel.removed, "m "));
	TRY(holds("/out", "recorded\n"));
	return 0;
}

TEST(recording_is_taken_over)
{
	as_user_must(true, is_written);
}

/* Neither the module nor what it recorded was touched. */
static int keeps(struct played_session *p)
{
	TRY(played_session_run(p) == 1);
	TRY(!strstr(played_told, "STOP") && !*fake_kernel.removed);
	return 0;
}

static int no_directory(void)
{
	struct played_session p = recording("/nosuch/x");

	return keeps(&p);
}

TEST(recording_outlives_a_wrong_name)
{
	as_user_must(true, no_directory);
	CHECK_STR(as_user_said, "ERROR: cannot write /nosuch/x: No such file or directory\n");
}

static int full_disk(void)
{
	struct played_session p = recording("/small/out");

	TRY(!mkdir("/small", 0755) && !mount("none", "/small", "tmpfs", 0, "size=64k"));
	TRY(keeps(&p) == 0);
	TRY(holds("/small/out", "") && !strcmp(played_told, "DETACH "));
	return 0;
}

TEST(recording_outlives_a_full_disk)
{
	as_user_must(true, full_disk);
	CHECK_STR(as_user_said, "ERROR: cannot write the output: No space left on device\n"
				"Module m runs on; attach with: stpd -A m\n");
}

/* The first file is there, the one of the next name can not be. */
static int no_next_file(void)
{
	struct played_session p = recording("/out");

	p.options.rotate_bytes = 4;
	TRY(!mkdir("/out.1", 0755));
	TRY(keeps(&p) == 0);
	return 0;
}

TEST(recording_outlives_a_rotation_that_fails)
{
	as_user_must(true, no_next_file);
}

/* Its daemon was killed: there are no end probes any more, but the output. */
static int is_over(void)
{
	struct played_session p = recording("/out");

	p.is_over = true;
	TRY(played_session_run(&p) == 0);
	TRY(!*played_told && !strcmp(fake_kernel.removed, "m "));
	TRY(holds("/out", "recorded\n"));
	return 0;
}

TEST(recording_outlives_its_daemon)
{
	as_user_must(true, is_over);
	CHECK(strstr(as_user_said, "WARNING: the session of module m is over, without its end probes"));
}

/* With -o /nosuch/x of a session that would start: before anything of it runs. */
static int never_starts(void)
{
	struct played_session p = { .options = { .output = "/nosuch/x" } };

	TRY(played_session_run(&p) == 1);
	TRY(!*played_told && !fake_kernel.inserted);
	return 0;
}

TEST(session_looks_at_its_output_first)
{
	as_user_must(true, never_starts);
	CHECK_STR(as_user_said, "ERROR: cannot write /nosuch/x: No such file or directory\n");
}
