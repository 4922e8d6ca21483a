/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parsed regular expression.
 *
 * A node with a bracket is one whose extent takes part in choosing among the ways to match: POSIX wants the first such
 * node, from the left and from the outside, to be the longest, then the next, and so on. Nodes that cannot move a
 * wanted group have none. */
#ifndef REGEX_TREE_H
#define REGEX_TREE_H

#include "lib/vec.h"
#include "translator/regex/regex.h"

enum { RE_UNBOUNDED = -1, RE_MOST_HEIGHT = 200 };

/* A set of bytes. */
struct re_set { uint64_t words[4]; };

static inline void re_set_add(struct re_set *s, unsigned char c) { s->words[c >> 6] |= 1ull << (c & 63); }
static inline bool re_set_has(const struct re_set *s, unsigned char c) { return s->words[c >> 6] >> (c & 63) & 1; }

enum re_kind { RE_EMPTY, RE_SET, RE_CAT, RE_ALT, RE_REPEAT, RE_GROUP, RE_BOL, RE_EOL };

struct re_node;
VEC_OF(re_node_vec, struct re_node *);

struct re_node {
	enum re_kind kind;
	unsigned height;		/* of the tree below */
	struct re_set set;		/* SET */
	struct re_node_vec sub;		/* CAT, ALT: 2 or more; REPEAT, GROUP: 1 */
	int min, max;			/* REPEAT; max may be RE_UNBOUNDED */
	unsigned group;			/* GROUP: from 1 */
	bool captures;			/* a wanted group is in it */
	unsigned bracket;		/* number, from 1, in order from left and outside; 0: none */
	int level;			/* of what is outside of the bracket */
};

struct re_parser {
	struct arena *arena;
	const char *text;
	size_t len, pos;
	unsigned ngroups, depth;
	struct regex_error *err;
};

/* parse.c: NULL, with *ERR, when it is malformed. *NGROUPS: its groups. */
struct re_node *re_parse(struct arena *a, const char *text, size_t len, unsigned *ngroups, struct regex_error *err);
struct re_node *re_node_new(struct re_parser *p, enum re_kind kind);
/* Sets the error, unless there is one; always false. */
bool re_fail(struct re_parser *p, const char *tag, size_t beg, size_t end, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* bracket.c: [ is at hand. */
bool re_parse_bracket(struct re_parser *p, struct re_set *set);
/* Adds what [:NAME:] stands for; false: there is no such class. */
bool re_class_add(struct re_set *set, const char *name, size_t len);
void re_set_invert(struct re_set *set);

#endif
