/* SPDX-License-Identifier: MIT */
/*
 * An incident as people are told of it: what is wrong, and what each destination has heard of that. Made of the
 * events of role `cause`; gone when it is over and everybody who was told knows.
 */
#ifndef GATEWAY_ALARM_H
#define GATEWAY_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "cause/incident.h"

/* Both clocks, in microseconds: wall time for what people read and for what survives a restart, the monotonic one for
 * everything else. */
struct gateway_now {
    int64_t wall;
    uint64_t mono;
};

/* What a destination knows. */
enum told_state {
    TOLD_NOTHING,
    TOLD_QUEUED, /* a message waits to be sent */
    TOLD_OPEN,   /* it was told that this is wrong */
    TOLD_OVER,   /* it was told, or never needs to be told, that it is over */
};

struct told {
    char *channel;
    char *thread; /* what its messages have in common there */
    enum told_state state;
    uint32_t severity; /* of what was told */
    uint32_t health;
    uint32_t reason;
    uint32_t lost;  /* devices that were told to be lost */
    int64_t first;  /* when it was told that this is wrong; wall time */
    int64_t at;     /* when it was told last */
    bool escalated; /* it came by an escalation level, not by its route */
    bool held;      /* a rule of the destination keeps it back: logged once */
};

struct alarm {
    char *id; /* of the incident */
    char *site_id;
    char *cause;    /* "camera:<id>", "nvr:<id>", "group", "site", "node:<id>" */
    char *subject;  /* id of the camera or recorder; "" for a site, group or node */
    char *name;     /* what people called it at its last event */
    char *event_id; /* of its last event */
    char *hold;     /* the rule that keeps it back; "" when none does */
    uint32_t health;
    uint32_t severity;
    uint32_t reason;
    uint32_t rung;
    uint32_t failures; /* looks that failed in a row */
    uint32_t stale_by; /* STALE_BY_*: what kept looks from confirming what is UNKNOWN */
    int64_t seen_at;   /* wall time: it last answered; 0: it never has */
    int64_t opened_at; /* wall time, as the events say */
    int64_t changed_at;
    int64_t closed_at; /* 0: it is open */
    bool off;          /* it is over because the device was switched off on purpose */
    bool counted;      /* lost and of are told */
    bool or_node;
    struct incident_counts lost; /* once it is over: who is not back, and is told as itself */
    struct incident_counts of;
    json_t *devices; /* ids of the first lost; NULL when there are none */
    struct told *told;
    size_t told_count;
    uint32_t level; /* escalation levels that were told */
    bool remind;    /* a reminder is due, whatever the time */
    bool dirty;     /* to be stored */
};

/* What an event says; texts are borrowed. */
struct gateway_event {
    int64_t seq;
    const char *id;
    const char *site_id;
    const char *incident;
    const char *cause;
    const char *subject; /* id of the camera or recorder, or "" */
    const char *name;
    uint32_t role; /* INCIDENT_CAUSE or _CONSEQUENCE */
    uint32_t step; /* INCIDENT_OPENED … */
    uint32_t from_health;
    uint32_t from_reason;
    uint32_t health;
    uint32_t severity;
    uint32_t reason;
    uint32_t rung;
    uint32_t failures;
    uint32_t stale_by; /* STALE_BY_* */
    int64_t seen;
    int64_t ts;       /* when it became true */
    int64_t received; /* when vmm knew */
    bool counted;
    bool or_node;
    struct incident_counts lost;
    struct incident_counts of;
    const json_t *devices;
};

/* NULL without memory. */
struct alarm *alarm_create(const struct gateway_event *event);
void alarm_destroy(struct alarm *alarm);

/* Take over what a further event says. */
void alarm_update(struct alarm *alarm, const struct gateway_event *event);

/* True when people want to hear of it: something is wrong, not merely unknown by intent. */
bool alarm_is_tellable(const struct alarm *alarm);

/* What a channel knows; NULL when it was never asked. alarm_told_at() makes the entry: NULL without memory. */
struct told *alarm_told(const struct alarm *alarm, const char *channel);
struct told *alarm_told_at(struct alarm *alarm, const char *channel);

/* When somebody was first told of it, but for those to whom it was escalated; 0: nobody was. */
int64_t alarm_first_told(const struct alarm *alarm);

/* True when no channel has anything more to hear of it. */
bool alarm_is_done(const struct alarm *alarm);

/* As it is stored, and back: a new reference, or NULL; NULL when it is no alarm. */
json_t *alarm_to_json(const struct alarm *alarm);
struct alarm *alarm_from_json(const json_t *json);

#endif
