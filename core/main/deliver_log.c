/* SPDX-License-Identifier: MIT */
/* What was tried, and what came of it: rows of the notification log, committed with the destination's cursor. */
#include <string.h>

#include <vmm/sink.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/scrub.h"
#include "main/destination.h"

struct store_batch *deliver_log_batch(struct destination *destination)
{
    if (destination->log == NULL) {
        destination->log = store_batch_create();
    }
    return destination->log;
}

void deliver_log_save(struct destination *destination)
{
    struct store_batch *batch = deliver_log_batch(destination);
    if (batch != NULL) { /* else the next save carries a later cursor */
        store_put_cursor(batch, destination->name, destination->outbox.settled);
    }
}

void deliver_log_submit(struct destination *destination)
{
    struct store_batch *batch = destination->log;
    destination->log = NULL;
    if (batch != NULL) {
        store_submit(destination->deliver->daemon->store, batch, NULL, NULL);
    }
}

static void log_attempt(struct destination *destination, uint32_t index, int64_t row_id,
                        const char *status, const char *why)
{
    const struct item *item = &destination->items[index];
    struct store_batch *batch = deliver_log_batch(destination);
    int64_t now = clock_wall_us();
    const struct daemon *daemon = destination->deliver->daemon;
    const struct fleet_site *site = fleet_find_site(daemon->fleet, item->site_id);
    struct buf said;
    buf_init(&said);
    scrub_text(&said, why);
    struct store_delivery row = {.id = row_id,
                                 .site_id = item->site_id,
                                 .event_id = item->id,
                                 .channel = destination->name,
                                 .severity = item->severity,
                                 .status = status,
                                 .target = destination->name,
                                 .payload = "",
                                 .error_message = buf_cstr(&said),
                                 .created_at = now,
                                 .node_id = daemon->config->core.node_id,
                                 .epoch = site != NULL ? site->record.epoch : 1};
    if (batch != NULL) {
        store_put_delivery(batch, &row);
    }
    buf_finish(&said);
}

static int64_t new_row(struct destination *destination)
{
    return store_delivery_id(clock_wall_us(), (uint32_t)rng_next(&destination->deliver->rng));
}

/* An attempt that held something back is one row, whatever waited behind it: the row counts the attempts. */
void deliver_log_held(struct destination *destination)
{
    char text[TEXT_MAX + 64];
    destination->attempts++;
    text_format(text, sizeof(text), destination->attempts > 1 ? "%s, attempt %u" : "%s",
                destination->held_why, destination->attempts);
    log_attempt(destination, destination->held, new_row(destination), "failed", text);
    destination->held = UINT32_MAX;
}

/* The first of the batch that is held back stands for all; they are settled in any order. */
static void note_held(struct destination *destination, uint32_t index, const char *why)
{
    if (index < destination->held) {
        destination->held = index;
        text_format(destination->held_why, sizeof(destination->held_why), "%s", why);
    }
}

void deliver_log_lost(struct destination *destination)
{
    const struct outbox *outbox = &destination->outbox;
    for (uint32_t i = 0; i < outbox->count; i++) {
        if (outbox->verdict[i] == OUTBOX_OPEN) {
            destination->failed++;
            note_held(destination, i, "its plugin ended before it answered");
            return;
        }
    }
}

void deliver_log(struct destination *destination, uint32_t index, uint32_t verdict, const char *why)
{
    char clean[TEXT_MAX + 1];
    text_clean(why, strlen(why), clean);
    if (verdict == VMM_SINK_DELIVERED) {
        destination->sent++;
        destination->failing = false;
        destination->attempts = 0;
        log_attempt(destination, index, new_row(destination), "sent", "");
        return;
    }
    destination->failed++;
    if (verdict == VMM_SINK_DROP) {
        destination->dropped++;
        log_attempt(destination, index, new_row(destination), "failed", clean);
    } else {
        note_held(destination, index, clean);
    }
    if (!destination->failing) {
        log_warn("deliver", "%s: %s", destination->name, clean);
    }
    destination->failing = true;
}
