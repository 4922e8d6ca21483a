# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# report.sh: what a guest's kernel said on its console, read after the fact: panics, and warnings while the command
# ran. Sourced by stap-guest. The console's file is $temp/console; its lines end in CR LF.

report_lines=120 # of a trace, at most

# The kernel's ways to say that something is wrong with it.
report_bad='WARNING: |BUG: |Oops|Kernel panic|kernel BUG at|cut here|general protection fault|divide error|UBSAN: |KASAN: '
report_bad+='|KCSAN: |INFO: (task|rcu|possible|suspicious|lockdep|trying)|suspicious RCU|Unpatched return thunk|refcount_t: '
report_bad+='|list_(add|del) corruption|scheduling while atomic|sleeping function called|circular locking|DEADLOCK'
report_bad+='|unchecked MSR|Bad page|double fault|stack guard page'

# report_console: what the kernel said after init let the command start, or everything if it never did.
report_console() {
	tr -d '\r' <"$temp/console" | awk '/stap-guest: command starts/ { text = ""; next } { text = text $0 "\n" } END { printf "%s", text }'
}

# report_trace: from the first sign of trouble on, as far as it is of use.
report_trace() { report_console | sed -nE "/$report_bad/,\$p" | head -n "$report_lines"; }

report_panicked() { grep -aqE 'Kernel panic|end Kernel panic|Oops: |BUG: unable to handle|double fault' "$temp/console"; }

# report_panic: if the kernel panicked, says so with the trace and ends.
report_panic() {
	report_panicked || return 0
	report_trace >&2
	die "$st_panic" "the guest kernel ($release) panicked: see the trace above"
}

# report_warnings: succeeds if there are none; else prints them.
report_warnings() {
	local trace

	trace=$(report_trace)
	[ -n "$trace" ] || return 0
	printf '%s\n' "$trace" >&2
	say "the guest kernel ($release) warned: see above"
	return 1
}

# report_boot: why a machine did not come up, from what there is.
report_boot() {
	cat "$temp/qemu.log" "$temp"/{host,share*}.log >&2 2>/dev/null || true
	[ ! -s "$temp/console" ] || tail -n 30 "$temp/console" | tr -d '\r' >&2
	say "the guest with kernel $release did not come up"
	if [ "$qemu_version" -lt "$qemu_good" ]; then
		say "QEMU $qemu_version is too old for new kernels; fetch a newer one with: stap-prep --qemu"
	fi
	exit "$st_guest"
}
