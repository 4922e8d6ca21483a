/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One session: load, start, collect, stop, drain, unload. */
#include "stpd/instance.h"
#include "stpd/patient.h"
#include "stpd/repeats.h"
#include "stpd/signals.h"
#include "stpd/stpd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CPUS = 1 << 16 };		/* of any machine */
enum { MUCH = 1 << 18 };		/* bytes of a round, behind which the next one comes at once */
enum { SAME_MS = 300 };			/* between signals that are one */
enum { COMMAND_FAILED = 3, INTERRUPTED = 130 };	/* exit status */

struct session {
	const struct options *o;
	char name[256];
	struct instance module;		/* loaded or taken over, removed at the end */
	int file, ctl, signals, watch, hold;	/* file: the module; watch: pidfd of -x; hold: pipe of -c */
	pid_t child;
	int child_status;
	struct relay *relay;
	struct typed input;
	struct ctl_call call;		/* START or STOP, under way */
	bool leaving;			/* SIGQUIT: as with -L, but later */
	bool loaded, started, stopping, stopped, failed, broken, detached, child_ended;
	bool renamed;			/* as its name was in use */
	bool gone;			/* the module, removed by force */
	bool exit_asked;		/* by the script; acted on once the session has started */
	struct stp_msg_started start;
	struct stp_msg_stopped stop;
	struct stp_msg_stats totals;	/* newest */
	int64_t deadline_ms;		/* of -T, or -1 */
	int parent;			/* pidfd of --parent, or -1 */
	bool cut;			/* START was asked to end before its time */
	bool interrupted;		/* by a signal before the session had started */
	struct repeats *repeats;	/* warnings of the module */
	unsigned asked;			/* by signals to end; several at once are one */
	int64_t asked_ms;		/* when the last one came */
	bool switch_asked;		/* to the next file, while the output may be under way */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* No more is attached from now on. A module that knows no such message starts as long as it takes. */
static void cut_start(struct session *s, const char *why)
{
	if (s->cut || s->call.kind != STP_MSG_START)
		return;
	say_debug(s->o, "not starting any further: %s", why);
	s->cut = true;
	ctl_send(s->ctl, STP_MSG_CUT, NULL, 0);
}

static void request_stop(struct session *s, const char *why)
{
	int err;

	if (!s->started)
		cut_start(s, why);
	if (s->stopping || s->stopped || !s->started)
		return;
	say_debug(s->o, "stopping: %s", why);
	s->stopping = true;
	ctl_call_end(&s->call);
	err = ctl_call_begin(&s->call, s->ctl, STP_MSG_STOP, NULL);
	if (err) {
		say_error("cannot stop module %s: %s", s->name, strerror(-err));
		s->failed = s->stopped = true;
	}
}

/* ---- messages from the module ---- */

static void copy_payload(void *to, size_t size, const struct ctl_msg *m)
{
	memcpy(to, m->payload, m->head.len < size ? m->head.len : size);
}

/* 0, or -errno after a message. */
static int open_relay(struct session *s, const struct ctl_msg *m)
{
	struct stp_msg_channels c = { 0 };

	copy_payload(&c, sizeof c, m);
	if (c.version != STP_WIRE_VERSION) {
		say_error("module %s speaks version %u to its daemon, and this stpd version %d: both have to be of one installation", s->name,
			  c.version, STP_WIRE_VERSION);
		return -EPROTO;
	}
	if (!c.ncpus || c.ncpus > MOST_CPUS) {
		say_error("module %s says that there are %u CPUs", s->name, c.ncpus);
		return -EPROTO;
	}
	if (s->o->leave)
		return 0;
	if (s->relay)
		return relay_open_more(s->relay);
	s->relay = relay_new(s->name, s->o, &c);
	return s->relay ? 0 : -EIO;
}

static void show_progress(const struct ctl_msg *m)
{
	struct stp_msg_progress p = { 0 };

	copy_payload(&p, sizeof p, m);
	say_progress(&p);
}

static void handle_message(struct session *s, const struct ctl_msg *m)
{
	switch (m->head.kind) {
	case STP_MSG_STARTED:
		copy_payload(&s->start, sizeof s->start, m);
		s->started = true;
		say_progress(NULL);
		break;
	case STP_MSG_EXIT: s->exit_asked = true; break;
	case STP_MSG_STOPPED:
		copy_payload(&s->stop, sizeof s->stop, m);
		s->stopped = true;
		break;
	case STP_MSG_ERROR: say_error("%s", m->payload); s->failed = true; break;
	case STP_MSG_WARN: repeats_say(s->repeats, s->o, m->payload, now_ms()); break;
	case STP_MSG_SYSTEM:
		if (s->relay && relay_read_all(s->relay) >= 0)
			relay_advance(s->relay, false);	/* what was printed before comes first */
		run_system(m->payload);
		break;
	case STP_MSG_REPORT: say_as_is(m->payload); break;
	case STP_MSG_SWITCH:
		if (s->relay)
			relay_switch(s->relay);
		break;
	case STP_MSG_CHANNELS:
		if (open_relay(s, m))
			s->broken = s->failed = true;
		break;
	case STP_MSG_PROGRESS: show_progress(m); break;
	case STP_MSG_STATS: copy_payload(&s->totals, sizeof s->totals, m); break;
	case STP_MSG_WAKE: break;
	default: say_debug(s->o, "message of unknown kind %u", m->head.kind); break;
	}
}

/* The messages that are there, until one says that data is: reading the channel may itself
 * be what the script prints about. -errno when the channel is broken. */
static int drain_ctl(struct session *s)
{
	static struct ctl_msg m;
	int r;

	while ((r = ctl_receive(s->ctl, &m)) > 0) {
		handle_message(s, &m);
		if (m.head.kind == STP_MSG_WAKE)
			return 0;
	}
	return r;
}

/* ---- events ---- */

static void child_exits(struct session *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->child)
			continue;
		s->child_ended = true;
		s->child_status = status;
		request_stop(s, "the command ended");
	}
}

