/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets that read script text share. */
#ifndef TESTSUITE_FUZZ_SCRIPT_H
#define TESTSUITE_FUZZ_SCRIPT_H

#include "translator/session.h"

/* Guru mode, three script arguments, a kernel and its options that are made up; the library knows two macros. Messages
 * are written and thrown away. */
struct session *script_open(void);
void script_close(struct session *s);

extern const char *const script_pieces[];

#endif
