/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the commands that kbuild recorded to a plan with holes.
 *
 * The script's file is freestanding: its compile line loses the kernel's include
 * path, forced includes and dependency output, which is most of the compiler's
 * work; all that decides about code (and plugins) stays.  The join loses its list
 * of objects for the runtime linked into one.  When nothing but linking happens
 * between the join and the module, both are done by the last link. */
#include "translator/build/plan.h"

#include "lib/strbuf.h"

#include <string.h>

enum place { IN_COMPILE, IN_JOIN, IN_MODULE };

struct recorder {
	struct arena *arena;
	const struct plan_source *src;
	struct plan *plan;
	const char *script_c, *script_o, *joined, *response, *modpost, *module;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool starts(const char *s, const char *prefix) { return !strncmp(s, prefix, strlen(prefix)); }

static bool ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n >= k && !strcmp(s + n - k, suffix);
}

/* ARG with its percent signs doubled and the runtime's directory replaced. */
static const char *escape(struct recorder *r, const char *arg)
{
	struct strbuf b = STRBUF_INIT;
	const char *s;

	for (; *arg; arg++) {
		if (starts(arg, r->src->dir)) {
			sb_puts(&b, "%d");
			arg += strlen(r->src->dir) - 1;
		} else if (*arg == '%') {
			sb_puts(&b, "%%");
		} else {
			sb_putc(&b, *arg);
		}
	}
	s = arena_strdup(r->arena, sb_str(&b));
	sb_free(&b);
	return s;
}

/* The hole that a file name stands for, or NULL. */
static const char *hole_for(struct recorder *r, const char *arg)
{
	const struct { const char *name, *hole; } files[] = {
		{ r->script_c, "%c" }, { r->script_o, "%o" }, { r->joined, "%j" },
		{ r->modpost, "%m" }, { r->module, "%k" },
	};
	const char *name = base_name(arg);
	size_t i;

	if (*arg == '-' || *arg == '@')
		return NULL;
	for (i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(name, files[i].name))
			return files[i].hole;
	return NULL;
}

/* Options of a compile line that a freestanding file does without: how many arguments to skip. */
static size_t skip_in_compile(const char *arg)
{
	static const char *const alone[] = { "-Wp,-M", "-M", "-I", "-g", "-DKBUILD_", "-D__KBUILD_", "-DMODULE", "-fmacro-prefix-map=" };
	static const char *const paired[] = { "-include", "-isystem", "-iquote", "-idirafter", "-MF", "-MT", "-MQ", "-I" };
	size_t i;

	for (i = 0; i < sizeof paired / sizeof *paired; i++)
		if (!strcmp(arg, paired[i]))
			return 2;
	/* -mrecord-mcount and its like begin with a small m */
	for (i = 0; i < sizeof alone / sizeof *alone; i++)
		if (starts(arg, alone[i]))
			return 1;
	return 0;
}

static void put(struct recorder *r, struct plan_step *st, const char *arg) { vec_push(r->arena, &st->args, arg); }

static void take_compile(struct recorder *r, const struct command *c, struct plan_step *st)
{
	const char *hole, *arg;
	size_t i, skip;

	for (i = 0; i < c->args.len; i++) {
		arg = c->args.data[i];
		skip = skip_in_compile(arg);
		hole = hole_for(r, arg);
		/* not at the front: the compiler may have a wrapper there (ccache) */
		if (!strcmp(arg, "-c")) {
			put(r, st, "-pipe");
			put(r, st, "-I%d/include");
			put(r, st, "%D");
		}
		if (skip)
			i += skip - 1;
		else
			put(r, st, hole ? hole : escape(r, arg));
	}
}

/* The runtime for the first object of the list, the script for its own, nothing for the rest. */
static void take_objects(struct recorder *r, const struct command *c, struct plan_step *st)
{
	bool have_runtime = false;
	const char *hole, *arg;
	size_t i;

	for (i = 0; i < c->args.len; i++) {
		arg = c->args.data[i];
		hole = hole_for(r, arg);
		if (*arg == '@' && !strcmp(base_name(arg + 1), r->response)) {
			put(r, st, "%r");
			put(r, st, "%o");
		} else if (hole || *arg == '-' || !ends(arg, ".o")) {
			put(r, st, hole ? hole : escape(r, arg));
		} else if (!have_runtime) {
			put(r, st, "%r");
			have_runtime = true;
		}
	}
}

static void take_plain(struct recorder *r, const struct command *c, struct plan_step *st)
{
	const char *hole;
	size_t i;

	for (i = 0; i < c->args.len; i++) {
		hole = hole_for(r, c->args.data[i]);
		put(r, st, hole ? hole : escape(r, c->args.data[i]));
	}
}

static bool step_has(const struct plan_step *st, const char *arg)
{
	size_t i;

	for (i = 0; i < st->args.len; i++)
		if (!strcmp(st->args.data[i], arg))
			return true;
	return false;
}

