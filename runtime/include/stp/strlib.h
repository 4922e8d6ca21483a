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
/* LEN bytes at ADDR, whatever they are, quoted, at most OUT of the result (<= 0: what fits). A fault is an error of C; without C the
 * address in hexadecimal. */
void stp_kernel_buffer_quoted(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t len, int64_t out);
void stp_user_buffer_quoted(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t len, int64_t out);
/* The string at ADDR, of characters of UNIT bytes (2: UTF-16, 4: UTF-32), as UTF-8.  A fault, or what is no such
 * text, gives FALLBACK, or where that is NULL an error, FAULT or STRING. */
void stp_wide_string(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, unsigned unit, bool user, const char *fallback);
/* As stp_user_string; a fault gives FALLBACK. */
void stp_user_string_n_or(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t max, const char *fallback);
/* 0 where stp_load_user has an error. */
uint64_t stp_load_user_or_0(uint64_t addr, uint32_t size);
/* S with its NUL to ADDR; of a longer one the first MAX bytes without (MAX < 0: all). Error FAULT. */
void stp_store_string(struct stp_ctx *c, bool user, uint64_t addr, const char *s, int64_t max);
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
/* Is there a match of RE in S? */
int64_t stp_regex_test(const struct stp_regex *re, const char *s);
/* The same with a table that has positions; c->match, which is set, then tells of it. */
int64_t stp_regex_match(struct stp_ctx *c, const struct stp_regex *re, const char *s);
/* Group N of the last match, 0 for all of it; "" when the group took no part. Error STRING when there
 * was no match or the regular expression has no such group. */
void stp_matched(struct stp_ctx *c, char *dst, size_t size, int64_t n);
int64_t stp_ngroups(struct stp_ctx *c);		/* of the last match, with the whole; error STRING as above */

#endif
