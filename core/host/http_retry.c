/* SPDX-License-Identifier: MIT */
#include "host/http_retry.h"

#include "base/clock.h"

#define LEAST_US  (200 * CLOCK_MS)
#define SPREAD_US (400 * CLOCK_MS)
#define USEFUL_US (100 * CLOCK_MS) /* less than this after the wait gives no answer worth having */

uint64_t http_retry_delay_us(const struct http_attempt *attempt, const struct http_verdict *verdict,
                             uint64_t random)
{
    if (!verdict->is_repeatable || !attempt->is_safe || attempt->went_with_secret ||
        attempt->repeats > 0) {
        return 0;
    }
    uint64_t delay = LEAST_US + random % (SPREAD_US + 1);
    return attempt->left_us >= delay + USEFUL_US ? delay : 0;
}
