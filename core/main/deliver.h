/* SPDX-License-Identifier: MIT */
/* Events on their way to the sinks: an outbox each, pages from the journal, batches to hosts. */
#ifndef MAIN_DELIVER_H
#define MAIN_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "main/daemon.h"

struct deliver;

struct deliver *deliver_create(struct daemon *daemon);
void deliver_destroy(struct deliver *deliver);

/* The durable cursor of a destination, read at start. 0 or VMM_E_NOMEM. */
int deliver_restore(struct deliver *deliver, const char *destination, int64_t seq);

/* A subject whose last alarm a destination does not get any more, as it was stored. False: it is not understood. */
bool deliver_restore_cut(struct deliver *deliver, const json_t *json);

#define DELIVER_DROPPED_AREA "dropped" /* of the store's memory: what went, and was not told yet */

/* How many events a destination does not get any more and was not told of, in the same way. */
bool deliver_restore_dropped(struct deliver *deliver, const json_t *json);

/* The journal has grown. */
void deliver_grown(struct deliver *deliver);

/* A plugin of kind sink has a host, or has none. */
void deliver_plugin_ready(struct deliver *deliver, struct plugin *plugin);
void deliver_plugin_unready(struct deliver *deliver, struct plugin *plugin);
void deliver_plugin_removed(struct deliver *deliver, struct plugin *plugin);

/* A SETTLED frame. Negative: the host broke the protocol. */
int deliver_settled(struct deliver *deliver, struct host *host, const struct frame *frame);

/* A host of a sink has ended. */
void deliver_lost(struct deliver *deliver, struct host *host);

/* For display: the destination at `index`, or false. */
struct deliver_view {
    const char *name;
    int64_t settled; /* seq of the last event it is done with */
    bool ready;
    bool under_way;
    uint32_t failures; /* attempts in a row that moved nothing */
    uint64_t sent;
    uint64_t failed;
    uint64_t dropped;
};
bool deliver_view(const struct deliver *deliver, size_t index, struct deliver_view *view);

/* Whether there is a destination of this name: it is known what it has. */
bool deliver_has(const struct deliver *deliver, const char *name);

/* The journal may go up to this seq, as far as destinations that are switched on are concerned: INT64_MAX when there
 * are none. */
int64_t deliver_has_to_keep(const struct deliver *deliver);

#endif
