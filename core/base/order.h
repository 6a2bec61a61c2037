/* SPDX-License-Identifier: MIT */
/* Dense 32-bit numbers in the order of their keys: a treap in one array, the caller keeps the keys. Putting in, taking
 * out and going on from any key cost the logarithm of how many there are. */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#define ORDER_NONE UINT32_MAX

/* Compares a key with that of a number: negative when the key comes first, 0 when it is the same. A number's key must
 * stay the same while it is in the order. */
typedef int (*order_compare_fn)(const void *owner, const void *key, uint32_t number);

struct order_node {
    uint32_t left;
    uint32_t right;
};

struct order {
    struct order_node *nodes; /* by number */
    uint32_t room;
    uint32_t root;
    order_compare_fn compare;
    const void *owner;
};

void order_init(struct order *order, order_compare_fn compare, const void *owner);
void order_finish(struct order *order);

/* Put a number in by its key, which must not be there. 0 or VMM_E_NOMEM; a number that was in before needs no memory. */
int order_put(struct order *order, const void *key, uint32_t number);

/* Take the number of this key out; nothing happens when there is none. */
void order_remove(struct order *order, const void *key);

/* The first number behind a key, whether that is there or not; ORDER_NONE when it is the last. */
uint32_t order_after(const struct order *order, const void *key);

#endif
