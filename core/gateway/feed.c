/* SPDX-License-Identifier: MIT */
#include "gateway/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void feed_init(struct feed *feed)
{
    *feed = (struct feed){.synced = {.table = FEED_ORDERED, .from_first = true}};
    feed->fetched = feed->synced;
    for (uint32_t i = 0; i < FEED_ORDERED; i++) {
        feed->ordered[i].more = true;
    }
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        keyset_init(&feed->hard[i]);
        keyset_init(&feed->soft[i]);
    }
}

static void free_page(struct feed_page *page)
{
    for (uint32_t i = 0; i < page->key_count; i++) {
        free(page->keys[i]);
    }
    page->key_count = 0;
    page->used = false;
    page->is_void = false;
}

static void clear_keys(struct feed *feed)
{
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        keyset_clear(&feed->hard[i]);
        keyset_clear(&feed->soft[i]);
    }
    feed->key_count = 0;
}

void feed_finish(struct feed *feed)
{
    free_page(&feed->asked);
    free_page(&feed->staged);
    free_page(&feed->out);
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        keyset_finish(&feed->hard[i]);
        keyset_finish(&feed->soft[i]);
    }
}

/* ---- the sync ---- */

static void start_sync(struct feed *feed)
{
    feed->synced = (struct feed_sync){.table = FEED_ORDERED, .from_first = true};
    feed->fetched = feed->synced;
    clear_keys(feed);
}

/* True while the sync has still to read its first row: then nothing has to be remembered as changed. */
static bool sync_is_fresh(const struct feed *feed)
{
    bool asked = feed->asked.used && !feed->asked.is_void && feed->asked.lane == FEED_LANE_SYNC;
    return feed->fetched.table == FEED_ORDERED && feed->fetched.from_first && !asked;
}

/* The sync after a page of it. */
static struct feed_sync after_page(const struct feed_page *page)
{
    if (page->to_last) {
        return (struct feed_sync){.table = page->table + 1, .from_first = true};
    }
    return (struct feed_sync){.table = page->table, .from = page->to};
}

/* ---- changed rows ---- */

static void remember(struct feed *feed, uint32_t table, const char *part1, const char *part2,
                     bool soft, uint64_t now_us)
{
    uint32_t number = table - FEED_ORDERED;
    if (sync_is_fresh(feed) || strlen(part1) >= FEED_KEY_MAX || strlen(part2) >= FEED_KEY_MAX) {
        return;
    }
    int rc = keyset_add(soft ? &feed->soft[number] : &feed->hard[number], part1, part2, now_us);
    feed->key_count += rc == 1;
    if (rc < 0 || feed->key_count > FEED_KEYS_MAX) {
        start_sync(feed);
    }
}

/* When this set is to be copied; UINT64_MAX when there is nothing in it. */
static uint64_t set_due(const struct keyset *set, uint64_t delay_us)
{
    return set->count > 0 ? set->since_us + delay_us : UINT64_MAX;
}

/* The keyed table whose changed rows are due, or FEED_KEYED; `set` gets which ones. */
static uint32_t due_table(struct feed *feed, uint64_t now_us, struct keyset **set)
{
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        if (set_due(&feed->hard[i], FEED_HARD_DELAY_US) <= now_us) {
            *set = &feed->hard[i];
            return i;
        }
    }
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        if (set_due(&feed->soft[i], FEED_SOFT_DELAY_US) <= now_us) {
            *set = &feed->soft[i];
            return i;
        }
    }
    return FEED_KEYED;
}

/* ---- asking ---- */

static bool ask_ordered(struct feed *feed, uint32_t table, uint64_t now_us)
{
    if (!feed->ordered[table].more || feed->ordered[table].due_us > now_us) {
        return false;
    }
    /* What is added from here on may be missing in the page, and says so itself. */
    feed->ordered[table].more = false;
    feed->asked.table = table;
    feed->asked.after = feed->ordered[table].fetched;
    return true;
}

static bool ask_changed(struct feed *feed, uint64_t now_us)
{
    struct keyset *set = NULL;
    uint32_t number = due_table(feed, now_us, &set);
    if (number == FEED_KEYED) {
        return false;
    }
    feed->asked.table = FEED_ORDERED + number;
    feed->asked.key_count = keyset_take(set, FEED_PAGE_MAX, feed->asked.keys);
    feed->key_count -= feed->asked.key_count;
    return true;
}

static bool ask_sync(struct feed *feed)
{
    if (feed->fetched.table == FEED_TABLES) {
        return false;
    }
    feed->asked.table = feed->fetched.table;
    feed->asked.from_first = feed->fetched.from_first;
    feed->asked.from = feed->fetched.from;
    return true;
}

