/* SPDX-License-Identifier: MIT */
/*
 * What comes and goes: so many incidents within a time of one device, of one site, of devices of a site that are lost
 * together, or of what hangs on one switch, are flapping. That is told once; what it does then is counted and told in a
 * digest now and then, until it has done nothing for a while.
 */
#ifndef GATEWAY_FLAP_H
#define GATEWAY_FLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "gateway/shelf.h"

#define FLAP_TIMES   100u /* incidents remembered of each; policy.flap_count is at most this */
#define FLAP_KEY_MAX 176u /* a site, '/' and a cause */

#define FLAP_NOTHING 0u
#define FLAP_BEGAN   1u
#define FLAP_GOES_ON 2u
#define FLAP_ENDED   3u

/* What it is that comes and goes. Texts are borrowed. */
struct flap_who {
    const char *site_id;
    const char *cause;   /* of its incidents: "camera:<id>", "site", "group", "link:<name>" … */
    const char *subject; /* the camera or recorder; "" for a site, group, link or node */
    const char *name;
};

struct flap {
    char *id; /* flap_key() */
    char *site_id;
    char *cause;
    char *subject;
    char *name;
    bool flapping;
    int64_t began;             /* flapping since */
    int64_t told;              /* that it flaps, or the last digest */
    int64_t last;              /* its last change */
    uint32_t changes;          /* while flapping */
    uint32_t health;           /* now */
    uint32_t count;            /* of `times` */
    int64_t times[FLAP_TIMES]; /* when its last incidents began, the oldest first */
};

/* What it is remembered by: the id of the device, or "<site>/<cause>". Returns `out`. */
const char *flap_key(const struct flap_who *who, char out[FLAP_KEY_MAX]);

/* What is remembered, on a shelf. */
void flaps_init(struct shelf *all);
void flaps_finish(struct shelf *all);

/* An incident of it has begun (`opens`), or its verdict has changed. FLAP_BEGAN when it flaps from now on; `limit`
 * incidents within `within_us` are flapping, 0: never. */
unsigned flaps_change(struct shelf *all, const struct flap_who *who, uint32_t health, bool opens,
                      uint32_t limit, int64_t within_us, int64_t wall);

/* The times of what flaps. */
struct flap_times {
    int64_t within_us; /* of no interest after so long without flapping */
    int64_t stable_us; /* stable again after so long without a change */
    int64_t digest_us; /* between two digests; 0: none */
};

/* FLAP_ENDED when it has done nothing for long enough; FLAP_GOES_ON when a digest is due; FLAP_NOTHING, with *forget
 * set when it need not be remembered. */
unsigned flap_rest(const struct flap *flap, const struct flap_times *times, int64_t wall,
                   bool *forget);

void flaps_remove(struct shelf *all, const char *id);

json_t *flap_to_json(const struct flap *flap);
bool flaps_restore(struct shelf *all, const json_t *json);

#endif
