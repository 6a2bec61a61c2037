/* SPDX-License-Identifier: MIT */
/* Starts a thread and leaves it running when it is closed. */
#include <pthread.h>
#include <unistd.h>

#include "fault.h"

static volatile int stop;

static void *run(void *arg)
{
    (void)arg;
    while (stop == 0) {
        pause();
    }
    return NULL;
}

static int open_plugin(const struct vmm_host *host, void **self)
{
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, run, NULL) == 0 ? 0 : VMM_E_IO;
    return rc == 0 ? fault_open(host, self) : rc;
}

FAULT_PROBE("leave_thread", open_plugin, fault_probe_ok)