static void take_command(struct recorder *r, enum place place, const struct command *c, bool first)
{
	struct plan_step st = { .kind = place == IN_COMPILE && first ? PLAN_COMPILE : PLAN_LINK };

	if (strstr(base_name(c->args.data[0]), "objtool"))
		st.kind = PLAN_OBJTOOL;
	if (st.kind == PLAN_COMPILE)
		take_compile(r, c, &st);
	else if (place == IN_JOIN && first)
		take_objects(r, c, &st);
	else
		take_plain(r, c, &st);
	vec_push(r->arena, &st.args, NULL);
	st.args.len--;
	vec_push(r->arena, &r->plan->steps, st);
}

static bool refuse(struct recorder *r, const char *what, const char *why)
{
	r->plan->unusable = arena_printf(r->arena, "the recorded command for %s %s", what, why);
	return false;
}

/* One recorded line; the first of its steps is checked to have the arguments NEED. */
static bool take_line(struct recorder *r, enum place place, const char *text, const char *what, const char *const *need)
{
	const char *line = cmdline_recorded(r->arena, text), *why;
	struct command_vec commands = { 0 };
	size_t i, first = r->plan->steps.len;

	if (!line)
		return refuse(r, what, "is missing");
	if (!cmdline_split(r->arena, line, &commands, &why))
		return refuse(r, what, arena_printf(r->arena, "needs a shell (%s)", why));
	for (i = 0; i < commands.len; i++)
		take_command(r, place, &commands.data[i], !i);
	for (; commands.len && *need; need++)
		if (!step_has(&r->plan->steps.data[first], *need))
			break;
	return !*need ? true : refuse(r, what, "has another form than expected");
}

/* Leave the join out when the link of the module follows it at once. */
static void fuse_links(struct recorder *r)
{
	struct plan *p = r->plan;
	struct plan_step *join, *last;
	struct arg_vec args = { 0 };
	size_t i;

	if (p->steps.len < 2)
		return;
	join = &p->steps.data[p->steps.len - 2];
	last = join + 1;
	if (!step_has(join, "%r") || !step_has(join, "%j") || !step_has(last, "%k"))
		return;
	for (i = 0; i < last->args.len; i++) {
		if (!strcmp(last->args.data[i], "%j")) {
			vec_push(r->arena, &args, "%r");
			vec_push(r->arena, &args, "%o");
		} else {
			vec_push(r->arena, &args, last->args.data[i]);
		}
	}
	vec_push(r->arena, &args, NULL);
	args.len--;
	*join = (struct plan_step){ PLAN_LINK, args };
	p->steps.len--;
}

bool plan_record(struct arena *a, const struct plan_source *src, struct plan *plan)
{
	static const char *const compile_needs[] = { "%c", "%o", "-c", NULL };
	static const char *const join_needs[] = { "%r", "%o", "%j", "-r", NULL };
	static const char *const module_needs[] = { "%j", "%m", "%k", "-r", NULL };
	struct recorder r = {
		.arena = a, .src = src, .plan = plan,
		.script_c = arena_printf(a, "%s.c", src->script),
		.script_o = arena_printf(a, "%s.o", src->script),
		.joined = arena_printf(a, "%s.o", src->module),
		.response = arena_printf(a, "%s.mod", src->module),
		.modpost = arena_printf(a, "%s.mod.o", src->module),
		.module = arena_printf(a, "%s.ko", src->module),
	};

	if (!take_line(&r, IN_COMPILE, src->script_cmd, "a C file", compile_needs) ||
	    !take_line(&r, IN_JOIN, src->joined_cmd, "joining objects", join_needs) ||
	    !take_line(&r, IN_MODULE, src->module_cmd, "linking a module", module_needs))
		return false;
	fuse_links(&r);
	return true;
}

const char *const *plan_runtime_link(struct arena *a, const struct plan_source *src,
				     const char *const *objects, size_t n, const char *out)
{
	const char *line = cmdline_recorded(a, src->joined_cmd), *why, *arg;
	struct command_vec commands = { 0 };
	struct arg_vec args = { 0 };
	size_t i;

	if (!line || !cmdline_split(a, line, &commands, &why) || !commands.len)
		return NULL;
	for (i = 0; i < commands.data[0].args.len; i++) {
		arg = commands.data[0].args.data[i];
		if (!strcmp(arg, "-o"))
			i++;
		else if (*arg != '@' && (*arg == '-' || !ends(arg, ".o")))
			vec_push(a, &args, arg);
	}
	vec_push(a, &args, "-S");
	vec_push(a, &args, "-o");
	vec_push(a, &args, out);
	for (i = 0; i < n; i++)
		vec_push(a, &args, objects[i]);
	vec_push(a, &args, NULL);
	return args.data;
}
