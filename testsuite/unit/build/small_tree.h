/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A world for tests of the module build: a kernel's build tree in small
 * (testsuite/fixtures/kbuild), a runtime of two files, a cache and a scratch
 * directory, all in a temporary directory. */
#ifndef TESTSUITE_UNIT_BUILD_SMALL_TREE_H
#define TESTSUITE_UNIT_BUILD_SMALL_TREE_H

#include "translator/build/build.h"

struct small_tree {
	struct arena arena;
	char *root;
	char *log;		/* what the last build said */
	size_t log_len;
	unsigned builds;
};

void small_tree_make(struct small_tree *t);
void small_tree_remove(struct small_tree *t);
/* "ROOT/…", in the arena. */
const char *small_path(struct small_tree *t, const char *rel);
void small_write(struct small_tree *t, const char *rel, const char *text);
/* Contents, or NULL. */
const char *small_read(struct small_tree *t, const char *rel);
bool small_exists(struct small_tree *t, const char *rel);
/* Lines of tools/objtool/calls, and so on. */
unsigned small_count_lines(struct small_tree *t, const char *rel);
/* Entries of a directory, those that begin with a dot left out. */
unsigned small_count_entries(struct small_tree *t, const char *rel);
/* The only entry of a directory that does not end in .lock: its path. */
const char *small_only_entry(struct small_tree *t, const char *rel);

/* A job for TEXT, to be changed before small_build. */
struct build_job small_job(struct small_tree *t, const char *text);
bool small_build(struct small_tree *t, struct build_job *job);
/* A script that calls the runtime. */
extern const char small_script[];

#endif
