/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The check of a script's part of a module: kinds of bad code, in script and in embedded C, and
 * what is the runtime's. */
#include "testsuite/unit/unit.h"
#include "translator/build/check/modcheck.h"
#include "translator/build/check/stackdepth.h"

#include "testsuite/unit/check/assemble.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
/* A module with one probe, `begin` at x.stp:1:7, whose handler h_0 is TEXT; the runtime before it. */
static const char head[] =
	".file \"runtime.c\"\n.text\n"
	".globl stp_known\n.type stp_known,@function\nstp_known: push %rax; call own; pop %rax; ret\n"
	".size stp_known,.-stp_known\n.type own,@function\nown: hlt; jmp *%rax\n.size own,.-own\n"
	".data\n.type secret,@object\nsecret: .quad 0\n.size secret,8\n"
	".globl stp_shared\n.type stp_shared,@object\nstp_shared: .quad 0\n.size stp_shared,8\n";
static const char table[] =
	".bss\n.type g,@object\ng: .zero 16\n.size g,16\n"
	".section .rodata.str1.1,\"aMS\",@progbits,1\ntexts: 1: .string \"begin\"\n2: .string \"x.stp:1:7\"\n"
	".section .data.rel.ro,\"aw\"\n.type locs,@object\nlocs: .quad 0,2b\n.size locs,16\n"
	".type probes,@object\nprobes: .quad h_0, 0, 0, 1b, 1b, 0\n.long 0, 0, 0, 1\n.quad 0, 0\n.size probes,80\n"
	".globl stp_module\n.type stp_module,@object\nstp_module: .quad 0, 0, probes, 0, locs\n"
	".size stp_module,40\n";

static const char *refusal_of(struct arena *a, const char *text)
{
	const char *end = strstr(text, ".size h_0") ? "" : ".text\n.size h_0,.-h_0\n";
	const char *all = arena_printf(a, "%s.file \"script.c\"\n.text\n.type h_0,@function\nh_0: %s\n%s%s",
				       head, text, end, table);
	struct strbuf bytes = assemble(all);
	const char *got = NULL;

	CHECK_EQ(modcheck_module(a, bytes.s, bytes.len, &got), 0);
	sb_free(&bytes);
	return got ? got : "";
}

struct kind {
	const char *text, *want;	/* of h_0, at its offset 0 unless it begins elsewhere */
	const char *guru;		/* of the same in embedded C; NULL: it passes there */
};

/* A handler that calls a function of embedded C, which is TEXT. */
static const char *in_embedded_c(struct arena *a, const char *text)
{
	return arena_printf(a, "call c; ret\n.size h_0,.-h_0\n.section .text.guru,\"ax\"\n"
			    ".type c,@function\nc: %s\n.section .text.guru,\"ax\"\n.size c,.-c", text);
}

static void check_kinds(const struct kind *rows, size_t n)
{
	struct arena a = ARENA_INIT;
	const char *got, *want, *text;
	size_t i;

	for (i = 0; i < n; i++) {
		got = refusal_of(&a, rows[i].text);
		want = *rows[i].want ? arena_printf(&a, "%s (probe begin at x.stp:1:7)", rows[i].want) : "";
		CHECK_MSG(!strcmp(got, want), "%s\n gives: %s\n not: %s", rows[i].text, got, want);
		text = in_embedded_c(&a, rows[i].text);
		got = refusal_of(&a, text);
		want = rows[i].guru ? arena_printf(&a, "%s (probe begin at x.stp:1:7)", rows[i].guru) : "";
		CHECK_MSG(!strcmp(got, want), "embedded: %s\n gives: %s\n not: %s", rows[i].text, got, want);
		arena_free(&a);
	}
}

#define COUNT(v) (sizeof (v) / sizeof *(v))