/* Whoever ends a group of processes has stap send the same signal once more. */
static void count_asked(struct session *s)
{
	int64_t now = now_ms();

	s->asked += !s->asked || now - s->asked_ms > SAME_MS;
	s->asked_ms = now;
}

static void handle_signals(struct session *s)
{
	struct signalfd_siginfo si;

	while (read(s->signals, &si, sizeof si) == sizeof si) {
		switch (si.ssi_signo) {
		case SIGCHLD: child_exits(s); break;
		case SIGUSR2: s->switch_asked = true; break;
		case SIGQUIT:
			count_asked(s);
			s->leaving = true;
			break;
		default:
			count_asked(s);
			s->interrupted |= !s->started;
			request_stop(s, strsignal((int)si.ssi_signo));
			break;
		}
	}
}

/* Like a signal: while the session starts, it ends as soon as it has. */
static void parent_ended(struct session *s)
{
	close_fd(&s->parent);
	request_stop(s, "the process that started this one ended");
}

/* While the output waits for its reader (patient.h), which the data in hand needs: the first signal
 * has the probes stopped, the second ends the wait.  Before the session has started there is no such data. */
static bool waits_on(void *data)
{
	struct session *s = data;
	struct pollfd ended[2] = { { .fd = s->watch, .events = POLLIN }, { .fd = s->parent, .events = POLLIN } };

	handle_signals(s);
	poll(ended, 2, 0);
	if (ended[0].revents)
		request_stop(s, "the watched process ended");
	if (ended[1].revents)
		parent_ended(s);
	if (s->deadline_ms >= 0 && now_ms() >= s->deadline_ms)
		request_stop(s, "the time is over");
	return s->asked < (s->started ? 2 : 1);
}

static int wait_ms(const struct session *s, int idle)
{
	int64_t left;

	if (s->deadline_ms < 0 || s->stopping)
		return idle;
	left = s->deadline_ms - now_ms();
	return left < 0 ? 0 : left < idle ? (int)left : idle;
}

static int step(struct session *s, int idle)
{
	struct pollfd p[5] = {
		{ .fd = s->ctl, .events = POLLIN }, { .fd = s->signals, .events = POLLIN }, { .fd = s->watch, .events = POLLIN },
		{ .fd = s->stopping ? -1 : input_fd(&s->input), .events = POLLIN },
		{ .fd = s->parent, .events = POLLIN },
	};
	int err;

	if (poll(p, 5, wait_ms(s, idle)) < 0 && errno != EINTR)
		return -errno;
	if (p[3].revents && (err = input_forward(&s->input, s->ctl)))
		return err;
	if (p[1].revents)
		handle_signals(s);
	if (s->switch_asked && s->relay)
		relay_switch(s->relay);
	s->switch_asked = false;
	if (p[2].revents)
		request_stop(s, "the watched process ended");
	if (p[4].revents)
		parent_ended(s);
	err = drain_ctl(s);
	repeats_report(s->repeats, s->o, now_ms(), false);
	if (err >= 0 && s->broken)
		err = -EIO;
	if (err < 0)
		return err;
	if (s->deadline_ms >= 0 && now_ms() >= s->deadline_ms)
		request_stop(s, "the time is over");
	if (s->child_ended)
		request_stop(s, "the command ended");
	if (s->exit_asked && !s->o->leave)
		request_stop(s, "the script said so");
	return 0;
}

