/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known work for scripts to count: work CALLS BYTES opens a file once, writes BYTES to it CALLS times,
 * reads them back in CALLS reads of BYTES each, and nothing else after its name is set.
 * With tcp as its fourth argument it sends BYTES CALLS times to itself over the loopback.
 * work faults N, sleeps N, spins MS, migrates N: touches N new pages, goes to sleep N times, computes that long, changes
 * the processor N times.  It says when it begins and ends with alarm(1000) and alarm(0). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void faults(long n)
{
	long page = sysconf(_SC_PAGESIZE);
	volatile char *p = mmap(NULL, (size_t)(n * page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise((void *)p, (size_t)(n * page), MADV_NOHUGEPAGE);
	alarm(1000);
	for (long i = 0; i < n; i++)
		p[i * page] = 1;
	alarm(0);
}

static void sleeps(long n)
{
	alarm(1000);
	for (long i = 0; i < n; i++)
		usleep(1000);
	alarm(0);
}

/* By the clock of this process, however slow the machine. */
static void spins(long ms)
{
	clock_t end = clock() + ms * (CLOCKS_PER_SEC / 1000);

	alarm(1000);
	while (clock() < end)
		for (volatile int i = 0; i < 10000; i++)
			;
	alarm(0);
}

static void migrates(long n)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	sched_setaffinity(0, sizeof cpus, &cpus);
	alarm(1000);
	for (long i = 1; i <= n; i++) {
		CPU_ZERO(&cpus);
		CPU_SET((int)(i & 1), &cpus);
		sched_setaffinity(0, sizeof cpus, &cpus);
	}
	alarm(0);
}

static const struct { const char *name; void (*run)(long n); } kinds[] = {
	{ "faults", faults }, { "sleeps", sleeps }, { "spins", spins }, { "migrates", migrates },
};

static int send_to_self(long calls, char *buf, long bytes)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof addr;
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), peer;

	if (bind(server, (struct sockaddr *)&addr, len) || listen(server, 1) || getsockname(server, (struct sockaddr *)&addr, &len) ||
	    connect(client, (struct sockaddr *)&addr, len))
		return 1;
	peer = accept(server, NULL, NULL);
	for (long i = 0; i < calls; i++)
		if (send(client, buf, (size_t)bytes, 0) != bytes || recv(peer, buf, (size_t)bytes, MSG_WAITALL) != bytes)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 10, bytes = argc > 2 ? atol(argv[2]) : 100;
	char *buf = calloc(1, (size_t)bytes + 1), name[] = "/tmp/work.XXXXXX";
	int fd;

	for (size_t i = 0; argc > 2 && i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(argv[1], kinds[i].name)) {
			kinds[i].run(bytes);
			return 0;
		}
	fd = mkstemp(name);
	if (fd < 0 || !buf)
		return 1;
	close(fd);
	prctl(PR_SET_NAME, argc > 3 ? argv[3] : "work");
	if (argc > 4 && !strcmp(argv[4], "tcp")) {
		unlink(name);
		return send_to_self(calls, buf, bytes);
	}
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
