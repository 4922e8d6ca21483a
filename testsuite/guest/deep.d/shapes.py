# SPDX-License-Identifier: GPL-2.0-or-later
"""What handlers do: each shape makes one thing of a script deep or wide.

A shape is a function of a Script that adds declarations to it and gives the handler's statements.
It sees to types: `number` and `text` give expressions of one type, of names in scope.
"""


class Script:
    def __init__(self, rand, family):
        self.rand = rand
        self.target = list(family.target)
        self.extra = family.extra
        self.globals = ["reached"]
        self.functions = []
        self.names = 0

    def name(self, kind):
        self.names += 1
        return "%s%d" % (kind, self.names)

    def add_global(self, kind):
        name = self.name(kind.upper())
        self.globals.append(name)
        return name

    def add_function(self, name, result, parameters, body):
        self.functions.append("function %s%s(%s)\n{\n%s\n}" % (
            name, ":" + result if result else "", ", ".join(parameters), indent(body)))

    def text(self, points, body):
        body = ["if (reached++ > 60)", "\tnext"] + body
        if points.startswith("end") or points.startswith("error"):
            body.insert(2, 'printf("reached %d\\n", reached)')
            last = ""
        else:
            last = 'probe end, error { printf("reached %d\\n", reached) }'
        return "\n".join(["global " + ", ".join(self.globals)] + self.functions +
                         [self.extra, "probe %s\n{\n%s\n}" % (points, indent(body)), last])

    def upto(self, least, most):
        """A number between them; small ones are as likely as large ones."""
        return int(least * (most / least) ** self.rand.random())

    # ---- expressions; `here` are what may be used beside what any handler may ----

    def number(self, numbers=(), texts=(), depth=2, target=False):
        choose = self.rand.randrange(10 if depth else 4)
        if choose < 2 and numbers:
            return self.rand.choice(numbers)
        if choose < 2:
            return str(self.rand.randrange(1000))
        if choose == 2:
            return self.rand.choice(["tid()", "pid()", "cpu()", "uid()", "gettimeofday_ns()",
                                     "stack_used()", "ppid()", "get_cycles()", "randint(50)"])
        if choose == 3 and target and self.target:
            return self.rand.choice(self.target)
        if choose < 6:
            return "(%s %s %s)" % (self.number(numbers, texts, depth and depth - 1, target),
                                   self.rand.choice("+ - * & | ^ < == && ||".split()),
                                   self.number(numbers, texts, depth and depth - 1, target))
        if choose == 6:
            return "strlen(%s)" % self.string(numbers, texts, depth - 1)
        if choose == 7:
            return "strtol(%s, 10)" % self.string(numbers, texts, depth - 1)
        if choose == 8:
            return "isinstr(%s, %s)" % (self.string(numbers, texts, depth - 1),
                                        self.string(numbers, texts, 0))
        return "(%s =~ \"%s\")" % (self.string(numbers, texts, depth - 1),
                                   self.rand.choice(["^[0-9]+", "a.*b|c", "x(y|z)*"]))

    def string(self, numbers=(), texts=(), depth=2):
        choose = self.rand.randrange(12 if depth else 4)
        if choose < 3 and texts:
            return self.rand.choice(texts)
        if choose < 4:
            return self.rand.choice(["execname()", '"some words"', "pp()", "symname(addr())",
                                     "pn()", "probefunc()", '"0123456789abcdef"'])
        less = depth - 1
        if choose < 7:
            return "sprintf(\"%%d %%s\", %s, %s)" % (self.number(numbers, texts, less),
                                                   self.string(numbers, texts, less))
        return self.rand.choice([
            lambda: "substr(%s, 0, %s & 15)" % (self.string(numbers, texts, less),
                                               self.number(numbers, texts, less)),
            lambda: "str_replace(%s, \"0\", %s)" % (self.string(numbers, texts, less),
                                                  self.string(numbers, texts, less)),
            lambda: "text_str(%s)" % self.string(numbers, texts, less),
            lambda: "tokenize(%s, \" \")" % self.string(numbers, texts, less),
            lambda: "(%s . %s)" % (self.string(numbers, texts, less),
                                   self.string(numbers, texts, less)),
            lambda: "(%s ? %s : %s)" % (self.number(numbers, texts, less),
                                        self.string(numbers, texts, less),
                                        self.string(numbers, texts, less)),
            lambda: "sprint(%s, %s)" % (self.string(numbers, texts, less),
                                        self.number(numbers, texts, less)),
            lambda: "sprint_backtrace()",
        ])()

    def arguments(self, kinds, depth):
        return ", ".join(self.number(depth=depth) if kind == "long" else self.string(depth=depth)
                         for kind in kinds)


