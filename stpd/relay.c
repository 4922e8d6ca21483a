/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data side: reads every CPU's channel, merges, writes.
 *
 * Text that one run of a handler printed in several records is held until its last part
 * comes, so that no other CPU's text gets between. */
#include "stpd/stpd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct held { char *text; size_t len, cap; };
struct relay {
	const struct options *options;
	struct merge *merge;
	struct output **outputs;	/* one, or one a CPU with --bulk */
	unsigned noutputs, ncpus;
	int *fds;			/* by CPU; -1: no such CPU */
	char *buffer;
	uint32_t flags;			/* enum stp_start_flag of the session */
	struct held *held;		/* by CPU */
	uint64_t received;
};

enum { READ_SIZE = 1 << 18, PATIENCE = 3, HELD_MOST = 1 << 20 };

static void release(struct relay *r, struct held *h)
{
	if (h->len)
		output_write(r->outputs[0], h->text, h->len);
	h->len = 0;
}

/* False: there is no memory for it. */
static bool hold(struct held *h, const void *text, size_t len)
{
	if (h->len + len > h->cap) {
		size_t cap = (h->len + len) * 2;
		char *p = realloc(h->text, cap);

		if (!p)
			return false;
		h->text = p;
		h->cap = cap;
	}
	memcpy(h->text + h->len, text, len);
	h->len += len;
	return true;
}

static void record(void *data, const struct stp_rec *head, const void *payload)
{
	struct relay *r = data;
	struct held *h = head->cpu < r->ncpus ? &r->held[head->cpu] : NULL;

	if (head->kind != STP_REC_TEXT || !h)
		return;
	r->received++;
	if (r->noutputs > 1) {
		output_write_record(r->outputs[head->cpu], head, payload);
		return;
	}
	if (head->flags & STP_REC_CONTINUES && h->len < HELD_MOST && hold(h, payload, head->len))
		return;
	release(r, h);
	output_write(r->outputs[0], payload, head->len);
}

/* 1 + the highest N of the traceN files, 0 when there are none. */
static unsigned count_channels(const char *name)
{
	char path[PATH_MAX];
	struct dirent *e;
	unsigned n = 0, cpu;
	DIR *d;

	ctl_path(path, sizeof path, name, "");
	privilege_raise();
	d = opendir(path);
	privilege_lower();
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
		r->fds[i] = debugfs_open(path, O_RDONLY | O_NONBLOCK);
		if (r->fds[i] < 0 && r->fds[i] != -ENOENT) {
			say_error("cannot open %s: %s", path, strerror(-r->fds[i]));
			return r->fds[i];
		}
	}
	return 0;
}

static int open_outputs(struct relay *r)
{
	bool bulk = r->flags & STP_START_BULK && r->options->output;

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

static enum merge_mode mode_of(uint32_t flags)
{
	return flags & STP_START_BULK ? MERGE_BULK : flags & STP_START_OVERWRITE ? MERGE_LOSSY : MERGE_ORDERED;
}

struct relay *relay_open_all(const char *name, const struct options *o, uint32_t flags)
{
	struct relay *r = calloc(1, sizeof *r);
	unsigned n = count_channels(name);

	if (!r || !n) {
		say_error("module %s has no data channels", name);
		free(r);
		return NULL;
	}
	r->options = o;
	r->flags = flags;
	r->ncpus = n;
	r->fds = calloc(n, sizeof *r->fds);
	r->buffer = malloc(READ_SIZE);
	r->merge = merge_new(n, mode_of(flags), record, r);
	r->held = calloc(n, sizeof *r->held);
	if (!r->held || !r->fds || !r->buffer || !r->merge) {
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

int relay_advance(struct relay *r, bool last)
{
	int err = 0, e;

	merge_advance(r->merge, last || r->flags & STP_START_OVERWRITE ? 0 : PATIENCE);
	for (unsigned i = 0; last && i < r->ncpus; i++)
		release(r, &r->held[i]);
	for (unsigned i = 0; i < r->noutputs; i++) {
		output_flush(r->outputs[i]);
		e = output_error(r->outputs[i]);
		err = e ? e : err;
	}
	return err;
}

int relay_switch(struct relay *r)
{
	int err = 0;

	for (unsigned i = 0; i < r->noutputs; i++)
		err = output_switch(r->outputs[i]) ? -EIO : err;
	return err;
}

uint64_t relay_received(const struct relay *r)
{
	return r->received;
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
	for (unsigned i = 0; r->held && i < r->ncpus; i++)
		free(r->held[i].text);
	free(r->held);
	free(r->outputs);
	free(r->fds);
	free(r->buffer);
	free(r);
	return err;
}
