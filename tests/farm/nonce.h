/* SPDX-License-Identifier: MIT */
/*
 * The nonces of one device: which are out, since when, how often used. A nonce names the device by
 * a keyed mark, so one that another device gave out is known as foreign. Only the last
 * NONCE_KEPT are remembered; an older one is stale, as on a real device with little memory.
 */
#ifndef FARM_NONCE_H
#define FARM_NONCE_H

#include "farm/text.h"

#define NONCE_KEPT       8
#define NONCE_TEXT       32
#define NONCE_CNONCE_MAX 63

struct nonce_policy {
    uint64_t lifetime_us; /* 0: for ever */
    uint32_t uses;        /* good logins one nonce allows; 0: any number */
    bool per_connection;  /* only on the connection that it was given out on */
    bool strict_count;    /* nc has to grow (RFC 7616 section 3.4); else any nc will do */
};

struct nonce {
    uint64_t issued_us;
    uint64_t connection;
    uint32_t uses;
    uint32_t count;                            /* the highest nc seen */
    bool told;                                 /* in a body: it belongs to a session */
    char session_cnonce[NONCE_CNONCE_MAX + 1]; /* of the first good -sess login; empty before */
};

struct nonce_ring {
    uint64_t key;    /* the device's own */
    uint64_t issued; /* serial number of the next */
    uint64_t oldest; /* serial numbers below are forgotten */
    struct nonce kept[NONCE_KEPT];
};

enum nonce_state { NONCE_GOOD, NONCE_STALE, NONCE_REPLAYED, NONCE_FOREIGN };

/* Sets the ring of a device up; devices need different keys. */
void nonce_ring_init(struct nonce_ring *ring, uint64_t key);

/* Gives out a nonce and writes its text, NUL-terminated. */
void nonce_issue(struct nonce_ring *ring, uint64_t now_us, uint64_t connection,
                 char text[NONCE_TEXT + 1]);

/* The same for a nonce that a body tells. */
void nonce_tell(struct nonce_ring *ring, uint64_t now_us, uint64_t connection,
                char text[NONCE_TEXT + 1]);

/* What is known of the nonce TEXT used with count NC (0: no qop, no count). NONCE_GOOD sets *NONCE.
 * Nothing changes: nonce_use does that once the login turned out good. */
enum nonce_state nonce_look_up(struct nonce_ring *ring, const struct nonce_policy *policy,
                               struct slice text, uint32_t nc, uint64_t connection, uint64_t now_us,
                               struct nonce **nonce);

/* Notes a good login with NONCE. */
void nonce_use(struct nonce *nonce, uint32_t nc);

/* The device has restarted: every nonce given out is stale. */
void nonce_forget_all(struct nonce_ring *ring);

#endif
