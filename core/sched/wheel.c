/* SPDX-License-Identifier: MIT */
#include "sched/wheel.h"

#include <stdbool.h>
#include <string.h>

#define TICK_MAX  (UINT64_MAX >> WHEEL_SHIFT)
#define WORD_BITS 64u
#define WORD_MASK (WHEEL_WORDS - 1)

_Static_assert(WHEEL_LEVELS *WHEEL_BITS + WHEEL_SHIFT > 64, "every tick has its slot");
_Static_assert(WHEEL_WORDS <= WORD_BITS, "a word tells of all words of a level");

void wheel_init(struct wheel *wheel, uint64_t now_us)
{
    memset(wheel, 0, sizeof(*wheel));
    wheel->now = now_us >> WHEEL_SHIFT;
    wheel->next = UINT64_MAX;
    for (uint32_t i = 0; i <= WHEEL_READY; i++) {
        wheel->lists[i].first = WHEEL_NIL;
    }
}

/* ---- which slots are occupied ---- */

static void mark(struct wheel *wheel, uint32_t list)
{
    struct wheel_level *level = &wheel->levels[list / WHEEL_SLOTS];
    uint32_t word = list / WORD_BITS & WORD_MASK;
    level->occupied[word] |= UINT64_C(1) << (list % WORD_BITS);
    level->words |= UINT64_C(1) << word;
}

static void unmark(struct wheel *wheel, uint32_t list)
{
    struct wheel_level *level = &wheel->levels[list / WHEEL_SLOTS];
    uint32_t word = list / WORD_BITS & WORD_MASK;
    level->occupied[word] &= ~(UINT64_C(1) << (list % WORD_BITS));
    if (level->occupied[word] == 0) {
        level->words &= ~(UINT64_C(1) << word);
    }
}

/* The next occupied slot and the tick at which it begins. The lowest level has it. */
static void find_next(struct wheel *wheel)
{
    wheel->next = UINT64_MAX;
    for (uint32_t i = 0; i < WHEEL_LEVELS; i++) {
        const struct wheel_level *level = &wheel->levels[i];
        if (level->words == 0) {
            continue;
        }
        uint32_t word = (uint32_t)__builtin_ctzll(level->words);
        uint32_t slot = word * WORD_BITS + (uint32_t)__builtin_ctzll(level->occupied[word]);
        uint32_t above = (i + 1) * WHEEL_BITS;
        uint64_t prefix = wheel->now >> above << above;
        wheel->next_list = i * WHEEL_SLOTS + slot;
        wheel->next = prefix | ((uint64_t)slot << (i * WHEEL_BITS));
        return;
    }
}

/* ---- lists ---- */

/* True when it is the first. */
static bool append(struct wheel *wheel, struct wheel_link *links, uint32_t list, uint32_t index)
{
    struct wheel_list *to = &wheel->lists[list];
    bool is_first = to->first == WHEEL_NIL;
    struct wheel_link *link = &links[index];
    link->next = WHEEL_NIL;
    if (is_first) {
        link->prev = WHEEL_NIL;
        to->first = index;
    } else {
        link->prev = to->last;
        links[to->last].next = index;
    }
    to->last = index;
    return is_first;
}

static uint32_t level_of(const struct wheel *wheel, uint64_t tick)
{
    return (63u - (uint32_t)__builtin_clzll(tick ^ wheel->now)) / WHEEL_BITS;
}

static uint32_t slot_of(uint64_t tick, uint32_t level)
{
    return level * WHEEL_SLOTS + (uint32_t)(tick >> (level * WHEEL_BITS)) % WHEEL_SLOTS;
}

static void place(struct wheel *wheel, struct wheel_link *links, uint32_t index)
{
    uint64_t tick = links[index].tick;
    if (tick <= wheel->now) {
        append(wheel, links, WHEEL_READY, index);
        return;
    }
    uint32_t level = level_of(wheel, tick);
    uint32_t list = slot_of(tick, level);
    uint64_t reached = tick >> (level * WHEEL_BITS) << (level * WHEEL_BITS);
    if (reached < wheel->next) {
        wheel->next = reached;
        wheel->next_list = list;
    }
    if (append(wheel, links, list, index)) {
        mark(wheel, list);
    }
}

