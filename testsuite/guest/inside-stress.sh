#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# inside-stress.sh SHARE full|short CASE: what `stress` does in the guest. Each case says ok or not ok for itself; so
# does `left_clean` for what it left behind.
share=$1 size=$2 only=$3
cd "$share" || exit 1
T=$(mktemp -d)
bad='WARNING: |BUG: |Oops|KASAN: |INFO: (task|rcu|possible|suspicious|lockdep|trying)|suspicious RCU|general protection|refcount_t: |list_(add|del) corruption|sleeping function'
tolerance_available=16384 tolerance_slab=6144 # KiB: what the kernel's own caches of files and processes vary by
kmemleak=/sys/kernel/debug/kmemleak
[ ! -e $kmemleak ] || echo scan=off >$kmemleak

many() { if [ "$size" = full ]; then echo "$1"; else echo "$2"; fi; }

# memory: MemAvailable and SUnreclaim, KiB, when nothing is going on. What each CPU keeps of free pages for itself, which newer
# kernels let grow to tens of MiB, is free.
memory() {
	sync
	for _ in 1 2 3; do
		echo 3 >/proc/sys/vm/drop_caches
		sleep 0.3
	done
	awk '/^MemAvailable:/ { a += $2 } /^SUnreclaim:/ { s = $2 } $1 == "count:" { a += $2 * 4 } END { print a, s }' /proc/meminfo /proc/zoneinfo
}

# points: what is attached to the kernel, by whomever
points() { cat /sys/kernel/debug/kprobes/list /sys/kernel/tracing/enabled_functions; }

start_load() {
	for _ in 1 2; do
		while :; do ./work 3000 100 load; done &
		load+=($!)
	done
	while :; do find /usr/share/doc -maxdepth 1 >/dev/null; done &
	load+=($!)
}

stop_load() {
	[ ${#load[@]} = 0 ] || kill "${load[@]}"
	wait "${load[@]}" 2>/dev/null
	load=()
}

# memory_lost AVAILABLE SLAB: what of it is not back; nothing if all is
memory_lost() {
	if [ $(($1 - now[0])) -ge $tolerance_available ]; then
		echo "of $1 KiB of memory, ${now[0]} are left"
	elif [ $((now[1] - $2)) -ge $tolerance_slab ]; then
		echo "slab grew from $2 to ${now[1]} KiB"
	fi
}

# settle AVAILABLE SLAB: sets now to the memory once it is back where it was, or after half a minute: some of what is
# freed comes back only when the kernel gets to it.
settle() {
	local tries

	for ((tries = 0; tries < 15; tries++)); do
		read -r -a now < <(memory)
		[ "$(memory_lost "$@")" ] || break
		sleep 1
	done
}

# left_clean NAME AVAILABLE SLAB
left_clean() {
	local now why='' lost

	! grep '^s_' /proc/modules || why="a module is left"
	[ -z "$(points)" ] || why="probes are left: $(points | head -n 3)"
	! dmesg | grep -E "$bad" || why="the kernel warned"
	settle "$2" "$3"
	lost=$(memory_lost "$2" "$3")
	[ -z "$lost" ] || why=$lost
	if [ -e $kmemleak ]; then
		echo scan >$kmemleak && sleep 6 && echo scan >$kmemleak
		[ -z "$(head -c 1 $kmemleak)" ] || { why="memory is lost" && head -n 40 $kmemleak; }
	fi
	[ -z "$lost" ] || paste "$T/meminfo" /proc/meminfo | awk '$2 - $5 > 2000 || $5 - $2 > 2000 { print "# " $1, $2, "->", $5, "KiB" }'
	echo "# $1: memory available $2 -> ${now[0]} KiB, slab $3 -> ${now[1]} KiB"
	if [ "$why" ]; then echo "not ok $1/clean: $why"; else echo "ok $1/clean"; fi
}

# run NAME FUNCTION ARGUMENT…: the function says why it failed, or nothing
run() {
	local name=$1 before why begun=$SECONDS
	shift

	# shellcheck disable=SC2254
	case $name in $only) ;; *) return ;; esac
	dmesg -C
	[ ! -e $kmemleak ] || { echo scan >$kmemleak && echo clear >$kmemleak; }
	read -r -a before < <(memory)
	cat /proc/meminfo >"$T/meminfo"
	why=$("$@")
	stop_load
	if [ "$why" ]; then echo "not ok $name: $why"; else echo "ok $name"; fi
	echo "# $name: $((SECONDS - begun)) s"
	left_clean "$name" "${before[@]}"
}

load_cycles() {
	local i

	start_load
	for ((i = 1; i <= $1; i++)); do
		timeout 30 stpd -w -T $((20 + RANDOM % 40)) s_load.ko >"$T/out" 2>"$T/err" || { echo "session $i: status $?: $(cat "$T/err")" && break; }
		[ "$(head -n 1 "$T/out") $(tail -n 1 "$T/out")" = "begun ended" ] || { echo "session $i: $(tail -n 1 "$T/out")" && break; }
	done
	stop_load
}

