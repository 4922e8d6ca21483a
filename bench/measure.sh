# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the benchmarks share, sourced: medians, and the passes of stap.

# median: the middle one of the numbers on standard input, one a line
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# medians FILE: the median of each of its columns, in one line
medians() {
	local column row=()

	for ((column = 1; column <= $(head -n 1 "$1" | wc -w); column++)); do
		row+=("$(awk -v c=$column '{ print $c }' "$1" | median)")
	done
	echo "${row[@]}"
}

# passes RUNS ARGUMENT…: runs `stap -v ARGUMENT…` RUNS times; medians, in one line: milliseconds of passes 1, 2, 3 and 4
# (0 for one that was not run) and their sum, of CPU time in them, MB of memory at the peak, milliseconds from start to
# end.  With -p4, each run makes a module of another name, so that none comes from the module cache, and removes it.
passes() {
	local runs=$1 i begun ended module=()

	shift
	: >figures
	for ((i = 0; i < runs; i++)); do
		begun=$(date +%s%N)
		case " $* " in *' -p4 '*) module=(-m "measured_$$_$i") ;; esac
		"$stap" -v "${module[@]}" "$@" >/dev/null 2>log || { cat log >&2; return 1; }
		ended=$(date +%s%N)
		awk -v wall=$(((ended - begun) / 1000)) '
			/^pass [1-4] / { n = $2 + 0; sub(/^pass . \([a-z]*\): /, ""); split($0, f, /[ ,;]+/)
				ms[n] = f[1]; all += f[1]; cpu += f[4] + f[6]; if (f[9] > peak) peak = f[9] }
			END { print ms[1] + 0, ms[2] + 0, ms[3] + 0, ms[4] + 0, all, cpu, peak, wall / 1000 }' log >>figures
		rm -f "measured_$$_$i.ko"
	done
	medians figures
}
