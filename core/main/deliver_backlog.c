/* SPDX-License-Identifier: MIT */
/* What of the journal a destination does not get any more: measured each minute, also while it refuses everything, and
 * counted by weight when too much waits. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/json_text.h"
#include "health/words.h"
#include "main/destination.h"
#include "main/journal.h"
#include "store/notify.h"

#define AREA        "cut" /* of the store's memory: alarms that went, and whose ends are to go too */
#define MEASURE_US  (60 * CLOCK_S)
#define RECOUNT     10000 /* events more, and it is counted anew */
#define SUBJECT_MAX 160

/* ---- one event ---- */

/* What an event is, or ends. */
static uint32_t weight_of(const struct store_event *event, const json_t *metadata)
{
    int before = severity_number(json_text(metadata, "from_severity"));
    return before > (int)event->severity ? (uint32_t)before : event->severity;
}

/* Whose verdict it is; "" when it is none. */
static void subject_of(const struct store_event *event, const json_t *metadata,
                       char out[SUBJECT_MAX])
{
    const char *nvr = strncmp(event->type, "nvr.", 4) == 0 ? json_text(metadata, "nvr_id") : "";
    if (json_text(metadata, "incident_id")[0] == '\0') {
        out[0] = '\0';
    } else if (event->camera_id[0] != '\0') {
        text_format(out, SUBJECT_MAX, "camera:%s", event->camera_id);
    } else {
        text_format(out, SUBJECT_MAX, nvr[0] != '\0' ? "nvr:%s" : "site:%s",
                    nvr[0] != '\0' ? nvr : event->site_id);
    }
}

/* That the alarm of a subject went is known after a restart: it is committed with the cursor. */
static void keep(struct destination *destination, const struct store_event *event,
                 const char *subject, enum backlog_cut what)
{
    struct store_batch *batch = deliver_log_batch(destination);
    char key[SUBJECT_MAX + sizeof(destination->name)];
    text_format(key, sizeof(key), "%s %s", destination->name, subject);
    if (batch == NULL) {
        return;
    }
    if (what == BACKLOG_WHOLE) {
        store_del_memory(batch, AREA, key);
        return;
    }
    json_t *detail = json_pack("{s:s, s:s}", "sink", destination->name, "subject", subject);
    char *text = json_dumps(detail, JSON_COMPACT);
    struct store_memory row = {.area = AREA,
                               .key = key,
                               .site_id = event->site_id,
                               .detail = text,
                               .node_id = event->node_id,
                               .epoch = event->epoch};
    json_decref(detail);
    if (text != NULL) {
        store_put_memory(batch, &row);
    }
    free(text);
}

bool deliver_skips(struct destination *destination, const struct store_event *event)
{
    bool skips = false;
    char subject[SUBJECT_MAX];
    if (event->seq == destination->skipped) {
        return true; /* it ended the run before, and was counted then */
    }
    json_t *metadata = json_loads(event->metadata_json, 0, NULL);
    subject_of(event, metadata, subject);
    struct backlog_event taken = {.subject = subject,
                                  .ends = strcmp(json_text(metadata, "to"), "OK") == 0,
                                  .weight = weight_of(event, metadata),
                                  .age_us = clock_wall_us() - event->ts_event};
    enum backlog_cut what = backlog_take(&destination->backlog, &taken, &skips);
    if (what != BACKLOG_AS_IT_WAS) {
        keep(destination, event, subject, what);
    }
    destination->dropped += skips;
    destination->skipped = skips ? event->seq : destination->skipped;
    json_decref(metadata);
    return skips;
}

/* ---- how many went ---- */

void deliver_keep_dropped(struct destination *destination)
{
    const uint64_t *dropped = destination->backlog.dropped;
    struct store_batch *batch =
        backlog_dropped(&destination->backlog) > 0 ? deliver_log_batch(destination) : NULL;
    char *text = NULL;
    if (batch == NULL) {
        return;
    }
    json_t *detail = json_pack("{s:s, s:I, s:I, s:I}", "sink", destination->name, "normal",
                               (json_int_t)dropped[VMM_SEVERITY_NORMAL], "suspect",
                               (json_int_t)dropped[VMM_SEVERITY_SUSPECT], "critical",
                               (json_int_t)dropped[VMM_SEVERITY_CRITICAL]);
    text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    if (text != NULL) {
        const char *node_id = destination->deliver->daemon->config->core.node_id;
        struct store_memory row = {.area = DELIVER_DROPPED_AREA,
                                   .key = destination->name,
                                   .site_id = "",
                                   .detail = text,
                                   .node_id = node_id,
                                   .epoch = 1};
        store_put_memory(batch, &row);
    }
    free(text);
}

/* ---- all of them ---- */

/* The event that tells of it is in the journal. */
static void on_told(void *arg, int rc)
{
    if (rc == 0) {
        deliver_grown(arg);
    }
}

void deliver_tell_dropped(struct destination *destination)
{
    struct store_batch *batch =
        backlog_dropped(&destination->backlog) > 0 ? store_batch_create() : NULL;
    if (batch != NULL) {
        journal_put_dropped(batch, destination->deliver->daemon->config->core.node_id,
                            destination->name, destination->backlog.dropped, clock_wall_us());
        store_del_memory(batch, DELIVER_DROPPED_AREA, destination->name);
        store_submit(destination->deliver->daemon->store, batch, on_told, destination->deliver);
        backlog_told(&destination->backlog);
    }
}

static void count_page(struct destination *destination);

static void on_count(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct destination *destination = arg;
    for (size_t i = 0; i < count && rc == 0; i++) {
        json_t *metadata = json_loads(events[i].metadata_json, 0, NULL);
        uint32_t weight = weight_of(&events[i], metadata);
        destination->waiting[weight < VMM_SEVERITY_COUNT ? weight : VMM_SEVERITY_CRITICAL]++;
        destination->counted = events[i].seq;
        json_decref(metadata);
    }
    if (rc == 0 && count == STORE_PAGE_MAX) {
        count_page(destination);
        return;
    }
    if (rc == 0) {
        backlog_begin(&destination->backlog, destination->waiting);
    }
    deliver_fetch_page(destination);
}

static void count_page(struct destination *destination)
{
    struct store_event_filter filter = {.after_seq = destination->counted, .limit = STORE_PAGE_MAX};
    int rc =
        store_query_events(destination->deliver->daemon->store, &filter, on_count, destination);
    if (rc != 0) {
        on_count(destination, rc, NULL, 0);
    }
}

static void on_newest(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct destination *destination = arg;
    int64_t settled = destination->outbox.settled;
    int64_t newest = rc == 0 && count > 0 ? events[0].seq : settled;
    destination->measured_us = rc == 0 ? clock_mono_us() : 0;
    memset(destination->waiting, 0, sizeof(destination->waiting));
    deliver_tell_dropped(destination);
    if (newest - settled <= BACKLOG_MAX) {
        backlog_begin(&destination->backlog, destination->waiting);
    } else if (newest - destination->counted >= RECOUNT) {
        destination->counted = settled;
        count_page(destination);
        return;
    }
    deliver_fetch_page(destination);
}

void deliver_fetch(struct destination *destination)
{
    struct store_event_filter newest = {.limit = 1, .descending = true};
    bool is_measured =
        destination->measured_us != 0 && clock_mono_us() - destination->measured_us < MEASURE_US;
    if (is_measured || store_query_events(destination->deliver->daemon->store, &newest, on_newest,
                                          destination) != 0) {
        deliver_fetch_page(destination);
    }
}
