/* SPDX-License-Identifier: MIT */
#include "farm/nonce.h"

#include "farm/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void nonce_ring_init(struct nonce_ring *ring, uint64_t key)
{
    *ring = (struct nonce_ring){.key = rng_mix(key | 1)};
}

static uint64_t mark_of(const struct nonce_ring *ring, uint64_t serial)
{
    return rng_mix(ring->key + rng_mix(serial));
}

void nonce_issue(struct nonce_ring *ring, uint64_t now_us, uint64_t connection,
                 char text[NONCE_TEXT + 1])
{
    uint64_t serial = ring->issued++;
    ring->kept[serial % NONCE_KEPT] = (struct nonce){.issued_us = now_us, .connection = connection};
    snprintf(text, NONCE_TEXT + 1, "%016" PRIx64 "%016" PRIx64, serial ^ ring->key,
             mark_of(ring, serial));
}

void nonce_tell(struct nonce_ring *ring, uint64_t now_us, uint64_t connection,
                char text[NONCE_TEXT + 1])
{
    uint64_t serial = ring->issued;
    nonce_issue(ring, now_us, connection, text);
    ring->kept[serial % NONCE_KEPT].told = true;
}

/* The serial number in a nonce's text; false: not one of this device's. */
static bool read_serial(const struct nonce_ring *ring, struct slice text, uint64_t *serial)
{
    uint64_t hidden = 0;
    uint64_t mark = 0;
    if (text.len != NONCE_TEXT || !slice_hex((struct slice){text.at, 16}, &hidden) ||
        !slice_hex((struct slice){text.at + 16, 16}, &mark)) {
        return false;
    }
    *serial = hidden ^ ring->key;
    return mark == mark_of(ring, *serial);
}

enum nonce_state nonce_look_up(struct nonce_ring *ring, const struct nonce_policy *policy,
                               struct slice text, uint32_t nc, uint64_t connection, uint64_t now_us,
                               struct nonce **nonce)
{
    uint64_t serial = 0;
    if (!read_serial(ring, text, &serial)) {
        return NONCE_FOREIGN;
    }
    /* A serial yet to come is one of an earlier run of the farm with the same seed. */
    if (serial >= ring->issued || serial < ring->oldest || serial + NONCE_KEPT < ring->issued) {
        return NONCE_STALE;
    }
    struct nonce *found = &ring->kept[serial % NONCE_KEPT];
    bool old = policy->lifetime_us != 0 && now_us - found->issued_us > policy->lifetime_us;
    bool used_up = policy->uses != 0 && found->uses >= policy->uses;
    bool elsewhere = policy->per_connection && found->connection != connection;
    if (old || used_up || elsewhere) {
        return NONCE_STALE;
    }
    if (policy->strict_count && nc != 0 && nc <= found->count) {
        return NONCE_REPLAYED;
    }
    *nonce = found;
    return NONCE_GOOD;
}

void nonce_use(struct nonce *nonce, uint32_t nc)
{
    nonce->uses++;
    if (nc > nonce->count) {
        nonce->count = nc;
    }
}

void nonce_forget_all(struct nonce_ring *ring)
{
    ring->oldest = ring->issued;
}
