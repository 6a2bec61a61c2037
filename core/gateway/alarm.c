/* SPDX-License-Identifier: MIT */
#include "gateway/alarm.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "gateway/json_text.h"
#include "health/stale.h"
#include "health/words.h"

#define TOLD_MAX 256u /* channels that one alarm remembers */

static bool set_text(char **slot, const char *text)
{
    if (*slot != NULL && strcmp(*slot, text) == 0) {
        return true;
    }
    char *copy = strdup(text);
    if (copy == NULL) {
        return false;
    }
    free(*slot);
    *slot = copy;
    return true;
}

struct alarm *alarm_create(const struct gateway_event *event)
{
    struct alarm *alarm = calloc(1, sizeof(*alarm));
    if (alarm == NULL) {
        return NULL;
    }
    alarm->id = strdup(event->incident);
    alarm->site_id = strdup(event->site_id);
    alarm->cause = strdup(event->cause);
    alarm->subject = strdup(event->subject);
    alarm->name = strdup(event->name);
    alarm->event_id = strdup(event->id);
    alarm->hold = strdup("");
    alarm->opened_at = event->ts;
    if (alarm->id == NULL || alarm->site_id == NULL || alarm->cause == NULL ||
        alarm->subject == NULL || alarm->name == NULL || alarm->event_id == NULL ||
        alarm->hold == NULL) {
        alarm_destroy(alarm);
        return NULL;
    }
    alarm_update(alarm, event);
    return alarm;
}

void alarm_destroy(struct alarm *alarm)
{
    if (alarm == NULL) {
        return;
    }
    for (size_t i = 0; i < alarm->told_count; i++) {
        free(alarm->told[i].channel);
        free(alarm->told[i].thread);
    }
    free(alarm->told);
    free(alarm->id);
    free(alarm->site_id);
    free(alarm->cause);
    free(alarm->subject);
    free(alarm->name);
    free(alarm->event_id);
    free(alarm->hold);
    json_decref(alarm->devices);
    free(alarm);
}

static void set_lost(struct alarm *alarm, const struct gateway_event *event)
{
    alarm->lost = event->lost;
    json_decref(alarm->devices);
    alarm->devices = event->devices != NULL ? json_deep_copy(event->devices) : NULL;
}

void alarm_update(struct alarm *alarm, const struct gateway_event *event)
{
    bool closed = event->step == INCIDENT_CLOSED;
    set_text(&alarm->event_id, event->id);
    set_text(&alarm->name, event->name);
    set_text(&alarm->cause, event->cause); /* a group may grow into its site */
    alarm->changed_at = event->ts;
    alarm->closed_at = closed ? event->ts : 0;
    alarm->off = closed && event->health == VMM_HEALTH_DISABLED;
    if (closed) { /* what was wrong stays as it was told, but for who is not back */
        set_lost(alarm, event);
        return;
    }
    alarm->health = event->health;
    alarm->severity = event->severity;
    alarm->reason = event->reason;
    alarm->rung = event->rung;
    alarm->failures = event->failures;
    alarm->stale_by = event->stale_by;
    alarm->seen_at = event->seen;
    alarm->counted = event->counted;
    alarm->or_node = event->or_node;
    alarm->of = event->of;
    set_lost(alarm, event);
}

/* What nobody has looked at yet, or what is switched off, is nobody's alarm. */
bool alarm_is_tellable(const struct alarm *alarm)
{
    switch (alarm->health) {
    case VMM_HEALTH_DEGRADED:
    case VMM_HEALTH_BLACKFRAME:
    case VMM_HEALTH_DOWN:
        return true;
    case VMM_HEALTH_UNKNOWN: /* that this machine is cut off tells of itself, once */
        return alarm->reason != VMM_REASON_NODE &&
               reason_severity(alarm->reason) > VMM_SEVERITY_NORMAL;
    default:
        return false;
    }
}

struct told *alarm_told(const struct alarm *alarm, const char *channel)
{
    for (size_t i = 0; i < alarm->told_count; i++) {
        if (strcmp(alarm->told[i].channel, channel) == 0) {
            return &alarm->told[i];
        }
    }
    return NULL;
}

struct told *alarm_told_at(struct alarm *alarm, const char *channel)
{
    struct told *told = alarm_told(alarm, channel);
    if (told != NULL || alarm->told_count == TOLD_MAX) {
        return told;
    }
    struct told *list = realloc(alarm->told, (alarm->told_count + 1) * sizeof(*list));
    if (list == NULL) {
        return NULL;
    }
    alarm->told = list;
    told = &list[alarm->told_count];
    *told = (struct told){.channel = strdup(channel), .thread = strdup("")};
    if (told->channel == NULL || told->thread == NULL) {
        free(told->channel);
        free(told->thread);
        return NULL;
    }
    alarm->told_count++;
    return told;
}

int64_t alarm_first_told(const struct alarm *alarm)
{
    int64_t first = 0;
    for (size_t i = 0; i < alarm->told_count; i++) {
        const struct told *told = &alarm->told[i];
        if (told->state == TOLD_OPEN && !told->escalated && (first == 0 || told->first < first)) {
            first = told->first;
        }
    }
    return first;
}

