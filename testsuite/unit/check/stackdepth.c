/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The depth of stacks, from assembler text and from what gcc says of C. */
#include "testsuite/unit/unit.h"
#include "translator/build/check/stackdepth.h"

#include "testsuite/unit/check/assemble.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The beginning of a function. */
#define F(name) ".type " name ", @function\n" name ":\n"
/* Its end. */
#define END(name) ".size " name ", .-" name "\n"
/* A leaf with a frame of 8 + BYTES. */
#define LEAF(name, bytes) F(name) "sub $" bytes ",%rsp; add $" bytes ",%rsp; ret\n" END(name)

struct opened {
	struct arena arena;
	struct strbuf bytes;
	struct stackdepth *s;
};

static void open_text(struct opened *o, const char *text)
{
	*o = (struct opened){ .arena = ARENA_INIT, .bytes = assemble(text) };
	CHECK_EQ(stackdepth_read(&o->arena, o->bytes.s, o->bytes.len, &o->s), 0);
}

static void close_text(struct opened *o)
{
	sb_free(&o->bytes);
	arena_free(&o->arena);
}

/* The deepest way of function f in TEXT is WANT, "…: N bytes", or why it has no bound. */
static void check(const char *text, const char *want)
{
	struct stackdepth_path p;
	struct opened o;
	const char *got;

	open_text(&o, text);
	CHECK(stackdepth_of(o.s, "f", &p));
	got = p.unbounded ? p.unbounded : p.text;
	CHECK_MSG(!strcmp(got, want), "%s\n gives: %s\n not: %s", text, got, want);
	close_text(&o);
}

/* Calls of f in TEXT that leave the module: "name depth from, …". */
static void check_calls(const char *text, const char *want)
{
	struct opened o;
	struct strbuf got = STRBUF_INIT;
	const struct stackdepth_call *calls;
	size_t n, i;

	open_text(&o, text);
	calls = stackdepth_calls(o.s, "f", &n);
	for (i = 0; i < n; i++)
		sb_printf(&got, "%s%s%s %u %s", i ? ", " : "", calls[i].indirect ? "*" : "",
			  calls[i].name ? calls[i].name : "?", calls[i].depth, calls[i].from);
	CHECK_MSG(!strcmp(sb_str(&got), want), "%s\n gives: %s\n not: %s", text, sb_str(&got), want);
	sb_free(&got);
	close_text(&o);
}

#ifdef __x86_64__
TEST(stackdepth_counts_frames)
{
	check(F("f") "ret" , "f: 8 bytes");
	check(F("f") "push %rbx; push %r12; pop %r12; pop %rbx; ret", "f: 24 bytes");
	check(F("f") "push %rbp; mov %rsp,%rbp; sub $200,%rsp; leave; ret", "f: 216 bytes");
	check(F("f") "sub $-128,%rsp; add $-128,%rsp; ret", "f: 8 bytes");
	check(F("f") "add $-128,%rsp; sub $-128,%rsp; ret", "f: 136 bytes");
	check(F("f") "lea -64(%rsp),%rsp; lea 64(%rsp),%rsp; ret", "f: 72 bytes");
	check(F("f") "pushfq; pop %rax; push $7; push (%rdi); pop %rcx; pop 8(%rdi); ret", "f: 24 bytes");
	check(F("f") "enter $40,$0; leave; ret", "f: 56 bytes");
	check(F("f") "push %rbp; mov %rsp,%rbp; push %rbx; push %r12; sub $64,%rsp; lea -16(%rbp),%rsp;"
	      "pop %r12; pop %rbx; pop %rbp; push %rax; push %rax; ret", "f: 96 bytes");
	check(F("f") "mov %rsp,%r13; sub $32,%rsp; mov %r13,%rsp; push %rax; pop %rax; ret",
	      "f: 40 bytes");
}

TEST(stackdepth_takes_the_deepest_way)
{
	/* a prologue that only one way needs */
	check(F("f") "test %rdi,%rdi; je 1f; push %rbx; sub $80,%rsp; add $80,%rsp; pop %rbx; 1: ret",
	      "f: 96 bytes");
	check(F("f") "cmp $1,%rdi; ja 2f; 1: sub $16,%rsp; add $16,%rsp; ret;"
	      "2: push %rax; push %rax; push %rax; pop %rax; pop %rax; pop %rax; jmp 1b", "f: 32 bytes");
	check(F("f") "push %rax; 1: push %rbx; pop %rbx; dec %rdi; jne 1b; pop %rax; ret", "f: 24 bytes");
	/* traps that the kernel may go on behind, or not */
	check(F("f") "sub $24,%rsp; ud2; add $24,%rsp; ret", "f: 32 bytes");
	check(F("f") "je 1f; push %rax; push %rax; ud2; 1: push %rax; pop %rax; ret", "f: 24 bytes");
}