TEST(script_passes_what_compilers_make)
{
	static const struct kind rows[] = {
		{ "push %rbp; mov %rsp,%rbp; sub $32,%rsp; mov %rdi,-8(%rbp); call stp_known; leave; ret", "", NULL },
		{ "endbr64; push %rbx; test %rdi,%rdi; je 1f; pop %rbx; ret; 1: pop %rbx; jmp stp_known", "", NULL },
		{ "incq g(%rip); movq $1,g+8(%rip); movq $texts,(%rdi); lock addq $1,g; mov g(,%rax,8),%rcx; ret", "", NULL },
		{ "sub $24,%rsp; movl $1,g(%rip); mov %rax,8(%rsp); mov %al,(%rsp,%rcx); add $24,%rsp; jmp __x86_return_thunk", "", NULL },
		{ "mov 8(%rdi),%rax; mov %rcx,(%rax,%rdx,4); movups_: mov $5,%eax; mov %eax,(%rcx); ret", "", NULL },
		{ "call 1f; ret; nop; 1: ret", "", NULL },
	};

	check_kinds(rows, COUNT(rows));
}

TEST(script_calls_the_kernel_from_embedded_c_alone)
{
	static const char *const calls[] = { "call schedule; ret", "jmp schedule",
					     "mov $schedule,%rdi; call *%rdi; ret",
					     "mov schedule(%rip),%rax; ret" };
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < COUNT(calls); i++) {
		CHECK_STR(refusal_of(&a, calls[i]), "a use of schedule");
		CHECK_STR(refusal_of(&a, in_embedded_c(&a, calls[i])), "");
	}
	arena_free(&a);
}

TEST(script_refuses_ways_out)
{
	static const struct kind rows[] = {
		{ "push %rax; ret", "a return with a moved stack pointer by `ret` in h_0+0x1",
		  "a return with a moved stack pointer by `ret` in c+0x1" },
		{ "ret $8", "a return that takes more off the stack by `ret 0x08` in h_0+0",
		  "a return that takes more off the stack by `ret 0x08` in c+0" },
		{ "push %rax; jmp stp_away", "a jump out of the function with a moved stack pointer by `jmp +0x05` in h_0+0x1",
		  "a jump out of the function with a moved stack pointer by `jmp +0x05` in c+0x1" },
		{ "mov %rax,(%rsp); ret", "a write over the return address by `mov [rsp], rax` in h_0+0",
		  "a write over the return address by `mov [rsp], rax` in c+0" },
		{ "push %rbx; addb $5,9(%rsp); pop %rbx; ret", "a write over the return address by `add byte ptr [rsp+0x09], 0x05` in h_0+0x1",
		  "a write over the return address by `add byte ptr [rsp+0x09], 0x05` in c+0x1" },
		{ "pop %rax; push %rcx; ret", "a stack pointer above the function's frame by `pop rax` in h_0+0",
		  "a stack pointer above the function's frame by `pop rax` in c+0" },
		{ "jmp *%rax", "an indirect `jmp` in h_0+0", NULL },
		{ "jmp *g(,%rax,8)", "an indirect `jmp` in h_0+0", NULL },
		{ "call *8(%rdi); ret", "an indirect `call` in h_0+0", NULL },
		{ "notrack jmp *%rdx", "an indirect `jmp` in h_0+0", NULL },
		{ "ljmp *(%rdi)", "a far `jmp` in h_0+0", "a far `jmp` in c+0" },
		{ "lcall *(%rdi); ret", "a far `call` in h_0+0", "a far `call` in c+0" },
		{ "lret", "a far `ret` in h_0+0", "a far `ret` in c+0" },
		{ "call own; ret", "the instruction `hlt` in own+0", "the instruction `hlt` in own+0" },
	};

	check_kinds(rows, COUNT(rows));
}

TEST(script_refuses_stacks)
{
	static const struct kind rows[] = {
		{ "push %rbp; mov %rsp,%rbp; sub %rdi,%rsp; leave; ret",
		  "a stack pointer that is computed by `sub rsp, rdi` in h_0+0x4", NULL },
		{ "mov %rdi,%rsp; ret", "a stack pointer that is computed by `mov rsp, rdi` in h_0+0", NULL },
		{ "1: push %rax; dec %rdi; jne 1b; ret", "ways that meet with different stack pointers by `push rax` in h_0+0",
		  "ways that meet with different stack pointers by `push rax` in c+0" },
	};

	check_kinds(rows, COUNT(rows));
}

