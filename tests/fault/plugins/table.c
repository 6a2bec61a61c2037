/* SPDX-License-Identifier: MIT */
/* A good probe that uses what the table offers: log, metrics, timer, watch, worker, config. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

struct look {
    struct vmm_job *job;
    struct vmm_watch *watch;
    int pipe[2];
    int sum;
};

static void worked(void *arg)
{
    struct look *look = arg;
    struct vmm_job *job = look->job;
    char text[32];
    snprintf(text, sizeof(text), "sum=%d", look->sum);
    close(look->pipe[0]);
    close(look->pipe[1]);
    free(look);
    fault_probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, text);
}

static void run(void *arg)
{
    struct look *look = arg;
    fault_host->log(fault_host->context, VMM_LOG_INFO, "from a worker");
    look->sum += 100;
}

static void readable(void *arg, uint32_t watched)
{
    struct look *look = arg;
    look->sum += (watched & VMM_WATCH_READ) != 0 ? 10 : 0;
    fault_host->watch_cancel(fault_host->context, look->watch);
    if (fault_host->work(fault_host->context, run, worked, look) != 0) {
        worked(look);
    }
}

static void elapsed(void *arg)
{
    struct look *look = arg;
    look->sum += 1;
    (void)!write(look->pipe[1], "x", 1);
}

static void cancelled_timer(void *arg)
{
    ((struct look *)arg)->sum += 100000;
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    (void)self;
    const struct vmm_host *host = fault_host;
    struct look *look = calloc(1, sizeof(*look));
    struct vmm_timer *timer = NULL;
    struct vmm_timer *never = NULL;
    if (look == NULL || pipe(look->pipe) != 0) {
        free(look);
        return VMM_E_NOMEM;
    }
    look->job = job;
    look->sum = strcmp(host->config_json(host->context), "{\"a\":1}") == 0 ? 1000 : 0;
    host->metric_add(host->context, "vmm_table_looks_total", 1);
    host->metric_add(host->context, "vmm_table_looks_total", 1);
    host->metric_set(host->context, "vmm_table_level", 2.5);
    look->sum +=
        host->metric_add(host->context, "vmm_other_looks_total", 1) == VMM_E_INVAL ? 10000 : 0;
    int lines = strstr(given->options, "chatty") != NULL ? 1000 : 1;
    for (int i = 0; i < lines; i++) {
        host->log(host->context, VMM_LOG_INFO, "from the loop");
    }
    host->log(host->context, VMM_LOG_DEBUG, "not wanted");
    host->watch_start(host->context, look->pipe[0], VMM_WATCH_READ, readable, look, &look->watch);
    host->timer_start(host->context, 1000, cancelled_timer, look, &never);
    host->timer_cancel(host->context, never);
    return host->timer_start(host->context, 2000, elapsed, look, &timer);
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = probe,
                                         .cancel = fault_cancel};
FAULT_DESCRIPTOR("table", ops, .traits = VMM_TRAIT_WORKERS);
FAULT_ENTRY
