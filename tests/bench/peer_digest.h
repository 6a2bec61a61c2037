/* SPDX-License-Identifier: MIT */
/* A digest login (RFC 7616, MD5 and qop=auth, as the bench's devices want it). */
#ifndef BENCH_PEER_DIGEST_H
#define BENCH_PEER_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "peer.h"

#define PEER_AUTHORIZATION_MAX 400

struct peer_request {
    const char *method;
    const char *uri;
};

/*
 * Write the value of Authorization for what a 401 says of itself; "" when it cannot be read. `challenge` is the
 * value of WWW-Authenticate.
 */
void peer_digest(const struct peer_fleet *fleet, const struct peer_request *request,
                 const char *challenge, size_t length, char out[PEER_AUTHORIZATION_MAX]);

#endif
