/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon of one session: loads a module, starts it, collects what it prints,
 * stops and unloads it.
 *
 * One event loop serves the control channel, the per-CPU relay channels, signals,
 * the watched process and timers.  Everything is allocated before the module is
 * started.  Whatever ends the session (exit(), a signal, the end of the command, a time limit,
 * an error), the way out is the same: STOP, wait for STOPPED, drain, unload. */
#ifndef STPD_STPD_H
#define STPD_STPD_H

#include <stp/wire.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <termios.h>

struct instance;

struct options {
	const char *module;		/* path of the .ko, or name with -A, -d */
	const char *output;		/* -o, may hold strftime conversions */
	const char *command;		/* -c */
	pid_t target;			/* -x */
	pid_t parent;			/* --parent */
	int parent_fd;			/* its end can be polled here (parent.h); -1: none */
	pid_t namespaces;		/* -N */
	struct stp_msg_remote remote;	/* -r; id -1: none */
	uint64_t rotate_bytes;		/* -S SIZE */
	unsigned rotate_files;		/* -S SIZE,N: files kept; 0 all */
	unsigned buffer_mb;		/* -b: per CPU */
	unsigned timeout_ms;		/* -T */
	bool bulk;			/* --bulk */
	bool overwrite;			/* --overwrite: flight recorder */
	bool leave;			/* -L: load, start, leave */
	bool attach;			/* -A: take over a module that was left */
	bool remove;			/* -d */
	bool unchecked;			/* --unchecked: load the module as it is */
	bool rename;			/* -R: load the module by another name */
	bool rename_used;		/* --rename-if-used: only where a module has that name */
	unsigned idle_ms;		/* -T of staprun: how long output may wait in the buffers; 0 the usual time */
	bool daemon;			/* -D */
	int ready;			/* -D: write a byte here when the session runs, then close it */
	bool quiet;			/* -w */
	unsigned verbose;
	char *const *sets;		/* NAME=VALUE … */
	size_t nsets;
};

/* ---- privilege.c ---- */
enum stpd_level { STPD_NOBODY, STPD_USR, STPD_SYS, STPD_DEV, STPD_ROOT };
/* Before anything else: become the user who called a setuid stpd, forget his environment. False: nothing can be done safely. */
bool privilege_start(void);
enum stpd_level privilege_level(void);
bool privilege_is_borrowed(void);	/* root by setuid */
uid_t privilege_user(void);
gid_t privilege_group(void);
/* Root from here to privilege_lower; nothing to do unless borrowed. No nesting. errno is kept by lower. */
void privilege_raise(void);
void privilege_lower(void);
void privilege_forget(void);		/* a child, for good: the user with his environment */

/* ---- trust.c ---- each false after a message */
bool trust_load(int fd, const char *path);	/* may the user load the module that FD is open on? */
bool trust_name(const char *name);		/* is it one, and no path? */
bool trust_running(const char *name);		/* may he take over or remove module NAME, and is it one of stap's? */
bool trust_silently(const char *name);		/* the same without a message */

/* ---- load.c ---- */
/* The name of a module, as its file's name tells. */
void module_base_name(const char *path, char *name, size_t size);
/* Open the file of a module that the user may load, and tell its own name (NAME of [256]). PATH is a file, or the name of a module
 * below /lib/modules. fd, or -errno after a message. */
int module_open(const char *path, char *name, size_t size);
/* Load what FD is open on, called NAME, of 256 bytes; one that a killed daemon left behind makes room; with
 * options.rename_used NAME becomes another one where it is in use. 0, or -errno after a message that
 * says what to do. */
int module_load(int fd, const struct options *o, char *name);
/* The name that process PID gives a module with -R. */
void module_new_name(const char *own, pid_t pid, char *name, size_t size);
/* The same for another name than its own: NAME. */
int module_load_as(int fd, const struct options *o, const char *name);
/* What a loaded module NAME is doing: enum stp_state, or -ENOENT: there is none, it is not one
 * of ours, or debugfs is missing. */
int module_state(const char *name);
/* Remove module NAME, as long as it is still INSTANCE. Retries while the module is busy, a few
 * seconds at most. */
int module_unload(const char *name, const struct instance *instance);
/* All that nobody serves and the user may remove. */
int module_unload_unused(void);	/* 0, or -errno after a message: nobody can tell which there are */
/* Why this machine cannot load modules at all, or NULL. */
const char *module_obstacle(void);

/* ---- check.c ---- */
/* Is the script's code in these bytes of the file PATH what modcheck.h allows? False after a message. */
bool module_check(const char *path, const void *bytes, size_t size);

/* ---- refusal.c ---- */
/* The message on why the kernel did not take module NAME, of file PATH: it said ERR, an errno. */
void module_explain(const char *path, const char *name, int err);

/* ---- ctl.c ---- */
/* Whether debugfs is where it belongs: it is mounted where it is missing, and that can be. 0 or
 * -errno. */
int debugfs_need(void);
/* The message on what debugfs_need gave, and what to do. */
void debugfs_explain(int err);
/* Open the control channel of module NAME (mounts debugfs where it is missing). fd or -errno after a message. */
int ctl_open(const char *name);
/* Note who loaded the module, for trust_running. */
void ctl_claim(int fd);
/* open(2) of a file of ours in debugfs, as root. fd or -errno. */
int debugfs_open(const char *path, int flags);
int ctl_send(int fd, uint32_t kind, const void *payload, size_t len);
/* A command during which probes run (START, STOP), sent from a thread of its own so that what they print can be read meanwhile.
 * KIND 0: none was begun. */
