/* SPDX-License-Identifier: MIT */
/* The journal, page by page, as the gateway takes it. */
#include <string.h>

#include <vmm/observation.h>

#include "base/clock.h"
#include "gateway/json_text.h"
#include "health/stale.h"
#include "health/words.h"
#include "main/notify.h"
#include "main/upkeep.h"

#define PAGE_ROWS 256u

static void fetch(struct notify *notify);

static uint32_t word_number(int number, uint32_t otherwise)
{
    return number >= 0 ? (uint32_t)number : otherwise;
}

static struct incident_counts counts_of(const json_t *object)
{
    return (struct incident_counts){json_count(object, "cameras"), json_count(object, "nvrs")};
}

static uint32_t step_of(const char *word)
{
    return strcmp(word, "closed") == 0   ? INCIDENT_CLOSED
           : strcmp(word, "opened") == 0 ? INCIDENT_OPENED
                                         : INCIDENT_GOES_ON;
}

/* Who the event is about: the camera, or the recorder of an event without one. */
static const char *subject_of(const struct store_event *event, const json_t *metadata)
{
    return event->camera_id[0] != '\0'            ? event->camera_id
           : strncmp(event->type, "nvr.", 4) == 0 ? json_text(metadata, "nvr_id")
                                                  : "";
}

static void take(struct notify *notify, const struct store_event *row, const json_t *metadata)
{
    const json_t *devices = json_object_get(metadata, "devices");
    const char *subject = subject_of(row, metadata);
    struct gateway_event event = {
        .seq = row->seq,
        .id = row->id,
        .site_id = row->site_id,
        .incident = json_text(metadata, "incident_id"),
        .cause = json_text(metadata, "cause"),
        .subject = subject,
        .name = notify_world.name(notify, subject),
        .role = strcmp(json_text(metadata, "role"), "consequence") == 0 ? INCIDENT_CONSEQUENCE
                                                                        : INCIDENT_CAUSE,
        .step = step_of(json_text(metadata, "incident")),
        .from_health = word_number(health_number(json_text(metadata, "from")), VMM_HEALTH_UNKNOWN),
        .from_reason = word_number(reason_number(json_text(metadata, "from_reason")), 0),
        .health = word_number(health_number(json_text(metadata, "to")), VMM_HEALTH_UNKNOWN),
        .severity = row->severity,
        .reason = word_number(reason_number(json_text(metadata, "reason")), 0),
        .rung = word_number(rung_number(json_text(metadata, "rung")), 0),
        .failures = json_count(metadata, "failures"),
        .stale_by = stale_by_number(json_text(metadata, "stale_by")),
        .ts = row->ts_event,
        .received = row->ts_event,
        .counted = json_is_object(json_object_get(metadata, "lost")),
        .or_node = json_is_true(json_object_get(metadata, "or_node")),
        .lost = counts_of(json_object_get(metadata, "lost")),
        .of = counts_of(json_object_get(metadata, "of")),
        .devices = json_is_array(devices) ? devices : NULL};
    (void)clock_parse(json_text(metadata, "received_at"), &event.received);
    (void)clock_parse(json_text(metadata, "last_seen_at"), &event.seen);
    /* Without memory the page is read again: the cursor stays before this event. */
    (void)gateway_event(notify->gateway, &event, notify_now());
    if (json_is_true(json_object_get(metadata, "is_new")) &&
        shelf_find(&notify->gateway->newcomers, subject) == NULL) {
        upkeep_commissioned(notify, subject); /* it was read too late to be taken as new */
    }
}

static void on_page(void *arg, int rc, const struct store_event *rows, size_t count)
{
    struct notify *notify = arg;
    notify->fetching = false;
    if (rc != 0) {
        return; /* the next growth of the journal tries again */
    }
    for (size_t i = 0; i < count; i++) {
        json_t *metadata = json_loads(rows[i].metadata_json, 0, NULL);
        if (json_text(metadata, "incident_id")[0] != '\0') { /* else it opens no alarm */
            take(notify, &rows[i], metadata);
        }
        json_decref(metadata);
    }
    bool more = count == PAGE_ROWS || notify->grown;
    int64_t last = count > 0 ? rows[count - 1].seq : notify->gateway->seq;
    gateway_current(notify->gateway, last, !more);
    struct store_batch *batch = count > 0 ? notify_batch(notify) : NULL;
    if (batch != NULL) {
        store_put_cursor(batch, NOTIFY_CURSOR, notify->gateway->seq);
    }
    gateway_tick(notify->gateway, notify_now());
    notify_arm(notify);
    if (more) {
        fetch(notify);
    }
}

static void fetch(struct notify *notify)
{
    struct store_event_filter filter = {.after_seq = notify->gateway->seq, .limit = PAGE_ROWS};
    notify->grown = false;
    notify->fetching = store_query_events(notify->daemon->store, &filter, on_page, notify) == 0;
}

void notify_grown(struct notify *notify)
{
    notify->grown = true;
    if (notify->active && !notify->fetching) {
        fetch(notify);
    }
}
