/* SPDX-License-Identifier: MIT */
/*
 * New devices: probed and shown, not announced, until they were OK for a while or somebody accepts them. A device is new
 * at its first verdict. What is new at a site within a short time is one import, of which there is one summary.
 */
#ifndef GATEWAY_NEWCOMER_H
#define GATEWAY_NEWCOMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "gateway/shelf.h"

#define NEWCOMER_SETTLE_US                                                                         \
    (10ll * 60 * 1000000) /* an import is over when nothing new came for so long */

struct newcomer {
    char *id; /* of the camera or recorder */
    char *site_id;
    int64_t began;
    int64_t ok_since; /* 0: it is not OK */
    uint32_t health;
    uint32_t reason;
};

/* The new devices, on a shelf. */
void newcomers_init(struct shelf *all);
void newcomers_finish(struct shelf *all);

/* Its first verdict; the same again changes nothing. NULL without memory. */
struct newcomer *newcomers_add(struct shelf *all, const char *id, const char *site_id,
                               int64_t wall);

/* Its verdict is this now. */
void newcomer_verdict(struct newcomer *one, uint32_t health, uint32_t reason, int64_t wall);

/* True when it was OK for long enough. */
bool newcomer_is_done(const struct newcomer *one, int64_t commission_us, int64_t wall);

/* It is no longer new. */
void newcomers_remove(struct shelf *all, const char *id);

json_t *newcomer_to_json(const struct newcomer *one);
bool newcomers_restore(struct shelf *all, const json_t *json);

#endif