struct ctl_call { pthread_t thread; int fd; uint32_t kind; struct stp_msg_start start; int err; bool done; };
int ctl_call_begin(struct ctl_call *c, int fd, uint32_t kind, const struct stp_msg_start *start);	/* 0 or -errno */
bool ctl_call_failed(const struct ctl_call *c, int *err);	/* it is over, and was refused with -errno */
int ctl_call_end(struct ctl_call *c);		/* waits; 0 or -errno */
struct ctl_msg { struct stp_msg head; char payload[STP_MSG_MAX]; };
/* 1 a message, 0 none yet, -errno. The payload is NUL-terminated. */
int ctl_receive(int fd, struct ctl_msg *m);
/* Directory of module NAME in debugfs into BUF. */
void ctl_path(char *buf, size_t size, const char *name, const char *file);

/* ---- output.c ---- */
struct output;
/* Can the first file be written, as far as that can be told without an effect? False after a message. */
bool output_possible(const struct options *o);
struct output *output_open(const struct options *o, int cpu);	/* cpu -1: the merged stream; NULL after a message */
int output_write(struct output *o, const void *data, size_t len);	/* 0 or -errno (reported once) */
int output_write_record(struct output *o, const struct stp_rec *head, const void *payload);	/* bulk mode: as it is */
int output_error(const struct output *o);	/* 0, or -errno of what could not be written */
int output_flush(struct output *o);
/* There is room for BYTES more, where a file says so (a terminal or a pipe does not). 0 or -errno. */
int output_reserve(struct output *o, uint64_t bytes);
int output_switch(struct output *o);		/* next file */
int output_close(struct output *o);		/* 0, or -errno of what could not be written */

/* ---- merge.c ---- */
struct merge;
/* Called for each record in order. */
typedef void merge_fn(void *data, const struct stp_rec *head, const void *payload);
enum merge_mode {
	MERGE_ORDERED,		/* by number: one counter of the module */
	MERGE_BULK,		/* each CPU's as they come */
	MERGE_LOSSY,		/* ordered, of buffers that are overwritten: what is damaged is passed over */
};
struct merge *merge_new(unsigned ncpus, enum merge_mode mode, merge_fn *fn, void *data);
/* Bytes as read from CPU's channel, in order. -EPROTO when they are no records. */
int merge_feed(struct merge *m, unsigned cpu, const void *data, size_t len);
/* Pass on what is in order. LAST_ROUNDS: a missing number is given up after that many calls without it; 0: at once (the end). */
void merge_advance(struct merge *m, unsigned patience);
uint64_t merge_gaps(const struct merge *m);	/* numbers given up */
void merge_free(struct merge *m);

/* ---- relay.c ---- */
struct relay;
struct relay *relay_new(const char *name, const struct options *o, const struct stp_msg_channels *c);	/* NULL after a message */
int relay_open_more(struct relay *r);		/* the channels that are new; 0 or -errno after a message */
/* Once around: bytes read or -errno. A recording that is taken over is not read while the output fails. */
int relay_read_all(struct relay *r);
int relay_advance(struct relay *r, bool last);	/* 0, or -errno of the output */
int relay_switch(struct relay *r);
int relay_close_all(struct relay *r);		/* 0 or -errno of the output */
uint64_t relay_received(const struct relay *r);	/* records of text */

/* ---- child.c ---- */
/* -D: go on in a new process, which has no terminal. There: a descriptor for options.ready. The old one waits for that byte, tells the
 * process and module NAME, and returns -1 with *STATUS to exit with. */
int background_start(const char *name, const struct options *o, int *status);
/* In the new process: the session runs; its module was RENAMED because its name was in use. */
void background_ready(int fd, bool renamed);
/* Fork for -c, held before exec until child_go(). Its pid or -errno after a message. */
pid_t child_prepare(const char *command, int *hold);
void child_go(int hold);
void run_system(const char *command);		/* system(): not waited for here */

/* ---- input.c ---- */
struct typed { bool open, terminal, wants_raw, raw; struct termios saved; };
void input_open(struct typed *in, uint32_t flags);	/* enum stp_start_flag of the session */
int input_fd(struct typed *in);				/* to be polled now, or -1 */
int input_forward(struct typed *in, int ctl);		/* what is there goes to the module; 0 or -errno */
void input_close(struct typed *in);			/* the terminal is as it was */

/* ---- usage.c ---- */
/* Each of these options goes with the others, and with who calls. False after a message. */
bool usage_is_right(const struct options *o);

/* ---- session.c ---- */
int session_run(struct options *o);		/* exit status */

/* ---- messages ---- */
/* -C: "never", "always", "auto" (on a terminal; also before this is called). False: it is none of these. */
bool say_in_color(const char *when);
void say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_warning(const struct options *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void say_as_is(const char *text);
/* How far a session is that starts, on a terminal; NULL, or any other message: the line is gone. */
void say_progress(const struct stp_msg_progress *p);
void say_debug(const struct options *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
