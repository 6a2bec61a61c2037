/* SPDX-License-Identifier: MIT */
/* What the gateway does: rows into this turn's batch, and, once they are on disk, messages to the hosts. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/sink.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/flap.h"
#include "gateway/json_text.h"
#include "gateway/scrub.h"
#include "health/words.h"
#include "ipc/message.h"
#include "main/deliver.h"
#include "main/journal.h"
#include "main/notify.h"
#include "main/upkeep.h"
#include "store/notify.h"

#define RANKING_ROWS 20u

/* ---- rows ---- */

static uint64_t epoch_of(const struct notify *notify, const char *site_id)
{
    const struct fleet_site *site = fleet_find_site(notify->daemon->fleet, site_id);
    return site != NULL ? site->record.epoch : 1;
}

static const char *node_of(const struct notify *notify)
{
    return notify->daemon->config->core.node_id;
}

static void on_put_memory(void *arg, const char *area, const char *key, const char *site_id,
                          json_t *detail)
{
    struct notify *notify = arg;
    struct store_batch *batch = notify_batch(notify);
    char *text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    if (batch != NULL && text != NULL) {
        struct store_memory row = {.area = area,
                                   .key = key,
                                   .site_id = site_id,
                                   .detail = text,
                                   .node_id = node_of(notify),
                                   .epoch = epoch_of(notify, site_id)};
        store_put_memory(batch, &row);
    }
    free(text);
}

static void on_del_memory(void *arg, const char *area, const char *key)
{
    struct store_batch *batch = notify_batch(arg);
    if (batch != NULL) {
        store_del_memory(batch, area, key);
    }
    if (strcmp(area, "newcomer") == 0) {
        upkeep_commissioned(arg, key);
    }
}

static void on_put_alarm(void *arg, const struct alarm *alarm)
{
    on_put_memory(arg, "alarm", alarm->id, alarm->site_id, alarm_to_json(alarm));
}

static void on_del_alarm(void *arg, const struct alarm *alarm)
{
    on_del_memory(arg, "alarm", alarm->id);
}

static void on_put_lane(void *arg, const struct lane *lane)
{
    on_put_memory(arg, "lane", lane->channel, "", gateway_lane_json(lane));
}

static void on_put_notice(void *arg, const struct notice *notice)
{
    struct notify *notify = arg;
    struct store_batch *batch = notify_batch(notify);
    json_t *content = notice_to_json(notice);
    char *text = json_dumps(content, JSON_COMPACT);
    json_decref(content);
    if (batch != NULL && text != NULL) {
        struct store_outgoing row = {.id = notice->row,
                                     .site_id = notice->site_id,
                                     .route = notice->channel,
                                     .event_id =
                                         notice->item_count > 0 ? notice->items[0].event_id : "",
                                     .state = notice->frozen ? "frozen" : "waiting",
                                     .attempts = notice->attempts,
                                     .payload = notice->payload != NULL ? notice->payload : "",
                                     .next_at = notice->next_at,
                                     .content = text,
                                     .node_id = node_of(notify),
                                     .epoch = epoch_of(notify, notice->site_id)};
        store_put_outgoing(batch, &row);
    }
    free(text);
}

static void on_del_notice(void *arg, const struct notice *notice)
{
    struct store_batch *batch = notify_batch(arg);
    if (batch != NULL) {
        store_del_outgoing(batch, notice->row);
    }
}

static void on_put_quiet(void *arg, const struct quiet_entry *entry, int64_t ended_at)
{
    static const enum store_quiet_table tables[QUIET_KINDS] = {
        [QUIET_MAINTENANCE] = STORE_MAINTENANCE,
        [QUIET_SILENCE] = STORE_SILENCE,
        [QUIET_OFF] = STORE_SILENCE,
        [QUIET_ACK] = STORE_ACKNOWLEDGEMENT,
        [QUIET_SNOOZE] = STORE_ACKNOWLEDGEMENT};
    struct notify *notify = arg;
    struct store_batch *batch = notify_batch(notify);
    json_t *detail = quiet_detail(entry);
    char *text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    if (batch != NULL && text != NULL) {
        struct store_quiet row = {.id = entry->id,
                                  .site_id = entry->site,
                                  .owner = entry->owner,
                                  .reason = entry->reason,
                                  .created_at = entry->created_at,
                                  .starts_at = entry->starts_at,
                                  .ends_at = entry->ends_at,
                                  .ended_at = ended_at,
                                  .detail = text,
                                  .node_id = node_of(notify),
                                  .epoch = epoch_of(notify, entry->site)};
        store_put_quiet(batch, tables[entry->kind], &row);
    }
    free(text);
}

