/* SPDX-License-Identifier: MIT */
/*
 * Destinations that take messages, refuse them for their quota, fail, hang, and take them without saying so. They
 * honour the id of a message: one that comes again is not shown again.
 */
#ifndef SIM_RECEIVER_H
#define SIM_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/uuid.h"
#include "gateway/notice.h"

#define RECEIVERS_COUNT 3u

struct sim;

struct letter_item {
    char *incident;
    char *site_id;
    char *subject;
    json_t *devices; /* ids of those that it names; NULL: of none but the subject */
    bool over;
    bool known; /* the gateway says that it was told before */
};

/* A message on its way, and what the sink will say of it. */
struct letter {
    size_t receiver;
    char id[UUID_TEXT_SIZE];
    enum notice_kind kind;
    uint64_t hash; /* of its bytes */
    int64_t asked; /* when the gateway let it go */
    uint32_t life; /* of the node that sent it */
    struct letter_item *items;
    size_t item_count;
    uint32_t verdict; /* VMM_SINK_*; 0: the sink was lost with it */
    uint64_t retry_us;
};

struct letter *letter_create(size_t receiver, const struct notice *notice);
void letter_destroy(void *letter);

enum receiver_mood { MOOD_TAKES, MOOD_QUOTA, MOOD_FAILS, MOOD_HANGS, MOOD_REFUSES, MOOD_DROPS };
#define MOOD_COUNT 6u

struct receiver {
    enum receiver_mood mood;
    int64_t mood_until;
    int64_t *asked; /* when the attempts of the last minute were made */
    size_t asked_count;
    size_t asked_room;
    json_t *ids;   /* of messages it has: id → hash of the bytes */
    json_t *known; /* incidents it has heard of: id → 1 open, 2 over */
    uint64_t shown;
    uint64_t again; /* that came again */
};

struct receivers {
    struct receiver all[RECEIVERS_COUNT];
    int64_t restarted; /* the node last started */
};

/* Their names, ended by NULL, and what they take in a minute. */
extern const char *const receiver_names[RECEIVERS_COUNT + 1];
extern const uint32_t receiver_quotas[RECEIVERS_COUNT];

void receivers_init(struct receivers *receivers);
void receivers_finish(struct receivers *receivers);

/* The number of a channel; RECEIVERS_COUNT: there is none. */
size_t receiver_find(const char *channel);

/* A message arrives; its answer goes on its way. The letter is taken over. */
void receiver_take(struct sim *sim, struct letter *letter);

/* Whether it has heard of the incident. */
bool receiver_knows(const struct receiver *receiver, const char *incident);

#endif
