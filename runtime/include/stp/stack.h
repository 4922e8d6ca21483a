/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Call stacks, and names for addresses: part of what emitted C may call.  Included by
 * stp/abi.h, whose rules hold.
 *
 * The stack of the probed context is walked once a run, when it is first asked for, and has the
 * probed function first; of a return probe that is the function that returned, and behind it
 * stands where it returns to.  It has at most limits.max_backtrace addresses.
 *
 * An identifier is a number made of the addresses: equal stacks have equal ones, so that it
 * serves as a key.  The addresses are kept with it for the session (limits.max_stacks of them), to be
 * named when they are printed.  Bit 63 is clear: identifiers of user stacks will have it set.
 *
 * A module that calls any of the functions of the first part says so: STP_MODULE_STACKS. */
#ifndef STP_STACK_H
#define STP_STACK_H

#include <stp/abi.h>

enum stp_stack_form {
	STP_STACK_SHORT,	/* "vfs_read+0x0/0x2c0 [kernel]" */
	STP_STACK_LONG,		/* " 0xffffffff8135f2a0 : vfs_read+0x0/0x2c0 [kernel]" */
};

/* ---- the stack of the probed context ---- */

/* 0 where there is none (a timer that interrupted user space). */
int64_t stp_stack_id(struct stp_ctx *c);
/* Address N, from 0; 0 behind the last and for N < 0. */
int64_t stp_stack_at(struct stp_ctx *c, int64_t n);
/* "0x… 0x…": N addresses (< 0: all) from number FROM on. What has no room in SIZE bytes is left out whole. */
void stp_stack_text(struct stp_ctx *c, char *dst, size_t size, unsigned from, int64_t n);
/* A line for each address. */
void stp_out_backtrace(struct stp_out *o, struct stp_ctx *c, enum stp_stack_form form);
void stp_backtrace_text(struct stp_ctx *c, char *dst, size_t size);
/* A line for each address of the stack ID; for one that is not known any more, a line that says so; for 0 nothing. */
void stp_out_stack(struct stp_out *o, int64_t id, enum stp_stack_form form);
void stp_stack_lines(char *dst, size_t size, int64_t id);

/* ---- addresses ---- */

/* A line for each hexadecimal number in TEXT, up to the first word that is none. */
void stp_out_addresses(struct stp_out *o, const char *text, enum stp_stack_form form);
void stp_address_lines(char *dst, size_t size, const char *text);
/* The addresses of the stack of the task_struct at TASK, as stp_stack_text has them. Error FAULT: no
 * such task, or a kernel that shows modules only their own. */
void stp_task_stack_text(struct stp_ctx *c, char *dst, size_t size, uint64_t task);
/* "vfs_read"; the address in hexadecimal where there is no name. */
void stp_symbol_name(char *dst, size_t size, uint64_t addr);
/* "vfs_read+0x4/0x2c0 [kernel]"; likewise. */
void stp_symbol_data(char *dst, size_t size, uint64_t addr);
/* "kernel" or a module's name; error FAULT where ADDR is in neither. */
void stp_symbol_module(struct stp_ctx *c, char *dst, size_t size, uint64_t addr);
/* Of the probe: the names for its address, "" where it has none. */
void stp_probe_func(struct stp_ctx *c, char *dst, size_t size);
void stp_probe_mod(struct stp_ctx *c, char *dst, size_t size);
/* The probe's address, or where the registers stand, or 0. */
int64_t stp_addr(struct stp_ctx *c);
/* All registers, some to a line; nothing where there are none. */
void stp_out_regs(struct stp_out *o, struct stp_ctx *c);
/* Bytes of the kernel stack that runs the handler, all and in use. */
int64_t stp_stack_size(void);
int64_t stp_stack_used(void);

#endif
