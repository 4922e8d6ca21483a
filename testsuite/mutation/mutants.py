# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutants of a C file: small changes that a test should notice.

A mutant is one replacement of text within one line of a function. mutants_of() lists all that a
file offers, choose() picks of several files by a seed, and read_list() reads ones that were written
by hand."""
import collections
import random
import re

# operator: the kind of change; start, end: of the text that is replaced; line: from 1; old, new: it
Mutant = collections.namedtuple("Mutant", "file operator start end text line old new")

LEXER = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
FUNCTION = re.compile(r"^[A-Za-z_][^;{}()=]*\([^;{}]*\)[^;{}]*?"
                      r"(?:\{(?P<line>[^\n]*)\}$|\n\{\n(?P<body>.*?)^\})", re.S | re.M)

PAIRS = {
    "compare": {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    "logic": {"&&": "||", "||": "&&"},
    "arithmetic": {"+": "-", "-": "+", "*": "+", "/": "*", "%": "*", "&": "|", "|": "&",
                   "<<": ">>", ">>": "<<", "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|="},
}
BINARY = re.compile(r"(?<=[\w)\]] )(<=|>=|==|!=|&&|\|\||<<|>>|\+=|-=|\|=|&=|[-+*/%&|<>])(?= [^=])")
STEP = re.compile(r"(?<=\w)(\+\+|--)|(\+\+|--)(?=\w)")
NUMBER = re.compile(r"(?<![\w.])([1-9]\d*|0|0x[0-9a-f]+)(u?l{0,2})\b(?!\.)")
TRUTH = re.compile(r"\b(true|false)\b")
CALL = re.compile(r"^\t+(?P<call>[a-z_]\w*\([^;]*\));", re.M)
STORE = re.compile(r"^\t+(?P<store>[a-z_][\w\->.\[\]]*(?:->|\.|\[)[\w\->.\[\]]* [|&+-]?= [^;]*|"
                   r"[a-z_]\w* = [^;]*);", re.M)
ORDER = re.compile(r"__ATOMIC_(?:RELEASE|ACQUIRE|ACQ_REL|SEQ_CST)|"
                   r"\bsmp_store_release\(|\bsmp_load_acquire\(")
WEAKER = {"smp_store_release(": "WRITE_ONCE(*", "smp_load_acquire(": "READ_ONCE(*"}
SWAP = re.compile(r"(?<=[\w(])\((?P<a>[\w\->.&*\[\]]+), (?P<b>[\w\->.&*\[\]]+)(?=[,)])|"
                  r"(?<=, )(?P<c>[\w\->.&*\[\]]+), (?P<d>[\w\->.&*\[\]]+)(?=[,)])")
LEAVES = re.compile(r"\s*(?:return|goto|break|continue)\b")
NEVER_DROPPED = re.compile(r"(?:assert|_Static_assert|va_start|va_end)\(")


def blanked(text):
    """TEXT with blanks instead of comments, texts and directives: places stay the same."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = LEXER.sub(blank, text)
    return re.sub(r"^#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)


def closing(code, at):
    """The place of the bracket that closes the one at AT."""
    depth = 0
    for i in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[i], 0)
        if not depth:
            return i
    return -1


def conditions(code, begin, end):
    for match in re.finditer(r"\bif \(", code[begin:end]):
        first = begin + match.end() - 1
        last = closing(code, first)
        if 0 < last < end and "\n" not in code[first:last]:
            condition = code[first + 1:last]
            yield "negate", first + 1, last, "!(%s)"
            if LEAVES.match(code[last + 1:]):
                yield "drop check", first + 1, last, "0 && (%s)"


def changes(code, text, begin, end):
    """(operator, start, end, new text) of what may be changed between BEGIN and END."""
    part = code[begin:end]

    def change(operator, match, new, group=0):
        return operator, begin + match.start(group), begin + match.end(group), new

    for match in BINARY.finditer(part):
        for operator, pairs in PAIRS.items():
            if match.group() in pairs:
                yield change(operator, match, pairs[match.group()])
    for match in STEP.finditer(part):
        yield change("arithmetic", match, {"++": "--", "--": "++"}[match.group()])
    for match in NUMBER.finditer(part):
        value = int(match.group(1), 0)
        yield change("constant", match, str(value + 1) + match.group(2))
        if value > 1:
            yield change("constant", match, str(value - 1) + match.group(2))
    for match in TRUTH.finditer(part):
        yield change("constant", match, {"true": "false", "false": "true"}[match.group()])
    for match in CALL.finditer(part):
        if not NEVER_DROPPED.match(match.group("call")):
            yield change("drop call", match, "(void)0", "call")
    for match in STORE.finditer(part):
        yield change("drop store", match, "(void)0", "store")
    for match in ORDER.finditer(part):
        yield change("order", match, WEAKER.get(match.group(), "__ATOMIC_RELAXED"))
    for match in SWAP.finditer(part):
        a, b = ("a", "b") if match.group("a") else ("c", "d")
        yield ("swap", begin + match.start(a), begin + match.end(b),
               match.group(b) + ", " + match.group(a))
    for operator, first, last, form in conditions(code, begin, end):
        yield operator, first, last, form % text[first:last]


def one_line(text, start, end):
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    return begin, len(text) if stop < 0 else stop


def make(file, text, operator, start, end, new):
    begin, stop = one_line(text, start, end)
    line = text.count("\n", 0, begin) + 1
    return Mutant(file, operator, start, end, new, line, text[begin:stop].strip(),
                  (text[begin:start] + new + text[end:stop]).strip())


def mutants_of(file, text):
    code = blanked(text)
    found = []
    for function in FUNCTION.finditer(code):
        name = "line" if function.group("line") is not None else "body"
        begin, stop = function.span(name)
        for operator, start, end, new in changes(code, text, begin, stop):
            if new != text[start:end] and "\n" not in text[start:end]:
                found.append(make(file, text, operator, start, end, new))
    return found


def choose(files, count, seed):
    """COUNT mutants of FILES (name to text), by SEED: each kind of change in turn."""
    rng = random.Random(str(seed))
    kinds = collections.defaultdict(list)
    for file in sorted(files):
        for mutant in mutants_of(file, files[file]):
            kinds[mutant.operator].append(mutant)
    for kind in sorted(kinds):
        rng.shuffle(kinds[kind])
    chosen, taken = [], set()
    while len(chosen) < count and any(kinds.values()):
        for kind in sorted(kinds):
            mutant = kinds[kind].pop() if kinds[kind] else None
            if mutant and (mutant.file, mutant.line) not in taken and len(chosen) < count:
                taken.add((mutant.file, mutant.line))
                chosen.append(mutant)
    return chosen


def read_list(path, read):
    """Mutants written by hand: `file NAME`, then `- LINE` as it stands there once, and `+ LINE`."""
    chosen, file, old = [], None, None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "file":
            file = rest
        elif word == "-":
            old = rest.strip()
        elif word == "+":
            text = read(file)
            lines = re.finditer(r"^[ \t]*(.*?)[ \t]*$", text, re.M)
            places = [m for m in lines if m.group(1) == old]
            if len(places) != 1:
                raise SystemExit("%s:%d: %s has this line %d times, not once: %s" %
                                 (path, number, file, len(places), old))
            start, end = places[0].span(1)
            chosen.append(make(file, text, "by hand", start, end, rest.strip()))
    return chosen


def apply(text, mutant):
    return text[:mutant.start] + mutant.text + text[mutant.end:]
