/* SPDX-License-Identifier: MIT */
/*
 * A gateway on a virtual clock, with a store that survives a crash and destinations that do what the test says.
 * Effects become durable when the input that caused them is over, as in vmmd; only then anything is sent.
 */
#ifndef GATEWAY_PLAY_H
#define GATEWAY_PLAY_H

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>
#include <vmm/sink.h>

#include "gateway/gateway.h"
#include "gateway/json_text.h"
#include "health/words.h"

#define PLAY_SENT_MAX 20000
#define PLAY_START    1795300141000000ll /* 2026-11-21 22:29:01 UTC */
#define PLAY_S        1000000ll
#define PLAY_MIN      (60 * PLAY_S)

struct play_sent {
    char channel[64];
    char id[40];
    int64_t at;
    uint64_t mono;
    json_t *doc;
    bool delivered;
    uint32_t attempt;
};

struct play {
    struct gateway *gateway;
    struct policy *policy;
    struct zone *zone;
    json_t *alarms; /* what is durable */
    json_t *notices;
    json_t *payloads;
    json_t *lanes;
    json_t *log;
    int64_t durable_seq;
    struct gateway_now now;
    int64_t seq;
    bool is_first;     /* the next event is a device's first verdict */
    const char *cause; /* of the next events; NULL: "site", or the camera itself */
    const char *begun; /* the cause that names their incident; NULL: the same */
    const char *sinks[4];
    const char *scheduled_site; /* a site that has scheduled messages; NULL: none has */
    bool is_stuck;              /* the watch does nothing */
    uint64_t looks;             /* that have ended */
    struct gateway_span span;   /* the last figures asked for */
    size_t ranks;
    const char *devices; /* what a site has: names by id, as JSON; NULL: nothing */
    json_t *memory;
    json_t *quiet;
    size_t facts;
    char fact[160];    /* the last one */
    uint32_t lost_now; /* cam-1 to cam-N of an open incident; 0: none is open */
    struct play_sent sent[PLAY_SENT_MAX];
    size_t sent_count;
    int pending[16]; /* attempts under way, as indexes of `sent` */
    size_t pending_count;
    /* What a destination does with an attempt: VMM_SINK_*; 0: it does not answer. */
    uint32_t (*answer)(struct play *play, const struct play_sent *attempt, uint64_t *retry_us);
};

static inline bool play_site(void *arg, const char *site_id, struct gateway_site *out)
{
    struct play *play = arg;
    static char names[8][72];
    static int next;
    if (site_id[0] == '\0') {
        return false;
    }
    char *name = names[next++ % 8];
    snprintf(name, 72, "Site %.60s", site_id);
    *out = (struct gateway_site){.name = name, .language = "en", .zone = play->zone};
    return true;
}

static inline const char *play_name(void *arg, const char *id)
{
    (void)arg;
    static char name[80];
    snprintf(name, sizeof(name), "Name of %.60s", id);
    return name;
}

static inline bool play_tag(void *arg, const char *subject, const char *tag)
{
    (void)arg;
    return strncmp(subject, tag, strlen(tag)) == 0;
}

/* cam-1, cam-2 … as many as are lost now. */
static inline bool play_each_lost(void *arg, const char *site_id, const char *incident,
                                  void (*fn)(void *fn_arg, const char *id), void *fn_arg)
{
    const struct play *play = arg;
    (void)site_id;
    (void)incident;
    for (uint32_t i = 1; i <= play->lost_now; i++) {
        char id[16];
        snprintf(id, sizeof(id), "cam-%u", i);
        fn(fn_arg, id);
    }
    return play->lost_now > 0;
}

static inline void play_each_site(void *arg, void (*fn)(void *fn_arg, const char *site_id),
                                  void *fn_arg)
{
    if (((struct play *)arg)->scheduled_site != NULL) {
        fn(fn_arg, ((struct play *)arg)->scheduled_site);
    }
}

static inline void play_census(void *arg, const char *site_id, struct gateway_census *out)
{
    (void)arg;
    (void)site_id;
    *out = (struct gateway_census){{90, 4, 1, 3, 2, 0}};
}

static inline void play_pulse(void *arg, struct gateway_pulse *out)
{
    struct play *play = arg;
    play->looks += 120;
    *out = (struct gateway_pulse){.looks = play->looks,
                                  .events = play->looks / 40,
                                  .look_age_us = play->is_stuck ? UINT64_MAX : 0,
                                  .writes = true,
                                  .reads = true};
}