TEST(script_refuses_writes)
{
	static const struct kind rows[] = {
		{ "movl $1,8; ret", "a write to a fixed address by `mov` in h_0+0", NULL },
		{ "movabs %eax,0x1234567890abcdef; ret", "a write to a fixed address by `mov` in h_0+0", NULL },
		{ "mov $0xffffffff81000000,%rax; nop; mov %ecx,(%rax); ret", "a write to a fixed address by `mov` in h_0+0x8", NULL },
		{ "mov $8,%eax; lock incq 8(%rax); ret", "a write to a fixed address by `inc` in h_0+0x5", NULL },
		{ "movl $1,stp_other(%rip); ret", "a write to stp_other by `mov` in h_0+0", NULL },
		{ "movl $1,stp_shared(%rip); ret", "a write to stp_shared by `mov` in h_0+0", NULL },
		{ "movl $1,secret(%rip); ret", "a write to secret, which is the runtime's by `mov` in h_0+0", NULL },
		{ "movb $0x90,h_0(%rip); ret", "a write to a fixed address by `mov` in h_0+0", NULL },
		{ "movb $0x90,h_0; ret", "a write to the section .text by `mov` in h_0+0", NULL },
		{ "movb $0x90,texts(,%rax,1); ret", "a write to the section .rodata.str1.1 by `mov` in h_0+0", NULL },
		{ "xchg %rax,texts(%rip); ret", "a write to the section .rodata.str1.1 by `xchg` in h_0+0", NULL },
		{ "movl $1,g+16(%rip); ret", "a write to no variable of the script by `mov` in h_0+0", NULL },
	};

	check_kinds(rows, COUNT(rows));
}

TEST(script_refuses_what_changes_code)
{
	static const struct kind rows[] = {
		{ "9: nop; ret; .section __ex_table,\"a\"; .long 9b-., 9b-., 0; .text",
		  "an entry of the section __ex_table for code in h_0+0", NULL },
		{ "nop; 9: nop; ret; .section .altinstructions,\"a\"; .long 9b-., 9b-., 0; .text",
		  "an entry of the section .altinstructions for code in h_0+0x1", NULL },
		{ "9: nop; ret; .section __jump_table,\"aw\"; .long 9b-., 9b-.; .text",
		  "an entry of the section __jump_table for code in h_0+0", NULL },
	};

	check_kinds(rows, COUNT(rows));
}

TEST(script_refuses_instructions_where_there_is_no_embedded_c)
{
	static const struct kind rows[] = {
		{ "cli; ret", "the instruction `cli` in h_0+0", NULL },
		{ "mov %gs:16,%rax; ret", "per-CPU memory (%gs) in `mov` in h_0+0", NULL },
		{ "hlt; ret", "the instruction `hlt` in h_0+0", "the instruction `hlt` in c+0" },
		{ "wrmsr; ret", "the instruction `wrmsr` in h_0+0", "the instruction `wrmsr` in c+0" },
	};

	check_kinds(rows, COUNT(rows));
}

