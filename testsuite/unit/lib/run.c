/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running programs, files, paths. */
#include "lib/run.h"
#include "lib/arena.h"
#include "testsuite/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void sh(struct run *r, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	r->argv = argv;
	CHECK_EQ(run_wait(r), 0);
	r->argv = NULL;
}

static unsigned count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

TEST(run_captures_both_streams)
{
	unsigned before = count_fds();
	struct run r = { 0 };

	sh(&r, "echo out; echo err >&2; exit 3");
	CHECK_STR(sb_str(&r.out), "out\n");
	CHECK_STR(sb_str(&r.err), "err\n");
	CHECK(!run_ok(&r) && WIFEXITED(r.status) && WEXITSTATUS(r.status) == 3);
	run_free(&r);
	CHECK_EQ(count_fds(), before);
}

TEST(run_merges_streams_in_order)
{
	struct run r = { .merge_stderr = true };

	sh(&r, "echo 1; echo 2 >&2; echo 3");
	CHECK_STR(sb_str(&r.out), "1\n2\n3\n");
	CHECK_STR(sb_str(&r.err), "");
	run_free(&r);
}

TEST(run_takes_much_output_from_both)
{
	struct run r = { 0 };

	sh(&r, "i=0; while [ $i -lt 3000 ]; do printf '%0100d' 0; printf '%0100d' 0 >&2; i=$((i+1)); done");
	CHECK(run_ok(&r));
	CHECK_EQ(r.out.len, 300000);
	CHECK_EQ(r.err.len, 300000);
	run_free(&r);
}

TEST(run_feeds_input)
{
	struct run r = { .input = "one\ntwo\n" };
	struct strbuf big = STRBUF_INIT;

	sh(&r, "tac");
	CHECK_STR(sb_str(&r.out), "two\none\n");
	run_free(&r);
	while (big.len < 300000)
		sb_puts(&big, "0123456789");
	r = (struct run){ .input = sb_str(&big) };
	sh(&r, "true");
	CHECK(run_ok(&r));
	run_free(&r);
	sh(&r, "cat");
	CHECK_STR(sb_str(&r.out), sb_str(&big));
	run_free(&r);
	sb_free(&big);
	r = (struct run){ 0 };
	sh(&r, "cat");
	CHECK_EQ(r.out.len, 0);
	run_free(&r);
}

TEST(run_sets_environment_and_directory)
{
	static const char *const env[] = { "STAP_TEST_A=1", "STAP_TEST_B", "HOME=/x", NULL };
	struct run r = { .env = env, .cwd = "/usr/bin" };

	setenv("STAP_TEST_A", "0", 1);
	setenv("STAP_TEST_B", "0", 1);
	setenv("STAP_TEST_C", "2", 1);
	sh(&r, "echo $STAP_TEST_A ${STAP_TEST_B-unset} $STAP_TEST_C $HOME; pwd -P");
	CHECK_STR(sb_str(&r.out), "1 unset 2 /x\n/usr/bin\n");
	run_free(&r);
	unsetenv("STAP_TEST_A");
	unsetenv("STAP_TEST_B");
	unsetenv("STAP_TEST_C");
}

TEST(run_says_why_it_cannot_start)
{
	static const char *const none[] = { "no-such-program-here", NULL }, *const dir[] = { "/etc", NULL };
	static const char *const good[] = { "true", NULL };
	unsigned before = count_fds();
	struct run r = { .argv = none };

	CHECK_EQ(run_wait(&r), -ENOENT);
	run_free(&r);
	r.argv = dir;
	CHECK_EQ(run_wait(&r), -EACCES);
	run_free(&r);
	r.argv = good;
	r.cwd = "/nowhere";
	CHECK_EQ(run_wait(&r), -ENOENT);
	run_free(&r);
	CHECK_EQ(count_fds(), before);
}

TEST(run_describes_the_end)
{
	struct run r = { 0 };
	char buf[80];

	sh(&r, "exit 2");
	CHECK_STR(run_describe(&r, buf, sizeof buf), "exited with status 2");
	run_free(&r);
	sh(&r, "kill -9 $$");
	CHECK_STR(run_describe(&r, buf, sizeof buf), "killed by signal 9 (Killed)");
	CHECK(!run_ok(&r));
	run_free(&r);
}

TEST(run_does_not_wait_for_a_daemon)
{
	struct run r = { 0 };
	pid_t left;

	sh(&r, "sleep 100 & echo $!");
	CHECK(r.wall_us < 50000000);
	left = (pid_t)atoi(sb_str(&r.out));
	CHECK(left > 0);
	kill(left, SIGKILL);
	run_free(&r);
}

