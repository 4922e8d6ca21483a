/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data side (stpd/relay.c), with files in place of the module's channels. */
#include "stpd/stpd.h"
#include "testsuite/unit/stpd/as_user.h"
#include "testsuite/unit/stpd/fake_kernel.h"
#include "testsuite/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *channel(unsigned cpu)
{
	static char path[100];

	snprintf(path, sizeof path, "/sys/kernel/debug/stap/m/trace%u", cpu);
	return path;
}

static void make_channels(void)
{
	as_user_file(channel(0), 0, 0400);
	as_user_file(channel(2), 0, 0400);
}

/* A record at the end of CPU's channel, which says that it is of CPU OF. */
static void put_as(unsigned cpu, unsigned of, uint64_t seq, uint32_t kind, uint32_t flags,
		   const char *text)
{
	struct stp_rec rec = { .magic = STP_REC_MAGIC,
			       .kind = kind,
			       .flags = flags,
			       .len = (uint32_t)strlen(text),
			       .seq = seq,
			       .cpu = of };
	char bytes[256] = "";
	size_t size = sizeof rec + ((rec.len + 7) & ~7u);
	int fd = open(channel(cpu), O_WRONLY | O_APPEND);

	memcpy(bytes, &rec, sizeof rec);
	memcpy(bytes + sizeof rec, text, rec.len);
	if (write(fd, bytes, size) != (ssize_t)size)
		_exit(96);
	close(fd);
}

static void put(unsigned cpu, uint64_t seq, const char *text)
{
	put_as(cpu, cpu, seq, STP_REC_TEXT, 0, text);
}
static void put_part(unsigned cpu, uint64_t seq, const char *text)
{
	put_as(cpu, cpu, seq, STP_REC_TEXT, STP_REC_CONTINUES, text);
}

