# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lint.sh: for the checks of testsuite/lint, which keep the protocol of testsuite/run-tests. Sourced; goes to the source
# directory.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
export LC_ALL=C.UTF-8
# what ends a pipe counts in this shell
shopt -s lastpipe
# shellcheck source=testsuite/tests.sh
. testsuite/tests.sh

# tree_files [DIR…]: the files of the project, one a line; in a clone those that git tracks.
tree_files() {
	local path

	if [ -e .git ] && git ls-files -- "$@" 2>/dev/null; then return; fi
	[ $# -gt 0 ] || set -- ''
	for path; do
		find . -path ./build -prune -o -path ./autom4te.cache -prune -o -type f -path "./$path*" -print
	done | sed 's,^\./,,' | sort -u
}

# report NAME WHY <DETAILS: ok if there are no details.
report() {
	local details

	details=$(cat)
	if [ -z "$details" ]; then ok "$1"; else not_ok "$1" "$2" "$details"; fi
}

# A check that looks at no file has checked nothing.
need_files() {
	[ -n "$1" ] || {
		not_ok "files" "none found"
		finish
	}
}
