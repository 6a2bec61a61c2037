/* SPDX-License-Identifier: MIT */
#include "gateway/backoff.h"

uint64_t backoff_pause(uint32_t failures, uint64_t asked_us, uint64_t random)
{
    uint64_t ceiling = BACKOFF_FIRST_US;
    for (uint32_t i = 1; i < failures && ceiling < BACKOFF_MAX_US; i++) {
        ceiling *= 2;
    }
    ceiling = ceiling < BACKOFF_MAX_US ? ceiling : BACKOFF_MAX_US;
    uint64_t jittered = random % (ceiling + 1);
    return asked_us > jittered ? asked_us : jittered;
}