TEST(stackdepth_aligns)
{
	check(F("f") "push %rbp; mov %rsp,%rbp; and $-64,%rsp; sub $64,%rsp; leave; ret", "f: 136 bytes");
	check(F("f") "lea 8(%rsp),%r10; and $-32,%rsp; push -8(%r10); push %rbp; mov %rsp,%rbp;"
	      "push %r10; sub $40,%rsp; call g; add $40,%rsp; pop %r10; pop %rbp;"
	      "lea -8(%r10),%rsp; ret\n" END("f") F("g") "ret", "f > g: 104 bytes");
	check(F("f") "lea 8(%rsp),%r10; and $-32,%rsp; push -8(%r10); push %rbp; mov %rsp,%rbp;"
	      "push %r10; sub $40,%rsp; call g; mov -8(%rbp),%r10; leave; lea -8(%r10),%rsp;"
	      "push %rax; ret\n" END("f") F("g") "ret", "f > g: 104 bytes");
	check(F("f") "and $-8,%rsp; ret", "f: 8 bytes");
}

TEST(stackdepth_adds_calls)
{
	check(F("f") "sub $24,%rsp; call g; add $24,%rsp; ret\n" END("f") LEAF("g", "40"),
	      "f > g: 80 bytes");
	check(F("f") "call g; sub $200,%rsp; add $200,%rsp; ret\n" END("f") LEAF("g", "40"),
	      "f: 208 bytes");
	check(F("f") "push %rax; call g; pop %rax; call h; ret\n" END("f") LEAF("g", "16") LEAF("h", "32"),
	      "f > h: 48 bytes");
	check(F("f") "call 1f+2; ret; 1: nop; nop; push %rax; pop %rax; ret", "f > .text+0x8: 24 bytes");
	check(F("f") "call far; ret\n" END("f") ".section .noinstr.text,\"ax\"\n" LEAF("far", "72"),
	      "f > far: 88 bytes");
}

TEST(stackdepth_follows_tail_calls)
{
	check(F("f") "sub $24,%rsp; add $24,%rsp; jmp g\n" END("f") LEAF("g", "40"), "f > g: 48 bytes");
	check(F("f") "test %rdi,%rdi; jne g; ret\n" END("f") LEAF("g", "40"), "f > g: 48 bytes");
	check(F("f") "push %rax; jmp g\n" END("f") LEAF("g", "40"), "f > g: 56 bytes");
	check(F("f") "nop\n" END("f") LEAF("g", "40"), "f > g: 48 bytes");
	check(F("f") "sub $40,%rsp; call kernel\n" END("f") LEAF("g", "400"), "f: 48 bytes");
}

TEST(stackdepth_joins_cold_parts)
{
	check(F("f") "push %rbx; jne 1f; 2: pop %rbx; ret\n" END("f")
	      ".section .text.unlikely,\"ax\"\n" F("f.cold") "nop; 1: sub $64,%rsp; call kernel;"
	      "add $64,%rsp; jmp 2b\n" END("f.cold"), "f: 80 bytes");
	check(F("f") "push %rbx; jne f.cold; 2: pop %rbx; ret\n" END("f")
	      ".section .text.unlikely,\"ax\"\n" F("f.cold") "push %rax; call g; pop %rax; jmp 2b\n"
	      END("f.cold") LEAF("g", "8"), "f > g: 40 bytes");
	/* another's cold part is never entered on its own */
	check(F("f") "ret\n" END("f") F("g.cold.3") "pop %rbx; pop %r12; ret", "f: 8 bytes");
}

