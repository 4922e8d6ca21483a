/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data side: reads every CPU's channel, merges, writes.
 *
 * Text that one run of a handler printed in several records is held until its last part
 * comes, so that no other CPU's text gets between. */
#include "stpd/stpd.h"

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
	char name[256];
	unsigned noutputs, ncpus, nopen;
	int *fds;			/* by CPU; -1: it has no channel */
	char *buffer;
	uint32_t flags;			/* enum stp_start_flag of the session */
	struct held *held;		/* by CPU */
	uint64_t received;
};

enum { READ_SIZE = 1 << 18, PATIENCE = 3, HELD_MOST = 1 << 20 };
/* A read that has no room left for a record ends this much before its end, at most. */
enum { SHORT = STP_MAXRECORD + sizeof(struct stp_rec) + 8 };

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
		if (r->outputs[head->cpu])
			output_write_record(r->outputs[head->cpu], head, payload);
		return;
	}
	if (head->flags & STP_REC_CONTINUES && h->len < HELD_MOST && hold(h, payload, head->len))
		return;
	release(r, h);
	output_write(r->outputs[0], payload, head->len);
}

static bool per_cpu_files(const struct relay *r)
{
	return r->flags & STP_START_BULK && r->options->output;
}

/* CPU's channel, and its file in bulk mode, if it has one by now. */
static int open_channel(struct relay *r, unsigned cpu)
{
	char path[PATH_MAX], file[32];
	int err;

	snprintf(file, sizeof file, "trace%u", cpu);
	ctl_path(path, sizeof path, r->name, file);
	r->fds[cpu] = debugfs_open(path, O_RDONLY | O_NONBLOCK);
	if (r->fds[cpu] < 0) {
		err = r->fds[cpu];
		if (err != -ENOENT)
			say_error("cannot open %s: %s", path, strerror(-err));
		return err == -ENOENT ? 0 : err;
	}
	r->nopen++;
	if (!per_cpu_files(r))
		return 0;
	r->outputs[cpu] = output_open(r->options, (int)cpu);
	return r->outputs[cpu] ? 0 : -EIO;
}

int relay_open_more(struct relay *r)
{
	int err = 0;

	for (unsigned i = 0; i < r->ncpus && !err; i++)
		if (r->fds[i] < 0)
			err = open_channel(r, i);
	if (!err && !r->nopen) {
		say_error("module %s has no data channels", r->name);
		err = -ENOENT;
	}
	return err;
}

static bool open_outputs(struct relay *r)
{
	r->noutputs = per_cpu_files(r) ? r->ncpus : 1;
	r->outputs = calloc(r->noutputs, sizeof *r->outputs);
	if (!r->outputs)
		return false;
	if (!per_cpu_files(r))
		r->outputs[0] = output_open(r->options, -1);
	return per_cpu_files(r) || r->outputs[0];
}

static enum merge_mode mode_of(uint32_t flags)
{
	return flags & STP_START_BULK ? MERGE_BULK : flags & STP_START_OVERWRITE ? MERGE_LOSSY : MERGE_ORDERED;
}

struct relay *relay_new(const char *name, const struct options *o, const struct stp_msg_channels *c)
{
	struct relay *r = calloc(1, sizeof *r);

	if (!r) {
		say_error("out of memory");
		return NULL;
	}
	snprintf(r->name, sizeof r->name, "%s", name);
	r->options = o;
	r->flags = c->flags;
	r->ncpus = c->ncpus;
	r->fds = calloc(r->ncpus, sizeof *r->fds);
	r->buffer = malloc(READ_SIZE);
	r->merge = merge_new(r->ncpus, mode_of(r->flags), record, r);
	r->held = calloc(r->ncpus, sizeof *r->held);
	if (!r->held || !r->fds || !r->buffer || !r->merge) {
		say_error("out of memory");
		relay_close_all(r);
		return NULL;
	}
	memset(r->fds, -1, r->ncpus * sizeof *r->fds);
	if (!open_outputs(r) || relay_open_more(r)) {
		relay_close_all(r);
		return NULL;
	}
	return r;
}

/* What there is. A read that leaves room took all: the next one would find what it was itself
 * probed for, and so on for ever. */
static int read_channel(struct relay *r, unsigned cpu)
{
	int total = 0, err;
	ssize_t n;

	while ((n = read(r->fds[cpu], r->buffer, READ_SIZE)) > 0) {
		err = merge_feed(r->merge, cpu, r->buffer, (size_t)n);
		if (err)
			return err;
		total += (int)n;
		if (n < READ_SIZE - SHORT)
			break;
		if (total >= (r->options->attach ? 1 : 1 << 24))
			break;		/* let the other channels have their turn */
	}
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : total;
}

/* What was recorded stays with the module until there is room for what a round may bring: a read
 * of each channel, what waits for a missing number, and the parts of a text. */
static int make_room(struct relay *r)
{
	const uint64_t most = READ_SIZE * (PATIENCE + 1) + HELD_MOST;
	int err = 0;

	for (unsigned i = 0; i < r->noutputs && !err; i++)
		if (r->outputs[i])
			err = output_reserve(r->outputs[i], most * (r->noutputs > 1 ? 1 : r->nopen));
	return err;
}

int relay_read_all(struct relay *r)
{
	int total = 0, n;

	if (r->options->attach && make_room(r))
		return 0;
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
		if (!r->outputs[i])
			continue;
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
		err = r->outputs[i] && output_switch(r->outputs[i]) ? -EIO : err;
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