bool alarm_is_done(const struct alarm *alarm)
{
    for (size_t i = 0; i < alarm->told_count; i++) {
        enum told_state state = alarm->told[i].state;
        if (state == TOLD_QUEUED || state == TOLD_OPEN) {
            return false;
        }
    }
    return alarm->closed_at != 0;
}

/* ---- stored ---- */

static json_t *told_to_json(const struct told *told)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:b, s:b}", "channel",
                     told->channel, "thread", told->thread, "state", (int)told->state, "severity",
                     (int)told->severity, "health", (int)told->health, "reason", (int)told->reason,
                     "lost", (int)told->lost, "first", (json_int_t)told->first, "at",
                     (json_int_t)told->at, "escalated", told->escalated, "held", told->held);
}

json_t *alarm_to_json(const struct alarm *alarm)
{
    json_t *list = json_array();
    for (size_t i = 0; i < alarm->told_count; i++) {
        json_array_append_new(list, told_to_json(&alarm->told[i]));
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:b, s:b,"
        " s:i, s:i, s:i, s:i, s:O?, s:i, s:b, s:i, s:b, s:o}",
        "id", alarm->id, "site", alarm->site_id, "cause", alarm->cause, "subject", alarm->subject,
        "name", alarm->name, "event", alarm->event_id, "hold", alarm->hold, "health",
        (int)alarm->health, "severity", (int)alarm->severity, "reason", (int)alarm->reason, "rung",
        (int)alarm->rung, "failures", (int)alarm->failures, "seen", (json_int_t)alarm->seen_at,
        "opened", (json_int_t)alarm->opened_at, "changed", (json_int_t)alarm->changed_at, "closed",
        (json_int_t)alarm->closed_at, "counted", alarm->counted, "or_node", alarm->or_node,
        "lost_cameras", (int)alarm->lost.cameras, "lost_nvrs", (int)alarm->lost.nvrs, "of_cameras",
        (int)alarm->of.cameras, "of_nvrs", (int)alarm->of.nvrs, "devices", alarm->devices, "level",
        (int)alarm->level, "remind", alarm->remind, "stale_by", (int)alarm->stale_by, "off",
        alarm->off, "told", list);
}

static bool read_told(struct alarm *alarm, const json_t *json)
{
    struct told *told = alarm_told_at(alarm, json_text(json, "channel"));
    if (told == NULL || !set_text(&told->thread, json_text(json, "thread"))) {
        return false;
    }
    told->state = json_count(json, "state") <= TOLD_OVER
                      ? (enum told_state)json_count(json, "state")
                      : TOLD_NOTHING;
    told->severity = json_count(json, "severity");
    told->health = json_count(json, "health");
    told->reason = json_count(json, "reason");
    told->lost = json_count(json, "lost");
    told->at = json_number(json, "at");
    told->first = json_number(json, "first");
    told->first = told->first != 0 ? told->first : told->at; /* it was not kept before */
    told->escalated = json_is_true(json_object_get(json, "escalated"));
    told->held = json_is_true(json_object_get(json, "held"));
    return true;
}

static struct gateway_event event_of(const json_t *json)
{
    return (struct gateway_event){
        .id = json_text(json, "event"),
        .site_id = json_text(json, "site"),
        .incident = json_text(json, "id"),
        .cause = json_text(json, "cause"),
        .subject = json_text(json, "subject"),
        .name = json_text(json, "name"),
        .step = INCIDENT_GOES_ON,
        .health = json_count(json, "health") % VMM_HEALTH_COUNT,
        .severity = json_count(json, "severity") % VMM_SEVERITY_COUNT,
        .reason = json_count(json, "reason") % VMM_REASON_COUNT,
        .rung = json_count(json, "rung") % VMM_RUNG_COUNT,
        .failures = json_count(json, "failures"),
        .stale_by = json_count(json, "stale_by") % STALE_BY_COUNT,
        .seen = json_number(json, "seen"),
        .ts = json_number(json, "opened"),
        .counted = json_is_true(json_object_get(json, "counted")),
        .or_node = json_is_true(json_object_get(json, "or_node")),
        .lost = {json_count(json, "lost_cameras"), json_count(json, "lost_nvrs")},
        .of = {json_count(json, "of_cameras"), json_count(json, "of_nvrs")},
        .devices = json_is_array(json_object_get(json, "devices"))
                       ? json_object_get(json, "devices")
                       : NULL};
}

struct alarm *alarm_from_json(const json_t *json)
{
    struct gateway_event event = event_of(json);
    struct alarm *alarm = event.incident[0] != '\0' ? alarm_create(&event) : NULL;
    if (alarm == NULL) {
        return NULL;
    }
    bool good = set_text(&alarm->hold, json_text(json, "hold"));
    const json_t *told = json_object_get(json, "told");
    for (size_t i = 0; i < json_array_size(told); i++) {
        good = good && read_told(alarm, json_array_get(told, i));
    }
    alarm->changed_at = json_number(json, "changed");
    alarm->closed_at = json_number(json, "closed");
    alarm->off = json_is_true(json_object_get(json, "off"));
    alarm->level = json_count(json, "level");
    alarm->remind = json_is_true(json_object_get(json, "remind"));
    if (!good) {
        alarm_destroy(alarm);
        return NULL;
    }
    return alarm;
}
