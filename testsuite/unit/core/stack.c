/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks: walked once a run, kept by identifier, named when they are printed. */
#include "testsuite/unit/core/fixture.h"

static void load(unsigned depth, unsigned stacks)
{
	fixture_reset(2);
	fx.module.flags = STP_MODULE_STACKS;
	fx.limits.max_backtrace = depth;
	fx.limits.max_stacks = stacks;
	fixture_load();
}

static void begin(const uint64_t *addrs, unsigned n)
{
	plat_test_stack(addrs, n);
	stp_ctx_begin(CTX, &fx.probe, NULL);
}

#define STACK(...) begin((const uint64_t[]){ __VA_ARGS__ }, sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8)

TEST(stack_walks_once_a_run)
{
	char text[64];

	load(4, 16);
	STACK(0x1000, 0x2004, 0x3008);
	CHECK_EQ(stp_stack_at(CTX, 0), 0x1000);
	plat_test_stack(NULL, 0);
	CHECK_EQ(stp_stack_at(CTX, 2), 0x3008);
	CHECK_EQ(stp_stack_at(CTX, 3), 0);
	CHECK_EQ(stp_stack_at(CTX, -1), 0);
	stp_stack_text(CTX, text, sizeof text, 0, -1);
	CHECK_STR(text, "0x1000 0x2004 0x3008");
	stp_stack_text(CTX, text, sizeof text, 1, 1);
	CHECK_STR(text, "0x2004");
	stp_stack_text(CTX, text, sizeof text, 5, -1);
	CHECK_STR(text, "");
	stp_ctx_begin(CTX, &fx.probe, NULL);
	CHECK_EQ(stp_stack_at(CTX, 0), 0);
	CHECK_EQ(stp_stack_id(CTX), 0);
}

TEST(stack_is_cut_at_its_limit)
{
	load(2, 16);
	STACK(0x1000, 0x2000, 0x3000);
	CHECK_EQ(stp_stack_at(CTX, 1), 0x2000);
	CHECK_EQ(stp_stack_at(CTX, 2), 0);
}

TEST(stack_text_leaves_whole_addresses_out)
{
	char text[38];

	load(4, 16);
	STACK(0xffffffff81000000, 0xffffffff82000000, 0xffffffff83000000);
	stp_stack_text(CTX, text, sizeof text, 0, -1);
	CHECK_STR(text, "0xffffffff81000000");
	CHECK_EQ(stp_core_truncated(), 1);
}

TEST(stack_identifiers)
{
	char text[256];
	int64_t a, b;

	load(4, 16);
	STACK(0x1000, 0x2004);
	a = stp_stack_id(CTX);
	STACK(0x1000, 0x2008);
	b = stp_stack_id(CTX);
	CHECK(a > 0 && b > 0 && a != b);
	STACK(0x1000, 0x2004);
	CHECK_EQ(stp_stack_id(CTX), a);
	stp_stack_lines(text, sizeof text, a);
	CHECK_STR(text, "f1+0x0/0x1000 [kernel]\nf2+0x4/0x1000 [kernel]\n");
	stp_stack_lines(text, sizeof text, b);
	CHECK_STR(text, "f1+0x0/0x1000 [kernel]\nf2+0x8/0x1000 [kernel]\n");
	stp_stack_lines(text, sizeof text, 0);
	CHECK_STR(text, "");
	stp_stack_lines(text, sizeof text, 1);
	CHECK_STR(text, "<stack 0x1 was not kept>\n");
	stp_stack_lines(text, sizeof text, -5);
	CHECK_STR(text, "<stack 0xfffffffffffffffb was not kept>\n");
}

TEST(stack_table_that_is_full)
{
	char text[64];
	unsigned known = 0;

	load(1, 4);
	for (uint64_t i = 1; i <= 20; i++) {
		STACK(i << 12);
		stp_stack_lines(text, sizeof text, stp_stack_id(CTX));
		known += text[0] == 'f';
	}
	CHECK_EQ(known, 4);
	CHECK_EQ(stp_core_lost_stacks(), 16);
}

TEST(stack_printed)
{
	load(4, 16);
	STACK(0x1000, 0x2004);
	stp_out_backtrace(&CTX->out, CTX, STP_STACK_LONG);
	stp_out_stack(&CTX->out, stp_stack_id(CTX), STP_STACK_SHORT);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), " 0x1000 : f1+0x0/0x1000 [kernel]\n 0x2004 : f2+0x4/0x1000 [kernel]\n"
		  "f1+0x0/0x1000 [kernel]\nf2+0x4/0x1000 [kernel]\n");
	plat_test_clear_output();
	CTX->is_return = 1;
	stp_out_backtrace(&CTX->out, CTX, STP_STACK_LONG);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), "Returning from:  0x1000 : f1+0x0/0x1000 [kernel]\nReturning to  :  0x2004 : f2+0x4/0x1000 [kernel]\n");
	plat_test_clear_output();
	begin(NULL, 0);
	fx.probe.point = "timer.ms(1)";
	stp_out_backtrace(&CTX->out, CTX, STP_STACK_LONG);
	stp_out_backtrace(&CTX->out, CTX, STP_STACK_SHORT);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), "<no kernel stack at timer.ms(1)>\n");
}

