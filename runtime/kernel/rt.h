/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the kernel platform share.
 *
 * States go one way: NEW (loaded, only the control channel is there), STARTING (begin
 * probes run, points are attached), RUNNING, STOPPING (detached, end probes run),
 * STOPPED.  They change under rt.mutex, in process context; handlers only read them. */
#ifndef STP_KERNEL_RT_H
#define STP_KERNEL_RT_H

#include <stp/abi.h>
#include <stp/plat.h>
#include <stp/wire.h>

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <linux/wait.h>

enum rt_state {
	RT_NEW = STP_STATE_NEW, RT_STARTING = STP_STATE_STARTING, RT_RUNNING = STP_STATE_RUNNING, RT_STOPPING = STP_STATE_STOPPING,
	RT_STOPPED = STP_STATE_STOPPED,
};
enum rt_skip { RT_SKIP_NESTED, RT_SKIP_LOCK, RT_SKIP_STACK, RT_SKIP_MISSED, RT_SKIPS };

/* Counters of one probe on one CPU: written by that CPU only. */
struct rt_probe_stat {
	u64 hits, cycles, min, max;
	u32 errors;
	atomic_t skips[RT_SKIPS];	/* an NMI's hit may be skipped while another one is counted */
};

/* A stack of this CPU's own; FLOOR is BEGIN and what has to stay free of it. */
struct rt_stack { unsigned long begin, end, floor; };
enum { RT_STACKS = 8 };

/* One CPU. */
struct rt_cpu {
	struct stp_ctx ctx;
	int busy;			/* a handler runs: further hits are skipped */
	bool may_sleep;			/* that handler may: nothing else of the session runs */
	struct rt_probe_stat *stats;	/* by probe index */
	void *frame;
	u64 written_records, written_bytes, lost_records, lost_bytes;
	u64 seq;			/* bulk mode */
	u64 random;
	const struct stp_row_kprobe *hook_row;	/* hook.c: the return being diverted, or NULL */
	unsigned long hook_addr;
	int hook_done;
	u64 started;			/* cycles when its last run began, where runs are measured */
	u64 overload_start, overload_used;
	struct rt_stack stacks[RT_STACKS];	/* stackroom.c: interrupts', exceptions' */
	unsigned nstacks;
	u64 callers[STP_MAX_CALLERS + 1];	/* callers.c */
	char text[512];			/* of an error on its way to the daemon */
};

struct rt {
	struct mutex mutex;
	u32 state;			/* enum rt_state */
	bool failed;			/* an error ended the session: error probes instead of end probes */
	bool bulk, overwrite, detached, loaded;
	bool timed;			/* runs of handlers are measured */
	bool unread;			/* no daemon reads the channels yet */
	int target;
	struct stp_msg_zone zone;
	struct stp_msg_owner owner;
	struct stp_msg_remote remote;	/* id -1: none */
	unsigned ncpus;
	struct rt_cpu **cpus;
	unsigned long stack_reserve;	/* bytes of a task's stack that stay free (stackroom.c) */
	atomic64_t seq;
	atomic_t errors, skipped, uncounted;	/* skipped: those that do not count against MAXSKIPPED among them */
	atomic_t soft;			/* soft timers' handlers that run */
	u32 nprobes_attached, noptional_skipped;
	/* what the control channel has to say, besides messages */
	int want_exit, want_wake;	/* 1: to be said, 2: said */
	wait_queue_head_t readers;
	struct irq_work wake;
	/* cut.c */
	bool cut;			/* starting shall end */
	struct task_struct *starter;	/* runs START, or NULL */
	struct stp_msg_progress progress;
	bool want_progress;		/* it is to be said */
};
extern struct rt rt;

/* message.c: from any context */
void rt_message(u32 kind, const char *fmt, ...) __printf(2, 3);
void rt_message_bytes(u32 kind, const void *payload, size_t len);
bool rt_message_take(struct stp_msg *head, char *payload);	/* payload of RT_MESSAGE_SIZE; one reader at a time */
bool rt_message_ready(void);
enum { RT_MESSAGE_SIZE = 1000 };

/* ctl.c */
int rt_ctl_init(void);
void rt_ctl_close(void);		/* the daemon can do nothing any more; before rt_unload */
void rt_ctl_exit(void);			/* waits for who has files open */
struct dentry *rt_directory(void);
void rt_wake(void);			/* from any context */

