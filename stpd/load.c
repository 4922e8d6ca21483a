/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading and unloading the module. */
#include "stpd/instance.h"
#include "stpd/stpd.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { NAME_ROOM = 64 - sizeof(long) };	/* of a module's name with its NUL: MODULE_NAME_LEN of the kernel */

/* Section NAME of the 64-bit ELF file P; NULL when it has none or is damaged. */
static const char *elf_section(const char *p, size_t len, const char *name, size_t *size)
{
	const Elf64_Ehdr *h = (const void *)p;
	const Elf64_Shdr *s, *strings;

	if (len < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG) || h->e_ident[EI_CLASS] != ELFCLASS64 ||
	    h->e_shoff % 8 || h->e_shoff > len || (len - h->e_shoff) / sizeof *s < h->e_shnum || h->e_shstrndx >= h->e_shnum)
		return NULL;
	s = (const void *)(p + h->e_shoff);
	strings = &s[h->e_shstrndx];
	for (unsigned i = 0; i < h->e_shnum; i++) {
		size_t at = strings->sh_offset + s[i].sh_name, n = strlen(name) + 1;

		if (at > len || len - at < n || memcmp(p + at, name, n) || s[i].sh_offset > len || len - s[i].sh_offset < s[i].sh_size)
			continue;
		*size = s[i].sh_size;
		return p + s[i].sh_offset;
	}
	return NULL;
}

/* The value of KEY= in a module's .modinfo, whose entries are NUL-terminated. */
static const char *modinfo(const char *p, size_t len, const char *key)
{
	size_t size = 0, k = strlen(key);
	const char *info = elf_section(p, len, ".modinfo", &size), *end = info + size;

	while (info && info < end && memchr(info, 0, (size_t)(end - info))) {
		if (!strncmp(info, key, k))
			return info + k;
		info += strlen(info) + 1;
	}
	return NULL;
}

void module_base_name(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/');
	size_t n;

	base = base ? base + 1 : path;
	n = strlen(base);
	if (n > 3 && !strcmp(base + n - 3, ".ko"))
		n -= 3;
	snprintf(name, size, "%.*s", (int)n, base);
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
}

/* What the open module FD says: its name (or what its file is called), and the version of stp/wire.h, -1 where it says none. 0 or -errno. */
static int read_info(int fd, const char *path, char *name, size_t size, int *version)
{
	struct stat st;
	const char *v;
	char *p;

	module_base_name(path, name, size);
	*version = -1;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !st.st_size)
		return -ENOEXEC;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	v = modinfo(p, (size_t)st.st_size, "name=");
	if (v)
		snprintf(name, size, "%s", v);
	v = modinfo(p, (size_t)st.st_size, "stp_wire=");
	if (v)
		*version = atoi(v);
	munmap(p, (size_t)st.st_size);
	return 0;
}

/* A file that says nothing is no module of stap's, and the kernel's or ctl_open's to refuse. */
static bool same_version(const char *path, int version)
{
	if (version < 0 || version == STP_WIRE_VERSION)
		return true;
	say_error("%s speaks version %d to its daemon, and this stpd version %d: both have to be of one installation; build the module again",
		  path, version, STP_WIRE_VERSION);
	return false;
}

/* PATH itself, or where the module of this name is, in BUF. */
static const char *find_file(const char *path, char buf[static PATH_MAX])
{
	size_t n = strlen(path);
	struct utsname u;

	if (strchr(path, '/') || (n > 3 && !strcmp(path + n - 3, ".ko")) || !access(path, F_OK) || uname(&u) ||
	    (size_t)snprintf(buf, PATH_MAX, "/lib/modules/%s/systemtap/%s.ko", u.release, path) >= PATH_MAX)
		return path;
	return buf;
}

int module_open(const char *given, char *name, size_t size)
{
	char found[PATH_MAX];
	const char *path = find_file(given, found);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err, version;

	if (fd < 0) {
		err = errno;
		say_error("cannot open %s: %s", path, strerror(err));
		return -err;
	}
	err = read_info(fd, path, name, size, &version);
	if (err)
		say_error("cannot read %s: %s", path, err == -ENOEXEC ? "it is no module" : strerror(-err));
	else if (!trust_name(name) || !trust_load(fd, path) || !same_version(path, version))
		err = -EPERM;
	if (!err)
		return fd;
	close(fd);
	return err;
}

const char *module_obstacle(void)
{
	if (access("/proc/modules", F_OK))
		return "this kernel cannot load modules (it has no CONFIG_MODULES); try the script in a guest: stap-guest -- stap SCRIPT";
	if (privilege_level() == STPD_NOBODY)
		return "loading a module needs root, or membership of the group stapusr: run it with sudo, or try the script in a guest: stap-guest -- stap SCRIPT";
	if (privilege_level() != STPD_ROOT && !privilege_is_borrowed())
		return "stpd is not installed for members of stapusr (setuid root, see stpd(8)): run it with sudo";
	return NULL;
}

int module_state(const char *name)
{
	char path[512], text[32] = "";
	ssize_t n;
	int fd;

	ctl_path(path, sizeof path, name, "state");
	fd = debugfs_open(path, O_RDONLY);
	if (fd < 0)
		return -ENOENT;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	return n > 0 ? atoi(text) : -ENOENT;
}

/* The bytes that are checked and then loaded: read once, whatever becomes of the file. */
struct image {
	char *bytes;
	size_t size;
};

/* 0 or an errno. */
static int read_image(int fd, struct image *m)
{
	struct stat st;
	size_t done;
	ssize_t n;

	if (fstat(fd, &st))
		return errno;
	*m = (struct image){ malloc((size_t)st.st_size), (size_t)st.st_size };
	if (!m->bytes)
		return ENOMEM;
	for (done = 0; done < m->size; done += (size_t)n) {
		n = pread(fd, m->bytes + done, m->size - done, (off_t)done);
		if (n <= 0)
			return n ? errno : ENOEXEC;
	}
	return 0;
}

