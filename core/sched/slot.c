/* SPDX-License-Identifier: MIT */
#include "sched/slot.h"

#include "base/hash.h"

#define SPREAD_SALT UINT64_C(0x737072656164) /* a place in a window tells nothing of the phase */

static uint64_t slot_at(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us, uint64_t k)
{
    uint64_t wobble = hash_mix(id_hash ^ hash_mix(k)) % (jitter_us + 1);
    uint64_t time = id_hash % interval_us + k * interval_us + wobble;
    return time > jitter_us / 2 ? time - jitter_us / 2 : 0;
}

uint64_t slot_after(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us, uint64_t after_us)
{
    /* The slot of this number lies before, for the phase is not yet taken off; two more at most are
     * needed. */
    uint64_t k = after_us / interval_us;
    k = k > 2 ? k - 2 : 0;
    uint64_t time = slot_at(id_hash, interval_us, jitter_us, k);
    while (time <= after_us) {
        k++;
        time = slot_at(id_hash, interval_us, jitter_us, k);
    }
    return time;
}

uint64_t slot_following(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us,
                        uint64_t last_us)
{
    uint64_t slot = slot_after(id_hash, interval_us, jitter_us, last_us);
    uint64_t soonest = last_us + interval_us - jitter_us;
    uint64_t latest = last_us + interval_us + jitter_us;
    if (slot < soonest) {
        return soonest;
    }
    return slot > latest ? latest : slot;
}

uint64_t slot_spread(uint64_t id_hash, uint64_t window_us)
{
    if (window_us == 0) {
        return 0;
    }
    return hash_mix(id_hash ^ SPREAD_SALT) % window_us;
}