# A disarmed module has nothing attached within a second after its daemon was killed; every other one is left to the next daemon.
killed_daemons() {
	local i pid tries

	start_load
	for ((i = 1; i <= $1; i++)); do
		stpd -w s_load.ko >/dev/null 2>"$T/err" &
		pid=$!
		sleep "0.$((RANDOM % 8))$((RANDOM % 10))"
		kill -0 $pid 2>/dev/null || { echo "session $i ended by itself: $(cat "$T/err")" && break; }
		kill -KILL $pid
		wait $pid 2>/dev/null
		for ((tries = 0; tries < 20; tries++)); do
			[ "$(points)" ] || break
			sleep 0.05
		done
		[ -z "$(points)" ] || { echo "session $i: attached after a second: $(points | head -n 3)" && break; }
		if [ $((i % 2)) = 0 ] && grep -q '^s_load ' /proc/modules; then
			stpd -d s_load 2>"$T/err" || { echo "session $i: it cannot be removed: $(cat "$T/err")" && break; }
		fi
	done
	timeout 30 stpd -w -T 50 s_load.ko >/dev/null 2>"$T/err" || echo "the last session: $(cat "$T/err")"
	stop_load
}

# Until one goes by in which nothing failed.
failing_allocations() {
	local n status

	for ((n = $1; n < 5000; n += $2)); do
		timeout 60 stpd s_failing.ko stp_fail_alloc=$n >"$T/out" 2>"$T/err"
		status=$?
		if ! grep -q "allocation $n fails" "$T/err"; then
			[ $status = 0 ] && grep -qx 'done 1' "$T/out" && echo "# $n allocations" >&2 && return
			echo "allocation $n did not fail, and status $status: $(tail -n 1 "$T/err")"
			return
		fi
		if [ $status != 0 ]; then
			grep -q '^ERROR: ' "$T/err" || { echo "allocation $n failed without a word" && return; }
		elif ! grep -qx 'done 1' "$T/out"; then
			echo "allocation $n failed, status 0 and no output" && return
		fi
		! grep -q '^s_failing ' /proc/modules || { echo "allocation $n: the module is left" && return; }
		[ -z "$(points)" ] || { echo "allocation $n: probes are left" && return; }
	done
	echo "there is no end to it"
}

# refused_points STEP: the Nth point is refused, until there is none of that number. The session goes on
# without it or does not start.
refused_points() {
	local n status

	for ((n = 1; n < 5000; n += $1)); do
		timeout 60 stpd s_failing.ko stp_refuse_at=$n >"$T/out" 2>"$T/err"
		status=$?
		grep -q "point $n is refused" "$T/err" || { [ $status = 0 ] && [ $n -gt 20 ] && echo "# $n points" >&2 && return; }
		if [ $status != 0 ]; then
			grep -q '^ERROR: ' "$T/err" || { echo "point $n was refused without a word, status $status" && return; }
		else
			grep -qx 'done 1' "$T/out" || { echo "point $n was refused, status 0 and no output" && return; }
		fi
		nothing_left s_failing "point $n" || return
	done
	echo "there is no end to it"
}

# nothing_left MODULE WHEN: else says so
nothing_left() {
	! grep -q "^$1 " /proc/modules || { echo "$2: the module is left" && return 1; }
	[ -z "$(points)" ] || { echo "$2: probes are left: $(points | head -n 3)" && return 1; }
}

# cut_looks STEP: the Nth look at whether starting shall end says yes, until there is none of that number.
# What began also ends.
cut_looks() {
	local n status

	for ((n = 1; n < 50000; n += $1)); do
		timeout 60 stpd s_failing.ko stp_cut_at=$n >"$T/out" 2>"$T/err"
		status=$?
		if [ $status != 0 ]; then	# the daemon did not ask for it
			grep -q 'did not start: Interrupted system call$' "$T/err" ||
				{ echo "look $n: status $status: $(tail -n 1 "$T/err")" && return; }
			sed -i '/^ERROR:.* Interrupted system call$/d' "$T/err"
		fi
		grep -q "look $n finds the session cut" "$T/err" || { [ $n -gt 20 ] && echo "# $n looks" >&2 && return; }
		[ "$(grep -c begun "$T/out")" = "$(grep -c 'done' "$T/out")" ] || { echo "look $n: $(paste -s "$T/out")" && return; }
		! grep ERROR "$T/err" || { echo "look $n: an error" && return; }
		nothing_left s_failing "look $n" || return
	done
	echo "there is no end to it"
}

