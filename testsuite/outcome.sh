# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# outcome.sh: what test scripts (testsuite/run-kernel, testsuite/language) say of their outcome, in lines
#
#	//! expect: LINE        the lines that it prints, all of them, in order
#	//! match: REGEX        an extended regular expression that a line of the output matches; with neither of the two nothing is
#	                        printed
#	//! errors: REGEX       one that a line of standard error matches
#	//! status: N           exit status (0)
#	//! build-error: REGEX  stap refuses it with a line that matches; it does not run

# lines FILE KEY: the rest of its lines "//! KEY: …".
lines() { sed -n "s,^//! $2: \\{0\\,1\\},,p" "$1"; }

# mismatch FILE DIR: status 1 if what FILE left in DIR (out, err, status) is what it says; else prints why not, and details.
mismatch() {
	local test=$1 dir=$2 want re status

	want=$(lines "$test" status)
	[ -f "$dir/status" ] || { echo "it did not run"; return; }
	status=$(cat "$dir/status")
	if [ "$status" != "${want:-0}" ]; then
		echo "status $status, not ${want:-0}"
		head -n 20 "$dir/err"
		return
	fi
	if grep -q '^//! expect:' "$test" && ! diff <(lines "$test" expect) "$dir/out" >"$dir/diff"; then
		echo "other output"
		cat "$dir/diff" "$dir/err" | head -n 30
		return
	fi
	while read -r re; do
		grep -qE -- "$re" "$dir/out" || { echo "no line matches $re"; head -n 20 "$dir/out" "$dir/err"; return; }
	done < <(lines "$test" match)
	while read -r re; do
		grep -qE -- "$re" "$dir/err" || { echo "no error matches $re"; head -n 20 "$dir/err"; return; }
	done < <(lines "$test" errors)
	if ! grep -q -e '^//! expect:' -e '^//! match:' "$test"; then
		untold_lines "$test" match "$dir/out" && return
	fi
	return 1
}

# untold_lines FILE KEY OUTPUT: status 1 if each line of OUTPUT matches an expression of FILE's lines KEY; else prints which do not.
untold_lines() {
	local untold

	untold=$(grep -vE -f <(lines "$1" "$2") "$3") || return 1
	echo "lines that no $2 tells"
	head -n 20 <<<"$untold"
}

# refusal_mismatch FILE MESSAGES: the same of what stap says when it refuses FILE.
refusal_mismatch() {
	local re

	while read -r re; do
		grep -qE -- "$re" "$2" || { echo "no message matches $re"; head -n 20 "$2"; return; }
	done < <(lines "$1" build-error)
	return 1
}
