/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions behind the string, memory and argument builtins of the language
 * (translator/builtin): part of what emitted C may call.  Included by stp/abi.h,
 * whose rules hold: DST has SIZE bytes and is always terminated. No argument may lie in DST. */
#ifndef STP_STRLIB_H
#define STP_STRLIB_H

#include <stp/abi.h>

int64_t stp_str_find(const char *s, const char *what);		/* position of the first WHAT in S, or -1 */
/* Number at the start of S, behind blanks and a sign, in BASE 2…36 (0: as in C); 0 when there is none.
 * Too large a number is the largest; a bad base yields 0. */
int64_t stp_str_to_long(const char *s, int64_t base);
void stp_str_sub(char *dst, size_t size, const char *s, int64_t start, int64_t len);	/* bounds are cut to what S has */
int64_t stp_str_at(struct stp_ctx *c, const char *s, int64_t pos);	/* 0 behind the end; error STRING when POS < 0 */
void stp_str_replace(char *dst, size_t size, const char *s, const char *what, const char *with);
/* At most LEN (<= 0: what fits) bytes of S with escapes as in C for what is not printable; with quotes
 * around it, and "..." behind these when not all of S is there. */
void stp_str_escape(char *dst, size_t size, const char *s, int64_t len, bool quoted);
/* The string at ADDR, quoted: of at most MAX bytes there (<= 0: what fits), and at most OUT of the result
 * (<= 0: what fits). A fault gives the address in hexadecimal, and no error. */
void stp_kernel_string_quoted(char *dst, size_t size, uint64_t addr, int64_t max, int64_t out);
void stp_user_string_quoted(char *dst, size_t size, uint64_t addr, int64_t max, int64_t out);
/* "Wed Jun 30 21:49:08 1993", UTC; error ARITH outside of 32-bit time. */
void stp_ctime(struct stp_ctx *c, char *dst, size_t size, int64_t seconds);
/* "ENOENT" for 2 and -2, "E#3333" for a number without a name. */
void stp_errno_name(char *dst, size_t size, int64_t err);
/* A system call's result: -2 (ENOENT), or the number: FORMAT 1 decimal, 2 hexadecimal, 3 octal. */
void stp_result_text(char *dst, size_t size, int64_t format, int64_t v);
/* Parameter N, from 1, of the function at whose entry the probe is, by the calling convention, as a
 * full register; error STRING for N < 1 or where there are no registers. */
int64_t stp_call_arg(struct stp_ctx *c, int64_t n);
/* Argument N, 1 to 6, of a system call, at the entry of its wrapper (whose one parameter points to
 * the registers of the call); error STRING for another N, FAULT. */
int64_t stp_syscall_arg(struct stp_ctx *c, int64_t n);

#endif
