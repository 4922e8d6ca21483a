/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of translation: a kernel module now, a shared object inside user processes later.
 * A target is one struct of hooks; the driver takes passes 3 to 5 through it. */
#ifndef TRANSLATOR_BACKEND_H
#define TRANSLATOR_BACKEND_H

#include <stdbool.h>

struct session;
struct probe;
struct header_types;

struct backend {
	const char *name;		/* "kernel" */
	/* May PROBE run on this target? False after a diagnostic that says why. */
	bool (*accepts)(struct session *s, const struct probe *p);
	/* Pass 2: the types that HEADERS ("<a.h><b.h>": of programs; "kernel<c.h>") declare, into *out (session.h).
	 * NULL: this target has none. */
	void (*types)(struct session *s, const char *headers, struct header_types *out);
	/* Pass 3: s->program into s->c_text. */
	bool (*emit)(struct session *s);
	/* Pass 4: s->c_text into s->module_path. False after a message. */
	bool (*build)(struct session *s);
	/* Pass 5: run; returns the exit status of the whole session. */
	int (*run)(struct session *s);
};

extern const struct backend backend_kernel;

#endif
