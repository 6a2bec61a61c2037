/* SPDX-License-Identifier: MIT */
#include "cause/isolation.h"

#include <vmm/observation.h>
#include <vmm/probe.h>

#include "health/outcome_table.h"

static uint32_t begin(struct isolation *isolation, uint32_t why, struct cause_time now)
{
    *isolation = (struct isolation){.phase = ISOLATION_HOLDING, .why = why, .since = now};
    return ISOLATION_DID_BEGIN;
}

static uint32_t end(struct isolation *isolation)
{
    uint32_t did = isolation->phase == ISOLATION_HOLDING ? ISOLATION_DID_END : 0;
    did |= isolation->told ? ISOLATION_DID_OK : 0;
    *isolation = (struct isolation){.since = isolation->since};
    return did;
}

/* What answered before is taken in for a moment more. */
static bool is_answered(const struct isolation *isolation, int64_t answered_mono)
{
    return answered_mono > isolation->since.mono_us + ISOLATION_LATE_US;
}

/* It goes on: is it told, does it hold any longer? */
static uint32_t hold(struct isolation *isolation, int64_t answered_mono, struct cause_time now)
{
    int64_t age = now.mono_us - isolation->since.mono_us;
    if (is_answered(isolation, answered_mono) || age >= ISOLATION_HOLD_US) {
        isolation->phase = ISOLATION_CUT;
        return ISOLATION_DID_END;
    }
    if (!isolation->told && age >= ISOLATION_TELL_US) {
        isolation->told = true;
        return ISOLATION_DID_TELL;
    }
    return 0;
}

uint32_t isolation_step(struct isolation *isolation, uint32_t why, int64_t answered_mono,
                        struct cause_time now)
{
    isolation->is_old =
        isolation->is_old && why == ISOLATION_NONE && answered_mono <= isolation->since.mono_us;
    if (why == ISOLATION_NONE && !isolation->is_old) {
        return isolation->phase != ISOLATION_CONNECTED ? end(isolation) : 0;
    }
    switch (isolation->phase) {
    case ISOLATION_CONNECTED:
        return begin(isolation, why, now);
    case ISOLATION_HOLDING:
        return hold(isolation, answered_mono, now);
    default:
        return 0;
    }
}

void isolation_restore(struct isolation *isolation, int64_t since_wall, bool judges,
                       struct cause_time now)
{
    *isolation = (struct isolation){.phase = judges ? ISOLATION_CUT : ISOLATION_HOLDING,
                                    .told = true,
                                    .is_old = true,
                                    .since = {.wall_us = since_wall, .mono_us = now.mono_us}};
}

void isolation_excuse(const struct isolation *isolation, struct health_input *input)
{
    if (isolation->phase == ISOLATION_HOLDING && outcome_is_failed(input->outcome)) {
        input->outcome = VMM_OUTCOME_CANCELLED;
        input->reason = VMM_REASON_NODE;
    }
}

struct health_event isolation_event(bool is_cut_off, int64_t since_wall, uint32_t number,
                                    int64_t now_wall)
{
    struct health_event event = {.ts_wall = since_wall,
                                 .incident_wall = since_wall,
                                 .reasons = HEALTH_BIT(VMM_REASON_NODE),
                                 .number = number,
                                 .from_health = number == 1 ? VMM_HEALTH_UNKNOWN : VMM_HEALTH_OK,
                                 .to_health = VMM_HEALTH_DOWN,
                                 .from_severity = VMM_SEVERITY_NORMAL,
                                 .to_severity = VMM_SEVERITY_CRITICAL,
                                 .reason = VMM_REASON_NODE,
                                 .rung = VMM_RUNG_CONNECT};
    if (is_cut_off) {
        return event;
    }
    return (struct health_event){.ts_wall = now_wall,
                                 .incident_wall = since_wall,
                                 .number = number,
                                 .from_health = VMM_HEALTH_DOWN,
                                 .to_health = VMM_HEALTH_OK,
                                 .from_severity = VMM_SEVERITY_CRITICAL,
                                 .to_severity = VMM_SEVERITY_NORMAL,
                                 .from_reason = VMM_REASON_NODE};
}

const char *isolation_word(uint32_t why)
{
    static const char *const words[] = {"", "carrier", "address", "route", "references"};
    return why < sizeof(words) / sizeof(words[0]) ? words[why] : "";
}
