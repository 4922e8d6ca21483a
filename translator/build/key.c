/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of the cache.
 *
 * CACHE/keys/STAT remembers the key that files with these stats had: its name is
 * the hash of all paths, sizes, times and inode numbers, so that a warm run reads
 * one small file in place of about a hundred and does not ask kbuild for the
 * compiler's name.  A change of any file (ctime cannot be set back) misses. */
#include "translator/build/key.h"

#include "translator/build/cache.h"
#include "translator/build/report.h"
#include "translator/build/sources.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Raise when the way runtimes or modules are built changes without a change in the files hashed. */
#define KEY_VERSION "stap-key 1"

/* "size mtime" of PATH, or "-". Inode and device are left out: the same file has others in a guest or a container. */
static void add_stat(struct strbuf *b, const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		sb_puts(b, "-");
		return;
	}
	sb_printf(b, "%jd %jd.%09ld", (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void stat_files(struct strbuf *b, struct arena *a, const char *dir, const struct arg_vec *files)
{
	size_t i;

	for (i = 0; i < files->len; i++) {
		sb_printf(b, "%s ", files->data[i]);
		add_stat(b, dir ? arena_printf(a, "%s/%s", dir, files->data[i]) : files->data[i]);
		sb_putc(b, '\n');
	}
}

/* What the key depends on apart from files. */
static void add_scalars(struct sha256 *s, const struct build_job *job, const struct kernel_tree *t)
{
	sha256_add_str(s, KEY_VERSION);
	sha256_add_str(s, job->release);
	sha256_add_str(s, job->arch);
	sha256_add_str(s, job->build_id);
	sha256_add_str(s, t->dir);
}

static const char *memo_path(struct build_job *job, const struct kernel_tree *t, const struct runtime_key *key)
{
	struct strbuf b = STRBUF_INIT;
	char hex[SHA256_HEX];
	struct sha256 s;

	sha256_init(&s);
	add_scalars(&s, job, t);
	sha256_add_str(&s, job->runtime_dir);
	stat_files(&b, job->arena, NULL, &t->files);
	stat_files(&b, job->arena, job->runtime_dir, &key->sources);
	sha256_add(&s, b.s, b.len);
	sha256_end(&s, hex);
	sb_free(&b);
	return arena_printf(job->arena, "%s/keys/%s", job->cache_dir, hex);
}

/* "NAME stat…": a tool by the name that kbuild calls it, as PATH has it now. */
static const char *describe_tool(struct arena *a, const char *name)
{
	char *path = find_program(name);
	struct strbuf b = STRBUF_INIT;
	const char *s;

	if (!path)
		return NULL;
	sb_printf(&b, "%s %s ", name, path);
	add_stat(&b, path);
	s = arena_strdup(a, b.s);
	sb_free(&b);
	free(path);
	return s;
}

/* The memo's lines are "key HEX", and "tool NAME PATH stat…" for each tool. */
static bool memo_read(struct build_job *job, const char *path, char hex[SHA256_HEX])
{
	struct strbuf b = STRBUF_INIT;
	bool ok = false;
	char *line, *save;
	const char *now;

	if (read_file(path, &b) || b.len < 5 || strncmp(b.s, "key ", 4))
		goto out;
	line = strtok_r(b.s, "\n", &save);
	if (strlen(line) != 4 + SHA256_HEX - 1 || strspn(line + 4, "0123456789abcdef") != SHA256_HEX - 1)
		goto out;
	memcpy(hex, line + 4, SHA256_HEX);
	while ((line = strtok_r(NULL, "\n", &save)) && !strncmp(line, "tool ", 5)) {
		now = describe_tool(job->arena, arena_strndup(job->arena, line + 5, strcspn(line + 5, " ")));
		if (!now || strcmp(now, line + 5))
			goto out;
	}
	ok = line && !strcmp(line, "end");
out:
	sb_free(&b);
	return ok;
}

static void memo_write(struct build_job *job, const char *path, const char *hex, const char *const *tools, size_t n)
{
	struct strbuf b = STRBUF_INIT;
	size_t i;
	int err = make_dirs(arena_printf(job->arena, "%s/keys", job->cache_dir), 0755);

	sb_printf(&b, "key %s\n", hex);
	for (i = 0; i < n; i++)
		sb_printf(&b, "tool %s\n", tools[i]);
	sb_puts(&b, "end\n");
	if (!err)
		err = write_file_atomic(path, b.s, b.len, 0644);
	if (err)
		job_log(job, 1, "%s cannot be written: %s", path, strerror(-err));
	sb_free(&b);
}

static int hash_files(struct build_job *job, struct sha256 *s, const char *dir, const struct arg_vec *files, const char **bad)
{
	struct strbuf b = STRBUF_INIT;
	int err = 0;
	size_t i;

	for (i = 0; i < files->len && !err; i++) {
		*bad = dir ? arena_printf(job->arena, "%s/%s", dir, files->data[i]) : files->data[i];
		sb_clear(&b);
		err = read_file(*bad, &b);
		sha256_add_str(s, files->data[i]);
		sha256_add(s, &b.len, sizeof b.len);
		sha256_add(s, sb_str(&b), b.len);
	}
	sb_free(&b);
	return err;
}

static const char *last_word(const char *words)
{
	const char *space = strrchr(words, ' ');

	return space && space[1] ? space + 1 : words;
}

static bool find_tools(struct build_job *job, const struct kbuild_env *env, const char *tools[2])
{
	const char *const names[] = { last_word(env->cc), last_word(env->ld) };
	static const char *const roles[] = { "compiler", "linker" };
	static const char *const packages[] = { NULL, "binutils" };
	size_t i;

	for (i = 0; i < 2; i++) {
		tools[i] = describe_tool(job->arena, names[i]);
		if (!tools[i])
			return job_fail(job, BUILD_FAIL_TOOL, "the %s %s, with which modules of kernel %s are built, is not "
					"installed: install the package %s", roles[i], names[i], job->release,
					packages[i] ? packages[i] : names[i]);
	}
	return true;
}

/* What the compiler says of itself. */
static bool add_version(struct build_job *job, struct sha256 *s, const char *cc)
{
	const char *const argv[] = { last_word(cc), "--version", NULL };
	struct run r = { .argv = argv };
	int err = run_wait(&r);

	if (!err)
		sha256_add_str(s, sb_str(&r.out));
	run_free(&r);
	return !err || job_fail_errno(job, err, "run", argv[0]);
}

static bool compute(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key, const char *tools[2])
{
	const char *bad = NULL;
	struct sha256 s;
	int err;

	if (!tree_ask_kbuild(job, t, arena_printf(job->arena, "%s/ask", job->tmpdir), &key->env) ||
	    !find_tools(job, &key->env, tools))
		return false;
	sha256_init(&s);
	add_scalars(&s, job, t);
	sha256_add_str(&s, tools[0]);
	sha256_add_str(&s, tools[1]);
	if (!add_version(job, &s, key->env.cc))
		return false;
	err = hash_files(job, &s, NULL, &t->files, &bad);
	if (!err)
		err = hash_files(job, &s, job->runtime_dir, &key->sources, &bad);
	sha256_end(&s, key->hex);
	return !err || job_fail_errno(job, err, "read", bad);
}

bool key_find(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key)
{
	const char *memo = NULL, *tools[2];
	int err;

	*key = (struct runtime_key){ 0 };
	err = sources_list(job->arena, job->runtime_dir, &key->sources);
	if (err)
		return job_fail(job, BUILD_FAIL_RUNTIME, "%s does not hold the runtime's sources (%s): give its place with -R",
				job->runtime_dir, strerror(-err));
	if (job->cache_dir)
		memo = memo_path(job, t, key);
	if (memo && memo_read(job, memo, key->hex)) {
		cache_touch(memo);
		return true;
	}
	if (!compute(job, t, key, tools))
		return false;
	if (memo)
		memo_write(job, memo, key->hex, tools, 2);
	return true;
}

void key_module(const struct build_job *job, const char *runtime_key, char hex[SHA256_HEX])
{
	const char *const *d;
	struct sha256 s;

	sha256_init(&s);
	sha256_add_str(&s, "module");
	sha256_add_str(&s, runtime_key);
	sha256_add_str(&s, job->name);
	sha256_add_str(&s, job->force_kbuild ? "kbuild" : "");
	sha256_add_str(&s, job->needs_kernel_headers ? "headers" : "");
	sha256_add_str(&s, job->guru ? "guru" : "");
	for (d = job->defines; d && *d; d++)
		sha256_add_str(&s, *d);
	sha256_add_str(&s, "");
	sha256_add(&s, job->c_text, job->c_len);
	sha256_end(&s, hex);
}
