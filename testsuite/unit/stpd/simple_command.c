/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which commands are one program (stpd/command.c): ^ stands where its word begins. */
#include "stpd/command.h"
#include "testsuite/unit/unit.h"

#include <stdio.h>
#include <string.h>

static void check(const char *marked)
{
	char command[200];
	const char *mark = strchr(marked, '^');
	size_t before = mark ? (size_t)(mark - marked) : strlen(marked);

	snprintf(command, sizeof command, "%.*s%s", (int)before, marked, mark ? mark + 1 : "");
	CHECK_MSG(command_program(command) == (mark ? mark - marked : -1), "%s: %td", marked,
		  command_program(command));
}

TEST(simple_commands)
{
	static const char *const all[] = {
		"^sleep 2", " \t^sleep 2", "^sleep 2\n", "^sleep 2;", "^sleep 2 # a | b",
		/* what was never taken for one: quotes, =, *, backslashes */
		"^sh -c 'exit 7'", "^sh -c \"a; b | c & d\"", "^dd if=/dev/zero of=/dev/null", "^ls *.c ?[a]",
		"^sleep \\; 2", "^sleep a\\ b", "^sleep '' \"\"", "^sleep ~ {a,b} %1 !x",
		/* words that the shell makes */
		"^sleep $X ${X:-a b} $(ls | wc -l) `ls; ls`", "^sleep \"$(echo \")\")\"", "^sleep $((1 + (2)))",
		"^'/bin/sleep' 2", "^$PROGRAM 2", "^\"$PROGRAM\" 2", "^/no/such/thing", "^sleep a#b",
		/* redirections and assignments */
		"^sleep 2 >/dev/null 2>&1", "^sleep 2 <in >>out", "^sleep 2 >|out", "X=1 Y='a b' ^sleep 2",
		">out ^sleep 2", "2>/dev/null ^sleep 2", "X= <in ^sleep", "^sleep X=1",
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		check(all[i]);
}

TEST(commands_for_the_shell)
{
	static const char *const all[] = {
		"", "  ", "X=1", ">out", "# sleep", "sleep 1 | cat", "sleep 1 && ls", "sleep 1; ls", "sleep 1 &",
		"(sleep 1)", "{ sleep 1; }", "! sleep 1", "if true; then ls; fi", "sleep 1\nls", "cd /", "exit 5",
		"exec sleep 1", "no-such-program-1", "sleep 'a", "sleep \"a", "sleep $(a", "sleep `a", "sleep \\",
		"sleep ${a", "sleep <(ls)", "sleep >", "f() { ls; }", "cat <<E\na\nE", "sleep 1 # a\nls", "sleep 1 |& cat",
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		check(all[i]);
}

TEST(command_of_many_levels)
{
	char deep[1000] = "sleep ";

	for (int i = 0; i < 100; i++)
		strcat(deep, "$(a ");
	for (int i = 0; i < 100; i++)
		strcat(deep, ")");
	CHECK_EQ(command_program(deep), -1);
}
