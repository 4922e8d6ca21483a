/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a module is for, and where its files are.
 *
 * A distribution, a kernel built by hand and the cache that stap-prep fills put
 * the same files into different places; this file is the one list of places.
 * It picks, and never judges: a missing part stays NULL until somebody needs it. */
#include "translator/build/target.h"
#include "lib/run.h"
#include "translator/build/elfpeek.h"
#include "translator/errors.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Places in order of preference: %R is the release, %C the kernel's folder in the
 * cache, %B the build directory, %H the build-id as HH/REST. */
static const char *const build_places[] = { "/lib/modules/%R/build", "%C/build", "/usr/src/linux-headers-%R",
					    "/usr/src/kernels/%R", NULL };
static const char *const vmlinux_places[] = {
	"%B/vmlinux", "/usr/lib/debug/boot/vmlinux-%R", "/usr/lib/debug/lib/modules/%R/vmlinux",
	"/usr/lib/debug/usr/lib/modules/%R/vmlinux", "/usr/lib/debug/.build-id/%H.debug",
	"/lib/modules/%R/build/vmlinux", "/boot/vmlinux-%R", "%C/debug/vmlinux", NULL };
static const char *const image_places[] = { "/boot/vmlinuz-%R", "/lib/modules/%R/vmlinuz", "%C/boot/vmlinuz-%R",
					    "%B/arch/x86/boot/bzImage", NULL };
static const char *const map_places[] = { "/usr/lib/debug/boot/System.map-%R", "%B/System.map", "/boot/System.map-%R",
					  "/lib/modules/%R/System.map", "%C/debug/boot/System.map-%R", NULL };
static const char *const module_places[] = { "/lib/modules/%R", "%C/lib/modules/%R", NULL };
static const char *const debug_places[] = { "/usr/lib/debug/lib/modules/%R", "/usr/lib/debug/usr/lib/modules/%R",
					    "%C/debug/lib/modules/%R", NULL };
static const char *const config_places[] = { "%B/.config", "%B/include/config/auto.conf", "/boot/config-%R",
					     "/lib/modules/%R/config", "%C/boot/config-%R", NULL };

/* A stub of a map, as some packages have in /boot, is a few lines long. */
#define REAL_SYSTEM_MAP 65536

/* What %C stands for; the kernel cache serves even when the compile cache is off. */
struct places {
	struct session *s;
	const char *cache;
};

static const char *place_variable(const struct places *p, char which)
{
	const struct target *t = &p->s->target;

	switch (which) {
	case 'R': return t->release;
	case 'C': return p->cache;
	case 'B': return t->build_dir;
	case 'H': return t->build_id && strlen(t->build_id) > 2
			 ? arena_printf(&p->s->arena, "%.2s/%s", t->build_id, t->build_id + 2) : NULL;
	default: return NULL;
	}
}

/* The path that PATTERN means here, or NULL when one of its parts is not known. */
static const char *place_expand(const struct places *p, const char *pattern)
{
	struct strbuf b = STRBUF_INIT;
	const char *r = NULL, *v;

	for (const char *c = pattern; *c; c++) {
		if (*c != '%') {
			sb_putc(&b, *c);
			continue;
		}
		v = place_variable(p, *++c);
		if (!v)
			goto out;
		sb_puts(&b, v);
	}
	r = arena_strdup(&p->s->arena, sb_str(&b));
out:
	sb_free(&b);
	return r;
}

typedef bool place_test(const struct places *p, const char *path);

static const char *place_find(const struct places *p, const char *const *list, place_test *fits)
{
	for (; *list; list++) {
		const char *path = place_expand(p, *list);

		if (path && fits(p, path))
			return path;
	}
	return NULL;
}

static bool is_directory(const struct places *p, const char *path)
{
	struct stat st;

	(void)p;
	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_file(const struct places *p, const char *path)
{
	struct stat st;

	(void)p;
	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, R_OK);
}

static bool is_build_tree(const struct places *p, const char *path)
{
	return is_file(p, arena_printf(&p->s->arena, "%s/Makefile", path));
}

static bool is_module_tree(const struct places *p, const char *path)
{
	return is_file(p, arena_printf(&p->s->arena, "%s/modules.dep", path)) ||
	       is_directory(p, arena_printf(&p->s->arena, "%s/kernel", path));
}

static bool is_system_map(const struct places *p, const char *path)
{
	struct stat st;

	return is_file(p, path) && !stat(path, &st) && st.st_size >= REAL_SYSTEM_MAP;
}

/* Not another build of the same release: a known build-id must be the file's own. */
static bool is_same_build(const struct places *p, const struct elf_peek *e)
{
	const char *id = p->s->target.build_id;

	return !id || !e->build_id[0] || !strcmp(id, e->build_id);
}

static bool has_dwarf(const struct places *p, const char *path)
{
	struct elf_peek e;

	return !elf_peek(path, &e) && e.dwarf && is_same_build(p, &e);
}

static bool has_btf(const struct places *p, const char *path)
{
	struct elf_peek e;

	return !elf_peek(path, &e) && e.btf && is_same_build(p, &e);
}

static const char *running_release(struct arena *a)
{
	struct utsname u;

	return uname(&u) ? "unknown" : arena_strdup(a, u.release);
}

static const char *running_arch(struct arena *a)
{
	struct utsname u;

	return uname(&u) ? "unknown" : arena_strdup(a, u.machine);
}

