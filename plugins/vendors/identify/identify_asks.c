/* SPDX-License-Identifier: MIT */
#include "identify_asks.h"

#include <string.h>

#include <jansson.h>

#include <vmm/errors.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static uint32_t number_of(const json_t *object, const char *key)
{
    return (uint32_t)json_integer_value(json_object_get(object, key));
}

static bool is_same(const struct ask *a, const struct ask *b)
{
    return a->port == b->port && strcmp(a->target, b->target) == 0 && strcmp(a->send, b->send) == 0;
}

/* Behind those of the same order; where there is no room, the last one goes. */
static int add(struct asks *asks, const struct ask *ask)
{
    size_t at = asks->count;
    for (size_t i = 0; i < asks->count; i++) {
        if (is_same(&asks->items[i], ask)) {
            return 0;
        }
    }
    if (ask->target[0] != '/') {
        return VMM_E_INVAL;
    }
    if (asks->count == ASKS_MAX) {
        asks->left_out++;
        asks->count--;
        at--;
        if (asks->items[at].order <= ask->order) {
            asks->count++;
            return 0;
        }
    }
    for (; at > 0 && asks->items[at - 1].order > ask->order; at--) {
        asks->items[at] = asks->items[at - 1];
    }
    asks->items[at] = *ask;
    asks->count++;
    return 0;
}

int asks_read(struct asks *asks, const char *config)
{
    *asks = (struct asks){.config = json_loads(config, JSON_REJECT_DUPLICATES, NULL)};
    const json_t *list = json_object_get(asks->config, "asks");
    size_t i;
    json_t *entry;
    int rc = json_is_array(list) ? 0 : VMM_E_INVAL;
    json_array_foreach(list, i, entry)
    {
        struct ask ask = {.target = text_of(entry, "target"),
                          .send = text_of(entry, "send"),
                          .port = number_of(entry, "port"),
                          .order = number_of(entry, "order")};
        rc = rc == 0 ? add(asks, &ask) : rc;
    }
    if (rc != 0) {
        asks_finish(asks);
    }
    return rc;
}

void asks_finish(struct asks *asks)
{
    json_decref(asks->config);
    *asks = (struct asks){0};
}
