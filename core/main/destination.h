/* SPDX-License-Identifier: MIT */
/*
 * A destination from inside: deliver.c hands its batches to hosts and hears what became of them, deliver_page.c makes
 * batches of the journal, deliver_backlog.c knows what is not for it any more, deliver_log.c writes down what was tried.
 */
#ifndef MAIN_DESTINATION_H
#define MAIN_DESTINATION_H

#include "base/rng.h"
#include "base/text.h"
#include "gateway/backlog.h"
#include "gateway/outbox.h"
#include "main/deliver.h"

#define DESTINATIONS_MAX 64u

/* An event on its way. */
struct item {
    char *id;
    char *site_id;
    char *dedup_key;
    char *json;
    uint32_t severity;
};

struct destination {
    struct deliver *deliver;
    char name[64];
    struct outbox outbox;
    struct plugin *plugin;
    struct host *host; /* that has the batch */
    uint64_t batch_id;
    struct item items[OUTBOX_BATCH_MAX];
    struct event *timer;
    struct backlog backlog;
    int64_t waiting[VMM_SEVERITY_COUNT]; /* events of each weight, as far as they are counted */
    int64_t counted;                     /* up to this seq */
    int64_t skipped;         /* seq of the last one that is known not to be for the destination */
    uint64_t measured_us;    /* when it was last seen how much waits; 0: not since it was ready */
    struct store_batch *log; /* rows of the notification log, and the cursor, of this batch */
    bool failing;            /* it did not take the last message; said once */
    uint32_t attempts;       /* that failed in a row */
    uint32_t held; /* the first message of the batch that is held back; UINT32_MAX: none */
    char held_why[TEXT_MAX + 1];
    uint64_t sent;
    uint64_t failed;
    uint64_t dropped;
};

struct deliver {
    struct daemon *daemon;
    struct destination *destinations[DESTINATIONS_MAX];
    size_t count;
    uint64_t batches;
    struct rng rng;
};

/* Do what the outbox wants, OUTBOX_DO_*, and wait for what it waits for. */
void deliver_act(struct destination *destination, uint32_t todo);

/* Ask the journal for what comes next, and once a minute before that how much there is. */
void deliver_fetch(struct destination *destination);
void deliver_fetch_page(struct destination *destination);

/* The destination hears how many it does not get, as an event like any other: once a minute, and at the end of them. */
void deliver_tell_dropped(struct destination *destination);

/* How many went and were not told yet is known after a restart: it is committed with the cursor. */
void deliver_keep_dropped(struct destination *destination);

/* True when the next event of the journal is not for the destination any more; then it counts as dropped. */
bool deliver_skips(struct destination *destination, const struct store_event *event);

/* The first items of the batch as they go to a host; they borrow from the destination. */
void deliver_items(const struct destination *destination, struct batch_item *items, uint32_t count);

/* The batch is over. */
void deliver_free_items(struct destination *destination);

/* Write down what became of an item of the batch, by a VMM_SINK_* verdict, and say once when it fails. */
void deliver_log(struct destination *destination, uint32_t index, uint32_t verdict,
                 const char *why);

/* The host that has the batch is gone, and what it did not answer for has failed. */
void deliver_log_lost(struct destination *destination);

/* The batch is over with messages that are held back: one row of the log tells of them. */
void deliver_log_held(struct destination *destination);

/* What is committed with the cursor; NULL without memory. */
struct store_batch *deliver_log_batch(struct destination *destination);

/* Put the cursor beside the rows of the log; submit them, in one commit. */
void deliver_log_save(struct destination *destination);
void deliver_log_submit(struct destination *destination);

#endif
