/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of the cache.
 *
 * CACHE/keys/STAT remembers the key that files with these stats had: its name is
 * the hash of all paths, sizes, times and inode numbers, so that a warm run reads
 * one small file in place of about a hundred.  A change of any file (ctime cannot
 * be set back) misses.
 *
 * CACHE/keys/tools-HASH remembers how kbuild calls compiler and linker in a tree
 * with these contents, which takes half a second to find out.
 *
 * The key itself has no times or inode numbers of sources in it: a guest that sees
 * this machine's files through another file system finds what was built here. */
#include "translator/build/key.h"

#include "lib/map.h"
#include "translator/build/cache.h"
#include "translator/build/report.h"
#include "translator/build/sources.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Raise when the way runtimes or modules are built changes without a change in the files hashed. */
#define KEY_VERSION "stap-key 4"
#define MEMO_SEED 0x6d656d6f

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

/* A memo: TEXT, and a line with its hash. */
static void remember(struct build_job *job, const char *path, const char *text)
{
	const char *all = arena_printf(job->arena, "%send %016" PRIx64 "\n", text, hash_bytes(text, strlen(text), MEMO_SEED));
	int err = make_dirs(arena_printf(job->arena, "%s/keys", job->cache_dir), 0755);

	if (!err)
		err = write_file_atomic(path, all, strlen(all), 0644);
	if (err)
		job_log(job, 1, "%s cannot be written: %s", path, strerror(-err));
}

/* Its text, or NULL: there is none, or it is damaged. */
static char *recall(struct build_job *job, const char *path)
{
	struct strbuf b = STRBUF_INIT;
	char *text = NULL, *end;
	uint64_t hash;

	if (!read_file(path, &b) && b.len)
		text = arena_strdup(job->arena, b.s);
	sb_free(&b);
	end = text ? strstr(text, "end ") : NULL;
	if (!end || sscanf(end, "end %16" SCNx64, &hash) != 1 || hash != hash_bytes(text, (size_t)(end - text), MEMO_SEED))
		return NULL;
	*end = 0;
	cache_touch(path);
	return text;
}

/* "key HEX", and "tool NAME PATH stat…" for each tool. */
static bool recall_key(struct build_job *job, const char *path, char hex[SHA256_HEX])
{
	char *text = recall(job, path), *line, *save;
	const char *now;

	line = text ? strtok_r(text, "\n", &save) : NULL;
	if (!line || strncmp(line, "key ", 4) || strlen(line) != 4 + SHA256_HEX - 1)
		return false;
	memcpy(hex, line + 4, SHA256_HEX);
	while ((line = strtok_r(NULL, "\n", &save))) {
		line += strcspn(line, " ");
		line += *line != 0;
		now = describe_tool(job->arena, arena_strndup(job->arena, line, strcspn(line, " ")));
		if (!now || strcmp(now, line))
			return false;
	}
	return true;
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

/* What is called how in a tree. */
struct tools { const char *cc, *ld; };

static const char *tools_path(const struct build_job *job, const char *tree)
{
	return arena_printf(job->arena, "%s/keys/tools-%s", job->cache_dir, tree);
}

/* "cc NAME" and "ld NAME", a line each. */
static bool recall_tools(struct build_job *job, const char *tree, struct tools *t)
{
	char *text = job->cache_dir ? recall(job, tools_path(job, tree)) : NULL, *save, *cc, *ld;

	cc = text ? strtok_r(text, "\n", &save) : NULL;
	ld = cc ? strtok_r(NULL, "\n", &save) : NULL;
	if (!ld || strncmp(cc, "cc ", 3) || strncmp(ld, "ld ", 3))
		return false;
	*t = (struct tools){ cc + 3, ld + 3 };
	return true;
}

static bool find_tools(struct build_job *job, const struct kernel_tree *t, const char *tree, struct runtime_key *key,
		       struct tools *tools)
{
	if (recall_tools(job, tree, tools))
		return true;
	if (!tree_ask_kbuild(job, t, arena_printf(job->arena, "%s/ask", job->tmpdir), &key->env))
		return false;
	*tools = (struct tools){ last_word(key->env.cc), last_word(key->env.ld) };
	if (job->cache_dir)
		remember(job, tools_path(job, tree), arena_printf(job->arena, "cc %s\nld %s\n", tools->cc, tools->ld));
	return true;
}

/* A tool in the key: name, size, time of change, and what it says of itself. */
static bool add_tool(struct build_job *job, struct sha256 *s, const char *name, const char *role, const char *package)
{
	const char *const argv[] = { name, "--version", NULL };
	struct run r = { .argv = argv };
	char *path = find_program(name);
	struct stat st;
	int err;

	if (!path || stat(path, &st)) {
		free(path);
		return job_fail(job, BUILD_FAIL_TOOL, "the %s %s, with which modules of kernel %s are built, is not installed: "
				"install the package %s", role, name, job->release, package);
	}
	free(path);
	sha256_add_str(s, arena_printf(job->arena, "%s %jd %jd", name, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec));
	err = run_wait(&r);
	if (!err)
		sha256_add_str(s, sb_str(&r.out));
	run_free(&r);
	return !err || job_fail_errno(job, err, "run", name);
}

static bool compute(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key, struct tools *tools)
{
	char tree[SHA256_HEX];
	const char *bad = NULL;
	struct sha256 s;
	int err;

	sha256_init(&s);
	add_scalars(&s, job, t);
	err = hash_files(job, &s, NULL, &t->files, &bad);
	if (err)
		return job_fail_errno(job, err, "read", bad);
	sha256_end(&s, tree);
	if (!find_tools(job, t, tree, key, tools))
		return false;
	sha256_init(&s);
	sha256_add_str(&s, tree);
	if (!add_tool(job, &s, tools->cc, "compiler", tools->cc) || !add_tool(job, &s, tools->ld, "linker", "binutils"))
		return false;
	err = hash_files(job, &s, job->runtime_dir, &key->sources, &bad);
	sha256_end(&s, key->hex);
	return !err || job_fail_errno(job, err, "read", bad);
}

bool key_find(struct build_job *job, const struct kernel_tree *t, struct runtime_key *key)
{
	const char *memo = NULL;
	struct tools tools = { 0 };
	int err;

	*key = (struct runtime_key){ 0 };
	err = sources_list(job->arena, job->runtime_dir, &key->sources);
	if (err)
		return job_fail(job, BUILD_FAIL_RUNTIME, "%s does not hold the runtime's sources (%s): give its place with -R",
				job->runtime_dir, strerror(-err));
	if (job->cache_dir)
		memo = memo_path(job, t, key);
	if (memo && recall_key(job, memo, key->hex))
		return true;
	if (!compute(job, t, key, &tools))
		return false;
	if (memo)
		remember(job, memo, arena_printf(job->arena, "key %s\ntool %s\ntool %s\n", key->hex,
						 describe_tool(job->arena, tools.cc), describe_tool(job->arena, tools.ld)));
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
