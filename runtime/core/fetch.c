/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing the probed world's memory, on the platform's safe accesses.
 * A fault is an error of the handler run that names the address, or the fallback
 * text where the script gave one. */
#include "work.h"

enum {
	PIECE = 4096,
	STORED = 16,		/* bytes stored for an action */
};

static bool is_spent(void)
{
	const struct stp_ctx *c = plat_context();

	return c && c->error;
}

static STP_COLD void error_fault(struct stp_ctx *c, const char *fmt, uint64_t addr)
{
	stp_error_s(c, STP_ERR_FAULT, fmt, NULL, (int64_t)addr);
}

/* The low SIZE bytes of *V, where they are in memory. */
static inline void *low_bytes(uint64_t *v, uint32_t size)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (char *)v + sizeof *v - size;
#else
	(void)size;
	return v;
#endif
}

uint64_t stp_load(struct stp_ctx *c, uint64_t addr, uint32_t size)
{
	uint64_t v = 0;

	if (STP_LIKELY(!plat_read_kernel(low_bytes(&v, size), addr, size)))
		return v;
	error_fault(c, "cannot read kernel memory at 0x%x", addr);
	return 0;
}

uint64_t stp_load_user(struct stp_ctx *c, uint64_t addr, uint32_t size)
{
	uint64_t v = 0;

	if (STP_LIKELY(!plat_read_user(low_bytes(&v, size), addr, size)))
		return v;
	error_fault(c, "cannot read user memory at 0x%x", addr);
	return 0;
}

void stp_store(struct stp_ctx *c, uint64_t addr, uint32_t size, uint64_t v)
{
	if (STP_UNLIKELY(plat_write_kernel(addr, low_bytes(&v, size), size)))
		error_fault(c, "cannot write kernel memory at 0x%x", addr);
}

void stp_store_user(struct stp_ctx *c, uint64_t addr, uint32_t size, uint64_t v)
{
	if (STP_UNLIKELY(plat_write_user(addr, low_bytes(&v, size), size)))
		error_fault(c, "cannot write user memory at 0x%x", addr);
}

/* Bytes of DST that may be used, with the NUL. */
static inline size_t limit(size_t size, int64_t max)
{
	return max > 0 && (uint64_t)max < size ? (size_t)max + 1 : size;
}

/* Text of the kernel's or a process's memory; longer than a piece, by pieces, that the end of the budget may end it. */
static long read_string(bool user, char *dst, uint64_t addr, size_t size)
{
	size_t done = 0, part;
	long n = 0;

	do {
		part = size - done > PIECE ? PIECE : size - done;
		n = user ? plat_string_user(dst + done, addr + done, part) : plat_string_kernel(dst + done, addr + done, part);
		if (n < 0)
			return n;
		done += (size_t)n;
		stp_pay_bytes((size_t)n, STP_READ);
	} while ((size_t)n + 1 == part && done + 1 < size && !is_spent());
	return (long)done;
}

void stp_kernel_string(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t max)
{
	if (STP_LIKELY(read_string(false, dst, addr, limit(size, max)) >= 0))
		return;
	*dst = 0;
	error_fault(c, "cannot read a string of kernel memory at 0x%x", addr);
}

void stp_user_string(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t max)
{
	if (STP_LIKELY(read_string(true, dst, addr, limit(size, max)) >= 0))
		return;
	*dst = 0;
	error_fault(c, "cannot read a string of user memory at 0x%x", addr);
}

void stp_kernel_string_or(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, const char *fallback)
{
	(void)c;
	if (STP_UNLIKELY(read_string(false, dst, addr, size) < 0))
		stp_str_copy(dst, fallback, size);
}

void stp_user_string_or(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, const char *fallback)
{
	(void)c;
	if (STP_UNLIKELY(read_string(true, dst, addr, size) < 0))
		stp_str_copy(dst, fallback, size);
}

void stp_user_string_n_or(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t max, const char *fallback)
{
	(void)c;
	if (STP_UNLIKELY(read_string(true, dst, addr, limit(size, max)) < 0))
		stp_str_copy(dst, fallback, size);
}

uint64_t stp_load_user_or_0(uint64_t addr, uint32_t size)
{
	uint64_t v = 0;

	return plat_read_user(low_bytes(&v, size), addr, size) ? 0 : v;
}

void stp_store_string(struct stp_ctx *c, bool user, uint64_t addr, const char *s, int64_t max)
{
	size_t n = strlen(s) + 1, i;
	int err = 0;

	if (max >= 0 && (uint64_t)max < n)
		n = (size_t)max;
	for (i = 0; i < n && !err; i++) {
		if (i % STORED == STORED - 1 && !stp_charge(c, 1))
			return;
		err = user ? plat_write_user(addr + i, s + i, 1) : plat_write_kernel(addr + i, s + i, 1);
	}
	if (err)
		error_fault(c, user ? "cannot write a string to user memory at 0x%x" : "cannot write a string to kernel memory at 0x%x", addr + i - 1);
}
