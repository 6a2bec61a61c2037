/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <string.h>

#include "base/rng.h"
#include "gateway/backoff.h"
#include "gateway/outbox.h"

static struct outbox ready(int64_t settled)
{
    struct outbox outbox;
    outbox_init(&outbox, settled);
    cr_assert_eq(outbox_ready(&outbox, true), OUTBOX_DO_FETCH);
    return outbox;
}

static struct outbox sending(const int64_t *seq, uint32_t count)
{
    struct outbox outbox = ready(0);
    cr_assert_eq(outbox_page(&outbox, seq, count), OUTBOX_DO_SEND);
    return outbox;
}

Test(outbox, looks_for_what_was_left_over_at_the_start)
{
    struct outbox outbox = ready(41);
    cr_assert_eq(outbox.settled, 41);
}

Test(outbox, asks_nothing_while_the_sink_is_away)
{
    struct outbox outbox;
    outbox_init(&outbox, 0);
    cr_assert_eq(outbox_grown(&outbox), 0);
    cr_assert_eq(outbox_ready(&outbox, true), OUTBOX_DO_FETCH);
}

Test(outbox, an_empty_page_rests_until_the_journal_grows)
{
    struct outbox outbox = ready(7);
    cr_assert_eq(outbox_page(&outbox, NULL, 0), 0);
    cr_assert_eq(outbox.state, OUTBOX_IDLE);
    cr_assert_eq(outbox_grown(&outbox), OUTBOX_DO_FETCH);
}

Test(outbox, growth_during_a_fetch_is_not_lost)
{
    struct outbox outbox = ready(7);
    cr_assert_eq(outbox_grown(&outbox), 0);
    cr_assert_eq(outbox_page(&outbox, NULL, 0), OUTBOX_DO_FETCH);
}

Test(outbox, a_delivered_batch_is_saved_once)
{
    const int64_t seq[] = {3, 5, 9};
    struct outbox outbox = sending(seq, 3);
    cr_assert_eq(outbox_settle(&outbox, 0, OUTBOX_DELIVERED, 0, 0, 0), 0);
    cr_assert_eq(outbox_settle(&outbox, 2, OUTBOX_DELIVERED, 0, 0, 0), 0);
    cr_assert_eq(outbox.settled, 0, "nothing counts before the batch is closed");
    cr_assert_eq(outbox_settle(&outbox, 1, OUTBOX_DROPPED, 0, 0, 0), OUTBOX_DO_SAVE);
    cr_assert_eq(outbox.settled, 9);
    cr_assert_eq(outbox.state, OUTBOX_IDLE);
}

Test(outbox, a_full_page_is_followed_by_another)
{
    int64_t seq[OUTBOX_BATCH_MAX];
    for (uint32_t i = 0; i < OUTBOX_BATCH_MAX; i++) {
        seq[i] = i + 1;
    }
    struct outbox outbox = sending(seq, OUTBOX_BATCH_MAX);
    uint32_t todo = 0;
    for (uint32_t i = 0; i < OUTBOX_BATCH_MAX; i++) {
        todo = outbox_settle(&outbox, i, OUTBOX_DELIVERED, 0, 0, 0);
    }
    cr_assert_eq(todo, OUTBOX_DO_SAVE | OUTBOX_DO_FETCH);
}

Test(outbox, a_retry_holds_back_all_after_it)
{
    const int64_t seq[] = {1, 2, 3};
    struct outbox outbox = sending(seq, 3);
    outbox_settle(&outbox, 0, OUTBOX_DELIVERED, 0, 100, 0);
    outbox_settle(&outbox, 1, OUTBOX_RETRY, 0, 100, 0);
    cr_assert_eq(outbox_settle(&outbox, 2, OUTBOX_DELIVERED, 0, 100, 0), OUTBOX_DO_SAVE);
    cr_assert_eq(outbox.settled, 1);
    cr_assert_eq(outbox.state, OUTBOX_WAITING);
}

Test(outbox, the_destination_may_ask_for_a_longer_wait)
{
    const int64_t seq[] = {1};
    struct outbox outbox = sending(seq, 1);
    outbox_settle(&outbox, 0, OUTBOX_RETRY, 90000000, 1000, 12345);
    cr_assert_eq(outbox_next(&outbox), 90001000);
    cr_assert_eq(outbox_tick(&outbox, 90000999), 0);
    cr_assert_eq(outbox_tick(&outbox, 90001000), OUTBOX_DO_FETCH);
}

