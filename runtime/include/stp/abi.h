/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that emitted C (and a hand-written module) may name.
 *
 * The emitted file includes this header and no kernel or libc header, so that it
 * compiles in milliseconds; the runtime behind it is real C, built once for each
 * kernel.  The emitted file defines one `const struct stp_module stp_module` and
 * the handlers that it points to; the runtime does all the rest.
 *
 * Rules for handlers
 * - A handler runs with its context `c`, this CPU's own, not preempted and never
 *   nested on the CPU.  It must not sleep, allocate or loop without stp_act().
 * - Longs are C locals.  Strings are NUL-terminated, in buffers of
 *   STP_STRING (the module's max_string) bytes, in the handler's frame.
 * - After a call that can fail (docstring says "error"), the handler tests
 *   c->error and leaves through its one exit: STP_CHECK().
 * - The locks that stp_probe.locks lists are taken by the handler, at once or
 *   where it first needs them (stp_lock()), and held until after it.
 *
 * Numbers: int64_t everywhere; arithmetic wraps (the object is built with
 * -fno-strict-overflow). */
#ifndef STP_ABI_H
#define STP_ABI_H

#define STP_ABI_VERSION 1

#ifdef STP_FREESTANDING
typedef __INT8_TYPE__ int8_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __INT16_TYPE__ int16_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __INT32_TYPE__ int32_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __SIZE_TYPE__ size_t;
typedef __UINTPTR_TYPE__ uintptr_t;
#ifndef __bool_true_false_are_defined
#define bool _Bool
#define true 1
#define false 0
#define __bool_true_false_are_defined 1
#endif
#ifndef NULL
#define NULL ((void *)0)
#endif
#elif defined(__KERNEL__)
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define STP_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define STP_LIKELY(x) __builtin_expect(!!(x), 1)
#define STP_COLD __attribute__((__cold__, __noinline__))
#define STP_MAXKEYS 9

struct stp_ctx;
struct stp_probe;
struct stp_map;		/* an associative array; core/map.c */
struct stp_pstat;	/* a scalar statistic, one accumulator a CPU; core/agg.c */

enum stp_type { STP_LONG = 1, STP_STR = 2, STP_STAT = 3 };

/* ---- static description of a module ---- */

/* A lock word for each global; taken by the runtime around the handler. */
struct stp_lock { uint32_t word; uint32_t contended; } __attribute__((aligned(64)));
struct stp_lockref { struct stp_lock *lock; uint32_t write; uint32_t global; /* index, for messages */ };

struct stp_hist {
	uint32_t kind;		/* 0 none, 1 log, 2 linear */
	uint32_t buckets;	/* linear: (high - low) / step + 1, and one below, one above; log: STP_HIST_LOG_BUCKETS */
	int64_t low, high, step;
};
#define STP_HIST_LOG_BUCKETS 128	/* -2^63 … -1, 0, 1 … 2^62 */

enum stp_stat_op { STP_COUNT, STP_SUM, STP_MIN, STP_MAX, STP_AVG, STP_VARIANCE };

struct stp_map_desc {
	uint8_t nkeys;
	uint8_t value_type;		/* enum stp_type */
	uint8_t wrap;			/* 1: a full map drops its oldest entry */
	uint8_t variance;		/* statistics: keep what @variance needs */
	uint8_t key_type[STP_MAXKEYS];	/* enum stp_type */
	uint8_t pad[3];
	uint32_t max_entries;
	uint32_t bit_shift;		/* of @variance */
	struct stp_hist hist;
};

struct stp_global {
	const char *name;
	uint32_t type;			/* enum stp_type of the scalar, or of the array's values */
	uint32_t is_array;
	/* where the emitted file keeps it: LONG int64_t[1], STR char[max_string],
	 * STAT struct stp_pstat *[1], array struct stp_map *[1] (pointers are filled at load) */
	void *storage;
	const struct stp_map_desc *desc;	/* arrays, and scalar statistics (nkeys 0) */
	uint32_t settable;		/* may be given at load: -G, stpd NAME=VALUE */
	uint32_t pad;
};

enum stp_probe_flag {
	STP_PROBE_INTERRUPTIBLE = 1,	/* begin, end, …: runs with interrupts on, larger action budget */
	STP_PROBE_DURING_BEGIN = 2,	/* runs while the session is starting (begin) */
	STP_PROBE_DURING_END = 4,	/* end, error */
	STP_PROBE_ONESHOT = 8,		/* the session ends after it */
	STP_PROBE_SOFT = 16,		/* long work of a timer, file or input; runs with interrupts on */
};
struct stp_probe {
	void (*handler)(struct stp_ctx *c);
	int64_t (*condition)(struct stp_ctx *c);	/* if (…): NULL, or armed while non-zero */
	void (*entry)(struct stp_ctx *c);	/* of a return probe with saved values: fills c->saved as the function begins; or NULL */
	const char *point;		/* the point as resolved, "kernel.function(\"vfs_read@fs/read_write.c:450\")" */
	const char *alias;		/* as the user wrote it: pn() */
	const struct stp_lockref *locks;
	uint32_t nlocks;
	uint32_t flags;
	uint32_t index;			/* in stp_module.probes */
	uint32_t loc;			/* where the script has it */
	const uint32_t *locs;		/* of a handler that probes in several places of the script share: STP_LOC_OWN(n) is locs[n] */
	/* Bytes of kernel stack that a run takes, from the run's beginning in the runtime to its deepest call inside the
	 * module, recursion counted once. Filled in the built module, from its code (translator/build/check/stackuse.h);
	 * 0: not known. */
	uint32_t stack;
	uint32_t pad;
};

/* Attach rows, one table a family; FAMILY is a row of attach.def. */
enum stp_family_id {
#define STP_FAMILY(id, name) STP_FAMILY_##id,
#include <stp/attach.def>
#undef STP_FAMILY
	STP_FAMILIES
};
struct stp_group { uint32_t family; uint32_t nrows; const void *rows; };

/* begin, end, error: run once, by rising priority */
struct stp_row_begin { const struct stp_probe *probe; int64_t priority; };
/* timer: every interval_ns, plus a random part of ± random_ns */
struct stp_row_timer { const struct stp_probe *probe; uint64_t interval_ns, random_ns; };
/* kprobe, kretprobe */
enum stp_kprobe_flag {
	STP_KP_RETURN = 1, STP_KP_ABSOLUTE = 4,
	STP_KP_OPTIONAL = 2,		/* not attached: skipped, with a count */
	STP_KP_MEMBER = 8,		/* one of those that a wildcard found: not attached is warned of; without it, an error */
	STP_KP_WAIT = 16,		/* its module need not be loaded: the point waits for it */
	STP_KP_START = 64,		/* code that is there only while its module starts */
	STP_KP_BUILD = 32,		/* it, or what its handler reads, is right only in the build of stp_module.builds */
};
/* Who has to have called the probed code: a hit counts when one of the nearest `depth` return addresses is in one of the ranges. */
#define STP_MAX_CALLERS 30
struct stp_code_range { const char *symbol; uint64_t offset, size; uint64_t start; /* run-time address, filled at load; 0: not there */ };
struct stp_callers { struct stp_code_range *ranges; uint32_t nranges, depth; };
struct stp_row_kprobe {
	const struct stp_probe *probe;
	const char *module;		/* NULL or "kernel": the kernel itself */
	const char *symbol;		/* base; NULL with ABSOLUTE */
	uint64_t offset;		/* from symbol, or the address */
	uint32_t flags, maxactive;	/* maxactive 0: the runtime's choice */
	uint32_t saved_size;		/* bytes of c->saved */
	uint32_t pad;
	const struct stp_callers *callers;	/* or NULL: anybody */
	uint64_t distance;		/* of the kernel's own symbol from _stext, in the file that was looked into; 0: not known */
};
/* kernel tracepoint */
struct stp_row_tracepoint {
	const struct stp_probe *probe;
	const char *name, *module;	/* module: NULL, the kernel itself */
	uint32_t nargs;
	uint32_t flags;			/* STP_KP_OPTIONAL, STP_KP_MEMBER, STP_KP_WAIT, STP_KP_BUILD */
};

/* perf event, on all CPUs or in a process */
enum stp_perf_flag {
	STP_PERF_FREQUENCY = 1,		/* period is a number of samples a second */
	STP_PERF_TICK = 2,		/* period is that of the kernel's ticks */
	STP_PERF_COUNTER = 4,		/* takes no samples: stp_perf_read */
	STP_PERF_PROCESS = 8,
	STP_PERF_OPTIONAL = 16,
};
#define STP_PERF_COUNTERS 64
struct stp_row_perf {
	const struct stp_probe *probe;
	const char *name;		/* of the event, for messages */
	const char *process;		/* STP_PERF_PROCESS: a program's path, or NULL: the target process and what it starts */
	uint64_t config, period;
	uint32_t type, flags;
	uint32_t counter;		/* number from 1, or 0 */
	uint32_t pad;
};

/* memory that is watched with debug registers */
enum stp_hwbkpt_flag { STP_HW_READ = 1 /* not only writes */, STP_HW_OPTIONAL = 2 };
struct stp_row_hwbkpt {
	const struct stp_probe *probe;
	const char *symbol;		/* of the kernel, or NULL: */
	uint64_t address;
	uint32_t length, flags;		/* length: 1, 2, 4, 8 bytes */
};

/* procfs: a file below /proc/systemtap/MODULE; one row for its reading side and one for its writing side */
struct stp_row_procfs {
	const struct stp_probe *probe;
	const char *path;		/* relative, '/' makes directories */
	uint32_t write;			/* 0: the handler makes what is read; 1: it takes what was written */
	uint32_t mode;			/* permission bits; a file has those of both its rows */
	uint32_t size;			/* reading side: most bytes of text */
	uint32_t pad;
};

/* input: bytes or whole lines of the daemon's standard input */
struct stp_row_input { const struct stp_probe *probe; uint32_t lines; uint32_t pad; };

/* netfilter: args are hook, pf, sk_buff, in, out; retval is the verdict */
struct stp_row_netfilter { const struct stp_probe *probe; uint32_t pf, hook; int32_t priority; uint32_t pad; };

/* A run-time address the script uses (FETCH_SYMBOL): filled at load. */
struct stp_symref { const char *module, *symbol; uint64_t *address; uint32_t optional; uint32_t pad; };

/* The build that was looked into: of the kernel ("kernel") or of a module; its GNU build-id in hexadecimal. */
struct stp_build { const char *module, *id; };

struct stp_limits {
	uint32_t max_action, max_action_interruptible;
	uint32_t max_nesting;		/* depth of function calls */
	uint32_t max_string;		/* bytes of a string with its NUL */
	uint32_t max_errors;		/* soft errors after which the session ends; 0: at the first */
	uint32_t max_skipped;
	uint32_t max_trylock, trylock_delay_us;	/* their product: microseconds that a handler waits for all its locks */
	uint32_t min_stack;
	uint32_t suppress_errors;	/* --suppress-handler-errors, and the default for faults */
	uint32_t suppress_time_limits;	/* locks are waited for without end */
	uint32_t ret_active;		/* default maxactive of return probes, 0: by CPUs */
	uint64_t max_memory;		/* bytes, 0: no limit */
	uint64_t overload_threshold, overload_interval;	/* cycles (nanoseconds where there is no cycle counter) */
	int32_t hist_elision;		/* HIST_ELISION: empty rows kept at each end of a run of them; negative: all */
	uint32_t max_backtrace;		/* addresses of a stack */
	uint32_t max_stacks;		/* stacks kept by identifier, up to the next power of two */
	uint32_t interruptible;		/* 0: hits inside another handler count against max_skipped */
	uint32_t quick_attach;		/* 0: the kernel does all its work for each of many kprobes */
	uint32_t pad;
};

enum stp_module_flag { STP_MODULE_TIMING = 1, STP_MODULE_BULK = 2, STP_MODULE_NO_GLOBAL_DISPLAY = 4, STP_MODULE_STACKS = 8 /* calls what stp/stack.h says */ };
struct stp_module {
	uint32_t abi_version;		/* STP_ABI_VERSION */
	uint32_t flags;
	const struct stp_limits *limits;
	const struct stp_probe *probes;		uint32_t nprobes;	uint32_t ngroups;
	const struct stp_group *groups;
	const struct stp_global *globals;	uint32_t nglobals;	uint32_t nlocs;
	const char *const *locs;		/* "script.stp:3:17", by location number */
	const struct stp_symref *symrefs;	uint32_t nsymrefs;
	uint32_t frame_size;			/* bytes of string frames a context needs */
	const char *const *guards;		/* reserved */
	const struct stp_build *builds;		uint32_t nbuilds;	uint32_t pad;
};
extern const struct stp_module stp_module;

/* ---- regular expressions ---- */

/* A table for one: a row for each state, in it a cell for each column of bytes and then two that tell what is accepted
 * there and at the string's end. A cell is the offset of the next row; row 0 leads nowhere. With `ops` it also says
 * where the match is: positions are kept in registers, and a list of moves (its length, then pairs of target and source)
 * belongs to each cell; what is accepted is then the index of the list of `ntags` sources that are the result: the start,
 * then start and end of each group. */
#define STP_REGEX_HERE 0xfffe		/* a source: the position at hand */
#define STP_REGEX_NOWHERE 0xffff	/* a source: the group takes no part */
#define STP_REGEX_MOST_REGS 128
struct stp_regex {
	const uint8_t *columns;		/* of each byte */
	const uint16_t *next;
	const uint16_t *ops;		/* of each cell: index into moves, 0: none. NULL: no positions */
	const uint16_t *moves;
	uint16_t width;			/* of a row, without the last two cells */
	uint16_t start;			/* offset of the first row */
	uint16_t done;			/* without positions: the row of those that have matched, behind row 0 */
	uint16_t start_moves;
	uint16_t nregs, ntags;
	uint16_t ngroups;		/* with the whole match */
	uint16_t pad;
};

enum stp_match_state { STP_MATCH_NONE, STP_MATCH_FAILED, STP_MATCH_FOUND };
/* The last match of a run of a handler, kept in its frame: matched(), ngroups(). */
struct stp_match {
	uint32_t state;			/* enum stp_match_state */
	uint32_t ngroups;
	uint32_t ntags;
	uint32_t pad;
	uint32_t *regs;			/* while matching; as many as any regular expression of the module has, likewise: */
	uint32_t *tags;			/* from the start of the match; the last one is where it ends */
	char *text;			/* what matched, of max_string bytes */
};

/* ---- the context ---- */

/* Where formatted text goes: the output record of this handler, or a string. */
struct stp_out {
	char *pos, *end;
	char *start;
	struct stp_ctx *ctx;		/* output records: room is made by stp_out_more; NULL: a string, cut at end */
};

#define STP_TP_ARGS 12
#define STP_MAXCHAIN 8
#define STP_NO_TRACE 0xffffffffu
struct stp_ctx {
	const struct stp_probe *probe;
	void *regs;			/* struct pt_regs of the probed context, or NULL */
	uint32_t error;			/* non-zero: unwinding */
	int32_t actions;		/* left of those given out; below 0: stp_more_actions() */
	uint32_t depth;			/* of function calls */
	uint32_t nchain;
	char *frame, *frame_end;	/* bump stack of frames */
	void *saved;			/* of a return probe: what its entry half left */
	int64_t retval;			/* $return where regs do not have it */
	uint64_t args[STP_TP_ARGS];	/* tracepoint arguments; FETCH_INPUT n of a tracepoint scope */
	uint32_t nargs;
	uint32_t is_return;
	uint64_t probe_addr;		/* run-time address of the point, or 0 */
	struct stp_out out;		/* print stream */
	uint32_t chain[STP_MAXCHAIN];	/* locations, innermost first */
	char message[256];		/* text of the error */
	uint32_t error_kind;		/* enum stp_error_kind */
	uint32_t cpu;
	uint32_t locks;			/* enum stp_locks */
	void *family_data;		/* of the attaching family (perf record, sk_buff, …) */
	struct stp_match *match;	/* of this handler; valid only where its code has set it */
	/* of the core: */
	char *frame_base;
	uint64_t out_lost;		/* bytes of this run's text given up */
	struct stp_map *pinned;		/* arrays that this run walks */
	uint32_t ntrace;		/* addresses of the stack, once it has been walked */
	uint32_t granted;		/* actions given out, of the run's budget */
	/* Below this address the stack that the run is on has no room for what the probe may need: one more level of
	 * recursion is refused there. 0: the stack is not looked at. */
	uintptr_t stack_floor;
	/* the runtime's own fields follow (kernel/context.h); sizeof is not part of the ABI */
};
enum stp_locks { STP_LOCKS_NONE, STP_LOCKS_HELD, STP_LOCKS_BUSY };
enum stp_error_kind { STP_ERR_SCRIPT /* error() */, STP_ERR_FAULT, STP_ERR_LIMIT /* always ends the session */, STP_ERR_ARITH, STP_ERR_MAP, STP_ERR_STRING,
	STP_ERR_ABORT /* abort(): nothing is wrong, only the handler ends */,
	STP_ERR_STACK /* the kernel stack is used up: the handler ends, and its hit counts as skipped */,
	STP_ERR_NESTING /* more calls inside of each other than MAXNESTING */ };

/* Take all locks of the probe's list, once in a run of its handler (or of its entry half). False: another CPU held one for as
 * long as the limits let this one try; the handler has to end, without an effect so far, and the hit counts as
 * skipped. They are released behind the handler. Of the runtime around the core. */
bool stp_lock(struct stp_ctx *c);

/* ---- errors and budget ---- */

/* Record an error in C (the first wins). Kept until the handler ends or catch takes it. */
void stp_error(struct stp_ctx *c, enum stp_error_kind kind, const char *message) STP_COLD;
/* FMT with at most one %s and one %d. */
void stp_error_s(struct stp_ctx *c, enum stp_error_kind kind, const char *fmt, const char *s, int64_t d) STP_COLD;
/* The same (kind SCRIPT), and text for the output record, with C's formats: for C, not for emitted code.
 * No attribute tells the compiler: scripts print longs by %d. */
void stp_error_c(struct stp_ctx *c, const char *fmt, ...) STP_COLD;
void stp_printf_c(struct stp_ctx *c, const char *fmt, ...);
/* Locations are numbers of stp_module.locs, or of the probe that runs: its number N, and where the script has it. */
#define STP_LOC_OWN(n) (0x80000000u | (n))
#define STP_LOC_PROBE 0xffffffffu
/* Remember location LOC on the way out; call once at each level. */
void stp_fail(struct stp_ctx *c, uint32_t loc) STP_COLD;
/* catch: take the error's text, as it was raised, into DST of SIZE bytes (DST may be NULL) and go on. STP_ERR_LIMIT, STP_ERR_ABORT and
 * STP_ERR_STACK are not caught: returns false. */
bool stp_catch(struct stp_ctx *c, char *dst, size_t size);
void stp_out_of_actions(struct stp_ctx *c) STP_COLD;	/* error LIMIT: "MAXACTION exceeded" */
/* C has spent what it was given of its budget: more, and true, or false with error LIMIT: it is spent as a whole, or
 * the guard against overload ends the run. core/work.h says what an action is. */
bool stp_more_actions(struct stp_ctx *c) STP_COLD;

#define STP_CHECK(c, loc, label) do { if (STP_UNLIKELY((c)->error)) { stp_fail((c), (loc)); goto label; } } while (0)
/* Spend N actions. */
#define STP_ACT(c, n, loc, label) do { if (STP_UNLIKELY(((c)->actions -= (n)) < 0) && !stp_more_actions(c)) { \
	stp_fail((c), (loc)); goto label; } } while (0)