TEST(stackdepth_counts_a_cycle_once)
{
	struct opened o;
	struct stackdepth_path p;

	open_text(&o, F("f") "push %rax; call f; call g; pop %rax; ret\n" END("f") LEAF("g", "8")
				    F("h") "sub $56,%rsp; call i; add $56,%rsp; ret\n" END("h")
				    F("i") "call k; ret\n" END("i") F("k") "push %rax; call h; pop %rax; ret\n"
				    END("k") F("j") "sub $96,%rsp; call h; call f; add $96,%rsp; ret");
	CHECK(stackdepth_of(o.s, "f", &p));
	CHECK_STR(p.text, "f (recursive) > g: 32 bytes");
	CHECK_EQ(p.cycle, 16);
	CHECK(stackdepth_of(o.s, "h", &p));
	CHECK_EQ(p.bytes, 8 + 64 + 8 + 8);
	CHECK_EQ(p.cycle, 64 + 8 + 16);
	CHECK(stackdepth_of(o.s, "j", &p));
	CHECK_EQ(p.bytes, 104 + 88);
	CHECK_EQ(p.cycle, 88);
	CHECK(stackdepth_of(o.s, "g", &p));
	CHECK_EQ(p.cycle, 0);
	CHECK_EQ(stackdepth_frame(o.s, "h"), 64);
	CHECK_EQ(stackdepth_frame(o.s, "nothing"), 0);
	CHECK(!stackdepth_of(o.s, "nothing", &p));
	close_text(&o);
}

TEST(stackdepth_says_where_there_is_no_bound)
{
	check(F("f") "push %rbp; mov %rsp,%rbp; sub %rdi,%rsp; leave; ret",
	      "a stack pointer that is computed by `sub rsp, rdi` in f+0x4");
	check(F("f") "call g; ret\n" END("f") F("g") "nop; mov (%rdi),%rsp; ret",
	      "a stack pointer that is computed by `mov rsp, [rdi]` in g+0x1");
	check(F("f") "xchg %rsp,%rax; ret", "a stack pointer that is computed by `xchg rsp, rax` in f+0");
	check(F("f") "push %rbp; mov %rsp,%rbp; xor %ebp,%ebp; leave; ret",
	      "a frame pointer that is lost by `leave` in f+0x6");
	check(F("f") "push %rbp; mov %rsp,%rbp; mov %rdi,-8(%rbp); mov -8(%rbp),%rsp; ret",
	      "a stack pointer that is computed by `mov rsp, [rbp-0x08]` in f+0x8");
	check(F("f") "1: push %rax; dec %rdi; jne 1b; ret",
	      "a loop that moves the stack pointer by `push rax` in f+0");
	check(F("f") "push %rax; jmp *%rdi", "a jump that cannot be followed by `jmp rdi` in f+0x1");
	check(F("f") "jmp .+3; mov $0x1234,%eax; ret",
	      "a way into the middle of an instruction by `jmp +0x03` in f+0");
	check(F("f") "ret; 1: .byte 0x0f,0x04; ret\n" END("f"), "f: 8 bytes");
	check(F("f") "je 1f; ret; 1: .byte 0x0f,0x04; ret\n" END("f"),
	      "bytes that are no instruction in f+0x3");
	/* a function that another one does not call does not count */
	check(F("f") "ret\n" END("f") F("g") "sub %rdi,%rsp; ret", "f: 8 bytes");
}

TEST(stackdepth_lists_what_leaves_the_module)
{
	check_calls(F("f") "push %rax; call kernel; call *%rax; call g; pop %rax; jmp kernel2\n" END("f")
		    F("g") "sub $32,%rsp; call kernel; call __fentry__; call __x86_indirect_thunk_rax;"
		    "call *ops+8(%rip); call __SCT__tp; add $32,%rsp; jmp __x86_return_thunk\n" END("g"),
		    "*__SCT__tp 64 g, __fentry__ 64 g, *__x86_indirect_thunk_rax 64 g, kernel 64 g, *ops 64 g, "
		    "*? 24 f, kernel2 8 f");
	check_calls(F("f") "ret", "");
}

TEST(stackdepth_tells_the_deepest_outside)
{
	struct opened o;
	struct stackdepth_path p;

	open_text(&o, F("f") "push %rax; call kernel; call g; pop %rax; ret\n" END("f")
				    F("g") "push %rax; call *%rdi; pop %rax; ret\n" END("g")
				    F("h") "sub $64,%rsp; call __asan_load8; add $64,%rsp; ret");
	CHECK(stackdepth_of(o.s, "f", &p));
	CHECK_EQ(p.bytes, 32);
	CHECK_EQ(p.outside, 24);
	CHECK_EQ(p.indirect, 40);
	CHECK(stackdepth_of(o.s, "h", &p));
	CHECK_EQ(p.outside, 0);
	CHECK_EQ(p.bytes, 72);
	close_text(&o);
}

