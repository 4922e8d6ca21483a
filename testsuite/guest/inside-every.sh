#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# inside-every.sh SHARE SECONDS PIECE…: what `every-function` does in the guest. Each PIECE is a file of
# points with a module f_PIECE.ko; PIECE.begun is there before it is loaded, and PIECE.done, its figures,
# when it is gone again. PIECE.report has what the kernel should not have said.
share=$1 seconds=$2
shift 2
cd "$share" || exit 1
T=$(mktemp -d)
bad='WARNING: |BUG: |Oops|KASAN: |INFO: (task|rcu|possible|suspicious|lockdep|trying)|suspicious RCU'
bad+='|general protection|refcount_t: |list_(add|del) corruption|sleeping function|soft lockup'
bad+='|rcu: .*stall'

# what a busy machine does: files, pages, processes, sockets, sleep, signals
start_load() {
	while :; do
		./work 300 100 load && ./work 20 1000 load tcp
		./work faults 200 && ./work sleeps 5 && ./work migrates 5
	done >/dev/null 2>&1 &
	load=($!)
	while :; do
		find /proc /sys/kernel/mm /usr/share/doc -maxdepth 2 | head -n 2000 | sort | md5sum
		mkdir "$T/d" && mv "$T/d" "$T/e" && rmdir "$T/e" && sync -f "$T"
	done >/dev/null 2>&1 &
	load+=($!)
}

# blacklisted PIECE MOST: how many of its functions are on the kernel's list
blacklisted() {
	local n

	n=$(sed -n 's/^kernel\.function("\([^"@]*\).*/\1/p' "$1" | sort -u |
		comm -12 - "$T/blacklist" | wc -l)
	echo $((n < $2 ? n : $2))
}
awk '{ sub(/\+.*/, "", $2); print $2 }' /sys/kernel/debug/kprobes/blacklist | sort -u >"$T/blacklist"

# session PIECE: its figures: points attached blacklisted refused hit hits skipped
session() {
	local points left black skipped

	points=$(wc -l <"$1")
	stpd -v -T $((seconds * 1000)) "f_$1.ko" >"$T/out" 2>"$T/err"
	left=$(sed -n 's/^stpd: \([0-9]*\) optional.*/\1/p' "$T/err")
	left=${left:-0}
	black=$(blacklisted "$1" "$left")
	skipped=$(sed -n 's/.*skipped probes: //p' "$T/err")
	echo "$points $((points - left)) $black $((left - black))" \
		"$(sed -n 's/^hit //p' "$T/out") ${skipped:-0}"
	grep -q '^hit ' "$T/out" || { tail -n 3 "$T/err" >>"$1.report"; }
}

start_load
for piece; do
	: >"$piece.begun"
	sync -f .
	dmesg -C
	session "$piece" >"$T/figures"
	dmesg | grep -E "$bad" >>"$piece.report"
	cat "$T/figures" >"$piece.done"
done
kill "${load[@]}"
exit 0
