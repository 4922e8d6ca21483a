/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the records' text goes: standard output, a file (its name may hold strftime
 * conversions), a set of files that rotate by size or on demand.  The files of bulk mode
 * hold the records as they are, behind a header, for stap-merge.
 *
 * A file that rotates by size is never larger than that, and ends at the end of a line unless the
 * line is longer than a file: the begin of a line waits for what comes behind it.  Old files are
 * known by the names that they got, for the time is another one when they go. */
#include "stpd/patient.h"
#include "stpd/stpd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct output {
	const struct options *options;
	int cpu, fd, error;
	unsigned serial;		/* number of the current file, with rotation */
	uint64_t written;		/* into the current file */
	char buffer[65536];
	size_t used;
	bool reserved;			/* blocks of the file, behind its end */
	char line[65536];		/* the begin of one, with rotation by size */
	size_t begun;
	char **names;			/* of the last files, by serial modulo options->rotate_files */
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

/* The file that this one, NAME, takes the place of goes. */
static int remember(struct output *o, const char *name)
{
	const unsigned keep = o->options->rotate_files;
	char **slot;

	if (!keep)
		return 0;
	if (!o->names)
		o->names = calloc(keep, sizeof *o->names);
	if (!o->names)
		return -ENOMEM;
	slot = &o->names[o->serial % keep];
	if (*slot)
		unlink(*slot);
	free(*slot);
	*slot = strdup(name);
	return *slot ? 0 : -ENOMEM;
}

static int open_file(struct output *o)
{
	char name[PATH_MAX];
	int fd;

	file_name(o, o->serial, name, sizeof name);
	fd = patient_open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0) {
		say_error("cannot write %s: %s", name,
			  fd == -ECANCELED ? "nobody opened it for reading" : strerror(-fd));
		return fd;
	}
	o->fd = fd;
	o->written = 0;
	if (o->cpu >= 0)
		put_header(o);
	return remember(o, name);
}

/* A file that is not there is made and removed.  What is no regular file, a FIFO say, may wait for
 * its reader, or do something, as it is opened. 0 or an errno. */
static int try_name(const char *name)
{
	struct stat st;
	bool is_new = stat(name, &st) != 0;
	int fd;

	if (!is_new && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? EISDIR : access(name, W_OK) ? errno : 0;
	fd = open(name, O_WRONLY | O_CLOEXEC | (is_new ? O_CREAT | O_EXCL : 0), 0666);
	if (fd < 0)
		return errno;
	close(fd);
	if (is_new)
		unlink(name);
	return 0;
}

bool output_possible(const struct options *options)
{
	const struct output o = { .options = options, .cpu = options->bulk ? 0 : -1 };
	char name[PATH_MAX];
	int err;

	if (!options->output)
		return true;
	file_name(&o, 0, name, sizeof name);
	err = try_name(name);
	if (err)
		say_error("cannot write %s: %s", name, strerror(err));
	return !err;
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
	if (!o->error && err == ECANCELED)
		say_error("given up: nobody read the output, and some of it is lost");
	else if (!o->error && err != EPIPE)
		say_error("cannot write the output: %s", strerror(err));
	o->error = err;
	return -err;
}

int output_flush(struct output *o)
{
	int err = o->error ? 0 : patient_write(o->fd, o->buffer, o->used);

	if (err)
		fail(o, -err);
	o->used = 0;
	return -o->error;
}

/* Where a full disk would take what has been read: the file's blocks are there before its size. */
int output_reserve(struct output *o, uint64_t bytes)
{
	off_t at = lseek(o->fd, 0, SEEK_CUR);

	if (o->error || at < 0 || o->fd == STDOUT_FILENO)
		return -o->error;
	if (fallocate(o->fd, FALLOC_FL_KEEP_SIZE, at, (off_t)bytes) && (errno == ENOSPC || errno == EDQUOT))
		return fail(o, errno);
	o->reserved = true;
	return 0;
}

/* 0 or an errno. */
static int close_file(struct output *o)
{
	off_t at = o->reserved ? lseek(o->fd, 0, SEEK_CUR) : -1;
	int err = at >= 0 && ftruncate(o->fd, at) ? errno : 0;

	o->reserved = false;
	return close(o->fd) ? errno : err;
}

static int next_file(struct output *o)
{
	if (!o->options->output)
		return 0;
	output_flush(o);
	close_file(o);
	o->fd = -1;
	o->serial++;
	if (!o->error)
		o->error = -open_file(o);
	return -o->error;
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

/* Whether LEN bytes more belong into the next file. */
static int make_room(struct output *o, size_t len)
{
	if (o->error)
		return -o->error;
	if (rotates(o) && o->written && o->written + len > o->options->rotate_bytes)
		next_file(o);
	return -o->error;
}

/* A line, or text that has no end of a line. */
static int write_line(struct output *o, const char *p, size_t len)
{
	int err = make_room(o, len);
	size_t n;

	while (!err && len) {
		n = len < o->options->rotate_bytes ? len : o->options->rotate_bytes;
		err = append(o, p, n);
		p += n;
		len -= n;
		if (!err && len)
			err = make_room(o, len);
	}
	return err;
}

static int end_line(struct output *o)
{
	size_t len = o->begun;

	o->begun = 0;
	return write_line(o, o->line, len);
}

/* Text up to the end of a line, or all there is. */
static int write_piece(struct output *o, const char *p, size_t len)
{
	bool whole = p[len - 1] == '\n';
	int err = 0;

	if (whole && !o->begun)
		return write_line(o, p, len);
	while (len && !err) {
		size_t n = sizeof o->line - o->begun;

		n = n < len ? n : len;
		memcpy(o->line + o->begun, p, n);
		o->begun += n;
		p += n;
		len -= n;
		if (o->begun == sizeof o->line || (whole && !len))
			err = end_line(o);
	}
	return err;
}

int output_write(struct output *o, const void *data, size_t len)
{
	const char *p = data, *end;
	int err = -o->error;

	if (!rotates(o))
		return err ? err : append(o, data, len);
	for (; len && !err; len -= (size_t)(end - p), p = end) {
		end = memchr(p, '\n', len);
		end = end ? end + 1 : p + len;
		err = write_piece(o, p, (size_t)(end - p));
	}
	return err;
}

int output_switch(struct output *o)
{
	end_line(o);
	return next_file(o);
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
	end_line(o);
	output_flush(o);
	err = o->fd != STDOUT_FILENO ? close_file(o) : 0;
	if (err && !o->error)
		fail(o, err);
	err = o->error;
	for (unsigned i = 0; o->names && i < o->options->rotate_files; i++)
		free(o->names[i]);
	free(o->names);
	free(o);
	return -err;
}