TEST(stack_as_text)
{
	char text[128];

	load(4, 16);
	STACK(0x1000, 0x2004);
	stp_backtrace_text(CTX, text, sizeof text);
	CHECK_STR(text, "f1+0x0/0x1000 [kernel]\nf2+0x4/0x1000 [kernel]\n");
	stp_backtrace_text(CTX, text, 6);
	CHECK_STR(text, "f1+0\n");		/* a name is cut, a line is not */
}

TEST(stack_addresses_of_text)
{
	char text[128];

	load(4, 16);
	stp_address_lines(text, sizeof text, "0x1001 2002\n0x3 zz 0x4000");
	CHECK_STR(text, "f1+0x1/0x1000 [kernel]\nf2+0x2/0x1000 [kernel]\n0x3\n");
	stp_address_lines(text, sizeof text, "0x98765 \t0xfedcba43210f");	/* every digit */
	CHECK_STR(text, "f98+0x765/0x1000 [kernel]\nffedcba432+0x10f/0x1000 [kernel]\n");
	stp_address_lines(text, sizeof text, "");
	CHECK_STR(text, "");
	stp_out_addresses(&CTX->out, "0xa000", STP_STACK_LONG);
	stp_ctx_end(CTX);
	CHECK_STR(plat_test_text(), " 0xa000 : fa+0x0/0x1000 [kernel]\n");
}

TEST(stack_names)
{
	char text[64];

	load(4, 16);
	STACK(0x1000);
	stp_symbol_name(text, sizeof text, 0x7010);
	CHECK_STR(text, "f7");
	stp_symbol_data(text, sizeof text, 0x7010);
	CHECK_STR(text, "f7+0x10/0x1000 [kernel]");
	stp_symbol_module(CTX, text, sizeof text, 0x7010);
	CHECK_STR(text, "kernel");
	CHECK(!CTX->error);
	stp_symbol_module(CTX, text, sizeof text, 0x10);
	CHECK_EQ(CTX->error, 1);
	CHECK_STR(CTX->message, "0x10 is in no module");
	stp_probe_func(CTX, text, sizeof text);
	CHECK_STR(text, "");
	CTX->probe_addr = 0x8004;
	stp_probe_func(CTX, text, sizeof text);
	CHECK_STR(text, "f8");
	stp_probe_mod(CTX, text, sizeof text);
	CHECK_STR(text, "kernel");
	CHECK_EQ(stp_addr(CTX), 0x8004);
}

TEST(stack_registers)
{
	uint64_t regs[40];

	load(4, 16);
	for (unsigned i = 0; i < 40; i++)
		regs[i] = 0x100 + i;
	STACK(0x1000);
	stp_out_regs(&CTX->out, CTX);
	CHECK_STR(plat_test_text(), "");
	CTX->regs = regs;
	stp_out_regs(&CTX->out, CTX);
	stp_ctx_end(CTX);
#if defined(__x86_64__)
	CHECK_EQ(stp_addr(CTX), 0x110);
	CHECK_STR(plat_test_text(),
		  "RIP: 0000000000000110 CS: 0000000000000111 RSP: 0000000000000113 SS: 0000000000000114 EFLAGS: 0000000000000112\n"
		  "RAX: 000000000000010a RBX: 0000000000000105 RCX: 000000000000010b RDX: 000000000000010c\n"
		  "RSI: 000000000000010d RDI: 000000000000010e RBP: 0000000000000104 ORIG_RAX: 000000000000010f\n"
		  "R08: 0000000000000109 R09: 0000000000000108 R10: 0000000000000107 R11: 0000000000000106\n"
		  "R12: 0000000000000103 R13: 0000000000000102 R14: 0000000000000101 R15: 0000000000000100\n");
#endif
}

TEST(stack_none_asked_for)
{
	fixture_reset(1);
	fixture_load();
	begin((const uint64_t[]){ 0x1000 }, 1);
	CHECK_EQ(stp_stack_id(CTX), 0);
	CHECK_EQ(stp_stack_at(CTX, 0), 0);
}

TEST(stack_load_that_fails)
{
	static const unsigned bad[][2] = { { 0, 1 }, { 1, 0 }, { 1025, 1 }, { 1, (1u << 20) + 1 } };

	for (unsigned i = 0; i < 4; i++) {
		fixture_reset(1);
		fx.module.flags = STP_MODULE_STACKS;
		fx.limits.max_backtrace = bad[i][0];
		fx.limits.max_stacks = bad[i][1];
		CHECK_EQ(stp_core_load(&fx.module), -EINVAL);
	}
	for (unsigned n = 1; n <= 3; n++) {
		fixture_reset(1);
		fx.module.flags = STP_MODULE_STACKS;
		fx.limits.max_backtrace = fx.limits.max_stacks = 4;
		plat_test_fail_alloc(n);
		CHECK_EQ(stp_core_load(&fx.module), -ENOMEM);
		CHECK_EQ(plat_test_live(), 0);
	}
}
