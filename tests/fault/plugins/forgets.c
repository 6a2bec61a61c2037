/* SPDX-License-Identifier: MIT */
/* A sink that settles the first message of a batch and forgets the others. */
#include <vmm/sink.h>

#include "fault.h"

static const struct vmm_sink_host *sink;

static int open_plugin(const struct vmm_host *host, void **self)
{
    *self = NULL;
    sink = host->extension(host->context, VMM_SINK_HOST);
    return sink != NULL ? 0 : VMM_E_NOTSUP;
}

static int deliver(void *self, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count)
{
    (void)self;
    (void)messages;
    (void)count;
    sink->settle(delivery, 0, VMM_SINK_DELIVERED, 0, NULL);
    return 0;
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = open_plugin,
                                        .close = fault_close,
                                        .deliver = deliver,
                                        .drain = fault_close};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "forgets",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_VMS_FAULT",
                                                 .summary = "a sink for tests",
                                                 .licence = "MIT",
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .ops = &ops};
FAULT_ENTRY
