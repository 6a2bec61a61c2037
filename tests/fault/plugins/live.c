/* SPDX-License-Identifier: MIT */
/* A service for tests: tells its life, and needs a moment to drain. */
#include <stdio.h>

#include <vmm/service.h>

#include "fault.h"

static const struct vmm_host *host_table;
static const struct vmm_service_host *service;

static int open_plugin(const struct vmm_host *host, void **self)
{
    *self = NULL;
    host_table = host;
    service = host->extension(host->context, VMM_SERVICE_HOST);
    return service != NULL ? 0 : VMM_E_NOTSUP;
}

static int start(void *self)
{
    (void)self;
    char line[64];
    snprintf(line, sizeof(line), "listen=%d other=%d",
             service->listen_fd(host_table->context, "listen"),
             service->listen_fd(host_table->context, "other"));
    service->state(host_table->context, 1, line);
    return 0;
}

static void ended(void *arg)
{
    (void)arg;
    service->drained(host_table->context);
}

static void drain(void *self)
{
    (void)self;
    struct vmm_timer *timer = NULL;
    service->state(host_table->context, 0, "draining");
    host_table->timer_start(host_table->context, 20000, ended, NULL, &timer);
}

static const struct vmm_service_ops ops = {.struct_size = sizeof(ops),
                                           .open = open_plugin,
                                           .start = start,
                                           .drain = drain,
                                           .close = fault_close};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SERVICE,
                                                 .name = "live",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_VMS_FAULT",
                                                 .summary = "a service for tests",
                                                 .licence = "MIT",
                                                 .generation = VMM_GENERATION_EXCLUSIVE,
                                                 .ops = &ops};
FAULT_ENTRY
