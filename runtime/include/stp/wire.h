/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes between a module and the daemon.
 *
 * Data: each CPU has a channel (debugfs stap/MODULE/traceN) that carries records: a
 * header, then `len` bytes, padded to 8.  A read gives whole records, and 0 when there is
 * none; it never waits, and needs a buffer for the longest one.  A record of kind
 * STP_REC_PAD has only the first 8 bytes of a header (struct stp_pad) and any number of bytes
 * behind them, which count for nothing.  `seq` is taken from one counter of the module when
 * the record is committed, so that sorting by it gives the order of events; in bulk
 * mode, where CPUs share nothing, it is a time in nanoseconds, made to rise from record to record of a CPU.
 *
 * Control: debugfs stap/MODULE/ctl; each read returns exactly one message, each
 * write takes exactly one.  Data cannot block it.  Closing it ends the session:
 * the module disarms itself.
 *
 * debugfs stap/MODULE/state is a number, enum stp_state: what a module that was found loaded is good for.
 *
 * All integers are of the machine's byte order: both ends are on one machine
 * (a saved bulk file starts with struct stp_file_header, which tells the order). */
#ifndef STP_WIRE_H
#define STP_WIRE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define STP_WIRE_VERSION 2		/* of what is below; bulk files say STP_FILE_VERSION. Also in the module's information: stp_wire=N */
#define STP_FILE_VERSION 1
#define STP_REC_MAGIC 0x5354u		/* "ST" */
#define STP_MAXRECORD 8192		/* payload of one record, bytes */
#define STP_REC_CONTINUES 1

enum stp_rec_kind { STP_REC_TEXT = 1, STP_REC_PAD = 2, STP_REC_LOST = 3 /* payload: struct stp_lost */ };

struct stp_rec {
	uint16_t magic;			/* STP_REC_MAGIC */
	uint8_t kind;			/* enum stp_rec_kind */
	uint8_t flags;			/* STP_REC_CONTINUES: goes on in the next record of this CPU (if that one was not lost) */
	uint32_t len;			/* payload bytes, without padding */
	uint64_t seq;
	uint32_t cpu;
	uint32_t pad;
};
_Static_assert(sizeof(struct stp_rec) == 24, "wire layout");

struct stp_pad { uint16_t magic; uint8_t kind, flags; uint32_t len; /* bytes that follow */ };
_Static_assert(sizeof(struct stp_pad) == 8, "wire layout");

struct stp_lost { uint64_t records, bytes; };
_Static_assert(sizeof(struct stp_lost) == 16, "wire layout");

struct stp_file_header { char magic[8]; /* "STPBULK1" */ uint32_t version, byte_order /* 0x01020304 */; uint32_t cpu, pad; };
_Static_assert(sizeof(struct stp_file_header) == 24, "wire layout");

enum stp_state { STP_STATE_NEW, STP_STATE_STARTING, STP_STATE_RUNNING, STP_STATE_STOPPING, STP_STATE_STOPPED };

enum stp_msg_kind {
	/* daemon to module */
	STP_MSG_START = 1,	/* struct stp_msg_start */
	STP_MSG_STOP = 2,	/* end probes run, then STP_MSG_STOPPED comes */
	STP_MSG_PING = 3,	/* answered by STP_MSG_STATS; also keeps the session alive */
	STP_MSG_SET = 4,	/* before START: text NAME=VALUE of a global */
	STP_MSG_DETACH = 5,	/* closing the channel shall not end the session (flight recorder) */
	STP_MSG_INPUT = 6,	/* bytes of standard input, for a session whose flags ask for it; none: its end */
	STP_MSG_ZONE = 7,	/* before START: struct stp_msg_zone */
	STP_MSG_OWNER = 8,	/* before START: struct stp_msg_owner; root's without it */
	STP_MSG_NAMESPACES = 9,	/* before START: struct stp_msg_namespaces; the daemon's own without it */
	STP_MSG_REMOTE = 10,	/* before START: struct stp_msg_remote; a session of its own without it */
	STP_MSG_CUT = 11,	/* while START is under way: attach no more; STOP comes next */
	/* module to daemon */
	STP_MSG_STARTED = 32,	/* struct stp_msg_started: begin probes have run, all is attached (or errno; -EINTR: it was cut before begin probes); also when a daemon takes over a running session */
	STP_MSG_EXIT = 33,	/* the script said exit(), or an error ended the session: please STOP */
	STP_MSG_STOPPED = 34,	/* struct stp_msg_stopped: nothing is attached any more, all output is in the channels */
	STP_MSG_ERROR = 35,	/* text for stderr, "ERROR: …" */
	STP_MSG_WARN = 36,	/* text for stderr, "WARNING: …" */
	STP_MSG_SYSTEM = 37,	/* text of a command to run */
	STP_MSG_STATS = 38,	/* struct stp_msg_stats */
	STP_MSG_REPORT = 39,	/* text for stderr as it is: timing and skip reports */
	STP_MSG_WAKE = 40,	/* data is there: read the channels now */
	STP_MSG_SWITCH = 41,	/* the script asks for the next output file */
	STP_MSG_CHANNELS = 42,	/* struct stp_msg_channels: data channels are there; before STARTED */
	STP_MSG_PROGRESS = 43,	/* struct stp_msg_progress, now and then before STARTED */
};

