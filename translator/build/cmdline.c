/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading kbuild's .cmd files, so that their commands can be run without make
 * and without a shell.  Understands the part of the shell's language that
 * kbuild uses for compiling, objtool and linking; says so when there is more. */
#include "translator/build/cmdline.h"

#include "lib/strbuf.h"

#include <string.h>

/* Where the value of the first cmd_X or savedcmd_X line starts, or NULL. */
static const char *find_value(const char *text)
{
	const char *p, *v;

	for (p = text; *p; p++) {
		if (!strncmp(p, "cmd_", 4) || !strncmp(p, "savedcmd_", 9)) {
			v = strstr(p, ":=");
			if (v && !memchr(p, '\n', (size_t)(v - p)))
				return v + 2;
		}
		p = strchr(p, '\n');
		if (!p)
			break;
	}
	return NULL;
}

const char *cmdline_recorded(struct arena *a, const char *text)
{
	const char *p = find_value(text), *line;
	struct strbuf b = STRBUF_INIT;

	if (!p)
		return NULL;
	p += strspn(p, " \t");
	for (; *p && *p != '\n'; p++) {
		if (!strncmp(p, "$(pound)", 8)) {
			sb_putc(&b, '#');
			p += 7;
		} else if ((p[0] == '$' && p[1] == '$') || (p[0] == '\\' && p[1] == '#')) {
			sb_putc(&b, *++p);
		} else if (p[0] == '\\' && p[1] == '\n') {
			sb_putc(&b, ' ');
			p++;
		} else {
			sb_putc(&b, *p);
		}
	}
	line = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return line;
}

struct splitter {
	struct arena *arena;
	const char *p;
	struct strbuf word;
	bool in_word;		/* a word may be empty: '' */
	struct command cmd;
	struct command_vec *out;
	const char *why;
};

static void end_word(struct splitter *s)
{
	if (s->in_word)
		vec_push(s->arena, &s->cmd.args, arena_strndup(s->arena, sb_str(&s->word), s->word.len));
	sb_clear(&s->word);
	s->in_word = false;
}

static void end_command(struct splitter *s)
{
	const char *name;

	end_word(s);
	name = s->cmd.args.len ? s->cmd.args.data[0] : "true";
	if (strcmp(name, "true") && strcmp(name, ":")) {
		vec_push(s->arena, &s->cmd.args, NULL);
		s->cmd.args.len--;	/* there, but not counted: argv for exec */
		vec_push(s->arena, s->out, s->cmd);
	}
	s->cmd = (struct command){ 0 };
}

static bool quoted(struct splitter *s)
{
	char q = *s->p++;

	s->in_word = true;
	for (; *s->p && *s->p != q; s->p++) {
		if (q == '"' && (*s->p == '$' || *s->p == '`'))
			s->why = "an expansion";
		if (q == '"' && *s->p == '\\' && s->p[1] && strchr("\"\\$`", s->p[1]))
			s->p++;
		sb_putc(&s->word, *s->p);
	}
	if (!*s->p)
		s->why = "an open quote";
	return !s->why;
}

static bool plain(struct splitter *s)
{
	/* some characters mean something only where a word begins, and an
	 * assignment only in front of a command's first word */
	if (strchr("$`|<>()*?[&\n", *s->p) || (!s->in_word && strchr("{}!#~", *s->p))) {
		s->why = arena_printf(s->arena, "the shell's `%c`", *s->p);
		return false;
	}
	if (*s->p == '=' && !s->cmd.args.len) {
		s->why = "an assignment";
		return false;
	}
	if (*s->p == '\\' && s->p[1])
		s->p++;
	s->in_word = true;
	sb_putc(&s->word, *s->p);
	return true;
}

static bool step(struct splitter *s)
{
	switch (*s->p) {
	case ' ':
	case '\t':
		end_word(s);
		return true;
	case ';':
		end_command(s);
		return true;
	case '\'':
	case '"':
		return quoted(s);
	case '&':
		if (s->p[1] == '&') {
			end_command(s);
			s->p++;
			return true;
		}
		return plain(s);
	default:
		return plain(s);
	}
}

/* Words that start something other than a simple command. */
static bool is_simple(struct splitter *s)
{
	static const char *const words[] = { "if", "for", "while", "until", "case", "set", "cd", "export", "eval", ".", "trap" };
	size_t i, k;

	for (i = 0; i < s->out->len; i++)
		for (k = 0; k < sizeof words / sizeof *words; k++)
			if (!strcmp(s->out->data[i].args.data[0], words[k])) {
				s->why = arena_printf(s->arena, "the shell's `%s`", words[k]);
				return false;
			}
	return true;
}

bool cmdline_split(struct arena *a, const char *line, struct command_vec *out, const char **why)
{
	struct splitter s = { .arena = a, .p = line, .out = out };

	while (*s.p && step(&s))
		s.p++;
	if (!s.why)
		end_command(&s);
	sb_free(&s.word);
	*why = s.why;
	if (!s.why && !is_simple(&s))
		*why = s.why;
	return !*why;
}
