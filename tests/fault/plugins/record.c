/* SPDX-License-Identifier: MIT */
/* A sink that keeps the record, for tests: a GONE row makes it say where to go on, before or after it is settled. */
#include <string.h>

#include <vmm/sink.h>

#include "fault.h"

static const struct vmm_host *host;
static const struct vmm_sink_host *sink;
static const struct vmm_record_host *record;

static int go_on(const char *place)
{
    struct vmm_place at = {
        .struct_size = sizeof(at), .table = record->node_id(host->context), .place = place};
    const struct vmm_place *const places[] = {&at};
    return record->resume(host->context, places, 1);
}

static int open_plugin(const struct vmm_host *given, void **self)
{
    *self = NULL;
    host = given;
    sink = host->extension(host->context, VMM_SINK_HOST);
    record = host->extension(host->context, VMM_RECORD_HOST);
    return record != NULL ? go_on("first") : VMM_E_NOTSUP;
}

static int deliver(void *self, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count)
{
    (void)self;
    const struct vmm_message *row = messages[count - 1];
    int too_early = row->kind == VMM_MESSAGE_GONE ? go_on("early") : 0;
    for (uint32_t i = 0; i < count; i++) {
        sink->settle(delivery, i, too_early == 0 ? VMM_SINK_DELIVERED : VMM_SINK_DROP, 0,
                     too_early == 0 ? NULL : "told while a batch is open");
    }
    return row->kind == VMM_MESSAGE_GONE ? go_on(row->place) : 0;
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
                                                 .name = "record",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_VMS_FAULT",
                                                 .summary = "a sink of rows for tests",
                                                 .licence = "MIT",
                                                 .traits = VMM_TRAIT_RECORD,
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .ops = &ops};
FAULT_ENTRY
