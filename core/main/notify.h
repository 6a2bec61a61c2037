/* SPDX-License-Identifier: MIT */
/*
 * The gateway's shell: events from the journal to the gateway, its effects to the store, its messages to the sinks for
 * people. notify.c turns inputs into one batch a turn, notify_event.c reads the journal, notify_world.c answers what the
 * gateway asks about the fleet, notify_send.c speaks with the hosts.
 */
#ifndef MAIN_NOTIFY_H
#define MAIN_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/gateway.h"
#include "main/daemon.h"
#include "main/zones.h"

#define NOTIFY_CURSOR    ".people" /* its place in the journal, beside those of the destinations */
#define NOTIFY_BATCHES   (1ull << 63) /* ids of its batches, apart from those of deliver.h */
#define NOTIFY_SINKS_MAX 32u
#define NOTIFY_NO_SINK                                                                             \
    "policy: no sink for people is on" /* why nobody is told while it is not active */

struct notify_sink {
    char name[64];
    struct plugin *plugin; /* NULL: it is not there now */
};

/* A message that is with a host, or waits for the commit or for a place there. */
struct notify_flight {
    char channel[128];
    int64_t row;
    struct host *host; /* NULL: not handed over yet */
    uint64_t batch_id;
    uint64_t turn; /* it may go out when the batch of this turn is on disk */
};

struct upkeep;

/* Somebody who waits for a commit. */
struct notify_waiter {
    struct notify_waiter *next;
    uint64_t turn;
    void (*done)(void *arg, int rc);
    void *arg;
};

struct notify {
    struct daemon *daemon;
    struct gateway *gateway;
    struct policy *policy;
    struct zones *zones;
    struct notify_sink sinks[NOTIFY_SINKS_MAX];
    size_t sink_count;
    const char *sink_names[NOTIFY_SINKS_MAX + 1];
    struct notify_flight flights[GATEWAY_LANES_MAX];
    size_t flight_count;
    struct store_batch *batch; /* of this turn */
    struct event *flush;
    struct event *timer;
    uint64_t batches;
    uint64_t turns_written; /* batches handed to the store; and those that are on disk */
    uint64_t turns_done;
    bool has_cursor;
    bool active; /* somebody is to be told: the journal is read */
    bool fetching;
    bool grown; /* the journal has more than the page under way shows */
    bool started;
    struct notify_waiter *waiters;
    struct upkeep *upkeep;
    bool journalled; /* the batch under way has an event of the gateway's own */
};

/* ---- notify.c ---- */

struct notify *notify_create(struct daemon *daemon);
void notify_destroy(struct notify *notify);

/* What is stored, when the fleet is. 0, or an error of the store. */
int notify_restore(struct notify *notify);

/* The journal may go up to this seq, as far as people are concerned: INT64_MAX when nobody is to be told. */
int64_t notify_has_to_keep(const struct notify *notify);
void notify_restore_cursor(struct notify *notify, int64_t seq);

/* Read gateway.json of this configuration. VMM_E_INVAL with the error. */
int notify_read_policy(const struct config_sources *sources, const struct config *config,
                       struct policy **out, struct config_error *error);

/* Take another policy over. */
void notify_take_policy(struct notify *notify, struct policy *policy);

/* Begin: the store has started. */
void notify_start(struct notify *notify);

/* Write what has gathered, at once: before the store stops. */
void notify_flush(struct notify *notify);

/* A plugin of kind sink has a host, or has none. False: it is not for people. */
bool notify_plugin_ready(struct notify *notify, struct plugin *plugin);
bool notify_plugin_unready(struct notify *notify, struct plugin *plugin);
void notify_plugin_removed(struct notify *notify, struct plugin *plugin);

/* Both clocks. */
struct gateway_now notify_now(void);

/* The batch of this turn, made when there is none; NULL without memory. */
struct store_batch *notify_batch(struct notify *notify);

/* True when a device whose first verdict comes now is new for a while. */
bool notify_takes_new(const struct notify *notify);

/* Call `done` when all that has been done up to now is on disk; `rc` not 0: it could not be written. */
typedef void (*notify_durable_fn)(void *arg, int rc);
void notify_when_durable(struct notify *notify, notify_durable_fn done, void *arg);

/* True when a message to this channel has a sink that is on. */
bool notify_has_channel(const struct notify *notify, const char *channel);

/* After each input: arm the timer. */
void notify_arm(struct notify *notify);

/* ---- notify_event.c ---- */

/* The journal has grown. */
void notify_grown(struct notify *notify);

/* ---- notify_world.c ---- */

extern const struct gateway_world notify_world;

/* ---- notify_inventory.c ---- */

/* Gather what a site has; the gateway hears of it, now or later. */
void notify_take_inventory(struct notify *notify, const struct gateway_span *span);

/* ---- notify_send.c ---- */

extern const struct gateway_effects notify_effects;

/* What was written down in the oldest turn under way may go out; or could not be written. */
void notify_committed(struct notify *notify, int rc);

/* A SETTLED frame of a message to people. Negative: the host broke the protocol. */
int notify_settled(struct notify *notify, struct host *host, const struct frame *frame);

/* A host has ended. */
void notify_lost(struct notify *notify, struct host *host);

#endif
