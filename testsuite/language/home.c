/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A home for translated scripts without a kernel: what `stap -p3` prints is compiled with sanitizers, linked with
 * this, the runtime's core and the platform of the core's tests, and runs as a process.
 *
 * begin, timer, end and error probes run as the kernel's runtime runs them, one after the other; the clock is
 * one that only timers move, so that every run is the same.  Errors are told, and counted, as the daemon tells them.
 * There is no other family, nothing that is probed, no registers and no stack; a script that needs
 * more than values.c offers does not link. */
#include "testsuite/language/home.h"

#include <stdio.h>
#include <stdlib.h>

struct home home;

struct timer { const struct stp_row_timer *row; uint64_t next; };

static void handle_error(struct stp_ctx *c)
{
	const struct stp_limits *l = stp_module.limits;
	bool soft = c->error_kind == STP_ERR_FAULT || (l->suppress_errors && c->error_kind != STP_ERR_LIMIT);
	char text[512];

	if (c->error_kind == STP_ERR_ABORT)
		return;
	home.errors++;
	stp_ctx_error_text(c, text, sizeof text);
	if (!soft || !l->suppress_errors)
		fprintf(stderr, "%s: %s\n", soft ? "WARNING" : "ERROR", text);
	home.told |= !soft;
	if (!soft && (c->error_kind == STP_ERR_LIMIT || home.errors > l->max_errors))
		home.failed = home.want_exit = true;
}

bool stp_lock(struct stp_ctx *c)
{
	if (c->locks || !c->probe->nlocks) {
		fprintf(stderr, "stp_lock: %s\n", c->locks ? "twice in a run" : "the list is empty");
		abort();
	}
	c->locks = STP_LOCKS_HELD;
	return true;
}

static void run(const struct stp_probe *p)
{
	struct stp_ctx *c = &home.ctx;

	plat_test_sleeper(p->flags & (STP_PROBE_DURING_BEGIN | STP_PROBE_DURING_END));
	stp_ctx_begin(c, p, NULL);
	if (p->condition && !p->condition(c))
		return;
	p->handler(c);
	stp_ctx_end(c);
	plat_test_write(stdout);
	if (c->error)
		handle_error(c);
}

static void run_once(enum stp_family_id family)
{
	for (uint32_t g = 0; g < stp_module.ngroups; g++) {
		const struct stp_row_begin *rows = stp_module.groups[g].rows;

		for (uint32_t i = 0; stp_module.groups[g].family == family && i < stp_module.groups[g].nrows; i++) {
			if (family == STP_FAMILY_BEGIN && home.failed)
				return;
			run(rows[i].probe);
			home.want_exit |= rows[i].probe->flags & STP_PROBE_ONESHOT;
		}
	}
}

/* The timer that is due next; of two at once the first in the script. */
static struct timer *next_timer(struct timer *timers, size_t n)
{
	struct timer *t = NULL;

	for (size_t i = 0; i < n; i++)
		if (!t || timers[i].next < t->next)
			t = &timers[i];
	return t;
}

static void run_timers(void)
{
	struct timer timers[32], *t;
	size_t n = 0;

	for (uint32_t g = 0; g < stp_module.ngroups; g++) {
		const struct stp_row_timer *rows = stp_module.groups[g].rows;

		for (uint32_t i = 0; stp_module.groups[g].family == STP_FAMILY_TIMER && i < stp_module.groups[g].nrows && n < 32; i++)
			timers[n++] = (struct timer){ &rows[i], rows[i].interval_ns };
	}
	while (!home.want_exit && (t = next_timer(timers, n)) != NULL) {
		home.now = t->next;
		t->next += t->row->interval_ns;
		run(t->row->probe);
	}
}

static bool begin_or_timer(void)
{
	for (uint32_t g = 0; g < stp_module.ngroups; g++)
		switch (stp_module.groups[g].family) {
		case STP_FAMILY_BEGIN: case STP_FAMILY_END: case STP_FAMILY_ERROR: case STP_FAMILY_TIMER:
			break;
		default:
			if (stp_module.groups[g].nrows)
				return false;
		}
	return true;
}

/* NAME=VALUE, as stpd takes them. */
static bool set_globals(char **args)
{
	for (; *args; args++) {
		char *value = strchr(*args, '=');
		int err;

		if (!value)
			return false;
		*value++ = 0;
		err = stp_core_set_global(*args, value);
		if (err) {
			fprintf(stderr, "ERROR: %s: error %d\n", *args, -err);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	void *frame = aligned_alloc(16, (stp_module.frame_size + 31u) & ~15u);

	(void)argc;
	plat_test_reset(2);
	home_memory();
	if (!begin_or_timer() || stp_core_load(&stp_module) || !frame) {
		fprintf(stderr, "this home cannot run the script\n");
		return 2;
	}
	stp_ctx_init(&home.ctx, 0, frame, stp_module.frame_size);
	plat_test_context(&home.ctx);
	if (!set_globals(argv + 1))
		return 2;
	run_once(STP_FAMILY_BEGIN);
	run_timers();
	run_once(home.failed ? STP_FAMILY_ERROR : STP_FAMILY_END);
	stp_core_unload();
	free(frame);
	return home.told;	/* as a daemon that had an error to say */
}
