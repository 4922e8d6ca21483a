/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings that repeat (stpd/repeats.c): each text once, and how often it came. */
#include "stpd/repeats.h"
#include "testsuite/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int before, from;

static void listen(void)
{
	int p[2];

	CHECK(!pipe(p));
	before = dup(2);
	dup2(p[1], 2);
	close(p[1]);
	from = p[0];
}

/* What was said since listen(). */
static const char *heard(void)
{
	static char text[20000];
	ssize_t n;

	dup2(before, 2);
	close(before);
	n = read(from, text, sizeof text - 1);
	close(from);
	text[n > 0 ? n : 0] = 0;
	return text;
}

TEST(repeats_are_counted)
{
	const struct options o = { .output = NULL };
	struct repeats *r = repeats_new();

	listen();
	for (int i = 0; i < 923; i++)
		repeats_say(r, &o, "a", i);
	repeats_say(r, &o, "b", 923);
	repeats_report(r, &o, 9999, false);	/* not yet */
	repeats_report(r, &o, 10000, false);
	repeats_say(r, &o, "a", 10001);
	repeats_say(r, &o, "b", 10001);
	repeats_report(r, &o, 10002, false);
	repeats_report(r, &o, 10002, true);
	CHECK_STR(heard(), "WARNING: a\nWARNING: b\nWARNING: a (922 times more)\n"
			   "WARNING: a (1 times more)\nWARNING: b (1 times more)\n");
	repeats_free(r);
}

/* More texts than are known: none is lost, nor a count. */
TEST(repeats_of_many_texts)
{
	const struct options o = { .output = NULL };
	struct repeats *r = repeats_new();
	unsigned lines = 0, sum = 0, more;
	char text[20];

	listen();
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof text, "text %d", i / 2);
		repeats_say(r, &o, text, 0);
	}
	repeats_report(r, &o, 0, true);
	for (const char *p = heard(); *p; p = strchr(p, '\n') + 1, lines++)
		if (sscanf(p, "WARNING: text %*d (%u times", &more) == 1)
			sum += more;
	CHECK_EQ(lines, 300);
	CHECK_EQ(sum, 150);
	repeats_free(r);
}