/* ---- life ---- */

static uint32_t start_flags(const struct options *o)
{
	return (o->bulk ? STP_START_BULK : 0) | (o->overwrite ? STP_START_OVERWRITE : 0) | (o->leave ? STP_START_UNREAD : 0);
}

/* The module has no notion of zones; one that does not know the message does without. */
static void send_zone(struct session *s)
{
	struct stp_msg_zone z = { 0 };
	time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return;
	z.west = -tm.tm_gmtoff;
	snprintf(z.name, sizeof z.name, "%s", tm.tm_zone ? tm.tm_zone : "UTC");
	ctl_send(s->ctl, STP_MSG_ZONE, &z, sizeof z);
}

/* Root's is what a session is when nothing is said. */
static void send_owner(struct session *s)
{
	struct stp_msg_owner m = { .user = privilege_user(), .group = privilege_group() };

	if (privilege_is_borrowed())
		ctl_send(s->ctl, STP_MSG_OWNER, &m, sizeof m);
}

/* What OPTION says, of which older modules know nothing. */
static int send_option(struct session *s, char option, uint32_t kind, const void *payload, size_t len)
{
	int err = ctl_send(s->ctl, kind, payload, len);

	if (err == -ESRCH)
		say_error("-%c: there is no process %d", option, (int)s->o->namespaces);
	else if (err)
		say_error("the module knows nothing of -%c: build it again", option);
	return err;
}

static int send_place(struct session *s)
{
	const struct options *o = s->o;
	struct stp_msg_namespaces of = { .pid = o->namespaces };
	int err = 0;

	if (o->namespaces)
		err = send_option(s, 'N', STP_MSG_NAMESPACES, &of, sizeof of);
	if (!err && o->remote.id >= 0)
		err = send_option(s, 'r', STP_MSG_REMOTE, &o->remote, sizeof o->remote);
	return err;
}

static int send_start(struct session *s)
{
	const struct options *o = s->o;
	struct stp_msg_start m = { .version = STP_WIRE_VERSION, .target = s->child > 0 ? s->child : o->target, .subbuf_size = 65536, .flags = start_flags(o) };
	int err = 0;

	m.subbufs = (o->buffer_mb ? o->buffer_mb : 1) * 16;
	for (size_t i = 0; i < o->nsets && !err; i++) {
		err = ctl_send(s->ctl, STP_MSG_SET, o->sets[i], strlen(o->sets[i]) + 1);
		if (err)
			say_error("cannot set %s: %s", o->sets[i], err == -ENOENT ? "the script has no such global" : strerror(-err));
	}
	if (!err)
		err = send_place(s);
	if (err)
		return err;
	send_zone(s);
	send_owner(s);
	err = ctl_call_begin(&s->call, s->ctl, STP_MSG_START, &m);
	if (err)
		say_error("module %s does not start: %s", s->name, strerror(-err));
	return err;
}

/* What was recorded before this daemon came is not lost with its output: the module is left. */
static void output_failed(struct session *s)
{
	if (s->o->attach)
		s->failed = s->leaving = true;
	else if (!s->leaving)
		request_stop(s, "the output cannot be written");
}

/* One round: read what there is, pass it on, see to events. -errno when the control channel is broken. */
static int pump(struct session *s)
{
	int got = s->relay ? relay_read_all(s->relay) : 0;

	if (got == -EIO)
		return got;
	if (got < 0) {
		say_error("the data of module %s cannot be read: %s", s->name, strerror(-got));
		s->failed = true;
		request_stop(s, "broken data");
		got = 0;
	}
	if (s->relay && relay_advance(s->relay, false))
		output_failed(s);
	if (s->leaving && !s->stopping)
		return 0;
	/* what this round caused itself waits; the module says when there is much */
	return step(s, got >= MUCH ? 0 : s->o->idle_ms ? (int)s->o->idle_ms : 50);
}

/* Until the module says that it runs. A signal cuts that short, and then it stops at once. */
static int await_start(struct session *s)
{
	int64_t limit = now_ms() + 5000;	/* a module that is taken over says so at once */
	int err = 0;

	while (!s->started) {
		if (ctl_call_failed(&s->call, &err))
			drain_ctl(s);	/* the reason */
		if (!err)
			err = pump(s);
		if (err)
			return err;
		if (s->o->attach && now_ms() > limit)
			return -ETIMEDOUT;
	}
	if (s->cut && !s->start.error)
		request_stop(s, "it was not to start");
	return s->start.error;
}

