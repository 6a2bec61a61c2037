/* SPDX-License-Identifier: MIT */
/* What processes use: processor time, bytes written, and counts of the kernel. */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define USAGE_PROCESSES 32

/* A process and its children, as they are when the group is taken. */
struct process_group {
    pid_t pids[USAGE_PROCESSES]; /* the parent first */
    int count;
};

void usage_group(struct process_group *group, pid_t parent);

/* Stop or continue all of them: children stop first and continue last. */
void usage_stop(const struct process_group *group);
void usage_continue(const struct process_group *group);

/* User and system time of a process, all its threads and those that have ended, in microseconds. */
double usage_cpu_us(pid_t pid);
double usage_group_cpu_us(const struct process_group *group);

/* Bytes that a group caused to be written to disk (write_bytes of /proc/PID/io). */
uint64_t usage_group_written(const struct process_group *group);

/* ---- counts, by perf events ------------------------------------------------------------------------------ */

#define USAGE_THREADS 128

struct usage_counter {
    int fds[USAGE_THREADS * 4];
    int count;
};

/*
 * Count the system calls, or the calls of malloc, calloc, realloc and aligned_alloc, of all threads of a group. False:
 * the kernel does not let this user (tracefs, uprobes and CAP_PERFMON are needed).
 */
bool usage_count_syscalls(struct usage_counter *counter, const struct process_group *group);
bool usage_count_allocations(struct usage_counter *counter, const struct process_group *group);

uint64_t usage_counted(const struct usage_counter *counter);
void usage_counter_close(struct usage_counter *counter);

#endif
