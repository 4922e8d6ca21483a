/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside debuginfo/: the parameters of system calls, as the kernel keeps them for its own trace events. */
#ifndef DEBUGINFO_SYSCALL_H
#define DEBUGINFO_SYSCALL_H

#include "lib/strbuf.h"
#include "translator/debuginfo/place.h"
#include <libelf.h>

/* syscall_scan.c: a line "NAME\tTYPE\tPARAMETER\tTYPE…\n" for each system call that the contents of a vmlinux describe; in
 * order of their addresses.  Needs no symbols.  Adds nothing where the kernel has no such descriptions, or E no contents. */
void syscalls_scan(Elf *e, struct strbuf *out);

/* syscall.c: the parameters of the system call that function NAME takes from a structure of registers ("__x64_sys_read").
 * NULL, with *N 0, when it is no such function or nothing is known of it. */
const struct di_param *syscall_params(struct di_module *m, const char *name, size_t *n);
/* Where parameter N of function NAME is when it begins. */
bool syscall_place(struct access *x, const char *name, size_t n, struct place *out);

#endif
