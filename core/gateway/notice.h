/* SPDX-License-Identifier: MIT */
/*
 * A message to people on its way to one destination.
 *
 *   WAITING ─may still change, be merged or taken back─▶ FROZEN ─the same id and bytes in every attempt─▶ gone
 *
 * What it says is a list of items, each a state of one incident. It is put into words when it is frozen.
 */
#ifndef GATEWAY_NOTICE_H
#define GATEWAY_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/uuid.h"
#include "gateway/alarm.h"

enum notice_kind {
    NOTICE_ALERT,
    NOTICE_UPDATE,
    NOTICE_REMINDER,
    NOTICE_RECOVERY,
    NOTICE_SUMMARY,
    NOTICE_CATCHUP,
    NOTICE_NOTE,
    NOTICE_HEARTBEAT,
    NOTICE_TEST,
    NOTICE_KINDS,
};

const char *notice_kind_word(enum notice_kind kind);

/* What one message says of one incident, as it was when the item was made. */
struct notice_item {
    char *alarm; /* incident id */
    char *site_id;
    char *cause;
    char *subject;
    char *name;
    char *event_id;
    uint32_t health;
    uint32_t severity;
    uint32_t reason;
    uint32_t rung;
    uint32_t failures;
    uint32_t stale_by;
    int64_t seen;         /* as in struct alarm */
    uint32_t from_health; /* of an update: what was told before */
    int64_t since;
    int64_t over; /* 0: it is open */
    int64_t
        unanswered; /* escalated: others were told then, and nobody has acknowledged; 0: it is not */
    bool off;       /* as in struct alarm */
    bool untold;    /* it is over, and that it began was never told */
    bool known;     /* it was told before that it began */
    bool counted;
    bool or_node;
    struct incident_counts lost;
    struct incident_counts of;
    json_t *devices;
};

struct notice {
    int64_t row;             /* of the outbox; grows in the order in which notices are made */
    char id[UUID_TEXT_SIZE]; /* "" until it is frozen */
    char *channel;
    char *site_id; /* "" when it is of several */
    char *group;   /* what is of one group may go into one message */
    char *thread;
    enum notice_kind kind;
    uint32_t severity;
    bool frozen;
    uint32_t attempts;
    int64_t made_at; /* wall time */
    int64_t next_at; /* wall time before which it may not be tried again; 0: none */
    uint64_t due_us; /* monotonic: it waits for more of its kind until then */
    bool delayed;    /* it was due and could not go out: logged once */
    bool trying;     /* an attempt was begun whose outcome is not known */
    struct notice_item *items;
    size_t item_count;
    json_t *extra; /* of a summary, note …: {"title", "lines": […], "dedup_key"}; NULL */
    char *payload; /* the frozen bytes */
};

/* Whether it tells what happened, of each of its items, and does not merely name what is so. */
bool notice_is_news(const struct notice *notice);

/* NULL without memory. */
struct notice *notice_create(enum notice_kind kind, const char *channel, const char *group,
                             const char *thread);
void notice_destroy(struct notice *notice);

/* Say something of an alarm: a new item, or the one of that alarm again. False without memory. */
bool notice_say(struct notice *notice, const struct alarm *alarm);

/* The item of an alarm, or NULL. */
struct notice_item *notice_find(const struct notice *notice, const char *alarm);

/* Forget its last item. */
void notice_drop_last(struct notice *notice);

/* Move all items of `from` to `into`; an alarm that both speak of is told as `from` has it, which is newer. */
bool notice_merge(struct notice *into, struct notice *from);

/* As it is stored (without its payload), and back. */
json_t *notice_to_json(const struct notice *notice);
struct notice *notice_from_json(const json_t *json);

#endif
