/* SPDX-License-Identifier: GPL-2.0-or-later */
/* work FILE MILLISECONDS: what makes the kernel's stacks deep for that long, on every processor at
 * a time: writes that are synced through file systems in files of file systems, look-ups of long
 * paths, both ends of connections to the own machine, and page faults, all of them interrupted. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *file;
static char block[65536];

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static void write_file(int cpu)
{
	char name[4096];
	int fd;

	snprintf(name, sizeof name, "%s.%d", file, cpu);
	fd = open(name, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || write(fd, block, sizeof block) < 0 || fsync(fd))
		perror(name);
	if (pread(fd, block, sizeof block, 0) < 0)
		perror(name);
	close(fd);
	unlink(name);
	mkdir(name, 0700);
	rmdir(name);
}

/* A connection to a listener of the own: both ends of it are here. */
static void talk(int family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *address = family == AF_INET ? (void *)&four : (void *)&six;
	socklen_t size = family == AF_INET ? sizeof four : sizeof six;
	int listener = socket(family, SOCK_STREAM, 0), one = socket(family, SOCK_STREAM, 0), other;

	if (!bind(listener, address, size) && !listen(listener, 1) &&
	    !getsockname(listener, address, &size) && !connect(one, address, size)) {
		other = accept(listener, NULL, NULL);
		if (write(one, block, 4000) < 0 || read(other, block, 4000) < 0)
			perror("connection");
		close(other);
	}
	close(one);
	close(listener);
}

static void send_datagram(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof to;
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(in, (struct sockaddr *)&to, size) || getsockname(in, (struct sockaddr *)&to, &size) ||
	    sendto(out, block, 900, 0, (struct sockaddr *)&to, size) < 0 || read(in, block, 900) < 0)
		perror("datagram");
	close(in);
	close(out);
}

static void touch_pages(void)
{
	enum { SIZE = 64 * 4096 };
	char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int at = 0; p != MAP_FAILED && at < SIZE; at += 4096)
		p[at] = 1;
	munmap(p, SIZE);
}

/* What a script of the family `data` looks at: it is read and keeps its value. */
static void touch_variable(void)
{
	char text[32];
	int fd = open("/proc/sys/kernel/panic", O_RDWR);
	ssize_t n = read(fd, text, sizeof text);

	if (n <= 0 || pwrite(fd, text, (size_t)n, 0) != n)
		perror("/proc/sys/kernel/panic");
	close(fd);
}

static void work(int cpu, long long end)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
	do {
		write_file(cpu);
		talk(AF_INET);
		talk(AF_INET6);
		send_datagram();
		touch_pages();
		touch_variable();
	} while (now_ms() < end);
}

int main(int argc, char **argv)
{
	long long end;
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);

	if (argc != 3)
		return 2;
	file = argv[1];
	end = now_ms() + atoi(argv[2]);
	for (int cpu = 0; cpu < cpus; cpu++)
		if (!fork()) {
			work(cpu, end);
			return 0;
		}
	while (wait(NULL) > 0)
		;
	return 0;
}
