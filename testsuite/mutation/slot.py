# SPDX-License-Identifier: GPL-2.0-or-later
"""A slot: a copy of the tree with a build of its own, where one mutant at a time is built and
tested.

Tests of mutants run in namespaces of their own: they see the machine read-only but for the slot and
/tmp, only their own processes and no network, and what they leave running ends with them."""
import glob
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time

import mutants

PRODUCT = ("lib", "translator", "runtime", "stpd", "tapset")
GENERATED = ("configure", "Makefile.in", "aclocal.m4", "config.h.in", "build-aux")
WITHOUT_WARNINGS = ["WARN_CFLAGS=-w"]   # a mutant may leave what warnings are about
LANGUAGE = "testsuite/language/run"
SHIM = ["-Itestsuite/unit/kernel/shim", "-Iruntime"]


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as f:
        f.write(text)


def tree_files(top):
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    done = subprocess.run(command, cwd=top, check=True, stdout=subprocess.PIPE)
    files = done.stdout.decode().split("\n")
    for name in GENERATED:
        inside = glob.glob(os.path.join(top, name, "*"))
        files += [os.path.relpath(p, top) for p in inside] or [name]
    return [f for f in files if f and is_file(os.path.join(top, f))]


def is_file(path):
    return os.path.lexists(path) and not os.path.isdir(path)


def files_below(top, name):
    if os.path.isfile(os.path.join(top, name)):
        return [name]
    return sorted(os.path.relpath(os.path.join(where, file), top)
                  for where, _, files in os.walk(os.path.join(top, name)) for file in files)


def digest(top, names):
    """Of all files below NAMES."""
    h = hashlib.sha256()
    for name in sorted(names):
        for path in files_below(top, name):
            h.update(path.encode() + b"\0")
            with open(os.path.join(top, path), "rb") as f:
                h.update(hashlib.sha256(f.read()).digest())
    return h.hexdigest()


