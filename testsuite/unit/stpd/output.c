/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that follow each other by size (stpd/output.c). */
#include "stpd/stpd.h"
#include "testsuite/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Write TIMES lines of LEN bytes with a limit of MOST bytes a file, of which KEEP are kept; GOT: "0:80 1:40", the files' numbers
 * and sizes. */
static void write_pieces(unsigned times, size_t len, uint64_t most, unsigned keep, char got[static 200])
{
	char dir[] = "/tmp/unit-outputXXXXXX", path[64], piece[300];
	struct options o = { .output = path, .rotate_bytes = most, .rotate_files = keep };
	struct output *out;
	struct stat st;
	size_t n = 0;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/x", dir);
	memset(piece, 'p', sizeof piece);
	piece[len - 1] = '\n';
	out = output_open(&o, -1);
	CHECK(out != NULL);
	for (unsigned i = 0; i < times; i++)
		CHECK_EQ(output_write(out, piece, len), 0);
	CHECK_EQ(output_close(out), 0);
	got[0] = 0;
	for (unsigned i = 0; i < 50; i++) {
		snprintf(path, sizeof path, "%s/x.%u", dir, i);
		if (stat(path, &st))
			continue;
		n += (size_t)sprintf(got + n, n ? " %u:%d" : "%u:%d", i, (int)st.st_size);
		unlink(path);
	}
	rmdir(dir);
}

TEST(output_begins_a_file_before_one_is_too_long)
{
	char got[200];

	write_pieces(5, 40, 100, 0, got);
	CHECK_STR(got, "0:80 1:80 2:40");
	write_pieces(5, 50, 100, 0, got);
	CHECK_STR(got, "0:100 1:100 2:50");
	write_pieces(3, 51, 100, 0, got);
	CHECK_STR(got, "0:51 1:51 2:51");
}

TEST(output_splits_a_line_that_is_longer_than_a_file)
{
	char got[200];

	write_pieces(3, 150, 100, 0, got);
	CHECK_STR(got, "0:100 1:50 2:100 3:50 4:100 5:50");
}

TEST(output_keeps_the_last_files)
{
	char got[200];

	write_pieces(9, 50, 100, 2, got);
	CHECK_STR(got, "3:100 4:50");
	write_pieces(9, 50, 100, 1, got);
	CHECK_STR(got, "4:50");
	write_pieces(2, 50, 100, 2, got);
	CHECK_STR(got, "0:100");
}