#define STP_MSG_MAX 4096		/* bytes of a message with its header */
struct stp_msg { uint32_t kind, len; /* payload bytes */ };
_Static_assert(sizeof(struct stp_msg) == 8, "wire layout");

struct stp_msg_start {
	uint32_t version;		/* STP_WIRE_VERSION */
	int32_t target;			/* -x, -c; 0 none */
	uint32_t subbuf_size, subbufs;	/* bytes, number a CPU */
	uint32_t flags;			/* enum stp_start_flag */
	uint32_t pad;
};
enum stp_start_flag {
	STP_START_BULK = 1, STP_START_OVERWRITE = 2, STP_START_TIMING = 4,
	/* in STARTED only: the script has input probes, send what standard input gives; some take single bytes */
	STP_START_INPUT = 8, STP_START_INPUT_CHAR = 16,
	STP_START_UNREAD = 32,		/* nobody reads yet: begin probes do not wait for room */
};
_Static_assert(sizeof(struct stp_msg_start) == 24, "wire layout");

/* The time zone of whoever runs the script. */
struct stp_msg_zone { int64_t west; /* seconds west of UTC */ char name[24]; /* terminated */ };
_Static_assert(sizeof(struct stp_msg_zone) == 32, "wire layout");

/* Whose session it is: the files of its procfs probes are his. */
struct stp_msg_owner { uint32_t user, group; };
_Static_assert(sizeof(struct stp_msg_owner) == 8, "wire layout");

/* The process in whose namespaces the script counts processes and users; its number is one of the daemon's namespace. -ESRCH: there is none. */
struct stp_msg_namespaces { int32_t pid; uint32_t pad; };
_Static_assert(sizeof(struct stp_msg_namespaces) == 8, "wire layout");

/* The session is one of many that were started from afar: which of them, 0 to N, and what this machine was called there. */
struct stp_msg_remote { int64_t id; char uri[248]; /* terminated */ };
_Static_assert(sizeof(struct stp_msg_remote) == 256, "wire layout");

struct stp_msg_started { int32_t error; uint32_t nprobes, nskipped /* optional points that did not attach */, flags /* enum stp_start_flag of the session */; };
_Static_assert(sizeof(struct stp_msg_started) == 16, "wire layout");

/* ncpus: above every N of a traceN that may come */
struct stp_msg_channels { uint32_t version /* STP_WIRE_VERSION */, flags /* enum stp_start_flag of the session */, ncpus, pad; };
_Static_assert(sizeof(struct stp_msg_channels) == 16, "wire layout");

/* Points that were dealt with, of how many. */
struct stp_msg_progress { uint32_t done, all; };
_Static_assert(sizeof(struct stp_msg_progress) == 8, "wire layout");

/* Once all channels are empty: written = read + overwritten (by later records, nobody having read them). */
struct stp_msg_stats { uint64_t written_records, written_bytes, lost_records, lost_bytes, skipped, errors, read_records; };
_Static_assert(sizeof(struct stp_msg_stats) == 56, "wire layout");
struct stp_msg_stopped { int32_t status; /* 0, or 1: ended by an error */ uint32_t pad; struct stp_msg_stats stats; };
_Static_assert(sizeof(struct stp_msg_stopped) == 64, "wire layout");

#endif