TEST(stackdepth_follows_alternatives)
{
	check_calls(F("f") "push %rax; 661: call slow; 662: pop %rax; ret\n" END("f")
		    ".section .altinstructions,\"a\"\n"
		    ".long 661b-.; .long 663f-.; .long 0; .byte 662b-661b,664f-663f\n"
		    ".long 661b-.; .long 664f-.; .long 0; .byte 662b-661b,665f-664f\n"
		    ".section .altinstr_replacement,\"ax\"; 663: call fast\n"
		    "664: push %rax; call faster; pop %rax; 665:\n",
		    "faster 32 f, fast 24 f, slow 24 f");
}

TEST(stackdepth_finds_symbols)
{
	struct opened o;
	uint64_t offset, size;

	open_text(&o, F("f") "ret\n" END("f") ".data; .quad 1\n"
		  ".type x,@object\nx: .quad 0x1122334455667788; .size x,8\n"
				    ".bss\ny: .skip 8; .size y,8");
	CHECK(stackdepth_symbol(o.s, "x", &offset, &size));
	CHECK_EQ(size, 8);
	CHECK_MEM(o.bytes.s + offset, "\x88\x77\x66\x55\x44\x33\x22\x11", 8);
	CHECK(!stackdepth_symbol(o.s, "y", &offset, &size));
	CHECK(!stackdepth_symbol(o.s, "z", &offset, &size));
	close_text(&o);
}

/* Of several functions of one name, the deepest; other names of a function are its own. */
TEST(stackdepth_knows_names)
{
	struct opened o;
	struct stackdepth_path p;

	open_text(&o, ".globl g, again\n" LEAF("g", "24") ".set again, g\n"
				    ".pushsection .text.unlikely,\"ax\"\n" LEAF("h", "16") ".popsection\n");
	CHECK(stackdepth_of(o.s, "again", &p));
	CHECK_EQ(p.bytes, 32);
	CHECK(stackdepth_of(o.s, "h", &p));
	CHECK_STR(p.text, "h: 24 bytes");
	close_text(&o);
}

/* Compare with what gcc says: "file:line:column:name\tbytes\tstatic" in each line. */
static void compare_usage(const char *const *options)
{
	struct strbuf usage = STRBUF_INIT, bytes = compile("check/frames.c", options, &usage);
	struct arena a = ARENA_INIT;
	struct stackdepth *s;
	struct stackdepth_path p;
	char *line, *rest = usage.s, *kind, *number, *name;
	unsigned n = 0;

	CHECK_EQ(stackdepth_read(&a, bytes.s, bytes.len, &s), 0);
	while ((line = strsep(&rest, "\n")) && *line) {
		number = strchr(line, '\t');
		CHECK(number != NULL);
		*number++ = '\0';
		kind = strchr(number, '\t');
		CHECK(kind != NULL);
		*kind++ = '\0';
		name = strrchr(line, ':') + 1;
		CHECK(stackdepth_of(s, name, &p));
		CHECK_MSG(!p.unbounded == !strncmp(kind, "static", 6) || strstr(kind, "bounded"),
			  "%s: %s, but %s", name, kind, p.unbounded ? p.unbounded : "bounded");
		if (strcmp(name, "aligned") && !p.unbounded)
			CHECK_MSG(stackdepth_frame(s, name) == (unsigned)atoi(number), "%s: %u, not %s (%s)",
				  name, stackdepth_frame(s, name), number, options[0]);
		n++;
	}
	CHECK_EQ(n, 13);
	sb_free(&usage);
	sb_free(&bytes);
	arena_free(&a);
}

TEST(stackdepth_agrees_with_gcc)
{
#define ALWAYS "-mno-red-zone", "-mno-sse", "-fno-jump-tables", "-mpreferred-stack-boundary=3", \
	       "-fstack-usage"
	static const char *const kernel[] = {
		"-O2", ALWAYS, "-fno-stack-protector", "-fno-pic", "-fcf-protection=branch", NULL };
	static const char *const frames[] = {
		"-O1", ALWAYS, "-fno-stack-protector", "-fno-omit-frame-pointer", NULL };
	static const char *const small[] = { "-Os", ALWAYS, "-fstack-protector-strong", NULL };
#undef ALWAYS

	compare_usage(kernel);
	compare_usage(frames);
	compare_usage(small);
}
#endif

TEST(stackdepth_takes_no_other_files)
{
	struct arena a = ARENA_INIT;
	struct stackdepth *s;

	CHECK_EQ(stackdepth_read(&a, "", 0, &s), -ENOEXEC);
	CHECK_EQ(stackdepth_read(&a, "text", 4, &s), -ENOEXEC);
	arena_free(&a);
}