class Slot:
    def __init__(self, top, build, work, number):
        self.top, self.user_build, self.work = top, build, work
        self.dir = os.path.join(work, "slot-%d" % number)
        self.build = os.path.join(self.dir, "build/check")
        self.log = os.path.join(work, "slot-%d.log" % number)
        self.objects = {}       # file: its object without mutant
        self.process = None     # the test that runs
        self.translated = {}    # what pass 3 makes of scripts without mutant

    def path(self, name):
        return os.path.join(self.dir, name)

    # -- the copy

    def copy(self):
        """Brings the copy up to date with the tree; what is the same stays, for make's sake."""
        os.makedirs(self.dir, exist_ok=True)
        files = tree_files(self.top)
        for name in files:
            source, to = os.path.join(self.top, name), self.path(name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            if os.path.islink(source):
                if not os.path.islink(to):
                    os.symlink(os.readlink(source), to)
                continue
            with open(source, "rb") as f:
                data = f.read()
            if os.path.exists(to):
                with open(to, "rb") as f:
                    if f.read() == data:
                        continue
            fresh = not os.path.exists(to)
            shutil.copy2(source, to)
            if not fresh and not name.startswith(GENERATED):
                os.utime(to)
        self.remove_others(set(files))

    def remove_others(self, files):
        for area in PRODUCT + ("testsuite",):
            for where, _, names in os.walk(self.path(area)):
                for name in names:
                    path = os.path.relpath(os.path.join(where, name), self.dir)
                    if path not in files:
                        os.unlink(self.path(path))

    def configure(self):
        """The build directory begins as a copy of the user's, objects and all."""
        if os.path.exists(self.build):
            return
        logs = shutil.ignore_patterns("logs")
        shutil.copytree(self.user_build, self.build, symlinks=True, ignore=logs)
        for name in ("Makefile", "config.status"):
            path = os.path.join(self.build, name)
            text, status = read(path), os.stat(path)
            write(path, text.replace(self.top, self.dir))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        for area in ("bin", "testsuite/bin"):
            link = os.path.join(self.build, area, "stap-source")
            if os.path.lexists(link):
                os.unlink(link)

    def run(self, command, cwd):
        if self.quietly(command, cwd):
            raise SystemExit("%s failed: see %s" % (" ".join(command), self.log))

    def quietly(self, command, cwd):
        environment = dict(os.environ, CCACHE_BASEDIR=self.dir, CCACHE_NOHASHDIR="1",
                           LC_ALL="C.UTF-8")
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            environment.pop(name, None)
        with open(self.log, "ab") as log:
            log.write(("\n$ %s\n" % " ".join(command)).encode())
            log.flush()
            return subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=log, env=environment).returncode

    def make(self, targets, options=()):
        return self.quietly(["make", "-j1", *options, *targets], self.build)

    # -- one mutant

    def plain_object(self, name):
        """The object of file NAME as it is used, without debug information; None: it has none."""
        to = os.path.join(self.work, os.path.basename(self.dir) + ".o")
        if name.startswith("runtime/"):
            flags = SHIM if name.startswith("runtime/kernel/") else []
            flags = flags + ["-std=gnu11", "-O2", "-w", "-D_GNU_SOURCE", "-Iruntime/include", "-I."]
            if self.quietly(["gcc", *flags, "-c", "-o", to, name], self.dir):
                return None
        else:
            made = name[:-2] + ".o"
            if self.make([made], WITHOUT_WARNINGS):
                return None
            shutil.copy(os.path.join(self.build, made), to)
        if self.quietly(["strip", "-g", to], self.dir):
            return None
        with open(to, "rb") as f:
            return f.read()

    def test(self, mutant, tests, limits):
        """(outcome, what it is by, tests that ran)"""
        path = self.path(mutant.file)
        original = read(path)
        write(path, mutants.apply(original, mutant))
        try:
            return self.try_tests(mutant, tests, limits)
        finally:
            write(path, original)

    def original(self, mutant):
        """The object without the mutant."""
        if mutant.file not in self.objects:
            mutated = read(self.path(mutant.file))
            write(self.path(mutant.file), read(os.path.join(self.top, mutant.file)))
            self.objects[mutant.file] = self.plain_object(mutant.file)
            write(self.path(mutant.file), mutated)
        return self.objects[mutant.file]

    def try_tests(self, mutant, tests, limits):
        ran = []
        for test in tests:
            if self.make(needs(self.dir, test), WITHOUT_WARNINGS):
                return "did not compile", test, ran
            ran.append(test)
            words = []
            if test == LANGUAGE and not mutant.file.startswith("runtime/"):
                words = self.changed_scripts()
                if not words:
                    continue
            failure = self.run_test(test, limits[test], words)
            if failure:
                return "killed", "%s: %s" % (test, failure), ran
        # only these are worth another compilation
        same = self.plain_object(mutant.file) == self.original(mutant)
        return "equivalent" if same else "survived", "", ran

    # -- tests

    def environment(self, scratch):
        bounded = "detect_stack_use_after_return=1:strict_string_checks=1:hard_rss_limit_mb=2000"
        return dict(os.environ, SRC=self.dir, BUILD=self.build, TMPDIR=scratch, HOME=scratch,
                    STAP=os.path.join(self.build, "bin/stap"),
                    STPD=os.path.join(self.build, "bin/stpd"), LC_ALL="C.UTF-8",
                    CCACHE_DIR=os.path.join(self.work, "ccache"), CCACHE_BASEDIR=self.dir,
                    CCACHE_NOHASHDIR="1", ASAN_OPTIONS=bounded, UBSAN_OPTIONS="print_stacktrace=1")

    def confined(self, command):
        script = ('mount --bind "$1" "$1" && mount -t tmpfs tmpfs /tmp &&'
                  ' mount -o remount,bind,ro / && { ip link set lo up 2>/dev/null;'
                  ' cd "$2" && shift 2 && exec "$@"; }')
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        return ["unshare", *user, "--mount", "--pid", "--net", "--fork", "--kill-child",
                "--mount-proc", "sh", "-c", script, "sh", self.work, *command]

    def translations(self):
        """The C that pass 3 makes of each script of testsuite/language, with some arguments."""
        found = {}
        for script in sorted(glob.glob(self.path("testsuite/language/*.stp"))):
            options = re.findall(r"^//! stap: (.*)", read(script), re.M)
            command = ["sh", "-c", 'exec timeout 60 "$0" $1 -p3 "$2" 1 2 3',
                       os.path.join(self.build, "bin/stap"), " ".join(options), script]
            cache = os.path.join(self.work, "cache-" + os.path.basename(self.dir))
            done = subprocess.run(self.confined([self.work] + command), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=dict(os.environ, STAP_CACHE_DIR=cache, LC_ALL="C.UTF-8"))
            found[os.path.basename(script)[:-4]] = (done.returncode, done.stdout)
        return found

    def changed_scripts(self):
        """Names of the scripts that the mutant translates otherwise."""
        now = self.translations()
        return [name for name in now if now[name] != self.translated[name]]

    def run_test(self, test, limit, words=()):
        """What is wrong, or None. It ends with the first test that fails."""
        scratch = os.path.join(self.work, os.path.basename(self.dir) + ".tmp")
        shutil.rmtree(scratch, ignore_errors=True)
        os.makedirs(scratch)
        os.makedirs(os.path.join(self.work, "ccache"), exist_ok=True)
        program = os.path.join(self.build if is_unit(test) else self.dir, test)
        try:
            self.process = subprocess.Popen(
                self.confined([scratch, program, *words]), env=self.environment(scratch),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=lambda: set_limits(limit))
            return self.judge(self.process, limit)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def judge(self, process, limit):
        late = threading.Event()

        def end():
            late.set()
            stop(process)
        timer = threading.Timer(limit, end)
        timer.start()
        failure, plan, size = None, False, 0
        with open(self.log + ".test", "wb") as log:
            for line in process.stdout:
                size += len(line)
                if size < 1 << 22:
                    log.write(line)
                if line.startswith(b"not ok "):
                    failure = line.decode(errors="replace").strip()[7:]
                    stop(process)
                    break
                plan = plan or re.match(rb"1\.\.\d+$", line)
        process.stdout.close()
        status = process.wait()
        timer.cancel()
        if failure:
            return failure
        if late.is_set():
            return "no end in %d s" % limit
        return None if plan and status == 0 else "status %d" % status


