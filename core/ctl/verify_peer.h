/* SPDX-License-Identifier: MIT */
/* A device that misbehaves, on a loopback port of its own: what a plugin under verification has to look at. */
#ifndef CTL_VERIFY_PEER_H
#define CTL_VERIFY_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

enum verify_manner {
    PEER_SILENT,  /* takes connections and says nothing */
    PEER_CLOSES,  /* takes connections and ends them */
    PEER_GARBAGE, /* answers bytes that are no protocol */
    PEER_REFUSES, /* 401, whatever comes */
    PEER_MISSES,  /* 404, whatever comes */
    PEER_EMPTY,   /* 200 without a body */
    PEER_ENDLESS, /* a body that does not end */
};

struct verify_peer;

/* NULL without memory or port. */
struct verify_peer *verify_peer_create(struct event_base *base, enum verify_manner manner);
void verify_peer_destroy(struct verify_peer *peer);

uint16_t verify_peer_port(const struct verify_peer *peer);

/* What came so far. `writing` is the first method that is not one of reading, "" when none was. */
struct verify_peer_report {
    unsigned connections;
    unsigned most_at_once;
    bool login_seen;  /* an Authorization header */
    bool secret_seen; /* the password itself, in the clear */
    char writing[16];
};
struct verify_peer_report verify_peer_report(const struct verify_peer *peer);

/* The password of all jobs of a verification: nobody but the device may ever see it. */
#define VERIFY_SECRET "canary-7c1f-secret"

#endif