def indent(lines):
    return "\n".join("\t" + line.replace("\n", "\n\t") for line in lines)


# ---- wide: much in one function ----

def sprintf_many(s):
    """Formatted strings one after the other, each of the one before."""
    lines = ['x = sprintf("%d %s", tid(), x)', 'x = sprintf("%s%x", x, cpu())',
             'x = sprintf("%5d|%-9s|%s", pid(), execname(), x)']
    return ['x = ""'] + [s.rand.choice(lines) for _ in range(s.upto(50, 800))] + ["println(x)"]


def sprintf_nested(s):
    """Formatted strings one in the other."""
    text = "execname()"
    for i in range(s.upto(4, 120)):
        text = s.rand.choice(['sprintf("%%d %%s", %d, %s)' % (i, text),
                              'sprint(%d, %s)' % (i, text),
                              'sprintf("%%s %%s", sprintf("%%d", %d), %s)' % (i, text)])
    return ["println(%s)" % text]


def concatenation(s):
    return ["println(%s)" % " . ".join(s.string(depth=1) for _ in range(s.upto(10, 400)))]


def print_many(s):
    """One statement that prints many values."""
    count = s.upto(10, 500)
    values = [s.rand.choice([s.number, s.string])(depth=1) for _ in range(count)]
    how = s.rand.randrange(4)
    if how == 0:
        kinds = [s.rand.choice("ds") for _ in range(count)]
        values = [s.number(depth=1) if kind == "d" else s.string(depth=1) for kind in kinds]
        return ['printf("%s\\n", %s)' % (" ".join("%" + kind for kind in kinds), ", ".join(values))]
    if how == 1:
        return ["println(%s)" % ", ".join(values)]
    if how == 2:
        return ['printdln(",", %s)' % ", ".join(values)]
    return ["x = sprint(%s)" % ", ".join(values), "println(x)"]


def locals_many(s):
    """Locals that all are live at once, numbers and strings."""
    count = s.upto(20, 500)
    strings = s.upto(1, 100)
    body = ["a%d = %s" % (i, s.number(depth=1, target=True)) for i in range(count)]
    body += ["s%d = %s" % (i, s.string(depth=1)) for i in range(strings)]
    body += ["t += %s" % " + ".join("a%d" % i for i in range(count))]
    return body + ["println(t, %s)" % ", ".join("s%d" % i for i in range(strings))]


def ternaries(s):
    text = '"last"'
    for _ in range(s.upto(10, 240)):
        condition = s.number(depth=1)
        text = s.rand.choice(["(%s ? %s : %s)" % (condition, text, s.string(depth=1)),
                              "(%s ? %s : %s)" % (condition, s.string(depth=1), text)])
    return ["println(%s)" % text]


def arithmetic(s):
    """A long sum, and one that is all parentheses."""
    text = "1"
    for _ in range(s.upto(20, 240)):
        text = "(%s %s %s)" % (s.number(depth=1, target=True), s.rand.choice("+-*^"), text)
    return ["println(%s)" % text,
            "println(%s)" % " + ".join(s.number(depth=1) for _ in range(s.upto(20, 600)))]


def parameters(s):
    """A function of many parameters, called with what has to be computed."""
    count, name = s.upto(5, 120), s.name("f")
    kinds = [s.rand.choice(["long", "string"]) for _ in range(count)]
    s.add_function(name, "string", ["p%d:%s" % row for row in enumerate(kinds)],
                   ["return %s" % " . ".join("sprint(p%d)" % i for i in range(count))])
    return ["println(%s(%s))" % (name, s.arguments(kinds, 2))]


# ---- statements in statements ----