def set_limits(seconds):
    """Of each process of a test: endless loops end early even where the machine is busy."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 29, 1 << 29))
    resource.setrlimit(resource.RLIMIT_CPU, (max(10, seconds // 4), max(10, seconds // 4) + 5))


def stop(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def is_unit(test):
    return test.startswith("testsuite/unit/")


def needs(top, test):
    """What make must have made for TEST."""
    if is_unit(test):
        return [test]
    text = read(os.path.join(top, test))
    found = {"bin/stap-source"} | set(re.findall(r"\$BUILD/(testsuite/bin/[\w-]+)", text))
    if "$STAP" in text:
        found.add("bin/stap")
    if "$STPD" in text:
        found.add("bin/stpd")
    if "home.sh" in text:
        found.add("libhome-san.a")
    return sorted(found)


class Baseline:
    """How long tests take without mutants, kept in the work directory until something changes."""

    def __init__(self, slot):
        self.slot = slot
        self.file = os.path.join(slot.work, "baseline.json")
        self.known = json.loads(read(self.file)) if os.path.exists(self.file) else {}
        self.product = digest(slot.dir, PRODUCT)

    def measure(self, test):
        """Seconds; SystemExit if it does not pass."""
        directory = test.replace("/unit-", "/") if is_unit(test) else os.path.dirname(test)
        key = "%s %s %s" % (test, self.product, digest(self.slot.dir, [directory]))
        if key not in self.known:
            if self.slot.make(needs(self.slot.dir, test)):
                raise SystemExit("%s cannot be built: see %s" % (test, self.slot.log))
            begun = time.time()
            failure = self.slot.run_test(test, 1800)
            if failure:
                raise SystemExit("%s fails without mutants: %s (see %s.test)" %
                                 (test, failure, self.slot.log))
            self.known[key] = time.time() - begun
            write(self.file, json.dumps(self.known, indent=1))
        return self.known[key]