static const char *running_build_id(struct arena *a)
{
	struct strbuf b = STRBUF_INIT;
	char id[BUILD_ID_HEX];
	const char *r = NULL;

	if (!read_file("/sys/kernel/notes", &b) && notes_build_id((const unsigned char *)sb_str(&b), b.len, id))
		r = arena_strdup(a, id);
	sb_free(&b);
	return r;
}

/* What kbuild wrote into a build directory as its release, or NULL. */
static const char *release_of_build(struct arena *a, const char *dir)
{
	struct strbuf b = STRBUF_INIT;
	const char *r = NULL;

	if (!read_file(arena_printf(a, "%s/include/config/kernel.release", dir), &b)) {
		const char *text = sb_str(&b);
		size_t len = strcspn(text, " \t\r\n");

		if (len)
			r = arena_strndup(a, text, len);
	}
	sb_free(&b);
	return r;
}

/* Release that the cache's link NAME stands for; NAME itself when it is no link. */
static const char *release_of_alias(struct arena *a, const char *kernels, const char *name)
{
	char to[PATH_MAX];
	ssize_t n = readlink(arena_printf(a, "%s/%s", kernels, name), to, sizeof to - 1);
	char *base;

	if (n <= 0)
		return name;
	to[n] = '\0';
	base = strrchr(to, '/');
	return arena_strdup(a, base ? base + 1 : to);
}

/* The release and, when -r names a directory, the build tree. */
static bool target_name(struct session *s, const char *kernels)
{
	struct target *t = &s->target;
	const char *want = s->opt.release, *here = running_release(&s->arena);
	char real[PATH_MAX];

	if (!want) {
		t->release = here;
	} else if (strchr(want, '/')) {
		t->build_dir = realpath(want, real) ? arena_strdup(&s->arena, real) : want;
		t->release = release_of_build(&s->arena, t->build_dir);
		if (!t->release)
			return diag_error(&s->diags, (struct span){ 0 }, E(TARGET_UNKNOWN),
					  "%s is not a configured kernel build directory (it has no include/config/kernel.release): "
					  "run `make modules_prepare` there, or name a release with -r", want);
	} else {
		t->release = kernels ? release_of_alias(&s->arena, kernels, want) : want;
	}
	t->running = !strcmp(t->release, here);
	return true;
}

static bool target_known(const struct target *t)
{
	return t->running || t->build_dir || t->vmlinux || t->btf_file || t->image || t->module_dir;
}

static void target_find_debuginfo(struct places *p)
{
	struct target *t = &p->s->target;
	struct elf_peek e;

	t->vmlinux = place_find(p, vmlinux_places, has_dwarf);
	t->image = place_find(p, image_places, is_file);
	t->system_map = place_find(p, map_places, is_system_map);
	if (t->running && is_file(p, "/sys/kernel/btf/vmlinux"))
		t->btf_file = "/sys/kernel/btf/vmlinux";
	else
		t->btf_file = place_find(p, vmlinux_places, has_btf);
	if (!t->build_id && t->vmlinux && !elf_peek(t->vmlinux, &e) && e.build_id[0])
		t->build_id = arena_strdup(&p->s->arena, e.build_id);
}

static void config_line(struct session *s, char *line)
{
	char *eq = strchr(line, '=');
	size_t len;

	if (strncmp(line, "CONFIG_", 7) || !eq)
		return;
	*eq++ = '\0';
	len = strlen(eq);
	if (len >= 2 && *eq == '"' && eq[len - 1] == '"') {
		eq[len - 1] = '\0';
		eq++;
	}
	map_put(s->target.config, line, arena_strdup(&s->arena, eq));
}

static void target_read_config(struct places *p)
{
	struct session *s = p->s;
	const char *path = place_find(p, config_places, is_file);
	struct strbuf b = STRBUF_INIT;
	char *save = NULL;

	if (path && !read_file(path, &b) && b.len) {
		s->target.config = ARENA_NEW(&s->arena, struct map);
		map_init(s->target.config, &s->arena);
		for (char *l = strtok_r(b.s, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
			config_line(s, l);
	}
	sb_free(&b);
}

const char *target_config(const struct target *t, const char *name)
{
	return t->config ? map_get(t->config, name) : NULL;
}

bool target_resolve(struct session *s)
{
	struct target *t = &s->target;
	char *cache = cache_dir();
	const char *kernels = cache ? arena_printf(&s->arena, "%s/kernels", cache) : NULL;
	struct places p = { .s = s };
	bool ok = false;

	if (!target_name(s, kernels))
		goto out;
	t->arch = s->opt.arch_name ? s->opt.arch_name : running_arch(&s->arena);
	if (kernels)
		p.cache = arena_printf(&s->arena, "%s/%s", kernels, t->release);
	if (t->running)
		t->build_id = running_build_id(&s->arena);
	if (!t->build_dir)
		t->build_dir = place_find(&p, build_places, is_build_tree);
	target_find_debuginfo(&p);
	t->module_dir = place_find(&p, module_places, is_module_tree);
	t->debug_dir = place_find(&p, debug_places, is_directory);
	target_read_config(&p);
	ok = target_known(t);
	if (!ok)
		diag_error(&s->diags, (struct span){ 0 }, E(TARGET_UNKNOWN),
			   "nothing is known of a kernel \"%s\": install its headers package, or fetch it with `stap-prep %s`",
			   s->opt.release, s->opt.release);
out:
	free(cache);
	return ok;
}