Test(outbox, the_pause_grows_to_five_minutes_and_no_further)
{
    const int64_t seq[] = {1};
    struct outbox outbox = sending(seq, 1);
    uint64_t now = 0;
    uint64_t longest = 0;
    for (int i = 0; i < 20; i++) {
        outbox_settle(&outbox, 0, OUTBOX_RETRY, 0, now, UINT64_MAX - 7);
        uint64_t wait = outbox_next(&outbox) - now;
        cr_assert_leq(wait, BACKOFF_MAX_US);
        longest = wait > longest ? wait : longest;
        now = outbox_next(&outbox);
        cr_assert_eq(outbox_tick(&outbox, now), OUTBOX_DO_FETCH);
        outbox_page(&outbox, seq, 1);
    }
    cr_assert_gt(longest, BACKOFF_FIRST_US * 8);
}

Test(outbox, a_lost_sink_gets_again_what_it_did_not_settle)
{
    const int64_t seq[] = {4, 6};
    struct outbox outbox = sending(seq, 2);
    outbox_settle(&outbox, 0, OUTBOX_DELIVERED, 0, 0, 0);
    cr_assert_eq(outbox_lost(&outbox, 0, 0), OUTBOX_DO_SAVE);
    cr_assert_eq(outbox.settled, 4);
    cr_assert_eq(outbox_tick(&outbox, outbox_next(&outbox)), OUTBOX_DO_FETCH);
}

Test(outbox, a_message_settled_twice_counts_once)
{
    const int64_t seq[] = {1, 2};
    struct outbox outbox = sending(seq, 2);
    outbox_settle(&outbox, 0, OUTBOX_DELIVERED, 0, 0, 0);
    cr_assert_eq(outbox_settle(&outbox, 0, OUTBOX_DELIVERED, 0, 0, 0), 0);
    cr_assert_eq(outbox.state, OUTBOX_SENDING);
}

/* A journal of 500 events, a sink that fails at random and dies at random: everything arrives, in order, and what
 * is sent again was not settled. */
Test(outbox, delivers_everything_in_order_whatever_happens)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng rng;
        struct outbox outbox;
        rng_init(&rng, seed);
        outbox_init(&outbox, 0);
        uint64_t now = 0;
        int64_t journal = 0;
        uint32_t todo = outbox_ready(&outbox, true);
        for (int step = 0; step < 100000 && outbox.settled < 500; step++) {
            int64_t before = outbox.settled;
            if (todo & OUTBOX_DO_FETCH) {
                int64_t page[OUTBOX_BATCH_MAX];
                uint32_t count = 0;
                for (int64_t at = outbox.settled + 1; at <= journal && count < OUTBOX_BATCH_MAX;
                     at++) {
                    page[count++] = at;
                }
                todo = outbox_page(&outbox, page, count);
            } else if (journal < 500 && rng_below(&rng, 3) == 0) {
                journal++;
                todo = outbox_grown(&outbox);
            } else if (outbox.state == OUTBOX_SENDING) {
                cr_assert_eq(outbox.seq[0], outbox.settled + 1,
                             "no gap, no repeat of what is settled");
                uint32_t dice = (uint32_t)rng_below(&rng, 20);
                uint32_t index = (uint32_t)rng_below(&rng, outbox.count);
                todo = dice == 0 ? outbox_lost(&outbox, now, rng_next(&rng))
                                 : outbox_settle(&outbox, index,
                                                 dice < 3 ? OUTBOX_RETRY : OUTBOX_DELIVERED, 0, now,
                                                 rng_next(&rng));
            } else {
                now = outbox.state == OUTBOX_WAITING ? outbox_next(&outbox) : now + 1;
                todo = outbox_tick(&outbox, now);
            }
            cr_assert_geq(outbox.settled, before);
        }
        cr_assert_eq(outbox.settled, 500, "seed %lu", (unsigned long)seed);
    }
}

Test(outbox, what_is_passed_over_is_settled_and_the_rest_is_looked_for)
{
    struct outbox outbox = ready(7);
    cr_assert_eq(outbox_pass(&outbox, 90), OUTBOX_DO_SAVE | OUTBOX_DO_FETCH);
    cr_assert_eq(outbox.settled, 90);
    const int64_t seq[] = {91};
    cr_assert_eq(outbox_page(&outbox, seq, 1), OUTBOX_DO_SEND);
    cr_assert_eq(outbox_pass(&outbox, 95), 0, "not while a batch is under way");
}
