/* SPDX-License-Identifier: MIT */
/* Processes as the kernel shows them. */
#ifndef PROCS_H
#define PROCS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCS_MAX 64

struct procs {
    pid_t pids[PROCS_MAX];
    size_t count;
};

/* The children of a process. */
void procs_children(pid_t parent, struct procs *out);

/* Wait until all have ended (a zombie has), at most 10 s; fails the test with `what`. */
void procs_wait_ended(const struct procs *procs, const char *what);

/* Send a signal to all. */
void procs_signal(const struct procs *procs, int number);

#endif
