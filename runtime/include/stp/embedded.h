/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embedded C may say, in scripts and tapsets: errors, output, and in scripts the
 * kernel's own headers.  STAP_ARG_x, STAP_RETVALUE, STAP_RETURN, STAP_NEXT, STAP_GLOBAL_GET_x and
 * STAP_GLOBAL_SET_x are defined by the emitter around the text that may use them, and so are
 * stp_c_, the context, and STP_EMBEDDED_OUT, a label behind the text. */
#ifndef STP_EMBEDDED_H
#define STP_EMBEDDED_H

#include <stp/abi.h>

#if defined(__KERNEL__) && !defined(STP_FREESTANDING)
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/string.h>
#endif

/* Functions that hold embedded C: told from the others by their section, in the module as it is linked. */
#define STP_EMBEDDED_C __attribute__((__noinline__, __section__(".text.guru")))

/* Formatted as C does. */
#define STAP_ERROR(...) do { stp_error_c(stp_c_, __VA_ARGS__); goto STP_EMBEDDED_OUT; } while (0)
#define STAP_PRINTF(...) stp_printf_c(stp_c_, __VA_ARGS__)
/* The runtime holds what pragma:read: and pragma:write: name while the handler runs. */
#define STAP_LOCK_READ(global) ((void)0)
#define STAP_LOCK_WRITE(global) ((void)0)
#define STAP_PUT_UNLOCK(global) ((void)0)
#define STAP_LOCK_GLOBALS() ((void)0)
#define STAP_UNLOCK_GLOBALS() ((void)0)
#define CONTEXT stp_c_

/* Some kernels have these, some do not. */
static inline size_t stp_embedded_strlcpy(char *dst, const char *src, size_t size)
{
	if (size)
		stp_str_copy(dst, src, size);
	return (size_t)stp_str_len(src);
}

static inline size_t stp_embedded_strlcat(char *dst, const char *src, size_t size)
{
	size_t n = (size_t)(stp_str_len(dst) + stp_str_len(src));

	if (size)
		stp_str_cat(dst, src, size);
	return n;
}
#ifndef STP_FREESTANDING
#undef strlcpy
#undef strlcat
#define strlcpy(dst, src, size) stp_embedded_strlcpy(dst, src, size)
#define strlcat(dst, src, size) stp_embedded_strlcat(dst, src, size)
#endif

#endif