/* cut.c: process context, but for rt_cut() */
void rt_cut(void);			/* any context: starting shall end, and the session with it */
void rt_cut_begin(void);		/* this task starts the session, until: */
void rt_cut_end(void);
bool rt_was_cut(void);			/* it shall end now */
bool rt_is_ending(void);		/* the same, or a probe called exit(): no more points */
/* The task that starts it has dealt with one point more; with DONE of ALL so far. */
void rt_progress(void);
void rt_progress_set(u32 done, u32 all);
bool rt_progress_ready(void);
void rt_progress_take(struct stp_msg_progress *p);
#ifdef STP_FAIL_ALLOC
/* For tests: the Nth look finds the session cut; the Nth point is refused. */
void rt_cut_at(int n);
void rt_refuse_at(int n);
bool rt_made_to_refuse(void);		/* asked once for each point */
#else
static inline bool rt_made_to_refuse(void) { return false; }
#endif

/* session.c */
int rt_load(void);
int rt_start(const struct stp_msg_start *m);
void rt_stop(bool quiet);		/* quiet: the daemon is gone, no end probes */
void rt_unload(void);
void rt_request_exit(bool failed);	/* from any context */
/* A daemon took over a running session: it is told as if it had started it. */
void rt_introduce(void);
/* The next thing that the control channel has to say: any context, and process context (payload of RT_MESSAGE_SIZE). */
bool rt_session_ready(void);
bool rt_session_take(struct stp_msg *head, char *payload);

/* context.c */
int rt_contexts_init(void);
void rt_contexts_exit(void);
/* Run one handler if the session's state allows. FILL (or NULL) completes the context after the reset. False: it did not run (or,
 * as a lock was busy, not to its end); where that is a loss it has been counted. */
bool rt_run(const struct stp_probe *p, struct pt_regs *regs, void (*handler)(struct stp_ctx *c),
	    void (*fill)(struct stp_ctx *c, void *data), void *data);
/* The same for a probe with STP_PROBE_SOFT, in a soft interrupt or process context, with interrupts on. */
bool rt_run_soft(const struct stp_probe *p, void (*handler)(struct stp_ctx *c), void (*fill)(struct stp_ctx *c, void *data), void *data);
/* P's own handler, for a probe at ADDR; not of begin, end and their kind. */
void rt_run_at(const struct stp_probe *p, struct pt_regs *regs, unsigned long addr);
/* The same for a traced entry: a hit inside another handler is the kernel's to miss, as with kprobes. */
void rt_run_traced(const struct stp_probe *p, struct pt_regs *regs, unsigned long addr);
void rt_count_missed(const struct stp_probe *p, unsigned long n);

/* stackroom.c: sets rt.stack_reserve, before the first hit. */
void rt_reserve_stack(void);
/* HERE is on no task's stack; the address below which its stack has to stay free. CPU is busy. */
unsigned long rt_other_stack(struct rt_cpu *cpu, unsigned long here);

/* plat_kernel.c: would SIZE bytes more be too much for this machine? */
bool rt_memory_is_short(u64 size);
#ifdef STP_FAIL_ALLOC
/* For tests: the Nth allocation of this module shall fail. */
void rt_fail_allocation(int n);
#endif

/* relay.c; destroyed when nothing can run any more */
int rt_relay_open(u32 subbuf_size, u32 subbufs);
void rt_relay_close(void);
bool rt_relay_is_open(void);	/* there are channels, whatever they hold */
u64 rt_relay_read_records(void);
void rt_relay_cpu(unsigned cpu);	/* it came up; process context */

/* hotplug.c: process context */
void rt_hotplug_begin(void);
void rt_hotplug_end(void);	/* again and again, if need be */

/* attach.c: one row a family */
struct rt_family {
	const char *name;
	/* All or nothing; a message says why not. *STATE is the family's for detach. */
	int (*attach)(const struct stp_group *g, void **state);
	void (*detach)(const struct stp_group *g, void *state);	/* only after a successful attach */
};
extern const struct rt_family rt_family_begin, rt_family_end, rt_family_error, rt_family_timer, rt_family_kprobe, rt_family_tracepoint,
	rt_family_perf, rt_family_hwbkpt;
