/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that rotate by size (stpd/output.c): when the next one begins, what each holds, which are
 * kept. */
#include "stpd/stpd.h"
#include "testsuite/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char place[] = "/tmp/rotation-XXXXXX";

/* A directory of its own, where the tests work; it is empty at the begin and the end of each. */
static void enter(void)
{
	if (place[sizeof place - 2] == 'X')
		CHECK(mkdtemp(place));
	CHECK(!chdir(place));
}

static void forget(const char *name)
{
	CHECK_MSG(!unlink(name), "there is no %s", name);
}

static void leave(void)
{
	CHECK(!chdir("/"));
	CHECK_MSG(!rmdir(place), "files are left in %s", place);
	place[sizeof place - 2] = 'X';
	memset(place + sizeof place - 7, 'X', 6);
}

/* The size of NAME, or -1. */
static long size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -1 : (long)st.st_size;
}

static struct output *open_output(const struct options *o, int cpu)
{
	struct output *out = output_open(o, cpu);

	CHECK(out);
	return out;
}

static void write_text(struct output *out, const char *text)
{
	CHECK_EQ(output_write(out, text, strlen(text)), 0);
}

static void check_file(const char *name, const char *want)
{
	char got[100] = "";
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof got - 1);

	CHECK_MSG(n >= 0, "cannot read %s", name);
	close(fd);
	CHECK_STR(got, want);
}

TEST(rotation_at_the_size)
{
	const struct options o = { .output = "out", .rotate_bytes = 10 };
	struct output *out;

	enter();
	out = open_output(&o, -1);
	write_text(out, "1234\n");
	write_text(out, "6789\n");	/* to the byte */
	CHECK_EQ(size_of("out.1"), -1);
	write_text(out, "a\n");
	write_text(out, "1234567890123\n");	/* longer than a file */
	write_text(out, "b\n");
	CHECK_EQ(output_close(out), 0);
	check_file("out.0", "1234\n6789\n");
	check_file("out.1", "a\n");
	check_file("out.2", "1234567890");
	check_file("out.3", "123\nb\n");
	CHECK_EQ(size_of("out.4"), -1);
	for (const char *const *n =
		     (const char *const[]){ "out.0", "out.1", "out.2", "out.3", NULL };
	     *n; n++)
		forget(*n);
	leave();
}

/* However the text comes: in parts of lines, or many lines at once. */
TEST(rotation_at_ends_of_lines)
{
	static const char text[] = "one\ntwo\nthree\nfour\nfive\n";
	const struct options o = { .output = "out", .rotate_bytes = 10 };

	enter();
	for (size_t step = 1; step < sizeof text; step++) {
		struct output *out = open_output(&o, -1);

		for (size_t i = 0; i < sizeof text - 1; i += step)
			CHECK_EQ(output_write(out, text + i,
					      i + step < sizeof text ? step : sizeof text - 1 - i), 0);
		CHECK_EQ(output_close(out), 0);
		check_file("out.0", "one\ntwo\n");
		check_file("out.1", "three\n");
		check_file("out.2", "four\nfive\n");
		CHECK_EQ(size_of("out.3"), -1);
	}
	forget("out.0");
	forget("out.1");
	forget("out.2");
	leave();
}

/* What one run of a handler prints may be longer than a file. */
TEST(rotation_of_long_text)
{
	enum { LINES = 30000, SIZE = 100000 };
	const struct options o = { .output = "out", .rotate_bytes = SIZE };
	char *text = malloc(LINES * 11 + 1), name[20];
	struct output *out;
	long total = 0;

	CHECK(text);
	for (int i = 0; i < LINES; i++)
		sprintf(text + i * 11, "%010d\n", i);
	enter();
	out = open_output(&o, -1);
	CHECK_EQ(output_write(out, text, LINES * 11), 0);
	CHECK_EQ(output_close(out), 0);
	for (int i = 0; total < LINES * 11; i++) {
		snprintf(name, sizeof name, "out.%d", i);
		CHECK(size_of(name) > 0 && size_of(name) <= SIZE && size_of(name) % 11 == 0);
		total += size_of(name);
		forget(name);
	}
	CHECK_EQ(total, LINES * 11);
	leave();
	free(text);
}

/* The begin of a line is the file's when another one is asked for, or the last one ends. */
TEST(rotation_loses_no_begun_line)
{
	const struct options o = { .output = "out", .rotate_bytes = 10 };
	struct output *out;

	enter();
	out = open_output(&o, -1);
	write_text(out, "12345678\nabc");
	CHECK_EQ(output_switch(out), 0);
	write_text(out, "def");
	CHECK_EQ(output_close(out), 0);
	check_file("out.0", "12345678\n");
	check_file("out.1", "abc");
	check_file("out.2", "def");
	forget("out.0");
	forget("out.1");
	forget("out.2");
	leave();
}

/* The name of an old file was made of a time that is over. */
TEST(rotation_keeps_the_last_of_names_with_the_time)
{
	const struct options o = { .output = "%s", .rotate_bytes = 1, .rotate_files = 1 };
	time_t then = time(NULL);
	struct output *out;
	char name[40];

	enter();
	out = open_output(&o, -1);
	CHECK_EQ(output_write(out, "\n", 1), 0);
	while (time(NULL) < then + 2)
		usleep(10000);
	CHECK_EQ(output_write(out, "\n", 1), 0);
	CHECK_EQ(output_close(out), 0);
	for (time_t t = then; t <= time(NULL); t++) {
		snprintf(name, sizeof name, "%lld.0", (long long)t);
		CHECK_EQ(size_of(name), -1);
		snprintf(name, sizeof name, "%lld.1", (long long)t);
		unlink(name);
	}
	leave();
}

