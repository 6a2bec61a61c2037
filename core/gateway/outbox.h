/* SPDX-License-Identifier: MIT */
/*
 * The outbox of one machine destination, decided without a clock or a network.
 *
 * A destination gets every event of the journal once, in order. What it has is one number: everything up to
 * `settled` was delivered, or dropped because the destination will never take it. That number is durable; all
 * the rest is forgotten in a crash and sent again with the same ids.
 *
 *   IDLE ─newer events─▶ FETCHING ─page─▶ SENDING ─all settled─▶ IDLE
 *                                            └─ retry, or the sink was lost ─▶ WAITING ─time─▶ FETCHING
 */
#ifndef GATEWAY_OUTBOX_H
#define GATEWAY_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#define OUTBOX_BATCH_MAX 64u

enum outbox_state {
    OUTBOX_IDLE,
    OUTBOX_FETCHING, /* a page of the journal was asked for */
    OUTBOX_SENDING,  /* a batch is with the sink */
    OUTBOX_WAITING,  /* for the time to try again */
};

/* What became of one message. */
#define OUTBOX_OPEN      0u
#define OUTBOX_DELIVERED 1u
#define OUTBOX_RETRY     2u
#define OUTBOX_DROPPED   3u

struct outbox {
    enum outbox_state state;
    bool sink_ready;
    bool more;         /* the journal may hold events after `settled` that no page has shown */
    int64_t settled;   /* seq of the last event the destination is done with; durable */
    uint32_t count;    /* of the batch */
    uint32_t open;     /* of these, not settled yet */
    uint32_t failures; /* attempts in a row that moved nothing */
    uint64_t retry_us; /* WAITING: when to go on */
    uint64_t asked_us; /* the longest wait the destination asked for, of this batch */
    int64_t seq[OUTBOX_BATCH_MAX];
    uint8_t verdict[OUTBOX_BATCH_MAX];
};

#define OUTBOX_DO_FETCH 1u /* ask the journal for at most OUTBOX_BATCH_MAX events after `settled` */
#define OUTBOX_DO_SEND  2u /* hand the batch to the sink */
#define OUTBOX_DO_SAVE  4u /* write `settled` to the store */

/* A destination that is done with everything up to `settled`; what came after it is looked for. */
void outbox_init(struct outbox *outbox, int64_t settled);

/* Each input returns what to do, OUTBOX_DO_*. */

/* The journal has grown. */
uint32_t outbox_grown(struct outbox *outbox);

/* The sink can take a batch, or it cannot. */
uint32_t outbox_ready(struct outbox *outbox, bool ready);

/* The page that was asked for. An empty one means that nothing is there yet. */
uint32_t outbox_page(struct outbox *outbox, const int64_t *seq, uint32_t count);

/* What came up to `seq` is not for the destination any more; instead of outbox_page(), when the page begins with it. */
uint32_t outbox_pass(struct outbox *outbox, int64_t seq);

/* The page could not be read: try again after the pause. */
uint32_t outbox_page_failed(struct outbox *outbox, uint64_t now_us, uint64_t random);

/* One message is settled. VMM_SINK_* verdicts are told as OUTBOX_*. A message settled twice, or one that is not
 * in the batch, is ignored. */
uint32_t outbox_settle(struct outbox *outbox, uint32_t index, uint32_t verdict,
                       uint64_t retry_after_us, uint64_t now_us, uint64_t random);

/* The sink was lost with the batch: what was not settled is sent again. */
uint32_t outbox_lost(struct outbox *outbox, uint64_t now_us, uint64_t random);

/* Time has passed. */
uint32_t outbox_tick(struct outbox *outbox, uint64_t now_us);

/* When the next outbox_tick() is due; UINT64_MAX when none is. */
uint64_t outbox_next(const struct outbox *outbox);

#endif
