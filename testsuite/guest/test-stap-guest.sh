#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of stap-guest: what it promises of a command's bytes, status and files, of a kernel that fails, and of its own
# end. Boots about ten machines. Arguments: the kernels to try (stable backports); what does not depend on the kernel
# is tried on the first one alone.
set -u -o pipefail
export SRC=${SRC:-$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)}
# shellcheck source=testsuite/tests.sh
. "$SRC/testsuite/tests.sh"

export STAP_GUEST_ACCEL=${STAP_GUEST_ACCEL:-tcg}
prep=$SRC/guest/stap-prep guest=$SRC/guest/stap-guest
work=$(mktemp -d /tmp/stap-guest-test.XXXXXX)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp
mkdir "$TMPDIR" "$work/share"

# check NAME CONDITION…: the condition is a command.
check() {
	local name=$1
	shift

	if "$@" >"$work/check.log" 2>&1; then ok "$name"; else not_ok "$name" "fails: $*" "$(tail -n 20 "$work/check.log")"; fi
}

# boot NAME OPTION… -- COMMAND…: runs stap-guest; sets status; output in out, err.
boot() {
	status=0
	"$guest" --timeout 240 "$@" >"$work/out" 2>"$work/err" || status=$?
}

# check_status NAME WANT
check_status() {
	if [ "$status" = "$2" ]; then ok "$1"; else not_ok "$1" "status $status instead of $2" "$(tail -n 40 "$work/err")"; fi
}

# Processes of ours that live; a killed one whose parent is gone may stay a while as a zombie, whose line is empty.
left_processes() {
	local process line

	for process in /proc/[0-9]*; do
		line=$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
		case $line in *"$TMPDIR/stap-guest."*) echo "${process#/proc/} $line" ;; esac
	done
}

nothing_left() {
	for _ in {1..40}; do
		if [ -z "$(ls -A "$TMPDIR")" ] && [ -z "$(left_processes)" ]; then return 0; fi
		sleep 0.1
	done
	ls -A "$TMPDIR"
	left_processes
	return 1
}

make_module() {
	mkdir -p "$work/$1"
	cat >"$work/$1/stap_guest_test.c" <<-'EOF'
		#include <linux/module.h>
		static int __init test_init(void) { pr_info("stap_guest_test: init\n"); return 0; }
		static void __exit test_exit(void) { pr_info("stap_guest_test: exit\n"); }
		module_init(test_init);
		module_exit(test_exit);
		MODULE_DESCRIPTION("test of header trees");
		MODULE_LICENSE("GPL");
	EOF
	echo 'obj-m := stap_guest_test.o' >"$work/$1/Makefile"
	make -C "$("$prep" --print-dir "$1")/build" "M=$work/$1" modules
}

# What the guest does in test_machine; $1 is the module, $2 the shared directory.
cat >"$work/inside" <<'EOF'
cat >"$2/stdin"
printf 'one\r\ntwo\nno end'
cat "$2/stdin"
echo apart >&2
echo changed >/etc/hostname
touch /etc/stap-guest-test
insmod "$1/stap_guest_test.ko" && rmmod stap_guest_test
{
	uname -r
	pwd
	echo "$STAP_TEST_PASSED $GIVEN"
	dmesg | grep -oE 'stap_guest_test: (init|exit)'
	ls -d /sys/kernel/debug/kprobes /sys/kernel/tracing/events "/lib/modules/$(uname -r)/modules.dep" /dev/fd/0 /dev/pts
	cat /proc/sys/kernel/hostname
	echo again >/dev/stderr
	mkdir /m && mount -t virtiofs host /m && mount -o remount,rw /m
	echo harm >/m/etc/stap-guest-test || echo the host is safe
} >"$2/report" 2>"$2/log"
exit 37
EOF

