/* SPDX-License-Identifier: MIT */
/* What a copy of the record gets next: rules one by one, and a model of store and copy under every kind of trouble. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/rng.h"
#include "gateway/feed.h"

#define S 1000000ull

static struct feed feed;
static const int64_t nothing[FEED_TABLES];

static void set_up(void)
{
    feed_init(&feed);
}

static void tear_down(void)
{
    feed_finish(&feed);
}

TestSuite(feed, .init = set_up, .fini = tear_down, .timeout = 120);

/* Answer what is asked, with rows of the given number, until the sync is done and the rest is idle. */
static void finish_sync(void)
{
    const struct feed_answer empty = {.part = {"", ""}};
    for (int i = 0; i < 100; i++) {
        if (feed.asked.used) {
            feed_page(&feed, &empty, 0);
        } else if (feed.out.used) {
            feed_settled(&feed, 0);
        }
    }
    cr_assert_eq(feed.synced.table, FEED_TABLES);
    cr_assert_not(feed.asked.used || feed.staged.used || feed.out.used);
}

static void start(void)
{
    feed_ready(&feed, true, 0);
    feed_resume(&feed, nothing, 0);
}

/* ---- keyset ---- */

Test(keyset, a_key_is_there_once_and_comes_back_in_its_parts)
{
    struct keyset set;
    char *keys[4];
    keyset_init(&set);
    cr_expect_eq(keyset_add(&set, "site", "camera:a", 5), 1);
    cr_expect_eq(keyset_add(&set, "site", "camera:a", 9), 0);
    cr_expect_eq(keyset_add(&set, "sitec", "amera:a", 9), 1, "parts are not run together");
    cr_expect_eq(set.since_us, 5);
    cr_expect_eq(keyset_take(&set, 4, keys), 2);
    cr_expect_eq(set.since_us, 0);
    cr_expect_str_eq(keyset_part1(keys[0]), "sitec");
    cr_expect_str_eq(keyset_part2(keys[0]), "amera:a");
    cr_expect_str_eq(keyset_part2(keys[1]), "camera:a");
    cr_expect_eq(keyset_add(&set, "site", "camera:a", 10), 1, "it may come again");
    free(keys[0]);
    free(keys[1]);
    keyset_finish(&set);
}

/* ---- rules ---- */

Test(feed, asks_for_nothing_before_the_sink_has_said_where_to_go_on)
{
    cr_expect_eq(feed_ready(&feed, true, 0), 0);
    cr_expect_eq(feed_grown(&feed, 0, 0), 0);
    cr_expect_eq(feed_next(&feed), UINT64_MAX);
    uint32_t todo = feed_resume(&feed, nothing, 0);
    cr_expect(todo & FEED_DO_FETCH);
    cr_expect(feed.asked.used);
}

Test(feed, goes_on_behind_the_number_it_is_told)
{
    int64_t numbers[FEED_TABLES] = {700, 30, 8};
    feed_ready(&feed, true, 0);
    feed_resume(&feed, numbers, 0);
    feed.turn = 0;
    bool seen[FEED_ORDERED] = {false};
    for (int i = 0; i < 20 && !(seen[0] && seen[1] && seen[2]); i++) {
        if (feed.asked.used && feed.asked.table < FEED_ORDERED) {
            seen[feed.asked.table] = true;
            cr_expect_eq(feed.asked.after, numbers[feed.asked.table]);
        }
        feed_page(&feed, &(struct feed_answer){.part = {"", ""}}, 0);
        feed_settled(&feed, 0);
    }
    cr_expect(seen[0] && seen[1] && seen[2]);
}

Test(feed, the_next_page_is_read_while_one_is_out)
{
    start();
    finish_sync();
    cr_expect_eq(feed_grown(&feed, 0, 0), FEED_DO_FETCH);
    struct feed_answer full = {.count = 512, .number = 512, .part = {"", ""}, .more = true};
    cr_expect_eq(feed_page(&feed, &full, 0), FEED_DO_SEND | FEED_DO_FETCH);
    cr_expect_eq(feed.asked.after, 512, "behind the page that is out, not behind what is settled");
    struct feed_answer rest = {.count = 8, .number = 520, .part = {"", ""}};
    cr_expect_eq(feed_page(&feed, &rest, 0), 0, "one is out, one waits: that is enough");
    cr_expect_eq(feed_settled(&feed, 0), FEED_DO_SAVE | FEED_DO_SEND);
    cr_expect_eq(feed.ordered[0].settled, 512);
    cr_expect_eq(feed_settled(&feed, 0), FEED_DO_SAVE);
    cr_expect_eq(feed.ordered[0].settled, 520);
}

