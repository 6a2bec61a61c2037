/* SPDX-License-Identifier: MIT */
#include "main/journal.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include "health/stale.h"
#include "health/words.h"

/* The layout of struct health_state; a state of another one is not read. */
#define STATE_VERSION 3u

struct stored_state {
    uint32_t version;
    uint32_t size;
    uint32_t slot;
    struct cause_before before; /* zero in rows of before it was kept */
    uint16_t pad;
    struct health_state state;
    struct health_beside_values told; /* one of before it was kept is shorter */
};

_Static_assert(sizeof(struct stored_state) <= STORE_STATE_MAX, "a state fits its column");

static const char *kind_word(const struct journal_subject *subject)
{
    return subject->is_site   ? "site"
           : subject->is_node ? "node"
           : subject->is_nvr  ? "nvr"
                              : "camera";
}

const char *journal_component(const struct journal_subject *subject,
                              char out[JOURNAL_COMPONENT_MAX])
{
    if (subject->is_site) {
        text_format(out, JOURNAL_COMPONENT_MAX, "site");
        return out;
    }
    text_format(out, JOURNAL_COMPONENT_MAX, "%s:%s", kind_word(subject), subject->id);
    return out;
}

static void put_breaker(struct store_batch *batch, const struct journal_subject *subject,
                        const struct health_state *state)
{
    char target[JOURNAL_COMPONENT_MAX];
    text_format(target, sizeof(target), "device:%s", subject->id);
    struct store_breaker row = {.site_id = subject->site_id,
                                .target_service = target,
                                .state = state->breaker == HEALTH_BREAKER_HALF_OPEN
                                             ? "half_open"
                                             : breaker_word(state->breaker),
                                .failure_count = state->failure_count,
                                .last_failure_at = state->last_failure_wall,
                                .last_latency_ms = state->latency_us / 1000,
                                .opened_at = state->opened_wall,
                                .node_id = subject->node_id,
                                .epoch = subject->epoch};
    store_put_breaker(batch, &row);
}

void journal_put_state(struct store_batch *batch, const struct journal_subject *subject,
                       const struct health_state *state, struct cause_member member,
                       int64_t next_poll_wall)
{
    char component[JOURNAL_COMPONENT_MAX];
    struct stored_state stored = {.version = STATE_VERSION,
                                  .size = sizeof(*state),
                                  .slot = member.slot,
                                  .before = member.before,
                                  .state = *state};
    if (subject->beside != NULL) {
        stored.told = subject->beside->told;
    }
    struct store_component row = {.site_id = subject->site_id,
                                  .component = journal_component(subject, component),
                                  .health = state->health,
                                  .severity = state->severity,
                                  .next_poll_at = next_poll_wall,
                                  .last_seen_at = state->last_seen_wall,
                                  .last_latency_ms = state->latency_us / 1000,
                                  .consecutive_failures = state->failure_count,
                                  .load_shed_mode = state->breaker == HEALTH_BREAKER_OPEN,
                                  .node_id = subject->node_id,
                                  .epoch = subject->epoch,
                                  .state = &stored,
                                  .state_size = sizeof(stored)};
    store_put_component(batch, &row);
    put_breaker(batch, subject, state);
}

int journal_get_state(const void *bytes, size_t size, struct health_state *state,
                      struct cause_member *member, struct health_beside_values *told)
{
    struct stored_state stored = {0};
    if (size != sizeof(stored) && size != offsetof(struct stored_state, told)) {
        return VMM_E_VERSION;
    }
    memcpy(&stored, bytes, size);
    if (stored.version != STATE_VERSION || stored.size != sizeof(*state)) {
        return VMM_E_VERSION;
    }
    *state = stored.state;
    *member = (struct cause_member){.slot = stored.slot, .before = stored.before};
    *told = stored.told;
    return health_state_check(state);
}

void journal_put(struct store_batch *batch, const struct store_event *event, json_t *metadata,
                 int64_t now_wall)
{
    char id[UUID_TEXT_SIZE];
    char *text = json_dumps(metadata, JSON_COMPACT);
    struct store_event row = *event;
    row.id = uuid_new(now_wall, id);
    row.score = 1.0;
    row.metadata_json = text != NULL ? text : "{}";
    store_put_event(batch, &row);
    free(text);
    json_decref(metadata);
}

static json_t *time_json(int64_t wall)
{
    char text[CLOCK_TEXT_SIZE];
    return json_string(clock_text(wall, text));
}