# One machine answers for most of what a command may expect.
test_machine() {
	local name=$1 release

	"$prep" "$1" 2>"$work/prep.log" || not_ok "$name: kernel fetched" "stap-prep fails" "$(cat "$work/prep.log")"
	release=$(basename "$("$prep" --print-dir "$1")")
	check "$name: a module is built from the unpacked headers" make_module "$1"
	head -c 3000000 /dev/urandom >"$work/random"
	rm -rf "$work/share"/*
	(cd "$work" && STAP_TEST_PASSED=passed boot -r "$1" --share "$work/share" --env GIVEN='a b' --fail-on-warning \
		--console "$work/console" -- bash "$work/inside" "$work/$1" "$work/share" <"$work/random"
	exit $status)
	status=$?
	check_status "$name: status of the command, and no warning of the kernel" 37
	check "$name: bytes of standard input" cmp "$work/random" "$work/share/stdin"
	check "$name: bytes of standard output" cmp <(printf 'one\r\ntwo\nno end' | cat - "$work/random") "$work/out"
	check_same "$name: standard error apart" "apart" "$(cat "$work/err")"
	check_same "$name: the machine" "$release
$work
passed a b
stap_guest_test: init
stap_guest_test: exit
/dev/fd/0
/dev/pts
/lib/modules/$release/modules.dep
/sys/kernel/debug/kprobes
/sys/kernel/tracing/events
stap-guest
the host is safe" "$(cat "$work/share/report")"
	check "$name: the host's files are as they were" test ! -e /etc/stap-guest-test -a "$(cat /etc/hostname)" != changed
	check "$name: console kept" grep -q 'Linux version\|command starts' "$work/console"
	check "$name: nothing left behind" nothing_left
	boot -n -r "$1" -- bash -c 'kill -SEGV $$'
	check_status "$name: signal of the command" 139
}

test_bad_kernel() {
	boot -n -r "$1" -- bash -c 'echo before; echo c >/proc/sysrq-trigger; sleep 60'
	check_status "a panic is told by the status" 125
	check_same "output before a panic" "before" "$(cat "$work/out")"
	check "a panic is told with its trace" grep -q 'sysrq_handle_crash' "$work/err"
	check "a panic is told in words" grep -q '^stap-guest: the guest kernel .* panicked' "$work/err"
	boot -n -r "$1" --fail-on-warning -- bash -c 'echo "<4>WARNING: of a test" >/dev/kmsg'
	check_status "a warning of the kernel is told by the status" 123
	check "a warning of the kernel is shown" grep -q 'WARNING: of a test' "$work/err"
	status=0
	"$guest" --timeout 8 -n -r "$1" -- sleep 100 2>"$work/err" || status=$?
	check_status "time over" 124
	check "nothing left behind by machines that failed" nothing_left
}

# The server has to close what the guest does not need any more.
test_many_files() {
	local i

	mkdir "$work/many"
	for i in {1..6000}; do echo "$i" >"$work/many/$i"; done
	# shellcheck disable=SC2016 # for the shell in the guest
	(ulimit -n 2000 && boot -n -r "$1" -- bash -c 'sum=0
		for file in "$0"/*; do read -r i <"$file" && sum=$((sum + i)); done
		echo $sum' "$work/many" && exit "$status")
	status=$?
	check_status "more files than the server may have open: status" 0
	check_same "more files than the server may have open: each is read" 18003000 "$(cat "$work/out")"
	rm -r "$work/many"
}

# started PID: waits until the command of machine PID has said that it is up.
started() {
	for _ in {1..600}; do
		grep -q up "$work/up" && return 0
		kill -0 "$1" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# end_by SIGNAL WANT
end_by() {
	local pid

	: >"$work/up"
	"$guest" --timeout 240 -n -r "$kernel" -- bash -c 'echo up; sleep 100' >"$work/up" 2>"$work/err" &
	pid=$!
	started "$pid"
	{ kill "-$1" "$pid" && wait "$pid"; } 2>"$work/log"
	status=$?
	check_status "ended by SIG$1: status" "$2"
	check "ended by SIG$1: nothing left behind" nothing_left
}

# A terminal that goes away, timeout(1) and service managers mean all processes at once.
end_group() {
	local pid

	: >"$work/up"
	setsid "$guest" --timeout 240 -n -r "$kernel" -- bash -c 'echo up; sleep 100' >"$work/up" 2>"$work/err" &
	pid=$!
	started "$pid"
	{ kill -TERM -- "-$pid" && timeout 20 tail --pid="$pid" -f /dev/null; } 2>"$work/log"
	check_same "all its processes get SIGTERM: it ends" "0" "$?"
	kill -KILL -- "-$pid" 2>"$work/log"
	wait "$pid" 2>"$work/log"
	check "all its processes get SIGTERM: nothing left behind" nothing_left
}

test_signals() {
	local pid

	kernel=$1
	end_by TERM 143
	end_by KILL 137
	end_group
	: >"$work/up"
	# a shell starts what it does not wait for with SIGINT ignored, and stap-guest could not undo that
	env --default-signal=INT "$guest" --timeout 240 -n -r "$kernel" -- \
		bash -c 'trap "echo interrupted; exit 9" INT; echo up; sleep 100 & wait' >"$work/up" 2>"$work/err" &
	pid=$!
	started "$pid"
	kill -INT "$pid"
	wait "$pid"
	status=$?
	check_status "an interrupt is the command's to handle" 9
	check_same "output after an interrupt" "up interrupted" "$(paste -sd' ' "$work/up")"
	"$guest" --timeout 240 -n -r "$kernel" -- yes 2>"$work/err" | head -n 1 >"$work/out"
	status=${PIPESTATUS[0]}
	check_status "nobody reads the output" 141
	check "nobody reads the output: nothing left behind" nothing_left
}

test_terminal() {
	script -qec "'$guest' --timeout 240 -r '$1' --tty -- bash -c 'tty; exit 5'" /dev/null >"$work/out" 2>&1 </dev/null
	status=$?
	check_status "with a terminal: status" 5
	check "with a terminal: it is one" grep -q '^/dev/pts/' "$work/out"
	check "with a terminal: nothing left behind" nothing_left
}

test_usage() {
	local options

	for options in --bad '--cpus none -- true' '--share /nonexistent -- true' '-r 0.0.0 -- true' '--share / -- true' ''; do
		status=0
		# shellcheck disable=SC2086
		"$guest" $options </dev/null >"$work/out" 2>"$work/err" || status=$?
		check_status "wrong use: '$options'" 122
		check "wrong use is explained: '$options'" grep -q '^stap-guest: ' "$work/err"
	done
	status=0
	STAP_CACHE_DIR=$work/empty "$guest" -n -- true 2>"$work/err" || status=$?
	if [ "$(find /lib/modules -maxdepth 2 -name modules.dep 2>/dev/null)" ]; then
		skip "no kernel: stap-prep is named" "this machine has one installed"
	else
		check "no kernel: stap-prep is named" grep -q 'stap-prep' "$work/err"
	fi
	check "wrong use leaves nothing behind" nothing_left
}

[ $# -gt 0 ] || set -- stable backports
test_usage
for kernel; do test_machine "$kernel"; done
test_bad_kernel "$1"
test_many_files "$1"
test_signals "$1"
test_terminal "$1"
finish
