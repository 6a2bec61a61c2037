/* SPDX-License-Identifier: MIT */
/* Counting perf events: a number in the kernel, read at the ends of a window; nothing is sampled or traced. */
#include <dirent.h>
#include <dlfcn.h>
#include <link.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "usage.h"

static bool read_number(const char *path, uint32_t *number)
{
    FILE *file = fopen(path, "r");
    bool good = file != NULL && fscanf(file, "%u", number) == 1;
    if (file != NULL) {
        fclose(file);
    }
    return good;
}

static bool add(struct usage_counter *counter, struct perf_event_attr *attr, pid_t thread)
{
    if (counter->count == (int)(sizeof(counter->fds) / sizeof(counter->fds[0]))) {
        return false;
    }
    long fd = syscall(SYS_perf_event_open, attr, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd >= 0) {
        counter->fds[counter->count++] = (int)fd;
    }
    return fd >= 0;
}

/* Each thread has a counter of its own; threads that begin later inherit it. */
static bool add_process(struct usage_counter *counter, struct perf_event_attr *attr, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    bool good = folder != NULL;
    for (struct dirent *entry = good ? readdir(folder) : NULL; entry != NULL;
         entry = readdir(folder)) {
        int thread = atoi(entry->d_name);
        good = good && (thread == 0 || add(counter, attr, thread));
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return good;
}

static bool add_group(struct usage_counter *counter, struct perf_event_attr *attr,
                      const struct process_group *group)
{
    bool good = true;
    attr->size = sizeof(*attr);
    attr->inherit = 1;
    for (int i = 0; good && i < group->count; i++) {
        good = add_process(counter, attr, group->pids[i]);
    }
    if (!good) {
        usage_counter_close(counter);
    }
    return good;
}

bool usage_count_syscalls(struct usage_counter *counter, const struct process_group *group)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT};
    uint32_t id = 0;
    *counter = (struct usage_counter){0};
    if (!read_number("/sys/kernel/tracing/events/raw_syscalls/sys_enter/id", &id)) {
        return false;
    }
    attr.config = id;
    return add_group(counter, &attr, group);
}

struct place {
    const char *file;
    uint64_t address; /* in memory */
    uint64_t offset;  /* in the file */
};

static int find_segment(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    struct place *place = arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uint64_t begin = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && place->address >= begin &&
            place->address < begin + segment->p_memsz) {
            place->offset = place->address - begin + segment->p_offset;
            return 1;
        }
    }
    return 0;
}

/* Where in the C library's file a function begins. */
static bool find_function(const char *name, struct place *place)
{
    Dl_info info;
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL || dladdr(function, &info) == 0) {
        return false;
    }
    *place = (struct place){.file = info.dli_fname, .address = (uint64_t)function};
    return dl_iterate_phdr(find_segment, place) == 1;
}

bool usage_count_allocations(struct usage_counter *counter, const struct process_group *group)
{
    static const char *const functions[] = {"malloc", "calloc", "realloc", "aligned_alloc"};
    uint32_t type = 0;
    *counter = (struct usage_counter){0};
    bool good = read_number("/sys/bus/event_source/devices/uprobe/type", &type);
    for (size_t i = 0; good && i < sizeof(functions) / sizeof(functions[0]); i++) {
        struct place place;
        struct perf_event_attr attr = {.type = type};
        good = find_function(functions[i], &place);
        if (good) {
            attr.config1 = (uint64_t)(uintptr_t)place.file;
            attr.config2 = place.offset;
            good = add_group(counter, &attr, group);
        }
    }
    return good;
}

uint64_t usage_counted(const struct usage_counter *counter)
{
    uint64_t sum = 0;
    for (int i = 0; i < counter->count; i++) {
        uint64_t count = 0;
        if (read(counter->fds[i], &count, sizeof(count)) == (ssize_t)sizeof(count)) {
            sum += count;
        }
    }
    return sum;
}

void usage_counter_close(struct usage_counter *counter)
{
    for (int i = 0; i < counter->count; i++) {
        close(counter->fds[i]);
    }
    counter->count = 0;
}