/* A frame of SIZE bytes for strings; NULL and an error (NESTING) when the context has no more. */
static inline void *stp_frame_push(struct stp_ctx *c, size_t size)
{
	char *f = c->frame;

	size = (size + 15) & ~(size_t)15;
	if (STP_UNLIKELY((size_t)(c->frame_end - f) < size)) {
		stp_error(c, STP_ERR_NESTING, "MAXNESTING exceeded");
		return NULL;
	}
	c->frame = f + size;
	return f;
}
static inline void stp_frame_pop(struct stp_ctx *c, void *frame) { if (frame) c->frame = frame; }
/* The same for emitted functions, whose frames the context has room for: each of them once, and a recursive function's
 * as often as MAXNESTING lets it run (stp_may_recurse()). stp_frame_pop() ends it, too. */
static inline void *stp_frame_take(struct stp_ctx *c, size_t size)
{
	char *f = c->frame;

	c->frame = f + ((size + 15) & ~(size_t)15);
	return f;
}

void stp_too_deep(struct stp_ctx *c, bool stack) STP_COLD;	/* error NESTING, or STACK */
/* First in a recursive function, which lowers c->depth at its end in any case. False, and an error: as many levels as
 * MOST are active, or the kernel stack is used up. */
static inline bool stp_may_recurse(struct stp_ctx *c, uint32_t most)
{
	bool stack = (uintptr_t)__builtin_frame_address(0) < c->stack_floor;

	if (STP_LIKELY(c->depth++ < most && !stack))
		return true;
	stp_too_deep(c, stack);
	return false;
}