static bool ask_lane(struct feed *feed, uint32_t lane, uint64_t now_us)
{
    bool asked = lane == FEED_LANE_CHANGED ? ask_changed(feed, now_us)
                 : lane == FEED_LANE_SYNC  ? ask_sync(feed)
                                           : ask_ordered(feed, lane, now_us);
    feed->asked.used = asked;
    feed->asked.lane = lane;
    feed->turn = asked ? lane : feed->turn;
    return asked;
}

static uint32_t fetch_next(struct feed *feed, uint64_t now_us)
{
    for (uint32_t i = 1; i <= FEED_LANES; i++) {
        if (ask_lane(feed, (feed->turn + i) % FEED_LANES, now_us)) {
            return FEED_DO_FETCH;
        }
    }
    return 0;
}

/* Move pages along the pipe as far as they go. */
static uint32_t go_on(struct feed *feed, uint64_t now_us)
{
    uint32_t todo = 0;
    if (!feed->ready || !feed->resumed || feed->retry_us > now_us) {
        return 0;
    }
    feed->retry_us = 0;
    if (feed->staged.used && !feed->out.used) {
        feed->out = feed->staged;
        feed->staged.used = false;
        feed->staged.key_count = 0;
        todo |= FEED_DO_SEND;
    }
    if (!feed->asked.used && !feed->staged.used) {
        todo |= fetch_next(feed, now_us);
    }
    return todo;
}

/* ---- going back ---- */

/* Rows that were on their way are still to be copied. */
static void give_back(struct feed *feed, struct feed_page *page, uint64_t now_us)
{
    for (uint32_t i = 0; page->used && i < page->key_count; i++) {
        remember(feed, page->table, keyset_part1(page->keys[i]), keyset_part2(page->keys[i]), false,
                 now_us);
    }
    free_page(page);
}

/* Nothing is on its way any more; what was begins again behind what is settled. */
static void roll_back(struct feed *feed, uint64_t now_us)
{
    bool is_asked = feed->asked.used;
    feed->fetched = feed->synced;
    give_back(feed, &feed->out, now_us);
    give_back(feed, &feed->staged, now_us);
    give_back(feed, &feed->asked, now_us);
    feed->asked.used = is_asked;
    feed->asked.is_void = is_asked;
    for (uint32_t i = 0; i < FEED_ORDERED; i++) {
        feed->ordered[i].fetched = feed->ordered[i].settled;
        feed->ordered[i].more = true;
        feed->ordered[i].due_us = 0;
    }
}

/* Exponential with full jitter, but never before the time that was asked for. */
static void wait_a_while(struct feed *feed, uint64_t asked_us, uint64_t now_us, uint64_t random)
{
    uint64_t ceiling = FEED_BACKOFF_FIRST_US;
    for (uint32_t i = 0; i < feed->failures && ceiling < FEED_BACKOFF_MAX_US; i++) {
        ceiling *= 2;
    }
    ceiling = ceiling < FEED_BACKOFF_MAX_US ? ceiling : FEED_BACKOFF_MAX_US;
    uint64_t pause = random % (ceiling + 1);
    feed->failures++;
    feed->retry_us = now_us + (asked_us > pause ? asked_us : pause) + 1;
}

/* ---- inputs ---- */

uint32_t feed_grown(struct feed *feed, uint32_t table, uint64_t now_us)
{
    if (!feed->ordered[table].more) {
        feed->ordered[table].more = true;
        feed->ordered[table].due_us = table == 0 ? 0 : now_us + FEED_HARD_DELAY_US;
    }
    return go_on(feed, now_us);
}

uint32_t feed_changed(struct feed *feed, uint32_t table, const char *part1, const char *part2,
                      bool soft, uint64_t now_us)
{
    remember(feed, table, part1, part2, soft, now_us);
    return go_on(feed, now_us);
}

uint32_t feed_ready(struct feed *feed, bool ready, uint64_t now_us)
{
    if (feed->ready && !ready) {
        roll_back(feed, now_us);
        feed->resumed = false;
    }
    feed->ready = ready;
    return go_on(feed, now_us);
}

/* What this feed saw settled and the destination does not have. */
static bool is_lost(const struct feed *feed, const int64_t numbers[FEED_TABLES])
{
    for (uint32_t i = 0; i < FEED_ORDERED; i++) {
        if (numbers[i] < feed->ordered[i].settled) {
            return true;
        }
    }
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        if (numbers[FEED_ORDERED + i] < feed->settled[i]) {
            return true;
        }
    }
    return false;
}