static inline void play_rank(void *arg, const struct gateway_span *span)
{
    struct play *play = arg;
    play->span = *span;
    play->ranks++;
    if (span->which == GATEWAY_INVENTORY) {
        struct gateway_inventory found = {
            .cameras = 30,
            .nvrs = 2,
            .devices = json_loads(play->devices != NULL ? play->devices : "{}", 0, NULL),
            .models = json_pack("[{s:s,s:s,s:i},{s:s,s:s,s:i}]", "model", "IB-1", "firmware", "7",
                                "count", 31, "model", "", "firmware", "", "count", 1),
            .changes = json_pack("[{s:s,s:s,s:s,s:s}]", "subject", "cam-9", "type", "firmware",
                                 "old", "6", "new", "7"),
            .changed = 25};
        gateway_inventoried(play->gateway, span, false, &found, play->now);
        json_decref(found.devices);
        json_decref(found.models);
        json_decref(found.changes);
        return;
    }
    gateway_ranked(play->gateway, span, false,
                   json_pack("[{s:s, s:i, s:I}]", "camera", "cam-9", "incidents", 7, "down_us",
                             (json_int_t)(90 * PLAY_MIN)),
                   12, 100 * 60 * PLAY_MIN, play->now);
}

static inline const char *const *play_sinks(void *arg)
{
    return ((struct play *)arg)->sinks;
}

static inline void play_put_alarm(void *arg, const struct alarm *alarm)
{
    json_object_set_new(((struct play *)arg)->alarms, alarm->id, alarm_to_json(alarm));
}

static inline void play_del_alarm(void *arg, const struct alarm *alarm)
{
    json_object_del(((struct play *)arg)->alarms, alarm->id);
}

static inline void play_put_notice(void *arg, const struct notice *notice)
{
    struct play *play = arg;
    char key[32];
    snprintf(key, sizeof(key), "%020lld", (long long)notice->row);
    json_object_set_new(play->notices, key, notice_to_json(notice));
    if (notice->payload != NULL) {
        const char *before = json_string_value(json_object_get(play->payloads, key));
        cr_assert(before == NULL || strcmp(before, notice->payload) == 0,
                  "a frozen message has changed");
        json_object_set_new(play->payloads, key, json_string(notice->payload));
    }
}

static inline void play_del_notice(void *arg, const struct notice *notice)
{
    struct play *play = arg;
    char key[32];
    snprintf(key, sizeof(key), "%020lld", (long long)notice->row);
    json_object_del(play->notices, key);
    json_object_del(play->payloads, key);
}

static inline void play_put_lane(void *arg, const struct lane *lane)
{
    json_object_set_new(((struct play *)arg)->lanes, lane->channel, gateway_lane_json(lane));
}

static inline void play_put_memory(void *arg, const char *area, const char *key, const char *site,
                                   json_t *detail)
{
    char name[256];
    (void)site;
    snprintf(name, sizeof(name), "%s %s", area, key);
    json_object_set_new(((struct play *)arg)->memory, name, detail);
}

static inline void play_del_memory(void *arg, const char *area, const char *key)
{
    char name[256];
    snprintf(name, sizeof(name), "%s %s", area, key);
    json_object_del(((struct play *)arg)->memory, name);
}

static inline void play_put_quiet(void *arg, const struct quiet_entry *entry, int64_t ended_at)
{
    struct play *play = arg;
    json_t *row = quiet_detail(entry);
    json_object_set_new(row, "owner", json_string(entry->owner));
    json_object_set_new(row, "why", json_string(entry->reason));
    json_object_set_new(row, "created", json_integer((json_int_t)entry->created_at));
    json_object_set_new(row, "starts", json_integer((json_int_t)entry->starts_at));
    json_object_set_new(row, "ends", json_integer((json_int_t)entry->ends_at));
    if (ended_at != 0) {
        json_object_del(play->quiet, entry->id);
        json_decref(row);
    } else {
        json_object_set_new(play->quiet, entry->id, row);
    }
}

static inline void play_journal(void *arg, const struct gateway_fact *fact)
{
    struct play *play = arg;
    play->facts++;
    snprintf(play->fact, sizeof(play->fact), "%s %s %s", fact->site_id, fact->cause,
             fact->is_flapping ? "flapping" : "stable");
}

