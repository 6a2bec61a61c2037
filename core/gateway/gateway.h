/* SPDX-License-Identifier: MIT */
/*
 * The gateway: what people are told of what the journal says. One state, stepped by inputs, without clock, network or
 * database; whatever has to happen outside is an effect.
 *
 *   event ─▶ alarm ─rules: routes, quiet, grouping─▶ notice in a lane ─quota─▶ frozen ─commit─▶ sent ─▶ settled
 *
 * After each input the caller commits all effects in one transaction, together with the place in the journal it has
 * read to, and only then acts on `send`. So a crash at any point repeats at most an attempt, with the same id and bytes.
 *
 * What is told is reconciled, not forwarded: for each alarm the gateway compares what a destination knows with what is
 * so now. A restart, a reload or the end of a maintenance therefore repeats nothing, and tells all that changed.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <vmm/observation.h>

#include "base/rng.h"
#include "base/zone.h"
#include "gateway/alarm.h"
#include "gateway/lane.h"
#include "gateway/notice.h"
#include "gateway/policy.h"
#include "gateway/quiet.h"
#include "gateway/shelf.h"

#define GATEWAY_LANES_MAX 256u
#define GATEWAY_REVIEW_US 10000000ull /* rules that depend on time are looked at again so often */
#define GATEWAY_LATE_US                                                                            \
    (15ll * 60 * 1000000) /* an event read later than this is no news of its own */

struct gateway_site {
    const char *name;
    const char *language; /* "en" … */
    const struct zone *zone;
};

/* Cameras of a site by health (VMM_HEALTH_*). */
struct gateway_census {
    uint32_t cameras[VMM_HEALTH_COUNT];
};

/* How the watch does, for its heartbeat. */
struct gateway_pulse {
    uint64_t looks; /* that have ended since the start */
    uint64_t events;
    uint64_t look_age_us; /* since a host last said how a look ended; UINT64_MAX: none has */
    uint64_t patience_us; /* the longest that a single device goes without the end of a look */
    bool is_owing;        /* a look is due or under way */
    bool writes;          /* the store works */
    bool reads;           /* the journal is read to its end */
};

/* Whether the watch works: looks end, the store writes, the journal is read. Pure. */
bool gateway_is_alive(const struct gateway_pulse *pulse);

enum gateway_schedule {
    GATEWAY_DAILY,
    GATEWAY_WEEKLY,
    GATEWAY_MONTHLY,
    GATEWAY_INVENTORY,
    GATEWAY_SCHEDULES,
};

/* Figures of a site that a scheduled message needs. */
struct gateway_span {
    const char *site_id;
    enum gateway_schedule which;
    int64_t due; /* seconds: the time the message is for */
    int64_t since;
    int64_t until;
};

/* What the gateway asks about the fleet. Answers are borrowed for the call. */
struct gateway_world {
    void *arg;
    /* False: there is no such site (any more); then `out` is left alone. */
    bool (*site)(void *arg, const char *site_id, struct gateway_site *out);
    /* What people call a camera or recorder; "" when there is none of this id. */
    const char *(*name)(void *arg, const char *id);
    /* True when the camera has the tag. */
    bool (*has_tag)(void *arg, const char *subject, const char *tag);
    /* Each camera and recorder that an open incident of several has lost; false: there is no such incident (any more). */
    bool (*each_lost)(void *arg, const char *site_id, const char *incident,
                      void (*fn)(void *fn_arg, const char *id), void *fn_arg);
    void (*each_site)(void *arg, void (*fn)(void *fn_arg, const char *site_id), void *fn_arg);
    void (*census)(void *arg, const char *site_id, struct gateway_census *out);
    void (*pulse)(void *arg, struct gateway_pulse *out);
    /* The sinks for people that are on, ended by NULL. */
    const char *const *(*sinks)(void *arg);
};

/* A row of the notification log. */
struct gateway_log {
    int64_t row;
    const char *site_id;
    const char *event_id;
    const char *kind; /* notice_kind_word() of what is no news of its event; else "" */
    const char *channel;
    uint32_t severity;
    const char *status; /* sent, failed, queued, merged or suppressed */
    const char *payload;
    const char *why;
    int64_t at;
};

/* A fact that the gateway itself has found, for the journal. */
struct gateway_fact {
    const char *site_id;
    const char *subject; /* the camera or recorder; "" for a site, group, link or node */
    const char *cause;   /* of its incidents */
    bool is_flapping;
    uint32_t health;
    uint32_t changes;
    int64_t since;
    int64_t ts;
};

