/* SPDX-License-Identifier: MIT */
/* What a device is asked for beside its front page: the pages that plugins name in their fragments. Pure. */
#ifndef IDENTIFY_ASKS_H
#define IDENTIFY_ASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASKS_MAX 24u /* different ones; each is asked of every device */
#define ASKS_COLLECTED_MAX                                                                         \
    1024u /* of 256 plugins with four each: more than are asked is no reason to ask nothing */

struct ask {
    const char *target;
    const char *send; /* the body of a POST that only reads; "": a GET */
    uint32_t port;    /* 0: where the device's pages are */
    uint32_t order; /* the lowest first: a device that closes after each answer is not asked all */
};

struct json_t;

struct asks {
    struct json_t *config; /* holds the texts */
    struct ask items[ASKS_MAX];
    size_t count;
    size_t left_out; /* for want of room */
};

/* Read the plugin's settings, {"asks": [...]}: each once, by their order; past ASKS_MAX the last are left out. 0, or
 * VMM_E_INVAL. */
int asks_read(struct asks *asks, const char *config);
void asks_finish(struct asks *asks);

#endif