static inline struct quiet_draft play_draft(const char *id, const json_t *row)
{
    return (struct quiet_draft){.kind = quiet_kind_of(json_text(row, "kind")),
                                .id = id,
                                .site = json_text(row, "site"),
                                .camera = json_text(row, "camera"),
                                .cause = json_text(row, "cause"),
                                .tag = json_text(row, "tag"),
                                .incident = json_text(row, "incident"),
                                .owner = json_text(row, "owner"),
                                .reason = json_text(row, "why"),
                                .weekly = json_text(row, "weekly"),
                                .created_at = json_number(row, "created"),
                                .starts_at = json_number(row, "starts"),
                                .ends_at = json_number(row, "ends")};
}

/* Somebody asks to be spared something for so long; `row` is JSON: kind, and what it is about. */
static inline void play_quiet(struct play *play, const char *id, const char *row, int64_t us)
{
    const char *why = NULL;
    json_t *json = json_loads(row, 0, NULL);
    cr_assert_not_null(json);
    json_object_set_new(json, "owner", json_string("ana"));
    json_object_set_new(json, "why", json_string("new cables"));
    json_object_set_new(json, "created", json_integer((json_int_t)play->now.wall));
    json_object_set_new(json, "starts", json_integer((json_int_t)play->now.wall));
    json_object_set_new(json, "ends", json_integer((json_int_t)(play->now.wall + us)));
    struct quiet_draft draft = play_draft(id, json);
    cr_assert_eq(gateway_quiet_add(play->gateway, &draft, &why, play->now), 0, "%s", why);
    json_decref(json);
}

static inline void play_log(void *arg, const struct gateway_log *row)
{
    struct play *play = arg;
    char key[32];
    snprintf(key, sizeof(key), "%020lld", (long long)row->row);
    json_object_set_new(play->log, key,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "channel", row->channel,
                                  "status", row->status, "why", row->why, "event", row->event_id,
                                  "kind", row->kind, "site", row->site_id));
}

static inline void play_send(void *arg, const struct lane *lane, const struct notice *notice)
{
    struct play *play = arg;
    cr_assert_lt(play->sent_count, PLAY_SENT_MAX);
    struct play_sent *sent = &play->sent[play->sent_count];
    *sent = (struct play_sent){.at = play->now.wall,
                               .mono = play->now.mono,
                               .doc = json_loads(notice->payload, 0, NULL),
                               .attempt = notice->attempts};
    snprintf(sent->channel, sizeof(sent->channel), "%s", lane->channel);
    snprintf(sent->id, sizeof(sent->id), "%s", notice->id);
    cr_assert_not_null(sent->doc);
    cr_assert_str_eq(json_text(sent->doc, "id"), notice->id);
    cr_assert_lt(play->pending_count, 16);
    play->pending[play->pending_count++] = (int)play->sent_count++;
}

/* Everything under way is answered, and what follows from it, until nothing is. */
static inline void play_answer(struct play *play)
{
    while (play->pending_count > 0) {
        struct play_sent *sent = &play->sent[play->pending[0]];
        uint64_t retry = 0;
        uint32_t verdict =
            play->answer != NULL ? play->answer(play, sent, &retry) : VMM_SINK_DELIVERED;
        if (verdict == 0) {
            return;
        }
        play->pending_count--;
        memmove(play->pending, play->pending + 1, play->pending_count * sizeof(int));
        sent->delivered = verdict == VMM_SINK_DELIVERED;
        gateway_settled(play->gateway, sent->channel, verdict, retry,
                        verdict == VMM_SINK_DELIVERED ? "" : "429 Too Many Requests", play->now);
    }
}

static inline void play_make(struct play *play)
{
    struct gateway_world world = {.arg = play,
                                  .site = play_site,
                                  .name = play_name,
                                  .has_tag = play_tag,
                                  .each_lost = play_each_lost,
                                  .each_site = play_each_site,
                                  .census = play_census,
                                  .pulse = play_pulse,
                                  .sinks = play_sinks};
    struct gateway_effects effects = {.arg = play,
                                      .put_alarm = play_put_alarm,
                                      .del_alarm = play_del_alarm,
                                      .put_notice = play_put_notice,
                                      .del_notice = play_del_notice,
                                      .put_lane = play_put_lane,
                                      .put_memory = play_put_memory,
                                      .del_memory = play_del_memory,
                                      .put_quiet = play_put_quiet,
                                      .journal = play_journal,
                                      .rank = play_rank,
                                      .log = play_log,
                                      .send = play_send};
    play->gateway = gateway_create(play->policy, &world, &effects, play->now.mono + 7);
    cr_assert_not_null(play->gateway);
}

