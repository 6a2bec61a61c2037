/* SPDX-License-Identifier: MIT */
/* A sink for tests: what it does with a message stands in the message's dedup_key. */
#include <string.h>

#include <vmm/sink.h>

#include "fault.h"

static const struct vmm_sink_host *sink;
static struct vmm_delivery *kept; /* one delivery whose message said "keep"; "release" settles it */

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
    if (strcmp(messages[0]->dedup_key, "refuse") == 0) {
        return VMM_E_AGAIN;
    }
    if (strcmp(messages[0]->dedup_key, "keep") == 0) {
        kept = delivery;
        return 0;
    }
    if (strcmp(messages[0]->dedup_key, "release") == 0) {
        sink->settle(kept, 0, VMM_SINK_DELIVERED, 0, NULL);
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *word = messages[i]->dedup_key;
        if (strcmp(word, "drop") == 0) {
            sink->settle(delivery, i, VMM_SINK_DROP, 0, "the destination knows no such room");
        } else if (strcmp(word, "retry") == 0) {
            sink->settle(delivery, i, VMM_SINK_RETRY, 1500, "busy");
        } else {
            sink->settle(delivery, i, VMM_SINK_DELIVERED, 0, NULL);
        }
        if (strcmp(word, "twice") == 0) {
            sink->settle(delivery, i, VMM_SINK_DELIVERED, 0, NULL);
        }
    }
    return 0;
}

static void drain(void *self)
{
    (void)self;
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = open_plugin,
                                        .close = fault_close,
                                        .deliver = deliver,
                                        .drain = drain};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "settle",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_VMS_FAULT",
                                                 .summary = "a sink for tests",
                                                 .licence = "MIT",
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .ops = &ops};
FAULT_ENTRY
