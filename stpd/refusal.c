/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the kernel did not take a module: what its error means, and what it wrote into its log about this one. */
#include "stpd/stpd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

enum { LOG_READ_ALL = 3, LOG_BYTES = 1 << 17 };	/* of syslog(2); the end of the log is enough */

/* The text of the line P of LEN bytes, when it is about the module called NAME: "<4>[  12.3] NAME: text". */
static const char *about(const char *p, size_t len, const char *name, size_t *left)
{
	const char *end = p + len, *at = memmem(p, len, "] ", 2);
	size_t n = strlen(name);

	at = at ? at + 2 : p;
	if ((size_t)(end - at) < n + 2 || strncmp(at, name, n) || strncmp(at + n, ": ", 2))
		return NULL;
	*left = (size_t)(end - at) - n - 2;
	return at + n + 2;
}

/* The last thing that the kernel said about module NAME, into BUF; "" if there is none, or it may not be read. */
static void last_words(const char *name, char *buf, size_t size)
{
	char *log = malloc(LOG_BYTES), *p, *line;
	const char *text;
	size_t left;
	int n;

	buf[0] = 0;
	if (!log)
		return;
	privilege_raise();
	n = klogctl(LOG_READ_ALL, log, LOG_BYTES - 1);
	privilege_lower();
	log[n > 0 ? n : 0] = 0;
	for (p = log; (line = strsep(&p, "\n"));) {
		text = about(line, strlen(line), name, &left);
		if (text)
			snprintf(buf, size, "%.*s", (int)left, text);
	}
	free(log);
}

static bool read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n > 0;
}

void module_explain(const char *path, const char *name, int err)
{
	char lock[128], words[300];
	const char *reason = words;
	bool silent;

	last_words(name, words, sizeof words);
	silent = !*reason;
	if (silent)
		reason = "dmesg has the reason";
	switch (err) {
	case ENOEXEC:
		if (silent)
			say_error("the kernel refused %s: it is damaged, or no module of such a kernel (dmesg may have the reason)", path);
		else
			say_error("the kernel refused %s: it was built for another kernel (%s)", path, reason);
		break;
	case EKEYREJECTED: case ENOKEY:
		say_error("the kernel takes only signed modules: sign %s with a key it trusts, or turn off Secure Boot", path);
		break;
	case EPERM:
		if (read_text("/sys/kernel/security/lockdown", lock, sizeof lock) && !strstr(lock, "[none]"))
			say_error("the kernel is locked down and takes only signed modules; turn off Secure Boot, or use a guest: stap-guest -- stap SCRIPT");
		else if (read_text("/proc/sys/kernel/modules_disabled", lock, sizeof lock) && lock[0] == '1')
			say_error("loading modules was turned off on this machine until it boots again (kernel.modules_disabled=1)");
		else
			say_error("no permission to load %s: CAP_SYS_MODULE is missing", path);
		break;
	case EEXIST:
		say_error("a module of this name is loaded already: choose another with -m, or remove it with stpd -d");
		break;
	case ENOENT:
		say_error("the kernel refused %s: it uses a symbol that the running kernel does not have (%s)", path, reason);
		break;
	case EINVAL:
		say_error("the kernel refused %s: it does not fit the running kernel (%s)", path, reason);
		break;
	default:
		say_error("cannot load %s: %s", path, strerror(err));
	}
}