def tries(s):
    body = ['error("inside")']
    for i in range(s.upto(3, 60)):
        body = ["try {", indent(["v%d = %s" % (i, s.string(depth=1))] + body),
                "} catch (e%d) {" % i,
                indent(["println(e%d, v%d)" % (i, i)] +
                       ([] if s.rand.randrange(3) else ["error(e%d . \"+\")" % i])), "}"]
    return ["try {", indent(body), "} catch (e) { println(e) }"]


def blocks(s):
    """Loops and conditions in each other."""
    body = ["println(%s)" % s.string(depth=2)]
    for i in range(s.upto(3, 40)):
        body = s.rand.choice([
            ["if (%s) {" % s.number(depth=1), indent(body), "} else {", indent(["n%d++" % i]), "}"],
            ["for (i%d = 0; i%d < 1; i%d++) {" % (i, i, i), indent(body), "}"],
            ["while (w%d++ < 1) {" % i, indent(body), "}"]])
    return body


def foreach_nested(s):
    arrays = [s.add_global("array") for _ in range(s.upto(1, 6))]
    fill = ["for (i = 0; i < 3; i++) {",
            indent(["%s[i] = %s" % (array, s.number(["i"])) for array in arrays]), "}"]
    body = ["n += %s" % " + ".join("k%d" % i for i in range(len(arrays)))]
    for i, array in enumerate(arrays):
        order = s.rand.choice(["k%d in %s", "k%d in %s-", "k%d+ in %s", "k%d in %s+ limit 2"])
        body = ["foreach (%s) {" % (order % (i, array)), indent(body), "}"]
    name = s.name("f")
    s.add_function(name, "long", ["n:long"], body + ["return n"])
    return fill + ["println(%s(0))" % name]


def foreach_functions(s):
    """Functions that loop over an array and call the next in the loop."""
    array, count = s.add_global("array"), s.upto(2, 40)
    names = [s.name("f") for _ in range(count)]
    for i, name in enumerate(names):
        inner = "%s(k)" % names[i + 1] if i + 1 < count else "k"
        s.add_function(name, "long", ["n:long"],
                       ["foreach (k in %s%s limit 1) {" % (array, s.rand.choice(["", "+", "-"])),
                        indent(["n += %s" % inner, "x = %s" % s.string(["n", "k"])]), "}",
                        "return n + strlen(x)"])
    return ["%s[cpu()] = tid()" % array, "println(%s(1))" % names[0]]


def keys(s):
    """Arrays with up to nine keys, each of which has to be computed."""
    array, count = s.add_global("array"), s.rand.randrange(1, 10)
    kinds = [s.rand.choice(["long", "string"]) for _ in range(count)]

    def index():
        return "%s[%s]" % (array, s.arguments(kinds, 1))
    body = ["%s = %s" % (index(), s.number()) for _ in range(s.upto(2, 40))]
    body += ["n += %s" % " + ".join(index() for _ in range(s.upto(2, 60)))]
    if count > 1:
        names = ["k%d" % i for i in range(count)]
        body += ["foreach ([%s] in %s limit 3)" % (", ".join(names), array),
                 "\tprintln(%s)" % ", ".join(names)]
    return body + ["delete %s" % array, "println(n)"]


# ---- what the runtime does ----

def statistics(s):
    array, one, body = s.add_global("stat"), s.add_global("stat"), []
    log, linear = "@hist_log(%s)", "@hist_linear(%s, 0, 100, 5)"
    of_array, of_one = s.rand.choice([log, linear]), s.rand.choice([log, linear])
    for _ in range(s.upto(2, 30)):
        body += ["%s[%s & 7] <<< %s" % (array, s.number(), s.number()),
                 "%s <<< %s" % (one, s.number())]
    for _ in range(s.upto(1, 30)):
        body.append(s.rand.choice([
            "print(%s)" % of_one % one,
            "println(@count(%s), @avg(%s), @max(%s), @variance(%s))" % ((one,) * 4),
            "foreach (k in %s) println(@sum(%s[k]), @min(%s[k]))" % ((array,) * 3),
            "foreach (k in %s) print(%s)" % (array, of_array % (array + "[k]"))]))
    return body


