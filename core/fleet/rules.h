/* SPDX-License-Identifier: MIT */
/*
 * Rules of judging that a site or a camera has of its own, as the operator writes them:
 *
 *   {"fail_count": 8, "confirm": false, "latency_limit_s": 9, "reasons": {"clock_offset": {"on": 5, "off": 1}}}
 *
 * What is not named stays what it is: the site's, then the configuration's.
 */
#ifndef FLEET_RULES_H
#define FLEET_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <vmm/observation.h>

/* X(key, least, most): whole numbers; 0 in the struct: not named. */
#define FLEET_RULES(X)                                                                             \
    X(fail_count, 1, 15)                                                                           \
    X(ok_count, 1, 15)                                                                             \
    X(degraded_on, 1, 15)                                                                          \
    X(degraded_off, 1, 15)                                                                         \
    X(latency_count, 1, 15)                                                                        \
    X(sustain_count, 1, 15)                                                                        \
    X(latency_limit_s, 1, 60)                                                                      \
    X(clock_limit_s, 1, 86400)                                                                     \
    X(interval_s, 10, 3600)

#define FLEET_RULES_CONFIRM_OFF 1u
#define FLEET_RULES_CONFIRM_ON  2u

struct fleet_rules {
#define FLEET_RULES_MEMBER(key, least, most) uint32_t key;
    FLEET_RULES(FLEET_RULES_MEMBER)
#undef FLEET_RULES_MEMBER
    uint32_t confirm; /* FLEET_RULES_CONFIRM_*; 0: not named */
    uint8_t on[VMM_REASON_COUNT];
    uint8_t off[VMM_REASON_COUNT];
};

/* Read the object into `rules`, over what they say already. VMM_E_INVAL: `wrong` (at least 96 bytes) says which member
 * is not as it should be; what was read before it stays. */
int fleet_rules_read(const json_t *object, struct fleet_rules *rules, char *wrong);

#endif