void wheel_insert(struct wheel *wheel, struct wheel_link *links, uint32_t index, uint64_t due_us)
{
    bool is_within = (due_us & ((1u << WHEEL_SHIFT) - 1)) != 0; /* a tick: ready at its end */
    uint64_t tick = (due_us >> WHEEL_SHIFT) + is_within;
    links[index].tick = tick < TICK_MAX ? tick : TICK_MAX;
    place(wheel, links, index);
}

void wheel_remove(struct wheel *wheel, struct wheel_link *links, uint32_t index)
{
    struct wheel_link *link = &links[index];
    uint64_t tick = link->tick;
    if (tick == WHEEL_NOWHERE) {
        return;
    }
    uint32_t list = tick <= wheel->now ? WHEEL_READY : slot_of(tick, level_of(wheel, tick));
    struct wheel_list *from = &wheel->lists[list];
    if (link->prev != WHEEL_NIL) {
        links[link->prev].next = link->next;
    } else {
        from->first = link->next;
    }
    if (link->next != WHEEL_NIL) {
        links[link->next].prev = link->prev;
    } else {
        from->last = link->prev;
    }
    link->tick = WHEEL_NOWHERE;
    if (from->first == WHEEL_NIL && list != WHEEL_READY) {
        unmark(wheel, list);
        if (list == wheel->next_list) {
            find_next(wheel);
        }
    }
}

/* ---- time ---- */

/* All entries of a slot of the finest level are of the tick that is now. */
static void make_ready(struct wheel *wheel, struct wheel_link *links, struct wheel_list slot)
{
    struct wheel_list *ready = &wheel->lists[WHEEL_READY];
    if (ready->first != WHEEL_NIL) {
        links[ready->last].next = slot.first;
        links[slot.first].prev = ready->last;
    } else {
        ready->first = slot.first;
    }
    ready->last = slot.last;
}

static void hand_down(struct wheel *wheel, struct wheel_link *links, uint32_t list)
{
    struct wheel_list slot = wheel->lists[list];
    wheel->lists[list].first = WHEEL_NIL;
    unmark(wheel, list);
    if (list < WHEEL_SLOTS) {
        make_ready(wheel, links, slot);
        return;
    }
    for (uint32_t index = slot.first; index != WHEEL_NIL;) {
        uint32_t next = links[index].next;
        place(wheel, links, index);
        index = next;
    }
}

void wheel_advance(struct wheel *wheel, struct wheel_link *links, uint64_t now_us)
{
    uint64_t target = now_us >> WHEEL_SHIFT;
    while (wheel->next <= target) {
        wheel->now = wheel->next;
        wheel->next = UINT64_MAX;
        hand_down(wheel, links, wheel->next_list);
        find_next(wheel);
    }
    if (target > wheel->now) {
        wheel->now = target;
    }
}

uint32_t wheel_ready(const struct wheel *wheel)
{
    return wheel->lists[WHEEL_READY].first;
}

uint32_t wheel_take(struct wheel *wheel, struct wheel_link *links)
{
    struct wheel_list *ready = &wheel->lists[WHEEL_READY];
    uint32_t index = ready->first;
    if (index != WHEEL_NIL) {
        ready->first = links[index].next;
        links[index].tick = WHEEL_NOWHERE;
        if (ready->first != WHEEL_NIL) {
            links[ready->first].prev = WHEEL_NIL;
        }
    }
    return index;
}

uint32_t wheel_upcoming(const struct wheel *wheel, uint32_t skip)
{
    const struct wheel_level *finest = &wheel->levels[0];
    uint64_t words = finest->words;
    uint32_t left = skip;
    for (; words != 0; words &= words - 1) {
        uint32_t word = (uint32_t)__builtin_ctzll(words);
        uint64_t slots = finest->occupied[word];
        for (; slots != 0 && left > 0; left--) {
            slots &= slots - 1;
        }
        if (slots != 0) {
            return wheel->lists[word * WORD_BITS + (uint32_t)__builtin_ctzll(slots)].first;
        }
    }
    return skip == 0 && wheel->next < UINT64_MAX ? wheel->lists[wheel->next_list].first : WHEEL_NIL;
}

uint64_t wheel_next_us(const struct wheel *wheel)
{
    return wheel->next < UINT64_MAX ? wheel->next << WHEEL_SHIFT : UINT64_MAX;
}
