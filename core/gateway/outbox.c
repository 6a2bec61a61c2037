/* SPDX-License-Identifier: MIT */
#include "gateway/outbox.h"

#include <string.h>

#include "gateway/backoff.h"

void outbox_init(struct outbox *outbox, int64_t settled)
{
    *outbox = (struct outbox){.settled = settled, .more = true};
}

/* What an idle outbox does next. */
static uint32_t go_on(struct outbox *outbox)
{
    if (outbox->state != OUTBOX_IDLE || !outbox->sink_ready || !outbox->more) {
        return 0;
    }
    /* What is committed from here on may be missing in the page, and says so itself. */
    outbox->more = false;
    outbox->state = OUTBOX_FETCHING;
    return OUTBOX_DO_FETCH;
}

static void wait_a_while(struct outbox *outbox, uint64_t now_us, uint64_t random)
{
    outbox->failures++;
    outbox->state = OUTBOX_WAITING;
    outbox->retry_us = now_us + backoff_pause(outbox->failures, outbox->asked_us, random);
    outbox->more = true;
    outbox->asked_us = 0;
    outbox->count = 0;
    outbox->open = 0;
}

/* Move `settled` over the messages at the front that are done. Order is kept: a message that has to be tried
 * again holds back all after it. */
static bool advance(struct outbox *outbox)
{
    int64_t before = outbox->settled;
    for (uint32_t i = 0; i < outbox->count; i++) {
        if (outbox->verdict[i] != OUTBOX_DELIVERED && outbox->verdict[i] != OUTBOX_DROPPED) {
            break;
        }
        outbox->settled = outbox->seq[i];
    }
    return outbox->settled != before;
}

/* The batch is over, wholly settled or lost. */
static uint32_t close_batch(struct outbox *outbox, uint64_t now_us, uint64_t random)
{
    bool moved = advance(outbox);
    bool done = outbox->count > 0 && outbox->settled == outbox->seq[outbox->count - 1];
    outbox->failures = moved ? 0 : outbox->failures;
    if (!done) {
        wait_a_while(outbox, now_us, random);
        return moved ? OUTBOX_DO_SAVE : 0;
    }
    outbox->state = OUTBOX_IDLE;
    outbox->count = 0;
    outbox->asked_us = 0;
    return OUTBOX_DO_SAVE | go_on(outbox);
}

uint32_t outbox_grown(struct outbox *outbox)
{
    outbox->more = true;
    return go_on(outbox);
}

uint32_t outbox_ready(struct outbox *outbox, bool ready)
{
    outbox->sink_ready = ready;
    return go_on(outbox);
}

uint32_t outbox_page(struct outbox *outbox, const int64_t *seq, uint32_t count)
{
    if (outbox->state != OUTBOX_FETCHING) {
        return 0;
    }
    outbox->state = OUTBOX_IDLE;
    if (count == 0) {
        return go_on(outbox);
    }
    outbox->more = outbox->more || count >= OUTBOX_BATCH_MAX || !outbox->sink_ready;
    if (!outbox->sink_ready) {
        return 0;
    }
    outbox->count = count < OUTBOX_BATCH_MAX ? count : OUTBOX_BATCH_MAX;
    outbox->open = outbox->count;
    memcpy(outbox->seq, seq, outbox->count * sizeof(seq[0]));
    memset(outbox->verdict, OUTBOX_OPEN, sizeof(outbox->verdict));
    outbox->state = OUTBOX_SENDING;
    return OUTBOX_DO_SEND;
}

uint32_t outbox_pass(struct outbox *outbox, int64_t seq)
{
    if (outbox->state != OUTBOX_FETCHING || seq <= outbox->settled) {
        return 0;
    }
    outbox->settled = seq;
    outbox->more = true;
    outbox->state = OUTBOX_IDLE;
    return OUTBOX_DO_SAVE | go_on(outbox);
}

uint32_t outbox_page_failed(struct outbox *outbox, uint64_t now_us, uint64_t random)
{
    if (outbox->state == OUTBOX_FETCHING) {
        wait_a_while(outbox, now_us, random);
    }
    return 0;
}

uint32_t outbox_settle(struct outbox *outbox, uint32_t index, uint32_t verdict,
                       uint64_t retry_after_us, uint64_t now_us, uint64_t random)
{
    if (outbox->state != OUTBOX_SENDING || index >= outbox->count ||
        outbox->verdict[index] != OUTBOX_OPEN) {
        return 0;
    }
    outbox->verdict[index] = (uint8_t)verdict;
    outbox->open--;
    if (verdict == OUTBOX_RETRY && retry_after_us > outbox->asked_us) {
        outbox->asked_us = retry_after_us;
    }
    return outbox->open == 0 ? close_batch(outbox, now_us, random) : 0;
}

uint32_t outbox_lost(struct outbox *outbox, uint64_t now_us, uint64_t random)
{
    return outbox->state == OUTBOX_SENDING ? close_batch(outbox, now_us, random) : 0;
}

uint32_t outbox_tick(struct outbox *outbox, uint64_t now_us)
{
    if (outbox->state != OUTBOX_WAITING || now_us < outbox->retry_us) {
        return 0;
    }
    outbox->state = OUTBOX_IDLE;
    return go_on(outbox);
}

uint64_t outbox_next(const struct outbox *outbox)
{
    return outbox->state == OUTBOX_WAITING ? outbox->retry_us : UINT64_MAX;
}
