/* SPDX-License-Identifier: MIT */
#include "sinks/life.h"

#include "health/stale.h"
#include "unit/gateway_play.h"

#define HOUR (60 * PLAY_MIN)
#define DAY  (24 * HOUR)

static struct play play;
static struct gateway_census census;
static int round_number; /* what opens and closes in one round is one incident */

struct what {
    const char *cause;
    uint32_t step;
    uint32_t health;
    uint32_t severity;
    uint32_t reason;
    uint32_t rung;
    uint32_t failures;
    uint32_t stale_by;
    uint32_t lost;
    bool or_node;
};

static void tell_at(const char *site, const struct what *what)
{
    char id[40];
    char incident[128];
    const char *colon = strchr(what->cause, ':');
    bool is_device =
        strncmp(what->cause, "camera:", 7) == 0 || strncmp(what->cause, "nvr:", 4) == 0;
    snprintf(id, sizeof(id), "event-%lld", (long long)++play.seq);
    snprintf(incident, sizeof(incident), "%s/%s/%d", site, what->cause, round_number);
    json_t *devices = what->lost > 0 ? json_pack("[s,s,s]", "cam-1", "cam-2", "cam-3") : NULL;
    struct gateway_event event = {.seq = play.seq,
                                  .id = id,
                                  .site_id = site,
                                  .incident = incident,
                                  .cause = what->cause,
                                  .subject = is_device ? colon + 1 : "",
                                  .name = is_device ? "Gate <7> & *more*" : "",
                                  .step = what->step,
                                  .from_health = VMM_HEALTH_OK,
                                  .health = what->health,
                                  .severity = what->severity,
                                  .reason = what->reason,
                                  .rung = what->rung,
                                  .failures = what->failures,
                                  .stale_by = what->stale_by,
                                  .seen = what->failures % 2 == 0 ? play.now.wall - HOUR : 0,
                                  .ts = play.now.wall,
                                  .received = play.now.wall,
                                  .counted = what->lost > 0,
                                  .or_node = what->or_node,
                                  .lost = {what->lost, what->lost / 20},
                                  .of = {what->lost, 2},
                                  .devices = devices};
    cr_assert_eq(gateway_event(play.gateway, &event, play.now), 0);
    json_decref(devices);
    play.durable_seq = play.seq;
    gateway_tick(play.gateway, play.now);
    play_answer(&play);
}

/* Long times, looked at each hour. */
static void pass(int64_t us)
{
    for (int64_t left = us; left > 0; left -= HOUR) {
        int64_t step = left < HOUR ? left : HOUR;
        play.now.wall += step;
        play.now.mono += (uint64_t)step;
        play_run(&play, PLAY_S);
    }
}

static void tell(const struct what *what)
{
    tell_at("tpe", what);
    play_run(&play, 40 * PLAY_S);
}

static void end(const char *cause, uint32_t health, uint32_t left)
{
    tell(&(struct what){.cause = cause, .step = INCIDENT_CLOSED, .health = health, .lost = left});
}

static void one(const char *camera, uint32_t reason, uint32_t serial)
{
    char cause[32];
    snprintf(cause, sizeof(cause), "camera:%s", camera);
    round_number++;
    uint32_t health = serial % 5 == 0 ? VMM_HEALTH_BLACKFRAME : VMM_HEALTH_DOWN;
    if (reason == VMM_REASON_STALE) {
        health = VMM_HEALTH_UNKNOWN;
    }
    tell(&(struct what){cause, INCIDENT_OPENED, health, VMM_SEVERITY_CRITICAL, reason,
                        serial % VMM_RUNG_COUNT, serial % 3, serial % STALE_BY_COUNT, 0, false});
    pass((int64_t)(serial % 4) * (serial % 4) * (serial % 4) * HOUR);
    end(cause, VMM_HEALTH_OK, 0);
}

static void reasons(bool all)
{
    for (uint32_t reason = 1; reason < VMM_REASON_COUNT; reason++) {
        if (all || reason % 10 == 0) {
            one("cam-7", reason, reason);
        }
    }
    for (uint32_t i = 0; all && i < (uint32_t)STALE_BY_COUNT * VMM_RUNG_COUNT; i += 4) {
        one("cam-8", VMM_REASON_STALE, i);
        one("cam-8", VMM_REASON_TIMEOUT, i);
    }
}

/* One cause takes others along: it is told, grows, and is over, or over but for some. */
static void together(const char *cause, uint32_t lost)
{
    struct what what = {cause,
                        INCIDENT_OPENED,
                        VMM_HEALTH_DOWN,
                        VMM_SEVERITY_SUSPECT,
                        VMM_REASON_UNREACHABLE,
                        VMM_RUNG_CONNECT,
                        5,
                        0,
                        lost,
                        true};
    for (uint32_t left = 0; left < 3; left++) {
        round_number++;
        what.step = INCIDENT_OPENED;
        what.severity = VMM_SEVERITY_SUSPECT;
        tell(&what);
        what.step = INCIDENT_GOES_ON;
        what.severity = VMM_SEVERITY_CRITICAL;
        tell(&what);
        pass(2 * HOUR);
        end(cause, VMM_HEALTH_OK, left);
        pass(2 * HOUR);
    }
}