/* ---- what the gateway found out by itself ---- */

/* "camera", "nvr", "site" or "node": whose events these are. */
static const char *kind_of(const struct gateway_fact *fact, bool is_nvr)
{
    if (fact->subject[0] != '\0') {
        return is_nvr ? "nvr" : "camera";
    }
    return strncmp(fact->cause, "node:", 5) == 0 ? "node" : "site";
}

static json_t *fact_json(const struct notify *notify, const struct gateway_fact *fact, bool is_nvr)
{
    char since[CLOCK_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s?, s:s}", "from",
                     health_word(fact->health), "to", health_word(fact->health), "reason", "none",
                     "role", "consequence", "cause", fact->cause, "changes", (int)fact->changes,
                     "since", clock_text(fact->since, since), "nvr_id",
                     is_nvr ? fact->subject : NULL, "node_id", node_of(notify));
}

static void on_journal(void *arg, const struct gateway_fact *fact)
{
    struct notify *notify = arg;
    struct store_batch *batch = notify_batch(notify);
    bool is_nvr = fleet_find_nvr(notify->daemon->fleet, fact->subject) != NULL;
    char key[FLAP_KEY_MAX + 64];
    char type[32];
    text_format(key, sizeof(key), "%s/%s/flap/%lld/%s", fact->site_id,
                fact->subject[0] != '\0' ? fact->subject : fact->cause, (long long)fact->since,
                fact->is_flapping ? "began" : "ended");
    text_format(type, sizeof(type), "%s.%s", kind_of(fact, is_nvr),
                fact->is_flapping ? "flapping" : "stable");
    struct store_event row = {.site_id = fact->site_id,
                              .camera_id = is_nvr ? "" : fact->subject,
                              .type = type,
                              .severity =
                                  fact->is_flapping ? VMM_SEVERITY_SUSPECT : VMM_SEVERITY_NORMAL,
                              .ts_event = fact->ts,
                              .dedup_key = key,
                              .node_id = node_of(notify),
                              .epoch = epoch_of(notify, fact->site_id)};
    if (batch != NULL) {
        journal_put(batch, &row, fact_json(notify, fact, is_nvr), fact->ts);
        notify->journalled = true;
    }
}

/* ---- figures of a site ---- */

struct ranking {
    struct notify *notify;
    char site_id[72];
    struct gateway_span span;
};

static void on_ranking(void *arg, int rc, const struct store_rank *rows, size_t count)
{
    struct ranking *ranking = arg;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "camera", rows[i].camera_id,
                                              "incidents", (json_int_t)rows[i].incidents, "down_us",
                                              (json_int_t)rows[i].down_us));
    }
    ranking->span.site_id = ranking->site_id;
    gateway_ranked(ranking->notify->gateway, &ranking->span, rc != 0, list,
                   count > 0 ? (uint64_t)rows[0].all_incidents : 0,
                   count > 0 ? rows[0].all_down_us : 0, notify_now());
    notify_arm(ranking->notify);
    free(ranking);
}

static void on_rank(void *arg, const struct gateway_span *span)
{
    struct notify *notify = arg;
    if (span->which == GATEWAY_INVENTORY) {
        notify_take_inventory(notify, span);
        return;
    }
    struct ranking *ranking = calloc(1, sizeof(*ranking));
    if (ranking == NULL) {
        return;
    }
    *ranking = (struct ranking){.notify = notify, .span = *span};
    text_format(ranking->site_id, sizeof(ranking->site_id), "%s", span->site_id);
    if (store_query_ranking(notify->daemon->store, span->site_id, span->since, span->until,
                            RANKING_ROWS, on_ranking, ranking) != 0) {
        on_ranking(ranking, VMM_E_STATE, NULL, 0);
    }
}

/* ---- the log ---- */

