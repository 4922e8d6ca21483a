/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What handlers ask of the moment and of the session, answered without a kernel: the
 * process is always the same, the time is the home's own. */
#include "testsuite/language/home.h"

#include <stdio.h>

int64_t stp_pid(void) { return 100; }
int64_t stp_tid(void) { return 101; }
int64_t stp_ppid(void) { return 1; }
int64_t stp_uid(void) { return 1000; }
int64_t stp_euid(void) { return 1000; }
int64_t stp_gid(void) { return 1000; }
int64_t stp_egid(void) { return 1000; }
int64_t stp_target(void) { return 0; }
int64_t stp_ns_pid(void) { return 3; }
int64_t stp_ns_tid(void) { return 4; }
int64_t stp_ns_ppid(void) { return 0; }
int64_t stp_ns_pgrp(void) { return 3; }
int64_t stp_ns_sid(void) { return 0; }
int64_t stp_ns_uid(void) { return 0; }
int64_t stp_ns_euid(void) { return 0; }
int64_t stp_ns_gid(void) { return 0; }
int64_t stp_ns_egid(void) { return 0; }
int64_t stp_remote_id(void) { return -1; }
void stp_remote_uri(char *dst, size_t size) { stp_str_copy(dst, "", size); }
int64_t stp_cpu(struct stp_ctx *c) { return c->cpu; }
void stp_execname(char *dst, size_t size) { stp_str_copy(dst, "home", size); }
int64_t stp_random(int64_t n) { return n > 4 ? 4 : 0; }
const char *stp_module_name(void) { return "home"; }
bool stp_user_mode(struct stp_ctx *c) { return c->regs != NULL; }

int64_t stp_time_ns(int64_t clock)
{
	return (int64_t)home.now + (clock ? 0 : 1000000000000000000);
}

void stp_exit(struct stp_ctx *c)
{
	(void)c;
	home.want_exit = true;
}

void stp_warn(struct stp_ctx *c, const char *text)
{
	size_t n = strlen(text);

	(void)c;
	fprintf(stderr, "WARNING: %s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
}

__attribute__((weak)) void home_memory(void)
{
	static char kernel[] = "kernel memory", user[] = "user memory";

	plat_test_memory(false, 0xffff888000000000, kernel, sizeof kernel);
	plat_test_memory(true, 0x400000, user, sizeof user);
}