static int watch_target(struct session *s)
{
	if (s->o->target <= 0)
		return 0;
	s->watch = (int)syscall(SYS_pidfd_open, s->o->target, 0);
	if (s->watch >= 0)
		return 0;
	say_error("process %d of -x: %s", (int)s->o->target, strerror(errno));
	return -errno;
}

static int open_module(struct session *s)
{
	char own[sizeof s->name];
	int err;

	memcpy(own, s->name, sizeof own);
	if (!s->o->attach) {
		if (access("/sys/module", F_OK)) {
			say_error("sysfs is not mounted on /sys, where loaded modules are looked for:"
				  " mount -t sysfs none /sys");
			return -ENODEV;
		}
		err = s->o->rename ? module_load_as(s->file, s->o, s->name) : module_load(s->file, s->o, s->name);
		if (err)
			return err;
		s->loaded = true;
		s->renamed = !s->o->rename && strcmp(own, s->name) != 0;
		s->module = instance_of(s->name);
	} else if (module_state(s->name) == STP_STATE_STOPPED) {
		say_warning(s->o, "the session of module %s is over, without its end probes:"
				  " its daemon was killed, or could not write", s->name);
	}
	s->ctl = ctl_open(s->name);
	if (s->ctl < 0)
		return s->ctl;
	if (s->loaded)
		ctl_claim(s->ctl);
	else
		/* the open channel keeps it where it is */
		s->module = instance_of(s->name);
	return 0;
}

/* Until the session has stopped, or is left. */
static void collect(struct session *s)
{
	int err;

	while (!s->stopped && (!s->leaving || s->stopping)) {
		err = pump(s);
		if (!err)
			ctl_call_failed(&s->call, &err);
		if (err < 0) {
			s->gone = err == -EIO && !s->broken;
			if (s->gone)
				say_error("module %s was removed by force: its end probes did not run, and output that was not read yet is lost", s->name);
			else
				say_error("the control channel of module %s broke: %s", s->name, strerror(-err));
			s->failed = true;
			return;
		}
	}
}

/* A recording that cannot be taken over now is there for whoever tries next. */
static void keep_recording(struct session *s)
{
	if (s->ctl < 0 || s->detached || s->gone)
		return;
	ctl_send(s->ctl, STP_MSG_DETACH, NULL, 0);
	s->detached = true;
	fprintf(stderr, "Module %s keeps what was not read yet; attach with: stpd -A %s\n", s->name, s->name);
}

static void drain(struct session *s)
{
	while (relay_read_all(s->relay) > 0)
		relay_advance(s->relay, false);
	if (relay_advance(s->relay, true) && s->o->attach)
		keep_recording(s);
	s->totals = s->stop.stats;
	if (!ctl_send(s->ctl, STP_MSG_PING, NULL, 0))
		drain_ctl(s);
}

static void report_losses(struct session *s)
{
	const struct stp_msg_stats *t = &s->totals;
	uint64_t received = s->o->attach ? t->read_records : relay_received(s->relay);

	if (t->lost_records)
		say_warning(s->o, "%llu records (%llu bytes) of output were lost: larger buffers (-s MB) or less output help",
			    (unsigned long long)t->lost_records, (unsigned long long)t->lost_bytes);
	if (received < t->written_records && s->start.flags & STP_START_OVERWRITE)
		say_debug(s->o, "%llu records were overwritten by later ones", (unsigned long long)(t->written_records - received));
	else if (received < t->written_records)
		say_warning(s->o, "%llu records of output did not arrive", (unsigned long long)(t->written_records - received));
	if (t->errors || t->skipped)
		say_warning(s->o, "number of errors: %llu, skipped probes: %llu", (unsigned long long)t->errors, (unsigned long long)t->skipped);
}

/* Probes that ended the session before it ran have nothing to see of the command. */
static void release_command(struct session *s)
{
	if (s->hold < 0)
		return;
	if (s->exit_asked) {
		say_warning(s->o, "the command was not started: the session ended in its begin probes");
	} else if (!s->stopping) {
		child_go(s->hold);
		s->hold = -1;
	}
}

static void report_child(struct session *s)
{
	if (!s->child_ended)
		return;
	if (WIFEXITED(s->child_status) && WEXITSTATUS(s->child_status))
		say_warning(s->o, "the command exited with status %d", WEXITSTATUS(s->child_status));
	else if (WIFSIGNALED(s->child_status))
		say_warning(s->o, "the command was ended by signal %d (%s)", WTERMSIG(s->child_status), strsignal(WTERMSIG(s->child_status)));
}