/* Of a frozen message what people read of it, without what may be secret. */
static void loggable(struct buf *out, const char *payload)
{
    json_t *document = json_loads(payload, 0, NULL);
    scrub_text(out, json_text(document, "text"));
    json_decref(document);
}

static void on_log(void *arg, const struct gateway_log *log)
{
    struct notify *notify = arg;
    struct store_batch *batch = notify_batch(notify);
    struct buf payload;
    struct buf why;
    buf_init(&payload);
    buf_init(&why);
    loggable(&payload, log->payload);
    scrub_text(&why, log->why);
    struct store_delivery row = {.id = log->row,
                                 .site_id = log->site_id,
                                 .event_id = log->event_id,
                                 .kind = log->kind,
                                 .channel = log->channel,
                                 .severity = log->severity,
                                 .status = log->status,
                                 .target = log->channel,
                                 .payload = buf_cstr(&payload),
                                 .error_message = buf_cstr(&why),
                                 .created_at = log->at,
                                 .node_id = node_of(notify),
                                 .epoch = epoch_of(notify, log->site_id)};
    if (batch != NULL) {
        store_put_delivery(batch, &row);
    }
    buf_finish(&payload);
    buf_finish(&why);
}

/* ---- flights ---- */

static struct notify_flight *flight_of(struct notify *notify, const char *channel)
{
    for (size_t i = 0; i < notify->flight_count; i++) {
        if (strcmp(notify->flights[i].channel, channel) == 0) {
            return &notify->flights[i];
        }
    }
    return NULL;
}

static void drop_flight(struct notify *notify, struct notify_flight *flight)
{
    *flight = notify->flights[--notify->flight_count];
}

static void on_send(void *arg, const struct lane *lane, const struct notice *notice)
{
    struct notify *notify = arg;
    if (flight_of(notify, lane->channel) != NULL || notify->flight_count == GATEWAY_LANES_MAX) {
        log_error("notify", "%s: a second message at once", lane->channel);
        return;
    }
    struct notify_flight *flight = &notify->flights[notify->flight_count++];
    *flight = (struct notify_flight){.row = notice->row, .turn = notify->turns_written + 1};
    text_format(flight->channel, sizeof(flight->channel), "%s", lane->channel);
    /* Also a repeat goes with a commit: the batch may be empty but for this. */
    notify_batch(notify);
}

const struct gateway_effects notify_effects = {.put_alarm = on_put_alarm,
                                               .del_alarm = on_del_alarm,
                                               .put_notice = on_put_notice,
                                               .del_notice = on_del_notice,
                                               .put_lane = on_put_lane,
                                               .put_memory = on_put_memory,
                                               .del_memory = on_del_memory,
                                               .put_quiet = on_put_quiet,
                                               .journal = on_journal,
                                               .rank = on_rank,
                                               .log = on_log,
                                               .send = on_send};

/* ---- to the hosts ---- */

static size_t flights_of_host(const struct notify *notify, const struct host *host)
{
    size_t count = 0;
    for (size_t i = 0; i < notify->flight_count; i++) {
        count += notify->flights[i].host == host;
    }
    return count;
}

static struct plugin *plugin_of(struct notify *notify, const char *channel)
{
    size_t length = strcspn(channel, ":");
    for (size_t i = 0; i < notify->sink_count; i++) {
        if (strlen(notify->sinks[i].name) == length &&
            strncmp(notify->sinks[i].name, channel, length) == 0) {
            return notify->sinks[i].plugin;
        }
    }
    return NULL;
}

