/* SPDX-License-Identifier: MIT */
/*
 * Quiet by right: what somebody asked to be spared. Each has an owner, a reason and an end of at most QUIET_MAX_US; at
 * its end it lapses, and one that was long is told of once.
 *
 *   maintenance   of a site or some of its devices, once or each week: nothing new is told while it lasts
 *   silence       by matcher: what fits is not told
 *   off           a device is off on purpose: it is DISABLED, and nothing of it is told
 *   ack           an incident has somebody who cares: no reminder, no escalation; not told if it was not yet
 *   snooze        the same, and the reminder comes when it ends
 */
#ifndef GATEWAY_QUIET_H
#define GATEWAY_QUIET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "gateway/alarm.h"
#include "gateway/window.h"

#define QUIET_MAX_US   (90ll * 86400 * 1000000)
#define QUIET_TELL_US  (86400ll * 1000000) /* the end of one that lasted so long is told */
#define QUIET_ID_MAX   16u
#define QUIET_RULE_MAX 160u

enum quiet_kind {
    QUIET_MAINTENANCE,
    QUIET_SILENCE,
    QUIET_OFF,
    QUIET_ACK,
    QUIET_SNOOZE,
    QUIET_KINDS,
};

const char *quiet_kind_word(enum quiet_kind kind);

/* The kind of a word, or QUIET_KINDS. */
enum quiet_kind quiet_kind_of(const char *word);

struct quiet_entry {
    char id[QUIET_ID_MAX];
    enum quiet_kind kind;
    char *site;   /* id or pattern; "" any. Here and below */
    char *camera; /* id or pattern of a camera or recorder */
    char *cause;  /* word of a reason */
    char *tag;
    char *incident; /* id */
    char *owner;
    char *reason; /* why, in words */
    int64_t created_at;
    int64_t starts_at;
    int64_t ends_at;
    bool weekly;
    struct window window; /* weekly: only within it, by the site's clock */
    char *window_text;
};

/* What one may say of itself, to be checked. Texts borrowed, "" where not given. */
struct quiet_draft {
    enum quiet_kind kind;
    const char *id;
    const char *site;
    const char *camera;
    const char *cause;
    const char *tag;
    const char *incident;
    const char *owner;
    const char *reason;
    const char *weekly;
    int64_t created_at;
    int64_t starts_at;
    int64_t ends_at;
};

struct quiet {
    struct quiet_entry **entries;
    size_t count;
    size_t room;
};

void quiet_init(struct quiet *quiet);
void quiet_finish(struct quiet *quiet);

/* Take one in. 0, or VMM_E_INVAL with `why` (one line); VMM_E_NOMEM. */
int quiet_add(struct quiet *quiet, const struct quiet_draft *draft, const char **why);

/* NULL when there is none of this id. */
struct quiet_entry *quiet_find(const struct quiet *quiet, const char *id);

/* Forget it. */
void quiet_remove(struct quiet *quiet, const struct quiet_entry *entry);

/* One whose end has come; NULL: none. */
struct quiet_entry *quiet_lapsed(const struct quiet *quiet, int64_t wall);

/* True when it applies to the alarm at this time; `has_tag` and `each_lost` as in gateway.h. */
struct quiet_ask {
    const struct alarm *alarm;
    const struct zone *zone; /* of the alarm's site */
    int64_t wall;
    bool (*has_tag)(void *arg, const char *subject, const char *tag);
    bool (*each_lost)(void *arg, const char *site_id, const char *incident,
                      void (*fn)(void *fn_arg, const char *id), void *fn_arg);
    void *arg;
};
bool quiet_applies(const struct quiet_entry *entry, const struct quiet_ask *ask);

/* The rule that keeps the alarm back, in words in `rule`: maintenance, off, silence in this order. NULL: none does. */
const char *quiet_rule(const struct quiet *quiet, const struct quiet_ask *ask,
                       char rule[QUIET_RULE_MAX]);

/* Who has taken charge of it (ack or snooze), in the same words; NULL: nobody has. */
const char *quiet_taken(const struct quiet *quiet, const struct quiet_ask *ask,
                        char rule[QUIET_RULE_MAX]);

/* True when it is known and being seen to: acknowledged, snoozed, or in a maintenance. */
bool quiet_attended(const struct quiet *quiet, const struct quiet_ask *ask);

/* The one by which this device is off on purpose at this time; NULL: none. One that is narrowed to a reason or a tag
 * keeps messages back only. */
const struct quiet_entry *quiet_off(const struct quiet *quiet, const char *site_id, const char *id,
                                    int64_t wall);

/* A number that changes when one of these begins or ends. */
uint64_t quiet_off_mark(const struct quiet *quiet, int64_t wall);

/* As it is stored, beside its columns, and back. */
json_t *quiet_detail(const struct quiet_entry *entry);

#endif
