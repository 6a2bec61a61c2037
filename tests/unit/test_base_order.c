/* SPDX-License-Identifier: MIT */
/* Numbers in the order of their keys, against a plain array that is searched. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/order.h"

#define COUNT 500u

static char keys[COUNT][16];
static bool is_in[COUNT];

static int compare(const void *owner, const void *key, uint32_t number)
{
    (void)owner;
    return strcmp(key, keys[number]);
}

static uint32_t random_number(uint32_t below)
{
    static uint64_t state = 7;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* What order_after() has to say. */
static uint32_t searched(const char *key)
{
    uint32_t found = ORDER_NONE;
    for (uint32_t i = 0; i < COUNT; i++) {
        bool better = is_in[i] && strcmp(keys[i], key) > 0 &&
                      (found == ORDER_NONE || strcmp(keys[i], keys[found]) < 0);
        found = better ? i : found;
    }
    return found;
}

static void check_all(const struct order *order)
{
    const char *key = "";
    for (uint32_t at = order_after(order, key); at != ORDER_NONE; at = order_after(order, key)) {
        cr_assert_eq(at, searched(key), "behind \"%s\"", key);
        key = keys[at];
    }
    cr_assert_eq(searched(key), ORDER_NONE);
}

Test(base_order, goes_through_all_in_order_whatever_came_and_went)
{
    struct order order;
    order_init(&order, compare, NULL);
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%u", (i * 7919) % 100003);
        is_in[i] = false;
    }
    cr_assert_eq(order_after(&order, ""), ORDER_NONE);
    for (unsigned step = 0; step < 20000; step++) {
        uint32_t number = random_number(COUNT);
        if (is_in[number]) {
            order_remove(&order, keys[number]);
        } else {
            cr_assert_eq(order_put(&order, keys[number], number), 0);
        }
        is_in[number] = !is_in[number];
        const char *key = keys[random_number(COUNT)];
        cr_assert_eq(order_after(&order, key), searched(key), "step %u", step);
        if (step % 1000 == 0) {
            check_all(&order);
        }
    }
    order_remove(&order, "no such key");
    check_all(&order);
    order_finish(&order);
}

static uint32_t depth(const struct order *order, uint32_t at)
{
    if (at == ORDER_NONE) {
        return 0;
    }
    uint32_t left = depth(order, order->nodes[at].left);
    uint32_t right = depth(order, order->nodes[at].right);
    return 1 + (left > right ? left : right);
}

Test(base_order, stays_shallow_when_filled_in_order)
{
    struct order order;
    order_init(&order, compare, NULL);
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%05u", i);
        cr_assert_eq(order_put(&order, keys[i], i), 0);
    }
    cr_assert_lt(depth(&order, order.root), 40, "%u", depth(&order, order.root));
    order_finish(&order);
}
