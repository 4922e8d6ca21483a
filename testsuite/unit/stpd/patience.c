/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output that nobody reads (stpd/patient.c), alone and in a session: the first signal has the
 * probes stopped, the second ends the daemon. */
#include "stpd/patient.h"
#include "testsuite/unit/stpd/apart.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/played_session.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool thrice(void *data)
{
	return ++*(int *)data < 3;
}

static const char *gives_up(const void *data)
{
	static char bytes[1 << 20];
	int p[2], asked = 0;

	(void)data;
	if (pipe(p))
		return "no pipe";
	patient_ask(thrice, &asked);
	if (patient_write(p[1], bytes, sizeof bytes) != -ECANCELED || asked != 3)
		return "a write is not given up";
	asked = 0;
	if (mkfifo("/tmp/patience", 0600) && errno != EEXIST)
		return "no FIFO";
	if (patient_open("/tmp/patience", O_WRONLY, 0) != -ECANCELED || asked != 3)
		return "an open is not given up";
	unlink("/tmp/patience");
	return NULL;
}

TEST(patience_ends_where_it_is_said)
{
	run_apart(gives_up, NULL, "a pipe and a FIFO");
}

static bool reads_some(void *data)
{
	static char bytes[1 << 16];

	return read(*(int *)data, bytes, sizeof bytes) > 0;
}

static const char *writes_all(const void *data)
{
	static char bytes[1 << 18];
	int p[2];

	(void)data;
	if (pipe(p))
		return "no pipe";
	patient_ask(reads_some, &p[0]);
	return patient_write(p[1], bytes, sizeof bytes) ? "a slow reader gets no more" : NULL;
}

TEST(patience_with_a_slow_reader)
{
	run_apart(writes_all, NULL, "a pipe");
}

/* SIGTERM for this process, after each of MS milliseconds. */
static pid_t send_signals(const unsigned *ms, unsigned n)
{
	pid_t me = getpid(), pid = fork();

	if (pid)
		return pid;
	for (unsigned i = 0; i < n; i++) {
		usleep(ms[i] * 1000);
		kill(me, SIGTERM);
	}
	_exit(0);
}

/* Standard output is a pipe that is full, and nobody reads. */
static int into_a_full_pipe(void)
{
	struct played_session p = { .prints = "text\n" };
	int full[2];

	TRY(!pipe2(full, O_NONBLOCK) && dup2(full[1], STDOUT_FILENO) == STDOUT_FILENO);
	while (write(STDOUT_FILENO, "x", 1) == 1)
		;
	fcntl(STDOUT_FILENO, F_SETFL, 0);
	TRY(send_signals((const unsigned[]){ 1000, 1000 }, 2) > 0);
	alarm(20);
	TRY(played_session_run(&p) == 1);
	TRY(!strcmp(played_told, "START STOP "));
	return 0;
}

TEST(session_ends_at_the_second_signal)
{
	as_user_must(true, into_a_full_pipe);
	CHECK_STR(as_user_said, "ERROR: given up: nobody read the output, and some of it is lost\n");
}

/* Nobody opens the FIFO. */
static int into_a_fifo(void)
{
	struct played_session p = { .options = { .output = "/fifo" } };

	TRY(!mkfifo("/fifo", 0600));
	TRY(send_signals((const unsigned[]){ 1000 }, 1) > 0);
	alarm(20);
	TRY(played_session_run(&p) == 1);
	return 0;
}

TEST(session_ends_while_nobody_opens_its_fifo)
{
	as_user_must(true, into_a_fifo);
	CHECK_STR(as_user_said, "ERROR: cannot write /fifo: nobody opened it for reading\n");
}
