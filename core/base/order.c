/* SPDX-License-Identifier: MIT */
#include "base/order.h"

#include <stdbool.h>
#include <stdlib.h>

#include <vmm/errors.h>

void order_init(struct order *order, order_compare_fn compare, const void *owner)
{
    *order = (struct order){.root = ORDER_NONE, .compare = compare, .owner = owner};
}

void order_finish(struct order *order)
{
    free(order->nodes);
    *order = (struct order){.root = ORDER_NONE};
}

/* A number's place in the heap: scattered, and the same each time. */
static uint32_t priority(uint32_t number)
{
    number ^= number >> 16;
    number *= 0x7feb352du;
    number ^= number >> 15;
    number *= 0x846ca68bu;
    return number ^ number >> 16;
}

static int grow(struct order *order, uint32_t number)
{
    if (number < order->room) {
        return 0;
    }
    uint32_t room = order->room > 0 ? order->room : 64;
    while (room <= number) {
        room *= 2;
    }
    struct order_node *nodes = realloc(order->nodes, room * sizeof(*nodes));
    if (nodes == NULL) {
        return VMM_E_NOMEM;
    }
    order->nodes = nodes;
    order->room = room;
    return 0;
}

/* Cut the tree in two: what comes before the key, and what comes behind it. */
static void split(struct order *order, uint32_t tree, const void *key, uint32_t *before,
                  uint32_t *behind)
{
    while (tree != ORDER_NONE) {
        struct order_node *node = &order->nodes[tree];
        if (order->compare(order->owner, key, tree) > 0) {
            *before = tree;
            before = &node->right;
            tree = node->right;
        } else {
            *behind = tree;
            behind = &node->left;
            tree = node->left;
        }
    }
    *before = ORDER_NONE;
    *behind = ORDER_NONE;
}

/* All of `before` comes before all of `behind`. */
static void merge(struct order *order, uint32_t before, uint32_t behind, uint32_t *tree)
{
    while (before != ORDER_NONE && behind != ORDER_NONE) {
        if (priority(before) > priority(behind)) {
            *tree = before;
            tree = &order->nodes[before].right;
            before = *tree;
        } else {
            *tree = behind;
            tree = &order->nodes[behind].left;
            behind = *tree;
        }
    }
    *tree = before != ORDER_NONE ? before : behind;
}

int order_put(struct order *order, const void *key, uint32_t number)
{
    if (grow(order, number) != 0) {
        return VMM_E_NOMEM;
    }
    uint32_t *link = &order->root;
    while (*link != ORDER_NONE && priority(*link) >= priority(number)) {
        struct order_node *node = &order->nodes[*link];
        link = order->compare(order->owner, key, *link) > 0 ? &node->right : &node->left;
    }
    struct order_node *made = &order->nodes[number];
    split(order, *link, key, &made->left, &made->right);
    *link = number;
    return 0;
}

void order_remove(struct order *order, const void *key)
{
    uint32_t *link = &order->root;
    while (*link != ORDER_NONE) {
        struct order_node *node = &order->nodes[*link];
        int side = order->compare(order->owner, key, *link);
        if (side == 0) {
            merge(order, node->left, node->right, link);
            return;
        }
        link = side > 0 ? &node->right : &node->left;
    }
}

uint32_t order_after(const struct order *order, const void *key)
{
    uint32_t found = ORDER_NONE;
    for (uint32_t at = order->root; at != ORDER_NONE;) {
        bool is_behind = order->compare(order->owner, key, at) < 0;
        found = is_behind ? at : found;
        at = is_behind ? order->nodes[at].left : order->nodes[at].right;
    }
    return found;
}
