/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See repeats.h.  The last few different texts are known; one that is older is new again. */
#include "stpd/repeats.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 64, PERIOD_MS = 10000 };

struct repeats {
	struct repeat { char text[STP_MSG_MAX]; unsigned more; int64_t said_ms; } all[MOST];
	unsigned n, next;		/* next: the one that makes room */
};

struct repeats *repeats_new(void)
{
	return calloc(1, sizeof(struct repeats));
}

void repeats_free(struct repeats *r)
{
	free(r);
}

static void say_count(struct repeat *e, const struct options *o, int64_t now_ms)
{
	if (e->more)
		say_warning(o, "%s (%u times more)", e->text, e->more);
	e->more = 0;
	e->said_ms = now_ms;
}

static struct repeat *find(struct repeats *r, const char *text)
{
	for (unsigned i = 0; i < r->n; i++)
		if (!strcmp(r->all[i].text, text))
			return &r->all[i];
	return NULL;
}

void repeats_say(struct repeats *r, const struct options *o, const char *text, int64_t now_ms)
{
	struct repeat *e = find(r, text);

	if (e) {
		e->more++;
		return;
	}
	e = &r->all[r->next];
	r->next = (r->next + 1) % MOST;
	r->n += r->n < MOST;
	say_count(e, o, now_ms);
	snprintf(e->text, sizeof e->text, "%s", text);
	say_warning(o, "%s", text);
}

void repeats_report(struct repeats *r, const struct options *o, int64_t now_ms, bool all)
{
	for (unsigned i = 0; i < r->n; i++)
		if (all || now_ms - r->all[i].said_ms >= PERIOD_MS)
			say_count(&r->all[i], o, now_ms);
}