static json_t *reasons_json(uint64_t reasons)
{
    json_t *list = json_array();
    for (uint32_t reason = reason_take(&reasons); reason != 0; reason = reason_take(&reasons)) {
        json_array_append_new(list, json_string(reason_word(reason)));
    }
    return list;
}

static json_t *counts_json(const struct incident_counts *counts)
{
    return json_pack("{s:i, s:i}", "cameras", (int)counts->cameras, "nvrs", (int)counts->nvrs);
}

/* How the event belongs to its incident: see cause/incident.h. */
static void add_place(json_t *object, const char *site_id, const struct incident_place *place)
{
    char id[INCIDENT_ID_MAX];
    json_object_set_new(object, "incident_id", json_string(incident_id(site_id, place, id)));
    json_object_set_new(object, "role", json_string(incident_role_word(place->role)));
    json_object_set_new(object, "cause", json_string(place->cause));
    json_object_set_new(object, "incident", json_string(incident_step_word(place->step)));
    if (place->counted || place->or_node) {
        json_object_set_new(object, "or_node", json_boolean(place->or_node));
    }
    if (!place->counted) {
        return;
    }
    json_t *devices = json_array();
    for (size_t i = 0; i < place->device_count; i++) {
        json_array_append_new(devices, json_string(place->devices[i]));
    }
    json_object_set_new(object, "lost", counts_json(&place->lost));
    json_object_set_new(object, "of", counts_json(&place->of));
    json_object_set_new(object, "devices", devices);
}

/* This news beside the verdict; with this event it is told. */
static void add_beside(json_t *object, struct health_beside *beside, uint32_t news)
{
    static const char *const words[HEALTH_PROOFS] = {"unjudged", "proven", "missing"};
    if ((news & HEALTH_BESIDE_PROOF) != 0) {
        json_object_set_new(object, "recording", json_string(words[beside->seen.proof]));
    }
    if ((news & HEALTH_BESIDE_CLOCK) != 0) {
        json_object_set_new(object, "clock_offset_ms", json_integer(beside->seen.clock_ms));
    }
    health_beside_told(beside, news);
}

static json_t *change_json(const struct journal_subject *subject, const struct health_event *event,
                           const struct incident_place *place, int64_t now_wall)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s?, s:s, s:o, s:o}", "from",
                  health_word(event->from_health), "to", health_word(event->to_health),
                  "from_severity", severity_word(event->from_severity), "from_reason",
                  reason_word(event->from_reason), "reason", reason_word(event->reason), "rung",
                  rung_word(event->rung), "reasons", reasons_json(event->reasons), "nvr_id",
                  subject->is_nvr              ? subject->id
                  : subject->nvr_id[0] != '\0' ? subject->nvr_id
                                               : NULL,
                  "node_id", subject->node_id, "observed_at", time_json(event->ts_wall),
                  "received_at", time_json(now_wall));
    if (!subject->is_site && !subject->is_node) {
        json_object_set_new(object, "failures", json_integer(event->failures));
        json_object_set_new(object, "last_seen_at",
                            event->seen_wall != 0 ? time_json(event->seen_wall) : json_null());
    }
    if (event->stale_by != STALE_BY_NONE) {
        json_object_set_new(object, "stale_by", json_string(stale_by_word(event->stale_by)));
    }
    if (subject->is_new && event->from_health == VMM_HEALTH_UNKNOWN &&
        event->from_reason == VMM_REASON_NEVER_LOOKED) {
        json_object_set_new(object, "is_new", json_true());
    }
    if (subject->beside != NULL) {
        add_beside(object, subject->beside, health_beside_news(subject->beside));
    }
    add_place(object, subject->site_id, place);
    return object;
}

