/* SPDX-License-Identifier: MIT */
#include "sched/wheel.h"

#include <stdbool.h>
#include <string.h>

#define TICK_MAX ((UINT64_C(1) << (WHEEL_LEVELS * WHEEL_BITS)) - 1)

void wheel_init(struct wheel *wheel, uint64_t now_us)
{
    memset(wheel, 0, sizeof(*wheel));
    wheel->now = now_us >> WHEEL_SHIFT;
    for (uint32_t i = 0; i <= WHEEL_READY; i++) {
        wheel->head[i] = WHEEL_NIL;
    }
    wheel->ready_tail = WHEEL_NIL;
}

static void mark(struct wheel *wheel, uint32_t list, bool occupied)
{
    if (list >= WHEEL_READY) {
        return;
    }
    uint64_t bit = UINT64_C(1) << (list % WHEEL_SLOTS);
    uint64_t *bits = &wheel->occupied[list / WHEEL_SLOTS];
    *bits = occupied ? *bits | bit : *bits & ~bit;
}

static void push_front(struct wheel *wheel, struct wheel_link *links, uint32_t index, uint32_t list)
{
    struct wheel_link *link = &links[index];
    link->list = list;
    link->prev = WHEEL_NIL;
    link->next = wheel->head[list];
    if (link->next != WHEEL_NIL) {
        links[link->next].prev = index;
    }
    wheel->head[list] = index;
    mark(wheel, list, true);
}

static void push_ready(struct wheel *wheel, struct wheel_link *links, uint32_t index)
{
    struct wheel_link *link = &links[index];
    link->list = WHEEL_READY;
    link->prev = wheel->ready_tail;
    link->next = WHEEL_NIL;
    if (link->prev != WHEEL_NIL) {
        links[link->prev].next = index;
    } else {
        wheel->head[WHEEL_READY] = index;
    }
    wheel->ready_tail = index;
}

static void place(struct wheel *wheel, struct wheel_link *links, uint32_t index)
{
    uint64_t tick = links[index].tick;
    if (tick <= wheel->now) {
        push_ready(wheel, links, index);
        return;
    }
    uint32_t level = (63u - (uint32_t)__builtin_clzll(tick ^ wheel->now)) / WHEEL_BITS;
    uint32_t slot = (uint32_t)(tick >> (level * WHEEL_BITS)) % WHEEL_SLOTS;
    push_front(wheel, links, index, level * WHEEL_SLOTS + slot);
}

void wheel_insert(struct wheel *wheel, struct wheel_link *links, uint32_t index, uint64_t due_us)
{
    uint64_t tick = (due_us >> WHEEL_SHIFT) + ((due_us & ((1u << WHEEL_SHIFT) - 1)) != 0);
    links[index].tick = tick < TICK_MAX ? tick : TICK_MAX;
    place(wheel, links, index);
}

void wheel_remove(struct wheel *wheel, struct wheel_link *links, uint32_t index)
{
    struct wheel_link *link = &links[index];
    if (link->list == WHEEL_NOWHERE) {
        return;
    }
    if (link->prev != WHEEL_NIL) {
        links[link->prev].next = link->next;
    } else {
        wheel->head[link->list] = link->next;
    }
    if (link->next != WHEEL_NIL) {
        links[link->next].prev = link->prev;
    } else if (link->list == WHEEL_READY) {
        wheel->ready_tail = link->prev;
    }
    if (wheel->head[link->list] == WHEEL_NIL) {
        mark(wheel, link->list, false);
    }
    link->list = WHEEL_NOWHERE;
}

/* The next occupied slot and the tick it begins at; false when nothing waits. The lowest level has
 * it. */
static bool next_slot(const struct wheel *wheel, uint32_t *list, uint64_t *tick)
{
    for (uint32_t level = 0; level < WHEEL_LEVELS; level++) {
        if (wheel->occupied[level] == 0) {
            continue;
        }
        uint32_t slot = (uint32_t)__builtin_ctzll(wheel->occupied[level]);
        uint32_t above = (level + 1) * WHEEL_BITS;
        uint64_t prefix = wheel->now >> above << above;
        *list = level * WHEEL_SLOTS + slot;
        *tick = prefix | ((uint64_t)slot << (level * WHEEL_BITS));
        return true;
    }
    return false;
}

static void hand_down(struct wheel *wheel, struct wheel_link *links, uint32_t list)
{
    uint32_t index = wheel->head[list];
    wheel->head[list] = WHEEL_NIL;
    mark(wheel, list, false);
    while (index != WHEEL_NIL) {
        uint32_t next = links[index].next;
        place(wheel, links, index);
        index = next;
    }
}

void wheel_advance(struct wheel *wheel, struct wheel_link *links, uint64_t now_us)
{
    uint64_t target = now_us >> WHEEL_SHIFT;
    uint32_t list = 0;
    uint64_t tick = 0;
    while (next_slot(wheel, &list, &tick) && tick <= target) {
        wheel->now = tick;
        hand_down(wheel, links, list);
    }
    if (target > wheel->now) {
        wheel->now = target;
    }
}

uint32_t wheel_ready(const struct wheel *wheel)
{
    return wheel->head[WHEEL_READY];
}

uint64_t wheel_next_us(const struct wheel *wheel)
{
    uint32_t list = 0;
    uint64_t tick = 0;
    return next_slot(wheel, &list, &tick) ? tick << WHEEL_SHIFT : UINT64_MAX;
}
