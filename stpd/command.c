/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a command of -c one program and its arguments?
 *
 * The words are the shell's to expand; here quotes, substitutions and operators are only
 * recognized (POSIX.1, Shell Command Language, 2.2 to 2.9).  What is not understood is no simple
 * command: then the shell runs it, and waits for it. */
#include "stpd/command.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_NESTED = 50 };

static const char *skip_nested(const char *p, unsigned depth);

/* Behind text between double quotes, whose first byte P is. NULL: there is no end. */
static const char *skip_double(const char *p, unsigned depth)
{
	while (p && *p && *p != '"')
		p = strchr("\\$`", *p) ? skip_nested(p, depth) : p + 1;
	return p && *p ? p + 1 : NULL;
}

/* Behind the CLOSE that ends what P begins, in $( ) and ${ }. */
static const char *skip_to(const char *p, char close, unsigned depth)
{
	while (p && *p && *p != close) {
		if (*p == '(' && close == ')')
			p = skip_to(p + 1, close, depth);
		else
			p = skip_nested(p, depth);
	}
	return p && *p ? p + 1 : NULL;
}

/* Behind one byte, or a quotation or substitution that begins at P. NULL: it has no end. */
static const char *skip_nested(const char *p, unsigned depth)
{
	const char *end;

	if (depth > MOST_NESTED)
		return NULL;
	switch (*p) {
	case '\\': return p[1] ? p + 2 : NULL;
	case '\'': end = strchr(p + 1, '\''); return end ? end + 1 : NULL;
	case '"': return skip_double(p + 1, depth + 1);
	case '`':
		for (p++; *p && *p != '`'; p++)
			p += *p == '\\' && p[1];
		return *p ? p + 1 : NULL;
	case '$':
		if (p[1] == '(' || p[1] == '{')
			return skip_to(p + 2, p[1] == '(' ? ')' : '}', depth + 1);
		return p + 1;
	}
	return p + 1;
}

/* Behind the word that begins at P; NULL: it has no end. */
static const char *skip_word(const char *p)
{
	while (p && *p && !strchr(" \t\n|&;<>()", *p))
		p = skip_nested(p, 0);
	return p;
}

static bool is_assignment(const char *p)
{
	if (!isalpha((unsigned char)*p) && *p != '_')
		return false;
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	return *p == '=';
}

/* Whether a program in PATH has the name of LEN bytes. A name that the shell has yet to make of
 * quotes or variables is taken for one. */
static bool names_program(const char *name, size_t len)
{
	const char *p = getenv("PATH");
	char path[4096];
	size_t n;

	for (size_t i = 0; i < len; i++)
		if (strchr("/\\'\"$`*?[~", name[i]))
			return true;
	for (; p && *p; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		if ((size_t)snprintf(path, sizeof path, "%.*s/%.*s", (int)n, p, (int)len, name) < sizeof path &&
		    !access(path, X_OK))
			return true;
	}
	return false;
}

/* Behind an operator of redirection at P and the blanks after it; NULL: it is another operator. */
static const char *skip_redirection(const char *p)
{
	if (*p != '<' && *p != '>')
		return NULL;
	p += strspn(p, "<>");
	p += *p == '&' || *p == '|';
	return p + strspn(p, " \t");
}

/* Is P the end of the command, behind which nothing more comes? */
static bool is_end(const char *p)
{
	p += *p == ';';
	return *p == '#' ? !strchr(p, '\n') : !p[strspn(p, " \t\n")];
}

ptrdiff_t command_program(const char *command)
{
	const char *p = command + strspn(command, " \t\n"), *word, *program = NULL;
	size_t len = 0;

	while (p && !is_end(p)) {
		word = p;
		p = skip_word(word);
		if (p == word)
			p = skip_redirection(word);
		else if (p && !program && !is_assignment(word) && strspn(word, "0123456789") != (size_t)(p - word)) {
			program = word;
			len = (size_t)(p - word);
		}
		if (p && p != word && strchr("<>", word[0])) {
			word = p;
			p = skip_word(word);	/* where to, which is no program */
			p = p == word ? NULL : p;
		}
		p = p ? p + strspn(p, " \t") : NULL;
	}
	return p && program && names_program(program, len) ? program - command : -1;
}