/* ---- arithmetic ---- */

int64_t stp_div(struct stp_ctx *c, int64_t a, int64_t b);	/* error ARITH "division by zero"; INT64_MIN / -1 wraps */
int64_t stp_mod(struct stp_ctx *c, int64_t a, int64_t b);	/* likewise */
static inline int64_t stp_shl(int64_t a, int64_t n) { return (uint64_t)n > 63 ? 0 : (int64_t)((uint64_t)a << n); }
static inline int64_t stp_shr(int64_t a, int64_t n) { return a >> ((uint64_t)n > 63 ? 63 : n); }
static inline int64_t stp_ushr(int64_t a, int64_t n) { return (uint64_t)n > 63 ? 0 : (int64_t)((uint64_t)a >> n); }

/* ---- strings: DST has SIZE bytes; the result is always terminated, cut when too long ---- */

void stp_str_copy(char *dst, const char *src, size_t size);
void stp_str_cat(char *dst, const char *src, size_t size);		/* behind what is there */
int stp_str_cmp(const char *a, const char *b);
int64_t stp_str_len(const char *s);

/* ---- arrays ---- */

union stp_key { int64_t l; const char *s; };

/* An absent element reads as 0 or "". A returned string is valid until the array changes. */
int64_t stp_map_get_long(struct stp_map *m, const union stp_key *key);
const char *stp_map_get_str(struct stp_map *m, const union stp_key *key);
/* Merged over CPUs; NULL when absent. Valid until the next call on M. */
const struct stp_stat *stp_map_get_stat(struct stp_map *m, const union stp_key *key);
bool stp_map_has(struct stp_map *m, const union stp_key *key);
/* Error MAP "Array overflow, check MAXMAPENTRIES or the size of NAME (N)" when full and not wrapping. */
void stp_map_set_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, int64_t v);
void stp_map_set_str(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, const char *v);
/* The element's cell, made (0) when absent; NULL with an error when full. For ++ and op=. */
int64_t *stp_map_ref_long(struct stp_ctx *c, struct stp_map *m, const union stp_key *key);
void stp_map_add_stat(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, int64_t v);
void stp_map_del(struct stp_map *m, const union stp_key *key);
/* Elements whose keys equal KEY where bit n of MASK is set. These and clearing are charged: error LIMIT. */
void stp_map_del_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, uint32_t mask);
bool stp_map_has_slice(struct stp_ctx *c, struct stp_map *m, const union stp_key *key, uint32_t mask);
void stp_map_clear(struct stp_ctx *c, struct stp_map *m);
int64_t stp_map_size(struct stp_map *m);