/* What has to happen outside. Everything is borrowed for the call. */
struct gateway_effects {
    void *arg;
    void (*put_alarm)(void *arg, const struct alarm *alarm);
    void (*del_alarm)(void *arg, const struct alarm *alarm);
    void (*put_notice)(void *arg, const struct notice *notice);
    void (*del_notice)(void *arg, const struct notice *notice);
    void (*put_lane)(void *arg, const struct lane *lane);
    /* Keep, or forget, something under an area and a key; `detail` is a new reference. */
    void (*put_memory)(void *arg, const char *area, const char *key, const char *site_id,
                       json_t *detail);
    void (*del_memory)(void *arg, const char *area, const char *key);
    void (*put_quiet)(void *arg, const struct quiet_entry *entry, int64_t ended_at);
    void (*journal)(void *arg, const struct gateway_fact *fact);
    /* Gather figures; gateway_ranked() gets them, or gateway_inventoried(), now or later. */
    void (*rank)(void *arg, const struct gateway_span *span);
    void (*log)(void *arg, const struct gateway_log *row);
    /* Hand the frozen notice of this lane to its sink, once all else is committed. */
    void (*send)(void *arg, const struct lane *lane, const struct notice *notice);
};

struct gateway {
    const struct policy *policy; /* the caller's */
    struct gateway_world world;
    struct gateway_effects effects;
    struct rng rng;
    int64_t seq;     /* the journal was read up to here */
    bool is_current; /* and nothing more was in it */
    bool
        is_first; /* it reads a journal that was there before it: what is over there was never missed */
    struct shelf alarms;    /* of struct alarm, by incident */
    struct shelf newcomers; /* of struct newcomer, by device */
    struct shelf imports;   /* of struct import, by site */
    struct shelf flaps;     /* of struct flap, by flap_key() */
    struct shelf schedules; /* when each site's messages came last */
    struct shelf stocks;    /* what each site's last inventory counted */
    struct {
        uint64_t mono_us; /* monotonic time of the last one */
        uint64_t looks;   /* as of then */
        uint64_t events;
    } heartbeat;
    struct quiet quiet;
    struct lane *lanes[GATEWAY_LANES_MAX];
    size_t lane_count;
    uint64_t reviewed_us;
    int64_t last_row;
};

/* NULL without memory. The policy is borrowed. */
struct gateway *gateway_create(const struct policy *policy, const struct gateway_world *world,
                               const struct gateway_effects *effects, uint64_t seed);
void gateway_destroy(struct gateway *gateway);

/* What was stored, before any input. The notice's payload is NULL while it waits. False: it is not understood, or
 * there is no memory. */
bool gateway_restore_alarm(struct gateway *gateway, const json_t *json);
bool gateway_restore_notice(struct gateway *gateway, const json_t *json, const char *payload,
                            struct gateway_now now);
bool gateway_restore_memory(struct gateway *gateway, const char *area, const json_t *json);
bool gateway_restore_lane(struct gateway *gateway, const json_t *json, struct gateway_now now);

/* As a lane is stored. */
json_t *gateway_lane_json(const struct lane *lane);

/* ---- inputs ---- */

/* The next event of the journal. One that was taken already changes nothing. VMM_E_NOMEM: it was not taken. */
int gateway_event(struct gateway *gateway, const struct gateway_event *event,
                  struct gateway_now now);

/* The journal was read to its end, or there is more of it. */
void gateway_current(struct gateway *gateway, int64_t seq, bool is_current);

/* Another policy, or another set of sinks; also once at the start, when all is restored. */
void gateway_policy(struct gateway *gateway, const struct policy *policy, struct gateway_now now);

/* Something that rules depend on has changed: look at every alarm again. */
void gateway_review(struct gateway *gateway, struct gateway_now now);

/* Somebody asks to be spared something, or takes it back. 0; VMM_E_INVAL with `why`; VMM_E_NOENT; VMM_E_NOMEM. */
int gateway_quiet_add(struct gateway *gateway, const struct quiet_draft *draft, const char **why,
                      struct gateway_now now);
int gateway_quiet_end(struct gateway *gateway, const char *id, struct gateway_now now);

/* Let go of those whose time is over. gateway_tick() does it too; where nobody is to be told it is never called. */
void gateway_quiet_lapse(struct gateway *gateway, struct gateway_now now);

/* A new device, or all new ones of a site, is as it should be: how many were new. */
size_t gateway_accept(struct gateway *gateway, const char *id, struct gateway_now now);

