/* SPDX-License-Identifier: MIT */
/*
 * The one repeat of a request that never got an answer. Pure.
 *
 * A request that changes nothing (GET, HEAD, or a POST marked safe) whose connection was refused,
 * reset or closed before the status line is sent once more, 200 to 600 ms later, on a new
 * connection. Never when a credential went out with it: its answer may have been lost, and the
 * device would count a second login.
 */
#ifndef HOST_HTTP_RETRY_H
#define HOST_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "host/http_outcome.h"

struct http_attempt {
    bool is_safe;          /* the request changes nothing */
    bool went_with_secret; /* a credential has left this machine */
    uint32_t repeats;      /* of this request so far */
    uint64_t left_us;      /* until the request's deadline */
};

/* Microseconds to wait before the repeat, or 0: do not repeat. `random` is any number. */
uint64_t http_retry_delay_us(const struct http_attempt *attempt, const struct http_verdict *verdict,
                             uint64_t random);

#endif