/* foreach: a snapshot of the order; the body may not change M (the translator sees to it). */
struct stp_iter {
	struct stp_map *map;
	const void *entry;		/* the current one */
	uint64_t left;			/* elements still wanted */
	uint32_t mask, pos;
	const union stp_key *slice;
	uint32_t scan, index;		/* entries still to look at; the current one */
	uint32_t there, most;		/* entries at the begin; of them, elements wanted */
	int column, order;		/* as given to stp_iter_begin() */
	enum stp_stat_op op;
	bool all;			/* every entry is wanted */
	uint32_t steps;			/* of entries passed over, not paid for */
	struct stp_ctx *ctx;
};
/* COLUMN 0: by value (statistics: by OP), else by key; ORDER 0 none (insertion), 1 up, -1 down;
 * LIMIT < 0: all.  Collecting and sorting are charged: error LIMIT. */
void stp_iter_begin(struct stp_ctx *c, struct stp_iter *it, struct stp_map *m, int column, int order,
		    enum stp_stat_op op, int64_t limit, const union stp_key *slice, uint32_t mask);
/* Error LIMIT: passing over entries is charged, and sorting again after a loop of the body. */
bool stp_iter_next(struct stp_iter *it);
int64_t stp_iter_key_long(const struct stp_iter *it, unsigned n);	/* n from 0 */
const char *stp_iter_key_str(const struct stp_iter *it, unsigned n);
int64_t stp_iter_long(const struct stp_iter *it);
const char *stp_iter_str(const struct stp_iter *it);
const struct stp_stat *stp_iter_stat(const struct stp_iter *it);

