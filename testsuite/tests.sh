# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# tests.sh: for test scripts. It keeps the protocol of testsuite/run-tests:
#
#	. "$SRC/testsuite/tests.sh"
#	run_check "greets" 'hello' "$STAP" -e '…'	# status 0 and this output
#	ok NAME; not_ok NAME WHY [DETAILS]; skip NAME WHY
#	finish						# the last line
tests_n=0 tests_bad=0

ok() {
	tests_n=$((tests_n + 1))
	echo "ok $1"
}

# not_ok NAME WHY [DETAILS]: WHY is one line, DETAILS may be many.
not_ok() {
	tests_n=$((tests_n + 1)) tests_bad=$((tests_bad + 1))
	echo "not ok $1: $2"
	[ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
}

skip() {
	tests_n=$((tests_n + 1))
	echo "skip $1: $2"
}

# check_same NAME WANT GOT: two texts; shows how they differ.
check_same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "not what was expected" \
			"$(diff -u --label expected --label got <(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
	fi
}

# run_check NAME WANT COMMAND…: status 0 and WANT on standard output.
run_check() {
	local name=$1 want=$2 got errors status=0

	shift 2
	# not in the current directory, which is the test's own
	errors=$(mktemp -p /tmp)
	got=$("$@" 2>"$errors") || status=$?
	if [ "$status" != 0 ]; then
		not_ok "$name" "status $status" "$(cat "$errors")"
	else
		check_same "$name" "$want" "$got"
	fi
	rm -f "$errors"
}

finish() {
	echo "1..$tests_n"
	[ "$tests_bad" = 0 ]
	exit
}
