/* SPDX-License-Identifier: MIT */
#include "cause/isolation.h"

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

/* It goes on: is it told, does it hold any longer? */
static uint32_t hold(struct isolation *isolation, int64_t answered_mono, struct cause_time now)
{
    int64_t age = now.mono_us - isolation->since.mono_us;
    if (answered_mono > isolation->since.mono_us || age >= ISOLATION_HOLD_US) {
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
    if (why == ISOLATION_NONE) {
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

const char *isolation_word(uint32_t why)
{
    static const char *const words[] = {"", "carrier", "address", "route", "references"};
    return why < sizeof(words) / sizeof(words[0]) ? words[why] : "";
}
