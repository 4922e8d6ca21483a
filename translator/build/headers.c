/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that hold nothing but the types of header files, and their place in the cache.
 *
 * The C file is a line #include for each header; unused types are kept
 * (-fno-eliminate-unused-debug-types).  A kernel's object comes from kbuild, and
 * its key is that of the kernel's tree and tools.  An object of this machine's
 * own headers has with it the size and time of each file that it was made of:
 * when one has changed, it is made anew.
 *
 *	CACHE/types/KEY = the object, then "SIZE TIME PATH" for each of these files, then a line that says
 *	how long both are, with a hash.  What is behind an object's sections does not disturb its readers. */
#include "translator/build/headers.h"

#include "lib/map.h"
#include "translator/build/cache.h"
#include "translator/build/key.h"
#include "translator/build/report.h"
#include "translator/build/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEM "stp_types"
#define END_FORMAT "stap-types 1 %016" PRIx64 " %016" PRIx64 " %016" PRIx64 "\n"
#define END_SCAN "stap-types 1 %16" SCNx64 " %16" SCNx64 " %16" SCNx64 "\n"
#define END_LENGTH (sizeof "stap-types 1" - 1 + 3 * 17 + 1)
#define HASH_SEED 0x7479706573

struct headers {
	struct build_job *job;
	struct arena *arena;
	const char *names;		/* as the user has written them */
	bool kernel;
	const char *text;		/* the C file */
	const char *cc;			/* full path; NULL: kbuild knows */
	struct arg_vec paths;		/* "CPATH=…" and the like, for the compiler */
	struct kernel_tree tree;
	struct runtime_key key;
	char hex[SHA256_HEX];
	const char *work;		/* the new object */
	const char *made_of;		/* "SIZE TIME PATH" lines */
};

/* ---- names ---- */

static bool goes_up(const char *name)
{
	const char *p;

	for (p = name; (p = strstr(p, "..")); p += 2)
		if ((p == name || p[-1] == '/') && (p[2] == '/' || !p[2]))
			return true;
	return false;
}

/* An #include for each of LIST ("<a.h><b.h>"); NULL: it is no such list. */
static const char *include_lines(struct arena *a, const char *list)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./@";
	struct strbuf b = STRBUF_INIT;
	const char *p = list, *name, *text;
	size_t n;

	for (; *p == '<'; p += n + 2) {
		n = strspn(p + 1, letters);
		name = arena_strndup(a, p + 1, n);
		if (!n || p[n + 1] != '>' || goes_up(name))
			break;
		sb_printf(&b, "#include <%s>\n", name);
	}
	text = b.len && !*p ? arena_strdup(a, b.s) : NULL;
	sb_free(&b);
	return text;
}

static bool read_names(struct headers *h)
{
	h->kernel = *h->names != '<';
	h->text = include_lines(h->arena, h->names + strcspn(h->names, "<"));
	if (!h->text)
		return job_fail(h->job, BUILD_FAIL_ARGUMENT, "%s is no list of headers: those are \"<sys/time.h>\" or \"kernel<linux/fs.h><linux/net.h>\", "
				"without \"..\" and blanks", h->names);
	if (h->kernel)
		h->text = arena_printf(h->arena, "#include <linux/types.h>\n%s", h->text);
	return true;
}

/* ---- the key ---- */

