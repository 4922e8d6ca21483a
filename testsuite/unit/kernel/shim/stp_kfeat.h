/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel that has all of it. */
#define STP_HAVE_HRTIMER_SETUP 1
#define STP_HAVE_PDE_DATA 1
#define STP_HAVE_MIGRATE_DISABLE 1
#define STP_HAVE_GET_KRETPROBE 1
#define STP_HAVE_TASK_PERF_EVENT_CTX 1
#define STP_HAVE_COPY_TO_KERNEL_NOFAULT 1
#define STP_HAVE_UNWIND_NEXT_FRAME 1