/* ---- statistics ---- */

struct stp_stat {
	int64_t count, sum, min, max;
	int64_t mean, m2;		/* Welford, shifted by bit_shift; only where the description asks for variance */
	uint64_t hist[];		/* description's hist.buckets */
};
void stp_pstat_add(struct stp_pstat *p, int64_t v);
const struct stp_stat *stp_pstat_get(struct stp_pstat *p);	/* merged; NULL when empty */
void stp_pstat_clear(struct stp_pstat *p);
/* NULL S: COUNT and SUM are 0, the others are error ARITH "empty aggregate". */
int64_t stp_stat_extract(struct stp_ctx *c, const struct stp_stat *s, enum stp_stat_op op, uint32_t bit_shift);
/* The picture, with an empty line behind it. NULL S: nothing, and for output records (not strings) error ARITH "empty aggregate". */
void stp_out_hist(struct stp_out *o, const struct stp_stat *s, const struct stp_hist *h);
/* Samples in bucket N, from 0. Error ARITH: NULL S, or no such bucket. */
int64_t stp_hist_bucket(struct stp_ctx *c, const struct stp_stat *s, const struct stp_hist *h, int64_t n);

/* ---- output ---- */

enum stp_conv { STP_CONV_DEC, STP_CONV_UDEC, STP_CONV_HEX, STP_CONV_HEXUP, STP_CONV_OCT, STP_CONV_PTR, STP_CONV_CHAR, STP_CONV_STR, STP_CONV_BIN };
enum stp_fmt_flag { STP_FMT_MINUS = 1, STP_FMT_ZERO = 2, STP_FMT_PLUS = 4, STP_FMT_SPACE = 8, STP_FMT_ALT = 16 };
/* width: -1 not given, below that left-justified in -width - 1 columns; precision: -1 not given */
/* SIZE is of STP_CONV_BIN alone: 1, 2, 4, 8 bytes; 0: as many as the width says, 8 where that is none of these. */
struct stp_fmt { uint8_t conv, flags, size, pad; int32_t width, precision; };
/* A computed width or precision (%*d), bounded; a negative width means left-justified, as in C. */
static inline int32_t stp_fmt_width(int64_t w) { return w >= 0 ? (w > 4096 ? 4096 : (int32_t)w) : (w < -4096 ? -4097 : (int32_t)w - 1); }
static inline int32_t stp_fmt_precision(int64_t p) { return p < 0 ? -1 : p > 4096 ? 4096 : (int32_t)p; }

