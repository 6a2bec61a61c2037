/* SPDX-License-Identifier: MIT */
/* "vmm.sink/1": a batch of events at a time, or notifications of several targets beside one another, from
 * FRAME_BATCH to one FRAME_SETTLED a message. */
#ifndef HOST_SINK_H
#define HOST_SINK_H

#include <stdbool.h>

#include <vmm/sink.h>

#include "host/mask.h"
#include "ipc/channel.h"

struct record;
struct sink;

/* Everything here outlives the sink. */
struct sink_setup {
    struct channel *channel;
    const struct vmm_sink_ops *ops;
    void *self;
    struct record *record;        /* NULL but for a sink that keeps the record */
    const struct mask *secrets;   /* cut out of what the plugin says of a message */
    void (*on_change)(void *arg); /* a batch is settled */
    void *arg;
};

/* NULL without memory. */
struct sink *sink_create(const struct sink_setup *setup);
void sink_destroy(struct sink *sink);

/* Hand a batch to the plugin. 0 or VMM_E_PROTO: no such frame, or what is under way bars it. */
int sink_start(struct sink *sink, const struct frame *frame);

/* Ask the plugin to settle what is open. */
void sink_drain(struct sink *sink);

/* True while a batch is under way. */
bool sink_is_busy(const struct sink *sink);

/* The table for plugins. */
extern const struct vmm_sink_host sink_host;

#endif
