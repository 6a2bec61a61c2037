/* SPDX-License-Identifier: MIT */
#include "usage.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "child.h"

void usage_group(struct process_group *group, pid_t parent)
{
    char path[64];
    int pid = 0;
    *group = (struct process_group){.pids = {parent}, .count = 1};
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        bench_fail("process %d is gone; see its log", (int)parent);
    }
    while (group->count < USAGE_PROCESSES && fscanf(file, "%d", &pid) == 1) {
        group->pids[group->count++] = pid;
    }
    fclose(file);
}

void usage_stop(const struct process_group *group)
{
    for (int i = group->count - 1; i >= 0; i--) {
        kill(group->pids[i], SIGSTOP);
    }
}

void usage_continue(const struct process_group *group)
{
    for (int i = 0; i < group->count; i++) {
        kill(group->pids[i], SIGCONT);
    }
}

double usage_cpu_us(pid_t pid)
{
    clockid_t clock = 0;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        bench_fail("process %d is gone; see its log", (int)pid);
    }
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

double usage_group_cpu_us(const struct process_group *group)
{
    double sum = 0;
    for (int i = 0; i < group->count; i++) {
        sum += usage_cpu_us(group->pids[i]);
    }
    return sum;
}

static uint64_t written(pid_t pid)
{
    char path[64];
    char line[128];
    unsigned long long bytes = 0;
    snprintf(path, sizeof(path), "/proc/%d/io", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "write_bytes: %llu", &bytes) == 1) {
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

uint64_t usage_group_written(const struct process_group *group)
{
    uint64_t sum = 0;
    for (int i = 0; i < group->count; i++) {
        sum += written(group->pids[i]);
    }
    return sum;
}