/* What is in the file NAME; "" if it is not there. */
static const char *content(const char *name)
{
	static char text[1000];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static struct relay *new_relay(uint32_t flags)
{
	static const struct options o = { .output = "/out" };
	const struct stp_msg_channels c = { .version = STP_WIRE_VERSION, .flags = flags, .ncpus = 3 };

	return relay_new("m", &o, &c);
}

static int in_order(void)
{
	struct relay *r = new_relay(0);

	TRY(r);
	put(0, 0, "a");
	put(2, 1, "b");
	put(0, 2, "c");
	TRY(relay_read_all(r) == 3 * (int)(sizeof(struct stp_rec) + 8));
	TRY(!relay_advance(r, false));
	TRY(!strcmp(content("/out"), "abc"));
	TRY(relay_received(r) == 3);
	TRY(relay_read_all(r) == 0);
	return relay_close_all(r);
}

static unsigned reads;
static int probed_fd;

/* The script prints about each read of channel 0. */
static void print_of_read(int fd)
{
	if (fd == probed_fd && reads < 100)
		put(0, ++reads, "r");
}

static int feeding_itself(void)
{
	struct relay *r;

	probed_fd = open("/proc", O_RDONLY);
	close(probed_fd);	/* the next one, of channel 0, has this number */
	put(0, 0, "a");
	r = relay_new("m", &(struct options){ .output = NULL },
		      &(struct stp_msg_channels){ .version = STP_WIRE_VERSION, .ncpus = 3 });
	TRY(r);
	fake_kernel.after_read = print_of_read;
	TRY(relay_read_all(r) == sizeof(struct stp_rec) + 8);
	TRY(relay_read_all(r) == sizeof(struct stp_rec) + 8);
	TRY(reads == 2);
	fake_kernel.after_read = NULL;
	return relay_close_all(r);
}

/* A number that does not come is waited for three rounds, and at the end not at all. */
static int with_patience(void)
{
	struct relay *r = new_relay(0);

	put(0, 1, "b");
	TRY(r && relay_read_all(r) > 0);
	for (int i = 0; i < 3; i++)
		TRY(!relay_advance(r, false) && !*content("/out"));
	TRY(!relay_advance(r, false) && !strcmp(content("/out"), "b"));
	put(2, 5, "f");
	TRY(relay_read_all(r) > 0 && !relay_advance(r, true));
	TRY(!strcmp(content("/out"), "bf"));
	return relay_close_all(r);
}

/* Of records that are overwritten none is waited for. */
static int overwritten(void)
{
	struct relay *r = new_relay(STP_START_OVERWRITE);

	put(0, 7, "h");
	TRY(r && relay_read_all(r) > 0 && !relay_advance(r, false));
	TRY(!strcmp(content("/out"), "h"));
	return relay_close_all(r);
}

/* Text in several records stays together; at the end what has no last part is told, too. */
static int held(void)
{
	struct relay *r = new_relay(0);

	put_part(0, 0, "one ");
	put(2, 1, "TWO ");
	put_part(0, 2, "three ");
	put(2, 3, "FOUR ");
	put(0, 4, "five ");
	put_part(2, 5, "SIX ");
	TRY(r && relay_read_all(r) > 0 && !relay_advance(r, false));
	TRY(!strcmp(content("/out"), "TWO FOUR one three five "));
	TRY(!relay_advance(r, true));
	TRY(!strcmp(content("/out"), "TWO FOUR one three five SIX "));
	TRY(relay_received(r) == 6);
	return relay_close_all(r);
}

/* Lost ones are not text, and a CPU that does not exist prints nothing. */
static int not_text(void)
{
	struct relay *r = new_relay(0);

	put_as(0, 0, 0, STP_REC_LOST, 0, "12345678");
	put_as(0, 3, 1, STP_REC_TEXT, 0, "x");
	put(0, 2, "y");
	TRY(r && relay_read_all(r) > 0 && !relay_advance(r, false));
	TRY(!strcmp(content("/out"), "y"));
	TRY(relay_received(r) == 1);
	return relay_close_all(r);
}

static int of_each_cpu(void)
{
	const size_t one = sizeof(struct stp_file_header) + sizeof(struct stp_rec) + 8;
	struct relay *r = new_relay(STP_START_BULK);
	struct stat st;

	put(0, 9, "a");
	put(2, 4, "b");
	TRY(r && relay_read_all(r) > 0 && !relay_advance(r, false));
	TRY(!stat("/out_0", &st) && (size_t)st.st_size == one && stat("/out_1", &st) &&
	    !stat("/out_2", &st) && (size_t)st.st_size == one);
	TRY(!relay_switch(r));
	put(2, 5, "c");
	TRY(relay_read_all(r) > 0 && !relay_advance(r, true));
	TRY(!stat("/out_2.1", &st) && (size_t)st.st_size == one && !stat("/out_0.1", &st) &&
	    stat("/out", &st));
	return relay_close_all(r);
}

/* A CPU that comes up later: its channel is found when it is looked for again. */
static int later(void)
{
	struct relay *r = new_relay(0);

	as_user_file(channel(1), 0, 0400);
	put(1, 0, "late");
	TRY(r && relay_read_all(r) == 0);
	TRY(!relay_open_more(r) && relay_read_all(r) > 0 && !relay_advance(r, false));
	TRY(!strcmp(content("/out"), "late"));
	return relay_close_all(r);
}

static int damaged(void)
{
	struct relay *r = new_relay(0);
	int fd = open(channel(0), O_WRONLY | O_APPEND);

	TRY(write(fd, "no record, and long enough to see it", 36) == 36);
	close(fd);
	TRY(r && relay_read_all(r) == -EPROTO);
	return relay_close_all(r);
}

static int without_room(void)
{
	static const struct options o = { .output = "/dev/full" };
	const struct stp_msg_channels c = { .ncpus = 1 };
	struct relay *r;

	TRY(!mknod("/dev/full", S_IFCHR | 0666, 1 << 8 | 7));
	r = relay_new("m", &o, &c);
	put(0, 0, "a");
	TRY(r && relay_read_all(r) > 0 && relay_advance(r, false) == -ENOSPC);
	return relay_close_all(r) != -ENOSPC;
}

/* A channel that has much is left for the others before it is empty. */
static int in_turns(void)
{
	enum { TURN = 1 << 24, PIECE = 1 << 18 };
	static char zeros[PIECE];
	struct stp_pad pad = { .magic = STP_REC_MAGIC, .kind = STP_REC_PAD, .len = TURN + 2 * PIECE };
	struct relay *r = new_relay(0);
	int fd = open(channel(0), O_WRONLY), n;

	TRY(write(fd, &pad, sizeof pad) == sizeof pad);
	for (uint32_t left = pad.len; left; left -= PIECE)
		TRY(write(fd, zeros, PIECE) == PIECE);
	close(fd);
	put(2, 0, "other");
	n = relay_read_all(r);
	TRY(n >= TURN && n < TURN + PIECE + PIECE);
	TRY(!relay_advance(r, false) && !strcmp(content("/out"), "other"));
	TRY(relay_read_all(r) > 0 && relay_read_all(r) == 0);
	return relay_close_all(r);
}

static int no_channels(void)
{
	const struct stp_msg_channels c = { .ncpus = 3 };

	return relay_new("other", &(struct options){ .output = "/out" }, &c) != NULL;
}

static int check(int (*run)(void))
{
	int r = as_user_run(&(struct as_user){ .as_root = true, .prepare = make_channels, .run = run });

	CHECK_MSG(!r, "%s", as_user_said);
	return r;
}

TEST(channels_in_order) { check(in_order); }
TEST(channels_feeding_itself) { check(feeding_itself); }
TEST(channels_with_patience) { check(with_patience); }
TEST(channels_overwritten) { check(overwritten); }
TEST(channels_held_text) { check(held); }
TEST(channels_not_text) { check(not_text); }
TEST(channels_bulk) { check(of_each_cpu); }
TEST(channels_later) { check(later); }
TEST(channels_in_turns) { check(in_turns); }
TEST(channels_damaged) { check(damaged); }
TEST(channels_without_room) { check(without_room); }

TEST(channels_none)
{
	check(no_channels);
	CHECK(strstr(as_user_said, "no data channels"));
}