/* A sink for people can take messages, or it cannot. */
void gateway_ready(struct gateway *gateway, const char *sink, bool ready, struct gateway_now now);

/* What the sink said of the notice under way in this channel: VMM_SINK_*. */
void gateway_settled(struct gateway *gateway, const char *channel, uint32_t verdict,
                     uint64_t retry_after_us, const char *why, struct gateway_now now);

/* The sink was lost with the notice under way: it had it, and did not answer, or it never got it. */
void gateway_lost(struct gateway *gateway, const char *channel, bool had_it,
                  struct gateway_now now);

/* A message from outside or of vmm itself, to the channels of a site ("": all sites), or to these. Its texts are
 * taken as they are; a policy that keeps the site silent keeps it back, unless it names its channels. Returns to how
 * many channels it goes; VMM_E_NOMEM. */
struct gateway_note {
    enum notice_kind kind; /* NOTICE_NOTE, _SUMMARY, _HEARTBEAT or _TEST */
    const char *site_id;
    uint32_t severity;
    const json_t *extra; /* see notice.h */
    const char *thread;
    const struct policy_list *channels; /* NULL: those of the site */
    bool with_open;                     /* it lists the open incidents of the site */
};
int gateway_note(struct gateway *gateway, const struct gateway_note *note, struct gateway_now now);

/* The figures that effects.rank() asked for; `rows` is a list of {camera, incidents, down_us}, the worst first, taken
 * over; the sums are over all cameras of the site. */
void gateway_ranked(struct gateway *gateway, const struct gateway_span *span, bool failed,
                    json_t *rows, uint64_t incidents, int64_t down_us, struct gateway_now now);

/* The same of GATEWAY_INVENTORY. The lists are borrowed. */
struct gateway_inventory {
    uint32_t cameras;
    uint32_t nvrs;
    json_t *devices;  /* cameras and recorders: what people call each, by id */
    json_t *models;   /* {model, firmware, count}, the most first */
    json_t *changes;  /* {subject, type, old, new}, what matters most first; maybe not all */
    uint32_t changed; /* how many there are */
};
void gateway_inventoried(struct gateway *gateway, const struct gateway_span *span, bool failed,
                         const struct gateway_inventory *found, struct gateway_now now);

/* Time has passed: what waited may go, what depends on time is looked at again. */
void gateway_tick(struct gateway *gateway, struct gateway_now now);

/* When the next tick is due, on the monotonic clock; UINT64_MAX: nothing waits. */
uint64_t gateway_due(const struct gateway *gateway, struct gateway_now now);

/* ---- asking ---- */

struct alarm *gateway_alarm(const struct gateway *gateway, const char *id);
struct lane *gateway_lane(const struct gateway *gateway, const char *channel);

/* The rule that keeps an open alarm back from everybody now, in words; NULL: none does. */
const char *gateway_why_held(const struct gateway *gateway, const struct alarm *alarm,
                             struct gateway_now now, char rule[QUIET_RULE_MAX]);

/* True when what is wrong with this camera or recorder is known and being seen to: acknowledged, snoozed, in a
 * maintenance. One pass over the open alarms. */
bool gateway_attended(const struct gateway *gateway, const char *subject, struct gateway_now now);

/* Seconds of days on which a site opens at no time, by its calendar, among its last `days` open ones and themselves; 0
 * without a calendar. */
int64_t gateway_closed_before(const struct gateway *gateway, const char *site_id, int64_t wall,
                              uint32_t days);

/* What one channel knows of it, in words: "not told", "queued", "being sent" (attempted, and not taken yet), "told" or
 * "over". */
const char *gateway_told_word(const struct gateway *gateway, const struct alarm *alarm,
                              const struct told *told);

/* To whom it is escalated next and when, or what that waits for, in words; NULL: to nobody. */
const char *gateway_why_next(const struct gateway *gateway, const struct alarm *alarm,
                             struct gateway_now now, char rule[QUIET_RULE_MAX]);

/* That a camera or recorder, or its site, comes and goes, in words, also while it is well; NULL: they do not. */
const char *gateway_why_flaps(const struct gateway *gateway, const char *site_id, const char *id,
                              struct gateway_now now, char rule[QUIET_RULE_MAX]);

/* What keeps a message about it from one channel now, in words: a rule of that destination, its quota, its absence.
 * NULL: nothing does, or there is nothing to tell. */
const char *gateway_why_waits(const struct gateway *gateway, const struct alarm *alarm,
                              const struct told *told, struct gateway_now now,
                              char rule[QUIET_RULE_MAX]);

#endif
