/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The malloc family that does not come back empty-handed (declared in
 * lib/arena.h).  For programs that may end when memory is out; the daemon's
 * data path and the runtime allocate at start and check. */
#include "lib/arena.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void die_oom(void)
{
	static const char text[] = "out of memory\n";

	/* stdio may allocate */
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(1);
	exit(1);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		die_oom();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = n && size ? calloc(n, size) : calloc(1, 1);

	if (!p)
		die_oom();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		die_oom();
	return p;
}

char *xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}