/* What $value stands for: text of LEN bytes, with a NUL behind them, in SIZE + 1 of BUF. */
struct rt_text { char *buf; u32 len, size; };
/* Run P's handler with T as its $value. 0; -EBUSY it did not run (a lock, its condition), -ENODEV the session is not
 * running, -EIO it ended with an error. Process context. */
int rt_run_text(const struct stp_probe *p, struct rt_text *t);

/* attach_input.c: bytes of standard input, none at its end, under rt.mutex; enum stp_start_flag of what the script wants */
void rt_input(const char *bytes, u32 len);
u32 rt_input_wanted(void);

extern const struct rt_family rt_family_input, rt_family_netfilter, rt_family_procfs;
int rt_attach_all(void);
void rt_detach_all(void);
void rt_run_once(unsigned family);	/* begin, end, error: rows in order */

/* bulk.c: function entries, many at once, of the rows that WANTED says yes to. NULL: none could be taken. */
typedef bool rt_bulk_filter(void *data, const struct stp_row_kprobe *row);
struct rt_bulk *rt_bulk_attach(const struct stp_group *g, rt_bulk_filter *wanted, void *data);
void rt_bulk_detach(struct rt_bulk *b);
/* Tell MARK each row taken; their number. */
unsigned rt_bulk_rows(const struct rt_bulk *b, void (*mark)(void *data, const struct stp_row_kprobe *row), void *data);

/* callers.c */
struct rt_base { const char *symbol; unsigned long addr; };	/* what was looked up last, in the same module; starts as 0 */
void rt_callers_resolve(const struct stp_row_kprobe *row, struct rt_base *last);	/* run-time addresses of its callers, if it asks for any; process context */
bool rt_callers_known(const struct stp_row_kprobe *row);	/* false: ROW's callers are nowhere */
/* ROW->callers is not NULL: did they call the function, or the code at ADDR in it, that was hit with REGS? Any context. */
bool rt_callers_match(const struct stp_row_kprobe *row, struct pt_regs *regs, unsigned long addr);

/* attach_tracepoint.c: NULL when the kernel has none of this name */
struct tracepoint;
struct tracepoint *rt_tracepoint_find(const char *name);

/* hook.c: returns of functions whose entries bulk.c sees.  Process context, but for rt_hooks_enter(). */
struct rt_hooks *rt_hooks_new(void);	/* NULL: this kernel cannot */
bool rt_hooks_take(struct rt_hooks *h, const struct stp_row_kprobe *row, unsigned long addr);	/* false: not this function */
bool rt_hooks_arm(struct rt_hooks *h);	/* once all are taken */
void rt_hooks_free(struct rt_hooks *h);	/* once no entry is seen any more */
/* The function of ROW at ADDR was entered with REGS: divert its return. */
void rt_hooks_enter(struct rt_hooks *h, const struct stp_row_kprobe *row, unsigned long addr, struct pt_regs *regs);

/* symbol.c: process context */
int rt_resolve_symbols(void);	/* those of modules again and again, as they come, until: */
void rt_forget_symbols(void);
/* Is module NAME there, and not about to go? SYMBOL is one that it has while it is there. True when nothing can be known. */
bool rt_module_loaded(const char *name, const char *symbol);
unsigned long rt_symbol_address(const char *module, const char *symbol);	/* MODULE NULL, "" or "kernel": the kernel; 0: there is none */
/* Where the kernel's symbol of ROW is, if it is where the row says: much faster than asking for its name. 0: ask. */
unsigned long rt_near_address(const struct stp_row_kprobe *row);

/* build_id.c: process context */
int rt_builds_check(void);	/* -ESTALE: the kernel is another one than the script was made with; modules are followed until: */
void rt_builds_forget(void);
bool rt_build_stale(const char *module);	/* it is loaded, and another build than the script was made with */

/* unwind.c: tell what this kernel does not give, if the script asks for it */
void rt_stacks_check(void);

/* namespaces.c: process context, under rt.mutex. 0 or -ESRCH */
int rt_namespaces_of(int pid);
int rt_namespaces_default(void);	/* of whoever calls, unless those of a process were asked for */
void rt_namespaces_forget(void);	/* once no handler can run */

/* report.c */
void rt_stats(struct stp_msg_stats *s);
/* The next line of the report at the end into TEXT; *NEXT counts from 0. Its kind of message, 0 behind the last. */
u32 rt_report_line(u32 *next, char *text, size_t size);

#endif
