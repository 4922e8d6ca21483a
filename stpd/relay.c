/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data side: reads every CPU's channel, merges, writes. */
#include "stpd/stpd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct relay {
	const struct options *options;
	struct merge *merge;
	struct output **outputs;	/* one, or one a CPU with --bulk */
	unsigned noutputs, ncpus;
	int *fds;			/* by CPU; -1: no such CPU */
	char *buffer;
	uint64_t lost_records, lost_bytes;
};

enum { READ_SIZE = 1 << 18, PATIENCE = 3 };

static void record(void *data, const struct stp_rec *head, const void *payload)
{
	struct relay *r = data;
	struct stp_lost lost;

	if (head->kind == STP_REC_TEXT) {
		output_write(r->outputs[r->noutputs > 1 ? head->cpu : 0], payload, head->len);
	} else if (head->kind == STP_REC_LOST && head->len >= sizeof lost) {
		memcpy(&lost, payload, sizeof lost);
		r->lost_records += lost.records;
		r->lost_bytes += lost.bytes;
	}
}

/* 1 + the highest N of the traceN files, 0 when there are none. */
static unsigned count_channels(const char *name)
{
	char path[PATH_MAX];
	struct dirent *e;
	unsigned n = 0, cpu;
	DIR *d;

	ctl_path(path, sizeof path, name, "");
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (sscanf(e->d_name, "trace%u", &cpu) == 1 && cpu + 1 > n)
			n = cpu + 1;
	if (d)
		closedir(d);
	return n;
}

static int open_channels(struct relay *r, const char *name)
{
	char path[PATH_MAX], file[32];

	for (unsigned i = 0; i < r->ncpus; i++) {
		snprintf(file, sizeof file, "trace%u", i);
		ctl_path(path, sizeof path, name, file);
		r->fds[i] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (r->fds[i] < 0 && errno != ENOENT) {
			say_error("cannot open %s: %s", path, strerror(errno));
			return -errno;
		}
	}
	return 0;
}

static int open_outputs(struct relay *r)
{
	bool bulk = r->options->bulk && r->options->output;

	r->noutputs = bulk ? r->ncpus : 1;
	r->outputs = calloc(r->noutputs, sizeof *r->outputs);
	if (!r->outputs)
		return -ENOMEM;
	for (unsigned i = 0; i < r->noutputs; i++) {
		r->outputs[i] = output_open(r->options, bulk ? (int)i : -1);
		if (!r->outputs[i])
			return -EIO;
	}
	return 0;
}

struct relay *relay_open_all(const char *name, const struct options *o)
{
	struct relay *r = calloc(1, sizeof *r);
	unsigned n = count_channels(name);

	if (!r || !n) {
		say_error("module %s has no data channels", name);
		free(r);
		return NULL;
	}
	r->options = o;
	r->ncpus = n;
	r->fds = calloc(n, sizeof *r->fds);
	r->buffer = malloc(READ_SIZE);
	r->merge = merge_new(n, o->bulk, record, r);
	if (!r->fds || !r->buffer || !r->merge) {
		say_error("out of memory");
		relay_close_all(r);
		return NULL;
	}
	memset(r->fds, -1, n * sizeof *r->fds);
	if (open_channels(r, name) || open_outputs(r)) {
		relay_close_all(r);
		return NULL;
	}
	return r;
}

static int read_channel(struct relay *r, unsigned cpu)
{
	int total = 0, err;
	ssize_t n;

	while ((n = read(r->fds[cpu], r->buffer, READ_SIZE)) > 0) {
		err = merge_feed(r->merge, cpu, r->buffer, (size_t)n);
		if (err)
			return err;
		total += (int)n;
		if (total >= 1 << 24)
			break;		/* let the other channels have their turn */
	}
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : total;
}

int relay_read_all(struct relay *r)
{
	int total = 0, n;

	for (unsigned i = 0; i < r->ncpus; i++) {
		if (r->fds[i] < 0)
			continue;
		n = read_channel(r, i);
		if (n < 0)
			return n;
		total = total > INT_MAX - n ? INT_MAX : total + n;
	}
	return total;
}

void relay_advance(struct relay *r, bool last)
{
	merge_advance(r->merge, last || r->options->overwrite ? 0 : PATIENCE);
	for (unsigned i = 0; i < r->noutputs; i++)
		output_flush(r->outputs[i]);
}

int relay_switch(struct relay *r)
{
	int err = 0;

	for (unsigned i = 0; i < r->noutputs; i++)
		err = output_switch(r->outputs[i]) ? -EIO : err;
	return err;
}

uint64_t relay_lost(const struct relay *r, uint64_t *bytes)
{
	*bytes = r->lost_bytes;
	return r->lost_records;
}

int relay_close_all(struct relay *r)
{
	int err = 0, e;

	for (unsigned i = 0; r->fds && i < r->ncpus; i++)
		if (r->fds[i] >= 0)
			close(r->fds[i]);
	for (unsigned i = 0; r->outputs && i < r->noutputs; i++) {
		e = output_close(r->outputs[i]);
		err = e ? e : err;
	}
	merge_free(r->merge);
	free(r->outputs);
	free(r->fds);
	free(r->buffer);
	free(r);
	return err;
}