/* Many at once, which go into one message: of one reason, of several, and back. */
static void many(bool of_one_reason, int count)
{
    static const uint32_t reason[] = {VMM_REASON_DISK_FAULT, VMM_REASON_CLOCK_OFFSET};
    char cause[32];
    round_number++;
    for (int step = 0; step < 2; step++) {
        for (int i = 0; i < count; i++) {
            snprintf(cause, sizeof(cause), "camera:cam-%d", i);
            tell_at("tpe", &(struct what){.cause = cause,
                                          .step = step == 0 ? INCIDENT_OPENED : INCIDENT_CLOSED,
                                          .health = step == 0 ? VMM_HEALTH_DEGRADED : VMM_HEALTH_OK,
                                          .severity = VMM_SEVERITY_SUSPECT,
                                          .reason = reason[of_one_reason ? 0 : i % 2],
                                          .rung = VMM_RUNG_CLOCK});
        }
        play_run(&play, 3 * PLAY_MIN);
    }
}

/* It grows worse, somebody else is told, it is reminded of, and switched off in the end. */
static void a_long_one(void)
{
    struct what what = {"camera:cam-9",
                        INCIDENT_OPENED,
                        VMM_HEALTH_DEGRADED,
                        VMM_SEVERITY_SUSPECT,
                        VMM_REASON_DISK_FAULT,
                        VMM_RUNG_RECORDING,
                        0,
                        0,
                        0,
                        false};
    round_number++;
    tell(&what);
    what.step = INCIDENT_GOES_ON;
    what.health = VMM_HEALTH_DOWN;
    what.severity = VMM_SEVERITY_CRITICAL;
    what.reason = VMM_REASON_UNREACHABLE;
    tell(&what);
    pass(26 * HOUR);
    end("camera:cam-9", VMM_HEALTH_DISABLED, 0);
}

/* The destination is away: what came and went, what is over, what is wrong. */
static void absence(void)
{
    struct what what = {"camera:told",
                        INCIDENT_OPENED,
                        VMM_HEALTH_DOWN,
                        VMM_SEVERITY_CRITICAL,
                        VMM_REASON_TIMEOUT,
                        VMM_RUNG_ANSWER,
                        5,
                        0,
                        0,
                        false};
    round_number++;
    tell(&what);
    gateway_ready(play.gateway, "chat", false, play.now);
    end("camera:told", VMM_HEALTH_OK, 0);
    what.cause = "camera:passing";
    tell(&what);
    end("camera:passing", VMM_HEALTH_OK, 0);
    what.cause = "camera:lasting";
    tell(&what);
    tell_at("lon", &what);
    play_run(&play, 20 * PLAY_MIN);
    gateway_ready(play.gateway, "chat", true, play.now);
    play_run(&play, 2 * PLAY_MIN);
    end("camera:lasting", VMM_HEALTH_OK, 0);
    tell_at("lon", &(struct what){.cause = "camera:lasting", .step = INCIDENT_CLOSED});
    play_run(&play, 2 * PLAY_MIN);
}

static void flap(const char *cause, uint32_t lost)
{
    struct what what = {cause,
                        INCIDENT_OPENED,
                        VMM_HEALTH_DOWN,
                        VMM_SEVERITY_CRITICAL,
                        VMM_REASON_TIMEOUT,
                        VMM_RUNG_CONNECT,
                        5,
                        0,
                        lost,
                        false};
    for (int i = 0; i < 16; i++) {
        round_number++;
        what.step = INCIDENT_OPENED;
        tell(&what);
        what.step = INCIDENT_CLOSED;
        what.lost = 0;
        tell(&what);
        what.lost = lost;
    }
    pass(2 * HOUR);
}

/* What somebody asked for, of each kind, is over after two days; the incident it is of is not. */
static void lapses(void)
{
    struct what what = {"camera:cam-5",
                        INCIDENT_OPENED,
                        VMM_HEALTH_DOWN,
                        VMM_SEVERITY_CRITICAL,
                        VMM_REASON_TIMEOUT,
                        VMM_RUNG_CONNECT,
                        5,
                        0,
                        0,
                        false};
    char row[128];
    round_number++;
    tell(&what);
    for (enum quiet_kind kind = 0; kind < QUIET_KINDS; kind++) {
        bool of_incident = kind == QUIET_ACK || kind == QUIET_SNOOZE;
        const char *name = of_incident ? "incident" : "camera";
        char id[8];
        char about[64];
        snprintf(about, sizeof(about), of_incident ? "tpe/camera:cam-5/%d" : "other-%d",
                 round_number);
        snprintf(id, sizeof(id), "q-%d", (int)kind);
        snprintf(row, sizeof(row), "{\"kind\":\"%s\",\"%s\":\"%s\",\"site\":\"%s\"}",
                 quiet_kind_word(kind), name, about, of_incident ? "" : "tpe");
        play_quiet(&play, id, row, 2 * DAY + kind * HOUR);
    }
    pass(3 * DAY);
    end("camera:cam-5", VMM_HEALTH_OK, 0);
}

