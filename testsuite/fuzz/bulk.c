/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of bulk mode, for stap-merge. "@@" in the input ends a file.  What is printed comes
 * from the files, and something is said of a file that is not used to its end. */
#include "stpd/stpd.h"
#include "testsuite/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned said;

int merge_main(int argc, char **argv);
static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define say_error note
#define main merge_main
#include "stpd/merge_main.c"
#undef main

static void note(const char *fmt, ...)
{
	(void)fmt;
	said++;
}

static const char *const pieces[] = {
	"@@", "STPBULK1", "\x01", "\x04\x03\x02\x01", "TS\x01", "TS\x02", "TS\x01\x01", "\x08",
	"\xff\xff\xff\xff", "text of a record", NULL,
};

enum { FILES = 6 };
struct files { int fds[FILES]; char names[FILES][32]; char *argv[FILES]; int n; size_t bytes; };

static bool add_file(struct files *f, const char *data, size_t len)
{
	int fd = memfd_create("bulk", MFD_CLOEXEC);

	if (fd < 0)
		return false;
	f->fds[f->n] = fd;
	snprintf(f->names[f->n], sizeof f->names[0], "/proc/self/fd/%d", fd);
	f->argv[f->n] = f->names[f->n];
	f->n++;
	f->bytes += len;
	return write(fd, data, len) == (ssize_t)len;
}

static const char *check(struct files *f, bool *taken)
{
	int out = memfd_create("merged", MFD_CLOEXEC), status;
	struct stat st = { 0 };
	char name[32];

	if (out < 0)
		return "no file";
	snprintf(name, sizeof name, "/proc/self/fd/%d", out);
	said = 0;
	status = merge_files(f->argv, f->n, name, false);
	fstat(out, &st);
	close(out);
	*taken = !status;
	if (status != 0 && status != 1)
		return "another status";
	if ((status == 1) != (said > 0))
		return "the status does not agree with what is said";
	return (size_t)st.st_size > f->bytes ? "more is printed than there was" : NULL;
}

static const char *run(const char *data, size_t len, bool *taken)
{
	const char *at = data, *end = data + len, *stop, *wrong = NULL;
	struct files f = { .n = 0 };

	while (at < end && f.n < FILES && !wrong) {
		stop = memmem(at, (size_t)(end - at), "@@", 2);
		if (!add_file(&f, at, (size_t)((stop ? stop : end) - at)))
			wrong = "no file";
		at = stop ? stop + 2 : end;
	}
	if (!wrong && f.n)
		wrong = check(&f, taken);
	while (f.n)
		close(f.fds[--f.n]);
	return wrong;
}

const struct fuzz_target fuzz_bulk = { "bulk", run, pieces };
