/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module checker: each rule, from assembler text. */
#include "testsuite/unit/unit.h"
#include "translator/build/check/modcheck.h"

#include "lib/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Assemble TEXT (in section .text of a function f) into an object in DIR. */
static const char *assemble(struct arena *a, const char *dir, const char *text)
{
	const char *c = arena_printf(a, "%s/x.S", dir), *o = arena_printf(a, "%s/x.o", dir);
	const char *argv[] = { "gcc", "-c", "-o", o, c, NULL };
	const char *all = arena_printf(a, ".text\n.type f, @function\n.globl f\nf:\n%s\n.section .note.GNU-stack\n", text);
	struct run r = { .argv = argv, .merge_stderr = true };

	CHECK_EQ(write_file_atomic(c, all, strlen(all), 0644), 0);
	CHECK_EQ(run_wait(&r), 0);
	CHECK_MSG(run_ok(&r), "%s:\n%s", text, sb_str(&r.out));
	run_free(&r);
	return o;
}

/* What is refused in TEXT, or "". */
static void check(const char *text, bool guru, const char *want)
{
	static const char *entries[] = { "stp_known", "stp_other" };
	struct arena a = ARENA_INIT;
	char *dir = make_temp_dir();
	struct modcheck m = { .object = assemble(&a, dir, text), .runtime = { entries, 2, 2 }, .guru = guru };
	const char *got;

	CHECK_EQ(modcheck_object(&a, &m, &got), 0);
	if (!got)
		got = "";
	CHECK_MSG(!strcmp(got, want), "%s%s\n gives: %s\n not: %s", guru ? "with -g: " : "", text, got, want);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
}

#ifdef __x86_64__
TEST(modcheck_passes_what_compilers_make)
{
	check("endbr64; push %rbp; mov %rsp,%rbp; sub $32,%rsp; mov %gs:40,%rax; mov %rax,-8(%rbp); xor %eax,%eax\n"
	      "mov data(%rip),%rax; imul $3,%rax,%rax; cqo; idivq 8(%rdi); shl $5,%rax; cmp %rax,%rdi; jne 1f; jmp 2f\n"
	      "1: rep stosq; lock cmpxchg %rcx,(%rdx); cmovl %rax,%rdx; sete %al; movzbl %al,%eax; bt $3,%eax\n"
	      "2: call stp_known; call g; sub %gs:40,%rdx; jnz 3f; leave; jmp __x86_return_thunk; int3\n"
	      "3: call __stack_chk_fail; nopw 0(%rax,%rax,1)\n"
	      "g: call memcpy; jmp .Lcold; ret; int3; int3\n"
	      ".section .text.unlikely; .Lcold: jmp 2b\n"
	      ".section .rodata.str1.1,\"aMS\",@progbits,1; .string \"x\"; .data; data: .quad f", false, "");
}

TEST(modcheck_refuses_imports)
{
	check("call printk", false, "the import of printk");
	check("call stp_unknown", false, "the import of stp_unknown");
	check("ret; .data; .quad schedule", false, "the import of schedule");
	check("call __x86_indirect_thunk_rax", false, "the import of __x86_indirect_thunk_rax");
	check("call printk; call __x86_indirect_thunk_rax", true, "");
}

TEST(modcheck_refuses_sections)
{
	check("ret; .section .init.text,\"ax\"; nop", false, "the section .init.text");
	check("ret; .section __ex_table,\"a\"; .quad 0", false, "the section __ex_table");
	check("ret; .section .modinfo,\"a\"; .string \"a=b\"", false, "the section .modinfo");
	check("ret; .section .gnu.linkonce.this_module,\"aw\"; .quad 0", false, "the section .gnu.linkonce.this_module");
	check("ret; .section .gnu.linkonce.this_module,\"aw\"; .quad 0", true, "the section .gnu.linkonce.this_module");
	check("ret; .section __ex_table,\"a\"; .quad 0", true, "");
	check("ret; .section .comment; .string \"x\"", false, "");
}

TEST(modcheck_refuses_instructions)
{
	static const char *const never[][2] = {
		{ "hlt", "hlt" }, { "wrmsr", "wrmsr" }, { "lgdt (%rax)", "lgdt" }, { "lidt (%rax)", "lidt" }, { "ltr %ax", "ltr" },
		{ "invlpg (%rax)", "invlpg" }, { "iretq", "iretq" }, { "sysretq", "sysret" }, { "swapgs", "swapgs" },
		{ "wbinvd", "wbinvd" }, { "vmcall", "vmcall" }, { "fld1", "fld1" }, { "movaps %xmm0,%xmm1", "movaps" },
		{ "pxor %mm0,%mm1", "pxor" }, { "vaddps %ymm0,%ymm1,%ymm2", "vaddps" }, { "int $0x80", "int" }, { "syscall", "syscall" },
		{ "std", "std" }, { "xsave (%rax)", "xsave" }, { "outsb", "outsb" }, { "monitor", "monitor" },
	};
	static const char *const guru[][2] = {
		{ "cli", "cli" }, { "sti", "sti" }, { "rdtsc", "rdtsc" }, { "in %dx,%al", "in" }, { "out %al,%dx", "out" },
		{ "ud2", "ud2" }, { "int3", "int3" }, { "stac", "stac" }, { "popcnt %rax,%rax", "popcnt" }, { "rdmsr", "rdmsr" },
	};
	struct arena a = ARENA_INIT;
	const char *text, *want;
	size_t i;

	for (i = 0; i < sizeof never / sizeof *never + sizeof guru / sizeof *guru; i++) {
		bool g = i >= sizeof never / sizeof *never;
		const char *const *row = g ? guru[i - sizeof never / sizeof *never] : never[i];

		text = arena_printf(&a, "nop; %s; ret", row[0]);
		want = arena_printf(&a, "the instruction `%s` in f+0x1", row[1]);
		check(text, false, want);
		check(text, true, g ? "" : want);
	}
	arena_free(&a);
}

