# SPDX-License-Identifier: GPL-2.0-or-later
# Inside gdb: asks gdb about the triples that di-triples printed (file named by $TRIPLES) and compares.
#
# gdb gets a core file for each: registers and memory are di-triples' world, the program counter is the triple's.
# A variable must then be at the same address, or hold the same value, or have no location in both.
import os
import struct

import gdb

WORLD = 0xFFFFC90000000000
WORLD_SIZE = 0x40000
MASK = (1 << 64) - 1
# DWARF's number of each register in the order of user_regs_struct; None: not one of them
USER_REGS = [15, 14, 13, 12, 6, 3, 11, 10, 9, 8, 0, 2, 1, 4, 5, None, "rip", None, None, 7, None, None, None, None, None, None, None]


def world_byte(a):
    return (a * 131 + (a >> 8) * 17 + 29) & 0xFF


MEMORY = bytes(world_byte(WORLD + i) for i in range(WORLD_SIZE))


def write_core(path, pc):
    regs = []
    for r in USER_REGS:
        regs.append(pc if r == "rip" else 0 if r is None else WORLD + r * 0x2000 + 0x40)
    prstatus = bytes(112) + struct.pack("<27Q", *regs) + bytes(8)
    note = struct.pack("<III", 5, len(prstatus), 1) + b"CORE\0\0\0\0" + prstatus
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    at = 64 + 2 * 56
    phdrs = struct.pack("<IIQQQQQQ", 4, 0, at, 0, 0, len(note), 0, 4)
    phdrs += struct.pack("<IIQQQQQQ", 1, 6, at + len(note), WORLD, 0, WORLD_SIZE, WORLD_SIZE, 1)
    with open(path, "wb") as f:
        f.write(header + phdrs + note + MEMORY)


def ask(function, variable):
    """KIND, VALUE as di-triples names them."""
    frame = gdb.newest_frame()
    while frame and frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    frame.select()
    try:
        value = frame.read_var(variable, frame.block())
        if value.address is not None:
            return "address", int(value.address) & MASK
        if value.is_optimized_out:
            return "none", None
        return "value", int(value) & MASK
    except (gdb.error, ValueError) as e:
        text = str(e)
        if "Cannot access memory at address " in text:
            return "fault", int(text.split()[-1], 0) & MASK
        if "optimized out" in text or "synthetic pointer" in text or "entry value" in text:
            return "none", None
        return "error", text


def main():
    core = os.environ["TRIPLES"] + ".core"
    same = total = 0
    kinds = {}
    for line in open(os.environ["TRIPLES"], encoding="utf-8"):
        pc, function, variable, kind, *rest = line.rstrip("\n").split(" ", 4)
        write_core(core, int(pc, 0))
        gdb.execute("core-file " + core, to_string=True)
        got, value = ask(function, variable)
        total += 1
        want = int(rest[0], 0) if kind in ("address", "value", "fault") else None
        if got == kind and kind != "error" and (want is None or value == want):
            same += 1
            kinds[kind] = kinds.get(kind, 0) + 1
            continue
        shown = hex(value) if isinstance(value, int) else value
        print("DIFFERENT %s in %s at %s: %s %s, gdb: %s %s" % (variable, function, pc, kind, rest[0] if rest else "", got, shown))
    print("%d of %d equal (%s)" % (same, total, ", ".join("%d %s" % (n, k) for k, n in sorted(kinds.items()))))
    gdb.execute("quit %d" % (0 if same == total else 1))


main()