Test(feed, a_refused_page_and_those_behind_it_come_again)
{
    start();
    finish_sync();
    feed_grown(&feed, 0, 0);
    feed_page(&feed, &(struct feed_answer){.count = 512, .number = 512, .more = true}, 0);
    feed_page(&feed, &(struct feed_answer){.count = 8, .number = 520}, 0);
    cr_expect_eq(feed_refused(&feed, 5 * S, 10, 0), 0);
    cr_expect_eq(feed_next(&feed), 5 * S + 11, "not before the sink wants it");
    cr_expect_eq(feed_tick(&feed, 5 * S), 0);
    cr_expect(feed_tick(&feed, 5 * S + 11) & FEED_DO_FETCH);
    while (feed.asked.lane != 0) {
        feed_page(&feed, &(struct feed_answer){.part = {"", ""}}, 6 * S);
    }
    cr_expect_eq(feed.asked.after, 0);
}

/* One row of the journal is out, and nothing else is on its way. */
static void send_one(uint64_t now)
{
    const struct feed_answer empty = {.part = {"", ""}};
    feed_grown(&feed, 0, now);
    while (feed.asked.used) {
        bool first = feed.asked.lane == 0 && !feed.out.used;
        feed_page(&feed, first ? &(struct feed_answer){.count = 1, .number = 1} : &empty, now);
    }
    cr_assert(feed.out.used);
}

Test(feed, pauses_grow_and_resume_ends_them)
{
    start();
    finish_sync();
    uint64_t now = 1;
    uint64_t longest = 0;
    for (uint64_t ceiling = FEED_BACKOFF_FIRST_US; longest < FEED_BACKOFF_MAX_US; ceiling *= 2) {
        uint64_t limit = ceiling < FEED_BACKOFF_MAX_US ? ceiling : FEED_BACKOFF_MAX_US;
        send_one(now);
        feed_refused(&feed, 0, now, limit);
        cr_assert_eq(feed_next(&feed) - now, limit + 1);
        longest = limit;
        now = feed_next(&feed);
    }
    send_one(now);
    feed_refused(&feed, 0, now, FEED_BACKOFF_MAX_US);
    cr_expect(feed_resume(&feed, nothing, now) & FEED_DO_FETCH, "the sink is back: at once");
    cr_expect_eq(feed.failures, 0);
}

Test(feed, changed_rows_gather_before_they_are_read)
{
    start();
    finish_sync();
    cr_expect_eq(feed_changed(&feed, 5, "s", "a", false, 10 * S), 0);
    cr_expect_eq(feed_changed(&feed, 5, "s", "b", true, 10 * S), 0);
    cr_expect_eq(feed_next(&feed), 10 * S + FEED_HARD_DELAY_US);
    cr_expect_eq(feed_tick(&feed, 10 * S + FEED_HARD_DELAY_US), FEED_DO_FETCH);
    cr_expect_eq(feed.asked.key_count, 1);
    cr_expect_str_eq(keyset_part2(feed.asked.keys[0]), "a");
    feed_page(&feed, &(struct feed_answer){.count = 1, .part = {"", ""}}, 13 * S);
    feed_settled(&feed, 13 * S);
    cr_expect_eq(feed_next(&feed), 10 * S + FEED_SOFT_DELAY_US);
}

Test(feed, keys_that_did_not_fit_the_answer_are_asked_for_again)
{
    start();
    finish_sync();
    feed_changed(&feed, 5, "s", "a", false, 0);
    feed_changed(&feed, 5, "s", "b", false, 0);
    cr_expect(feed_tick(&feed, FEED_HARD_DELAY_US) & FEED_DO_FETCH);
    char *second = strdup(keyset_part2(feed.asked.keys[1]));
    feed_page(&feed, &(struct feed_answer){.count = 1, .part = {"", ""}, .more = true},
              FEED_HARD_DELAY_US);
    feed_settled(&feed, FEED_HARD_DELAY_US);
    cr_expect(feed_tick(&feed, 3 * FEED_HARD_DELAY_US) & FEED_DO_FETCH);
    cr_assert_eq(feed.asked.key_count, 1);
    cr_expect_str_eq(keyset_part2(feed.asked.keys[0]), second);
    free(second);
}

Test(feed, too_many_changed_rows_are_a_new_sync)
{
    start();
    finish_sync();
    feed_ready(&feed, false, 0);
    for (uint32_t i = 0; i <= FEED_KEYS_MAX; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%u", i);
        feed_changed(&feed, 5, "s", key, true, 0);
    }
    cr_expect_eq(feed.key_count, 0);
    cr_expect_eq(feed.synced.table, FEED_ORDERED);
    cr_expect(feed.synced.from_first);
}

