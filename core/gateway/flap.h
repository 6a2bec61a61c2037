/* SPDX-License-Identifier: MIT */
/*
 * Devices that come and go: so many incidents of one device within a time are flapping, which is told once; what it does
 * then is counted, until it has done nothing for a while.
 */
#ifndef GATEWAY_FLAP_H
#define GATEWAY_FLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "gateway/shelf.h"

#define FLAP_TIMES 100u /* incidents remembered of one device; policy.flap_count is at most this */

#define FLAP_NOTHING 0u
#define FLAP_BEGAN   1u
#define FLAP_ENDED   2u

struct flap {
    char *id; /* of the camera or recorder */
    char *site_id;
    char *name;
    bool flapping;
    int64_t began;             /* flapping since */
    int64_t last;              /* its last change */
    uint32_t changes;          /* while flapping */
    uint32_t health;           /* now */
    uint32_t count;            /* of `times` */
    int64_t times[FLAP_TIMES]; /* when its last incidents began, the oldest first */
};

/* What is remembered of devices, on a shelf. */
void flaps_init(struct shelf *all);
void flaps_finish(struct shelf *all);

/* An incident of the device has begun (`opens`), or its verdict has changed. FLAP_BEGAN when it flaps from now on;
 * `limit` incidents within `within_us` are flapping, 0: never. */
unsigned flaps_change(struct shelf *all, const char *id, const char *site_id, const char *name,
                      uint32_t health, bool opens, uint32_t limit, int64_t within_us, int64_t wall);

/* FLAP_ENDED when it has done nothing for `stable_us`; FLAP_NOTHING with *forget set when it need not be remembered. */
unsigned flap_rest(const struct flap *flap, int64_t within_us, int64_t stable_us, int64_t wall,
                   bool *forget);

void flaps_remove(struct shelf *all, const char *id);

json_t *flap_to_json(const struct flap *flap);
bool flaps_restore(struct shelf *all, const json_t *json);

#endif