/* A string as target: cut at SIZE - 1; stp_out_end terminates it. */
static inline void stp_out_string(struct stp_out *o, char *dst, size_t size)
{
	o->pos = o->start = dst;
	o->end = dst + size - 1;
	o->ctx = NULL;
}
static inline void stp_out_end(struct stp_out *o) { *o->pos = 0; }
void stp_out_text(struct stp_out *o, const char *s, size_t len);
void stp_out_str(struct stp_out *o, const char *s);			/* %s without flags */
void stp_out_dec(struct stp_out *o, int64_t v);				/* %d without flags */
void stp_out_long(struct stp_out *o, const struct stp_fmt *f, int64_t v);	/* every numeric conversion and %c */
void stp_out_fmt_str(struct stp_out *o, const struct stp_fmt *f, const char *s);
#define STP_MEM_MOST 1024
/* %m, %M: PRECISION bytes (1…STP_MEM_MOST, 1 when not given) of memory at ADDR, raw or in hexadecimal,
 * in WIDTH columns. With ALT user memory, else the kernel's. Error FAULT. */
void stp_out_mem(struct stp_ctx *c, struct stp_out *o, const struct stp_fmt *f, uint64_t addr, bool hex);
/* More room in an output record: ends this one, starts the next. False: the text is lost (counted). */
bool stp_out_more(struct stp_out *o, size_t need);