/* ---- a model ---- */

#define KEYS 40                 /* of each of two keyed tables, some of which there are */
#define PAST 12                 /* states of the copy that may come back */
#define LOGS (FEED_ORDERED - 1) /* ordered tables whose rows may move to the end */

struct world {
    int64_t events;                 /* numbers 1 to events */
    int64_t log[LOGS][30];          /* the number at which each row of a log stands */
    int64_t last_log[LOGS];         /* the newest of them */
    int64_t rows[FEED_KEYED][KEYS]; /* versions; 0: no such row */
};

struct copy {
    int64_t events;
    int64_t log[LOGS][30];
    int64_t rows[FEED_KEYED][KEYS];
    int64_t numbers[FEED_TABLES];
};

struct model {
    struct rng rng;
    uint64_t now;
    struct world world;
    struct copy copy;
    struct copy past[PAST];
    uint32_t past_count;
    int64_t version;
    /* Rows as they were read, for the pages of the feed. */
    struct copy asked;
    struct copy staged;
    struct copy out;
    bool is_sink;
    uint32_t pages;
};

static struct model model;

static const char *key_text(uint32_t key)
{
    static char text[8];
    snprintf(text, sizeof(text), "k%02u", key);
    return text;
}

/* What the store answers to the page that is asked for, at most 7 rows; the rows are kept as they are now. */
static struct feed_answer read_page(void)
{
    static char last[8];
    const struct feed_page *page = &feed.asked;
    struct feed_answer answer = {.part = {"s", last}};
    last[0] = '\0';
    memcpy(model.asked.rows, model.world.rows, sizeof(model.asked.rows));
    memcpy(model.asked.log, model.world.log, sizeof(model.asked.log));
    if (page->lane == 0) {
        int64_t left = model.world.events - page->after;
        answer.count = left > 7 ? 7 : (uint32_t)left;
        answer.more = left > 7;
        answer.number = page->after + answer.count;
    } else if (page->lane < FEED_ORDERED) {
        const int64_t *log = model.world.log[page->lane - 1];
        int64_t last_log = model.world.last_log[page->lane - 1];
        for (int64_t n = page->after + 1; n <= last_log; n++) {
            for (uint32_t i = 0; i < 30; i++) {
                if (log[i] == n && answer.count < 7) {
                    answer.count++;
                    answer.number = n;
                }
            }
        }
        answer.more = answer.count > 0 && answer.number < last_log;
    } else if (page->lane == FEED_LANE_CHANGED) {
        answer.count = page->key_count > 7 ? 7 : page->key_count;
        answer.more = page->key_count > 7;
    } else {
        for (uint32_t k = 0; k < KEYS; k++) {
            bool behind = page->from_first || strcmp(key_text(k), page->from.part[1]) > 0;
            if (behind && model.world.rows[page->table - FEED_ORDERED][k] != 0) {
                answer.more = answer.count == 7;
                if (answer.more) {
                    break;
                }
                answer.count++;
                memcpy(last, key_text(k), sizeof(last));
            }
        }
    }
    return answer;
}

/* The copy takes the page that is out. */
static void store_page(void)
{
    const struct feed_page *page = &feed.out;
    struct copy *copy = &model.copy;
    uint32_t table = page->table - FEED_ORDERED;
    model.pages++;
    if (page->lane == 0) {
        cr_assert_eq(page->after, copy->events, "a gap, or a repeat, in the journal");
        copy->events = page->number;
    } else if (page->lane < FEED_ORDERED) {
        const int64_t *log = model.out.log[page->lane - 1];
        cr_assert_eq(page->after, copy->numbers[page->lane]);
        for (uint32_t i = 0; i < 30; i++) {
            if (log[i] > page->after && log[i] <= page->number) {
                copy->log[page->lane - 1][i] = log[i];
            }
        }
    } else if (page->lane == FEED_LANE_CHANGED) {
        for (uint32_t i = 0; i < page->key_count; i++) {
            int key = atoi(keyset_part2(page->keys[i]) + 1);
            cr_assert_geq(model.out.rows[table][key], 0);
            copy->rows[table][key] = model.out.rows[table][key];
        }
    } else {
        for (uint32_t k = 0; k < KEYS; k++) {
            bool behind = page->from_first || strcmp(key_text(k), page->from.part[1]) > 0;
            bool within = page->to_last || strcmp(key_text(k), page->to.part[1]) <= 0;
            if (behind && within) {
                copy->rows[table][k] = model.out.rows[table][k];
            }
        }
    }
    copy->numbers[page->table] = page->number;
    model.past[model.past_count++ % PAST] = *copy;
}