TEST(run_measures)
{
	struct run r = { 0 };

	sh(&r, "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done");
	CHECK(r.user_us + r.sys_us > 0);
	CHECK(r.wall_us > 0);
	CHECK(r.peak_kb > 100);
	run_free(&r);
}

TEST(run_passes_no_descriptors_on)
{
	int fd = open("/dev/null", O_RDONLY);	/* on purpose without O_CLOEXEC */
	struct run r = { 0 };
	char path[64];

	snprintf(path, sizeof path, "[ ! -e /proc/self/fd/%d ]", fd);
	sh(&r, path);
	close(fd);
	CHECK(run_ok(&r));
	run_free(&r);
}

TEST(run_works_with_children_ignored)
{
	struct run r = { 0 };

	signal(SIGCHLD, SIG_IGN);
	sh(&r, "exit 7");
	CHECK(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
	CHECK(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 7);
	run_free(&r);
}

static volatile sig_atomic_t seen;

static void on_signal(int sig)
{
	seen = sig;
}

/* Whoever asks us to end while a group runs ends the group first, and then gets through to us. */
TEST(run_kills_the_group_and_passes_the_signal_on)
{
	struct run r = { .group = true };
	struct sigaction act = { .sa_handler = on_signal }, old;
	char script[200];

	seen = 0;
	sigaction(SIGTERM, &act, &old);
	snprintf(script, sizeof script, "sleep 100 & echo $!; kill -TERM %d; wait", (int)getpid());
	sh(&r, script);
	sigaction(SIGTERM, &old, NULL);
	CHECK_EQ(seen, SIGTERM);
	CHECK(WIFSIGNALED(r.status) && WTERMSIG(r.status) == SIGTERM);
	CHECK(r.wall_us < 50000000);
	/* the grandchild went with it; init may not have reaped it yet */
	snprintf(script, sizeof script, "s=$(cut -d' ' -f3 /proc/%d/stat) || exit 0; [ \"$s\" = Z ] || [ \"$s\" = X ]",
		 atoi(sb_str(&r.out)));
	run_free(&r);
	r = (struct run){ 0 };
	sh(&r, script);
	CHECK(run_ok(&r));
	run_free(&r);
}

TEST(run_kills_a_group_that_will_not_end)
{
	struct run r = { .group = true };
	struct sigaction act = { .sa_handler = on_signal }, old;
	char script[200];

	sigaction(SIGINT, &act, &old);
	snprintf(script, sizeof script, "trap '' TERM; kill -INT %d; while :; do sleep 1; done", (int)getpid());
	sh(&r, script);
	sigaction(SIGINT, &old, NULL);
	CHECK(WIFSIGNALED(r.status) && WTERMSIG(r.status) == SIGKILL);
	run_free(&r);
}

TEST(run_dies_with_its_parent)
{
	int p[2];
	pid_t parent;
	char c;

	CHECK_EQ(pipe(p), 0);
	parent = fork();
	if (!parent) {
		char script[80];
		struct run r = { .inherit_output = true };
		const char *const argv[] = { "sh", "-c", script, NULL };

		/* the child holds the pipe's end as its standard output */
		dup2(p[1], STDOUT_FILENO);
		close(p[0]);
		close(p[1]);
		snprintf(script, sizeof script, "kill -9 %d; while :; do sleep 1; done", (int)getpid());
		r.argv = argv;
		run_wait(&r);
		_exit(0);
	}
	close(p[1]);
	while (waitpid(parent, NULL, 0) < 0)
		;
	CHECK_EQ(read(p[0], &c, 1), 0);
	close(p[0]);
}

TEST(file_is_written_whole_or_not_at_all)
{
	char *dir = make_temp_dir(), path[256];
	struct strbuf text = STRBUF_INIT;
	struct stat st;

	CHECK(dir != NULL);
	snprintf(path, sizeof path, "%s/f", dir);
	CHECK_EQ(write_file_atomic(path, "one", 3, 0640), 0);
	CHECK_EQ(write_file_atomic(path, "two", 3, 0640), 0);
	CHECK_EQ(read_file(path, &text), 0);
	CHECK_STR(sb_str(&text), "two");
	CHECK_EQ(stat(path, &st), 0);
	CHECK_EQ(st.st_mode & 0737 & ~0640u, 0);
	snprintf(path, sizeof path, "%s/no/f", dir);
	CHECK_EQ(write_file_atomic(path, "x", 1, 0600), -ENOENT);
	/* rename fails: nothing stays behind */
	snprintf(path, sizeof path, "%s/d", dir);
	CHECK_EQ(make_dirs(path, 0700), 0);
	CHECK_EQ(write_file_atomic(path, "x", 1, 0600), -EISDIR);
	snprintf(path, sizeof path, "rm %s/f && rmdir %s/d %s", dir, dir, dir);
	CHECK_EQ(system(path), 0);
	sb_free(&text);
	CHECK_EQ(read_file("/nowhere", &text), -ENOENT);
	CHECK_EQ(read_file("/", &text), -EISDIR);
	sb_free(&text);
	free(dir);
}

TEST(dirs_are_made_and_removed)
{
	char *dir = make_temp_dir(), path[256], deep[300];
	struct stat st;

	snprintf(path, sizeof path, "%s/a//b/c/", dir);
	CHECK_EQ(make_dirs(path, 0755), 0);
	CHECK_EQ(make_dirs(path, 0755), 0);
	CHECK(!stat(path, &st) && S_ISDIR(st.st_mode));
	snprintf(deep, sizeof deep, "%sfile", path);
	CHECK_EQ(write_file_atomic(deep, "", 0, 0600), 0);
	CHECK_EQ(make_dirs(deep, 0755), -ENOTDIR);
	snprintf(deep, sizeof deep, "%slink", path);
	CHECK_EQ(symlink("/usr/bin", deep), 0);
	CHECK_EQ(remove_tree(dir), 0);
	CHECK(stat(dir, &st) < 0 && !access("/usr/bin/env", X_OK));
	CHECK_EQ(remove_tree(dir), 0);
	CHECK_EQ(make_dirs("/", 0755), 0);
	free(dir);
}

TEST(programs_are_found_in_path)
{
	char *old = xstrdup(getenv("PATH")), *sh_path = find_program("sh");

	CHECK(sh_path && sh_path[0] == '/');
	free(sh_path);
	CHECK(!find_program("no-such-program-here") && !find_program("") && !find_program("/etc"));
	setenv("PATH", "/nowhere::/bin:", 1);
	sh_path = find_program("sh");
	CHECK_STR(sh_path, "/bin/sh");
	free(sh_path);
	setenv("PATH", old, 1);
	free(old);
}

static void check_cache(const char *given, const char *xdg, const char *home, const char *want)
{
	char *path;

	setenv("STAP_CACHE_DIR", given, 1);
	setenv("XDG_CACHE_HOME", xdg, 1);
	setenv("HOME", home, 1);
	path = cache_dir();
	if (want)
		CHECK_STR(path, want);
	CHECK(path[0] == '/');
	free(path);
}

TEST(cache_is_where_the_environment_says)
{
	static const char *const names[] = { "STAP_CACHE_DIR", "XDG_CACHE_HOME", "HOME" };
	char *old[3];
	int i;

	for (i = 0; i < 3; i++)
		old[i] = getenv(names[i]) ? xstrdup(getenv(names[i])) : NULL;
	check_cache("/c", "/x", "/h", "/c");
	check_cache("", "/x", "/h", "/x/stap");
	check_cache("", "", "/h", "/h/.cache/stap");
	check_cache("", "", "/", "/.cache/stap");
	check_cache("", "", "", NULL);
	for (i = 0; i < 3; i++) {
		if (old[i])
			setenv(names[i], old[i], 1);
		else
			unsetenv(names[i]);
		free(old[i]);
	}
}

TEST(data_is_where_it_was_installed)
{
	char *path, exe[4096], want[4200];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	CHECK(n > 0);
	exe[n] = 0;
	*strrchr(exe, '/') = 0;
	setenv("STAP_FIXTURE", "/usr/bin/..", 1);
	path = data_dir("fixture");
	CHECK_STR(path, "/usr");
	free(path);
	setenv("STAP_FIXTURE", "/nowhere/..", 1);
	path = data_dir("fixture");
	CHECK_STR(path, "/nowhere/..");
	free(path);
	unsetenv("STAP_FIXTURE");
	path = data_dir("no-such-data");
	CHECK(strstr(path, "/stap/no-such-data"));
	free(path);
	path = own_program(strrchr(program_invocation_name, '/') + 1);
	snprintf(want, sizeof want, "%s%s", exe, strrchr(program_invocation_name, '/'));
	CHECK_STR(path, want);
	free(path);
	path = own_program("sh");
	CHECK(path && strstr(path, "/sh"));
	free(path);
	CHECK(!own_program("no-such-program-here"));
}
