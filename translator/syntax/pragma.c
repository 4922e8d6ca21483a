/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Markers in embedded C.  They are comments of a fixed form, found by their text: the C
 * around them is not parsed. */
#include "translator/syntax/pragma.h"
#include "lib/arena.h"

#include <stdio.h>
#include <string.h>

bool pragma_says(const char *code, const char *marker)
{
	char text[64];

	snprintf(text, sizeof text, "/* %s */", marker);
	return strstr(code, text) != NULL;
}

const char *pragma_next_global(struct arena *a, const char **code, const char *what)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	char text[64];
	const char *at;
	size_t n;

	snprintf(text, sizeof text, "/* pragma:%s:", what);
	while ((at = strstr(*code, text)) != NULL) {
		at += strlen(text);
		n = strspn(at, letters);
		*code = at + n;
		if (n && strncmp(at + n, " */", 3) == 0)
			return arena_strndup(a, at, n);
	}
	return NULL;
}

bool pragma_returns_value(const char *code)
{
	const char *at;

	if (strstr(code, "STAP_RETVALUE") || strstr(code, "THIS->__ret"))
		return true;
	for (at = code; (at = strstr(at, "STAP_RETURN")) != NULL; at++) {
		const char *arg = at + strlen("STAP_RETURN");

		arg += strspn(arg, " \t(");
		if (*arg != ')')
			return true;
	}
	return false;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t\n");
}

bool pragma_returns_text(const char *code)
{
	const char *at, *behind;

	for (at = code; (at = strstr(at, "STAP_RETURN")) != NULL; at++) {
		behind = skip_blanks(at + strlen("STAP_RETURN"));
		if (*behind == '(' && *skip_blanks(behind + 1) == '"')
			return true;
	}
	for (at = code; (at = strstr(at, "STAP_RETVALUE")) != NULL; at++) {
		const char *before = at;

		while (before > code && strchr(" \t\n", before[-1]))
			before--;
		if (before > code && before[-1] == '(' && *skip_blanks(at + strlen("STAP_RETVALUE")) == ',')
			return true;
	}
	return false;
}
