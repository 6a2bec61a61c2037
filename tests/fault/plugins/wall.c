/* SPDX-License-Identifier: MIT */
/* Tells what it finds around it: open descriptors, environment, limits, what the kernel says of the
 * process. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fault.h"

extern char **environ;

static void tell(struct vmm_job *job, const char *text)
{
    struct vmm_observation seen = {.struct_size = sizeof(seen),
                                   .subject = VMM_SUBJECT_DEVICE,
                                   .fact = VMM_FACT_VENDOR,
                                   .standing = VMM_STANDING_NOT_JUDGED,
                                   .type = VMM_TYPE_TEXT,
                                   .text = text,
                                   .text_size = strlen(text)};
    fault_probe->observe(job, &seen);
}

/* Sockets and pipes from 3 on that are not the host's stream, and files other than /dev/null and
 * shared objects. */
static void tell_descriptors(struct vmm_job *job)
{
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL;
         entry = readdir(folder)) {
        char path[300];
        char target[256] = "";
        char line[600];
        snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
        if (atoi(entry->d_name) != dirfd(folder) &&
            readlink(path, target, sizeof(target) - 1) > 0) {
            snprintf(line, sizeof(line), "fd %s=%s", entry->d_name, target);
            tell(job, line);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

static void tell_state(struct vmm_job *job)
{
    char line[256];
    int death = 0;
    struct rlimit core;
    prctl(PR_GET_PDEATHSIG, &death);
    getrlimit(RLIMIT_CORE, &core);
    snprintf(line, sizeof(line), "pdeathsig=%d dumpable=%d no_new_privs=%d core=%llu", death,
             prctl(PR_GET_DUMPABLE), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
             (unsigned long long)core.rlim_max);
    tell(job, line);
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    for (char **at = environ; *at != NULL; at++) {
        char line[256];
        snprintf(line, sizeof(line), "env %s", *at);
        tell(job, line);
    }
    tell_descriptors(job);
    tell_state(job);
    return fault_probe_ok(self, job, look);
}

FAULT_PROBE("wall", fault_open, probe)
