/* SPDX-License-Identifier: MIT */
#include "host/record.h"

#include <stdlib.h>
#include <string.h>

#include "host/breach.h"
#include "host/sink.h"
#include "host/table.h"
#include "ipc/message.h"

_Static_assert(VMM_PLACES_MAX <= RESUME_PLACES_MAX, "all places fit the frame");

struct record {
    struct channel *channel;
    const struct sink *sink;
    char *node_id;
    bool was_told; /* resume() was called */
    uint32_t open; /* RESUME frames without their RESUMED */
};

struct record *record_create(struct channel *channel, const char *node_id)
{
    struct record *record = calloc(1, sizeof(*record));
    if (record == NULL) {
        return NULL;
    }
    record->channel = channel;
    record->node_id = strdup(node_id);
    if (record->node_id == NULL) {
        record_destroy(record);
        return NULL;
    }
    return record;
}

void record_destroy(struct record *record)
{
    if (record != NULL) {
        free(record->node_id);
        free(record);
    }
}

void record_set_sink(struct record *record, const struct sink *sink)
{
    record->sink = sink;
}

int record_resumed(struct record *record)
{
    if (record->open == 0) {
        return VMM_E_PROTO;
    }
    record->open--;
    return 0;
}

bool record_is_waiting(const struct record *record)
{
    return !record->was_told || record->open > 0;
}

/* ---- the table ---- */

static struct record *record_of(struct vmm_context *context)
{
    if (!pthread_equal(context->loop, pthread_self())) {
        breach("a function of vmm.record/1 was called from a thread that is not the loop's");
    }
    return context->record;
}

static const char *node_id(struct vmm_context *context)
{
    return record_of(context)->node_id;
}

static bool is_place(const struct vmm_place *place)
{
    return place != NULL && place->table != NULL && place->place != NULL &&
           strlen(place->table) < VMM_PLACE_MAX && strlen(place->place) < VMM_PLACE_MAX;
}

static int resume(struct vmm_context *context, const struct vmm_place *const *places,
                  uint32_t count)
{
    struct record *record = record_of(context);
    struct resume_place list[VMM_PLACES_MAX];
    struct resume_message message = {.places = list};
    if (record->sink != NULL && sink_is_busy(record->sink)) {
        return VMM_E_STATE;
    }
    if (count > VMM_PLACES_MAX) {
        return VMM_E_TOOBIG;
    }
    for (; message.count < count; message.count++) {
        const struct vmm_place *place = places[message.count];
        if (!is_place(place)) {
            return VMM_E_INVAL;
        }
        list[message.count] = (struct resume_place){place->table, place->place};
    }
    int rc = message_put_resume(channel_out(record->channel), &message);
    if (rc == 0) {
        record->was_told = true;
        record->open++;
        channel_flush_soon(record->channel);
    }
    return rc;
}

const struct vmm_record_host record_host = {
    .struct_size = sizeof(struct vmm_record_host), .node_id = node_id, .resume = resume};
