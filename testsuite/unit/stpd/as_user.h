/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stpd as if it were installed setuid root and called by a user: a part of a test that runs in a
 * process of its own, in a root directory of its own, where groups and modules are what the test
 * says.
 *
 * Needs root; as_user_run ends the test as skipped elsewhere. */
#ifndef TESTSUITE_UNIT_STPD_AS_USER_H
#define TESTSUITE_UNIT_STPD_AS_USER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum {
	SOMEBODY = 1234,
	SOMEBODYS = 2345,
	STAPUSR = 3001,
	STAPSYS = 3002,
	STAPDEV = 3003
}; /* a user and his group; groups */

struct as_user {
	bool as_root;			/* it is root who calls */
	gid_t groups[3];		/* besides his own; 0: no more */
	void (*prepare)(void);		/* as root, before the user calls; may be NULL */
	int (*run)(void);		/* behind privilege_start: 0 is right */
};

/* What RUN returned; what it said on standard error is in as_user_said. */
int as_user_run(const struct as_user *how);
extern char as_user_said[1000];
/* The test fails unless RUN returns 0: for root, or for a member of stapusr alone. */
void as_user_must(bool root, int (*run)(void));

/* For RUN: ends it, and says on standard error what is not so. */
#define TRY(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "line %d: not so: %s\n", __LINE__, #cond); \
		return 1; \
	} \
} while (0)

/* For prepare: a file of MODE that OWNER has, with its directories (root's, 0755). */
void as_user_file(const char *path, uid_t owner, mode_t mode);

#endif