TEST(modcheck_refuses_registers_and_segments)
{
	check("mov %cr0,%rax", true, "the register cr0 in `mov` in f+0");
	check("nop; mov %rax,%db7", true, "the register dr7 in `mov` in f+0x1");
	check("mov %ax,%ds", true, "the register ds in `mov` in f+0");
	check("mov %gs:0x10,%rax", false, "per-CPU memory (%gs) in `mov` in f+0");
	check("mov %rax,%gs:40", false, "per-CPU memory (%gs) in `mov` in f+0");
	check("mov %gs:40(%rax),%rax", false, "per-CPU memory (%gs) in `mov` in f+0");
	check("mov %gs:0x10,%rax", true, "");
	check("mov %fs:40,%rax", true, "memory through %fs in `mov` in f+0");
	check("mov %gs:__stack_chk_guard(%rip),%rax", false, "");
	check("mov %gs:stp_known(%rip),%rax", false, "per-CPU memory (%gs) in `mov` in f+0");
}

TEST(modcheck_follows_branches)
{
	check("call *%rax", false, "an indirect `call` in f+0");
	check("jmp *8(%rax)", false, "an indirect `jmp` in f+0");
	check("jmp *%rax", true, "");
	check("jmp 1f+1; 1: mov $0x1234,%eax; ret", false, "a branch into the middle of an instruction in f+0");
	check("jmp .+0x1000", false, "a branch out of the code by `jmp` in f+0");
	check("jmp .-0x10", false, "a branch out of the code by `jmp` in f+0");
	check("nop; call there; .data; there: ret", false, "a branch out of the code by `call` in f+0x1");
	check("jmp there; .section .text.unlikely,\"ax\"; there: ret", false, "");
	check("jmp f", false, "");
	check("ret; int3; nop; int3", false, "the instruction `int3` in f+0x3");
	check(".byte 0x0f,0x04", false, "bytes that are no instruction in f+0");
	check("ret; .byte 0xe8", false, "bytes that are no instruction in f+0x1");
}
/* Damaged objects give an error or a refusal, or pass: no more than that is asked here. */
TEST(modcheck_survives_damaged_objects)
{
	struct arena a = ARENA_INIT;
	struct strbuf whole = STRBUF_INIT;
	char *dir = make_temp_dir();
	const char *text = "call stp_known; jmp 1f; 1: mov %gs:40,%rax; call g; ret; g: ret; .section .text.unlikely; .quad 0";
	struct modcheck m = { .object = assemble(&a, dir, text) };
	const char *damaged = arena_printf(&a, "%s/y.o", dir), *got;
	struct elf_symbols syms;
	uint64_t seed = 88172645463325252u, off, size;
	unsigned round, k;

	CHECK_EQ(read_file(m.object, &whole), 0);
	m.object = damaged;
	for (round = 0; round < 2000; round++) {
		char *copy = arena_strndup(&a, whole.s, whole.len);

		for (k = 0; k <= round % 4; k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			copy[seed % whole.len] = (char)(seed >> 40);
		}
		CHECK_EQ(write_file_atomic(damaged, copy, round % 5 ? whole.len : seed % whole.len, 0644), 0);
		modcheck_object(&a, &m, &got);
		elf_symbols_read(&a, damaged, &syms);
		elf_section_find(damaged, ".text", &off, &size);
		if (round % 64 == 63)
			arena_free(&a);
		damaged = m.object = arena_printf(&a, "%s/y.o", dir);
	}
	sb_free(&whole);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
}

#endif

TEST(modcheck_takes_no_other_files)
{
	struct arena a = ARENA_INIT;
	char *dir = make_temp_dir();
	struct modcheck m = { .object = arena_printf(&a, "%s/x", dir) };
	const char *got;

	CHECK_EQ(modcheck_object(&a, &m, &got), -ENOENT);
	write_file_atomic(m.object, "text", 4, 0644);
	CHECK_EQ(modcheck_object(&a, &m, &got), -ENOEXEC);
	m.object = "/proc/self/exe";
	CHECK_EQ(modcheck_object(&a, &m, &got), -ENOEXEC);
	remove_tree(dir);
	free(dir);
	arena_free(&a);
}
