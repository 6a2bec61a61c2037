/* SPDX-License-Identifier: MIT */
/* From the journal to the next batch: a page is read, what is not for the destination any more is passed over. */
#include <stdlib.h>
#include <string.h>

#include <vmm/sink.h>

#include "base/clock.h"
#include "health/words.h"
#include "main/destination.h"
#include "main/journal.h"

void deliver_free_items(struct destination *destination)
{
    for (uint32_t i = 0; i < OUTBOX_BATCH_MAX; i++) {
        struct item *item = &destination->items[i];
        free(item->id);
        free(item->site_id);
        free(item->dedup_key);
        free(item->json);
        *item = (struct item){0};
    }
}

void deliver_items(const struct destination *destination, struct batch_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct item *item = &destination->items[i];
        items[i] = (struct batch_item){.id = item->id,
                                       .dedup_key = item->dedup_key,
                                       .site_id = item->site_id,
                                       .severity = (uint8_t)item->severity,
                                       .json = item->json};
    }
}

static char *event_text(const struct store_event *event)
{
    json_t *object = journal_event_json(event);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static bool copy_item(struct item *item, const struct store_event *event)
{
    *item = (struct item){.id = strdup(event->id),
                          .site_id = strdup(event->site_id),
                          .dedup_key = strdup(event->dedup_key),
                          .json = event_text(event),
                          .severity = event->severity};
    return item->id != NULL && item->site_id != NULL && item->dedup_key != NULL &&
           item->json != NULL;
}

/* How many events from the front on are alike in whether they are for the destination. */
static size_t run_of(struct destination *destination, const struct store_event *events,
                     size_t count, bool *passed)
{
    size_t run = 1;
    if (count == 0) {
        return 0;
    }
    *passed = deliver_skips(destination, &events[0]);
    while (run < count && deliver_skips(destination, &events[run]) == *passed) {
        run++;
    }
    return run;
}

/* Copies of these events. False without memory. */
static bool copy_items(struct destination *destination, const struct store_event *events,
                       size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = copy_item(&destination->items[i], &events[i]);
    }
    return ok;
}

/* No sink can be given the first: it is done with, and the log says why. */
static void drop_first(struct destination *destination, int64_t seq)
{
    deliver_log(destination, 0, VMM_SINK_DROP, "it is too long to be handed to a sink");
    deliver_act(destination, outbox_pass(&destination->outbox, seq));
}

/* As many of the items as fit one frame become the batch. `page`: how many events were read with them. */
static void begin_batch(struct destination *destination, const struct store_event *events,
                        uint32_t count, size_t page)
{
    int64_t seq[OUTBOX_BATCH_MAX];
    struct batch_item items[OUTBOX_BATCH_MAX];
    deliver_items(destination, items, count);
    uint32_t fit = message_batch_fit(items, count);
    if (fit == 0 && count > 0) {
        drop_first(destination, events[0].seq);
        return;
    }
    for (uint32_t i = 0; i < fit; i++) {
        seq[i] = events[i].seq;
    }
    if (fit < page) {
        outbox_grown(&destination->outbox); /* the rest is still to be looked for */
    }
    deliver_act(destination, outbox_page(&destination->outbox, seq, fit));
}

static void on_page(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct destination *destination = arg;
    bool passed = false;
    bool whole = rc == 0 && count <= OUTBOX_BATCH_MAX;
    size_t page = count;
    deliver_free_items(destination);
    count = whole ? run_of(destination, events, count, &passed) : 0;
    if (passed) {
        deliver_keep_dropped(destination);
        deliver_act(destination, outbox_pass(&destination->outbox, events[count - 1].seq));
        return;
    }
    if (page < OUTBOX_BATCH_MAX) {
        deliver_tell_dropped(destination); /* this is the end of what waits */
    }
    if (whole && copy_items(destination, events, count)) {
        begin_batch(destination, events, (uint32_t)count, page);
    } else {
        deliver_act(destination, outbox_page_failed(&destination->outbox, clock_mono_us(),
                                                    rng_next(&destination->deliver->rng)));
    }
}

void deliver_fetch_page(struct destination *destination)
{
    struct store_event_filter filter = {.after_seq = destination->outbox.settled,
                                        .limit = OUTBOX_BATCH_MAX};
    int rc = store_query_events(destination->deliver->daemon->store, &filter, on_page, destination);
    if (rc != 0) {
        on_page(destination, rc, NULL, 0);
    }
}
