#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: runs each test of the shared directory, leaves out, err, status and the seconds that
# it took (took) beside its module. After each one no module of it may be loaded. A kernel that
# looks for lost memory (debug-kernel) leaves its report in `leaks`.
share=$1
cd "$share" || exit 1
export WORK=$share/work
kmemleak=/sys/kernel/debug/kmemleak
seconds=120
[ ! -e $kmemleak ] || seconds=600
[ ! -e $kmemleak ] || for word in scan=off scan clear; do echo $word >$kmemleak; done

# For the tests' commands, which take the time that the machine takes.
# await COMMAND: until it succeeds, a minute at most
await() {
	local i

	for ((i = 0; i < 600; i++)); do
		! eval "$1" || return 0
		sleep 0.1
	done
	echo "never: $1" >&2
	return 1
}
# await_running MODULE: until its probes are on
await_running() { await "grep -qsx 2 /sys/kernel/debug/stap/$1/state"; }
# await_end PID
await_end() { await "! kill -0 $1 2>/dev/null"; }
export -f await await_running await_end

for dir in "$share"/*/; do
	name=$(basename "$dir")
	[ -e "$dir/broken" ] && continue
	KO=$dir/t_$name.ko T=$(mktemp -d)
	export KO T
	options=$(sed -n 's,^//! stpd: ,,p' "$dir/script.stp")
	globals=$(sed -n 's,^//! globals: ,,p' "$dir/script.stp")
	command=$(sed -n 's,^//! run: ,,p' "$dir/script.stp")
	begun=$SECONDS
	(cd "$T" && timeout -k 5 $seconds bash -c "${command:-stpd $options \"\$KO\" $globals}") >"$dir/out" 2>"$dir/err" </dev/null
	echo $? >"$dir/status"
	echo $((SECONDS - begun)) >"$dir/took"
	rm -rf "$T"
	if grep -q "^t_$name " /proc/modules; then
		echo "the module t_$name is still loaded" >>"$dir/err"
		echo left >"$dir/status"
		stpd -d "t_$name" 2>/dev/null
	fi
done
if [ -e $kmemleak ]; then
	# what was just freed or moved is seen again by the second scan
	echo scan >$kmemleak
	sleep 6
	echo scan >$kmemleak
	cat $kmemleak >"$share/leaks"
fi
exit 0
