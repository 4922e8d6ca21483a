/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known work for scripts to count: work CALLS BYTES opens a file once, writes BYTES to it CALLS times,
 * reads them back in CALLS reads of BYTES each, and nothing else after its name is set. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 10, bytes = argc > 2 ? atol(argv[2]) : 100;
	char *buf = calloc(1, (size_t)bytes + 1), name[] = "/tmp/work.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || !buf)
		return 1;
	close(fd);
	prctl(PR_SET_NAME, argc > 3 ? argv[3] : "work");
	fd = open(name, O_RDWR);
	for (long i = 0; i < calls; i++)
		if (write(fd, buf, (size_t)bytes) != bytes)
			return 1;
	lseek(fd, 0, SEEK_SET);
	for (long i = 0; i < calls; i++)
		if (read(fd, buf, (size_t)bytes) != bytes)
			return 1;
	unlink(name);
	return 0;
}
