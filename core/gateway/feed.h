/* SPDX-License-Identifier: MIT */
/*
 * What a copy of the record gets next, decided without a clock, a database or a network.
 *
 * Tables are numbers. The first FEED_ORDERED have an order: the copy has all up to a number, and gets what is
 * behind it. Of the others it has the newest state of each row, by key: it gets all of them once (the sync), and
 * then those that have changed. Pages go through one pipe, so that what was read later arrives later:
 *
 *   ASKED (read from the store) ─▶ STAGED ─▶ OUT (with the sink) ─settled─▶ the next
 *
 * One page may be in each stage. The lanes take turns: each ordered table, changed rows, the sync.
 *
 * What is settled may be lost again with the destination. Each page carries a number that grows for its table; the
 * destination says how far it is when it goes on. When that is less than was settled, it gets everything anew.
 */
#ifndef GATEWAY_FEED_H
#define GATEWAY_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/keyset.h"

#define FEED_ORDERED 3u
#define FEED_KEYED   7u
#define FEED_TABLES  (FEED_ORDERED + FEED_KEYED)

#define FEED_PAGE_MAX 512u /* rows of a page */
#define FEED_KEY_MAX                                                                               \
    160u /* bytes of a part of a key, with its NUL; a longer one is never looked at */
#define FEED_KEYS_MAX 100000u /* changed rows remembered; with more the sync begins anew */

#define FEED_HARD_DELAY_US                                                                         \
    2000000ull /* changed rows gather so long, and those of ordered tables but the first */
#define FEED_SOFT_DELAY_US    30000000ull
#define FEED_BACKOFF_FIRST_US 1000000ull
#define FEED_BACKOFF_MAX_US   300000000ull

enum feed_lane {
    FEED_LANE_ORDERED, /* and so on: one lane for each ordered table */
    FEED_LANE_CHANGED = FEED_ORDERED,
    FEED_LANE_SYNC,
    FEED_LANES
};

struct feed_key {
    char part[2][FEED_KEY_MAX];
};

struct feed_page {
    bool used;
    bool is_void; /* its answer is not waited for any more */
    uint32_t lane;
    uint32_t table;
    uint32_t count;  /* of rows, once they are read */
    int64_t after;   /* ordered: behind this number */
    int64_t number;  /* of its last row, or its own when it has no order */
    bool from_first; /* sync: from the first key, else behind `from` */
    bool to_last;    /* sync: there is no row behind it */
    struct feed_key from;
    struct feed_key to;
    uint32_t key_count;
    char *keys[FEED_PAGE_MAX]; /* changed: which ones */
};

struct feed_sync {
    uint32_t table; /* FEED_TABLES: all is done */
    bool from_first;
    struct feed_key from;
};

struct feed {
    bool ready;   /* there is a sink that takes pages */
    bool resumed; /* and it has said where to go on */
    struct {
        int64_t settled;
        int64_t fetched;
        bool more;       /* there may be rows behind `fetched` */
        uint64_t due_us; /* when they are read */
    } ordered[FEED_ORDERED];
    int64_t settled[FEED_KEYED]; /* number of the last page settled, of each keyed table */
    int64_t last_number;         /* given to a page of a keyed table */
    struct feed_sync synced;     /* settled up to here */
    struct feed_sync fetched;    /* read up to here */
    struct keyset hard[FEED_KEYED];
    struct keyset soft[FEED_KEYED];
    uint32_t key_count;
    struct feed_page asked;
    struct feed_page staged;
    struct feed_page out;
    uint32_t turn; /* the lane that was served last */
    uint32_t failures;
    uint64_t retry_us; /* 0: nothing is waited for */
};

#define FEED_DO_FETCH 1u /* read the page `asked` */
#define FEED_DO_SEND  2u /* hand the rows of the page `out` to the sink */
#define FEED_DO_SAVE  4u /* ordered[0].settled has moved */

/* The feed must stay where it is. */
void feed_init(struct feed *feed);
void feed_finish(struct feed *feed);

/* Each input returns what to do, FEED_DO_*. */

/* A row of an ordered table was added or has moved; `table` below FEED_ORDERED. */
uint32_t feed_grown(struct feed *feed, uint32_t table, uint64_t now_us);

/* A row of a keyed table has changed. */
uint32_t feed_changed(struct feed *feed, uint32_t table, const char *part1, const char *part2,
                      bool soft, uint64_t now_us);

/* There is a sink, or there is none (any more): what is out is lost. */
uint32_t feed_ready(struct feed *feed, bool ready, uint64_t now_us);

/*
 * The sink goes on where `numbers` say, one for each table; 0: it has nothing of it that this feed knows. What was
 * out is void.
 */
uint32_t feed_resume(struct feed *feed, const int64_t numbers[FEED_TABLES], uint64_t now_us);

/* What was asked for is read: so many rows, the last with this number or key, and more behind it. */
struct feed_answer {
    uint32_t count;
    int64_t number;
    const char *part[2];
    bool more;
};
uint32_t feed_page(struct feed *feed, const struct feed_answer *answer, uint64_t now_us);

/* It could not be read. */
uint32_t feed_page_failed(struct feed *feed, uint64_t now_us, uint64_t random);

/* The page that is out is settled as a whole. */
uint32_t feed_settled(struct feed *feed, uint64_t now_us);

/* It is not, or not wholly: it comes again, not before `retry_after_us`. */
uint32_t feed_refused(struct feed *feed, uint64_t retry_after_us, uint64_t now_us, uint64_t random);

/* Time has passed. */
uint32_t feed_tick(struct feed *feed, uint64_t now_us);

/* When the next feed_tick() is due; UINT64_MAX when none is. */
uint64_t feed_next(const struct feed *feed);

#endif