static int insert_image(const struct image *m)
{
	int err = 0;

	privilege_raise();
	if (syscall(SYS_init_module, m->bytes, (unsigned long)m->size, ""))
		err = errno;
	privilege_lower();
	return err;
}

/* 0 or an errno; ESTALE: the name belongs to another one than INSTANCE by now. */
static int delete_module(const char *name, const struct instance *instance)
{
	int err = 0;

	if (!instance_is(instance, name))
		return instance_of(name).number ? ESTALE : ENOENT;
	privilege_raise();
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		err = errno;
	privilege_lower();
	return err;
}

/* A module that a killed daemon left behind disarms itself within a second, and serves nobody any more.  One that
 * stays as it was loaded had a daemon that was killed before it could say a word; the kernel keeps it if there is one. */
static bool remove_stale(const char *name)
{
	const struct timespec pause = { 0, 100 * 1000 * 1000 };
	const struct instance found = instance_of(name);
	int tries, state, fresh = 0;

	if (debugfs_need() || module_state(name) < 0 || !trust_running(name))
		return false;
	for (tries = 0; tries < 12; tries++) {
		state = module_state(name);
		fresh += state == STP_STATE_NEW;
		if (state < 0)
			return false;
		if ((state == STP_STATE_STOPPED || fresh > 3) && !delete_module(name, &found))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* The bytes of a module become those of one called NAME. 0 or an errno. */
static int rename_image(char *p, size_t len, const char *name)
{
	const char *own = modinfo(p, len, "name="), *found;
	size_t size = 0, n;
	char *this_module = (char *)(uintptr_t)elf_section(p, len, ".gnu.linkonce.this_module", &size);

	if (!own || !this_module)
		return ENOEXEC;
	n = strlen(own) + 1;
	found = memmem(this_module, size, own, n);
	if (!found || strlen(name) >= NAME_ROOM || (size_t)(this_module + size - found) < NAME_ROOM)
		return ENOEXEC;
	memset(this_module + (found - this_module), 0, NAME_ROOM);
	memcpy(this_module + (found - this_module), name, strlen(name));
	return 0;
}

void module_new_name(const char *own, pid_t pid, char *name, size_t size)
{
	snprintf(name, size, "%.40s_%d", own, (int)pid);
}

/* A session goes on, or begins. */
static bool is_served(const char *name)
{
	int state = debugfs_need() ? -ENODEV : module_state(name);

	return state >= 0 && state != STP_STATE_STOPPED;
}

/* As a module of another name than NAME, which becomes that. 0 or an errno. */
static int insert_as_another(struct image *m, char *name)
{
	char own[256];
	int err;

	snprintf(own, sizeof own, "%s", name);
	module_new_name(own, getpid(), name, sizeof own);
	err = rename_image(m->bytes, m->size, name);
	return err ? err : insert_image(m);
}

/* Load what FD is open on, as the module NAME, or by its own name (AS NULL). 0 or -errno after a message. */
static int load(int fd, const struct options *o, char *name, const char *as)
{
	struct image m = { 0 };
	int err = read_image(fd, &m);

	if (!err && as)
		err = rename_image(m.bytes, m.size, as);
	if (!err && !o->unchecked && !module_check(o->module, m.bytes, m.size)) {
		free(m.bytes);
		return -EPERM;
	}
	if (!err)
		err = insert_image(&m);
	if (err == EEXIST && !as && !(o->rename_used && is_served(name)) && remove_stale(name))
		err = insert_image(&m);
	if (err == EEXIST && !as && o->rename_used)
		err = insert_as_another(&m, name);
	if (err)
		module_explain(o->module, name, err);
	free(m.bytes);
	return -err;
}

int module_load(int fd, const struct options *o, char *name)
{
	return load(fd, o, name, NULL);
}

int module_load_as(int fd, const struct options *o, const char *name)
{
	char own[256];

	snprintf(own, sizeof own, "%s", name);
	return load(fd, o, own, own);
}

/* Names of stap's modules into LIST; their number. */
static size_t list_modules(char list[][256], size_t most)
{
	struct dirent *e;
	char path[512];
	size_t n = 0;
	DIR *d;

	ctl_path(path, sizeof path, "", "");
	privilege_raise();
	d = opendir(path);
	while (d && n < most && (e = readdir(d)))
		if (*e->d_name != '.')
			snprintf(list[n++], sizeof list[0], "%s", e->d_name);
	if (d)
		closedir(d);
	privilege_lower();
	return n;
}

int module_unload_unused(void)
{
	static char list[1000][256];
	struct instance found;
	int err = debugfs_need();
	size_t n;

	if (err) {
		debugfs_explain(err);
		return err;
	}
	n = list_modules(list, 1000);
	for (size_t i = 0; i < n; i++) {
		found = instance_of(list[i]);
		if (trust_silently(list[i]))
			delete_module(list[i], &found);
	}
	return 0;
}

int module_unload(const char *name, const struct instance *instance)
{
	const struct timespec pause = { 0, 20 * 1000 * 1000 };
	int err = 0;

	for (int tries = 0; tries < 250; tries++) {
		err = delete_module(name, instance);
		if (!err)
			return 0;
		if (err != EAGAIN && err != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	if (err == ESTALE)
		say_error("cannot unload %s: it was removed already, and another module of that name,"
			  " which stays, was loaded", name);
	else
		say_error("cannot unload %s: %s", name, err == ENOENT ? "it is not loaded" : strerror(err));
	return -err;
}
