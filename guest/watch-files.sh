#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# watch-files.sh PID…: writes the line "trim" to fd 7, the control channel of the machine, whenever one of the virtiofsd
# PID… has more than half of the files open that a process may have. The server keeps each file open that the guest
# remembers, and a guest with memory to spare remembers all it ever looked at: without this a `du /` there would use up
# what the server may open, and every file after that would fail. Runs until it is killed.
set -eu
shopt -s nullglob
limit=$(ulimit -Hn)
[ "$limit" != unlimited ] || exec sleep infinity

# table_size PID: sets size to the descriptors that its table has room for, which is cheap to know and never shrinks
table_size() {
	local key value

	size=0
	while read -r key value; do
		[ "$key" != FDSize: ] || { size=$value && return; }
	done </proc/"$1"/status
}

while sleep 0.2; do
	for pid; do
		table_size "$pid" 2>/dev/null || true
		[ "$size" -gt $((limit / 2)) ] || continue
		files=("/proc/$pid/fd/"*)
		[ ${#files[@]} -gt $((limit / 2)) ] || continue
		echo trim >&7
		sleep 0.5 # the guest needs a while for it
	done
done
