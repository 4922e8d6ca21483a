/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says on standard error; in color on a terminal, or as -C says. */
#include "stpd/patient.h"
#include "stpd/stpd.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum { AUTO, NEVER, ALWAYS } color;

bool say_in_color(const char *when)
{
	static const char *const names[] = { "auto", "never", "always" };

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(when, names[i]))
			continue;
		color = i;
		return true;
	}
	return false;
}

static bool is_colored(void)
{
	return color == ALWAYS || (color == AUTO && isatty(STDERR_FILENO) && !getenv("NO_COLOR"));
}

/* KIND's part of SYSTEMTAP_COLORS, "error=01;31:warning=00;33": its length, with *CODE; else what is usual. */
static int color_of(const char *kind, const char *usual, const char **code)
{
	const char *p = getenv("SYSTEMTAP_COLORS");
	size_t n = strlen(kind), len;

	for (; p && *p; p += len + (p[len] == ':')) {
		len = strcspn(p, ":");
		if (len <= n || strncmp(p, kind, n) || p[n] != '=' || strspn(p + n + 1, "0123456789;") < len - n - 1)
			continue;
		*code = p + n + 1;
		return (int)(len - n - 1);
	}
	*code = usual;
	return (int)strlen(usual);
}

void say_progress(const struct stp_msg_progress *p)
{
	static int width;	/* of the line that stands there */
	char line[80] = "";

	if (!isatty(STDERR_FILENO) || (!p && !width))
		return;
	if (p)
		snprintf(line, sizeof line, "attaching %u of %u", p->done, p->all);
	fprintf(stderr, "\r%-*s%s", width, line, p ? "" : "\r");
	fflush(stderr);
	width = (int)strlen(line);
}

/* PREFIX, the text and END, which are written at once: others write there, too. */
static void put(const char *prefix, const char *end, const char *fmt, va_list ap)
{
	char *text, *all;
	int len;

	say_progress(NULL);
	if (vasprintf(&text, fmt, ap) < 0)
		return;
	len = asprintf(&all, "%s%s%s", prefix, text, end);
	free(text);
	if (len < 0)
		return;
	patient_write(STDERR_FILENO, all, (size_t)len);
	free(all);
}

static void say(const char *kind, const char *usual, const char *word, const char *fmt, va_list ap)
{
	char prefix[100];
	const char *code;
	int len = color_of(kind, usual, &code);

	if (is_colored() && len)
		snprintf(prefix, sizeof prefix, "\033[%.*sm%s\033[0m ", len < 50 ? len : 50, code, word);
	else
		snprintf(prefix, sizeof prefix, "%s ", word);
	put(prefix, "\n", fmt, ap);
}

void say_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("error", "01;31", "ERROR:", fmt, ap);
	va_end(ap);
}

void say_warning(const struct options *o, const char *fmt, ...)
{
	va_list ap;

	if (o->quiet)
		return;
	va_start(ap, fmt);
	say("warning", "00;33", "WARNING:", fmt, ap);
	va_end(ap);
}

void say_debug(const struct options *o, const char *fmt, ...)
{
	va_list ap;

	if (!o->verbose)
		return;
	va_start(ap, fmt);
	put("stpd: ", "\n", fmt, ap);
	va_end(ap);
}

void say_as_is(const char *text)
{
	say_progress(NULL);
	patient_write(STDERR_FILENO, text, strlen(text));
}