/* New devices: one summary; those that are never OK are counted, as is what a rule keeps back. */
static void newcomers(void)
{
    play.is_first = true;
    for (int i = 0; i < 3; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "new-%d", i);
        play_event(&play, &(struct play_event){"tpe", camera, NULL, INCIDENT_OPENED,
                                               i == 0 ? VMM_HEALTH_OK : VMM_HEALTH_DOWN,
                                               VMM_SEVERITY_CRITICAL, VMM_REASON_TIMEOUT, 0, 0});
    }
    play.is_first = false;
    pass(2 * DAY);
    gateway_accept(play.gateway, "tpe", play.now);
}

static void census_now(void *arg, const char *site_id, struct gateway_census *out)
{
    (void)arg;
    (void)site_id;
    *out = census;
}

/* Each state of a site at eight o'clock, and a week and a month of it. */
static void scheduled(void)
{
    static const struct gateway_census states[] = {
        {{90, 4, 1, 3, 2, 0}}, {{5, 0, 0, 0, 0, 1}}, {{1, 0, 0, 0, 0, 0}}, {{0, 0, 0, 0, 0, 3}}};
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        census = states[i];
        play.devices = i % 2 == 0 ? "{\"cam-1\":\"Gate\",\"cam-2\":\"Dock\"}"
                                  : "{\"cam-2\":\"Dock\",\"cam-3\":\"Hall\"}";
        pass(DAY);
    }
    pass(32 * DAY);
}

static json_t *models_of_a_fleet(void)
{
    json_t *models = json_pack("[{s:s,s:s,s:i}]", "model", "", "firmware", "", "count", 1);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof(name), "IB-%d", i);
        json_array_insert_new(
            models, 0, json_pack("{s:s,s:s,s:i}", "model", name, "firmware", "7", "count", i + 1));
    }
    return models;
}

/* An inventory in which something of everything has changed. */
static void rank(void *arg, const struct gateway_span *span)
{
    static const char *const types_of_change[] = {"replaced", "firmware", "provider"};
    if (span->which != GATEWAY_INVENTORY) {
        play_rank(arg, span);
        return;
    }
    bool is_small = play.now.wall / DAY % 2 == 0;
    struct gateway_inventory found = {
        .cameras = is_small ? 1 : 30,
        .nvrs = is_small ? 1 : 2,
        .devices = json_loads(play.devices, 0, NULL),
        .models = is_small ? json_pack("[{s:s,s:s,s:i}]", "model", "", "firmware", "", "count", 1)
                           : models_of_a_fleet(),
        .changes = json_array(),
        .changed = 25};
    for (size_t i = 0; i < 3; i++) {
        json_array_append_new(found.changes,
                              json_pack("{s:s,s:s,s:s,s:s}", "subject", "cam-9", "type",
                                        types_of_change[i], "old", "6", "new", "7"));
    }
    gateway_inventoried(play.gateway, span, false, &found, play.now);
    json_decref(found.devices);
    json_decref(found.models);
    json_decref(found.changes);
}

/* Messages from outside, in words of their own. */
static void notes(void)
{
    json_t *extra = json_pack("{s:s, s:[s,s]}", "title", "Work <users/all> *tonight*", "lines",
                              "Dock <b>1</b> & 2", "[see](https://x.example)");
    for (uint32_t severity = 0; severity < VMM_SEVERITY_COUNT; severity++) {
        struct gateway_note note = {.kind = severity == 0 ? NOTICE_TEST : NOTICE_NOTE,
                                    .site_id = severity == 1 ? "" : "tpe",
                                    .severity = severity,
                                    .extra = extra};
        cr_assert_gt(gateway_note(play.gateway, &note, play.now), 0);
        play_run(&play, PLAY_MIN);
    }
    json_decref(extra);
}

/* ---- A run ---- */

