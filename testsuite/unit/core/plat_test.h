/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The platform of the core's tests: threads stand for CPUs, a buffer for the relay
 * channel, arrays that the test names for the probed world's memory.  Each thing
 * that can fail in a kernel can be made to fail here, the n-th time it is asked. */
#ifndef TESTSUITE_UNIT_CORE_PLAT_TEST_H
#define TESTSUITE_UNIT_CORE_PLAT_TEST_H

#include "runtime/core/core.h"

#include <stdio.h>

/* Forgets everything below; NSLOTS CPUs. The calling thread is slot 0. */
void plat_test_reset(unsigned nslots);
void plat_test_set_slot(unsigned slot);		/* of the calling thread */

/* The N-th allocation from now on fails, and those after it; 0: none. */
void plat_test_fail_alloc(unsigned n);
void plat_test_fail_one_alloc(unsigned n);	/* the Nth alone */
bool plat_test_fails(void);			/* that has not come yet */
unsigned plat_test_live(void);			/* allocations not freed */

/* The N-th plat_shard_lock from now on gives up; 0: none. */
void plat_test_fail_lock(unsigned n);
/* FN runs once, just before the N-th plat_shard_lock from now on: what another CPU does at that moment. */
void plat_test_before_lock(unsigned n, void (*fn)(void));
bool plat_test_locks_held(void);		/* is any shard lock held? */

/* The context of the handler that runs on every CPU, or NULL. */
void plat_test_context(struct stp_ctx *c);
/* May that handler sleep? How often it offered to since the last reset. */
void plat_test_sleeper(bool may);
unsigned plat_test_yields(void);
void plat_test_overload(unsigned n);		/* the n-th time that it is asked, the run lasts too long; 0: never */

/* Memory that can be read and written: LEN bytes at ADDR are BYTES. Kernel's and user's apart. */
void plat_test_memory(bool user, uint64_t addr, void *bytes, size_t len);

/* What the stack of every context is from now on: N addresses, at most 8. Above 0x1000 each page is a function "f" and its number. */
void plat_test_stack(const uint64_t *addrs, unsigned n);

/* Records have room for ROOM bytes, or for what is asked if that is more; after COUNT records this slot has no more room. */
void plat_test_room(size_t room, unsigned count);
/* What this thread's slot has committed, terminated; record ends are marked: "abc|" (continues), "abc$" (ends). */
const char *plat_test_output(void);
const char *plat_test_text(void);		/* the same without marks */
uint64_t plat_test_lost(void);			/* bytes */
void plat_test_clear_output(void);
/* The text goes to F as it is, NULs and all, and is forgotten. */
void plat_test_write(FILE *f);

#endif