static inline struct policy *play_policy(const char *json)
{
    struct config_error error;
    struct policy *policy = NULL;
    json_t *given = json_loads(json, 0, NULL);
    json_t *settings = NULL;
    cr_assert_not_null(given, "%s", json);
    config_error_clear(&error);
    cr_assert_eq(validate_object(given, policy_items(), "", &settings, &error), 0, "%s: %s",
                 error.pointer, error.problem);
    cr_assert_eq(policy_create(settings, &policy, &error), 0, "%s: %s", error.pointer,
                 error.problem);
    json_decref(settings);
    json_decref(given);
    return policy;
}

static inline void play_begin(struct play *play, const char *policy)
{
    *play = (struct play){.policy = play_policy(policy),
                          .zone = zone_utc(),
                          .alarms = json_object(),
                          .notices = json_object(),
                          .payloads = json_object(),
                          .lanes = json_object(),
                          .log = json_object(),
                          .memory = json_object(),
                          .quiet = json_object(),
                          .now = {PLAY_START, 1000 * (uint64_t)PLAY_S},
                          .sinks = {"chat", NULL}};
    play_make(play);
    gateway_policy(play->gateway, play->policy, play->now);
    gateway_current(play->gateway, 0, true);
    gateway_ready(play->gateway, "chat", true, play->now);
}

static inline void play_end(struct play *play)
{
    gateway_destroy(play->gateway);
    policy_destroy(play->policy);
    zone_destroy(play->zone);
    json_decref(play->alarms);
    json_decref(play->notices);
    json_decref(play->payloads);
    json_decref(play->lanes);
    json_decref(play->log);
    json_decref(play->memory);
    json_decref(play->quiet);
    for (size_t i = 0; i < play->sent_count; i++) {
        json_decref(play->sent[i].doc);
    }
}

/* Go on by so many microseconds, as the loop of vmmd would. */
static inline void play_run(struct play *play, int64_t us)
{
    uint64_t until = play->now.mono + (uint64_t)us;
    for (;;) {
        play_answer(play);
        uint64_t due = gateway_due(play->gateway, play->now);
        due = due < play->now.mono + 1000 ? play->now.mono + 1000 : due;
        uint64_t step = due < until ? due : until;
        play->now.wall += (int64_t)(step - play->now.mono);
        play->now.mono = step;
        if (step == until) {
            break;
        }
        gateway_tick(play->gateway, play->now);
    }
    gateway_tick(play->gateway, play->now);
    play_answer(play);
}

/* SIGKILL and a new start: what was not committed is forgotten, what was under way is unknown. */
static inline void play_crash(struct play *play)
{
    const char *key;
    json_t *json;
    gateway_destroy(play->gateway);
    play->pending_count = 0;
    play->now.mono += 5 * (uint64_t)PLAY_S;
    play->now.wall += 5 * PLAY_S;
    play_make(play);
    json_t *alarms = json_deep_copy(play->alarms);
    json_t *notices = json_deep_copy(play->notices);
    json_object_foreach(play->lanes, key, json)
    {
        cr_assert(gateway_restore_lane(play->gateway, json, play->now));
    }
    json_object_foreach(play->memory, key, json)
    {
        char area[16];
        snprintf(area, sizeof(area), "%.*s", (int)strcspn(key, " "), key);
        cr_assert(gateway_restore_memory(play->gateway, area, json), "%s", key);
    }
    json_object_foreach(play->quiet, key, json)
    {
        const char *why = NULL;
        struct quiet_draft draft = play_draft(key, json);
        cr_assert_eq(quiet_add(&play->gateway->quiet, &draft, &why), 0, "%s", why);
    }
    json_object_foreach(alarms, key, json)
    {
        cr_assert(gateway_restore_alarm(play->gateway, json), "%s", key);
    }
    /* In the order of their rows. */
    size_t count = json_object_size(notices);
    const char **rows = calloc(count + 1, sizeof(*rows));
    size_t n = 0;
    json_object_foreach(notices, key, json)
    {
        size_t at = n++;
        while (at > 0 && strcmp(rows[at - 1], key) > 0) {
            rows[at] = rows[at - 1];
            at--;
        }
        rows[at] = key;
    }
    for (size_t i = 0; i < n; i++) {
        const char *payload = json_string_value(json_object_get(play->payloads, rows[i]));
        cr_assert(gateway_restore_notice(play->gateway, json_object_get(notices, rows[i]), payload,
                                         play->now));
    }
    free(rows);
    json_decref(alarms);
    json_decref(notices);
    gateway_current(play->gateway, play->durable_seq, true);
    gateway_policy(play->gateway, play->policy, play->now);
    gateway_ready(play->gateway, "chat", true, play->now);
}

