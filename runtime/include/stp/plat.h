/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core needs from where it runs: the kernel (kernel/plat_kernel.c), a
 * user's process (user/) or a unit test (core/plat_test.c).  core/ includes only
 * this and abi.h.
 *
 * Calling context: unless it says "load time", every function may be called from
 * a handler (atomic, interrupts off, even NMI) and neither sleeps nor allocates. */
#ifndef STP_PLAT_H
#define STP_PLAT_H

#include <stp/abi.h>
#include <stp/wire.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>	/* va_list, by the header that this kernel has it in */
#include <linux/string.h>
#include <linux/limits.h>
#else
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <limits.h>
#endif

/* A local variable that a compiler told to clear all of them (CONFIG_INIT_STACK_ALL_ZERO) need not clear. */
#ifdef __has_attribute
#if __has_attribute(__uninitialized__)
#define STP_UNSET __attribute__((__uninitialized__))
#endif
#endif
#ifndef STP_UNSET
#define STP_UNSET
#endif

/* ---- memory: load time only ---- */
void *plat_alloc(size_t size);			/* zeroed; NULL when out of memory or beyond limits.max_memory */
void plat_free(void *p);			/* NULL is fine */
void *plat_alloc_on_cpu(size_t size, unsigned cpu);	/* near that CPU */

/* ---- slots ---- */
unsigned plat_nslots(void);			/* CPUs (or threads' shards): fixed after load */
unsigned plat_slot(void);			/* this CPU's number, < plat_nslots(); stable while a handler runs */

/* ---- locks: bounded; false means given up (the hit is skipped and counted) ---- */
/* What a handler may wait, for all its locks together. */
struct plat_wait {
	uint32_t us;			/* 0: it may not */
	bool endless;
	uint64_t until;			/* on the platform's clock; 0: it has not waited yet */
};
bool plat_read_lock(struct stp_lock *l, struct plat_wait *w);
bool plat_write_lock(struct stp_lock *l, struct plat_wait *w);
void plat_read_unlock(struct stp_lock *l);
void plat_write_unlock(struct stp_lock *l);
/* A shard's byte lock: only a merging reader ever contends. Spins, bounded. */
bool plat_shard_lock(uint32_t *word);
void plat_shard_unlock(uint32_t *word);

/* ---- the run of a handler ---- */
/* The context of the handler that runs here; NULL: none does. */
struct stp_ctx *plat_context(void);
/* Called between pieces of long work. True: the handler may sleep, and others have had their turn. */
bool plat_yield(void);
/* Has the run of C lasted so long that it has to end? Asked now and then. */
bool plat_overloaded(const struct stp_ctx *c);

/* ---- atomics on 64-bit words ---- */
uint64_t plat_fetch_add(uint64_t *p, uint64_t v);
uint64_t plat_load_acquire(const uint64_t *p);
void plat_store_release(uint64_t *p, uint64_t v);

/* ---- safe access: 0, or -EFAULT ---- */
int plat_read_kernel(void *dst, uint64_t addr, size_t len);
int plat_read_user(void *dst, uint64_t addr, size_t len);
int plat_write_kernel(uint64_t addr, const void *src, size_t len);
int plat_write_user(uint64_t addr, const void *src, size_t len);
/* Bytes copied without the NUL (always terminated when size > 0), or -EFAULT. */
long plat_string_kernel(char *dst, uint64_t addr, size_t size);
long plat_string_user(char *dst, uint64_t addr, size_t size);

/* ---- output: one record a handler and CPU at a time ---- */
/* Room for at least NEED (at most STP_MAXRECORD) payload bytes; *room what there is. NULL: no room, counted as lost at commit. */
char *plat_out_reserve(size_t need, size_t *room);
void plat_out_commit(size_t len, unsigned flags);	/* of the last reserve of this CPU; 0 gives it back */
void plat_out_lost(size_t bytes);

/* ---- the call stack, and names for addresses ---- */
/* Addresses of the probed context's stack as stp/stack.h orders them; their number, at most MOST (at least 1). */
unsigned plat_backtrace(struct stp_ctx *c, uint64_t *addrs, unsigned most);
enum plat_symbol_form {
	PLAT_SYMBOL_NAME,	/* "vfs_read" */
	PLAT_SYMBOL_FULL,	/* "vfs_read+0x4/0x2c0 [kernel]" */
	PLAT_SYMBOL_CALL,	/* the same for an address that a call returns to, which may lie behind the caller's end */
	PLAT_SYMBOL_MODULE,	/* "kernel", or a module's name */
};
/* False: nothing is known of ADDR, and DST holds it in hexadecimal. */
bool plat_symbol(char *dst, size_t size, uint64_t addr, enum plat_symbol_form form);

/* ---- the rest ---- */
int plat_format(char *dst, size_t size, const char *fmt, va_list ap);	/* as vsnprintf; SIZE 0: DST may be NULL */
uint64_t plat_random(void);
uint32_t plat_hash_seed(void);		/* fixed after load */

#endif
