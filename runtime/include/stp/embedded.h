/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What embedded C may say, in scripts and tapsets: errors, output, locks.  STAP_ARG_x,
 * STAP_RETVALUE and STAP_RETURN are defined by the emitter around each function. */
#ifndef STP_EMBEDDED_H
#define STP_EMBEDDED_H

/* A script error with a text (no conversions in freestanding code: format it with STAP_PRINTF-like calls first). */
#define STAP_ERROR(text, ...) do { stp_error(c, STP_ERR_SCRIPT, text); goto out; } while (0)
#define STAP_PRINTF(text) stp_out_str(&c->out, (text))
#define STAP_LOCK_READ(global) ((void)0)	/* the runtime holds what pragmas read: and write: name */
#define STAP_LOCK_WRITE(global) ((void)0)
#define STAP_PUT_UNLOCK(global) ((void)0)
#define CONTEXT c

#endif
