/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a script's run outside of a kernel: see home.c. */
#ifndef TESTSUITE_LANGUAGE_HOME_H
#define TESTSUITE_LANGUAGE_HOME_H

#include "testsuite/unit/core/plat_test.h"

struct home {
	struct stp_ctx ctx;
	uint64_t now;			/* ns since the start; timers move it */
	unsigned errors;
	bool told, failed, want_exit;	/* told: an error; failed: it ended the session */
};
extern struct home home;

/* Memory that scripts may read: "kernel memory" with its NUL at 0xffff888000000000, "user memory" at 0x400000. A
 * script that brings its own defines it again. */
void home_memory(void);

#endif