/* The module goes on without us. What it printed so far is written. */
static int leave(struct session *s)
{
	repeats_report(s->repeats, s->o, now_ms(), true);
	if (s->relay && !s->failed) {
		/* once: its probes may see each read, and print again */
		relay_read_all(s->relay);
		relay_advance(s->relay, true);
	}
	s->detached = !ctl_send(s->ctl, STP_MSG_DETACH, NULL, 0);
	if (s->detached)
		fprintf(stderr, "Module %s runs on; attach with: stpd -A %s\n", s->name, s->name);
	return s->detached ? 0 : 1;
}

static int run_started(struct session *s)
{
	if (s->o->timeout_ms)
		s->deadline_ms = now_ms() + s->o->timeout_ms;
	if (s->start.nskipped)
		say_debug(s->o, "%u optional probe points did not attach", s->start.nskipped);
	if (s->o->daemon && !s->cut) {
		background_ready(s->o->ready, s->renamed);
		close_fd(&s->parent);		/* it has what it waited for */
	}
	release_command(s);
	if (s->o->leave && !s->cut)
		return leave(s);
	if (!s->o->daemon && !s->stopping)
		input_open(&s->input, s->start.flags);
	collect(s);
	if (s->leaving && !s->stopping && !s->gone)
		return leave(s) || s->failed;
	if (s->relay) {		/* -L has none */
		drain(s);
		repeats_report(s->repeats, s->o, now_ms(), true);
		report_losses(s);
	}
	report_child(s);
	if (s->failed || s->stop.status)
		return 1;
	return s->child_ended && s->child_status ? COMMAND_FAILED : 0;
}

static int start(struct session *s)
{
	int err;

	if (s->o->command) {
		s->child = child_prepare(s->o->command, &s->hold);
		if (s->child < 0)
			return s->child;
	}
	err = watch_target(s);
	if (!err)
		err = open_module(s);
	if (err)
		return err;
	if (!s->o->attach)
		err = send_start(s);
	if (!err)
		err = await_start(s);
	if (err) {
		s->detached = s->o->attach && err == -ENODATA;
		if (s->detached)
			say_error("the session of module %s is over, and left no output; remove it: stpd -d %s", s->name, s->name);
		else if (!s->failed && !s->cut)
			say_error("module %s did not start: %s", s->name, strerror(-err));
		return err;
	}
	if (s->o->leave || s->relay)
		return 0;
	say_error("module %s does not say where its data is: it is of another version than this stpd", s->name);
	return -EPROTO;
}

static void finish(struct session *s, int *status)
{
	input_close(&s->input);
	close_fd(&s->hold);
	if (s->relay && relay_close_all(s->relay))
		*status = 1;
	ctl_call_end(&s->call);
	close_fd(&s->ctl);
	if (s->module.number && !s->detached && !s->gone && module_unload(s->name, &s->module))
		*status = 1;
	close_fd(&s->file);
	close_fd(&s->watch);
	close_fd(&s->signals);
	close_fd(&s->parent);
}

int session_run(struct options *o)
{
	struct session s = { .o = o, .file = -1, .ctl = -1, .signals = -1, .watch = -1, .hold = -1,
		.parent = o->parent_fd, .deadline_ms = -1 };
	char own[256];
	int status = 1, err;

	if (!output_possible(o))
		return 1;
	s.repeats = repeats_new();
	if (!s.repeats) {
		say_error("out of memory");
		return 1;
	}
	snprintf(own, sizeof own, "%s", o->module);
	if (!o->attach)
		s.file = module_open(o->module, own, sizeof own);
	if (!o->attach && s.file < 0) {
		repeats_free(s.repeats);
		return 1;
	}
	memcpy(s.name, own, sizeof own);
	if (o->rename && !o->attach)
		module_new_name(own, getpid(), s.name, sizeof s.name);
	s.signals = signals_take();
	if (s.signals < 0)
		say_error("cannot wait for signals: %s", strerror(-s.signals));
	patient_ask(waits_on, &s);
	err = s.signals < 0 ? s.signals : start(&s);
	if (!err)
		status = run_started(&s);
	else if (s.cut && !s.failed)
		status = 0;
	if (o->attach && !s.stopped)
		keep_recording(&s);
	if (s.interrupted && !status)
		status = INTERRUPTED;
	say_progress(NULL);
	finish(&s, &status);
	patient_ask(NULL, NULL);
	repeats_report(s.repeats, o, now_ms(), true);
	repeats_free(s.repeats);
	return status;
}
