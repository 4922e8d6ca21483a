/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the records' text goes: standard output, a file (its name may hold strftime
 * conversions), a set of files that rotate by size or on demand.  The files of bulk mode
 * hold the records as they are, behind a header, for stap-merge. */
#include "stpd/stpd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct output {
	const struct options *options;
	int cpu, fd, error;
	unsigned serial;		/* number of the current file, with rotation */
	uint64_t written;		/* into the current file */
	char buffer[65536];
	size_t used;
};

static bool rotates(const struct output *o)
{
	return o->options->rotate_bytes != 0;
}

static void file_name(const struct output *o, unsigned serial, char *name, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;
	size_t n;

	localtime_r(&now, &tm);
	n = strftime(name, size, o->options->output, &tm);
	if (!n)
		n = (size_t)snprintf(name, size, "%s", o->options->output);
	if (o->cpu >= 0 && n < size)
		n += (size_t)snprintf(name + n, size - n, o->options->daemon ? "_cpu%d" : "_%d", o->cpu);
	if ((rotates(o) || serial) && n < size)
		snprintf(name + n, size - n, ".%u", serial);
}

/* The buffer is empty when a file begins. */
static void put_header(struct output *o)
{
	struct stp_file_header h = { .magic = "STPBULK", .version = STP_FILE_VERSION, .byte_order = 0x01020304, .cpu = (uint32_t)o->cpu };

	h.magic[7] = '1';
	memcpy(o->buffer, &h, sizeof h);
	o->used = sizeof h;
}

static int open_file(struct output *o)
{
	char name[PATH_MAX];
	int fd;

	file_name(o, o->serial, name, sizeof name);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		int err = errno;

		say_error("cannot write %s: %s", name, strerror(err));
		return -err;
	}
	o->fd = fd;
	o->written = 0;
	if (o->cpu >= 0)
		put_header(o);
	return 0;
}

static void remove_old(struct output *o)
{
	char name[PATH_MAX];

	if (!o->options->rotate_files || o->serial < o->options->rotate_files)
		return;
	file_name(o, o->serial - o->options->rotate_files, name, sizeof name);
	unlink(name);
}

struct output *output_open(const struct options *options, int cpu)
{
	struct output *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->options = options;
	o->cpu = cpu;
	o->fd = STDOUT_FILENO;
	if (options->output && open_file(o)) {
		free(o);
		return NULL;
	}
	return o;
}

static int fail(struct output *o, int err)
{
	if (!o->error && err != EPIPE)
		say_error("cannot write the output: %s", strerror(err));
	o->error = err;
	return -err;
}

int output_flush(struct output *o)
{
	size_t done = 0;

	while (done < o->used && !o->error) {
		ssize_t n = write(o->fd, o->buffer + done, o->used - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			fail(o, errno);
	}
	o->used = 0;
	return -o->error;
}

int output_switch(struct output *o)
{
	if (!o->options->output)
		return 0;
	output_flush(o);
	close(o->fd);
	o->serial++;
	remove_old(o);
	if (open_file(o))
		return fail(o, EIO);
	return 0;
}

static int append(struct output *o, const char *p, size_t len)
{
	o->written += len;
	while (len) {
		size_t n = sizeof o->buffer - o->used;

		if (n > len)
			n = len;
		memcpy(o->buffer + o->used, p, n);
		o->used += n;
		p += n;
		len -= n;
		if (o->used == sizeof o->buffer && output_flush(o))
			return -o->error;
	}
	return 0;
}

/* Whether LEN bytes more belong into the next file; they are never split. */
static int make_room(struct output *o, size_t len)
{
	if (o->error)
		return -o->error;
	if (rotates(o) && o->written && o->written + len > o->options->rotate_bytes)
		output_switch(o);
	return -o->error;
}

int output_write(struct output *o, const void *data, size_t len)
{
	int err = make_room(o, len);

	return err ? err : append(o, data, len);
}

int output_write_record(struct output *o, const struct stp_rec *head, const void *payload)
{
	static const char zeros[8];
	size_t pad = -(size_t)head->len & 7;
	int err = make_room(o, sizeof *head + head->len + pad);

	if (!err)
		err = append(o, (const char *)head, sizeof *head);
	if (!err)
		err = append(o, payload, head->len);
	return err ? err : append(o, zeros, pad);
}

int output_error(const struct output *o)
{
	return -o->error;
}

int output_close(struct output *o)
{
	int err;

	if (!o)
		return 0;
	output_flush(o);
	if (o->fd != STDOUT_FILENO && close(o->fd) && !o->error)
		fail(o, errno);
	err = o->error;
	free(o);
	return -err;
}