static void act(uint32_t todo)
{
    if (todo & FEED_DO_SEND) {
        model.out = model.staged;
    }
}

static void change_world(void)
{
    uint32_t table = (uint32_t)rng_below(&model.rng, FEED_KEYED);
    uint32_t key = (uint32_t)rng_below(&model.rng, KEYS);
    uint32_t log = (uint32_t)rng_below(&model.rng, LOGS);
    switch (rng_below(&model.rng, 4)) {
    case 0:
        model.world.events += 1 + (int64_t)rng_below(&model.rng, 20);
        act(feed_grown(&feed, 0, model.now));
        break;
    case 1:
        model.world.log[log][rng_below(&model.rng, 30)] = ++model.world.last_log[log];
        act(feed_grown(&feed, 1 + log, model.now));
        break;
    default:
        model.world.rows[table][key] = rng_below(&model.rng, 4) == 0 ? 0 : ++model.version;
        act(feed_changed(&feed, FEED_ORDERED + table, "s", key_text(key),
                         rng_below(&model.rng, 2) == 0, model.now));
        break;
    }
}

static void go_on_where_the_copy_is(void)
{
    int64_t numbers[FEED_TABLES];
    memcpy(numbers, model.copy.numbers, sizeof(numbers));
    numbers[0] = model.copy.events;
    act(feed_resume(&feed, numbers, model.now));
}

/* The sink, its connection or the destination itself is lost. */
static void trouble(void)
{
    uint64_t kind = rng_below(&model.rng, 4);
    if (kind == 0 && feed.out.used) {
        act(feed_refused(&feed, rng_below(&model.rng, 3) * S, model.now, rng_next(&model.rng)));
    } else if (kind == 1 && feed.asked.used) {
        act(feed_page_failed(&feed, model.now, rng_next(&model.rng)));
    } else if (kind == 2) {
        /* A commit whose answer was lost, or not. */
        if (feed.out.used && rng_below(&model.rng, 2) == 0) {
            store_page();
        }
        act(feed_ready(&feed, false, model.now));
        act(feed_ready(&feed, true, model.now));
        go_on_where_the_copy_is();
    } else if (kind == 3 && model.past_count > 0) {
        /* A standby that was behind takes over. */
        uint32_t back =
            (uint32_t)rng_below(&model.rng, model.past_count < PAST ? model.past_count : PAST);
        model.copy = model.past[(model.past_count - 1 - back) % PAST];
        go_on_where_the_copy_is();
    }
}

static void step(bool with_trouble)
{
    uint64_t what = rng_below(&model.rng, 100);
    if (with_trouble && what < 20) {
        change_world();
    } else if (with_trouble && what < 25) {
        trouble();
    } else if (what < 60 && feed.asked.used) {
        struct feed_answer answer = read_page();
        model.staged = model.asked;
        act(feed_page(&feed, &answer, model.now));
    } else if (what < 95 && feed.out.used) {
        store_page();
        act(feed_settled(&feed, model.now));
    } else {
        model.now += rng_below(&model.rng, 2 * S);
        act(feed_tick(&feed, model.now));
    }
}

static bool is_idle(void)
{
    return feed_next(&feed) == UINT64_MAX && !feed.asked.used && !feed.staged.used &&
           !feed.out.used;
}

Test(feed, whatever_happens_the_copy_becomes_equal)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        model = (struct model){0};
        rng_init(&model.rng, seed);
        feed_finish(&feed);
        feed_init(&feed);
        feed_ready(&feed, true, 0);
        go_on_where_the_copy_is();
        for (int i = 0; i < 1500; i++) {
            step(true);
        }
        for (int i = 0; i < 200000 && !is_idle(); i++) {
            step(false);
            if (feed_next(&feed) != UINT64_MAX && feed_next(&feed) > model.now) {
                model.now = feed_next(&feed);
            }
        }
        cr_assert(is_idle(), "seed %llu", (unsigned long long)seed);
        cr_assert_eq(model.copy.events, model.world.events, "seed %llu", (unsigned long long)seed);
        cr_assert_arr_eq(model.copy.log, model.world.log, sizeof(model.world.log));
        cr_assert_arr_eq(model.copy.rows, model.world.rows, sizeof(model.world.rows), "seed %llu",
                         (unsigned long long)seed);
        cr_assert_gt(model.pages, 20);
    }
}