/* Who is told: further channels, each with a comma before it. */
static struct policy *policy_for(const struct life_form *form, int quota, const char *further)
{
    char policy[1024];
    char link[64] = "";
    if (form->link[0] != '\0') {
        snprintf(link, sizeof(link), "\"linkBase\":\"%s\",", form->link);
    }
    snprintf(
        policy, sizeof(policy),
        "{\"language\":\"%s\",\"gchat\":{\"mode\":\"%s\",\"buttonsPerCard\":%d},%s"
        "\"rateLimitPerSitePerMin\":%d,\"updateWait\":\"1s\",\"flapping\":{\"digest\":\"10m\"},"
        "\"destinations\":[{\"channel\":\"chat\",\"quotaPerMin\":%d}],"
        "\"routes\":[{\"name\":\"all\",\"channels\":[\"chat\"%s],\"escalate\":[{\"after\":"
        "\"30m\",\"channels\":[\"chat:boss\"]}]}],"
        "\"heartbeat\":{\"every\":\"6h\",\"channels\":[\"chat\"]},"
        "\"summaries\":{\"daily\":\"08:00\",\"weekly\":\"mon 08:30\",\"monthly\":\"09:00\","
        "\"inventory\":\"02:30\"}}",
        form->language, form->mode, form->buttons, link, quota, quota, further);
    return play_policy(policy);
}

static void begin_form(const struct life_form *form, int quota)
{
    play_begin(&play, "{}");
    policy_destroy(play.policy);
    play.policy = policy_for(form, quota, "");
    gateway_policy(play.gateway, play.policy, play.now);
    play.gateway->world.census = census_now;
    play.gateway->effects.rank = rank;
    play.scheduled_site = "tpe";
    play.devices = "{}";
}

/* A destination that was not there before hears what is wrong. */
static void newly_told(const struct life_form *form)
{
    struct policy *old = play.policy;
    round_number++;
    tell(&(struct what){"camera:cam-1", INCIDENT_OPENED, VMM_HEALTH_DOWN, VMM_SEVERITY_CRITICAL,
                        VMM_REASON_TIMEOUT, VMM_RUNG_CONNECT, 5, 0, 0, false});
    play.policy = policy_for(form, 6000, ",\"chat:new\"");
    gateway_policy(play.gateway, play.policy, play.now);
    policy_destroy(old);
    play_run(&play, PLAY_MIN);
}

static void take_all(void (*take)(const json_t *document))
{
    for (size_t i = 0; i < play.sent_count; i++) {
        take(play.sent[i].doc);
    }
    play_end(&play);
}

void life_of_a_site(const struct life_form *form, void (*take)(const json_t *document))
{
    begin_form(form, 6000);
    reasons(form->is_whole);
    together("site", 30);
    together("group", 1);
    together("link:sw-1", 8);
    together("node:n1", 0);
    together("nvr:rec-1", 40);
    many(true, 25);
    many(false, 12);
    many(true, 2);
    a_long_one();
    absence();
    flap("camera:cam-3", 0);
    flap("site", 30);
    flap("group", 3);
    flap("link:sw-2", 3);
    lapses();
    newcomers();
    scheduled();
    notes();
    newly_told(form);
    take_all(take);
}

/* Cameras of three sites, from `first` on, break or are well again, some of them switched off. */
static void turn(int first, int count, bool open)
{
    static const char *const sites[] = {"tpe", "lon", "sao"};
    for (int i = first; i < first + count; i++) {
        char cause[32];
        uint32_t over = i % 7 == 6 ? VMM_HEALTH_DISABLED : VMM_HEALTH_OK;
        snprintf(cause, sizeof(cause), "camera:cam-%d", i);
        tell_at(sites[i % 3],
                &(struct what){.cause = cause,
                               .step = open ? INCIDENT_OPENED : INCIDENT_CLOSED,
                               .health = open ? VMM_HEALTH_DOWN : over,
                               .severity = VMM_SEVERITY_CRITICAL,
                               .reason = i % 4 == 0 ? VMM_REASON_AUTH : VMM_REASON_TIMEOUT,
                               .rung = VMM_RUNG_CONNECT,
                               .failures = 5});
    }
}

/* Cameras that broke after another one have to wait; those of `back` are well again before their turn. */
static void crowd_out(int count, int back, int back_count)
{
    turn(44, 1, true);
    turn(45, count, true);
    play_run(&play, 5 * PLAY_S);
    turn(back, back_count, false);
    play_run(&play, 5 * PLAY_MIN);
    turn(44, count + 1, false);
    play_run(&play, 5 * PLAY_MIN);
    round_number++;
}

void life_of_a_crowd(const struct life_form *form, void (*take)(const json_t *document))
{
    begin_form(form, 1);
    round_number++;
    turn(0, 30, true);
    play_run(&play, 5 * PLAY_MIN);
    turn(30, 12, true);
    turn(0, 30, false);
    turn(33, 9, false);
    play_run(&play, 5 * PLAY_MIN);
    turn(30, 3, false);
    play_run(&play, 5 * PLAY_MIN);
    crowd_out(1, 45, 1);
    crowd_out(7, 49, 2);
    take_all(take);
}
