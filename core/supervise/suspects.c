/* SPDX-License-Identifier: MIT */
#include "supervise/suspects.h"

#define LONE_CRASHES_MAX 2u

static uint64_t time_out(uint8_t rounds)
{
    uint64_t wait = SUSPECT_FIRST_US;
    for (uint8_t i = 0; i < rounds && wait < SUSPECT_LONGEST_US; i++) {
        wait *= 2;
    }
    return wait < SUSPECT_LONGEST_US ? wait : SUSPECT_LONGEST_US;
}

bool suspect_crash(struct suspect *suspect, uint32_t under_way, uint64_t now_us)
{
    suspect->suspect = true;
    if (under_way != 1) {
        return false;
    }
    suspect->lone_crashes++;
    if (suspect->lone_crashes < LONE_CRASHES_MAX) {
        return false;
    }
    suspect->until_us = now_us + time_out(suspect->rounds);
    suspect->rounds = suspect->rounds < UINT8_MAX ? suspect->rounds + 1 : UINT8_MAX;
    /* One lone crash is enough once the device has been left out before. */
    suspect->lone_crashes = LONE_CRASHES_MAX - 1;
    return true;
}

void suspect_clear(struct suspect *suspect)
{
    *suspect = (struct suspect){.rounds = suspect->rounds};
}

bool suspect_is_out(const struct suspect *suspect, uint64_t now_us)
{
    return now_us < suspect->until_us;
}
