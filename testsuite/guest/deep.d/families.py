# SPDX-License-Identifier: GPL-2.0-or-later
"""Where handlers run: each family of probe points by the stack on which its hits come.

The points are such that the workload of inside-deep.sh hits them, on every kernel, without debug
information beyond BTF. `target` says which $variables and functions a handler may use beside what
any may.
"""


class Family:
    def __init__(self, choices, target=(), extra="", **defines):
        self.choices = choices      # probe points, of which a script has one
        self.target = target        # expressions (of numbers) that only this family has
        self.extra = extra          # declarations that make the hits come
        self.defines = defines      # options -D that make them come

    def points(self, rand):
        return rand.choice(self.choices)


def functions(text):
    return text.split()


# called deep below a write to a file system in a file of another one
WRITES = functions("""vfs_write vfs_read vfs_fsync_range submit_bio_noacct blk_mq_submit_bio
    ext4_map_blocks ext4_mark_iloc_dirty jbd2_journal_get_write_access __kmalloc kmem_cache_alloc
    mempool_alloc bio_alloc_bioset try_charge_memcg shmem_get_folio loop_queue_rq""")
# called deep below a look-up of a path
PATHS = functions("""lookup_fast link_path_walk path_openat generic_permission inode_permission
    ovl_lookup ovl_path_open dput d_alloc_parallel touch_atime""")
# called in interrupts, soft and hard, on what stack these have
SOFTIRQ = functions("""tcp_v4_rcv ip_rcv __netif_receive_skb_core tcp_rcv_established
    dev_hard_start_xmit run_timer_softirq rcu_core tcp_ack udp_rcv""")
HARDIRQ = functions("""tick_sched_timer update_process_times hrtimer_interrupt task_tick_fair
    vring_interrupt handle_edge_irq scheduler_tick sched_tick account_process_tick ktime_get""")


def optional(template, names):
    return [template % name + " ?, " + template % "vfs_write" for name in names]


BARE, KERNEL = 'kprobe.function("%s")', 'kernel.function("%s")'
FAMILIES = {
    "begin": Family(["begin", "begin(-10)", "oneshot"]),
    "end": Family(["end", "end(5)"]),
    "error": Family(["error"], extra='probe begin(9) { error("by intent") }', MAXERRORS=0),
    "timer": Family(["timer.ms(3)", "timer.us(900)", "timer.hz(300)", "timer.jiffies(1)",
                     "timer.ms(5).randomize(3)"]),
    "profile": Family(["timer.profile", "timer.profile.freq.hz(300)"]),
    "function": Family(optional(KERNEL, WRITES + PATHS)),
    "parameters": Family(['kernel.function("vfs_write")', 'kernel.function("vfs_read")'],
                         ["$count", "$file->f_mode", "$file->f_path->dentry->d_inode->i_ino"]),
    "return": Family(optional(KERNEL + ".return", WRITES + PATHS), ["returnval()"]),
    "entry": Family(['kernel.function("vfs_write").return', 'kernel.function("vfs_read").return'],
                    ["@entry($count)", "$return", "@entry(gettimeofday_ns())",
                     "@entry($file->f_path->dentry->d_inode->i_ino)"]),
    "statement": Family([", ".join('kprobe.function("%s+%d") ?' % (name, at) for at in range(5, 60))
                         + ', kprobe.function("vfs_write")' for name in WRITES]),
    "bare": Family(optional(BARE, WRITES + PATHS) + optional(BARE + ".return", WRITES)),
    "softirq": Family(optional(BARE, SOFTIRQ) + optional(BARE + ".return", SOFTIRQ)),
    "hardirq": Family(optional(BARE, HARDIRQ) + optional(BARE + ".return", HARDIRQ)),
    "trace": Family(['kernel.trace("%s")' % name for name in functions(
        """sched:sched_switch sched_waking irq_handler_entry softirq_entry kmalloc sys_enter
        net_dev_queue hrtimer_expire_entry block_bio_queue mm_page_alloc local_timer_entry
        consume_skb""")]),
    "nmi": Family(['kernel.tracepoint("nmi_handler")']),
    "syscall": Family(["syscall.openat, syscall.write", "syscall.read.return, syscall.close"],
                      ["strlen(name)"]),
    "netfilter": Family(["netfilter.ipv4.local_in", "netfilter.ip.local_out",
                         "netfilter.ipv4.post_routing", "netfilter.ipv6.local_in"],
                        ["dport", "strlen(saddr)", "strlen(data_hex)", "length"]),
    "perf": Family(["perf.sw.page_faults.sample(3)", "perf.sw.context_switches.sample(2)",
                    "perf.sw.cpu_clock.hz(300)", "perf.sw.task_clock.sample(1000000)",
                    "perf.hw.cpu_cycles.sample(1000000) ?, perf.sw.cpu_clock.hz(200)"]),
    "data": Family(['kernel.data("jiffies_64").write', 'kernel.data("jiffies_64").rw',
                    'kernel.data("panic_timeout").rw']),
    "procfs": Family(['procfs("deep").read', 'procfs("deep").write'], ["strlen($value)"]),
    "input": Family(["input.char", "input.line"], extra="probe timer.ms(900) { exit() }"),
}
