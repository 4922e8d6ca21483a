/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the driver: the only code that sees all of the translator. */
#ifndef TRANSLATOR_DRIVER_H
#define TRANSLATOR_DRIVER_H

#include "translator/build/build.h"
#include "translator/session.h"

/* All of stap: the exit status. */
int driver_main(int argc, char **argv);

/* ---- driver_parse.c: pass 1 ---- */
bool driver_parse(struct session *s);
/* -p1 */
void driver_print_script(struct session *s);

/* ---- driver.c ---- */
/* The global NAME of the script or of the tapset, if something uses it; else NULL. */
const struct variable *driver_global(const struct session *s, const char *name);

/* ---- driver_list.c ---- */
/* -l, -L: exit status 0 when there is such a point. */
int driver_list(struct session *s);
/* --dump-functions, --dump-probe-types, --dump-probe-aliases */
int driver_dump(struct session *s);

/* ---- driver_doctor.c ---- */
/* --doctor: exit status 0 when scripts can be built for the kernel and, if it is the running one, run. */
int driver_doctor(struct session *s);

/* ---- driver_kernel.c: the kernel backend's passes 4 and 5 ---- */
/* Can a module be run here and now? A message says why not. */
bool driver_check_kernel(struct session *s);
/* What all builds of the session have in common; PASS counts for how much is told.  Once tmpdir_make has succeeded. */
struct build_job driver_job(struct session *s, unsigned pass);

/* ---- driver_types.c ---- */
/* The kernel backend's types of header files. */
void driver_types(struct session *s, const char *headers, struct header_types *out);

/* ---- driver_tmp.c ---- */
/* s->tmpdir, made at the first call.  It goes when the session ends, however that
 * happens, unless -k keeps it. False after a message. */
bool tmpdir_make(struct session *s);
void tmpdir_end(struct session *s);

/* ---- driver_run.c ---- */
/* Run ARGV to its end with our own input and output; signals that ask us to end are passed
 * on. Its exit status, 128 + N when signal N ended it, -errno when it could not be started. */
int run_passing_signals(char *const *argv);

#endif