uint32_t feed_resume(struct feed *feed, const int64_t numbers[FEED_TABLES], uint64_t now_us)
{
    bool lost = is_lost(feed, numbers);
    for (uint32_t i = 0; i < FEED_ORDERED; i++) {
        feed->ordered[i].settled = numbers[i];
    }
    roll_back(feed, now_us);
    if (lost) {
        start_sync(feed);
        memset(feed->settled, 0, sizeof(feed->settled));
    }
    feed->resumed = true;
    feed->failures = 0;
    feed->retry_us = 0;
    return FEED_DO_SAVE | go_on(feed, now_us);
}

static void take_key(struct feed_key *to, const char *const part[2])
{
    snprintf(to->part[0], FEED_KEY_MAX, "%s", part[0]);
    snprintf(to->part[1], FEED_KEY_MAX, "%s", part[1]);
}

/* The rows of the last keys did not fit the answer. */
static void give_back_unread(struct feed *feed, struct feed_page *page, uint64_t now_us)
{
    while (page->key_count > page->count) {
        char *key = page->keys[--page->key_count];
        remember(feed, page->table, keyset_part1(key), keyset_part2(key), false, now_us);
        free(key);
    }
}

/* The page that was asked for has come: note how far it goes. False when it brings nothing. */
static bool take_in(struct feed *feed, const struct feed_answer *answer, uint64_t now_us)
{
    struct feed_page *page = &feed->asked;
    page->count = answer->count;
    if (page->lane < FEED_ORDERED) {
        page->number = answer->number;
        if (answer->more) {
            feed->ordered[page->table].more = true;
            feed->ordered[page->table].due_us = 0;
        }
        feed->ordered[page->table].fetched = answer->count > 0 ? answer->number : page->after;
        return answer->count > 0;
    }
    page->number = ++feed->last_number;
    if (page->lane == FEED_LANE_SYNC) {
        page->to_last = !answer->more;
        if (answer->count > 0) {
            take_key(&page->to, answer->part);
        }
        feed->fetched = after_page(page);
        return true;
    }
    give_back_unread(feed, page, now_us);
    return answer->count > 0;
}

uint32_t feed_page(struct feed *feed, const struct feed_answer *answer, uint64_t now_us)
{
    bool is_void = feed->asked.is_void;
    if (!feed->asked.used) {
        return 0;
    }
    if (!is_void && take_in(feed, answer, now_us)) {
        feed->staged = feed->asked;
        feed->asked.used = false;
        feed->asked.key_count = 0;
    } else {
        free_page(&feed->asked);
    }
    return go_on(feed, now_us);
}

uint32_t feed_page_failed(struct feed *feed, uint64_t now_us, uint64_t random)
{
    if (feed->asked.used && !feed->asked.is_void) {
        roll_back(feed, now_us);
        wait_a_while(feed, 0, now_us, random);
    }
    free_page(&feed->asked);
    return go_on(feed, now_us);
}

uint32_t feed_settled(struct feed *feed, uint64_t now_us)
{
    const struct feed_page *page = &feed->out;
    uint32_t todo = 0;
    if (!page->used) {
        return 0;
    }
    if (page->lane < FEED_ORDERED) {
        feed->ordered[page->table].settled = page->number;
        todo = page->table == 0 ? FEED_DO_SAVE : 0;
    } else {
        feed->settled[page->table - FEED_ORDERED] = page->number;
    }
    if (page->lane == FEED_LANE_SYNC) {
        feed->synced = after_page(page);
    }
    free_page(&feed->out);
    feed->failures = 0;
    return todo | go_on(feed, now_us);
}

uint32_t feed_refused(struct feed *feed, uint64_t retry_after_us, uint64_t now_us, uint64_t random)
{
    if (!feed->out.used) {
        return 0;
    }
    roll_back(feed, now_us);
    wait_a_while(feed, retry_after_us, now_us, random);
    return go_on(feed, now_us);
}

uint32_t feed_tick(struct feed *feed, uint64_t now_us)
{
    return go_on(feed, now_us);
}

uint64_t feed_next(const struct feed *feed)
{
    uint64_t next = UINT64_MAX;
    if (!feed->ready || !feed->resumed) {
        return next;
    }
    if (feed->retry_us != 0) {
        return feed->retry_us;
    }
    if (feed->asked.used || feed->staged.used) {
        return next;
    }
    for (uint32_t i = 0; i < FEED_ORDERED; i++) {
        uint64_t due = feed->ordered[i].more ? feed->ordered[i].due_us : UINT64_MAX;
        next = due < next ? due : next;
    }
    for (uint32_t i = 0; i < FEED_KEYED; i++) {
        uint64_t hard = set_due(&feed->hard[i], FEED_HARD_DELAY_US);
        uint64_t soft = set_due(&feed->soft[i], FEED_SOFT_DELAY_US);
        next = hard < next ? hard : next;
        next = soft < next ? soft : next;
    }
    return next;
}
