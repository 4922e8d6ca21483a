/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans as text files, and filling their holes.
 *
 * The format is one "keyword value" a line; a step's arguments follow it, one a
 * line, after a tab.  The last line is "end" with a hash of all before it. */
#include "translator/build/plan.h"

#include "lib/map.h"
#include "lib/run.h"
#include "translator/build/build.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_VERSION "stap-plan 1"

static const char *const kind_names[] = { [PLAN_COMPILE] = "compile", [PLAN_OBJTOOL] = "objtool", [PLAN_LINK] = "link" };
_Static_assert(sizeof kind_names / sizeof *kind_names == PLAN_KINDS, "a name for each kind");

static uint64_t hash_text(const char *s, size_t len) { return hash_bytes(s, len, 0x706c616e); }

static int hash_file(struct arena *a, const char *dir, struct plan_file *f)
{
	struct strbuf b = STRBUF_INIT;
	int err = read_file(arena_printf(a, "%s/%s", dir, f->name), &b);

	f->size = b.len;
	f->hash = hash_text(sb_str(&b), b.len);
	sb_free(&b);
	return err;
}

static void write_list(struct strbuf *b, const char *keyword, const struct arg_vec *v)
{
	size_t i;

	for (i = 0; i < v->len; i++)
		if (!strchr(v->data[i], '\n'))
			sb_printf(b, "%s %s\n", keyword, v->data[i]);
}

static void write_plan(struct strbuf *b, const struct plan *p)
{
	const struct plan_step *st;
	size_t i, k;

	sb_printf(b, PLAN_VERSION "\nbuild %s\ncwd %s\n", p->build_dir, p->cwd);
	if (p->unusable)
		sb_printf(b, "unusable %s\n", p->unusable);
	write_list(b, "env", &p->env);
	for (i = 0; i < p->steps.len; i++) {
		st = &p->steps.data[i];
		sb_printf(b, "step %s\n", kind_names[st->kind]);
		for (k = 0; k < st->args.len; k++)
			sb_printf(b, "\t%s\n", st->args.data[k]);
	}
	if (p->module)
		sb_printf(b, "module %s\n", p->module);
	for (i = 0; i < p->name_at.len; i++)
		sb_printf(b, "name-at %" PRIu64 "\n", p->name_at.data[i]);
	write_list(b, "import", &p->imports);
	write_list(b, "export", &p->exports);
	for (i = 0; i < p->files.len; i++)
		sb_printf(b, "file %" PRIu64 " %016" PRIx64 " %s\n", p->files.data[i].size, p->files.data[i].hash,
			  p->files.data[i].name);
	sb_printf(b, "end %016" PRIx64 "\n", hash_text(sb_str(b), b->len));
}

int plan_save(struct arena *a, struct plan *plan, const char *dir)
{
	struct strbuf b = STRBUF_INIT;
	int err = 0;
	size_t i;

	for (i = 0; i < plan->files.len && !err; i++)
		err = hash_file(a, dir, &plan->files.data[i]);
	if (!err) {
		write_plan(&b, plan);
		err = write_file_atomic(arena_printf(a, "%s/" PLAN_FILE, dir), b.s, b.len, 0644);
	}
	sb_free(&b);
	return err;
}

static bool load_step(struct arena *a, struct plan *p, const char *value)
{
	struct plan_step st = { 0 };
	unsigned k;

	for (k = 0; k < PLAN_KINDS; k++)
		if (!strcmp(value, kind_names[k])) {
			st.kind = (enum plan_kind)k;
			vec_push(a, &p->steps, st);
			return true;
		}
	return false;
}

static bool load_file(struct arena *a, struct plan *p, const char *value)
{
	struct plan_file f;
	int n = 0;

	if (sscanf(value, "%" SCNu64 " %" SCNx64 " %n", &f.size, &f.hash, &n) < 2 || !n || !value[n])
		return false;
	f.name = value + n;
	vec_push(a, &p->files, f);
	return true;
}

static bool load_line(struct arena *a, struct plan *p, char *line)
{
	const struct { const char *keyword; struct arg_vec *list; } lists[] = {
		{ "env", &p->env }, { "import", &p->imports }, { "export", &p->exports },
	};
	const struct { const char *keyword; const char **text; } texts[] = {
		{ "build", &p->build_dir }, { "cwd", &p->cwd }, { "unusable", &p->unusable }, { "module", &p->module },
	};
	char *value = strchr(line, ' ');
	size_t i;

	if (*line == '\t' && p->steps.len) {
		vec_push(a, &vec_last(&p->steps).args, line + 1);
		return true;
	}
	if (!value)
		return false;
	*value++ = 0;
	for (i = 0; i < sizeof lists / sizeof *lists; i++)
		if (!strcmp(line, lists[i].keyword)) {
			vec_push(a, lists[i].list, value);
			return true;
		}
	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!strcmp(line, texts[i].keyword)) {
			*texts[i].text = value;
			return true;
		}
	if (!strcmp(line, "name-at")) {
		vec_push(a, &p->name_at, strtoull(value, NULL, 10));
		return true;
	}
	return !strcmp(line, "step") ? load_step(a, p, value) : !strcmp(line, "file") && load_file(a, p, value);
}

