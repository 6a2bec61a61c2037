/* SPDX-License-Identifier: MIT */
/* Names that were seen, as hashes: eight bytes a name, however long it is. */
#ifndef MQTT_KNOWN_H
#define MQTT_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mqtt_known {
    uint64_t *slots; /* 0: free */
    size_t count;
    size_t room; /* a power of two, or 0 */
};

/* True when the name is new; it is known from now on. Without memory every name is new. */
bool mqtt_known_add(struct mqtt_known *known, const char *name);

/* Forget all. */
void mqtt_known_finish(struct mqtt_known *known);

#endif
