/* SPDX-License-Identifier: MIT */
/*
 * The verdict of one camera, look by look: the core's own ledger and health engine, fed as core/main/verdict.c feeds them,
 * on the clock of the looks.
 */
#ifndef PLAYS_JUDGE_H
#define PLAYS_JUDGE_H

#include <jansson.h>

#include "health/health.h"
#include "main/expected.h"
#include "sched/ledger.h"

#include "bridge.h"

struct judge {
    const char *provider; /* of the camera */
    struct health_policy policy;
    struct health_state state;
    struct health_actions actions;
    struct health_expected expected;
    struct zone_rules zones;
    struct ledger *ledger;
    struct ledger_answer lease;
};

/* `camera` is the row's (NULL: nothing said): what is expected of it. */
void judge_init(struct judge *judge, const char *provider, const json_t *camera);
void judge_finish(struct judge *judge);

/* The look that is due: its scope, and whether it may log in. */
void judge_order(struct judge *judge, const struct bridge *bridge, struct bridge_order *order);

/* Take what came of it. */
void judge_take(struct judge *judge, const struct bridge *bridge, const struct bridge_order *order,
                const struct bridge_result *result);

/* Until the next look is due. */
uint64_t judge_pause_us(const struct judge *judge);

/* "DEGRADED auth"; static memory. */
const char *judge_verdict(const struct judge *judge);

#endif