TEST(rotation_keeps_the_last)
{
	const struct options o = { .output = "out", .rotate_bytes = 1, .rotate_files = 2 };
	struct output *out;

	enter();
	out = open_output(&o, -1);
	for (const char *c = "abcde"; *c; c++)
		CHECK_EQ(output_write(out, c, 1), 0);	/* a line that has no end */
	CHECK_EQ(output_close(out), 0);
	CHECK_EQ(size_of("out.2"), -1);
	check_file("out.3", "d");
	check_file("out.4", "e");
	forget("out.3");
	forget("out.4");
	leave();
}

/* Without a size: the first has the name alone; all are kept. */
TEST(rotation_on_demand)
{
	const struct options o = { .output = "out" };
	struct output *out;

	enter();
	out = open_output(&o, -1);
	write_text(out, "first");
	CHECK_EQ(output_switch(out), 0);
	write_text(out, "second");
	CHECK_EQ(output_flush(out), 0);
	check_file("out", "first");
	check_file("out.1", "second");
	CHECK_EQ(output_switch(out), 0);
	CHECK_EQ(output_close(out), 0);
	check_file("out.2", "");
	forget("out");
	forget("out.1");
	forget("out.2");
	leave();
}

/* The file of a CPU: a header, and records padded to 8 bytes, each counted with its padding. */
TEST(rotation_of_records)
{
	const size_t three = 3 * (sizeof(struct stp_rec) + 8);
	const struct options o = { .output = "out", .rotate_bytes = three };
	struct stp_rec rec = { .magic = STP_REC_MAGIC, .kind = STP_REC_TEXT, .len = 3 };
	struct stp_file_header h;
	struct output *out;
	char got[sizeof rec + 8];
	int fd;

	enter();
	out = open_output(&o, 5);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(output_write_record(out, &rec, "abc"), 0);
	rec.len = 8;
	CHECK_EQ(output_write_record(out, &rec, "abcdefgh"), 0);
	CHECK_EQ(output_close(out), 0);
	CHECK_EQ(size_of("out_5.0"), (long)(sizeof h + three));
	CHECK_EQ(size_of("out_5.1"), (long)(sizeof h + 2 * (sizeof rec + 8)));
	fd = open("out_5.1", O_RDONLY);
	CHECK(read(fd, &h, sizeof h) == sizeof h && read(fd, got, sizeof got) == sizeof got);
	close(fd);
	CHECK_MEM(h.magic, "STPBULK1", 8);
	CHECK_EQ(h.version, STP_FILE_VERSION);
	CHECK_EQ(h.byte_order, 0x01020304);
	CHECK_EQ(h.cpu, 5);
	CHECK_MEM(got + sizeof rec, "abc\0\0\0\0\0", 8);
	forget("out_5.0");
	forget("out_5.1");
	leave();
}

TEST(output_names)
{
	struct options o = { .output = "a%%b" };

	enter();
	CHECK_EQ(output_close(open_output(&o, 0)), 0);
	o.daemon = true;
	CHECK_EQ(output_close(open_output(&o, 11)), 0);
	CHECK_EQ(output_close(open_output(&o, -1)), 0);
	forget("a%b_0");
	forget("a%b_cpu11");
	forget("a%b");
	o.output = "none/file";
	CHECK(!output_open(&o, -1));
	leave();
}

/* A name that is too long even for strftime is told as it is. */
TEST(output_name_too_long)
{
	static char name[6000], said[200];
	const struct options o = { .output = name };
	int keep = dup(2), p[2];
	ssize_t n;

	memset(name, 'x', sizeof name - 1);
	CHECK(!pipe(p) && dup2(p[1], 2) == 2);
	CHECK(!output_open(&o, -1));
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	close(p[1]);
	n = read(p[0], said, sizeof said - 1);
	close(p[0]);
	CHECK(n > 0 && !strncmp(said, "ERROR: cannot write xxxxxxxx", 28));
}

/* More than the buffer holds, in pieces that do not divide it; the file there was is forgotten. */
TEST(output_is_whole)
{
	const struct options o = { .output = "out" };
	enum { PIECE = 70001, PIECES = 3 };
	char *piece = malloc(PIECE), *got = malloc(PIECES * PIECE + 1);
	struct output *out;
	int fd;

	CHECK(piece && got);
	enter();
	for (int i = 0; i < PIECE; i++)
		piece[i] = (char)(i % 251);
	out = open_output(&o, -1);
	for (int i = 0; i < PIECES; i++)
		CHECK_EQ(output_write(out, piece, PIECE), 0);
	CHECK_EQ(output_close(out), 0);
	fd = open("out", O_RDONLY);
	CHECK_EQ(read(fd, got, PIECES * PIECE + 1), PIECES * PIECE);
	close(fd);
	for (int i = 0; i < PIECES; i++)
		CHECK_MEM(got + i * PIECE, piece, PIECE);
	CHECK_EQ(output_close(open_output(&o, -1)), 0);
	CHECK_EQ(size_of("out"), 0);
	forget("out");
	leave();
	free(piece);
	free(got);
}

TEST(output_that_cannot_be_written)
{
	struct output *out;

	if (access("/dev/full", W_OK))
		SKIP("there is no /dev/full");
	out = open_output(&(struct options){ .output = "/dev/full" }, -1);
	write_text(out, "text");
	CHECK_EQ(output_error(out), 0);
	CHECK_EQ(output_flush(out), -ENOSPC);
	CHECK_EQ(output_error(out), -ENOSPC);
	CHECK_EQ(output_write(out, "more", 4), -ENOSPC);
	CHECK_EQ(output_close(out), -ENOSPC);
	CHECK_EQ(output_close(NULL), 0);
}
