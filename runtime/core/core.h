/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the runtime around the core (kernel/, user/) calls: loading a module's
 * globals, running handlers, texts of errors, counts of what was cut or lost.
 * Emitted code never sees this header; what it calls is in <stp/abi.h>.
 *
 * Order of life: stp_core_load, then stp_core_set_global for what the command
 * line gives, then handlers, then stp_core_unload when no handler can run.
 *
 *	stp_ctx_begin(c, probe, regs);
 *	…fill c->args, c->retval, c->saved…
 *	probe->handler(c);		calls stp_lock(c), which the caller provides
 *	stp_ctx_end(c);
 *	…release the locks, or count the hit as skipped, as c->locks says…
 *	if (c->error) stp_ctx_error_text(c, text, sizeof text);
 *
 * Locks (struct stp_lock of each global)
 * - get, has, size, foreach without order of a long or string array: for reading
 * - `<<<`, of arrays and scalars: none
 * - all else, and every read of a statistic: for writing */
#ifndef STP_CORE_H
#define STP_CORE_H

#include <stp/abi.h>
#include <stp/plat.h>

/* ---- load time: process context, one caller at a time ---- */

/* Make every map and statistic of M and fill the pointers in the emitted file's storage.
 * -ENOMEM, or -EINVAL when M does not fit this runtime (ABI version, impossible
 * descriptions); nothing stays allocated then. */
int stp_core_load(const struct stp_module *m);
/* Free it all. No handler may run any more. Harmless when nothing is loaded. */
void stp_core_unload(void);
/* NAME=VALUE given at load. Numbers as in C, with a sign; strings as they are.
 * -ENOENT no such global, -EPERM not settable, -EINVAL not a number, -ERANGE beyond
 * 64 bits, -E2BIG longer than a string can be.  Of several of that name (one may be private
 * to a tapset), the first that is settable. */
int stp_core_set_global(const char *name, const char *text);
/* The module being run; NULL before load. */
const struct stp_module *stp_core_module(void);
/* Bytes that maps and statistics take. */
uint64_t stp_core_memory(void);

/* ---- a context: one a CPU ---- */

/* Once, at load time; zeroes all of C. FRAME has FRAME_SIZE bytes, aligned to 16, owned by the caller. */
void stp_ctx_init(struct stp_ctx *c, unsigned cpu, void *frame, size_t frame_size);
/* Before each handler run; any context. Resets all fields that belong to one run. */
void stp_ctx_begin(struct stp_ctx *c, const struct stp_probe *probe, void *regs);
/* After each handler run, before its locks are released: sends what was printed and lets go of
 * the arrays that it walked. The error stays for stp_ctx_error_text. */
void stp_ctx_settle(struct stp_ctx *c);		/* what there is to do for a run that printed or walked */
static inline void stp_ctx_end(struct stp_ctx *c)
{
	if (c->out.start || c->out_lost || c->pinned)
		stp_ctx_settle(c);
}
/* "division by zero at a.stp:3:17 (called from a.stp:9:2) in probe kernel.function("x")".
 * Always terminated, cut at SIZE. Any context. */
void stp_ctx_error_text(const struct stp_ctx *c, char *buf, size_t size);
/* "script.stp:3:17" of location number LOC; "?" when there is none. */
const char *stp_core_location(uint32_t loc);

/* Ends the output record of this run, if it has one. stp_ctx_end does it too; needed alone only
 * where output must be under way before the handler ends. */
void stp_out_flush(struct stp_ctx *c);

/* ---- what was given up; any context ---- */

/* Strings cut because they were longer than their buffer. */
uint64_t stp_core_truncated(void);
/* Samples of `<<<` given up: a shard stayed locked, or a wrapping array was full while being read. */
uint64_t stp_core_lost_samples(void);
/* Stacks that have an identifier but were not kept: there was no room. */
uint64_t stp_core_lost_stacks(void);

/* "0x1 0x2": N addresses; what has no room is left out whole. */
void stp_addresses_text(char *dst, size_t size, const uint64_t *addrs, unsigned n);

#endif