def stacks(s):
    calls = ["print_backtrace()", "println(sprint_backtrace())", "print_stack(stack())",
             "println(backtrace())", "println(callers(20))", "print_regs()",
             "println(symname(addr()))", "println(sprint_syms(stack()))",
             "println(modname(addr()) . symdata(addr()))",
             "println(task_backtrace(task_current()))", "println(probefunc(), ppfunc())"]
    return ["try { %s } catch (e) { println(e) }" % s.rand.choice(calls)
            for _ in range(s.upto(1, 60))]


def regexes(s):
    body = ["x = %s" % s.string()]
    for _ in range(s.upto(2, 80)):
        body.append(s.rand.choice([
            'if (x =~ "([a-z]+)([0-9]*)") println(matched(1), matched(2), ngroups())',
            'if (x !~ "^(a|b|c)+$") n++', 'n += %s =~ "([0-9]+) (.*)"' % s.string(),
            'if (%s =~ "((((a*)b*)c*)d*)") x = matched(0)' % s.string()]))
    return body + ["println(n)"]


# ---- deep: functions in functions ----

def work(s, numbers, texts, budget):
    """What a function does at each level; x0 to x(budget - 1) are texts that all are in use."""
    body = ["x%d = %s" % (i, s.string(numbers, texts)) for i in range(budget)]
    pick = s.rand.randrange(6)
    if pick == 0:
        array = s.add_global("array")
        body += ["%s[%s] = n" % (array, s.string(numbers, texts)),
                 "foreach (k in %s limit 1) x0 = k" % array]
    elif pick == 1:
        body += ["try { x0 = %s } catch (e) { x0 = e }" % s.string(numbers, texts)]
    elif pick == 2:
        one = s.add_global("stat")
        body += ["%s <<< n" % one, "if (n == 1) print(@hist_log(%s))" % one]
    elif pick == 3:
        body += ["if (n == 1) print_backtrace()"]
    elif pick == 4:
        body += ["if (n < 2) printf(\"%d %s %d\\n\", n, x0, stack_unused())"]
    return body + ["x0 = %s" % " . ".join("x%d" % i for i in range(budget))]


def recursion(s):
    name, budget = s.name("f"), s.upto(1, 60)
    deep = s.rand.choice([1000, 999, s.upto(5, 1000), s.upto(5, 1000), 9])
    s.add_function(name, "string", ["n:long", "t:string"],
                   work(s, ["n"], ["t"], budget) +
                   ["return n > 1 ? %s(n - 1, %s) . t : x0" % (name, s.string(["n"], ["t"], 1))])
    return ['println(%s(%d, ""))' % (name, deep)]


def mutual(s):
    """Functions that call each other, with as many results as it takes."""
    names, deep = [s.name("f") for _ in range(s.rand.randrange(2, 6))], s.upto(10, 1000)
    for i, name in enumerate(names):
        after = names[(i + 1) % len(names)]
        s.add_function(name, "long", ["n:long", "t:string"],
                       work(s, ["n"], ["t"], s.upto(1, 30)) +
                       ["if (n <= 0)", "\treturn strlen(x0)",
                        "return %s(n - 1, x0) + %s" % (after, s.number(["n"], ["t"]))])
    return ['println(%s(%d, ""))' % (names[0], deep)]


def chain(s):
    """Functions each of which calls the next, none twice."""
    count = s.upto(5, 400)
    names, budget = [s.name("f") for _ in range(count)], s.upto(1, 4000 // count + 1)
    for i, name in enumerate(names):
        after = "%s(n + 1, x0)" % names[i + 1] if i + 1 < count else "x0"
        s.add_function(name, "string", ["n:long", "t:string"],
                       ["x%d = %s" % (k, s.string(["n"], ["t"], 1)) for k in range(budget)] +
                       ["return sprintf(\"%%s %%d\", %s, n)" % after])
    return ['println(%s(0, ""))' % names[0]]


SHAPES = {shape.__name__: shape for shape in (
    sprintf_many, sprintf_nested, concatenation, print_many, locals_many, ternaries, arithmetic,
    parameters, tries, blocks, foreach_nested, foreach_functions, keys, statistics, stacks, regexes,
    recursion, mutual, chain, recursion, mutual)}