/* Check and cut off the last line. */
static bool check_end(char *text, size_t len)
{
	uint64_t hash;
	char *end;

	if (!len || text[len - 1] != '\n')
		return false;
	text[len - 1] = 0;
	end = strrchr(text, '\n');
	if (!end || sscanf(end + 1, "end %" SCNx64, &hash) != 1)
		return false;
	end[1] = 0;
	return hash == hash_text(text, (size_t)(end + 1 - text));
}

/* The arguments as exec wants them, and the directory put in. */
static void finish(struct arena *a, struct plan *p, const char *dir)
{
	size_t i;

	for (i = 0; i < p->steps.len; i++) {
		vec_push(a, &p->steps.data[i].args, NULL);
		p->steps.data[i].args.len--;
	}
	vec_push(a, &p->env, NULL);
	p->env.len--;
	if (!strncmp(p->cwd, "%d", 2))
		p->cwd = arena_printf(a, "%s%s", dir, p->cwd + 2);
}

static bool files_are_whole(struct arena *a, const struct plan *p, const char *dir)
{
	struct plan_file f;
	size_t i;

	for (i = 0; i < p->files.len; i++) {
		f = p->files.data[i];
		if (hash_file(a, dir, &f) || f.size != p->files.data[i].size || f.hash != p->files.data[i].hash)
			return false;
	}
	return true;
}

static bool load_text(struct arena *a, struct plan *p, char *text, size_t len)
{
	char *line, *next;

	if (!check_end(text, len) || strncmp(text, PLAN_VERSION "\n", sizeof PLAN_VERSION))
		return false;
	for (line = text + sizeof PLAN_VERSION; *line; line = next) {
		next = strchr(line, '\n');
		*next++ = 0;
		if (!load_line(a, p, line))
			return false;
	}
	return p->build_dir && p->cwd;
}

int plan_load(struct arena *a, const char *dir, struct plan *plan)
{
	struct strbuf b = STRBUF_INIT;
	int err = read_file(arena_printf(a, "%s/" PLAN_FILE, dir), &b);
	char *text = arena_strndup(a, sb_str(&b), b.len);

	*plan = (struct plan){ 0 };
	if (!err && (!load_text(a, plan, text, b.len) || !files_are_whole(a, plan, dir)))
		err = -EBADMSG;
	sb_free(&b);
	if (!err)
		finish(a, plan, dir);
	return err;
}

const char *plan_build_dir(struct arena *a, const char *dir)
{
	static const char head[] = PLAN_VERSION "\nbuild ";
	struct strbuf b = STRBUF_INIT;
	const char *p = NULL;

	if (!read_file(arena_printf(a, "%s/" PLAN_FILE, dir), &b) && !strncmp(sb_str(&b), head, sizeof head - 1)) {
		p = b.s + sizeof head - 1;
		p = arena_strndup(a, p, strcspn(p, "\n"));
	}
	sb_free(&b);
	return p;
}

static const char *hole_value(const struct plan_values *v, char hole)
{
	switch (hole) {
	case 'c': return v->c;
	case 'o': return v->o;
	case 'j': return v->j;
	case 'k': return v->k;
	case 'r': return v->r;
	case 'm': return v->m;
	case 'd': return v->d;
	default: return "%";
	}
}

static const char *fill_arg(struct arena *a, const char *arg, const struct plan_values *v)
{
	struct strbuf b = STRBUF_INIT;
	const char *s;

	if (!strchr(arg, '%'))
		return arg;
	for (; *arg; arg++) {
		if (*arg == '%' && arg[1])
			sb_puts(&b, hole_value(v, *++arg));
		else
			sb_putc(&b, *arg);
	}
	s = arena_strdup(a, sb_str(&b));
	sb_free(&b);
	return s;
}

const char *const *plan_fill(struct arena *a, const struct plan_step *step, const struct plan_values *v)
{
	const char *const *d;
	struct arg_vec out = { 0 };
	size_t i;

	for (i = 0; i < step->args.len; i++) {
		if (strcmp(step->args.data[i], "%D")) {
			vec_push(a, &out, fill_arg(a, step->args.data[i], v));
			continue;
		}
		for (d = v->defines; d && *d; d++)
			vec_push(a, &out, arena_printf(a, "-D%s", *d));
	}
	vec_push(a, &out, NULL);
	return out.data;
}