/* ---- the probed world ---- */

/* LOAD, STORE of the location programs: SIZE 1 2 4 8; error FAULT with the address. */
uint64_t stp_load(struct stp_ctx *c, uint64_t addr, uint32_t size);
uint64_t stp_load_user(struct stp_ctx *c, uint64_t addr, uint32_t size);
void stp_store(struct stp_ctx *c, uint64_t addr, uint32_t size, uint64_t v);
void stp_store_user(struct stp_ctx *c, uint64_t addr, uint32_t size, uint64_t v);
/* NUL-terminated text at ADDR into DST, at most MAX bytes of it (0: SIZE - 1). Error FAULT. */
void stp_kernel_string(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t max);
void stp_user_string(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, int64_t max);
/* As above; a fault gives FALLBACK and no error. */
void stp_kernel_string_or(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, const char *fallback);
void stp_user_string_or(struct stp_ctx *c, char *dst, size_t size, uint64_t addr, const char *fallback);

/* $value of a procfs or input probe. A text longer than its place: error STRING, and what fits is kept. */
void stp_text_get(struct stp_ctx *c, char *dst, size_t size);
void stp_text_set(struct stp_ctx *c, const char *text);
void stp_text_append(struct stp_ctx *c, const char *text);

#include <stp/regs.h>	/* stp_reg(c, dwarf), stp_set_reg, stp_retval(c), stp_stack_arg(c, n) */