/* "camera.down", "nvr.ok", "site.unreachable" … */
static void event_type(const struct journal_subject *subject, uint32_t health, char out[32])
{
    const char *word = health != VMM_HEALTH_DOWN ? health_word(health)
                       : subject->is_site        ? "unreachable"
                       : subject->is_node        ? "isolated"
                                                 : health_word(health);
    text_format(out, 32, "%s.%s", kind_word(subject), word);
    for (char *p = out; *p != '\0'; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
}

void journal_put_event(struct store_batch *batch, const struct journal_subject *subject,
                       const struct health_event *event, const struct incident_place *place,
                       int64_t now_wall)
{
    char component[JOURNAL_COMPONENT_MAX];
    char type[32];
    char key[INCIDENT_KEY_MAX];
    journal_component(subject, component);
    event_type(subject, event->to_health, type);
    struct incident_change change = {.subject = component,
                                     .reason = reason_word(event->reason),
                                     .from = health_word(event->from_health),
                                     .to = health_word(event->to_health),
                                     .number = event->number};
    incident_key(subject->site_id, place, &change, key);
    struct store_event row = {.site_id = subject->site_id,
                              .camera_id =
                                  strcmp(kind_word(subject), "camera") == 0 ? subject->id : "",
                              .type = type,
                              .severity = event->to_severity,
                              .ts_event = event->ts_wall,
                              .dedup_key = key,
                              .node_id = subject->node_id,
                              .epoch = subject->epoch};
    journal_put(batch, &row, change_json(subject, event, place, now_wall), now_wall);
}

void journal_put_beside(struct store_batch *batch, const struct journal_subject *subject,
                        uint32_t health, uint32_t news, int64_t now_wall)
{
    char component[JOURNAL_COMPONENT_MAX];
    char type[32];
    char key[INCIDENT_KEY_MAX];
    json_t *object = json_pack("{s:s, s:s?, s:s}", "health", health_word(health), "nvr_id",
                               subject->is_nvr              ? subject->id
                               : subject->nvr_id[0] != '\0' ? subject->nvr_id
                                                            : NULL,
                               "node_id", subject->node_id);
    bool is_recording = (news & HEALTH_BESIDE_PROOF) != 0;
    add_beside(object, subject->beside, news);
    text_format(type, sizeof(type), "%s.%s", kind_word(subject),
                is_recording ? "recording" : "clock");
    text_format(key, sizeof(key), "%s/%s/%s/%lld", subject->site_id,
                journal_component(subject, component), type, (long long)now_wall);
    struct store_event row = {.site_id = subject->site_id,
                              .camera_id = subject->is_nvr ? "" : subject->id,
                              .type = type,
                              .severity = VMM_SEVERITY_NORMAL,
                              .ts_event = now_wall,
                              .dedup_key = key,
                              .node_id = subject->node_id,
                              .epoch = subject->epoch};
    journal_put(batch, &row, object, now_wall);
}

void journal_put_dropped(struct store_batch *batch, const char *node_id, const char *destination,
                         const uint64_t dropped[VMM_SEVERITY_COUNT], int64_t now_wall)
{
    char site[96];
    char key[224];
    text_format(site, sizeof(site), "_node:%s", node_id);
    text_format(key, sizeof(key), "%s/sink:%s/%lld/dropped", site, destination,
                (long long)now_wall);
    json_t *metadata = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "role", "consequence", "sink",
                                 destination, "normal", (json_int_t)dropped[VMM_SEVERITY_NORMAL],
                                 "suspect", (json_int_t)dropped[VMM_SEVERITY_SUSPECT], "critical",
                                 (json_int_t)dropped[VMM_SEVERITY_CRITICAL], "node_id", node_id);
    struct store_event row = {.site_id = site,
                              .camera_id = "",
                              .type = "sink.dropped",
                              .severity = VMM_SEVERITY_SUSPECT,
                              .ts_event = now_wall,
                              .dedup_key = key,
                              .node_id = node_id,
                              .epoch = 1};
    journal_put(batch, &row, metadata, now_wall);
}

static json_t *member(const json_t *metadata, const char *name)
{
    json_t *value = json_object_get(metadata, name);
    return value != NULL ? json_incref(value) : json_null();
}

static json_t *event_row(const struct store_event *event, const json_t *metadata)
{
    return json_pack("{s:s, s:o, s:s, s:s?, s:s, s:o, s:o, s:s, s:o, s:s}", "id", event->id, "ts",
                     time_json(event->ts_event), "site_id", event->site_id, "camera_id",
                     event->camera_id[0] != '\0' ? event->camera_id : NULL, "type", event->type,
                     "from", member(metadata, "from"), "to", member(metadata, "to"), "severity",
                     severity_word(event->severity), "reason", member(metadata, "reason"),
                     "dedup_key", event->dedup_key);
}

json_t *journal_event_row(const struct store_event *event)
{
    json_t *metadata = json_loads(event->metadata_json, 0, NULL);
    json_t *row = event_row(event, metadata);
    json_decref(metadata);
    return row;
}

json_t *journal_event_json(const struct store_event *event)
{
    json_t *metadata = json_loads(event->metadata_json, 0, NULL);
    json_t *row = event_row(event, metadata);
    json_object_set_new(row, "nvr_id", member(metadata, "nvr_id"));
    json_object_set_new(row, "rung", member(metadata, "rung"));
    json_decref(metadata);
    return row;
}