/* Hand the message over. 0; VMM_E_AGAIN: the host has as many as it may; VMM_E_STATE: there is none. */
static int hand_over(struct notify *notify, struct notify_flight *flight)
{
    const struct lane *lane = gateway_lane(notify->gateway, flight->channel);
    const struct notice *notice = lane != NULL ? lane_frozen(lane) : NULL;
    struct plugin *plugin = plugin_of(notify, flight->channel);
    const char *colon = strchr(flight->channel, ':');
    struct host *host =
        plugin != NULL
            ? plugin_pick(plugin, hash_bytes(flight->channel, strlen(flight->channel), 0))
            : NULL;
    struct buf *out = host != NULL ? host_out(host) : NULL;
    if (out == NULL || notice == NULL || notice->row != flight->row) {
        return VMM_E_STATE;
    }
    if (flights_of_host(notify, host) >= VMM_SINK_PARALLEL) {
        return VMM_E_AGAIN;
    }
    struct batch_item item = {.id = notice->id,
                              .dedup_key = notice->id,
                              .site_id = notice->site_id,
                              .severity = (uint8_t)notice->severity,
                              .kind = VMM_MESSAGE_NOTIFICATION,
                              .attempt = notice->attempts,
                              .target = colon != NULL ? colon + 1 : "",
                              .json = notice->payload};
    struct batch_message message = {.count = 1, .items = &item};
    uint64_t batch_id = NOTIFY_BATCHES | ++notify->batches;
    if (message_put_batch(out, batch_id, &message) != 0) {
        return VMM_E_STATE;
    }
    flight->host = host;
    flight->batch_id = batch_id;
    host_flush(host);
    return 0;
}

/* The message is not with anybody: the gateway decides when it goes again. */
static void give_back(struct notify *notify, struct notify_flight *flight)
{
    char channel[sizeof(flight->channel)];
    bool had_it = flight->host != NULL;
    memcpy(channel, flight->channel, sizeof(channel));
    drop_flight(notify, flight);
    gateway_lost(notify->gateway, channel, had_it, notify_now());
}

/* What was not written down does not go out. */
static void give_back_turn(struct notify *notify, uint64_t turn)
{
    for (size_t i = 0; i < notify->flight_count;) {
        if (notify->flights[i].turn == turn && notify->flights[i].host == NULL) {
            give_back(notify, &notify->flights[i]);
        } else {
            i++;
        }
    }
}

/* Hand over what is on disk and has no host yet, as far as there is room. */
static void start_flights(struct notify *notify)
{
    for (size_t i = 0; i < notify->flight_count;) {
        struct notify_flight *flight = &notify->flights[i];
        bool may = flight->turn <= notify->turns_done && flight->host == NULL;
        int rc = may ? hand_over(notify, flight) : 0;
        if (rc == VMM_E_STATE) {
            give_back(notify, flight);
            continue; /* another one stands here now */
        }
        i++;
    }
    notify_arm(notify);
}

void notify_committed(struct notify *notify, int rc)
{
    notify->turns_done++;
    if (notify->daemon->stopping) {
        return;
    }
    if (rc != 0) {
        log_error("notify", "what people are told could not be written down (error %d)", rc);
        give_back_turn(notify, notify->turns_done);
    }
    if (notify->journalled) {
        notify->journalled = false;
        deliver_grown(notify->daemon->deliver);
        notify_grown(notify);
    }
    start_flights(notify);
}

static struct notify_flight *with_batch(struct notify *notify, const struct host *host,
                                        uint64_t batch_id)
{
    for (size_t i = 0; i < notify->flight_count; i++) {
        if (notify->flights[i].host == host && notify->flights[i].batch_id == batch_id) {
            return &notify->flights[i];
        }
    }
    return NULL;
}

int notify_settled(struct notify *notify, struct host *host, const struct frame *frame)
{
    struct settled_message message;
    char channel[sizeof(notify->flights[0].channel)];
    char why[TEXT_MAX + 1];
    if (message_get_settled(frame, &message) != 0 || message.index != 0 ||
        message.verdict < VMM_SINK_DELIVERED || message.verdict > VMM_SINK_DROP) {
        return VMM_E_PROTO;
    }
    struct notify_flight *flight = with_batch(notify, host, frame->id);
    if (flight == NULL) {
        return VMM_E_PROTO;
    }
    memcpy(channel, flight->channel, sizeof(channel));
    drop_flight(notify, flight);
    text_clean(message.why, strlen(message.why), why);
    gateway_settled(notify->gateway, channel, message.verdict,
                    (uint64_t)message.retry_after_ms * CLOCK_MS, why, notify_now());
    start_flights(notify);
    return 0;
}

void notify_lost(struct notify *notify, struct host *host)
{
    for (size_t i = 0; i < notify->flight_count;) {
        if (notify->flights[i].host == host) {
            give_back(notify, &notify->flights[i]);
        } else {
            i++;
        }
    }
    start_flights(notify);
}
