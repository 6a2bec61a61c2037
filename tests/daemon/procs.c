/* SPDX-License-Identifier: MIT */
#include "procs.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

void procs_children(pid_t parent, struct procs *out)
{
    char path[80];
    int pid;
    *out = (struct procs){0};
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    while (out->count < PROCS_MAX && fscanf(file, "%d", &pid) == 1) {
        out->pids[out->count++] = pid;
    }
    fclose(file);
}

/* The state letter stands behind the name, which may hold anything but ends with the last bracket. */
static bool has_ended(pid_t pid)
{
    char path[40];
    char line[512] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return true;
    }
    const char *read = fgets(line, sizeof(line), file);
    fclose(file);
    const char *bracket = read != NULL ? strrchr(line, ')') : NULL;
    return bracket == NULL || bracket[2] == 'Z' || bracket[2] == 'X';
}

static bool have_ended(const struct procs *procs)
{
    for (size_t i = 0; i < procs->count; i++) {
        if (!has_ended(procs->pids[i])) {
            return false;
        }
    }
    return true;
}

void procs_wait_ended(const struct procs *procs, const char *what)
{
    uint64_t end = rig_now_ms() + 10000;
    while (!have_ended(procs)) {
        cr_assert_lt(rig_now_ms(), end, "%s", what);
        poll(NULL, 0, 5);
    }
}

void procs_signal(const struct procs *procs, int number)
{
    for (size_t i = 0; i < procs->count; i++) {
        kill(procs->pids[i], number);
    }
}