/* "SIZE TIME", or "-": inode and device are left out, for a guest has others. */
static const char *describe_file(struct arena *a, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return "-";
	return arena_printf(a, "%jd %jd.%09ld", (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static bool find_compiler(struct headers *h)
{
	static const char *const names[] = { "gcc", "cc", "clang" };
	char *path = NULL;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names && !path; i++)
		path = find_program(names[i]);
	if (!path)
		return job_fail(h->job, BUILD_FAIL_TOOL, "no C compiler is installed, and types of header files are made with one: install the package gcc");
	h->cc = arena_strdup(h->arena, path);
	free(path);
	return true;
}

/* Where the user says that further headers are. */
static void find_paths(struct headers *h)
{
	static const char *const names[] = { "CPATH", "C_INCLUDE_PATH" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if ((value = getenv(names[i])))
			vec_push(h->arena, &h->paths, arena_printf(h->arena, "%s=%s", names[i], value));
}

/* Headers by their full names are not the kernel's: their change is one of the key. */
static void add_absolute(struct sha256 *s, struct headers *h)
{
	const char *p;

	for (p = h->names; (p = strstr(p, "</")); p++)
		sha256_add_str(s, describe_file(h->arena, arena_strndup(h->arena, p + 1, strcspn(p + 1, ">"))));
}

static bool find_key(struct headers *h)
{
	struct sha256 s;
	size_t i;

	if (h->kernel && (!tree_open(h->job, &h->tree) || !key_find(h->job, &h->tree, &h->key)))
		return false;
	if (!h->kernel && !find_compiler(h))
		return false;
	if (!h->kernel)
		find_paths(h);
	sha256_init(&s);
	sha256_add_str(&s, h->kernel ? h->key.hex : h->cc);
	sha256_add_str(&s, h->kernel ? "" : describe_file(h->arena, h->cc));
	for (i = 0; i < h->paths.len; i++)
		sha256_add_str(&s, h->paths.data[i]);
	sha256_add_str(&s, h->text);
	add_absolute(&s, h);
	sha256_end(&s, h->hex);
	return true;
}

/* ---- compiling ---- */

/* The compiler's first message; where it is about our own file, without the place. */
static const char *first_message(struct headers *h, const char *output)
{
	const char *line, *error;

	job_detail(h->job, output);
	line = h->job->detail ? h->job->detail : "the compiler says nothing";
	h->job->detail = NULL;
	line = arena_strndup(h->arena, line, strcspn(line, "\n"));
	error = strstr(line, "error: ");
	return error && (!strncmp(line, "<stdin>:", 8) || strstr(line, STEM ".c:")) ? error + 7 : line;
}

static bool fail_compile(struct headers *h, const char *output)
{
	const char *message, *help;

	if (output_blames_disk(output))
		return job_fail_errno(h->job, -ENOSPC, "write", h->job->tmpdir);
	message = first_message(h, output);
	if (!strstr(message, "No such file") && !strstr(message, "not found"))
		help = "put the headers that it needs in front of it, <first.h><second.h>";
	else if (h->kernel)
		help = arena_printf(h->arena, "kernel<…> takes the names of headers of kernel %s, such as <linux/fs.h>", h->job->release);
	else
		help = "look at the name, install the package that has this header, or name its directory in CPATH; headers of the kernel are kernel<…>";
	return job_fail(h->job, BUILD_FAIL_COMPILE, "%s does not compile: %s (%s)", h->names, message, help);
}

static bool run_compiler(struct headers *h, const char *depends)
{
	const char *const argv[] = {
		h->cc, "-x", "c", "-w", "-g", "-fno-eliminate-unused-debug-types", "-c", "-o", h->work, "-MD", "-MF", depends, "-MT", STEM,
		"-", NULL,
	};
	struct run r = { .argv = argv, .env = tree_clean_env(h->arena, &h->paths), .input = h->text, .merge_stderr = true, .group = true };
	int err;
	bool ok;

	job_log_command(h->job, argv);
	err = run_wait(&r);
	ok = !err && run_ok(&r);
	if (err)
		job_fail_errno(h->job, err, "run", h->cc);
	else if (!ok)
		fail_compile(h, sb_str(&r.out));
	run_free(&r);
	return ok;
}

/* The next word of a make rule: blanks and # have a \ before them, $ is double. NULL at the end. */
static const char *next_file(struct arena *a, const char **rule)
{
	struct strbuf b = STRBUF_INIT;
	const char *p = *rule, *word;

	while (*p == ' ' || *p == '\n' || (p[0] == '\\' && p[1] == '\n'))
		p++;
	for (; *p && *p != ' ' && *p != '\n' && !(p[0] == '\\' && p[1] == '\n'); p++) {
		if ((p[0] == '\\' && strchr(" #\\", p[1]) && p[1]) || (p[0] == '$' && p[1] == '$'))
			p++;
		sb_putc(&b, *p);
	}
	*rule = p;
	word = b.len ? arena_strdup(a, b.s) : NULL;
	sb_free(&b);
	return word;
}

/* What the object was made of, from the rule that the compiler wrote. */
static int read_depends(struct headers *h, const char *path)
{
	struct strbuf rule = STRBUF_INIT, b = STRBUF_INIT;
	const char *p, *file;
	int err = read_file(path, &rule);

	p = err ? "" : strchrnul(sb_str(&rule), ':');
	p += *p == ':';
	while ((file = next_file(h->arena, &p)))
		if (!strchr(file, '\n') && strcmp(file, "-"))
			sb_printf(&b, "%s %s\n", describe_file(h->arena, file), file);
	h->made_of = arena_strdup(h->arena, sb_str(&b));
	sb_free(&rule);
	sb_free(&b);
	return err;
}

static bool compile_user(struct headers *h)
{
	const char *depends = arena_printf(h->arena, "%s.d", h->work);
	int err;

	if (!run_compiler(h, depends))
		return false;
	err = read_depends(h, depends);
	return !err || job_fail_errno(h->job, err, "read", depends);
}

static int lay_out(struct headers *h, const char *dir)
{
	static const char rules[] =
		"obj-m := stp_headers.o\n"
		"stp_headers-y := " STEM ".o\n"
		"CFLAGS_" STEM ".o := -w -g -fno-eliminate-unused-debug-types\n"
		"CFLAGS_REMOVE_" STEM ".o := -gsplit-dwarf $(CC_FLAGS_LTO)\n";
	int err = remove_tree(dir);

	if (!err)
		err = make_dirs(dir, 0755);
	if (!err)
		err = write_file_atomic(arena_printf(h->arena, "%s/Kbuild", dir), rules, sizeof rules - 1, 0644);
	return err ? err : write_file_atomic(arena_printf(h->arena, "%s/" STEM ".c", dir), h->text, strlen(h->text), 0644);
}

static bool compile_kernel(struct headers *h)
{
	static const char *const targets[] = { STEM ".o", NULL };
	const char *dir = arena_printf(h->arena, "%s/types", h->job->tmpdir);
	struct kbuild_run k = { dir, targets, false };
	struct run r;
	int err;
	bool ok;

	if (!tree_path_ok(dir))
		return job_fail(h->job, BUILD_FAIL_TREE, "kbuild cannot work in %s: its name has a space or a special character; "
				"choose another place with TMPDIR", dir);
	err = lay_out(h, dir);
	if (err)
		return job_fail_errno(h->job, err, "write", dir);
	if (!tree_make(h->job, &h->tree, &k, &r))
		return false;
	ok = run_ok(&r) && !rename(arena_printf(h->arena, "%s/" STEM ".o", dir), h->work);
	if (!ok)
		fail_compile(h, sb_str(&r.out));
	run_free(&r);
	h->made_of = "";
	return ok;
}

/* ---- the cache ---- */

static const char *entry_path(const struct headers *h)
{
	return arena_printf(h->arena, "%s/types/%s", h->job->cache_dir, h->hex);
}

/* Are all files in the text MADE_OF, which is cut up, as they were? */
static bool is_current(struct headers *h, char *made_of)
{
	char *line, *save, *path;

	for (line = strtok_r(made_of, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		path = strchr(line, ' ');
		path = path ? strchr(path + 1, ' ') : NULL;
		if (!path)
			return false;
		*path++ = 0;
		if (strcmp(line, describe_file(h->arena, path)))
			return false;
	}
	return true;
}

static uint64_t hash_entry(const char *p, size_t len)
{
	return hash_bytes(p, len, HASH_SEED);
}

static const char *make_id(const struct headers *h, uint64_t hash)
{
	return arena_printf(h->arena, "%.32s%016" PRIx64, h->hex, hash);
}

/* The id of a whole and current entry with the text B, or NULL. */
static const char *entry_id(struct headers *h, const struct strbuf *b)
{
	uint64_t object, list, hash;
	const char *end = b->len > END_LENGTH ? b->s + b->len - END_LENGTH : NULL;

	if (!end || sscanf(end, END_SCAN, &object, &list, &hash) != 3 || object > b->len || list > b->len ||
	    object + list + END_LENGTH != b->len || hash_entry(b->s, b->len - END_LENGTH) != hash ||
	    !is_current(h, arena_strndup(h->arena, b->s + object, list)))
		return NULL;
	return make_id(h, hash);
}

static bool find_cached(struct headers *h, const char **object, const char **id)
{
	const char *path = entry_path(h);
	struct strbuf b = STRBUF_INIT;

	*id = read_file(path, &b) ? NULL : entry_id(h, &b);
	sb_free(&b);
	if (!*id)
		return false;
	cache_touch(path);
	*object = path;
	return true;
}

/* The new object becomes an entry. 0 or -errno: then it stays where it is. */
static int keep(struct headers *h, const char **object, const char **id)
{
	const char *path = entry_path(h);
	struct strbuf b = STRBUF_INIT;
	uint64_t size, hash;
	int err = make_dirs(arena_printf(h->arena, "%s/types", h->job->cache_dir), 0755);

	if (!err)
		err = read_file(h->work, &b);
	if (!err) {
		size = b.len;
		sb_puts(&b, h->made_of);
		hash = hash_entry(b.s, b.len);
		sb_printf(&b, END_FORMAT, size, (uint64_t)strlen(h->made_of), hash);
		err = write_file_atomic(path, b.s, b.len, 0644);
		*id = make_id(h, hash);
	}
	sb_free(&b);
	if (err)
		return err;
	*object = path;
	unlink(h->work);
	cache_trim(h->job);
	return 0;
}

bool build_headers(struct build_job *job, const char *headers, const char **object, const char **id)
{
	struct headers h = { .job = job, .arena = job->arena, .names = headers };
	int err;

	*object = *id = NULL;
	cache_open(job);
	if (!read_names(&h) || !find_key(&h))
		return false;
	if (job->cache_dir && !job->no_module_lookup && find_cached(&h, object, id))
		return true;
	h.work = arena_printf(h.arena, "%s/%.16s.o", job->tmpdir, h.hex);
	if (!(h.kernel ? compile_kernel(&h) : compile_user(&h)))
		return false;
	*object = h.work;
	err = job->cache_dir ? keep(&h, object, id) : 0;
	if (err)
		job_log(job, 1, "the types of %s are not kept in %s: %s", headers, job->cache_dir, strerror(-err));
	return true;
}
