/* SPDX-License-Identifier: MIT */
#include "sched/wheel.h"

#include <stdbool.h>
#include <string.h>

#define TICK_MAX ((UINT64_C(1) << (WHEEL_LEVELS * WHEEL_BITS)) - 1)

void wheel_init(struct wheel *wheel, uint64_t now_us)
{
    memset(wheel, 0, sizeof(*wheel));
    wheel->now = now_us >> WHEEL_SHIFT;
    wheel->next = UINT64_MAX;
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
    uint32_t list = level * WHEEL_SLOTS + slot;
    uint64_t reached = tick >> (level * WHEEL_BITS) << (level * WHEEL_BITS);
    if (reached < wheel->next) {
        wheel->next = reached;
        wheel->next_list = list;
    }
    push_front(wheel, links, index, list);
}

void wheel_insert(struct wheel *wheel, struct wheel_link *links, uint32_t index, uint64_t due_us)
{
    uint64_t tick = (due_us >> WHEEL_SHIFT) + ((due_us & ((1u << WHEEL_SHIFT) - 1)) != 0);
    links[index].tick = tick < TICK_MAX ? tick : TICK_MAX;
    place(wheel, links, index);
}

/* The next occupied slot and the tick at which it begins. The lowest level has it. */
static void find_next(struct wheel *wheel)
{
    wheel->next = UINT64_MAX;
    for (uint32_t level = 0; level < WHEEL_LEVELS; level++) {
        if (wheel->occupied[level] == 0) {
            continue;
        }
        uint32_t slot = (uint32_t)__builtin_ctzll(wheel->occupied[level]);
        uint32_t above = (level + 1) * WHEEL_BITS;
        uint64_t prefix = wheel->now >> above << above;
        wheel->next_list = level * WHEEL_SLOTS + slot;
        wheel->next = prefix | ((uint64_t)slot << (level * WHEEL_BITS));
        return;
    }
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
    if (wheel->head[link->list] == WHEEL_NIL && link->list != WHEEL_READY) {
        mark(wheel, link->list, false);
        find_next(wheel);
    }
    link->list = WHEEL_NOWHERE;
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
    while (wheel->next <= target) {
        wheel->now = wheel->next;
        hand_down(wheel, links, wheel->next_list);
        find_next(wheel);
    }
    if (target > wheel->now) {
        wheel->now = target;
    }
}

uint32_t wheel_ready(const struct wheel *wheel)
{
    return wheel->head[WHEEL_READY];
}

uint32_t wheel_upcoming(const struct wheel *wheel, uint32_t skip)
{
    uint64_t slots = wheel->occupied[0];
    for (uint32_t i = 0; i < skip; i++) {
        slots &= slots - (slots != 0);
    }
    if (slots != 0) {
        return wheel->head[__builtin_ctzll(slots)];
    }
    return skip == 0 && wheel->next < UINT64_MAX ? wheel->head[wheel->next_list] : WHEEL_NIL;
}

uint64_t wheel_next_us(const struct wheel *wheel)
{
    return wheel->next < UINT64_MAX ? wheel->next << WHEEL_SHIFT : UINT64_MAX;
}
