/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See patient.h.
 *
 * What others share cannot be made non-blocking for the daemon alone, and poll(2) knows nothing of
 * FIFOs that are being opened.  So a timer interrupts the call, which is begun again.  Its signal is
 * one that is of no other use here (signals.c leaves it alone) and goes to the waiting thread. */
#include "stpd/patient.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { SIGNAL = SIGURG, PERIOD_MS = 100 };

/* One process has one session to ask, and one thread that writes. */
static struct {
	bool (*goes_on)(void *data);
	void *data;
	timer_t timer;
	bool has_timer, asking;
} patient;

static void ignore(int sig) { (void)sig; }

static bool make_timer(void)
{
	struct sigevent how = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL };
	struct sigaction now, interrupt = { .sa_handler = ignore };

	how.sigev_notify_thread_id = gettid();
	if (!patient.has_timer)
		patient.has_timer = !timer_create(CLOCK_MONOTONIC, &how, &patient.timer);
	/* without SA_RESTART the call ends */
	if (!sigaction(SIGNAL, NULL, &now) && now.sa_handler != ignore)
		sigaction(SIGNAL, &interrupt, NULL);
	return patient.has_timer;
}

void patient_ask(bool (*goes_on)(void *data), void *data)
{
	patient.goes_on = goes_on;
	patient.data = data;
}

/* Every period, for a signal may come just before the call. */
static void set_timer(bool on)
{
	const struct timespec period = { 0, on ? PERIOD_MS * 1000000L : 0 };
	const struct itimerspec every = { period, period };

	if (patient.goes_on && (on ? make_timer() : patient.has_timer))
		timer_settime(patient.timer, 0, &every, NULL);
}

/* Behind an interrupted call. Where the question itself writes, that is not waited for. */
static bool goes_on(void)
{
	bool yes;

	if (!patient.goes_on)
		return true;
	if (patient.asking)
		return false;
	patient.asking = true;
	yes = patient.goes_on(patient.data);
	patient.asking = false;
	return yes;
}

int patient_open(const char *path, int flags, unsigned mode)
{
	int fd, err;

	do {
		set_timer(true);
		fd = open(path, flags | O_CLOEXEC, mode);
		err = fd < 0 ? errno : 0;
		set_timer(false);
		if (err == EINTR && !goes_on())
			err = ECANCELED;
	} while (err == EINTR);
	return err ? -err : fd;
}

int patient_write(int fd, const void *buf, size_t len)
{
	const char *p = buf;
	int err = 0;
	ssize_t n;

	while (len && !err) {
		set_timer(true);
		n = write(fd, p, len);
		err = n < 0 && errno != EINTR ? errno : 0;
		set_timer(false);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
		if (len && !err && !goes_on())
			err = ECANCELED;
	}
	return -err;
}