/* Whatever stands in no table of the script's, and what it does not call, is not the script's. */
TEST(script_follows_all_that_leads_to_code)
{
	struct arena a = ARENA_INIT;

	CHECK_STR(refusal_of(&a, "ret; .size h_0,.-h_0; .type f,@function; f: hlt"), "");
	CHECK_STR(refusal_of(&a, "lea f(%rip),%rdi; jmp stp_known; .size h_0,.-h_0; .type f,@function; f: hlt"),
		  "the instruction `hlt` in f+0 (probe begin at x.stp:1:7)");
	CHECK_STR(refusal_of(&a, "mov $f,%rdi; jmp stp_known; .size h_0,.-h_0; .type f,@function; f: hlt"),
		  "the instruction `hlt` in f+0 (probe begin at x.stp:1:7)");
	CHECK_STR(refusal_of(&a, "mov t(%rip),%rdi; jmp stp_known; .size h_0,.-h_0; .type f,@function; f: hlt;"
			     ".size f,.-f; .data; .type t,@object; t: .quad f; .size t,8; .text"),
		  "the instruction `hlt` in f+0");
	CHECK_STR(refusal_of(&a, "jne h_0.cold; ret; .size h_0,.-h_0; .section .text.unlikely,\"ax\";"
			     ".type h_0.cold,@function; h_0.cold: hlt"),
		  "the instruction `hlt` in h_0.cold+0 (probe begin at x.stp:1:7)");
	CHECK_STR(refusal_of(&a, "jmp 1f+1; 1: mov $0x1234,%eax; ret"),
		  "a pointer to .text+0xe, which is in no function");
	CHECK_STR(refusal_of(&a, "movl $1,jiffies(%rip); ret"), "a use of jiffies");
	CHECK_STR(refusal_of(&a, "mov t(%rip),%rdi; ret; .data; .type t,@object; t: .quad schedule; .size t,8; .text"),
		  "a use of schedule");
	arena_free(&a);
}

/* An embedded function's helpers are embedded C, unless the script calls them, too. */
TEST(script_knows_what_embedded_c_calls)
{
	struct arena a = ARENA_INIT;
	const char *text = "%s ret\n.size h_0,.-h_0\n.type f,@function\nf: cli; ret\n.size f,.-f\n"
			   ".section .text.guru,\"ax\"\n.type c,@function\nc: call f; ret\n.size c,.-c";

	CHECK_STR(refusal_of(&a, arena_printf(&a, text, "call c;")), "");
	CHECK_STR(refusal_of(&a, arena_printf(&a, text, "call c; call f;")),
		  "the instruction `cli` in f+0 (probe begin at x.stp:1:7)");
	arena_free(&a);
}

/* Damaged modules are refused, or pass: no more than that is asked here. */
TEST(checks_survive_damaged_modules)
{
	struct arena a = ARENA_INIT;
	struct strbuf whole = assemble(arena_printf(&a, "%s.file \"script.c\"\n.text\n.type h_0,@function\n"
		"h_0: push %%rbx; je 1f; call stp_known; incl g(%%rip); 1: pop %%rbx; jmp h_0.cold\n"
		".size h_0,.-h_0\n.section .text.unlikely,\"ax\"\n.type h_0.cold,@function\n"
		"h_0.cold: call h_0; ret\n%s", head, table));
	uint64_t seed = 88172645463325252u;
	unsigned round, k, refused = 0;
	struct stackdepth_path p;
	struct stackdepth *s;
	const char *got;
	char *copy;

	for (round = 0; round < 4000; round++) {
		size_t len = round % 9 ? whole.len : seed % whole.len;

		copy = malloc(whole.len);
		memcpy(copy, whole.s, whole.len);
		for (k = 0; k <= round % 4; k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			copy[seed % whole.len] = (char)(seed >> 40);
		}
		copy = realloc(copy, len ? len : 1);
		refused += !modcheck_module(&a, copy, len, &got) && got;
		if (!stackdepth_read(&a, copy, len, &s))
			stackdepth_of(s, "h_0", &p);
		free(copy);
		arena_free(&a);
	}
	CHECK(refused > 100);
	sb_free(&whole);
}
#endif

TEST(script_wants_a_module)
{
	struct arena a = ARENA_INIT;
	const char *got;

	CHECK_EQ(modcheck_module(&a, "text", 4, &got), -ENOEXEC);
#ifdef __x86_64__
	struct strbuf bytes = assemble(".text; x: nop; .globl x");

	CHECK_EQ(modcheck_module(&a, bytes.s, bytes.len, &got), 0);
	CHECK_STR(got, "no table of probes (the symbol stp_module)");
	sb_free(&bytes);
#endif
	arena_free(&a);
}
