/* SPDX-License-Identifier: MIT */
/*
 * A hierarchical timing wheel over an array of entries: insert, remove and expire in constant time,
 * nothing allocated. An entry lies in the list of the slot its tick belongs to; a slot that is
 * reached is handed down to a finer level, at the finest its entries are ready. (Varghese and
 * Lauck, 1987.)
 *
 * An entry's level is the highest group of 10 bits in which its tick differs from the wheel's. Time
 * moves only from one occupied slot to the next, so that this stays true for everything that waits.
 * Which list an entry lies in therefore follows from its tick, and entries of one tick lie in the
 * same list at any time; each list is one of first come, first served. So they become ready in the
 * order of their ticks, and those of one tick in the order in which they were put in.
 *
 * With 1,024 slots a level, what is due within some minutes is touched three times: put in at the
 * second level, handed down once, and taken. A slot of the finest level is ready as a whole.
 */
#ifndef VMM_SCHED_WHEEL_H
#define VMM_SCHED_WHEEL_H

#include <stdint.h>

#define WHEEL_BITS    10u
#define WHEEL_SLOTS   1024u
#define WHEEL_LEVELS  6u  /* every tick of a 64-bit time has its slot */
#define WHEEL_SHIFT   10u /* a tick is 1,024 microseconds */
#define WHEEL_WORDS   (WHEEL_SLOTS / 64u)
#define WHEEL_READY   (WHEEL_LEVELS * WHEEL_SLOTS)
#define WHEEL_NIL     UINT32_MAX
#define WHEEL_NOWHERE UINT64_MAX /* the tick of an entry that is in no list */

/* The links of one entry; embedded in the caller's array at a fixed stride, four to a line of
 * memory. */
struct wheel_link {
    uint64_t tick;
    uint32_t prev;
    uint32_t next;
};

struct wheel_list {
    uint32_t first;
    uint32_t last; /* means something only when there is a first */
};

struct wheel_level {
    uint64_t words; /* which of the next have a bit */
    uint64_t occupied[WHEEL_WORDS];
};

struct wheel {
    uint64_t now;  /* in ticks */
    uint64_t next; /* the first tick at which an occupied slot is reached; UINT64_MAX: none is */
    uint32_t next_list; /* that slot */
    struct wheel_level levels[WHEEL_LEVELS];
    struct wheel_list lists[WHEEL_READY + 1];
};

/* An empty wheel at `now_us`. */
void wheel_init(struct wheel *wheel, uint64_t now_us);

/* Put entry `index` in for `due_us`: it is ready at the first tick that is not before it. It must
 * be in no list. */
void wheel_insert(struct wheel *wheel, struct wheel_link *links, uint32_t index, uint64_t due_us);

/* Take an entry out; one that is in no list is left alone. */
void wheel_remove(struct wheel *wheel, struct wheel_link *links, uint32_t index);

/* Move to `now_us`; what is due by then is ready. Going back is ignored. */
void wheel_advance(struct wheel *wheel, struct wheel_link *links, uint64_t now_us);

/* The first ready entry, or WHEEL_NIL. What was put in late comes after what was ready then. */
uint32_t wheel_ready(const struct wheel *wheel);

/* Take the first ready entry out; WHEEL_NIL when none is. */
uint32_t wheel_take(struct wheel *wheel, struct wheel_link *links);

/* The first entry of the slot that is reached after `skip` others, or WHEEL_NIL when it is not known which that is. */
uint32_t wheel_upcoming(const struct wheel *wheel, uint32_t skip);

/* The earliest time at which wheel_advance() has something to do; UINT64_MAX when nothing waits. */
uint64_t wheel_next_us(const struct wheel *wheel);

#endif
