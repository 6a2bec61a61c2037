/* SPDX-License-Identifier: MIT */
/* Processes that were sent SIGKILL and have not been collected: a process may take its time to end, and the loop does not
 * wait for it. */
#ifndef IPC_DYING_H
#define IPC_DYING_H

#include <stddef.h>
#include <sys/types.h>

#define DYING_MAX 300u

struct dying {
    pid_t pids[DYING_MAX];
    size_t count;
};

/* Keep a child that ends. Past DYING_MAX the first one is waited for. */
void dying_add(struct dying *dying, pid_t pid);

/* Collect those that have ended. */
void dying_reap(struct dying *dying);

/* Wait for all. */
void dying_wait(struct dying *dying);

#endif
