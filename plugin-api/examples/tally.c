/* SPDX-License-Identifier: MIT */
/* A sink that counts what it is given: vmmctl metrics shows vmm_tally_events_total. */
#include <vmm/sink.h>

static int tally_open(const struct vmm_host *host, void **self)
{
    *self = (void *)host;
    return host->extension(host->context, VMM_SINK_HOST) != NULL ? 0 : VMM_E_NOTSUP;
}

/* Nothing is kept, and nothing is ever open: deliver() settles before it returns. */
static void tally_nothing(void *self)
{
    (void)self;
}

static int tally_deliver(void *self, struct vmm_delivery *delivery,
                         const struct vmm_message *const *messages, uint32_t count)
{
    const struct vmm_host *host = self;
    const struct vmm_sink_host *sink = host->extension(host->context, VMM_SINK_HOST);
    (void)messages;
    host->metric_add(host->context, "vmm_tally_events_total", count);
    for (uint32_t i = 0; i < count; i++) {
        sink->settle(delivery, i, VMM_SINK_DELIVERED, 0, NULL);
    }
    return 0;
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = tally_open,
                                        .close = tally_nothing,
                                        .deliver = tally_deliver,
                                        .drain = tally_nothing};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "tally",
    .version = "0.1.0",
    .flag = "FEATURE_PLUGIN_TALLY",
    .summary = "counts events",
    .licence = "MIT",
    .generation = VMM_GENERATION_HANDOVER,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