uint64_t stp_percpu(struct stp_ctx *c, uint64_t addr);

/* ---- values of the moment ---- */

int64_t stp_pid(void);		/* process: thread group id */
int64_t stp_tid(void);
int64_t stp_ppid(void);
int64_t stp_uid(void);
int64_t stp_euid(void);
int64_t stp_gid(void);
int64_t stp_egid(void);
int64_t stp_cpu(struct stp_ctx *c);
void stp_execname(char *dst, size_t size);
uint64_t stp_task_current(void);	/* address of the task_struct */
int64_t stp_target(void);	/* -x, or the process of -c */
/* The same numbers as stp_pid() and its kin, in the namespaces of one process (-N, else the daemon); 0: not to be seen there. */
int64_t stp_ns_pid(void);
int64_t stp_ns_tid(void);
int64_t stp_ns_ppid(void);
int64_t stp_ns_pgrp(void);	/* process group */
int64_t stp_ns_sid(void);	/* session */
int64_t stp_ns_uid(void);	/* a user who is not known there: the overflow id */
int64_t stp_ns_euid(void);
int64_t stp_ns_gid(void);
int64_t stp_ns_egid(void);
int64_t stp_remote_id(void);	/* which of a session's many machines this is; -1: there is one */
void stp_remote_uri(char *dst, size_t size);
int64_t stp_time_ns(int64_t clock);	/* 0 wall (CLOCK_REALTIME), 1 monotonic, 2 this CPU's local clock, 3 boot time */
int64_t stp_cpu_clock_ns(int64_t cpu);	/* the clock of that CPU; 0: there is none */
int64_t stp_jiffies(void);
int64_t stp_hz(void);		/* jiffies a second */
int64_t stp_zone_west(void);	/* seconds west of UTC, where whoever runs the script lives */
void stp_zone_name(char *dst, size_t size);
int64_t stp_cycles(void);
int64_t stp_random(int64_t n);	/* [0, n) */
void stp_exit(struct stp_ctx *c);	/* exit(): the session ends after this handler */
void stp_warn(struct stp_ctx *c, const char *text);	/* a message apart from the output */
void stp_system(struct stp_ctx *c, const char *command);	/* run by the daemon, as the invoking user */
const char *stp_module_name(void);
/* Counter N (of stp_row_perf): on this CPU, or in this thread if it counts in a process; once it has been detached (end
 * probes), in all. */
int64_t stp_perf_read(struct stp_ctx *c, uint32_t n);
/* By DWARF number, of the process that runs or that called the kernel: 0 in a kernel thread. */
uint64_t stp_user_reg(struct stp_ctx *c, unsigned dwarf);
bool stp_user_mode(struct stp_ctx *c);	/* are the registers those of a process? false without registers */

#include <stp/stack.h>
#include <stp/strlib.h>

#endif
