/* SPDX-License-Identifier: MIT */
#include "ipc/dying.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>

/* True when it has ended, or is no child. */
static bool collect(pid_t pid, int options)
{
    pid_t ended;
    do {
        ended = waitpid(pid, NULL, options);
    } while (ended < 0 && errno == EINTR);
    return ended != 0;
}

static void collect_all(struct dying *dying, int options)
{
    size_t kept = 0;
    for (size_t i = 0; i < dying->count; i++) {
        if (!collect(dying->pids[i], options)) {
            dying->pids[kept++] = dying->pids[i];
        }
    }
    dying->count = kept;
}

void dying_add(struct dying *dying, pid_t pid)
{
    if (dying->count == DYING_MAX) {
        (void)collect(dying->pids[0], 0);
        dying->pids[0] = dying->pids[--dying->count];
    }
    dying->pids[dying->count++] = pid;
}

void dying_reap(struct dying *dying)
{
    collect_all(dying, WNOHANG);
}

void dying_wait(struct dying *dying)
{
    collect_all(dying, 0);
}