# timed COMMAND…: sets took to the milliseconds it takes, and status
timed() {
	local begun=${EPOCHREALTIME/./}

	"$@" >"$T/command" 2>&1
	status=$? took=$(((${EPOCHREALTIME/./} - begun) / 1000))
}

stopped() { [ "$(cat /sys/kernel/debug/stap/"$1"/state 2>/dev/null || echo 4)" = 4 ]; }
# await_end PID MODULE
await_end() {
	wait "$1"
	set -- "$2" $?
	until stopped "$1"; do sleep 0.02; done
	return "$2"
}

# end_session SIGNAL MS WHEN: a session of many points gets SIGNAL after MS; what the end took goes to
# $T/ends
end_session() {
	local pid status took

	mkdir -p "$T/tmp"
	TMPDIR=$T/tmp stpd -w s_many.ko >"$T/out" 2>"$T/err" &
	pid=$!
	sleep "$(($2 / 1000)).$(printf %03d $(($2 % 1000)))"
	kill -"$1" $pid
	timed await_end $pid s_many
	echo "$1 $2 $took" >>"$T/ends"
	if [ "$1" = KILL ]; then
		[ -z "$(points)" ] || { echo "$3: attached when it had stopped: $(points | head -n 3)" && return 1; }
		! grep -q '^s_many ' /proc/modules || stpd -d s_many
	else
		[ $status = 0 ] || [ $status = 130 ] || { echo "$3: status $status: $(cat "$T/err")" && return 1; }
		[ "$(grep -c begun "$T/out")" = "$(grep -c ended "$T/out")" ] || { echo "$3: $(paste -s "$T/out")" && return 1; }
	fi
	rmdir "$T/tmp" || { echo "$3: files are left: $(ls -A "$T/tmp")" && return 1; }
	nothing_left s_many "$3"
}

# cut_sessions N: signals at N moments between loading a module of thousands of points and a little
# after all are attached
cut_sessions() {
	local i whole took status

	: >"$T/ends"
	timed timeout 300 stpd -w -T 1 s_many.ko
	whole=$took
	for ((i = 1; i <= $1; i++)); do
		end_session INT $((i * whole / $1)) "SIGINT, moment $i of $1" || return
		end_session KILL $((i * whole / $1)) "SIGKILL, moment $i of $1" || return
	done
	awk -v whole="$whole" '{ n++; if ($3 > most) most = $3; sum += $3 }
		END { printf "# a whole session %d ms; %d ends: %d ms on average, %d at most\n", whole, n, sum / n, most }' "$T/ends" >&2
}

# Every write is in the array or was skipped, every read in the statistic.
hammered_map() {
	local out skipped=0

	out=$(stpd -c "./work $1 1 & ./work $1 1; wait" s_hammer.ko 2>"$T/err")
	skipped=$(sed -n 's/.*skipped probes: //p' "$T/err")
	set -- $((2 * $1 - ${skipped:-0})) $((2 * $1))
	[ "$out" = "writes $1 $1 reads $2" ] || echo "$out, not writes $1 $1 reads $2: $(cat "$T/err")"
}

own_functions() {
	local out

	start_load
	out=$(timeout 60 stpd -w -T "$1" s_own.ko 2>"$T/err" | tail -n 1)
	stop_load
	[ "$out" = "hit 1" ] && ! grep -q ERROR "$T/err" || echo "$out: $(head -n 3 "$T/err")"
}

# slow_reader PAUSE: records in the pipe's end plus records lost are all there were
slow_reader() {
	local got lost

	got=$(stpd -c './work 60000 1 & ./work 60000 1; wait' s_output.ko 2>"$T/err" |
		(while dd bs=65536 count=1 iflag=fullblock of="$T/part" 2>/dev/null && [ -s "$T/part" ]; do cat "$T/part" && sleep "$1"; done) |
		grep -c '^w0123.*9$')
	lost=$(sed -n 's/^WARNING: \([0-9]*\) records.*/\1/p' "$T/err")
	[ $((got + ${lost:-0})) = 120000 ] || echo "$got received, ${lost:-0} lost, of 120000"
	rm -f "$T/part"
}

slow_readers() {
	local i

	for ((i = 0; i < $1; i++)); do slow_reader "0.0$((RANDOM % 6))"; done
}

load=()
load_cycles 1 >/dev/null # what the kernel allocates once and keeps
run load_cycles load_cycles "$(many 500 5)"
run killed_daemons killed_daemons "$(many 100 4)"
run failing_allocations failing_allocations 1 "$(many 1 11)"
run refused_points refused_points "$(many 1 7)"
run cut_looks cut_looks "$(many 1 97)"
run cut_sessions cut_sessions "$(many 40 2)"
run hammered_map hammered_map "$(many 200000 20000)"
run own_functions own_functions "$(many 20000 2000)"
run slow_readers slow_readers "$(many 10 1)"
exit 0
