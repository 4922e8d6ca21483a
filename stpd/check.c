/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The check of a module's code before it is loaded, by a child without privileges: what reads bytes
 * of strangers can harm nobody.
 *
 * The child is the user for good (root's is nobody), cannot gain rights, and has little time and
 * memory.  It sends the refusal, or nothing; how it ends says whether that counts. */
#include "stpd/stpd.h"

#include "translator/build/check/modcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHECK_PASSED, CHECK_REFUSED, CHECK_DAMAGED, CHECK_BROKEN };

#define NOBODY 65534
#define MOST_SECONDS 60
#define MOST_MEMORY (4ul << 30)

static bool drop_rights(void)
{
	const struct rlimit seconds = { MOST_SECONDS, MOST_SECONDS }, memory = { MOST_MEMORY, MOST_MEMORY };
	uid_t user = privilege_user();

	privilege_forget();
	if (!user && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
		      setresuid(NOBODY, NOBODY, NOBODY)))
		return false;
	setrlimit(RLIMIT_CPU, &seconds);
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &memory);
#else
	(void)memory;
#endif
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

_Noreturn static void check(int out, const void *bytes, size_t size)
{
	struct arena a = ARENA_INIT;
	const char *refusal = NULL;
	int err;

	if (!drop_rights())
		_exit(CHECK_BROKEN);
	err = modcheck_module(&a, bytes, size, &refusal);
	if (err == -ENOEXEC)
		_exit(CHECK_DAMAGED);
	/* of a machine whose code is not checked */
	if (err == -ENOTSUP || (!err && !refusal))
		_exit(CHECK_PASSED);
	if (err || write(out, refusal, strlen(refusal)) < 0)
		_exit(CHECK_BROKEN);
	_exit(CHECK_REFUSED);
}

/* What the child says, without characters that a terminal would obey. */
static void read_refusal(int fd, char *text, size_t size)
{
	size_t len = 0, i;
	ssize_t n;

	while (len + 1 < size && (n = read(fd, text + len, size - 1 - len)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	text[len] = 0;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			text[i] = '?';
}

static bool report(const char *path, int status, const char *refusal)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : CHECK_BROKEN;

	switch (code) {
	case CHECK_PASSED:
		return true;
	case CHECK_REFUSED:
		say_error("%s is refused: it has %s (root may load it with --unchecked)", path, refusal);
		break;
	case CHECK_DAMAGED:
		say_error("%s is refused: it is damaged, or no module", path);
		break;
	default:
		say_error("%s is refused: the check of its code did not come to its end (root may load it with --unchecked)",
			  path);
	}
	return false;
}

bool module_check(const char *path, const void *bytes, size_t size)
{
	char refusal[1024];
	int ends[2], status = -1;
	pid_t child = -1;

	if (!pipe2(ends, O_CLOEXEC)) {
		child = fork();
		if (!child)
			check(ends[1], bytes, size);
		close(ends[1]);
		if (child > 0)
			read_refusal(ends[0], refusal, sizeof refusal);
		close(ends[0]);
	}
	if (child < 0) {
		say_error("cannot check %s: %s", path, strerror(errno));
		return false;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return report(path, status, refusal);
}