struct play_event {
    const char *site;
    const char *camera; /* NULL: of the site itself */
    const char *incident;
    uint32_t step;
    uint32_t health;
    uint32_t severity;
    uint32_t reason;
    uint32_t role;
    uint32_t lost; /* cameras */
};

static inline void play_event(struct play *play, const struct play_event *what)
{
    char id[40];
    char incident[128];
    char cause[96];
    snprintf(id, sizeof(id), "event-%lld", (long long)++play->seq);
    if (play->cause != NULL) {
        snprintf(cause, sizeof(cause), "%s", play->cause);
    } else {
        snprintf(cause, sizeof(cause), "%s%s", what->camera != NULL ? "camera:" : "site",
                 what->camera != NULL ? what->camera : "");
    }
    snprintf(incident, sizeof(incident), "%s/%s/%s", what->site,
             play->begun != NULL ? play->begun : cause,
             what->incident != NULL ? what->incident : "1");
    json_t *devices = what->lost > 0 ? json_pack("[s,s]", "cam-1", "cam-2") : NULL;
    struct gateway_event event = {.seq = play->seq,
                                  .id = id,
                                  .site_id = what->site,
                                  .incident = incident,
                                  .cause = cause,
                                  .subject = what->camera != NULL ? what->camera : "",
                                  .name = what->camera != NULL ? what->camera : "",
                                  .role = what->role,
                                  .step = what->step,
                                  .from_health =
                                      play->is_first ? VMM_HEALTH_UNKNOWN : VMM_HEALTH_OK,
                                  .from_reason = play->is_first ? VMM_REASON_NEVER_LOOKED : 0,
                                  .health = what->health,
                                  .severity = what->severity,
                                  .reason = what->reason,
                                  .ts = play->now.wall,
                                  .received = play->now.wall,
                                  .counted = what->lost > 0,
                                  .lost = {what->lost, 0},
                                  .of = {what->lost, 0},
                                  .devices = devices};
    cr_assert_eq(gateway_event(play->gateway, &event, play->now), 0);
    json_decref(devices);
    play->durable_seq = play->seq;
    gateway_tick(play->gateway, play->now);
    play_answer(play);
}

static inline void play_down(struct play *play, const char *site, const char *camera,
                             const char *incident)
{
    play_event(play, &(struct play_event){site, camera, incident, INCIDENT_OPENED, VMM_HEALTH_DOWN,
                                          VMM_SEVERITY_CRITICAL, VMM_REASON_TIMEOUT, 0, 0});
}

static inline void play_degraded(struct play *play, const char *site, const char *camera,
                                 uint32_t reason)
{
    play_event(play, &(struct play_event){site, camera, NULL, INCIDENT_OPENED, VMM_HEALTH_DEGRADED,
                                          VMM_SEVERITY_SUSPECT, reason, 0, 0});
}

static inline void play_ok(struct play *play, const char *site, const char *camera,
                           const char *incident)
{
    play_event(play, &(struct play_event){site, camera, incident, INCIDENT_CLOSED, VMM_HEALTH_OK,
                                          VMM_SEVERITY_NORMAL, VMM_REASON_NONE, 0, 0});
}

/* How many attempts went out; of one kind; delivered ones. */
static inline size_t play_count(const struct play *play, const char *kind, bool delivered)
{
    size_t count = 0;
    for (size_t i = 0; i < play->sent_count; i++) {
        count += (kind == NULL || strcmp(json_text(play->sent[i].doc, "kind"), kind) == 0) &&
                 (!delivered || play->sent[i].delivered);
    }
    return count;
}

static inline const json_t *play_last(const struct play *play)
{
    cr_assert_gt(play->sent_count, 0, "nothing was sent");
    return play->sent[play->sent_count - 1].doc;
}

/* Rows of the log of this status whose words hold `why`. */
static inline size_t play_logged(const struct play *play, const char *status, const char *why)
{
    size_t count = 0;
    const char *key;
    json_t *row;
    json_object_foreach(play->log, key, row)
    {
        count += strcmp(json_text(row, "status"), status) == 0 &&
                 strstr(json_text(row, "why"), why) != NULL;
    }
    return count;
}

/* The same by what it is that was told, "" for news of an event. */
static inline size_t play_logged_kind(const struct play *play, const char *status, const char *kind)
{
    size_t count = 0;
    const char *key;
    json_t *row;
    json_object_foreach(play->log, key, row)
    {
        count += strcmp(json_text(row, "status"), status) == 0 &&
                 strcmp(json_text(row, "kind"), kind) == 0;
    }
    return count;
}

#endif
