/* SPDX-License-Identifier: MIT */
/*
 * Logins by a UsernameToken in the message itself (WS-Security, as ONVIF's Core Specification asks for
 * it): Base64(SHA-1(nonce, created, password)), where "created" has to be near the device's own time
 * and no nonce comes twice.
 */
#ifndef FARM_WSSE_H
#define FARM_WSSE_H

#include "farm/arena.h"
#include "farm/clock.h"
#include "farm/problem.h"
#include "farm/soap.h"

#define WSSE_SEEN 64 /* nonces that a device remembers */

struct wsse_policy {
    bool asked;
    int64_t window_s;  /* how far from the device's time a token may have been made */
    bool by_true_time; /* the device signs by another clock than the one it tells */
};

/* The nonces that were used, as sums. */
struct wsse_seen {
    uint64_t sum[WSSE_SEEN];
    uint32_t next;
};

/* What a token is checked against. */
struct wsse_check {
    const struct wsse_policy *policy;
    const struct soap *soap;
    const struct clock *clock;
    int64_t wall_us;
    struct wsse_seen *seen;
};

/* Reads the "wsse" object of a login; NULL is none. False: a problem is noted. */
bool wsse_read(const json_t *object, struct wsse_policy *policy, struct problem *problem);

/* What is wrong with the token apart from user and password; NULL: nothing. */
const char *wsse_fault(const struct wsse_check *check);

/* Is it signed with this password? */
bool wsse_is_signed(const struct soap *soap, const char *password);

#endif
