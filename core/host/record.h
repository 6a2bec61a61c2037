/* SPDX-License-Identifier: MIT */
/* "vmm.record/1": where a sink that keeps the record goes on, FRAME_RESUME and FRAME_RESUMED. */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include <stdbool.h>

#include <vmm/sink.h>

#include "ipc/channel.h"

struct record;
struct sink;

/* For a sink with VMM_TRAIT_RECORD. `node_id` is copied. NULL without memory. */
struct record *record_create(struct channel *channel, const char *node_id);
void record_destroy(struct record *record);

/* The sink whose batches are looked at by resume(); before the first call of the plugin's deliver(). */
void record_set_sink(struct record *record, const struct sink *sink);

/* FRAME_RESUMED: the core goes on where it was told. VMM_E_PROTO when it was told nothing. */
int record_resumed(struct record *record);

/* True while a batch would not be one that follows the places told last. */
bool record_is_waiting(const struct record *record);

/* The table for plugins. */
extern const struct vmm_record_host record_host;

#endif
