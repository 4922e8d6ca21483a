/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of a module to its daemon. "@@" in the input ends a message, and a "+" at its
 * begin has each say its true length; a message is one read of the control channel, here one end
 * of a pair of sockets that keep messages apart.  A message whose head and length agree is
 * taken, any other ends the session.  Commands are not run, and what would be printed is only
 * measured. */
#include "stpd/stpd.h"
#include "testsuite/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t said;

__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...);
static void note_text(const char *text);
static struct relay *open_channels(const char *name, const struct options *o,
				   const struct stp_msg_channels *c);
static bool too_many;

#define say_error note
#define say_warning(o, ...) note(__VA_ARGS__)
#define say_debug(o, ...) note(__VA_ARGS__)
#define run_system note_text
#define relay_new open_channels
#define fputs(text, to) note_text(text)
#include "stpd/session.c"
#undef fputs
#undef relay_new

static void note(const char *fmt, ...)
{
	char text[STP_MSG_MAX + 200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	said += strlen(text);
}

static void note_text(const char *text)
{
	said += strlen(text);
}

/* There are none. */
static struct relay *open_channels(const char *name, const struct options *o,
				   const struct stp_msg_channels *c)
{
	(void)name;
	(void)o;
	too_many |= !c->ncpus || c->ncpus > 1 << 16;
	return NULL;
}

static const char *const pieces[] = {
	"@@", "\x20", "\x21", "\x22", "\x23", "\x24", "\x25", "\x26", "\x27", "\x28", "\x29",
	"\x2a", "\x2b", "\xff", "\x01", "\x10", "\x40", "%s%n", "text", NULL,
};

static bool agrees(const char *data, size_t len)
{
	struct stp_msg head;

	if (len < sizeof head)
		return false;
	memcpy(&head, data, sizeof head);
	return head.len == len - sizeof head;
}

static bool correct;		/* the lengths that messages say */

/* One message into the socket TO, and through the daemon. What is wrong, or NULL; *ENDED: the
 * session is over. */
static const char *deliver(struct session *s, int to, const char *data, size_t len, bool *ended)
{
	char text[STP_MSG_MAX + 200];
	uint32_t payload;
	bool broken = s->broken;
	int err;

	len = len < sizeof text ? len : sizeof text;
	payload = (uint32_t)(len - sizeof(struct stp_msg));
	memcpy(text, data, len);
	if (correct && len >= sizeof(struct stp_msg))
		memcpy(text + offsetof(struct stp_msg, len), &payload, sizeof payload);
	if (!len || send(to, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		return NULL;
	err = drain_ctl(s);
	*ended = err < 0 || (s->broken && !broken);
	if (too_many)
		return "channels of so many CPUs are opened";
	if (len >= sizeof(struct ctl_msg))
		return NULL;		/* more than a module sends: it is cut */
	return (err == 0) == agrees(text, len)
		? NULL
		: "a message is taken though head and length disagree, or refused though they agree";
}

static const char *run(const char *data, size_t len, bool *taken)
{
	struct options o = { .parent_fd = -1, .leave = len % 2, .verbose = 1 };
	struct session s = { .o = &o, .name = "fuzz", .ctl = -1, .deadline_ms = -1, .repeats = repeats_new() };
	const char *at = data, *end = data + len, *wrong = NULL, *stop;
	bool ended = false;
	int pair[2];

	too_many = false;
	correct = len && *data == '+';
	at += correct;

	if (!s.repeats || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair)) {
		repeats_free(s.repeats);
		return "no memory or sockets";
	}
	s.ctl = pair[0];
	while (at < end && !ended && !wrong) {
		stop = memmem(at, (size_t)(end - at), "@@", 2);
		wrong = deliver(&s, pair[1], at, (size_t)((stop ? stop : end) - at), &ended);
		at = stop ? stop + 2 : end;
	}
	*taken = !ended;
	repeats_free(s.repeats);
	close(pair[0]);
	close(pair[1]);
	return wrong;
}

const struct fuzz_target fuzz_ctl = { "ctl", run, pieces };
