/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a session reads (stpd/session.c): a script that prints about each read must not keep
 * the daemon busy. */
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/stpd/played_modules.h"
#include "testsuite/unit/stpd/played_session.h"
#include "testsuite/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned rounds;

/* A record for each read of the channel while the session runs. */
static void print_about_it(int fd)
{
	struct { struct stp_rec head; char text[8]; } rec = {
		{ .magic = STP_REC_MAGIC, .kind = STP_REC_TEXT, .len = 5 }, "read\n" };
	const char *path = played_file("m", "trace0");
	struct stat channel, now;
	int out;

	if (strstr(played_told, "STOP") || stat(path, &channel) || fstat(fd, &now) || channel.st_ino != now.st_ino || channel.st_dev != now.st_dev)
		return;
	rec.head.seq = ++rounds;
	out = open(path, O_WRONLY | O_APPEND);
	if (write(out, &rec, sizeof rec) != sizeof rec)
		_exit(96);
	close(out);
}

static int feeds_itself(void)
{
	struct played_session p = { .options = { .output = "/out", .timeout_ms = 1000 }, .prints = "read\n" };

	fake_kernel.after_read = print_about_it;
	TRY(played_session_run(&p) == 0);
	TRY(rounds > 3 && rounds <= 40);
	return 0;
}

TEST(session_waits_between_rounds)
{
	as_user_must(true, feeds_itself);
}
