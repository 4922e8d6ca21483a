/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handlers that are about a text: $value of procfs and input probes. */
#include "rt.h"

struct text_run { struct rt_text *text; bool ran; u32 error; };

void stp_text_get(struct stp_ctx *c, char *dst, size_t size)
{
	struct text_run *r = c->family_data;

	stp_str_copy(dst, r->text->buf, size);
}

static void put(struct stp_ctx *c, u32 at, const char *text)
{
	struct rt_text *t = ((struct text_run *)c->family_data)->text;
	size_t len = strlen(text), room = t->size - at;

	if (len > room) {
		stp_error_s(c, STP_ERR_STRING, "$value is longer than the %d bytes of the file's .maxsize", "", t->size);
		len = room;
	}
	memcpy(t->buf + at, text, len);
	t->len = at + (u32)len;
	t->buf[t->len] = 0;
}

void stp_text_set(struct stp_ctx *c, const char *text)
{
	put(c, 0, text);
}

void stp_text_append(struct stp_ctx *c, const char *text)
{
	put(c, ((struct text_run *)c->family_data)->text->len, text);
}

static void fill(struct stp_ctx *c, void *data)
{
	c->family_data = data;
}

static void handle(struct stp_ctx *c)
{
	struct text_run *r = c->family_data;

	c->probe->handler(c);
	r->ran = true;
	r->error = c->error;
}

int rt_run_text(const struct stp_probe *p, struct rt_text *t)
{
	struct text_run r = { .text = t };

	if (READ_ONCE(rt.state) != RT_RUNNING || READ_ONCE(rt.want_exit))
		return -ENODEV;
	if (p->flags & STP_PROBE_SOFT)
		rt_run_soft(p, handle, fill, &r);
	else
		rt_run(p, NULL, handle, fill, &r);
	if (!r.ran)
		return -EBUSY;
	return r.error ? -EIO : 0;
}
