/* SPDX-License-Identifier: MIT */
/* Settings (struct vmm_config_item) to and from JSON, one item at a time; used by describe.c alone. */
#ifndef IPC_DESCRIBE_ITEM_H
#define IPC_DESCRIBE_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <vmm/plugin.h>

#include "ipc/describe.h"

/* How many items may still come, and how deep this list is. */
struct describe_budget {
    uint32_t items;
    uint32_t depth;
};

/* The allocations of a read description: its lists and items, chained. */
struct describe_lists {
    struct describe_list *first;
};

/* Put a text; NULL as "". VMM_E_INVAL: no UTF-8; VMM_E_TOOBIG; VMM_E_NOMEM. */
int describe_put_text(json_t *object, const char *key, const char *text);

/* Put a list of items. Errors as describe_encode(). */
int describe_put_items(json_t *object, const char *key, const struct vmm_config_item *const *items,
                       struct describe_budget *budget);

/* A text of the object, borrowed; NULL when it is not there. VMM_E_PROTO: no text; VMM_E_TOOBIG. */
int describe_get_text(const json_t *object, const char *key, const char **text);

/* A whole number, which must be there. VMM_E_PROTO. */
int describe_get_number(const json_t *object, const char *key, int64_t *number);

/* A list of items, NULL when it is not there. Errors as describe_decode(). */
int describe_get_items(const json_t *object, const char *key, struct describe_lists *lists,
                       struct describe_budget *budget, const struct vmm_config_item *const **items);

void describe_lists_finish(struct describe_lists *lists);

/* True when the object has no other keys than these. */
bool describe_only_keys(const json_t *object, const char *const *keys);

/* Lower-case words: [a-z][a-z0-9_]*. */
bool describe_is_name(const char *text);

#endif
