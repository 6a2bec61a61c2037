/* SPDX-License-Identifier: MIT */
/* What the operator expects of a camera, and the clock of the place where it stands, as health asks for them. */
#ifndef MAIN_EXPECTED_H
#define MAIN_EXPECTED_H

#include "fleet/fleet.h"
#include "health/health.h"

#define EXPECTED_RULE_MAX  128
#define EXPECTED_ZONES_MAX 32u

struct gateway;

/* Read a camera's `expected`. Members that say nothing are passed over. The gateway knows the calendar of its site:
 * which days before `wall` were closed. */
void expected_read(const struct camera_record *camera, const struct gateway *gateway, int64_t wall,
                   struct health_expected *expected);

/* Zones whose files were read. All zero: none yet. */
struct zone_rules {
    struct {
        char zone[64];
        char rule[EXPECTED_RULE_MAX]; /* "" when it has none */
    } known[EXPECTED_ZONES_MAX];
    uint32_t next;
};

/* The POSIX TZ text of an IANA zone, from the last line of its file; NULL when it has none. Valid until the next
 * call. */
const char *expected_zone_rule(struct zone_rules *rules, const char *zone);

#endif
